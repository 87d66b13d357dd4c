"""Labels: what stands on one, where, in millimetres. One layout; drawn as ZPL, SVG or on paper by whoever prints it.

The QR code leads back to the record: `HB1:<serial>:<run>:<station number>`, upper case so that it fits QR's alphanumeric mode.
The serial stands there as Code 128 for the scanners that every bench has.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import segno

from station.model.errors import DataError, UsageError
from station.model.faults import catalogue
from station.model.runs import Phase
from station.model.words import N_
from station.report import code128
from station.report.story import Story

Translate = Callable[[str], str]

OUTCOMES = {
    Phase.DONE: N_("DONE"), Phase.FAILED: N_("FAILED"), Phase.SKIPPED: N_("SKIPPED"), Phase.CANCELLED: N_("CANCELLED"),
    Phase.ACTIVE: N_("IN PROGRESS"),
}


@dataclass(frozen=True, slots=True)
class Size:
    """A label stock: width and height in millimetres."""

    key: str
    width: float
    height: float


SIZES = {s.key: s for s in (Size("62x29", 62, 29), Size("57x32", 57, 32), Size("50x25", 50, 25), Size("100x50", 100, 50))}
DEFAULT_SIZE = "62x29"


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `y` is its top, `size` the height of its capitals' line, `strong` bold, `inverse` light on dark."""

    x: float
    y: float
    width: float
    size: float
    text: str
    strong: bool = False
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """A Code 128 symbol of `text`, `module` millimetres a module."""

    x: float
    y: float
    height: float
    module: float
    text: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """A QR symbol (error correction M) of `text`; `size` is its side without the quiet zone."""

    x: float
    y: float
    size: float
    text: str


Item = Text | Bars | Matrix


@dataclass(frozen=True, slots=True)
class Label:
    """A laid-out label."""

    size: Size
    items: tuple[Item, ...]


def qr(text: str) -> list[list[bool]]:
    """The dark modules of a QR symbol, row by row, without quiet zone."""
    symbol = segno.make_qr(text, error="m", boost_error=False)
    return [[bool(module) for module in row] for row in symbol.matrix]


def code_of(story: Story) -> str:
    """What the QR code of a run says."""
    return f"HB1:{story.serial}:{story.run.id}:{story.anchor.station}:{story.anchor.seq}".upper()


@dataclass(frozen=True, slots=True)
class Reference:
    """What a scanned QR code refers to."""

    serial: str
    run: str
    station: str
    seq: int


def read_code(text: str) -> Reference:
    """The reference in a scanned code; ids in lower case again. Raises DataError `report.not-our-code`."""
    parts = text.strip().split(":", 3)
    station, _, seq = parts[-1].rpartition(":")
    if len(parts) != 4 or parts[0] != "HB1" or not seq.isdecimal():
        raise DataError("report.not-our-code", text[:40])
    return Reference(parts[1], parts[2].lower(), station, int(seq))


def size_of(key: str) -> Size:
    """A label stock by key. Raises UsageError `report.unknown-label`."""
    if key not in SIZES:
        raise UsageError("report.unknown-label", key[:40])
    return SIZES[key]


def lay_out(story: Story, size: Size, translate: Translate = str) -> Label:
    """The label of a run."""
    return Label(size, tuple(_items(story, size, translate)))


def _items(story: Story, size: Size, translate: Translate) -> Iterator[Item]:
    margin = round(size.height * 0.07, 2)
    line = round(size.height * 0.09, 2)
    code = code_of(story)
    side = round(min(size.height * 0.52, size.width * 0.34), 2)
    right = size.width - margin - side
    room = right - 2 * margin
    outcome = translate(OUTCOMES[story.outcome])
    done = story.outcome is Phase.DONE
    yield Text(margin, margin, room, line * 1.5, outcome, strong=True, inverse=not done)
    rows = _lines(story, room, line, translate)
    for n, text in enumerate(rows):
        yield Text(margin, round(margin + line * (1.8 + n * 1.15), 2), room, line, text)
    yield Matrix(right, margin, side, code)
    yield from _serial(story.serial, size, margin, line, margin + max(side, line * (1.8 + len(rows) * 1.15)))


def _lines(story: Story, room: float, line: float, translate: Translate) -> Sequence[str]:
    most = int(room / (line * 0.46))
    facts = story.run.facts
    about = " · ".join(t for t in (facts.text("unit.model"), facts.text("unit.build")) if t)
    when = f"{story.run.finished or story.last:%Y-%m-%d %H:%M} UTC"
    failed = story.run.fault if story.outcome is Phase.FAILED else None
    fault = translate(catalogue().explain(failed.code).title) if failed else ""
    who = " · ".join(t for t in (story.station, story.operator) if t)
    lines = (fault or story.run.blueprint, about, when, who)
    return [text if len(text) <= most else f"{text[:most - 1]}…" for text in lines if text]


def _serial(serial: str, size: Size, margin: float, line: float, top: float) -> Iterator[Item]:
    bottom = size.height - margin - line * 1.1
    top = round(top + line * 0.4, 2)
    room = size.width - 2 * margin
    try:
        needed = code128.modules(serial) + 2 * code128.QUIET_MODULES
    except DataError:
        needed = 0
    module = round(min(0.5, room / needed), 3) if needed else 0.0
    if module >= 0.125 and bottom - top >= line:
        x = round(margin + (room - module * (needed - 2 * code128.QUIET_MODULES)) / 2, 2)
        yield Bars(x, top, round(bottom - top, 2), module, serial)
    yield Text(margin, round(bottom + line * 0.1, 2), room, line, serial, strong=True)
