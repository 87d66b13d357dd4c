"""Structures, identifiers and property keys of Windows Portable Devices. Source: facts/device-io §3.2 (Windows SDK headers)."""

import ctypes
import struct
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

VT_DATE, VT_BSTR, VT_ERROR, VT_BOOL, VT_UI4, VT_UI8, VT_LPWSTR, VT_CLSID = 7, 8, 10, 11, 19, 21, 31, 72

DEVICE_OBJECT = "DEVICE"
"""Object id of the device itself, the root of everything."""

GENERIC_READ, GENERIC_WRITE = 0x8000_0000, 0x4000_0000
SECURITY_IMPERSONATION = 2 << 16
STGM_READ = 0


class Guid(ctypes.Structure):
    """A GUID as Windows lays it out."""

    _fields_ = (("bytes_le", ctypes.c_ubyte * 16),)

    @classmethod
    def of(cls, text: str) -> "Guid":
        """Out of `{…}` or plain text."""
        return cls.from_buffer_copy(uuid.UUID(text).bytes_le)

    @property
    def text(self) -> str:
        """Lower case, without braces."""
        return str(uuid.UUID(bytes_le=bytes(self.bytes_le)))


class PropertyKey(ctypes.Structure):
    """PROPERTYKEY, 20 bytes."""

    _fields_ = (("fmtid", Guid), ("pid", ctypes.c_uint32))


class _Counted(ctypes.Structure):
    _fields_ = (("count", ctypes.c_uint32), ("items", ctypes.c_void_p))


class _Value(ctypes.Union):
    _fields_ = (("number", ctypes.c_uint32), ("large", ctypes.c_uint64), ("address", ctypes.c_void_p), ("real", ctypes.c_double),
                ("counted", _Counted))


class PropVariant(ctypes.Structure):
    """PROPVARIANT, 24 bytes on 64-bit Windows; the members that this product meets."""

    _fields_ = (("vt", ctypes.c_uint16), ("reserved", ctypes.c_uint16 * 3), ("value", _Value))


@dataclass(frozen=True, slots=True)
class Key:
    """A property key as a value."""

    category: str
    number: int

    def packed(self) -> PropertyKey:
        """As Windows takes it."""
        return PropertyKey(Guid.of(self.category), self.number)


_OBJECT = "ef6b490d-5cd8-437a-affc-da8b60ee4a3c"
_DEVICE = "26d4979a-e643-4626-9e2b-736dc0c92fdc"
_STORAGE = "01a3057a-74d6-4e80-bea7-dc4c212ce50a"
_CLIENT = "204d9f0c-2292-4080-9f42-40664e70f859"

OBJECT_PARENT, OBJECT_NAME, OBJECT_FORMAT, OBJECT_TYPE = (Key(_OBJECT, n) for n in (3, 4, 6, 7))
OBJECT_SIZE, OBJECT_FILE_NAME, OBJECT_MODIFIED = (Key(_OBJECT, n) for n in (11, 12, 19))
DEVICE_FIRMWARE, DEVICE_POWER, DEVICE_MAKER = (Key(_DEVICE, n) for n in (3, 4, 7))
DEVICE_MODEL, DEVICE_SERIAL, DEVICE_NAME = (Key(_DEVICE, n) for n in (8, 9, 12))
STORAGE_CAPACITY, STORAGE_FREE = Key(_STORAGE, 4), Key(_STORAGE, 5)
FUNCTIONAL_CATEGORY = Key("8f052d93-abca-4fc5-a5ac-b01df4dbe598", 2)
CLIENT_NAME, CLIENT_MAJOR, CLIENT_MINOR, CLIENT_REVISION = (Key(_CLIENT, n) for n in (2, 3, 4, 5))
CLIENT_SECURITY, CLIENT_ACCESS = Key(_CLIENT, 8), Key(_CLIENT, 9)
RESOURCE_DEFAULT = Key("e81e79be-34f0-41bf-b53f-f1a06ae87842", 0)

TYPE_FOLDER = "27e2e392-a111-48e0-ab0c-e17705a05f85"
TYPE_FILE = "0085e0a6-8d34-45d7-bc5c-447e59c73d48"
TYPE_FUNCTIONAL = "99ed0160-17ff-4c44-9d98-1d7a6f941921"
CATEGORY_STORAGE = "23f05bbc-15de-4c2a-a55b-a9af5ce412ef"
FORMAT_UNSPECIFIED = "30000000-ae6c-4804-98ba-c57b46965fe7"

CLSID_MANAGER = "0af10cec-2ecd-4b92-9581-34f6ae0637f3"
CLSID_DEVICE = "f7c0039a-4762-488a-b4b3-760ef9a1ba9b"
"""PortableDeviceFTM: its methods may be called from any thread, so that a wait can be cancelled."""
CLSID_VALUES = "0c15d503-d017-47ce-9016-7b3f978721cc"
CLSID_KEYS = "de2d022d-2480-43be-97f0-d1fa2cf98f4f"
CLSID_VARIANTS = "08a99e2f-6d6d-4b80-af5a-baf2bcbe4cb9"

_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)


def time_of(days: float) -> datetime | None:
    """An OLE date (days since 30 December 1899), taken for UTC; None where it is no date."""
    try:
        return _DAY_ZERO + timedelta(days=days)
    except (OverflowError, ValueError):
        return None


def wide(text: str) -> "ctypes.Array[ctypes.c_char]":
    """A NUL-terminated UTF-16 string to hand over; keep it alive during the call."""
    return ctypes.create_string_buffer(text.encode("utf-16-le") + b"\0\0")


def wide_at(address: int, most: int = 32_768) -> str:
    """The NUL-terminated UTF-16 string at an address."""
    raw = bytearray()
    for at in range(address, address + 2 * most, 2):
        unit = ctypes.string_at(at, 2)
        if unit == b"\0\0":
            break
        raw += unit
    return raw.decode("utf-16-le", errors="replace")


def signed(hresult: int) -> int:
    """An HRESULT as Windows returns it."""
    return int(struct.unpack("<i", struct.pack("<I", hresult & 0xFFFF_FFFF))[0])
