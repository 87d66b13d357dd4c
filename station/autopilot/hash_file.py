"""Hash files as people have them: read liberally, row by row, whatever program touched them.

Byte order marks, UTF-16 without one, UTF-8 or cp1252; `,` `;` tab or `|`; quotes; Excel's `sep=` line, PowerShell's `#TYPE`
line; whole rows in one cell;
hash cells wrapped over lines, quoted or not; header by name in any order, on one line with its first row, or none at all.
Source: facts/tenant §5 ("Reading (be liberal)"), facts/enrolment §3.4. Writing is `hash_file_writer`.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import BinaryIO

from station.autopilot.hardware_hash import decode, mask
from station.model.errors import DataError

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_LINE_CHARACTERS = 100_000

_CHUNK = 1024 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",;\t|"
_HASH_START = re.compile(r"\s*[\"'=]*T0[E-H]")
_BASE64_TAIL = re.compile(r"^[A-Za-z0-9+/]+={0,2}$")
_TYPE = re.compile(r"^\W{0,2}#TYPE ")
"""What Export-Csv of Windows PowerShell writes before the header."""
_QUOTED = re.compile(r'"[^"]*"')
_HASH_MINIMUM = 100
_SERIAL_MAXIMUM = 40

_FIELD_OF: Mapping[str, str] = MappingProxyType({
    "deviceserialnumber": "serial", "serialnumber": "serial", "serial": "serial",
    "windowsproductid": "product_key", "productid": "product_key", "productkey": "product_key", "productkeyid": "product_key",
    "hardwarehash": "hash_text", "hash": "hash_text", "hardwareid": "hash_text", "hardwareidentifier": "hash_text",
    "grouptag": "group_tag", "ordertag": "group_tag", "orderid": "group_tag",
    "assigneduser": "assigned_user", "assigneduserprincipalname": "assigned_user", "userprincipalname": "assigned_user",
    "manufacturername": "manufacturer", "manufacturer": "manufacturer",
    "devicemodel": "model", "model": "model",
})
_INTUNE_ORDER = ("serial", "product_key", "hash_text", "group_tag", "assigned_user")
_HEADER_WITH_ROW = re.compile(r"^\s*(?P<name>assigned\s?user|group\s?tag|hardware\s?hash)\s+(?P<rest>\S.*)$",
                              re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class HashRow:
    """One device of a file, cells as they stand; `line` is where the row begins, `file` a name to show."""

    serial: str
    hash_text: str = field(repr=False)
    product_key: str = ""
    group_tag: str = ""
    assigned_user: str = ""
    manufacturer: str = ""
    model: str = ""
    file: str = ""
    line: int = 0


def read(stream: BinaryIO, name: str) -> Iterator[HashRow]:
    """Rows of one text file, read as they are asked for. The stream must be seekable and is left open.

    Raises DataError: `autopilot.csv-empty`, `-csv-no-hash-column`, `-csv-too-large`, `-csv-line-too-long`, `-csv-not-text`,
    `-csv-quote-open`.
    """
    encoding = detect_encoding(stream)
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    try:
        yield from _rows(_lines(text, name), name)
    finally:
        text.detach()


def detect_encoding(stream: BinaryIO) -> str:
    """Byte order mark, else the zero bytes of UTF-16, else UTF-8 if the whole file is, else cp1252.

    Raises DataError `autopilot.csv-too-large` or `autopilot.csv-not-text`.
    """
    stream.seek(0)
    head = stream.read(4096)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    zeros_even, zeros_odd = head[::2].count(0), head[1::2].count(0)
    if max(zeros_even, zeros_odd) > len(head) // 4:
        return "utf-16-be" if zeros_even > zeros_odd else "utf-16-le"
    if zeros_even + zeros_odd:
        raise DataError("autopilot.csv-not-text", "zero bytes")
    decoder = codecs.getincrementaldecoder("utf-8")()
    size, chunk = 0, head
    try:
        while chunk:
            size += len(chunk)
            if size > MAX_FILE_BYTES:
                raise DataError("autopilot.csv-too-large", f"more than {MAX_FILE_BYTES // 1_000_000} MB")
            if not chunk.isascii() or decoder.getstate()[0]:
                decoder.decode(chunk)
            chunk = stream.read(_CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    """Lines, each bounded; a lone CR is taken as a line end by the csv reader."""
    total = 0
    while line := text.readline(MAX_LINE_CHARACTERS):
        total += len(line)
        if len(line) >= MAX_LINE_CHARACTERS:
            raise DataError("autopilot.csv-line-too-long", name)
        if total > MAX_FILE_BYTES:
            raise DataError("autopilot.csv-too-large", name)
        yield line


def _rows(lines: Iterator[str], name: str) -> Iterator[HashRow]:
    first, skipped = _first_line(lines, name)
    declared = re.match(r"^\W?sep=(.)", first, re.IGNORECASE)
    if declared:
        delimiter, source, before = declared[1], lines, skipped
    else:
        delimiter, source, before = _delimiter(first), _chain(first, lines), skipped - 1
    reader = csv.reader(source, delimiter=delimiter, skipinitialspace=True)
    table = _Table(name)
    trouble: DataError | None = None
    begun = before
    try:
        for cells in reader:
            line, begun = begun + 1, before + reader.line_num
            if len(cells) == 1:
                cells = _unfold(cells[0])
            row = table.take(cells, line, delimiter)
            if row is not None:
                yield row
    except csv.Error as e:
        trouble = DataError("autopilot.csv-quote-open", f"{name}, from line {begun + 1}: {e}")
    except DataError as e:
        trouble = e
    last = table.close() if trouble is None else table.pending
    if last is not None:
        yield last
    if trouble is not None:
        raise trouble


def _first_line(lines: Iterator[str], name: str) -> tuple[str, int]:
    """The first line that says anything, and its number."""
    for number, line in enumerate(lines, 1):
        if line.strip(" \t\r\n\x00\ufeff,;\"") and not _TYPE.match(line):
            return line, number
    raise DataError("autopilot.csv-empty", name)


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(line: str) -> str:
    """The separator seen most often outside quotes; a comma where there is none."""
    bare = _QUOTED.sub("", line)
    best = max(_DELIMITERS, key=bare.count)
    return best if bare.count(best) else ","


def _unfold(cell: str) -> list[str]:
    """A row that a spreadsheet kept in one cell, as cells again."""
    if not any(d in cell for d in _DELIMITERS) or "\n" in cell:
        return [cell]
    return next(csv.reader([cell], delimiter=_delimiter(cell), skipinitialspace=True), [cell])


def _plain(cell: str) -> str:
    """A cell without blanks around it and without Excel's `="…"` and leading apostrophe."""
    text = cell.strip(" \t\r\n\x00\u00a0\u200b\ufeff")
    if text.startswith("=") and len(text) > 1:
        text = text[1:].strip('"')
    return text.strip("\"'")


def _column_name(cell: str) -> str:
    return re.sub(r"[\s_\-.\"'\ufeff\u00a0]+", "", cell).casefold()


class _Table:
    """Cells to rows: knows the columns once the header is seen, and joins hashes that were wrapped without quotes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._columns: tuple[str | None, ...] = ()
        self.pending: HashRow | None = None
        self._open_ended = False
        self._any = False

    def take(self, cells: Sequence[str], line: int, delimiter: str) -> HashRow | None:
        """The row that is now known to be complete, if any."""
        if not any(cell.strip() for cell in cells) or _TYPE.match(cells[0]):
            return None
        begins_anew = bool(self._columns) and self._is_header(cells)
        if begins_anew or not self._columns:
            ready, self.pending = self.pending, None
            rest = self._header(cells)
            if rest:
                self.pending = self._row(rest, line, delimiter)
            return ready
        if self._continues(cells):
            self._join(cells)
            return None
        ready, self.pending = self.pending, self._row(cells, line, delimiter)
        return ready

    def close(self) -> HashRow | None:
        """The last row, once the file has ended."""
        if not self._any:
            raise DataError("autopilot.csv-empty", self._name)
        return self.pending

    def _header(self, cells: Sequence[str]) -> Sequence[str]:
        """Learn the columns; answers the cells of a first row that stands on the same line, or is all there is."""
        names = [_FIELD_OF.get(_column_name(cell)) for cell in cells]
        if "hash_text" in names:
            return self._named(cells, names)
        for index, cell in enumerate(cells):
            glued = _HEADER_WITH_ROW.match(cell)
            if glued and any(names[:index]):
                names[index] = _FIELD_OF[_column_name(glued["name"])]
                self._columns = tuple(names[:index + 1])
                return [glued["rest"], *cells[index + 1:]]
        for index, cell in enumerate(cells):
            if len(cell) >= _HASH_MINIMUM and _HASH_START.match(cell):
                self._columns = self._guess(cells, index)
                return cells
        raise DataError("autopilot.csv-no-hash-column", f"{self._name}: {', '.join(c.strip()[:24] for c in cells[:6])}")

    @staticmethod
    def _is_header(cells: Sequence[str]) -> bool:
        """Whether a further file begins here: people put files together with `copy *.csv`, headers and all."""
        if len(cells[0]) > _SERIAL_MAXIMUM or _column_name(cells[0]) not in _FIELD_OF:
            return False
        names = [_FIELD_OF.get(_column_name(cell[:_SERIAL_MAXIMUM])) for cell in cells]
        return "hash_text" in names and sum(name is not None for name in names) > 1

    def _named(self, cells: Sequence[str], names: Sequence[str | None]) -> Sequence[str]:
        for index, cell in enumerate(cells):
            glued = _HEADER_WITH_ROW.match(cell)
            if glued and index >= list(names).index("hash_text"):
                self._columns = (*names[:index], _FIELD_OF[_column_name(glued["name"])])
                return [glued["rest"], *cells[index + 1:]]
        self._columns = tuple(names)
        return ()

    @staticmethod
    def _guess(cells: Sequence[str], hash_index: int) -> tuple[str | None, ...]:
        """Columns of a file without header: Intune's order where the hash stands third, else the hash and what precedes it."""
        if hash_index == 2:
            partner = len(cells) == 5 and cells[4].strip() and "@" not in cells[4]
            return (*_INTUNE_ORDER[:3], "manufacturer", "model") if partner else _INTUNE_ORDER
        return ("serial", "hash_text") if hash_index == 1 else (*[None] * hash_index, "hash_text")

    def _row(self, cells: Sequence[str], line: int, delimiter: str) -> HashRow:
        self._any = True
        values: dict[str, str] = {}
        for column, cell in zip(self._columns, cells, strict=False):
            if column is None:
                continue
            if "\n" in cell and delimiter in cell:
                raise DataError("autopilot.csv-quote-open", f"{self._name}, from line {line}")
            value = _plain(cell)
            if value and not values.get(column):
                values[column] = value
        hash_index = self._columns.index("hash_text")
        self._open_ended = len(cells) == hash_index + 1
        serial, hash_text = values.pop("serial", ""), values.pop("hash_text", "")
        if len(serial) > _SERIAL_MAXIMUM:       # no serial: perhaps the hash, which is shown nowhere in full
            serial = mask(serial)
        return HashRow(serial=serial, hash_text=hash_text, file=self._name, line=line, **values)

    def _continues(self, cells: Sequence[str]) -> bool:
        """Whether these cells are the rest of a hash that somebody's mail program wrapped."""
        if self.pending is None or not self._open_ended:
            return False
        room = len(self._columns) - self._columns.index("hash_text")
        tail = cells[0].strip()
        if len(cells) > room or not _BASE64_TAIL.match(tail) or any(_HASH_START.match(cell) for cell in cells):
            return False
        return len(tail) > _SERIAL_MAXIMUM or not tail.strip("A=") or not _complete(self.pending.hash_text)

    def _join(self, cells: Sequence[str]) -> None:
        assert self.pending is not None  # noqa: S101 - told by _continues
        self._open_ended = len(cells) == 1
        after = self._columns[self._columns.index("hash_text") + 1:]
        more = {c: _plain(v) for c, v in zip(after, cells[1:], strict=False) if c}
        self.pending = replace(self.pending, hash_text=self.pending.hash_text + cells[0].strip(), **more)  # type: ignore[arg-type]


def _complete(hash_text: str) -> bool:
    try:
        decode(hash_text)
    except DataError:
        return False
    return True
