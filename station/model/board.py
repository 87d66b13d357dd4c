"""The board: a projection of events and nothing else. Screens, CLI and benches fold the same events to the same board.

`fold` moves a `BoardState` by one event; `tile` says what one slot shows at a moment. Both are pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from station.model.events import Body, Event, Observed, Plugged, RunStarted, Unplugged
from station.model.facts import Facts
from station.model.path import Path, Step
from station.model.runs import Phase, Run, advance
from station.model.words import N_, Actor, Generation, StateWord

T = TypeVar("T")

REBOOT_GRACE_S = 30.0
"""How long a unit may be away during a run before the tile asks for it (facts/bench-tools §5: 30 s reboot grace)."""


MODE_FAULTS: Mapping[str, str] = MappingProxyType({"flash": "usb.flash-mode", "edl": "usb.emergency-mode"})
"""What a unit on the bus needs that is not in its normal mode."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One headset as the station knows it: where it is, and the latest fact of each kind, whatever run brought it.

    `key` is stable while the bus serial is; the label serial is a fact, known only once it was read.
    """

    key: str
    slot: int
    present: bool
    mode: str
    since: datetime
    facts: Facts = field(default_factory=Facts)

    @property
    def serial(self) -> str:
        """The label serial where it was read, else the serial that MTP reports, else empty."""
        return self.facts.text("unit.label-serial") or self.facts.text("unit.serial")

    @property
    def generation(self) -> Generation:
        """Told by the MTP model (facts/enrolment §4.1)."""
        return generation_of(self.facts.text("unit.model"))


def generation_of(model: str) -> Generation:
    """The generation an MTP model stands for; the first generation calls itself `Windows Device` or `HoloLens`."""
    plain = model.casefold()
    if "hololens 2" in plain:
        return Generation.HOLOLENS_2
    return Generation.HOLOLENS_1 if plain in ("windows device", "hololens") else Generation.UNKNOWN


@dataclass(frozen=True, slots=True)
class BoardState:
    """All slots, units and latest runs. `slots` maps slot number to unit key ("" for an empty slot)."""

    slots: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    units: Mapping[str, Unit] = field(default_factory=lambda: MappingProxyType({}))
    runs: Mapping[str, Run] = field(default_factory=lambda: MappingProxyType({}))
    by_unit: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def run_of(self, unit_key: str) -> Run | None:
        """The latest run of a unit."""
        return self.runs.get(self.by_unit.get(unit_key, ""))

    def unit_at(self, slot: int) -> Unit | None:
        """The unit that was last seen in a slot and has not been seen elsewhere since."""
        return self.units.get(self.slots.get(slot, ""))


def empty_board(slots: Iterable[int]) -> BoardState:
    """A board with these slots and nothing in them."""
    return BoardState(slots=MappingProxyType(dict.fromkeys(sorted(slots), "")))


def nobody_present(state: BoardState) -> BoardState:
    """The board as a station that has just started knows it: who is plugged in, only the bus can tell."""
    return replace(state, units=MappingProxyType({k: replace(u, present=False) for k, u in state.units.items()}))


def fold(state: BoardState, event: Event, paths: Mapping[str, Path]) -> tuple[BoardState, frozenset[int]]:
    """The board after one more event, and the slots that it changed."""
    before = state.units.get(event.unit)
    state = _place(state, event)
    state = _learn(state, event)
    state = _move_run(state, event, paths)
    after = state.units.get(event.unit)
    return state, frozenset(u.slot for u in (before, after) if u is not None and u.slot)


def _place(state: BoardState, event: Event) -> BoardState:
    body: Body = event.body
    if isinstance(body, Plugged):
        old = state.units.get(event.unit)
        unit = Unit(event.unit, event.slot, True, body.mode, event.at, old.facts if old else Facts())
        slots = {n: ("" if k == event.unit else k) for n, k in state.slots.items()} | {event.slot: event.unit}
        return replace(state, slots=MappingProxyType(dict(sorted(slots.items()))), units=_with(state.units, event.unit, unit))
    if isinstance(body, Unplugged) and event.unit in state.units:
        gone = replace(state.units[event.unit], present=False, since=event.at)
        return replace(state, units=_with(state.units, event.unit, gone))
    return state


def _learn(state: BoardState, event: Event) -> BoardState:
    facts = getattr(event.body, "facts", ())
    unit = state.units.get(event.unit)
    if unit is None:
        if not isinstance(event.body, RunStarted | Observed) or not event.unit:
            return state
        unit = Unit(event.unit, event.slot, False, "", event.at)
    return replace(state, units=_with(state.units, event.unit, replace(unit, facts=unit.facts.learnt(facts, event.seq))))


def _move_run(state: BoardState, event: Event, paths: Mapping[str, Path]) -> BoardState:
    if not event.run:
        return state
    run = state.runs.get(event.run)
    key = event.body.path if run is None and isinstance(event.body, RunStarted) else run.path if run else ""
    if key not in paths:
        return state
    moved = advance(paths[key], run, event)
    if moved is None or moved is run:
        return state
    return replace(state, runs=_with(state.runs, event.run, moved), by_unit=_with(state.by_unit, event.unit, event.run))


def _with(mapping: Mapping[str, T], key: str, value: T) -> Mapping[str, T]:
    return MappingProxyType({**mapping, key: value})


@dataclass(frozen=True, slots=True)
class Tile:
    """What one slot shows. Texts are English msgids; `next_action` is the one thing somebody is to do now.

    `step` counts from 1; 0 where no step applies. `since` is when the state began, `budget` the seconds it may take (0: open).
    """

    slot: int
    word: StateWord
    unit: str = ""
    run: str = ""
    serial: str = ""
    model: str = ""
    build: str = ""
    battery: int | None = None
    step: int = 0
    steps: int = 0
    step_key: str = ""
    verb: str = ""
    next_action: str = ""
    since: datetime | None = None
    budget: float = 0.0
    stuck: bool = False
    fault: str = ""
    detail: str = ""


def tile(state: BoardState, slot: int, now: datetime, paths: Mapping[str, Path]) -> Tile:
    """What a slot shows at a moment."""
    unit = state.unit_at(slot)
    if unit is None:
        return Tile(slot, StateWord.EMPTY, next_action=N_("Plug a unit in"))
    run = state.run_of(unit.key)
    path = paths.get(run.path) if run else None
    if run is None or path is None or run.phase is Phase.CANCELLED:
        return _idle(slot, unit)
    if run.phase is Phase.ACTIVE or run.phase is Phase.FAILED:
        return _running(slot, unit, run, path, now)
    return _finished(slot, unit, run, path)


def _base(slot: int, unit: Unit) -> Tile:
    battery = unit.facts.value("unit.battery")
    return Tile(slot, StateWord.IDENTIFYING, unit=unit.key, serial=unit.serial, model=unit.facts.text("unit.model"),
                build=unit.facts.text("unit.build"), battery=battery if isinstance(battery, int) else None, since=unit.since)


def _idle(slot: int, unit: Unit) -> Tile:
    if not unit.present:
        return Tile(slot, StateWord.EMPTY, since=unit.since, next_action=N_("Plug a unit in"))
    if unit.mode != "normal":
        return replace(_base(slot, unit), word=StateWord.NEEDS_YOU, fault=MODE_FAULTS.get(unit.mode, "usb.flash-mode"),
                       next_action=N_("See what to do"))
    trouble = unit.facts.text("unit.trouble")
    if trouble:
        return replace(_base(slot, unit), word=StateWord.NEEDS_YOU, fault=trouble, next_action=N_("See what it needs"))
    if unit.serial:
        return replace(_base(slot, unit), word=StateWord.READY, next_action=N_("Press Start"))
    return replace(_base(slot, unit), next_action=N_("Wait while the station reads the unit"))


def _finished(slot: int, unit: Unit, run: Run, path: Path) -> Tile:
    if not unit.present and run.phase is not Phase.DONE:
        return Tile(slot, StateWord.EMPTY, since=unit.since, next_action=N_("Plug a unit in"))
    word = StateWord.DONE if run.phase is Phase.DONE else StateWord.SKIPPED
    return replace(_base(slot, unit), word=word, run=run.id, since=run.finished, step=len(run.proved), steps=len(path.steps),
                   next_action=N_("Unplug it and take it to its place"))


def _running(slot: int, unit: Unit, run: Run, path: Path, now: datetime) -> Tile:
    step = run.step(path)
    if step is None:
        return _finished(slot, unit, run, path)
    base = replace(_base(slot, unit), run=run.id, since=run.entered_at, step=run.index + 1, steps=len(path.steps),
                   step_key=step.key, verb=step.verb, next_action=step.verb, budget=step.budget)
    if run.phase is Phase.FAILED and run.fault:
        return replace(base, word=StateWord.FAILED, fault=run.fault.code, detail=run.fault.detail, since=run.fault.at,
                       next_action=N_("Read the cure, then press Retry"))
    away = _away(unit, step, now)
    if away is not None:
        return replace(base, **away)
    if run.hold is not None:
        return replace(base, word=StateWord.NEEDS_YOU, fault=run.hold.code, detail=run.hold.detail, since=run.hold.at,
                       next_action=N_("See what it needs"))
    stuck = run.entered_at is not None and (now - run.entered_at).total_seconds() > step.budget
    if stuck:
        return replace(base, word=StateWord.NEEDS_YOU, stuck=True, fault="station.over-budget",
                       next_action=N_("Look at the unit"))
    return replace(base, word=_WORDS[step.actor])


_WORDS = {
    Actor.PERSON: StateWord.NEEDS_YOU,
    Actor.STATION: StateWord.WORKING,
    Actor.UNIT: StateWord.WORKING,
    Actor.CLOUD: StateWord.WAITING_FOR_CLOUD,
}


def _away(unit: Unit, step: Step, now: datetime) -> dict[str, Any] | None:
    """What a tile shows while a unit that is needed has left the bus; None where that does not matter."""
    if unit.present or not (step.cable or step.expects_restart):
        return None
    gone_s = (now - unit.since).total_seconds()
    if gone_s <= max(REBOOT_GRACE_S, step.budget if step.expects_restart else 0.0):
        return {"word": StateWord.RESTARTING, "since": unit.since, "next_action": N_("Leave it plugged in")}
    return {"word": StateWord.NEEDS_YOU, "since": unit.since, "fault": "usb.unplugged", "next_action": N_("Plug it in again")}
