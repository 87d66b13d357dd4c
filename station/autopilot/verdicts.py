"""Verdicts over one hash: what stops it, what is only warned of, what was repaired.

The rules are a table (facts/tenant §4, "Offline validation"). Microsoft publishes no format, so all that is not a hard rule
warns; the HoloLens values themselves are inferred until a real unit is decoded, and therefore only warn.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from station.autopilot import record_table
from station.autopilot.hardware_hash import USUAL_SIZE, HardwareHash, decode
from station.autopilot.record_table import ARCHITECTURES, ARM64, RecordType
from station.model.errors import DataError


class Gravity(StrEnum):
    """What a verdict means for the import."""

    STOP = "stop"
    WARN = "warn"
    REPAIRED = "repaired"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One finding. `code` is of the fault catalogue; `detail` is what this row adds, without secrets."""

    gravity: Gravity
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What others say about the device of a hash: the serial of its CSV row and of the unit it was taken from ("" = not told)."""

    csv_serial: str = ""
    unit_serial: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: `find` yields the details of every finding, none if the hash is in order."""

    gravity: Gravity
    code: str
    find: Callable[[HardwareHash, Claim], Iterator[str]]


EXPECTED_MODEL = "HoloLens 2"
EXPECTED_MANUFACTURER = "Microsoft Corporation"
_REQUIRED = (RecordType.UUID, RecordType.SERIAL, RecordType.MANUFACTURER, RecordType.PRODUCT)
_PLACEHOLDER_SERIALS = re.compile(
    r"^(0+|to be filled.*|default string|none|system serial number|not specified|smbios_string_index_\d+)$", re.IGNORECASE)


def _missing_records(found: HardwareHash, _claim: Claim) -> Iterator[str]:
    present = {r.type for r in found.records if r.type == RecordType.UUID or r.data.strip(b"\0 ")}
    for type_ in _REQUIRED:
        if type_ not in present:
            yield f"record {int(type_)} ({record_table.RECORD_KINDS[type_].name})"


def _other_csv_serial(found: HardwareHash, claim: Claim) -> Iterator[str]:
    if found.serial and claim.csv_serial and found.serial != claim.csv_serial:
        yield f"file says {claim.csv_serial}, hash says {found.serial}"


def _other_unit(found: HardwareHash, claim: Claim) -> Iterator[str]:
    if found.serial and claim.unit_serial and found.serial != claim.unit_serial:
        yield f"unit says {claim.unit_serial}, hash says {found.serial}"


def _placeholder_serial(found: HardwareHash, _claim: Claim) -> Iterator[str]:
    if _PLACEHOLDER_SERIALS.match(found.serial):
        yield found.serial


def _size(found: HardwareHash, _claim: Claim) -> Iterator[str]:
    if found.size != USUAL_SIZE:
        yield f"{found.size} bytes in place of {USUAL_SIZE}"


def _other_model(found: HardwareHash, _claim: Claim) -> Iterator[str]:
    if found.model and (found.model != EXPECTED_MODEL or found.manufacturer != EXPECTED_MANUFACTURER):
        yield f"{found.manufacturer} {found.model}"


def _other_architecture(found: HardwareHash, _claim: Claim) -> Iterator[str]:
    versions = found.versions
    if versions is None:
        yield "not told"
    elif versions.architecture != ARM64:
        yield ARCHITECTURES.get(versions.architecture, str(versions.architecture))


def _no_tpm(found: HardwareHash, _claim: Claim) -> Iterator[str]:
    if not found.has_tpm:
        yield "records 11, 13 and 25 are absent"


def _blank_uuid(found: HardwareHash, _claim: Claim) -> Iterator[str]:
    data = found.first(RecordType.UUID)
    if data is not None and (len(data) != 16 or data in (bytes(16), b"\xff" * 16)):
        yield data[:16].hex()


def _odd_record(found: HardwareHash, _claim: Claim) -> Iterator[str]:
    for record in found.records:
        if record.type == RecordType.NETWORK_CARD and record_table.network_card(record.data) is None:
            yield "record 8 (network card)"
        if record.type == RecordType.DISK_SERIAL and not record.data.strip(b"\0 "):
            yield "record 7 (disk serial)"


RULES: tuple[Rule, ...] = (
    Rule(Gravity.STOP, "autopilot.hash-record-missing", _missing_records),
    Rule(Gravity.STOP, "autopilot.serial-differs", _other_csv_serial),
    Rule(Gravity.STOP, "autopilot.serial-mismatch", _other_unit),
    Rule(Gravity.WARN, "autopilot.hash-serial-placeholder", _placeholder_serial),
    Rule(Gravity.WARN, "autopilot.hash-size", _size),
    Rule(Gravity.WARN, "autopilot.hash-not-hololens", _other_model),
    Rule(Gravity.WARN, "autopilot.hash-architecture", _other_architecture),
    Rule(Gravity.WARN, "autopilot.hash-no-tpm", _no_tpm),
    Rule(Gravity.WARN, "autopilot.hash-uuid-blank", _blank_uuid),
    Rule(Gravity.WARN, "autopilot.hash-odd-record", _odd_record),
)


def judge(found: HardwareHash, claim: Claim = Claim()) -> tuple[Verdict, ...]:
    """All findings over a decoded hash, in the order of the table."""
    return tuple(Verdict(rule.gravity, rule.code, detail) for rule in RULES for detail in rule.find(found, claim))


def examine(text: str, claim: Claim = Claim()) -> tuple[HardwareHash | None, tuple[Verdict, ...]]:
    """Decode and judge a hash cell. A hash that cannot be decoded gives None and the one verdict that says why."""
    try:
        found = decode(text)
    except DataError as e:
        return None, (Verdict(Gravity.STOP, e.code, e.detail),)
    verdicts = judge(found, claim)
    if found.text != text:
        change = f"{len(text)} characters became {len(found.text)}"
        verdicts = (Verdict(Gravity.REPAIRED, "autopilot.hash-repaired", change), *verdicts)
    return found, verdicts


def usable(verdicts: tuple[Verdict, ...]) -> bool:
    """Whether nothing among the findings stops the import."""
    return all(verdict.gravity is not Gravity.STOP for verdict in verdicts)
