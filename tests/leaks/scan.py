"""The scan of what a test run left behind: journals, logs, exports, reports, support bundles, pictures and what they showed.

A leak is a secret that was heard, whole and in plain or URL-encoded form; anything that has the shape of a token, heard or not;
or, in what a picture showed, a piece of a secret, since windows break and cut long lines.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_plus

from tests.leaks.ears import HEARD

SHOWN = ".shown"
"""Files with the texts that a window showed when its picture was taken."""
_PACKAGE = re.compile(r".*\.(ppkg|wim|provxml)|customizations\.xml|wlan-\d+-\w+\.xml")
"""A package, and what it is made of, is itself a secret and holds secrets by its nature; the program shows it as one."""
_LARGEST = 64 * 1024 * 1024
_PIECE = 16
_RUN = re.compile(r"[A-Za-z0-9_\-.~]{16,}")
_JWT = re.compile(r"eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{16,}")
_CODE = re.compile(r"(?<![0-9a-zA-Z.])[01]\.[0-9a-f]{32}(?![0-9a-f])")
_HEX = re.compile(r"(?<![0-9a-fA-F])[0-9a-f]{32}(?![0-9a-fA-F])")
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Leak:
    """Where a secret stands, and its end (a report must not leak it again)."""

    place: str
    secret: str

    def __str__(self) -> str:
        return f"{self.place}: …{self.secret[-6:]}"


class Secrets:
    """What to look for."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._all = frozenset(secrets)
        self._spaced = tuple(s for s in self._all if not _RUN.fullmatch(s))      # a run of plain letters is found as a whole
        self._pieces = {s[i:i + _PIECE] for s in self._all for i in range(max(1, len(s) - _PIECE + 1))}

    def found_in(self, text: str) -> set[str]:
        """Every secret, or thing of a token's shape, in a text."""
        found: set[str] = set()
        for form in {text, unquote_plus(text)} if "%" in text else {text}:
            found.update(m[0] for pattern in (_JWT, _CODE) for m in pattern.finditer(form))
            found.update(run for run in _RUN.findall(form) if run in self._all)
            found.update(digits for digits in _HEX.findall(form) if digits in self._all)
            found.update(secret for secret in self._spaced if secret in form)
        return found

    def shown_in(self, text: str) -> set[str]:
        """The same, and every piece of a secret that a line of what was shown consists of or holds."""
        pieces = {run[i:i + _PIECE] for run in _RUN.findall(text) for i in range(len(run) - _PIECE + 1)}
        return self.found_in(text) | (pieces & self._pieces)


def scan(folder: Path, secrets: Secrets) -> list[Leak]:
    """Every leak in the files below a folder."""
    leaks = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.name.startswith(HEARD) and not _PACKAGE.fullmatch(file.name):
            for place, text in texts_of(file.name, file.read_bytes()[:_LARGEST]):
                look = secrets.shown_in if place.endswith(SHOWN) else secrets.found_in
                leaks += [Leak(f"{file.relative_to(folder)}{place.removeprefix(file.name)}", secret) for secret in look(text)]
    return leaks


def texts_of(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    """What a file holds, place by place: the bytes as they are, the entries of a zip, the metadata of a picture."""
    yield name, data.decode("latin-1")
    if data.startswith(b"PK\x03\x04") and zipfile.is_zipfile(io.BytesIO(data)):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as bundle:
                for entry in bundle.infolist():
                    if entry.file_size <= _LARGEST and not entry.flag_bits & 1:
                        yield from ((f"{name}/{place}", text) for place, text in texts_of(entry.filename, bundle.read(entry)))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError):
            return      # damaged on purpose by some test: its bytes were looked at above
    elif data.startswith(_PNG):
        yield from ((f"{name} {kind}", text) for kind, text in _png_texts(data))


def _png_texts(data: bytes) -> Iterator[tuple[str, str]]:
    """The textual chunks of a PNG, unpacked (PNG specification, §11.3.3: tEXt, zTXt, iTXt)."""
    at = len(_PNG)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + length]
        at += 12 + length
        key, _, rest = body.partition(b"\0")
        packed = rest[1:] if kind == b"zTXt" else rest[2:].partition(b"\0")[2].partition(b"\0")[2] if kind == b"iTXt" else b""
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            yield key.decode("latin-1"), (_unpacked(packed) or rest).decode("utf-8", "replace")


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return data
