"""How many requests following a bench costs, by the number of units: printed, and held to be the same up to paging."""

from collections import Counter
from datetime import timedelta

import pytest

from station.links.graph import routes
from station.tenant.tracker import TenantTracker
from tests.practice.tenant_rig import practice, waited_clock

MINUTES = 5
PAGE = 1_000


@pytest.mark.bench
def test_following_a_thousand_units_costs_as_many_requests_a_minute_as_ten(capsys: pytest.CaptureFixture[str]) -> None:
    figures = {units: _requests_a_minute(units) for units in (10, 100, 1_000)}
    with capsys.disabled():
        for units, (rate, routes_asked) in figures.items():
            print(f"\ntracking {units:>5} units: {rate:.1f} requests a minute {dict(routes_asked)}", end="")
        print()
    assert figures[1_000][0] <= figures[10][0] * (1 + 1_000 // PAGE)
    assert figures[100][0] == pytest.approx(figures[10][0], abs=0.5)


def _requests_a_minute(units: int) -> tuple[float, Counter[str]]:
    """A sensor that asks every 15 s of bench time for five minutes."""
    with practice(clock=waited_clock()) as rig:
        serials = rig.tenant.populate(units)
        rig.sign_in(routes.LOOK)
        tracker = TenantTracker(rig.client, rig.clock)
        since = dict.fromkeys(serials, rig.clock.now() - timedelta(seconds=1))
        before, begun = len(rig.tenant.requests), rig.clock.monotonic()
        while rig.clock.monotonic() - begun < MINUTES * 60:
            facts = tracker.observe(since, rig.deadline())
            assert len(facts) == units
            rig.wait(15)
        took = rig.clock.monotonic() - begun
        asked = rig.tenant.requests[before:]
        return len(asked) / (took / 60), Counter(r.route for r in asked)
