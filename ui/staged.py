"""A bench whose events are put in by hand and folded like any other: for screenshots, lessons and tests of the window.

It has no links and no journal: what it shows is exactly what was said to it. Commands are turned into the events that a journal
would keep, so that a card's button moves the run just as it does at a real bench.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from station.model.blueprint import Blueprint
from station.model.board import BoardState, Tile, empty_board, fold, tile
from station.model.errors import HoloBenchError, NotFound
from station.model.events import (
    Body,
    Event,
    Faulted,
    Observed,
    Plugged,
    Retried,
    RunCancelled,
    RunSkipped,
    RunStarted,
    Unplugged,
)
from station.model.facts import Fact, FactValue
from station.model.path import Path
from station.model.words import Link

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STATION = "staged"


class HandClock:
    """Bench time that moves when told."""

    speed = 1.0

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - START).total_seconds()

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class HandProgress:
    """How far an action is said to be."""

    done: int
    total: int
    about: str = ""


class StagedBench:
    """See the module. `said` lists the commands that a person gave, in order."""

    def __init__(self, slots: int, paths: Mapping[str, Path], blueprints: Mapping[str, Blueprint]) -> None:
        self.clock = HandClock()
        self.paths = paths
        self.blueprints: dict[str, Blueprint] = dict(blueprints)
        self.working = False
        self.trouble: HoloBenchError | None = None
        self.said: list[tuple[object, ...]] = []
        self._board = empty_board(range(1, slots + 1))
        self._seq = 0
        self._watchers: list[Callable[[frozenset[int]], None]] = []
        self._trouble_watchers: list[Callable[[HoloBenchError | None], None]] = []
        self._progress: dict[int, HandProgress] = {}

    def prepare(self, blueprints: Mapping[str, Blueprint], /) -> None:
        self.blueprints = dict(blueprints)

    @property
    def board(self) -> BoardState:
        return self._board

    def tile(self, slot: int) -> Tile:
        return tile(self._board, slot, self.clock.now(), self.paths)

    def tiles(self) -> tuple[Tile, ...]:
        return tuple(self.tile(slot) for slot in self._board.slots)

    def subscribe(self, callback: Callable[[frozenset[int]], None], /) -> Callable[[], None]:
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def on_trouble(self, callback: Callable[[HoloBenchError | None], None], /) -> Callable[[], None]:
        self._trouble_watchers.append(callback)
        return lambda: self._trouble_watchers.remove(callback)

    def progress(self, slot: int, /) -> HandProgress | None:
        return self._progress.get(slot)

    def start(self, slot: int, blueprint: str, operator: str = "", owner: str = "") -> None:
        self.said.append(("start", slot, blueprint))
        unit = self._board.unit_at(slot)
        if unit is None:
            raise NotFound("bench.no-unit", str(slot))
        facts = (*(k.fact for k in unit.facts.values()),
                 *((self.fact("attested.device-owner", owner, Link.PERSON),) if owner else ()))
        self.put(slot, RunStarted(self.blueprints[blueprint].path, blueprint, operator, facts), run=f"run-{slot}-{self._seq}")

    def retry(self, slot: int, operator: str = "") -> None:
        self._command(slot, "retry", Retried(operator))

    def cancel(self, slot: int, operator: str = "") -> None:
        self._command(slot, "cancel", RunCancelled(operator))

    def skip(self, slot: int, reason: str, operator: str = "") -> None:
        self._command(slot, "skip", RunSkipped(reason, operator))

    def attest(self, slot: int, what: str, value: bool = True) -> None:
        self._command(slot, f"attest {what}", Observed((self.fact(f"attested.{what}", value, Link.PERSON),)))

    def report_fault(self, slot: int, code: str) -> None:
        self._command(slot, f"report {code}", Faulted(code))

    async def open(self) -> None:
        return

    async def close(self) -> None:
        return

    def fact(self, key: str, value: FactValue, link: Link) -> Fact:
        """A fact of now."""
        return Fact(key, value, link, self.clock.now())

    def plug(self, slot: int, mode: str = "normal") -> None:
        """A unit comes into a slot."""
        self.put(slot, Plugged(f"1-{slot}", mode, 0x045E, 0x0652, "HoloLens", f"usb-{slot}"))

    def unplug(self, slot: int) -> None:
        """The unit leaves the slot."""
        self.put(slot, Unplugged(f"1-{slot}"))

    def see(self, slot: int, link: Link, **facts: FactValue) -> None:
        """Facts come over a link; names are written with `__` for the dot and `_` for the hyphen."""
        found = tuple(self.fact(k.replace("__", ".").replace("_", "-"), v, link) for k, v in facts.items())
        self.put(slot, Observed(found))

    def identify(self, slot: int, serial: str = "", model: str = "HoloLens 2", build: str = "20348.1501",
                 battery: int = 82) -> None:
        """What the storage tells of a unit."""
        edition = (self.fact("unit.edition", "Windows Holographic for Business", Link.MTP),) if model == "HoloLens 2" else ()
        self.put(slot, Observed((
            *edition,
            self.fact("unit.serial", serial or f"0045991950{slot:02}", Link.MTP), self.fact("unit.model", model, Link.MTP),
            self.fact("unit.build", build, Link.MTP), self.fact("unit.battery", battery, Link.MTP))))

    def trouble_with(self, error: HoloBenchError | None) -> None:
        """The station's own trouble begins or ends."""
        self.trouble = error
        for watcher in tuple(self._trouble_watchers):
            watcher(error)

    def be_at(self, slot: int, progress: HandProgress | None) -> None:
        """The action of a slot is so far."""
        if progress is None:
            self._progress.pop(slot, None)
        else:
            self._progress[slot] = progress
        self._tell(frozenset({slot}))

    def put(self, slot: int, body: Body, run: str = "") -> None:
        """Fold one event."""
        self._seq += 1
        unit = f"unit-{slot}"
        current = self._board.run_of(unit)
        run = run or (current.id if current and current.open else "")
        event = Event(self._seq, STATION, self.clock.now(), unit, run, slot, body)
        self._board, changed = fold(self._board, event, self.paths)
        self._tell(changed)

    def _command(self, slot: int, name: str, body: Body) -> None:
        self.said.append((name, slot))
        unit = self._board.unit_at(slot)
        run = self._board.run_of(unit.key) if unit else None
        if run is None or not run.open:
            raise NotFound("bench.no-run", str(slot))
        self.put(slot, body)

    def _tell(self, slots: frozenset[int]) -> None:
        for watcher in tuple(self._watchers):
            watcher(slots)
