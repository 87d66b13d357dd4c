"""What the tenant's lists say about units, and how the lists are put together. Pure. Facts: tenant §1.9.

Three sources tell of one unit and they lag behind each other: the import queue, the Autopilot list (its `enrollmentState` lags)
and the Intune list, which is the first truth about enrolment. They are kept apart, each with the time it was read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from station.links.graph.values import AutopilotDevice, ImportedIdentity, ManagedDevice, NotKnown
from station.model.facts import FactValue
from station.model.words import N_

ALREADY_HERE = "ZtdDeviceAlreadyAssigned"
"""Registered in this tenant already: harmless (facts: tenant §1.1)."""
_LASTING = frozenset({"enrolled", "failed", "blocked"})
_PROFILE_WORDS = {"notAssigned": "not-assigned", "failed": "not-assigned", "pending": "assigning", "unknown": "unknown"}


Row = TypeVar("Row", ImportedIdentity, AutopilotDevice, ManagedDevice)


class Source(StrEnum):
    """A list of the tenant."""

    IMPORTS = "import queue"
    AUTOPILOT = "Autopilot"
    INTUNE = "Intune"


class Stage(StrEnum):
    """How far a unit is, by the last proof that exists. In order."""

    UNKNOWN = N_("not registered")
    SENT = N_("hash sent")
    REFUSED = N_("registration refused")
    REGISTERED = N_("registered")
    READY = N_("profile assigned: may be powered on now")
    CONTACTED = N_("contacted Autopilot")
    FAILED = N_("enrolment failed")
    ENROLLED = N_("enrolled")
    COMPLIANT = N_("compliant")


@dataclass(frozen=True, slots=True)
class UnitPicture:
    """Everything the lists say about one serial. `managed` newest enrolment first; more than one record is a double."""

    serial: str
    imports: tuple[ImportedIdentity, ...] = ()
    autopilot: tuple[AutopilotDevice, ...] = ()
    managed: tuple[ManagedDevice, ...] = ()

    @property
    def doubles(self) -> int:
        """Records of this serial beyond the one that counts, in Intune and in Autopilot."""
        return max(0, len(self.managed) - 1) + max(0, len(self.autopilot) - 1)


@dataclass(frozen=True, slots=True)
class Picture:
    """The tenant's lists at one moment: units by serial, when each source was read, and what could not be read."""

    units: Mapping[str, UnitPicture] = field(default_factory=dict)
    read_at: Mapping[Source, datetime] = field(default_factory=dict)
    unknown: Mapping[Source, NotKnown] = field(default_factory=dict)
    profile_unknown: NotKnown | None = None

    def unit(self, serial: str) -> UnitPicture:
        """What is known of a serial; an empty picture where nothing is."""
        return self.units.get(serial.casefold(), UnitPicture(serial))

    def age(self, source: Source, now: datetime) -> timedelta | None:
        """How old the reading of a source is; None where it was never read."""
        at = self.read_at.get(source)
        return None if at is None else now - at


def assemble(serials: Iterable[str], imports: Sequence[ImportedIdentity], autopilot: Sequence[AutopilotDevice],
             managed: Sequence[ManagedDevice]) -> dict[str, UnitPicture]:
    """Pictures by serial (case folded) from whole lists; one pass over each list, however many units wait."""
    wanted = {s.casefold(): s for s in serials}
    by_import, by_autopilot, by_managed = _group(imports, wanted), _group(autopilot, wanted), _group(managed, wanted)
    return {key: UnitPicture(serial, tuple(by_import.get(key, ())), tuple(by_autopilot.get(key, ())),
                             tuple(sorted(by_managed.get(key, ()), key=_newest_first))) for key, serial in wanted.items()}


def facts_of(unit: UnitPicture, since: datetime, sources: frozenset[Source] = frozenset(Source)) -> dict[str, FactValue]:
    """Facts of one unit. What is older than `since` proves nothing: a re-used unit has old records everywhere.

    Only sources that were read speak; what nobody told stays absent.
    """
    facts = _registration(unit)
    if unit.autopilot:
        facts |= _autopilot(unit.autopilot[0], since)
    if Source.INTUNE in sources:
        facts |= _enrolment(unit, since)
    return facts


def stage_of(unit: UnitPicture, since: datetime) -> Stage:
    """How far a unit is."""
    facts = facts_of(unit, since)
    if facts.get("tenant.enrolled"):
        return Stage.COMPLIANT if facts.get("tenant.compliance") == "compliant" else Stage.ENROLLED
    if facts.get("autopilot.enrolment") in ("failed", "blocked"):
        return Stage.FAILED
    if facts.get("autopilot.contacted"):
        return Stage.CONTACTED
    if facts.get("autopilot.profile") == "assigned":
        return Stage.READY
    return {"registered": Stage.REGISTERED, "importing": Stage.SENT, "refused": Stage.REFUSED}.get(
        str(facts.get("autopilot.registration")), Stage.UNKNOWN)


def interval(waited: timedelta) -> float:
    """Bench seconds between two readings for units that have waited so long (facts: tenant §1.9)."""
    if waited < timedelta(minutes=10):
        return 15.0
    return 60.0 if waited < timedelta(hours=1) else 300.0


def _registration(unit: UnitPicture) -> dict[str, FactValue]:
    """Import records carry no time: one that runs counts before one that ended, and the registered device before all."""
    if unit.autopilot:
        return {"autopilot.registration": "registered", "autopilot.import.error": ""}
    errors = [record for record in unit.imports if record.failed]
    if any(not r.failed for r in unit.imports) or any(r.error_name == ALREADY_HERE for r in errors):
        return {"autopilot.registration": "importing", "autopilot.import.error": ""}
    if errors:
        last = errors[-1]
        return {"autopilot.registration": "refused", "autopilot.import.error": last.error_name or str(last.error_code)}
    return {}


def _autopilot(device: AutopilotDevice, since: datetime) -> dict[str, FactValue]:
    contacted = device.last_contact is not None and device.last_contact > since
    facts: dict[str, FactValue] = {"autopilot.group-tag": device.group_tag, "autopilot.contacted": contacted}
    if device.assigned is not None:
        facts["autopilot.profile"] = "assigned" if device.assigned else _PROFILE_WORDS.get(device.profile_status or "", "unknown")
    if device.profile_detail is not None:
        facts["autopilot.profile-detail"] = device.profile_detail
    if contacted or device.enrolment not in _LASTING:
        facts["autopilot.enrolment"] = device.enrolment
    return facts


def _enrolment(unit: UnitPicture, since: datetime) -> dict[str, FactValue]:
    fresh = [d for d in unit.managed if d.enrolled is not None and d.enrolled > since]
    facts: dict[str, FactValue] = {"tenant.enrolled": bool(fresh), "tenant.doubles": unit.doubles,
                                   "tenant.earlier-record": bool(unit.managed) and not fresh}
    if fresh:
        facts |= {"tenant.enrolment-type": fresh[0].enrolment_type, "tenant.compliance": fresh[0].compliance,
                  "tenant.device-name": fresh[0].name}
    return facts


def _newest_first(device: ManagedDevice) -> float:
    return -device.enrolled.timestamp() if device.enrolled else 0.0


def _group(rows: Iterable[Row], wanted: Mapping[str, str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        key = row.serial.casefold()
        if key in wanted:
            found.setdefault(key, []).append(row)
    return found
