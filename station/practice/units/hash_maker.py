"""Makes valid synthetic hardware hashes, in the layout of facts/tenant §4, from a unit's made-up identity.

    0    'OA', u16le offset of the checksum record
    4    records: u16le type, u16le length (incl. these 4 bytes), data
    end  'CS', u16le 36, SHA-256 of bytes [0, end), zeros to 3000 bytes, all as base64 (4,000 characters)
"""

import base64
import hashlib
import struct

from station.practice.units.identity import UnitIdentity

SIZE = 3000

_ARM64 = 12
_VERSIONS, _CPU, _CPU_MAKER, _CPU_MODEL, _RAM, _DISK, _DISK_SERIAL, _NETWORK = range(1, 9)
_CHASSIS, _OFFLINE_ID, _UUID, _TPM_VERSION, _SERIAL, _FIRMWARE, _MANUFACTURER, _PRODUCT, _SKU, _FAMILY = range(10, 20)
_EK_MODULUS = 25


def hardware_hash(unit: UnitIdentity, *, made: int = 0) -> str:
    """The hash of a unit, base64. `made` is a time stamp or counter: a real hash differs every time that it is taken."""
    body = b"".join(_record(type_, data) for type_, data in _records(unit, made))
    end = 4 + len(body)
    head = b"OA" + struct.pack("<H", end) + body
    whole = head + b"CS" + struct.pack("<H", 36) + hashlib.sha256(head).digest()
    return base64.b64encode(whole.ljust(SIZE, b"\0")).decode("ascii")


def damaged(text: str) -> str:
    """The same hash with one bit of a record turned, so that its checksum is wrong."""
    raw = bytearray(base64.b64decode(text))
    raw[40] ^= 1
    return base64.b64encode(raw).decode("ascii")


def _record(type_: int, data: bytes) -> bytes:
    return struct.pack("<HH", type_, 4 + len(data)) + data


def _text(text: str) -> bytes:
    return text.encode() + b"\0"


def _version(major: int, build: int, revision: int) -> bytes:
    return struct.pack("<HHHH", 0, major, revision, build)


def _records(unit: UnitIdentity, made: int) -> list[tuple[int, bytes]]:
    key = _stretched(f"ek/{unit.serial}", 256)
    version = _version(10, unit.build.major, unit.build.revision or 0)
    offline = struct.pack("<IHHH", 0, 1, 32, 0) + hashlib.sha256(key).digest()
    disk = f"{hashlib.sha256(unit.serial.encode()).hexdigest()[:8].upper()}|HoloLens UFS|"
    return [
        (_VERSIONS, version + version + made.to_bytes(5, "little") + bytes([2, _ARM64, 3])),
        (_CPU, struct.pack("<HHHHI", _ARM64, 1, 8, 8, 0)),
        (_CPU_MAKER, _text("Qualcomm Technologies Inc")), (_CPU_MODEL, _text("Snapdragon 850")),
        (_RAM, struct.pack("<I", 4096)), (_DISK, struct.pack("<IIHH", 64, 0, 8, 0)), (_DISK_SERIAL, disk.encode()),
        (_NETWORK, struct.pack("<HH", 9, 0) + unit.mac + struct.pack("<I", 8) + "PCI\0".encode("utf-16-le")),
        (_CHASSIS, struct.pack("<II", 30, 2)),
        (_MANUFACTURER, _text("Microsoft Corporation")), (_PRODUCT, _text("HoloLens 2")), (_SERIAL, _text(unit.serial)),
        (_UUID, unit.uuid.bytes_le), (_SKU, _text("HoloLens_2")), (_FAMILY, _text("Microsoft HoloLens")),
        (_TPM_VERSION, _text("TPM-Version:2.0 -Level:0-Revision:1.38-VendorID:'MSFT'-Firmware:0.0")),
        (_OFFLINE_ID, offline), (_EK_MODULUS, key), (_FIRMWARE, _text("Microsoft Corporation")),
    ]


def _stretched(seed: str, size: int) -> bytes:
    blocks = (hashlib.sha256(f"{seed}/{i}".encode()).digest() for i in range((size + 31) // 32))
    return b"".join(blocks)[:size]
