"""Zip archives from headsets and people, opened with suspicion: nothing is unpacked to disk, every read is bounded.

A path that escapes cannot do harm here, since entries are only read into memory; it still marks an archive that no headset
made, and is refused.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from station.autopilot.diagnostics import AUTOPILOT_ARCHIVE
from station.model.errors import DataError

MAX_ARCHIVE_BYTES = 1024 * 1024 * 1024
MAX_ENTRIES = 10_000
MAX_ENTRY_BYTES = 64 * 1024 * 1024
MAX_TOTAL_BYTES = 128 * 1024 * 1024
MAX_HASH_FILES = 64

_HASH_FILE = re.compile(r"^DeviceHash.*\.csv$", re.IGNORECASE)
_END_OF_DIRECTORY = b"PK\x05\x06"
_END_SIZE = 22
_MAX_COMMENT = 65_535
_LOCAL_HEADER = b"PK\x03\x04"
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error, IndexError, OverflowError)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file inside an archive: its base name and its content."""

    name: str
    content: bytes


@contextmanager
def opened(stream: BinaryIO, name: str) -> Iterator[zipfile.ZipFile]:
    """An archive whose directory was looked over before it is trusted.

    Raises DataError: `autopilot.zip-not-a-zip`, `-zip-cut-short`, `-zip-too-large`, `-zip-damaged`.
    """
    _look_over(stream, name)
    try:
        archive = zipfile.ZipFile(stream)
    except (*_DAMAGE, NotImplementedError) as e:     # zipfile says the latter of a directory that asks for a newer version
        raise DataError("autopilot.zip-damaged", f"{name}: {e}") from e
    with archive:
        yield archive


def _look_over(stream: BinaryIO, name: str) -> None:
    """Sizes from the end record alone, so that a directory of millions of entries is never built."""
    size = stream.seek(0, io.SEEK_END)
    if size > MAX_ARCHIVE_BYTES:
        raise DataError("autopilot.zip-too-large", f"{name}: {size // 1_000_000} MB")
    stream.seek(max(0, size - _END_SIZE - _MAX_COMMENT))
    tail = stream.read()
    stream.seek(0)
    head = stream.read(4)
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or at + _END_SIZE > len(tail):
        code = "autopilot.zip-cut-short" if head[:2] == _LOCAL_HEADER[:2] else "autopilot.zip-not-a-zip"
        raise DataError(code, f"{name}: {size} bytes")
    entries, directory = struct.unpack_from("<HI", tail, at + 10)
    if entries > MAX_ENTRIES or directory > MAX_ENTRIES * 400:
        raise DataError("autopilot.zip-too-large", f"{name}: {entries} entries, directory of {directory} bytes")


def hash_files(stream: BinaryIO, name: str) -> tuple[Entry, ...]:
    """Every DeviceHash*.csv of an archive, or of an AutopilotDiagnostics.zip inside it (one level, no deeper).

    Raises DataError as `opened`, and `autopilot.zip-no-hash`, `-zip-unsafe-name`, `-zip-encrypted`, `-zip-method`.
    """
    budget = _Budget(name)
    found: list[Entry] = []
    with opened(stream, name) as archive:
        for info in _files(archive):
            base = _base_name(info.filename)
            if _HASH_FILE.match(base):
                found.append(Entry(base, budget.read(archive, info)))
            elif base.casefold() == AUTOPILOT_ARCHIVE.casefold():
                inner = io.BytesIO(budget.read(archive, info))
                with opened(inner, f"{name}/{base}") as nested:
                    found += [Entry(_base_name(i.filename), budget.read(nested, i))
                              for i in _files(nested) if _HASH_FILE.match(_base_name(i.filename))]
    if not found:
        raise DataError("autopilot.zip-no-hash", name)
    return tuple(found)


def read_named(stream: BinaryIO, name: str, wanted: frozenset[str]) -> tuple[Entry, ...]:
    """Entries whose base name (any case, `wanted` in lower case) is asked for; none is an answer. Raises as `hash_files`."""
    budget = _Budget(name)
    with opened(stream, name) as archive:
        return tuple(Entry(_base_name(info.filename), budget.read(archive, info)) for info in _files(archive)
                     if _base_name(info.filename).casefold() in wanted)


def entry_names(stream: BinaryIO, name: str) -> tuple[str, ...]:
    """Base names of all files, for telling what kind of archive it is. Raises as `opened`."""
    with opened(stream, name) as archive:
        return tuple(_base_name(info.filename) for info in _files(archive))


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [info for info in archive.infolist() if not info.is_dir()]


def _base_name(filename: str) -> str:
    return PurePosixPath(filename.replace("\\", "/")).name


def _escapes(filename: str) -> bool:
    path = filename.replace("\\", "/")
    return path.startswith("/") or re.match(r"^[A-Za-z]:", path) is not None or ".." in path.split("/")


class _Budget:
    """What may still be inflated out of one archive, nested ones included. Declared sizes are believed only when they refuse."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = MAX_TOTAL_BYTES
        self._files = MAX_HASH_FILES

    def read(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
        """Content of one entry. Raises DataError with the code of what is wrong with it."""
        where = f"{self._name}: {_base_name(info.filename)}"
        if _escapes(info.orig_filename):
            raise DataError("autopilot.zip-unsafe-name", where)
        if info.flag_bits & 0x1:
            raise DataError("autopilot.zip-encrypted", where)
        self._files -= 1
        limit = min(MAX_ENTRY_BYTES, self._left)
        if info.file_size > limit or self._files < 0:
            raise DataError("autopilot.zip-too-large", f"{where}: {info.file_size} bytes unpacked")
        try:
            with archive.open(info) as stream:
                content = stream.read(limit + 1)
        except NotImplementedError as e:             # zipfile says so of a compression that it cannot undo
            raise DataError("autopilot.zip-method", f"{where}: {e}") from e
        except (*_DAMAGE, RuntimeError) as e:
            raise DataError("autopilot.zip-damaged", f"{where}: {e}") from e
        if len(content) > limit:
            raise DataError("autopilot.zip-too-large", f"{where}: more than {limit} bytes unpacked")
        self._left -= len(content)
        return content
