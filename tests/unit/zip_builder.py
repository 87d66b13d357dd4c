"""Zips for tests, good and hostile, made with nothing of the product."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping


def make(files: Mapping[str, bytes | str], *, comment: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
        archive.comment = comment
    return stream.getvalue()


def with_flag(content: bytes, flag: int) -> bytes:
    """The same zip with a general purpose flag set in every header."""
    return _patched(content, 6, 8, flag)


def with_method(content: bytes, method: int) -> bytes:
    """The same zip claiming another compression method."""
    return _patched(content, 8, 10, method)


def _patched(content: bytes, local: int, central: int, value: int) -> bytes:
    patched = bytearray(content)
    for magic, offset in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        at = content.find(magic)
        while at >= 0:
            patched[at + offset:at + offset + 2] = struct.pack("<H", value)
            at = content.find(magic, at + 4)
    return bytes(patched)


def bomb(name: str, size: int, *, told: int | None = None) -> bytes:
    """A zip of one entry that inflates to `size` zero bytes; `told` is the size its headers admit."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    chunk = bytes(1 << 20)
    packed = b"".join(deflate.compress(chunk) for _ in range(size >> 20)) + deflate.flush()
    crc = 0
    for _ in range(size >> 20):
        crc = zlib.crc32(chunk, crc)
    claimed = size if told is None else told
    encoded = name.encode()
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(packed), claimed, len(encoded), 0)
    local = b"PK\x03\x04" + common + encoded + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + encoded
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def claiming_entries(count: int) -> bytes:
    """An empty directory whose end record claims `count` entries."""
    return b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, count * 46, 0, 0)
