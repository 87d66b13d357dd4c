"""An independent maker of hardware hashes for tests: written from facts/tenant §4, sharing no code with the decoder."""

import base64
import hashlib
import struct
import uuid
from collections.abc import Iterable


def record(type_: int, data: bytes) -> bytes:
    return struct.pack("<HH", type_, len(data) + 4) + data


def card(mac: bytes = b"\x02\x00\x00\x00\x00\x01", medium: int = 9, bus: str = "USB\0") -> bytes:
    name = bus.encode("utf-16-le")
    return struct.pack("<HH6sI", medium, 0, mac, len(name)) + name


def usual_records(serial: str = "012345678912", *, model: str = "HoloLens 2", manufacturer: str = "Microsoft Corporation",
                  architecture: int = 12, tpm: bool = True, seed: int = 1) -> list[tuple[int, bytes]]:
    """Records in the order of a real unit; `seed` stands for what differs at every collection."""
    versions = struct.pack("<8H", 0, 10, 1272, 22621, 0, 10, 1272, 22621) + bytes(5) + bytes([2, architecture, 3])
    unique = hashlib.sha256(serial.encode()).digest()
    records = [
        (1, versions), (2, struct.pack("<4HI", 12, 1, 8, 8, 0)), (16, manufacturer.encode() + b"\0"),
        (17, model.encode() + b"\0"),
        (14, serial.encode() + b"\0"), (12, uuid.UUID(bytes=unique[:16]).bytes_le), (18, b"HoloLens_2\0"),
        (8, card(b"\x02" + unique[:5])), (5, struct.pack("<I", seed)),
    ]
    if tpm:
        records += [(13, b"TPM-Version:2.0 -Level:0-Revision:1.38\0"),
                    (11, bytes([0, 0, 0, 0, 1, 0, 32, 0, 0, 0]) + unique), (25, unique * 8)]
    return records


def raw(records: Iterable[tuple[int, bytes]], size: int = 3000, *, magic: bytes = b"OA", end: int | None = None) -> bytes:
    body = b"".join(record(t, d) for t, d in records)
    told = 4 + len(body) if end is None else end
    head = magic + struct.pack("<H", told) + body
    whole = head + b"CS" + struct.pack("<H", 36) + hashlib.sha256(head).digest()
    return whole + bytes(max(0, size - len(whole)))


def text(serial: str = "012345678912", **options: object) -> str:
    return base64.b64encode(raw(usual_records(serial, **options))).decode()  # type: ignore[arg-type]


def csv(serials: Iterable[str], tag: str | None = None) -> str:
    head = "Device Serial Number,Windows Product ID,Hardware Hash" + ("" if tag is None else ",Group Tag")
    lines = [f"{s},,{text(s)}" + ("" if tag is None else f",{tag}") for s in serials]
    return "\r\n".join([head, *lines, ""])
