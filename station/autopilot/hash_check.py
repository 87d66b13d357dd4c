"""Rows checked: the hash decoded and judged, the serial repaired from it, doubles found; merged into one list for import."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from station.autopilot.hardware_hash import HardwareHash, repair_padding
from station.autopilot.hash_file import HashRow
from station.autopilot.spreadsheet import damage, looks_damaged
from station.autopilot.verdicts import Claim, Gravity, Verdict, examine, usable

_NO_UNITS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row after the check. `row` holds the repaired serial and hash text; `hash` is None where it cannot be decoded."""

    row: HashRow
    hash: HardwareHash | None
    verdicts: tuple[Verdict, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether nothing stops the import of this row."""
        return usable(self.verdicts)

    @property
    def serial(self) -> str:
        """The serial to go by: the one inside the hash where it is known."""
        return self.hash.serial if self.hash and self.hash.serial else self.row.serial

    def worst(self) -> Gravity | None:
        """The gravest of the verdicts, None if there are none."""
        found = {verdict.gravity for verdict in self.verdicts}
        return next((gravity for gravity in Gravity if gravity in found), None)


def check(row: HashRow, unit_serial: str = "") -> CheckedRow:
    """Check one row; `unit_serial` is the serial of the unit that the hash was taken from, where that is known."""
    found, verdicts = examine(row.hash_text, Claim(unit_serial=unit_serial))
    if found is None:
        if looks_damaged(row.serial):
            verdicts = (*verdicts, Verdict(Gravity.STOP, "autopilot.serial-lost", row.serial))
        return CheckedRow(replace(row, hash_text=repair_padding(row.hash_text)), None, verdicts)
    serial, more = _serial(row.serial, found.serial)
    if row.assigned_user:
        more = (*more, Verdict(Gravity.WARN, "autopilot.csv-assigned-user", row.assigned_user))
    if serial != row.serial or found.text is not row.hash_text:
        row = replace(row, serial=serial, hash_text=found.text)
    return CheckedRow(row, found, (*more, *verdicts) if more else verdicts)


def _serial(written: str, true: str) -> tuple[str, tuple[Verdict, ...]]:
    """The serial to use and what there is to say about the one that was written."""
    if written == true or not true:
        return written, ()
    seen = damage(written, true)
    if seen is not None:
        return true, (Verdict(Gravity.REPAIRED, "autopilot.serial-repaired", f"{seen.name}: {written or '(empty)'} → {true}"),)
    return written, (Verdict(Gravity.STOP, "autopilot.serial-differs", f"file says {written}, hash says {true}"),)


def check_rows(rows: Iterable[HashRow], unit_serials: Mapping[str, str] = _NO_UNITS) -> Iterator[CheckedRow]:
    """Check rows as they come; `unit_serials` maps a file name to the serial of the unit it was harvested from."""
    for row in rows:
        yield check(row, unit_serials.get(row.file, ""))


@dataclass(frozen=True, slots=True)
class Merged:
    """One row a device. `dropped` are doubles, with the verdict that names the row kept; `refused` rows are stopped."""

    kept: tuple[CheckedRow, ...]
    dropped: tuple[CheckedRow, ...]
    refused: tuple[CheckedRow, ...]


def merge(rows: Iterable[CheckedRow]) -> Merged:
    """One usable row a serial.

    The hash differs at every collection and the service matches by the hardware identifiers inside (facts/tenant §1.1), so
    two hashes of one serial are one device: the last row wins, and inherits a group tag that only the earlier one had.
    """
    kept: dict[str, CheckedRow] = {}
    dropped: list[CheckedRow] = []
    refused: list[CheckedRow] = []
    for row in rows:
        if not row.usable:
            refused.append(row)
            continue
        earlier = kept.pop(row.serial, None)
        if earlier is not None:
            dropped.append(_double(earlier, row))
            row = _inherit(row, earlier)
        kept[row.serial] = row
    return Merged(tuple(kept.values()), tuple(dropped), tuple(refused))


def _double(row: CheckedRow, winner: CheckedRow) -> CheckedRow:
    where = f"{row.serial}: {winner.row.file} line {winner.row.line} is kept"
    return replace(row, verdicts=(*row.verdicts, Verdict(Gravity.WARN, "autopilot.csv-double", where)))


def _inherit(row: CheckedRow, earlier: CheckedRow) -> CheckedRow:
    tag, before = row.row.group_tag, earlier.row.group_tag
    if not before or tag == before:
        return row
    if not tag:
        return replace(row, row=replace(row.row, group_tag=before))
    verdict = Verdict(Gravity.WARN, "autopilot.csv-tags-differ", f"{row.serial}: “{before}” and “{tag}”; “{tag}” is kept")
    return replace(row, verdicts=(*row.verdicts, verdict))
