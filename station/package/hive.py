"""A minimal reader of registry hives (`regf`): keys, values, nothing else. A settings store of Windows Configuration
Designer is one.

Source: the public description of the format (“Windows registry file format specification”, M. Suhanov): base block, cells,
nk and vk
records, lf/lh/li/ri lists, db records. Every offset is checked, loops are refused; damaged input is DataError
`package.bad-store`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from station.model.errors import DataError, NotFound

_BASE = 4096
_LARGEST = 64 << 20
_COUNT = 400_000
_DEPTH = 64
_INLINE = 0x80000000
_ASCII_NAME = 0x20
_SEGMENT = 16344


@dataclass(frozen=True, slots=True)
class HiveKey:
    """One key; `at` is the offset of its cell."""

    name: str
    at: int
    subkeys: int
    subkey_list: int
    values: int
    value_list: int


class Hive:
    """A hive in memory. Raises DataError `package.bad-store` on construction where the file is none."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != b"regf" or len(data) < _BASE + 32:
            raise DataError("package.bad-store", "the file does not begin with regf")
        self._data = data
        self._left = _COUNT
        self.root = self._key(int.from_bytes(data[36:40], "little"))

    @classmethod
    def read(cls, path: Path) -> "Hive":
        """Raises NotFound `package.no-store`, DataError `package.bad-store`."""
        try:
            if path.stat().st_size > _LARGEST:
                raise DataError("package.bad-store", f"{path.name} is larger than any store")
            return cls(path.read_bytes())
        except OSError as e:
            raise NotFound("package.no-store", path.name) from e

    def children(self, key: HiveKey) -> Iterator[HiveKey]:
        """The subkeys of a key, in stored order."""
        if key.subkeys:
            for at in self._list(key.subkey_list, 0):
                yield self._key(at)

    def values(self, key: HiveKey) -> dict[str, str | int | bytes]:
        """The values of a key by name: REG_SZ as text, REG_DWORD as number, others as bytes."""
        found: dict[str, str | int | bytes] = {}
        if not key.values:
            return found
        cell = self._cell(key.value_list)
        if key.values * 4 > len(cell):
            raise DataError("package.bad-store", "a value list is cut")
        for number in range(key.values):
            name, value = self._value(int.from_bytes(cell[number * 4:number * 4 + 4], "little"))
            found[name] = value
        return found

    def walk(self) -> Iterator[tuple[tuple[str, ...], HiveKey]]:
        """Every key below the root with its path, parents first."""
        stack: list[tuple[tuple[str, ...], HiveKey]] = [((), self.root)]
        while stack:
            path, key = stack.pop()
            if path:
                yield path, key
            if len(path) > _DEPTH:
                raise DataError("package.bad-store", "keys are nested too deeply")
            stack.extend(((*path, c.name), c) for c in reversed(list(self.children(key))))

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise DataError("package.bad-store", "the hive holds too many records, or a loop")

    def _cell(self, at: int) -> bytes:
        self._spend()
        start = _BASE + at
        if at == 0xFFFFFFFF or start + 4 > len(self._data):
            raise DataError("package.bad-store", "a record lies outside the file")
        size = abs(struct.unpack_from("<i", self._data, start)[0])
        if size < 8 or start + size > len(self._data):
            raise DataError("package.bad-store", "a record has an impossible size")
        return self._data[start + 4:start + size]

    def _key(self, at: int) -> HiveKey:
        cell = self._cell(at)
        if cell[:2] != b"nk" or len(cell) < 76:
            raise DataError("package.bad-store", "a key is expected where none is")
        flags, = struct.unpack_from("<H", cell, 2)
        subkeys, = struct.unpack_from("<I", cell, 20)
        subkey_list, = struct.unpack_from("<I", cell, 28)
        values, value_list = struct.unpack_from("<II", cell, 36)
        length, = struct.unpack_from("<H", cell, 72)
        name = _name(cell[76:76 + length], ascii_=bool(flags & _ASCII_NAME))
        return HiveKey(name, at, subkeys, subkey_list, values, value_list)

    def _list(self, at: int, depth: int) -> Iterator[int]:
        cell = self._cell(at)
        kind = cell[:2]
        count, = struct.unpack_from("<H", cell, 2)
        width = {b"lf": 8, b"lh": 8, b"li": 4, b"ri": 4}.get(kind)
        if width is None or 4 + count * width > len(cell) or depth > 2:
            raise DataError("package.bad-store", "a list of keys is damaged")
        for number in range(count):
            offset, = struct.unpack_from("<I", cell, 4 + number * width)
            if kind == b"ri":
                yield from self._list(offset, depth + 1)
            else:
                yield offset

    def _value(self, at: int) -> tuple[str, str | int | bytes]:
        cell = self._cell(at)
        if cell[:2] != b"vk" or len(cell) < 20:
            raise DataError("package.bad-store", "a value is expected where none is")
        name_length, length, offset, kind, flags = struct.unpack_from("<HIIIH", cell, 2)
        name = _name(cell[20:20 + name_length], ascii_=bool(flags & 1))
        raw = self._value_data(offset, length)
        if kind in (1, 2):
            return name, raw.decode("utf-16-le", "replace").rstrip("\0")
        return name, int.from_bytes(raw[:4], "little") if kind == 4 else raw

    def _value_data(self, offset: int, length: int) -> bytes:
        if length & _INLINE:
            return offset.to_bytes(4, "little")[:length & 0xF]
        cell = self._cell(offset)
        if length > _SEGMENT and cell[:2] == b"db":
            count, segments = struct.unpack_from("<HI", cell, 2)
            table = self._cell(segments)
            if count * 4 > len(table):
                raise DataError("package.bad-store", "a long value is cut")
            pieces = [self._cell(int.from_bytes(table[n * 4:n * 4 + 4], "little"))[:_SEGMENT] for n in range(count)]
            return b"".join(pieces)[:length]
        if length > len(cell):
            raise DataError("package.bad-store", "a value is cut")
        return cell[:length]


def _name(raw: bytes, *, ascii_: bool) -> str:
    return raw.decode("latin-1") if ascii_ else raw.decode("utf-16-le", "replace")
