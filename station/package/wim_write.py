"""Writing a WIM in one pass: contents are streamed in first, the directory, blob table and XML block follow.

One image, resources stored raw inside an XPRESS-flagged container (legal: facts/packages §1.1), no security descriptors, no
8.3 names:
nothing of the building machine ends up in a package.
"""

import hashlib
import io
import itertools
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from station.model.timing import CancelToken
from station.package import kernel_copy
from station.package import wim_format as fmt
from station.package.wim_read import safe_name

_PIECE = 2 << 20
_HEAD = 64 << 10
"""Most files of a package are smaller; large buffers for each would be most of the time of a build."""
_LARGE = 4 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """Contents that are in the container: their checksums and size in bytes."""

    sha1: bytes
    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What the XML block tells about the container; `container` counts the bytes before that block."""

    folders: int
    files: int
    bytes: int
    container: int


@dataclass(slots=True)
class _Folder:
    entry: str
    folders: dict[str, "_Folder"] = field(default_factory=dict)
    files: dict[str, Stored] = field(default_factory=dict)


class Source(Protocol):
    """A file to take contents from; raw and buffered files and BytesIO are such."""

    def readinto(self, buffer: bytearray, /) -> int | None:
        """Fill the buffer as far as there is something; 0 at the end."""


class WimWriter:
    """Writes to a seekable stream, which stays the caller's. `store` contents, `place` them at paths, then `finish`."""

    def __init__(self, stream: BinaryIO, moment: datetime) -> None:
        self._stream = stream
        self._time = fmt.filetime(moment)
        self._blobs: dict[bytes, fmt.Blob] = {}
        self._references: dict[bytes, int] = {}
        self._root = _Folder("")
        stream.write(bytes(fmt.HEADER_SIZE))

    def store(self, source: Source, token: CancelToken | None = None,
              progress: Callable[[int], None] | None = None) -> Stored:
        """Copy a stream into the container; both checksums are computed on the way. Equal contents are kept once."""
        start = self._stream.tell()
        stored = self._in_kernel(source, start, token, progress) or _copy(source, self._stream, token, progress)
        if stored.size == 0:
            return stored
        if stored.sha1 in self._blobs:
            self._stream.seek(start)
            self._stream.truncate()
            return stored
        self._blobs[stored.sha1] = fmt.Blob(fmt.Resource(stored.size, 0, start, stored.size), stored.sha1)
        return stored

    def _in_kernel(self, source: Source, start: int, token: CancelToken | None,
                   progress: Callable[[int], None] | None) -> Stored | None:
        """The quick way for large files, where both are real files and the system offers it; None where it does not."""
        if not isinstance(source, io.FileIO) or not kernel_copy.possible() or os.fstat(source.fileno()).st_size < _LARGE:
            return None
        self._stream.flush()
        try:
            target = self._stream.fileno()
        except OSError:
            return None
        done = kernel_copy.copy_hashed(source.fileno(), target, start, token, progress)
        if done is None:
            return None
        self._stream.seek(start + done[2])
        return Stored(*done)

    def place(self, path: str, stored: Stored) -> None:
        """Give stored contents a path in the image (slashes, no leading one). Raises ValueError for an unsafe or taken
        path.
        """
        *folders, name = path.split("/")
        if not all(safe_name(part) for part in (*folders, name)):
            raise ValueError(f"not a safe path inside a package: {path!r}")
        folder = self._root
        for part in folders:
            folder = folder.folders.setdefault(part, _Folder(part))
        if name in folder.files or name in folder.folders:
            raise ValueError(f"two files for {path!r}")
        folder.files[name] = stored
        if stored.size:
            self._references[stored.sha1] = self._references.get(stored.sha1, 0) + 1

    def finish(self, xml: Callable[[Totals], str], guid: bytes) -> Totals:
        """Write directory, blob table, XML block and header; the container is complete afterwards."""
        metadata = self._metadata()
        at = self._stream.tell()
        self._stream.write(metadata)
        image = fmt.Resource(len(metadata), fmt.RESOURCE_METADATA, at, len(metadata))
        rows = [fmt.Blob(b.resource, b.sha1, self._references.get(b.sha1, 0)) for b in self._blobs.values()
                if self._references.get(b.sha1)]
        rows.append(fmt.Blob(image, hashlib.sha1(metadata, usedforsecurity=False).digest()))
        table_at = self._stream.tell()
        table = b"".join(row.pack() for row in rows)
        self._stream.write(table)
        totals = self._totals()
        block = ("\ufeff" + xml(totals)).encode("utf-16-le")
        xml_at = self._stream.tell()
        self._stream.write(block)
        header = fmt.Header(fmt.PACKAGE_FLAGS, fmt.CHUNK_SIZE, guid, 1,
                            fmt.Resource(len(table), fmt.RESOURCE_METADATA, table_at, len(table)),
                            fmt.Resource(len(block), fmt.RESOURCE_METADATA, xml_at, len(block)))
        self._stream.seek(0)
        self._stream.write(header.pack())
        self._stream.seek(0, 2)
        return totals

    def _totals(self) -> Totals:
        folders = files = size = 0
        queue = [self._root]
        while queue:
            folder = queue.pop()
            folders += len(folder.folders)
            files += len(folder.files)
            size += sum(s.size for s in folder.files.values())
            queue.extend(folder.folders.values())
        return Totals(folders, files, size, self._stream.tell())

    def _metadata(self) -> bytes:
        """Empty security data, the root, then the list of each folder, breadth first."""
        lists: list[tuple[_Folder, list[tuple[fmt.Entry, _Folder | None]]]] = []
        queue = [self._root]
        while queue:
            folder = queue.pop(0)
            lists.append((folder, self._rows(folder)))
            queue.extend(sub for _, sub in lists[-1][1] if sub is not None)
        offsets: dict[int, int] = {}
        root = fmt.Entry("", fmt.ATTRIBUTE_DIRECTORY, created=self._time, accessed=self._time, written=self._time)
        at = 8 + len(root.pack()) + 8
        for folder, rows in lists:
            offsets[id(folder)] = at
            at += sum(len(entry.pack()) for entry, _ in rows) + 8
        parts = [(8).to_bytes(4, "little") + bytes(4), _pointing(root, offsets[id(self._root)]).pack(), bytes(8)]
        for _, rows in lists:
            parts += [(_pointing(entry, offsets[id(sub)]) if sub else entry).pack() for entry, sub in rows]
            parts.append(bytes(8))
        return b"".join(parts)

    def _rows(self, folder: _Folder) -> list[tuple[fmt.Entry, _Folder | None]]:
        time = self._time
        rows: dict[str, tuple[fmt.Entry, _Folder | None]] = {}
        for name, sub in folder.folders.items():
            rows[name] = (fmt.Entry(name, fmt.ATTRIBUTE_DIRECTORY, created=time, accessed=time, written=time), sub)
        for name, stored in folder.files.items():
            sha1 = stored.sha1 if stored.size else fmt.NO_HASH
            rows[name] = (fmt.Entry(name, fmt.ATTRIBUTE_ARCHIVE, sha1, created=time, accessed=time, written=time), None)
        return [rows[name] for name in sorted(rows, key=str.casefold)]


def _pointing(entry: fmt.Entry, children: int) -> fmt.Entry:
    return fmt.Entry(entry.name, entry.attributes, entry.sha1, children, entry.created, entry.accessed, entry.written)


def _copy(source: Source, target: BinaryIO, token: CancelToken | None,
          progress: Callable[[int], None] | None) -> Stored:
    """Hash on two threads while this one reads and writes: hashlib lets go of the GIL, so the slowest of the three is the cost.

    Three buffers take turns: one is read into while the hashes may still be at the one before.
    """
    sha1, sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    head = bytearray(_HEAD)
    done = 0
    while count := source.readinto(head) or 0:
        piece = memoryview(head)[:count]
        sha1.update(piece)
        sha256.update(piece)
        target.write(piece)
        done += count
        if done >= _HEAD:
            break
    buffers = [bytearray(_PIECE) for _ in range(3)] if count else []
    count = source.readinto(buffers[0]) or 0 if buffers else 0
    if not count:
        return Stored(sha1.digest(), sha256.digest(), done)
    pending: list[Future[None]] = []
    with ThreadPoolExecutor(2, "hash") as pool:
        for turn in itertools.count(1):
            if not count:
                break
            if token is not None:
                token.check()
            for future in pending:
                future.result()
            piece = memoryview(buffers[(turn - 1) % 3])[:count]
            pending = [pool.submit(sha1.update, piece), pool.submit(sha256.update, piece)]
            target.write(piece)
            done += count
            if progress is not None:
                progress(done)
            count = source.readinto(buffers[turn % 3]) or 0
        for future in pending:
            future.result()
    return Stored(sha1.digest(), sha256.digest(), done)
