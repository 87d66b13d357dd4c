"""What following units costs: requests a bench minute for ten units and for a thousand, in a small tenant and in a large one."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station.links.graph.client import GraphClient
from station.links.graph.pacer import Pacer, Rates
from station.links.graph.wire import HttpsWire
from station.model.timing import Deadline
from station.practice.tenant import VirtualTenant
from station.tenant.tracker import TenantTracker
from tests.practice.registration_rig import TenantTokens

MINUTES = 5
PAGE = 1_000
UNPACED = Rates(reads=10**6, writes=10**6, burst=10**6)


class SteppedClock:
    """Bench time that the measurement moves."""

    speed = 1000.0

    def __init__(self) -> None:
        self._seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 8, 0, tzinfo=UTC) + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    def step(self, seconds: float) -> None:
        self._seconds += seconds


@dataclass(frozen=True)
class Cost:
    """Requests in `MINUTES` bench minutes, by route."""

    units: int
    registered: int
    routes: Counter[str]
    seen: int

    @property
    def a_minute(self) -> float:
        return self.routes.total() / MINUTES

    def line(self) -> str:
        return (f"{self.units:5} units in a tenant of {self.registered:5}: {self.a_minute:5.1f} requests a minute "
                f"{dict(self.routes)}")


def follow(units: int, registered: int) -> Cost:
    """Ask for the facts of the units every bench second, as the sensors of a bench do."""
    clock = SteppedClock()
    with VirtualTenant(clock) as tenant:
        serials = tenant.populate(registered, enrolled=units)[:units]
        clock.step(600)
        wire = HttpsWire(Path(tenant.ca_file))
        tracker = TenantTracker(GraphClient(tenant.graph_url, wire, TenantTokens(tenant), Pacer(clock, UNPACED)), clock)
        since, facts = dict.fromkeys(serials, clock.now()), {}
        for _ in range(MINUTES * 60):
            facts = tracker.observe(since, Deadline(60))
            clock.step(1)
        wire.close()
        assert not tenant.violations
        return Cost(units, registered, Counter(r.route for r in tenant.requests), len(facts))


@pytest.mark.bench
def test_a_thousand_units_cost_the_requests_of_ten(capsys: pytest.CaptureFixture[str]) -> None:
    costs = {(units, registered): follow(units, registered) for registered in (1_000, 5_000) for units in (10, 1_000)}
    with capsys.disabled():
        print("\n" + "\n".join(c.line() for c in costs.values()))
    assert all(c.seen == c.units for c in costs.values())
    for registered in (1_000, 5_000):
        assert costs[1_000, registered].routes == costs[10, registered].routes
    # Five times the tenant: five pages of registered devices instead of one, and nothing else.
    small, large = costs[10, 1_000].routes, costs[10, 5_000].routes
    assert small["autopilot.listBeta"] > 0
    assert large["autopilot.listBeta"] == small["autopilot.listBeta"] * 5_000 // PAGE
    assert large["managed.list"] == small["managed.list"]
