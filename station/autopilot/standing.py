"""Where one device stands with Autopilot, and how the tenant's lists are read into that. Pure.

The words are the values of the facts `autopilot.registration` and `autopilot.profile`. Facts: tenant §1.1, §1.2, §1.9.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from station.links.graph.values import AutopilotDevice, ImportedIdentity
from station.model.facts import FactValue
from station.model.faults import catalogue
from station.model.words import N_


class Registration(StrEnum):
    """Words of fact `autopilot.registration`."""

    NONE = "none"
    SUBMITTED = "submitted"
    IMPORTING = "importing"
    REGISTERED = "registered"
    REFUSED = "refused"


class ProfileState(StrEnum):
    """Words of fact `autopilot.profile`."""

    UNKNOWN = "unknown"
    NOT_ASSIGNED = "not-assigned"
    ASSIGNING = "assigning"
    ASSIGNED = "assigned"


STATE_LABELS: Mapping[Registration, str] = MappingProxyType({
    Registration.NONE: N_("Not registered"), Registration.SUBMITTED: N_("Sent"), Registration.IMPORTING: N_("Importing"),
    Registration.REGISTERED: N_("Registered"), Registration.REFUSED: N_("Refused")})
PROFILE_LABELS: Mapping[ProfileState, str] = MappingProxyType({
    ProfileState.UNKNOWN: N_("Profile not known"), ProfileState.NOT_ASSIGNED: N_("Profile not assigned"),
    ProfileState.ASSIGNING: N_("Profile is being assigned"), ProfileState.ASSIGNED: N_("May be powered on now")})
"""What a person reads; the profile counts once the device is registered."""

_PROFILE_WORDS: Mapping[str, ProfileState] = MappingProxyType({
    "notAssigned": ProfileState.NOT_ASSIGNED, "failed": ProfileState.NOT_ASSIGNED, "pending": ProfileState.ASSIGNING})


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one device. `fault` is a code of the catalogue ("" for none); `before` tells that it was registered or
    under way before this station did anything; `group_tag` is what the tenant answers, None where it was not read."""

    serial: str
    registration: Registration = Registration.NONE
    fault: str = ""
    error: str = ""
    before: bool = False
    record: str = ""
    device: str = ""
    group_tag: str | None = None
    profile: ProfileState = ProfileState.UNKNOWN
    profile_detail: str = ""

    @property
    def settled(self) -> bool:
        """Whether the import is over for this device, one way or the other."""
        return self.registration in (Registration.REGISTERED, Registration.REFUSED)

    @property
    def may_be_powered_on(self) -> bool:
        """Whether the headset may go online now (facts/tenant §1.9: only after the profile is assigned)."""
        return self.registration is Registration.REGISTERED and self.profile is ProfileState.ASSIGNED

    def values(self) -> dict[str, FactValue]:
        """Facts by key; what is not known is absent."""
        told: dict[str, FactValue] = {"autopilot.registration": self.registration.value, "autopilot.import.error": self.error,
                                      "autopilot.profile": self.profile.value}
        if self.profile_detail:
            told["autopilot.profile-detail"] = self.profile_detail
        if self.group_tag is not None:
            told["autopilot.group-tag"] = self.group_tag
        return told


def key(serial: str) -> str:
    """How serials are compared: exactly, but for the case of letters."""
    return serial.strip().casefold()


@cache
def fault_of(name: str, code: int) -> str:
    """Catalogue code of an import error: by its name first, since 806 was seen with the name of another error; then by code."""
    ours = [fault for fault in catalogue().values() if fault.code.startswith("autopilot.")]
    for said, words in ((name.casefold(), "names"), (str(code) if code else "", "codes")):
        for fault in ours:
            if said and said in (w.casefold() for w in getattr(fault, words)):
                return fault.code
    return "autopilot.refused"


def with_record(standing: Standing, record: ImportedIdentity) -> Standing:
    """A standing after one import record was read. What is registered stays registered."""
    if standing.registration is Registration.REGISTERED:
        return replace(standing, record=standing.record or record.id)
    known = replace(standing, record=record.id, device=record.registration_id or standing.device)
    if not record.finished:
        word = Registration.SUBMITTED if record.status == "unknown" else Registration.IMPORTING
        return replace(known, registration=word, error="", fault="")
    if not record.failed:
        return replace(known, registration=Registration.REGISTERED, error="", fault="")
    return with_end(known, record.error_name or str(record.error_code))


def with_end(standing: Standing, error: str) -> Standing:
    """A standing after its import ended: with nothing, or with the name (or only the code) of an error."""
    if not error:
        return replace(standing, registration=Registration.REGISTERED, error="", fault="")
    fault = fault_of("", int(error)) if error.isdecimal() else fault_of(error, 0)
    if fault == "autopilot.already-registered":
        return replace(standing, registration=Registration.REGISTERED, error=error, fault="", before=True)
    return replace(standing, registration=Registration.REFUSED, error=error, fault=fault)


def with_device(standing: Standing, device: AutopilotDevice, wanted_tag: str = "") -> Standing:
    """A standing after the registered device was read, with what the profile and the group tag say."""
    profile = ProfileState.UNKNOWN
    if device.profile_status is not None:
        profile = (ProfileState.ASSIGNED if device.assigned
                   else _PROFILE_WORDS.get(device.profile_status, ProfileState.UNKNOWN))
    detail = device.profile_detail if device.profile_detail not in (None, "none", "") else ""
    fault = "autopilot.group-tag-differs" if wanted_tag and device.group_tag != wanted_tag else ""
    if detail == "windowsPcProfileNotSupported":
        fault = "autopilot.pc-profile"
    return replace(standing, registration=Registration.REGISTERED, device=device.id, group_tag=device.group_tag, profile=profile,
                   profile_detail=detail or "", fault=fault)


def latest_records(records: Iterable[ImportedIdentity], serials: frozenset[str]) -> dict[str, ImportedIdentity]:
    """One record a serial (by `key`): import records carry no time, so one that runs counts before one that is complete, and
    that before one that failed."""
    chosen: dict[str, ImportedIdentity] = {}
    for record in records:
        name = key(record.serial)
        if name in serials and (name not in chosen or _weight(record) >= _weight(chosen[name])):
            chosen[name] = record
    return chosen


def _weight(record: ImportedIdentity) -> int:
    return 2 if not record.finished else 0 if record.failed else 1
