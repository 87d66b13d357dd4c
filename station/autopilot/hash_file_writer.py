"""Hash files as their destinations take them: written strictly, split at the limit, put in place in one move.

Source: facts/tenant §5. Intune: plain ASCII, CRLF, no byte order mark, no quotes, exact header, 500 rows. A value that would need
quotes is refused rather than changed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from station.autopilot.hash_check import CheckedRow
from station.autopilot.whole_file import replace_file
from station.model.errors import DataError

_FORBIDDEN = frozenset(',"\r\n\t;')
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, exactly as the destination spells it, and its cell."""

    header: str
    cell: Callable[[CheckedRow], str]


@dataclass(frozen=True, slots=True)
class Destination:
    """Who will read the file. `optional` columns are written only if a row fills one of them; `limit` counts rows, 0 = none."""

    key: str
    columns: tuple[Column, ...]
    optional: tuple[Column, ...] = ()
    limit: int = 0
    headed: bool = True
    byte_order_mark: bool = False


def _maker(row: CheckedRow) -> str:
    return row.hash.manufacturer if row.hash else row.row.manufacturer


def _model(row: CheckedRow) -> str:
    return row.hash.model if row.hash else row.row.model


_SERIAL = Column("Device Serial Number", lambda r: r.serial)
_PRODUCT = Column("Windows Product ID", lambda r: r.row.product_key)
_HASH = Column("Hardware Hash", lambda r: r.row.hash_text)

INTUNE = Destination(
    "intune", (_SERIAL, _PRODUCT, _HASH),
    (Column("Group Tag", lambda r: r.row.group_tag), Column("Assigned User", lambda r: r.row.assigned_user)), limit=500)
PARTNER_CENTER = Destination(
    "partner-center",
    (Column("Device serial number", _SERIAL.cell), Column("Windows product ID", _PRODUCT.cell),
     Column("Hardware hash", _HASH.cell), Column("Manufacturer name", _maker), Column("Device model", _model)),
    limit=1000, byte_order_mark=True)
MICROSOFT_SUPPORT = Destination("microsoft-support", (_SERIAL,), headed=False)
CORPORATE_IDENTIFIERS = Destination(
    "corporate-identifiers", (Column("Manufacturer", _maker), Column("Model", _model), Column("Serial", _SERIAL.cell)),
    limit=5000, headed=False)

DESTINATIONS: Mapping[str, Destination] = MappingProxyType({
    d.key: d for d in (INTUNE, PARTNER_CENTER, MICROSOFT_SUPPORT, CORPORATE_IDENTIFIERS)})


def write(rows: Sequence[CheckedRow], target: Path, destination: Destination = INTUNE) -> tuple[Path, ...]:
    """Write `target`, or `target` with -1, -2 … before its suffix where the limit makes several files.

    All values are checked before the first byte is written. Raises DataError `autopilot.csv-value-forbidden` or
    `autopilot.csv-nothing-to-write`, ConfigurationError `autopilot.csv-not-written`.
    """
    if not rows:
        raise DataError("autopilot.csv-nothing-to-write", target.name)
    columns = destination.columns + _needed(rows, destination.optional)
    lines = [_line(row, columns) for row in rows]
    head = ",".join(c.header for c in columns) if destination.headed else ""
    parts = split(lines, destination.limit)
    written = []
    for number, part in enumerate(parts, 1):
        path = target if len(parts) == 1 else target.with_name(f"{target.stem}-{number:0{len(str(len(parts)))}}{target.suffix}")
        text = "".join(f"{line}\r\n" for line in ([head] if head else []) + part)
        replace_file(path, text.encode("utf-8-sig" if destination.byte_order_mark else "ascii"))
        written.append(path)
    return tuple(written)


def split(rows: Sequence[T], limit: int) -> list[list[T]]:
    """Rows in parts of at most `limit`; one part where there is no limit."""
    size = limit or max(1, len(rows))
    return [list(rows[i:i + size]) for i in range(0, len(rows), size)]


def _needed(rows: Iterable[CheckedRow], optional: tuple[Column, ...]) -> tuple[Column, ...]:
    """Optional columns up to the last one that any row fills: Intune knows them by name and expects them in order."""
    filled = {c.header for row in rows for c in optional if c.cell(row)}
    last = max((i for i, c in enumerate(optional, 1) if c.header in filled), default=0)
    return optional[:last]


def _line(row: CheckedRow, columns: tuple[Column, ...]) -> str:
    cells = []
    for column in columns:
        cell = column.cell(row)
        check_value(cell, f"{row.serial}, {column.header}")
        cells.append(cell)
    return ",".join(cells)


def check_value(value: str, where: str) -> None:
    """Refuse what Intune's file cannot hold. Raises DataError `autopilot.csv-value-forbidden`."""
    if not value.isascii() or not _FORBIDDEN.isdisjoint(value) or not (value.isprintable() or not value):
        raise DataError("autopilot.csv-value-forbidden", f"{where}: {value[:40]!r}")
