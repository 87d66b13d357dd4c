"""Returns as the journal remembers them: each step under the claim of its serial."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.journal import Journal
from station.links.graph import routes
from station.links.graph.request import GraphRequest
from station.model.errors import Refused
from station.model.events import Intended
from station.tenant.plan import Goal, Kind, Lockdown, Step, Where
from station.tenant.return_log import LEASE_S, JournalReturnLog
from station.tenant.returning import Order
from tests.hand_clock import HandClock

SERIAL = "900000000001"
ORDER = Order(SERIAL, Goal.LEAVE, Where.BENCH, Lockdown.NEVER)
STEP = Step(next(iter(Kind)), "record-1", GraphRequest(routes.AUTOPILOT_DELETE, ("record-1",)),
            GraphRequest(routes.AUTOPILOT_GET, ("record-1",)), 60.0)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def benches(tmp_path: Path, clock: HandClock) -> Iterator[tuple[Journal, Journal]]:
    file = str(tmp_path / "journal.sqlite")
    with Journal.open(file, "one", clock) as one, Journal.open(file, "two", clock) as two:
        yield one, two


def intents(journal: Journal) -> list[str]:
    return [e.station for e in journal.events() if isinstance(e.body, Intended)]


def test_every_step_prolongs_the_claim_of_a_return(benches: tuple[Journal, Journal], clock: HandClock) -> None:
    one, two = benches
    log = JournalReturnLog(one, clock)
    log.begin(ORDER, ())
    for _ in range(3):
        clock.move(LEASE_S - 1)
        log.intend(ORDER, STEP)
    clock.move(LEASE_S - 1)

    with pytest.raises(Refused, match=r"journal\.claimed"):
        JournalReturnLog(two, clock).begin(ORDER, ())
    assert intents(one) == ["one"] * 3


def test_a_bench_whose_return_was_taken_over_begins_no_further_step(benches: tuple[Journal, Journal], clock: HandClock) -> None:
    one, two = benches
    sleeper, other = JournalReturnLog(one, clock), JournalReturnLog(two, clock)
    sleeper.begin(ORDER, ())
    clock.move(LEASE_S + 1)
    other.begin(ORDER, ())

    with pytest.raises(Refused, match=r"journal\.claim-lost"):
        sleeper.intend(ORDER, STEP)
    other.intend(ORDER, STEP)
    assert intents(one) == ["two"]
