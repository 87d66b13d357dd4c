"""The records of a hardware hash: what each type number holds and how its bytes are read for a person.

Source: facts/tenant §4 (two independent open implementations agree; Microsoft publishes no format, so an unknown or
odd record is shown as bytes and never refused here).
"""

import struct
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from station.model.words import N_


class RecordType(IntEnum):
    """Numbers that the rest of the room names."""

    VERSIONS = 1
    DISK_SERIAL = 7
    NETWORK_CARD = 8
    OFFLINE_DEVICE_ID = 11
    UUID = 12
    TPM_VERSION = 13
    SERIAL = 14
    MANUFACTURER = 16
    PRODUCT = 17
    TPM_EK_PUBLIC = 25


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its type number and its data without the 4 bytes of type and length."""

    type: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Versions:
    """Record 1: tool and system version as `major.minor.build.revision`, system kind (2 = full OS), architecture."""

    tool: str
    system: str
    system_kind: int
    architecture: int


@dataclass(frozen=True, slots=True)
class NetworkCard:
    """Record 8: medium number, MAC in colon notation, bus name."""

    medium: int
    mac: str
    bus: str


ARCHITECTURES: Mapping[int, str] = MappingProxyType({0: "x86", 9: "x64", 12: "ARM64"})
ARM64 = 12
_MEDIA = MappingProxyType({1: "WLAN", 9: "802.11", 10: "Bluetooth", 14: "Ethernet"})
_DISK_BUSES = MappingProxyType({1: "SCSI", 2: "ATAPI", 3: "ATA", 8: "RAID", 10: "SAS", 11: "SATA", 17: "NVMe"})
_DISK_KINDS = MappingProxyType({0: "SSD", 255: "HDD"})
_EK_KINDS = MappingProxyType({1: "TPM_EK", 2: "UEFI_VARIABLE_TPM"})


def text(data: bytes) -> str:
    """UTF-8 up to the first NUL; bytes that are no UTF-8 are kept visible as escapes."""
    return data.split(b"\0", 1)[0].decode("utf-8", "backslashreplace").strip()


def versions(data: bytes) -> Versions | None:
    """Record 1, or None if it is shorter than its documented 24 bytes."""
    if len(data) < 24:
        return None
    tool_minor, tool_major, tool_rev, tool_build, minor, major, revision, build = struct.unpack_from("<8H", data)
    return Versions(f"{tool_major}.{tool_minor}.{tool_build}.{tool_rev}", f"{major}.{minor}.{build}.{revision}",
                    data[21], data[22])


def network_card(data: bytes) -> NetworkCard | None:
    """Record 8, or None if its inner length does not fit (the service answers 802 to such a hash)."""
    if len(data) < 14:
        return None
    medium, _zero, mac, length = struct.unpack_from("<HH6sI", data)
    if 14 + length > len(data):
        return None
    bus = data[14:14 + length].decode("utf-16-le", "backslashreplace").rstrip("\0")
    return NetworkCard(medium, mac.hex(":"), bus)


def smbios_uuid(data: bytes) -> uuid.UUID | None:
    """Record 12 (mixed-endian), or None if it is not 16 bytes."""
    return uuid.UUID(bytes_le=data) if len(data) == 16 else None


def _hex(data: bytes) -> str:
    shown = data[:16].hex(" ")
    return f"{shown} … ({len(data)} bytes)" if len(data) > 16 else shown


def _say_versions(data: bytes) -> str:
    known = versions(data)
    if known is None:
        return _hex(data)
    architecture = ARCHITECTURES.get(known.architecture, str(known.architecture))
    return f"tool {known.tool}, system {known.system}, {architecture}"


def _say_processor(data: bytes) -> str:
    if len(data) < 8:
        return _hex(data)
    architecture, packages, cores, threads = struct.unpack_from("<4H", data)
    return f"{ARCHITECTURES.get(architecture, str(architecture))}, {packages} × {cores} cores, {threads} threads"


def _say_number(data: bytes) -> str:
    return str(int.from_bytes(data, "little")) if 0 < len(data) <= 8 else _hex(data)


def _say_disk(data: bytes) -> str:
    if len(data) < 11:
        return _hex(data)
    capacity, = struct.unpack_from("<I", data)
    return f"{capacity}, {_DISK_BUSES.get(data[8], data[8])}, {_DISK_KINDS.get(data[10], data[10])}"


def _say_card(data: bytes) -> str:
    card = network_card(data)
    return _hex(data) if card is None else f"{_MEDIA.get(card.medium, str(card.medium))} {card.mac} {card.bus}".rstrip()


def _say_device_id(data: bytes) -> str:
    return f"{_EK_KINDS.get(data[4], data[4])}, {_hex(data[10:])}" if len(data) > 10 else _hex(data)


def _say_uuid(data: bytes) -> str:
    value = smbios_uuid(data)
    return _hex(data) if value is None else str(value)


def _say_utf16(data: bytes) -> str:
    return data.decode("utf-16-le", "backslashreplace").rstrip("\0")


@dataclass(frozen=True, slots=True)
class RecordKind:
    """Name of a record type and the reader of its data for a person."""

    name: str
    read: Callable[[bytes], str]


RECORD_KINDS: Mapping[int, RecordKind] = MappingProxyType({
    1: RecordKind(N_("Versions and architecture"), _say_versions),
    2: RecordKind(N_("Processor"), _say_processor),
    3: RecordKind(N_("Processor maker"), text),
    4: RecordKind(N_("Processor model"), text),
    5: RecordKind(N_("Memory"), _say_number),
    6: RecordKind(N_("Disk"), _say_disk),
    7: RecordKind(N_("Disk serial"), text),
    8: RecordKind(N_("Network card"), _say_card),
    9: RecordKind(N_("Display"), _hex),
    10: RecordKind(N_("Chassis and power role"), _hex),
    11: RecordKind(N_("Offline device id (TPM)"), _say_device_id),
    12: RecordKind(N_("SMBIOS UUID"), _say_uuid),
    13: RecordKind(N_("TPM version"), text),
    14: RecordKind(N_("SMBIOS serial number"), text),
    15: RecordKind(N_("Firmware vendor"), text),
    16: RecordKind(N_("Manufacturer"), text),
    17: RecordKind(N_("Product name"), text),
    18: RecordKind(N_("SKU"), text),
    19: RecordKind(N_("Family"), text),
    20: RecordKind(N_("Firmware vendor (second)"), text),
    21: RecordKind(N_("Board product"), text),
    22: RecordKind(N_("Board version"), text),
    23: RecordKind(N_("System version"), text),
    24: RecordKind(N_("Product key id"), text),
    25: RecordKind(N_("TPM endorsement key"), _hex),
    26: RecordKind(N_("Product key part number"), text),
    27: RecordKind(N_("Unknown record"), _hex),
    28: RecordKind(N_("Disk serial (kernel)"), text),
    29: RecordKind(N_("Graphics memory"), _say_number),
    30: RecordKind(N_("Graphics name"), _say_utf16),
})

_OTHER = RecordKind(N_("Unknown record"), _hex)


def describe(record: Record) -> tuple[str, str]:
    """Name (a msgid) and value of a record, for a screen or a terminal."""
    kind = RECORD_KINDS.get(record.type, _OTHER)
    return kind.name, kind.read(record.data)
