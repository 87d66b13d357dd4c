"""The record as text for others: NDJSON that keeps everything, CSV that a spreadsheet opens without running anything."""

import csv
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from station.journal.chain import Row
from station.model.errors import JournalError, UsageError

FORMATS = ("ndjson", "csv")

COLUMNS = ("station", "seq", "at", "unit", "run", "slot", "kind", "body", "hash")
"""Columns of both formats; `hash` lets the export serve as an anchor for `verify`."""


def export(rows: Iterable[Row], stream: TextIO, how: str) -> int:
    """Write rows; returns how many. A CSV stream is to be opened with `newline=""`. Raises UsageError `journal.bad-format`."""
    if how == "ndjson":
        return sum(_line(stream, row) for row in rows)
    if how != "csv":
        raise UsageError("journal.bad-format", how)
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    return sum(1 for cells in _cells(rows) if writer.writerow(cells))


def plain(row: Row) -> dict[str, Any]:
    """A row as a JSON object, its body as an object too; the body of a damaged row as the text that stands there."""
    return {c: _object(row.body) if c == "body" else getattr(row, c) for c in COLUMNS}


def _object(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def harmless(value: object) -> object:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it (OWASP, CSV Injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _line(stream: TextIO, row: Row) -> int:
    stream.write(json.dumps(plain(row), ensure_ascii=False) + "\n")
    return 1


def _cells(rows: Iterable[Row]) -> Iterator[list[object]]:
    for row in rows:
        yield [harmless(getattr(row, column)) for column in COLUMNS]


@contextmanager
def written_whole(file: Path, code: str) -> Iterator[TextIO]:
    """A text file that appears only when it is complete; CSV carries a byte order mark, so that spreadsheets read it as UTF-8.

    Raises JournalError with the given code.
    """
    part = file.with_name(f"{file.name}.part")
    encoding = "utf-8-sig" if file.suffix.casefold() == ".csv" else "utf-8"
    try:
        with part.open("w", encoding=encoding, newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError as e:
        raise JournalError(code, f"{file}: {e.strerror}") from e
    finally:
        part.unlink(missing_ok=True)
