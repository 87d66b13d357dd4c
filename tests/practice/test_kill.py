"""`kill -9` at every write of the journal while eight units are under way: after each restart the station goes on, nothing that
was recorded is lost, nothing that must not happen twice happens twice, and the board is back at once.

This process keeps the world (units, tenant); the station is a process of its own that is killed, as hard as the system can.
Each of its lives ends at the first write of a shape at which it has never died before, until it has died at every write there is.
"""

import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from station.journal import Head, Journal
from station.model.events import Ended, Event, Faulted, Intended, Result
from station.model.timing import WallClock
from station.practice.crash import When
from station.practice.far_world import ServedWorld, serve
from station.practice.world import PracticeWorld
from tests.practice import mortal_station
from tests.practice.mortal_station import PowerCut

SPEED = 150.0
PATIENCE_S = 200
RESTORED_WITHIN_S = 2.0
"""From the opening of the record to the restored board, counted in the station's own processor time: every single restart is
held to it, however much else the machine has to do."""


def _processes() -> Any:
    """Children that start clean; on POSIX from a server that has the program loaded already."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([mortal_station.__name__, "alembic.command", "sqlalchemy.dialects.sqlite", "msal"])
    return context


PROCESSES = _processes()


@dataclass
class Lives:
    """The lives of one station in one world: its folder, what each life said, and the heads seen after each death."""

    served: ServedWorld
    folder: Path
    restored: list[float] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    tiles: list[tuple[str, str, str]] = field(default_factory=list)
    stuck: list[tuple[str, str]] = field(default_factory=list)

    def live(self, power_cut: PowerCut | None = None) -> bool:
        """One life; True if it ended by itself with every unit left alone."""
        hearing, saying = PROCESSES.Pipe(duplex=False)
        station = PROCESSES.Process(target=mortal_station.live,
                                    args=(self.served.address().plain(), str(self.folder), power_cut, saying))
        station.start()
        saying.close()
        station.join(PATIENCE_S)
        if station.exitcode is None:
            station.kill()
            pytest.fail(f"the station did not end within {PATIENCE_S} s; power cut {power_cut}")
        assert station.exitcode != 1, (self.folder / mortal_station.STACKS).read_text(encoding="utf-8")
        self._listen(hearing)
        assert station.exitcode != mortal_station.STUCK, self.stuck
        assert station.exitcode == 0 or (power_cut and station.exitcode in (-9, 137)), f"exit status {station.exitcode}"
        self._note_heads()
        return bool(station.exitcode == 0)

    def _listen(self, hearing: Any) -> None:
        try:
            while True:
                word, told = hearing.recv()
                if word == "restored":
                    self.restored.append(told)
                elif word == "stuck":
                    self.stuck = told
                else:
                    self.tiles = told
        except EOFError:
            hearing.close()

    @property
    def record(self) -> Path:
        return self.folder / "journal.sqlite"

    def _note_heads(self) -> None:
        if self.record.exists():
            with Journal.open(str(self.record), "auditor", WallClock(), read_only=True) as journal:
                self.heads += [h for h in journal.heads() if h.seq]

    def events(self) -> tuple[Event, ...]:
        with Journal.open(str(self.record), "auditor", WallClock(), read_only=True) as journal:
            return journal.events()

    def demand_a_death_at_every_write(self) -> None:
        """No write of the whole record was spared."""
        deaths = set((self.folder / mortal_station.DEATHS).read_text(encoding="utf-8").splitlines())
        assert {mortal_station.shape(e.body, e.unit) for e in self.events()} <= deaths

    def demand_everything(self, units: int) -> None:
        """What must hold at the end, however often the station died."""
        assert [(word, fault) for _, word, fault in self.tiles] == [("Done", "")] * units
        with Journal.open(str(self.record), "auditor", WallClock(), read_only=True) as journal:
            verdict = journal.verify(self.heads)
            assert verdict.findings == ()
            assert journal.open_intents() == ()
        assert max(self.restored) < RESTORED_WITHIN_S
        assert [str(p) for p in (self.folder / "copies").rglob("*") if p.is_file()] == []
        self._demand_nothing_twice(units)

    def _demand_nothing_twice(self, units: int) -> None:
        bodies = [e.body for e in self.events()]
        assert [b for b in bodies if isinstance(b, Faulted)] == []
        once = {b.key for b in bodies if isinstance(b, Intended) and not b.repeatable}
        done = Counter(b.key for b in bodies if isinstance(b, Ended) and b.key in once and b.result is Result.DONE)
        assert set(done.values()) == {1}
        assert len(done) == units
        effects = Counter((e.kind, e.subject) for e in self.served.world.tenant.effects)
        for kind in ("import-accepted", "registered", "enrolled"):
            assert {s: n for (k, s), n in effects.items() if k == kind} == {u.serial: 1 for u in self.served.world.units}
        assert self.served.world.tenant.violations == []


@pytest.fixture
def lives(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lives]:
    units, seed = request.param
    with PracticeWorld(units, SPEED, seed) as world, serve(world) as served:
        yield Lives(served, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1400)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("lives", [(8, 1)], indirect=True, ids=["eight units"])
def test_a_power_cut_at_every_single_write_of_a_run_changes_nothing_in_the_end(lives: Lives, when: When) -> None:
    while not lives.live(PowerCut(when, counting="new")):
        pass

    lives.demand_everything(8)
    lives.demand_a_death_at_every_write()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("lives", [(8, 2)], indirect=True, ids=["eight units"])
def test_power_cuts_at_one_write_after_the_other_of_each_start_change_nothing_in_the_end(lives: Lives, when: str) -> None:
    """The writes with which every start begins: who is plugged in, what the units tell, what is taken up."""
    for write in range(1, 40):
        if lives.live(PowerCut(when, write, "every")):
            break
    else:
        lives.live()

    lives.demand_everything(8)


@pytest.mark.parametrize("write", [3, 11, 19])
@pytest.mark.parametrize("lives", [(2, 3)], indirect=True, ids=["two units"])
def test_a_station_killed_once_is_restarted_and_finishes(lives: Lives, write: int) -> None:
    assert not lives.live(PowerCut("before", write))
    assert lives.live()

    lives.demand_everything(2)
