"""Handover of a shift: who leaves what in which slot. Given by one person, taken by the next; both stand in the record.

What is handed over is read from the board at that moment, so that the next person sees what the board shows and not what
somebody remembers (facts/bench-tools §4.24: two-way, written, acknowledged).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from station.journal.journal import Journal
from station.model.board import Tile
from station.model.events import Draft, Event, Noted
from station.model.words import StateWord

GIVEN = "handover.given"
TAKEN = "handover.taken"


@dataclass(frozen=True, slots=True)
class SlotLeft:
    """One slot as it was left."""

    slot: int
    serial: str
    word: str
    step: int
    steps: int
    next_action: str
    fault: str


@dataclass(frozen=True, slots=True)
class Handover:
    """What one person leaves. `seq` and `station` name its row; `taken_by` is empty until somebody has taken it."""

    giver: str
    note: str
    at: datetime
    slots: tuple[SlotLeft, ...]
    station: str = ""
    seq: int = 0
    taken_by: str = ""


def left(tiles: Iterable[Tile]) -> tuple[SlotLeft, ...]:
    """The slots that are not empty."""
    return tuple(SlotLeft(t.slot, t.serial, t.word.value, t.step, t.steps, t.next_action, t.fault)
                 for t in tiles if t.word is not StateWord.EMPTY)


def give(journal: Journal, tiles: Iterable[Tile], giver: str, note: str, now: datetime) -> None:
    """Write a handover into the record. Raises JournalError."""
    slots = json.dumps([asdict(s) for s in left(tiles)], ensure_ascii=False)
    journal.append(Draft(Noted(GIVEN, {"giver": giver, "note": note, "slots": slots}), now))


def take(journal: Journal, handover: Handover, taker: str, now: datetime) -> None:
    """Write that somebody has read and taken a handover. Raises JournalError."""
    journal.append(Draft(Noted(TAKEN, {"taker": taker, "row": f"{handover.station}:{handover.seq}"}), now))


def latest(journal: Journal, station: str) -> Handover | None:
    """The last handover of a station; None where there never was one. Raises JournalError."""
    notes = [e for e in journal.notes("handover.") if e.station == station]
    given = next((e for e in notes if _note(e).topic == GIVEN), None)
    return _read(given, notes) if given else None


def _read(given: Event, notes: Sequence[Event]) -> Handover:
    row = f"{given.station}:{given.seq}"
    takers = (_note(e).about.get("taker", "") for e in notes if _note(e).topic == TAKEN and _note(e).about.get("row") == row)
    about = _note(given).about
    slots = tuple(SlotLeft(**s) for s in json.loads(about.get("slots", "[]")))
    return Handover(about.get("giver", ""), about.get("note", ""), given.at, slots, given.station, given.seq, next(takers, ""))


def _note(event: Event) -> Noted:
    assert isinstance(event.body, Noted)  # noqa: S101 - `notes` gives no others
    return event.body
