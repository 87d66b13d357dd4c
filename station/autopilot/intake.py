"""Whatever a person brings: CSV files, a headset's zip, folders of them; read and checked into one result.

One damaged file never hides the others: it becomes a `Rejected` with its own code.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from station.autopilot import archives, hash_file
from station.autopilot.hash_check import CheckedRow, check_rows
from station.autopilot.hash_file import HashRow
from station.model.errors import DataError, HoloBenchError, NotFound

_ZIP = b"PK\x03\x04"
_NOT_TEXT: Mapping[bytes, str] = MappingProxyType({
    b"\xd0\xcf\x11\xe0": "autopilot.csv-is-workbook",      # compound file: .xls
    b"MSCF": "autopilot.archive-unknown",                  # .cab
    b"7z\xbc\xaf": "autopilot.archive-unknown",
    b"Rar!": "autopilot.archive-unknown",
    b"\x1f\x8b": "autopilot.archive-unknown",
    b"%PDF": "autopilot.csv-not-text",
})
_WORKBOOK_PARTS = frozenset({"workbook.xml", "workbook.bin"})
_SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".zip"})


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that could not be read, or only in part: its name and the fault."""

    file: str
    code: str
    detail: str = ""

    @property
    def told(self) -> str:
        """The detail behind the file's name, which most details begin with themselves."""
        return self.detail if self.detail.startswith(self.file) else f"{self.file}: {self.detail}" if self.detail else self.file


@dataclass(frozen=True, slots=True)
class Intake:
    """All rows that could be read, checked, and the files that could not."""

    rows: tuple[CheckedRow, ...]
    rejected: tuple[Rejected, ...]


def take_in(paths: Iterable[Path], unit_serials: Mapping[str, str] = MappingProxyType({})) -> Intake:
    """Read and check files and folders (not their sub-folders), in the order given.

    Raises NotFound `autopilot.no-such-file` if a path does not exist; everything inside the files becomes a `Rejected`.
    """
    rows: list[CheckedRow] = []
    rejected: list[Rejected] = []
    for path in _expanded(paths):
        if path.is_dir():
            rejected.append(Rejected(path.name, "autopilot.folder-empty"))
            continue
        try:
            with path.open("rb") as stream:
                for row in check_rows(rows_of(stream, path.name), unit_serials):
                    rows.append(row)  # noqa: PERF402 - the rows before a damage are kept
        except HoloBenchError as e:
            rejected.append(Rejected(path.name, e.code, e.detail))
        except OSError as e:
            rejected.append(Rejected(path.name, "autopilot.file-unreadable", e.strerror or str(e)))
    return Intake(tuple(rows), tuple(rejected))


def _expanded(paths: Iterable[Path]) -> Iterator[Path]:
    """Files; a folder only where it holds none."""
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.casefold() in _SUFFIXES and p.is_file())
            yield from inside or [path]
        elif path.exists():
            yield path
        else:
            raise NotFound("autopilot.no-such-file", path.name)


def rows_of(stream: BinaryIO, name: str) -> Iterator[HashRow]:
    """Rows of one file, told by content, not by suffix. Raises DataError as `hash_file.read` and `archives.hash_files`."""
    head = stream.read(4)
    stream.seek(0)
    if head == _ZIP or head[:4] == b"PK\x05\x06":
        yield from _zipped(stream, name)
        return
    for magic, code in _NOT_TEXT.items():
        if head.startswith(magic):
            raise DataError(code, name)
    yield from hash_file.read(stream, name)


def _zipped(stream: BinaryIO, name: str) -> Iterator[HashRow]:
    try:
        entries = archives.hash_files(stream, name)
    except DataError as e:
        if e.code == "autopilot.zip-no-hash" and _WORKBOOK_PARTS & set(archives.entry_names(stream, name)):
            raise DataError("autopilot.csv-is-workbook", name) from e
        raise
    for entry in entries:
        yield from hash_file.read(io.BytesIO(entry.content), f"{name}/{entry.name}")
