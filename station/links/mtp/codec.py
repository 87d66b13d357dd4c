"""Containers and datasets of MTP as bytes, both directions. Pure; bounded; every damaged input raises DataError.

All numbers are little-endian. Source: facts/device-io §2.1 (containers, strings, arrays, times) and §2.2 (datasets).
"""

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from station.links.mtp.operations import ContainerKind, Format
from station.model.errors import DataError

HEADER_SIZE = 12
MAX_PARAMETERS = 5
MAX_STRING_UNITS = 254

_HEADER = struct.Struct("<IHHI")
_TIME = re.compile(
    r"^(?P<y>\d{4})(?P<mo>\d\d)(?P<d>\d\d)T(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)(?:\.\d+)?(?P<zone>Z|[+-]\d{4})?$")


@dataclass(frozen=True, slots=True)
class Header:
    """Start of every container. `length` counts these 12 bytes too; 0xFFFFFFFF means not known."""

    length: int
    kind: int
    code: int
    transaction: int


def pack_header(kind: ContainerKind, code: int, transaction: int, payload_size: int) -> bytes:
    """The 12 bytes before a payload; sizes that do not fit are announced as not known."""
    return _HEADER.pack(min(HEADER_SIZE + payload_size, 0xFFFF_FFFF), kind, code, transaction)


def pack_container(kind: ContainerKind, code: int, transaction: int, payload: bytes = b"") -> bytes:
    """A whole container."""
    return pack_header(kind, code, transaction, len(payload)) + payload


def pack_command(operation: int, transaction: int, parameters: tuple[int, ...] = ()) -> bytes:
    """A command container; at most five parameters."""
    return pack_container(ContainerKind.COMMAND, operation, transaction, pack_parameters(parameters))


def pack_parameters(parameters: tuple[int, ...]) -> bytes:
    """Parameters of a command, response or event."""
    if len(parameters) > MAX_PARAMETERS:
        raise ValueError("at most five parameters")
    return struct.pack(f"<{len(parameters)}I", *parameters)


def unpack_header(data: bytes) -> Header:
    """Read a header. Raises DataError `mtp.bad-container` for a length under 12 or a kind that does not exist."""
    if len(data) < HEADER_SIZE:
        raise DataError("mtp.bad-container", f"{len(data)} bytes instead of a header")
    header = Header(*_HEADER.unpack_from(data))
    if header.length < HEADER_SIZE or header.kind not in ContainerKind.__members__.values():
        raise DataError("mtp.bad-container", f"length {header.length}, kind {header.kind}")
    return header


def unpack_parameters(payload: bytes) -> tuple[int, ...]:
    """Parameters of a response or event. Raises DataError `mtp.bad-container` unless 0 to 5 whole numbers."""
    if len(payload) % 4 or len(payload) > 4 * MAX_PARAMETERS:
        raise DataError("mtp.bad-container", f"{len(payload)} bytes of parameters")
    return struct.unpack(f"<{len(payload) // 4}I", payload)


class Reader:
    """A bounded cursor over a dataset; reading past the end raises DataError `mtp.bad-dataset`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        if size > len(self._data) - self._at:
            raise DataError("mtp.bad-dataset", f"{size} bytes wanted at {self._at} of {len(self._data)}")
        piece = self._data[self._at:self._at + size]
        self._at += size
        return piece

    def number(self, size: int) -> int:
        """An unsigned number of `size` bytes."""
        return int.from_bytes(self.take(size), "little")

    def u8(self) -> int:
        return self.number(1)

    def u16(self) -> int:
        return self.number(2)

    def u32(self) -> int:
        return self.number(4)

    def u64(self) -> int:
        return self.number(8)

    def string(self) -> str:
        """u8 count including NUL, UTF-16LE; 0 is the empty string. Lone surrogates become U+FFFD; a missing NUL is borne."""
        units = self.take(2 * self.u8())
        return units.decode("utf-16-le", errors="replace").split("\0", 1)[0]

    def array(self, size: int) -> tuple[int, ...]:
        """u32 count and that many unsigned numbers of `size` bytes; the count is checked against what is there."""
        count = self.u32()
        items = self.take(count * size)
        return tuple(int.from_bytes(items[i:i + size], "little") for i in range(0, len(items), size))


def pack_string(text: str) -> bytes:
    """A dataset string. Raises DataError `mtp.bad-name` beyond 254 UTF-16 units or with a NUL inside."""
    units = text.encode("utf-16-le", errors="replace")
    if "\0" in text or len(units) // 2 > MAX_STRING_UNITS:
        raise DataError("mtp.bad-name", text[:40])
    return b"\0" if not text else bytes([len(units) // 2 + 1]) + units + b"\0\0"


def pack_array(items: tuple[int, ...], size: int) -> bytes:
    """A dataset array of unsigned numbers of `size` bytes."""
    return len(items).to_bytes(4, "little") + b"".join(i.to_bytes(size, "little") for i in items)


def unpack_time(text: str) -> datetime | None:
    """`YYYYMMDDThhmmss[.s][Z|±hhmm]`; without a zone it is taken for UTC; None for anything else."""
    match = _TIME.match(text)
    if not match:
        return None
    zone = match["zone"]
    offset = timedelta() if zone in (None, "Z") else timedelta(
        minutes=int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[3:])))
    try:
        return datetime(int(match["y"]), int(match["mo"]), int(match["d"]), int(match["h"]), int(match["mi"]),
                        int(match["s"]), tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def pack_time(at: datetime | None) -> str:
    """The dataset form of a time, in UTC; empty for None."""
    if at is None:
        return ""
    utc = at.astimezone(UTC)
    return f"{utc.year:04d}{utc:%m%dT%H%M%S}Z"


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Answer of GetDeviceInfo."""

    standard_version: int
    vendor_extension: int
    vendor_extension_version: int
    vendor_extension_text: str
    functional_mode: int
    operations: tuple[int, ...]
    events: tuple[int, ...]
    device_properties: tuple[int, ...]
    capture_formats: tuple[int, ...]
    playback_formats: tuple[int, ...]
    manufacturer: str
    model: str
    device_version: str
    serial: str

    @classmethod
    def unpack(cls, data: bytes) -> "DeviceInfo":
        r = Reader(data)
        return cls(r.u16(), r.u32(), r.u16(), r.string(), r.u16(), r.array(2), r.array(2), r.array(2), r.array(2), r.array(2),
                   r.string(), r.string(), r.string(), r.string())

    def pack(self) -> bytes:
        return b"".join((
            struct.pack("<HIH", self.standard_version, self.vendor_extension, self.vendor_extension_version),
            pack_string(self.vendor_extension_text), struct.pack("<H", self.functional_mode),
            *(pack_array(a, 2) for a in (self.operations, self.events, self.device_properties, self.capture_formats,
                                         self.playback_formats)),
            *(pack_string(s) for s in (self.manufacturer, self.model, self.device_version, self.serial))))


@dataclass(frozen=True, slots=True)
class StorageInfo:
    """Answer of GetStorageInfo; sizes in bytes. `access` 0 is read and write, 1 read only, 2 read only with deleting."""

    storage_type: int
    filesystem_type: int
    access: int
    max_bytes: int
    free_bytes: int
    free_objects: int
    description: str
    volume: str

    @classmethod
    def unpack(cls, data: bytes) -> "StorageInfo":
        r = Reader(data)
        return cls(r.u16(), r.u16(), r.u16(), r.u64(), r.u64(), r.u32(), r.string(), r.string())

    def pack(self) -> bytes:
        return struct.pack("<HHHQQI", self.storage_type, self.filesystem_type, self.access, self.max_bytes, self.free_bytes,
                           self.free_objects) + pack_string(self.description) + pack_string(self.volume)


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """Dataset of GetObjectInfo and SendObjectInfo. `size` 0xFFFFFFFF means over 4 GB; thumbnail and image fields are 0."""

    storage_id: int
    format: int
    protection: int
    size: int
    parent: int
    association_type: int
    name: str
    created: datetime | None = None
    modified: datetime | None = None

    @property
    def is_folder(self) -> bool:
        return self.format == Format.ASSOCIATION

    @classmethod
    def unpack(cls, data: bytes) -> "ObjectInfo":
        r = Reader(data)
        storage, format_, protection, size = r.u32(), r.u16(), r.u16(), r.u32()
        r.take(26)
        parent, association = r.u32(), r.u16()
        r.take(8)
        return cls(storage, format_, protection, size, parent, association, r.string(),
                   unpack_time(r.string()), unpack_time(r.string()))

    def pack(self) -> bytes:
        return b"".join((
            struct.pack("<IHHI", self.storage_id, self.format, self.protection, self.size), bytes(26),
            struct.pack("<IHII", self.parent, self.association_type, 0, 0),
            pack_string(self.name), pack_string(pack_time(self.created)), pack_string(pack_time(self.modified)), b"\0"))


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """Answer of the class request GetDeviceStatus: a response code and the endpoints that are halted."""

    code: int
    halted: tuple[int, ...]

    @classmethod
    def unpack(cls, data: bytes) -> "DeviceStatus":
        r = Reader(data)
        length, code = r.u16(), r.u16()
        count = min(max(0, length - 4) // 4, (len(data) - 4) // 4, MAX_PARAMETERS)
        return cls(code, tuple(r.u32() for _ in range(count)))

    def pack(self) -> bytes:
        return struct.pack(f"<HH{len(self.halted)}I", 4 + 4 * len(self.halted), self.code, *self.halted)


@dataclass(frozen=True, slots=True)
class Event:
    """What came over the interrupt endpoint."""

    code: int
    transaction: int
    parameters: tuple[int, ...]

    @classmethod
    def unpack(cls, data: bytes) -> "Event":
        header = unpack_header(data)
        if header.kind != ContainerKind.EVENT or header.length > len(data):
            raise DataError("mtp.bad-container", f"kind {header.kind} as an event")
        return cls(header.code, header.transaction, unpack_parameters(data[HEADER_SIZE:header.length]))

    def pack(self) -> bytes:
        return pack_container(ContainerKind.EVENT, self.code, self.transaction, pack_parameters(self.parameters))
