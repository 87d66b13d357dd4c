"""Reading a WIM: header, XML block, images as flat lists of files, and file contents as checked streams.

Written for files that nobody vouches for: every size, offset, depth and count is bounded before it is believed, names that
could lead
out of a folder are refused, contents are compared with their SHA-1, and whatever is wrong is a DataError of the `package.`
area.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from station.model.errors import DataError
from station.package import lzx, xpress
from station.package import wim_format as fmt

_XPRESS_ORDERS, _LZX_ORDERS = range(12, 17), range(15, 22)
"""Chunks are powers of two: 4 to 64 KiB, 32 KiB to 2 MiB. Real packages have 32 KiB of XPRESS."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a package may ask for at most. Real packages without apps are below 20 KB with fewer than 30 entries."""

    entries: int = 20_000
    depth: int = 32
    metadata: int = 16 << 20
    xml: int = 4 << 20
    blobs: int = 50_000
    images: int = 64
    text: int = 16 << 20


@dataclass(frozen=True, slots=True)
class WimFile:
    """One file of one image; `path` uses slashes and begins without one."""

    path: str
    sha1: bytes
    size: int
    written: int = 0


@dataclass(frozen=True, slots=True)
class Image:
    """One image: its files in the order of the directory entries, and its folders."""

    index: int
    files: tuple[WimFile, ...]
    folders: tuple[str, ...]

    def find(self, path: str) -> WimFile | None:
        """The file at `path`, letter case aside."""
        wanted = path.casefold()
        return next((f for f in self.files if f.path.casefold() == wanted), None)


class WimReader:
    """An open WIM over a seekable stream, which stays the caller's. Raises DataError on construction when it is none."""

    def __init__(self, stream: BinaryIO, limits: Limits | None = None) -> None:
        self._stream = stream
        self.limits = limits or Limits()
        self.length = stream.seek(0, 2)
        stream.seek(0)
        self.header = fmt.Header.unpack(stream.read(fmt.HEADER_SIZE))
        self._check_header()
        self._blobs: dict[bytes, fmt.Blob] = {}
        self._metadata: list[fmt.Blob] = []
        self._read_blob_table()
        self.xml = self._read_xml()
        self.images = tuple(self._image(i, blob) for i, blob in enumerate(self._metadata, 1))

    @property
    def compression(self) -> str:
        """The method and the size of its chunks, such as `XPRESS 32 KiB`; "" where nothing is compressed."""
        flags = self.header.flags
        if not flags & fmt.FLAG_COMPRESSION:
            return ""
        return f"{'LZX' if flags & fmt.FLAG_LZX else 'XPRESS'} {self.header.chunk_size >> 10} KiB"

    def read(self, file: WimFile, limit: int | None = None) -> bytes:
        """A whole file, at most `limit` bytes (the text limit if not given). Raises DataError `package.too-large`."""
        most = self.limits.text if limit is None else limit
        if file.size > most:
            raise DataError("package.too-large", f"{_shown(file.path)} claims {file.size} bytes")
        return b"".join(self.chunks(file))

    def chunks(self, file: WimFile) -> Iterator[bytes]:
        """The contents in pieces, never whole in memory; the SHA-1 is compared at the end (DataError `package.damaged`)."""
        if file.sha1 == fmt.NO_HASH:
            return
        digest = hashlib.sha1(usedforsecurity=False)
        for piece in self._resource(self._blobs[file.sha1].resource):
            digest.update(piece)
            yield piece
        if digest.digest() != file.sha1:
            raise DataError("package.damaged", f"the contents of {_shown(file.path)} do not match their checksum")

    def _check_header(self) -> None:
        header = self.header
        if header.parts != 1 or header.part != 1:
            raise DataError("package.split", f"part {header.part} of {header.parts}")
        if header.flags & fmt.FLAG_LZMS:
            raise DataError("package.compression", "LZMS")
        orders = _LZX_ORDERS if header.flags & fmt.FLAG_LZX else _XPRESS_ORDERS
        if header.flags & fmt.FLAG_COMPRESSION and header.chunk_size not in {1 << order for order in orders}:
            raise DataError("package.compression", f"chunks of {header.chunk_size} bytes")
        if header.images < 1:
            raise DataError("package.no-image", "the container holds no image")
        if header.images > self.limits.images:
            raise DataError("package.damaged", f"the header claims {header.images} images")

    def _read_blob_table(self) -> None:
        resource = self.header.blob_table
        if resource.size > self.limits.blobs * fmt.BLOB_ENTRY_SIZE or resource.size % fmt.BLOB_ENTRY_SIZE:
            raise DataError("package.damaged", "the blob table has an impossible size")
        raw = b"".join(self._resource(resource))
        for at in range(0, len(raw), fmt.BLOB_ENTRY_SIZE):
            blob = fmt.Blob.unpack(raw[at:at + fmt.BLOB_ENTRY_SIZE])
            if blob.resource.flags & fmt.RESOURCE_METADATA:
                self._metadata.append(blob)
            else:
                self._blobs[blob.sha1] = blob
        if len(self._metadata) != self.header.images:
            raise DataError("package.damaged",
                            f"the header claims {self.header.images} image(s), the table has {len(self._metadata)}")

    def _read_xml(self) -> str:
        if self.header.xml.size > self.limits.xml:
            raise DataError("package.too-large", "the description of the images")
        raw = b"".join(self._resource(self.header.xml))
        try:
            return raw.decode("utf-16-le").removeprefix("\ufeff")
        except UnicodeDecodeError as e:
            raise DataError("package.damaged", "the description of the images is not UTF-16") from e

    def _image(self, index: int, blob: fmt.Blob) -> Image:
        if blob.resource.size > self.limits.metadata:
            raise DataError("package.too-large", f"the directory of image {index}")
        data = b"".join(self._resource(blob.resource))
        if blob.sha1 != fmt.NO_HASH and hashlib.sha1(data, usedforsecurity=False).digest() != blob.sha1:
            raise DataError("package.damaged", f"the directory of image {index} does not match its checksum")
        return _Walk(data, self._blobs, self.limits).image(index)

    def _resource(self, resource: fmt.Resource) -> Iterator[bytes]:
        if resource.flags & (fmt.RESOURCE_SPANNED | fmt.RESOURCE_SOLID):
            raise DataError("package.compression", "spanned or solid resources")
        if resource.offset + resource.stored > self.length:
            raise DataError("package.damaged", "a resource lies outside the file; the copy may be cut short")
        if resource.compressed:
            return self._compressed(resource)
        if resource.stored != resource.size:
            raise DataError("package.damaged", "an uncompressed resource has two sizes")
        return self._raw(resource.offset, resource.size)

    def _raw(self, offset: int, size: int) -> Iterator[bytes]:
        while size:
            self._stream.seek(offset)
            piece = self._stream.read(min(size, 1 << 20))
            if not piece:
                raise DataError("package.damaged", "the file ends inside a resource")
            yield piece
            offset += len(piece)
            size -= len(piece)

    def _compressed(self, resource: fmt.Resource) -> Iterator[bytes]:
        """[MS-WIM chunk table]: n-1 offsets of 4 bytes (8 above 4 GiB), then the chunks; a chunk that did not shrink is
        stored raw.
        """
        chunk = self.header.chunk_size if self.header.flags & fmt.FLAG_COMPRESSION else fmt.CHUNK_SIZE
        count = -(-resource.size // chunk)
        width = 8 if resource.size >= 1 << 32 else 4
        table_size = (count - 1) * width if count else 0
        if count and table_size >= resource.stored:
            raise DataError("package.damaged", "a compressed resource is smaller than its chunk table")
        start = 0
        for number in range(count):
            end = (self._offset(resource.offset + number * width, width) if number + 1 < count
                   else resource.stored - table_size)
            size = min(chunk, resource.size - number * chunk)
            if not start < end <= resource.stored - table_size or end - start > size:
                raise DataError("package.damaged", "the chunk table of a resource contradicts itself")
            raw = b"".join(self._raw(resource.offset + table_size + start, end - start))
            yield raw if len(raw) == size else self._decoded(raw, size)
            start = end

    def _decoded(self, raw: bytes, size: int) -> bytes:
        if self.header.flags & fmt.FLAG_LZX:
            return lzx.decompress(raw, size, self.header.chunk_size)
        return xpress.decompress(raw, size)

    def _offset(self, at: int, width: int) -> int:
        return int.from_bytes(b"".join(self._raw(at, width)), "little")


class _Walk:
    """One pass over the directory entries of an image."""

    def __init__(self, data: bytes, blobs: dict[bytes, fmt.Blob], limits: Limits) -> None:
        self._data = data
        self._blobs = blobs
        self._limits = limits
        self._files: list[WimFile] = []
        self._folders: list[str] = []
        self._seen_lists: set[int] = set()
        self._seen_names: set[str] = set()
        self._count = 0

    def image(self, index: int) -> Image:
        if len(self._data) < 8:
            raise DataError("package.damaged", "the directory of an image is empty")
        root = fmt.Entry.unpack(self._data, fmt.padded(int.from_bytes(self._data[:4], "little")) or 8)
        if not root.directory:
            raise DataError("package.damaged", "the root of an image is no folder")
        if root.children:
            self._children(root.children, "", 1)
        return Image(index, tuple(self._files), tuple(self._folders))

    def _children(self, at: int, folder: str, depth: int) -> None:
        if depth > self._limits.depth:
            raise DataError("package.damaged", "folders are nested too deeply")
        if at in self._seen_lists:
            raise DataError("package.damaged", "a folder contains itself")
        self._seen_lists.add(at)
        while int.from_bytes(self._data[at:at + 8], "little"):
            entry = fmt.Entry.unpack(self._data, at)
            self._count += 1
            if self._count > self._limits.entries:
                raise DataError("package.damaged", "the image claims too many entries")
            path = self._path(folder, entry)
            at += fmt.padded(entry.length)
            sha1, at = self._contents(entry, at)
            if entry.directory:
                self._folders.append(path)
                if entry.children:
                    self._children(entry.children, path + "/", depth + 1)
            else:
                self._files.append(WimFile(path, sha1, self._size(sha1, path), entry.written))

    def _path(self, folder: str, entry: fmt.Entry) -> str:
        if not safe_name(entry.name):
            raise DataError("package.unsafe-name", _shown(entry.name))
        if entry.attributes & fmt.ATTRIBUTE_REPARSE:
            raise DataError("package.unsafe-name", f"{_shown(entry.name)} is a link")
        path = folder + entry.name
        if path.casefold() in self._seen_names:
            raise DataError("package.damaged", f"two entries are called {_shown(path)}")
        self._seen_names.add(path.casefold())
        return path

    def _contents(self, entry: fmt.Entry, at: int) -> tuple[bytes, int]:
        """The unnamed stream's SHA-1 and the offset behind the extra streams."""
        sha1 = entry.sha1
        for _ in range(entry.streams):
            if at + fmt.STREAM_ENTRY.size > len(self._data):
                raise DataError("package.damaged", "an extra stream lies outside the image's metadata")
            length, _, stream, name_bytes = fmt.STREAM_ENTRY.unpack_from(self._data, at)
            if length < fmt.STREAM_ENTRY.size:
                raise DataError("package.damaged", "an extra stream has an impossible length")
            if not name_bytes and stream != fmt.NO_HASH:
                sha1 = stream
            at += fmt.padded(length)
        return sha1, at

    def _size(self, sha1: bytes, path: str) -> int:
        if sha1 == fmt.NO_HASH:
            return 0
        blob = self._blobs.get(sha1)
        if blob is None:
            raise DataError("package.damaged", f"the contents of {_shown(path)} are missing")
        return blob.resource.size


_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))})


def safe_name(name: str) -> bool:
    """Whether a single name is safe to create on Windows and elsewhere: no separators, dots only, devices, control
    characters.
    """
    return (0 < len(name) <= 255 and name not in {".", ".."} and not name.endswith((" ", "."))
            and not any(c in '/\\:*?"<>|' or ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in name)
            and name.split(".")[0].casefold() not in _RESERVED)


def _shown(name: str) -> str:
    """A name fit for a message: printable, at most 120 characters."""
    return "".join(c if c.isprintable() else "�" for c in name[:120])
