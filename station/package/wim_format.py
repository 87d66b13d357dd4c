"""The fixed structures of a WIM file, as provisioning packages use them: header, resource headers, blob table, directory
entries.

Source: facts/packages §1.1 (all real packages 2015-2026 share flags and chunk size); Microsoft, “Windows Imaging File
Format”.
"""

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from station.model.errors import DataError

MAGIC = b"MSWIM\0\0\0"
PIPABLE = b"WLPWM\0\0\0"
HEADER_SIZE = 208
VERSION = 0x00010D00
FLAG_COMPRESSION = 0x00000002
FLAG_RP_FIX = 0x00000080
FLAG_XPRESS = 0x00020000
FLAG_LZX = 0x00040000
FLAG_LZMS = 0x00080000
PACKAGE_FLAGS = FLAG_COMPRESSION | FLAG_RP_FIX | FLAG_XPRESS
CHUNK_SIZE = 32768

RESOURCE_METADATA = 0x02
RESOURCE_COMPRESSED = 0x04
RESOURCE_SPANNED = 0x08
RESOURCE_SOLID = 0x10

ATTRIBUTE_DIRECTORY = 0x10
ATTRIBUTE_ARCHIVE = 0x20
ATTRIBUTE_REPARSE = 0x400
NO_SECURITY = -1
NO_HASH = bytes(20)

_HEADER = struct.Struct("<8sIIII16sHHI24s24s24sI24s60x")
_RESOURCE = struct.Struct("<QQQ")
_BLOB = struct.Struct("<24sHI20s")
_ENTRY = struct.Struct("<QIiQQQQQQ20sIQHHH")
BLOB_ENTRY_SIZE = _BLOB.size
ENTRY_SIZE = _ENTRY.size
STREAM_ENTRY = struct.Struct("<QQ20sH")

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def filetime(moment: datetime) -> int:
    """Hundreds of nanoseconds since 1601-01-01 UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 10


def moment_of(value: int) -> datetime | None:
    """The moment a FILETIME means; None where it is none (0, or beyond what dates can hold)."""
    try:
        return _EPOCH + timedelta(microseconds=value // 10) if value else None
    except OverflowError:
        return None


@dataclass(frozen=True, slots=True)
class Resource:
    """Where a resource lies: bytes in the file, flags, offset, bytes once decompressed."""

    stored: int = 0
    flags: int = 0
    offset: int = 0
    size: int = 0

    @classmethod
    def unpack(cls, raw: bytes) -> "Resource":
        first, offset, size = _RESOURCE.unpack(raw)
        return cls(first & 0x00FFFFFFFFFFFFFF, first >> 56, offset, size)

    def pack(self) -> bytes:
        return _RESOURCE.pack(self.stored | self.flags << 56, self.offset, self.size)

    @property
    def compressed(self) -> bool:
        return bool(self.flags & RESOURCE_COMPRESSED)


@dataclass(frozen=True, slots=True)
class Header:
    """The 208 bytes at the start of every WIM."""

    flags: int
    chunk_size: int
    guid: bytes
    images: int
    blob_table: Resource
    xml: Resource
    boot: Resource = field(default_factory=Resource)
    boot_index: int = 0
    integrity: Resource = field(default_factory=Resource)
    part: int = 1
    parts: int = 1
    version: int = VERSION

    @classmethod
    def unpack(cls, raw: bytes) -> "Header":
        """Raises DataError `package.not-a-package` where the magic is another, `package.damaged` where the header is cut."""
        if raw.startswith(PIPABLE):
            raise DataError("package.not-a-package", "a pipable image of wimlib, which Windows does not read")
        if not raw.startswith(MAGIC):
            raise DataError("package.not-a-package", "the file does not begin with MSWIM")
        if len(raw) < HEADER_SIZE:
            raise DataError("package.damaged", "the file ends inside its header")
        (_, size, version, flags, chunk, guid, part, parts, images, blobs, xml, boot, boot_index,
         integrity) = _HEADER.unpack(raw[:HEADER_SIZE])
        if size != HEADER_SIZE:
            raise DataError("package.damaged", f"the header claims {size} bytes instead of {HEADER_SIZE}")
        return cls(flags, chunk, guid, images, Resource.unpack(blobs), Resource.unpack(xml), Resource.unpack(boot),
                   boot_index, Resource.unpack(integrity), part, parts, version)

    def pack(self) -> bytes:
        return _HEADER.pack(MAGIC, HEADER_SIZE, self.version, self.flags, self.chunk_size, self.guid, self.part,
                            self.parts, self.images, self.blob_table.pack(), self.xml.pack(), self.boot.pack(),
                            self.boot_index, self.integrity.pack())


@dataclass(frozen=True, slots=True)
class Blob:
    """One row of the blob table."""

    resource: Resource
    sha1: bytes
    references: int = 1
    part: int = 1

    @classmethod
    def unpack(cls, raw: bytes) -> "Blob":
        resource, part, references, sha1 = _BLOB.unpack(raw)
        return cls(Resource.unpack(resource), sha1, references, part)

    def pack(self) -> bytes:
        return _BLOB.pack(self.resource.pack(), self.part, self.references, self.sha1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One directory entry of an image; `children` is the offset of its list in the metadata, 0 for none. Times are
    FILETIMEs.
    """

    name: str
    attributes: int
    sha1: bytes = NO_HASH
    children: int = 0
    created: int = 0
    accessed: int = 0
    written: int = 0
    streams: int = 0
    length: int = 0

    @property
    def directory(self) -> bool:
        return bool(self.attributes & ATTRIBUTE_DIRECTORY)

    @classmethod
    def unpack(cls, data: bytes, at: int) -> "Entry":
        """The entry at `at`; its `length` includes padding but not the extra streams that follow. Raises `package.damaged`.
        """
        if at + ENTRY_SIZE > len(data):
            raise DataError("package.damaged", "a directory entry lies outside the image's metadata")
        (length, attributes, _, children, _, _, created, accessed, written, sha1, _, _, streams, _,
         name_bytes) = _ENTRY.unpack_from(data, at)
        if length < ENTRY_SIZE or at + length > len(data) or ENTRY_SIZE + name_bytes > length or name_bytes % 2:
            raise DataError("package.damaged", "a directory entry has an impossible length")
        raw = data[at + ENTRY_SIZE:at + ENTRY_SIZE + name_bytes]
        try:
            name = raw.decode("utf-16-le")
        except UnicodeDecodeError as e:
            raise DataError("package.damaged", "a file name in the image is not UTF-16") from e
        return cls(name, attributes, sha1, children, created, accessed, written, streams, length)

    def pack(self) -> bytes:
        name = self.name.encode("utf-16-le")
        body = name + b"\0\0" if name else b""
        length = padded(ENTRY_SIZE + len(body))
        head = _ENTRY.pack(length, self.attributes, NO_SECURITY, self.children, 0, 0, self.created, self.accessed,
                           self.written, self.sha1, 0, 0, 0, 0, len(name))
        return (head + body).ljust(length, b"\0")


def padded(size: int) -> int:
    """`size` rounded up to 8."""
    return (size + 7) & ~7
