"""Two whole benches on one record: each in a process of its own, with ports of its own, one world and one tenant between them.

No unit is ever run by both; each hears live what the other writes; a unit of a bench that died is free once its claim has run
out, and the dead bench leaves it alone when it comes back.
"""

import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from station.journal import Journal
from station.model.events import Event, Faulted, Intended, Noted, RunStarted
from station.model.timing import WallClock
from station.practice.far_world import ServedWorld, serve
from station.practice.units.fleet import port_name
from station.practice.world import PracticeWorld
from tests.practice import bench_apart
from tests.practice.bench_apart import Post
from tests.practice.mortal_station import PowerCut

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]

SPEED = 150.0
SLOWER = 40.0
"""Where a unit is carried about: what people take for that is many seconds of the bench, and budgets go on meanwhile."""
PATIENCE_S = 100.0
LONG, SHORT = 900.0, 4.0
"""Leases in seconds of the server: one that outlives the test, and one that runs out in it."""


class Bench:
    """The other end of a bench's line."""

    def __init__(self, served: ServedWorld, post: Post) -> None:
        context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
        self._line, theirs = context.Pipe()
        self.process: Any = context.Process(target=bench_apart.work, args=(served.address().plain(), post, theirs))
        self.process.start()
        theirs.close()
        self.tiles: list[tuple[str, str, str]] = []
        self.heard: set[tuple[str, str]] = set()
        self.troubles: list[str] = []

    def until(self, holds: Callable[["Bench"], bool]) -> None:
        """Listen until something holds."""
        end = time.monotonic() + PATIENCE_S
        while not holds(self):
            assert self._line.poll(max(0.0, end - time.monotonic())), (self.tiles, self.troubles)
            word, about = self._line.recv()
            if word == "heard":
                self.heard.add(about)
            elif word == "trouble":
                self.troubles.append(about)
            else:
                self.tiles = about

    def until_dead(self) -> None:
        """Wait for the power cut."""
        self.process.join(PATIENCE_S)
        assert self.process.exitcode in (-9, 137)

    def close(self) -> None:
        """Let it close as a station does."""
        if self.process.exitcode is None:
            self._line.send("end")
            self.process.join(PATIENCE_S)
        self._line.close()

    def word_of(self, serial: str) -> str:
        """The state word on the tile of a unit."""
        return next((word for s, word, _ in self.tiles if s == serial), "")


class Hall:
    """The room in which both benches stand, and the record between them."""

    def __init__(self, served: ServedWorld, record: str, folder: Path, stack: ExitStack) -> None:
        self.served, self._record, self._folder, self._stack = served, record, folder, stack
        self.serials = [u.serial for u in served.world.units]

    def bench(self, station: str, *ports: int, lease_s: float = LONG, power_cut: PowerCut | None = None) -> Bench:
        """A bench that begins to work now."""
        folder = self._folder / station
        folder.mkdir(exist_ok=True)
        bench = Bench(self.served, Post(station, self._record, str(folder), ports, lease_s, power_cut))
        self._stack.callback(bench.close)
        return bench

    def carry(self, serial: str, port: int) -> None:
        """Take a unit to another port."""
        unit = self.served.world.bus.unit(serial)
        unit.unplug()
        unit.plug(port_name(port))

    def events(self) -> tuple[Event, ...]:
        """The whole record, which must be sound."""
        with Journal.open(self._record, "auditor", WallClock(), read_only=True) as journal:
            assert journal.verify().findings == ()
            return journal.events()

    def stations_that_acted(self) -> dict[str, set[str]]:
        """By serial: which stations began an action for it."""
        events = self.events()
        serial_of = {e.unit: fact.value for e in events if isinstance(e.body, RunStarted)
                     for fact in e.body.facts if fact.key == "unit.serial"}
        return {str(serial): {e.station for e in events if isinstance(e.body, Intended) and e.unit == unit}
                for unit, serial in serial_of.items()}

    def demand_each_enrolled_once(self) -> None:
        """What the tenant saw."""
        effects = Counter((e.kind, e.subject) for e in self.served.world.tenant.effects)
        for kind in ("import-accepted", "registered", "enrolled"):
            assert {s: n for (k, s), n in effects.items() if k == kind} == dict.fromkeys(self.serials, 1)
        assert self.served.world.tenant.violations == []


@contextmanager
def hall_of(units: int, record: str, folder: Path, speed: float = SPEED) -> Iterator[Hall]:
    with PracticeWorld(units, speed, seed=4) as world, serve(world) as served, ExitStack() as stack:
        yield Hall(served, record, folder, stack)


def all_done(count: int) -> Callable[[Bench], bool]:
    return lambda bench: [word for _, word, _ in bench.tiles].count("Done") == count


def test_two_benches_work_side_by_side_and_each_unit_is_run_by_one(url: str, tmp_path: Path) -> None:
    with hall_of(6, url, tmp_path) as hall:
        first, second = hall.bench("bench-1", 1, 2, 3), hall.bench("bench-2", 4, 5, 6)
        for bench in (first, second):
            bench.until(all_done(3))

        assert sorted(s for s, _, _ in first.tiles) == sorted(hall.serials[:3])
        assert sorted(s for s, _, _ in second.tiles) == sorted(hall.serials[3:])
        assert ("bench-2", "run-started") in first.heard
        assert ("bench-1", "run-started") in second.heard
        acted = hall.stations_that_acted()
        assert acted == {s: {"bench-1"} for s in hall.serials[:3]} | {s: {"bench-2"} for s in hall.serials[3:]}
        hall.demand_each_enrolled_once()


def test_a_unit_that_is_carried_to_another_bench_is_refused_there_and_goes_on_where_it_began(url: str, tmp_path: Path) -> None:
    with hall_of(2, url, tmp_path, SLOWER) as hall:
        wanderer = hall.serials[0]
        first, second = hall.bench("bench-1", 1), hall.bench("bench-2", 2, 3)
        first.until(lambda b: b.word_of(wanderer) in ("Needs you", "Working", "Waiting for cloud"))
        hall.carry(wanderer, 3)
        second.until(lambda b: b.word_of(wanderer) == "Ready" and "journal.claimed" in b.troubles)
        hall.carry(wanderer, 1)
        first.until(all_done(1))
        second.until(all_done(1))

        assert hall.stations_that_acted()[wanderer] == {"bench-1"}
        hall.demand_each_enrolled_once()


def test_units_of_a_bench_that_was_killed_are_taken_over_once_its_claims_run_out_and_it_leaves_them_alone(
        url: str, tmp_path: Path) -> None:
    with hall_of(3, url, tmp_path) as hall:
        hall.bench("bench-1", 1, 2, 3, lease_s=SHORT, power_cut=PowerCut("after", 12)).until_dead()
        second = hall.bench("bench-2", 4, 5, 6, lease_s=SHORT)
        for port, serial in enumerate(hall.serials, 4):
            hall.carry(serial, port)
        second.until(all_done(3))
        back = hall.bench("bench-1", 1, 2, 3, lease_s=SHORT)
        back.until(lambda b: [fault for _, _, fault in b.tiles] == ["journal.claim-lost"] * 3)

        events = hall.events()
        taken = [n for n, e in enumerate(events) if isinstance(e.body, Noted) and e.body.topic == "claim.taken-over"]
        assert {events[n].station for n in taken} == {"bench-2"}
        assert len(taken) == 3
        assert not [e for e in events[taken[-1]:] if e.station == "bench-1" and isinstance(e.body, Intended)]
        assert {e.body.code for e in events if isinstance(e.body, Faulted)} == {"journal.claim-lost"}
        hall.demand_each_enrolled_once()
