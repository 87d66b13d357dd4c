"""What Graph tells, as frozen values. Words of enumerations stay words: a new one must not break an old station.

Times are UTC; None where Graph says nothing or "never" (`0001-01-01T00:00:00Z`; facts: tenant §1).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from station.links.graph.request import Json

_NEVER_YEAR = 1
_RUNNING = frozenset({"unknown", "pending", "partial"})
_FINISHED = frozenset({"complete", "error"})


def time_of(value: Any) -> datetime | None:
    """An ISO time of Graph; None for nothing, "never" and what cannot be read."""
    text = str(value or "")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return None if at.year == _NEVER_YEAR else at.astimezone(UTC)


def text_of(value: Any) -> str:
    """A text; empty for null."""
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """One row to import: serial, hash (padded standard base64 as in the CSV), group tag; `import_id` tags our batch."""

    serial: str
    hash: str
    group_tag: str = ""
    import_id: str = ""


@dataclass(frozen=True, slots=True)
class ImportedIdentity:
    """One import record (importedWindowsAutopilotDeviceIdentity): not the device, but the order to register it."""

    id: str
    serial: str
    group_tag: str
    import_id: str
    status: str
    registration_id: str
    error_code: int
    error_name: str

    @classmethod
    def read(cls, row: Json) -> "ImportedIdentity":
        state = row.get("state") or {}
        return cls(text_of(row.get("id")), text_of(row.get("serialNumber")), text_of(row.get("groupTag")),
                   text_of(row.get("importId")), text_of(state.get("deviceImportStatus")) or "unknown",
                   text_of(state.get("deviceRegistrationId")), int(state.get("deviceErrorCode") or 0),
                   text_of(state.get("deviceErrorName")))

    @property
    def finished(self) -> bool:
        """Whether the service is done with it; an unknown word counts as running (facts: tenant §1.1)."""
        return self.status in _FINISHED

    @property
    def failed(self) -> bool:
        """Whether the device was refused."""
        return self.status == "error"


@dataclass(frozen=True, slots=True)
class AutopilotDevice:
    """One registered device (windowsAutopilotDeviceIdentity). The last five are beta only: None is not known."""

    id: str
    serial: str
    model: str
    manufacturer: str
    group_tag: str
    enrolment: str
    last_contact: datetime | None
    managed_device_id: str
    entra_device_id: str
    display_name: str
    user: str
    profile_status: str | None = None
    profile_detail: str | None = None
    profile_at: datetime | None = None
    userless: str | None = None
    remediation: str | None = None

    @classmethod
    def read(cls, row: Json) -> "AutopilotDevice":
        def beta(key: str) -> str | None:
            return text_of(row[key]) if row.get(key) is not None else None

        return cls(
            text_of(row.get("id")), text_of(row.get("serialNumber")), text_of(row.get("model")), text_of(row.get("manufacturer")),
            text_of(row.get("groupTag")), text_of(row.get("enrollmentState")) or "unknown",
            time_of(row.get("lastContactedDateTime")), _id(row.get("managedDeviceId")),
            _id(row.get("azureActiveDirectoryDeviceId") or row.get("azureAdDeviceId")), text_of(row.get("displayName")),
            text_of(row.get("userPrincipalName")), beta("deploymentProfileAssignmentStatus"),
            beta("deploymentProfileAssignmentDetailedStatus"), time_of(row.get("deploymentProfileAssignedDateTime")),
            beta("userlessEnrollmentStatus"), beta("remediationState"))

    @property
    def assigned(self) -> bool | None:
        """Whether a profile is assigned (any `assigned…` word; facts: tenant §1.2); None where the beta did not tell."""
        return None if self.profile_status is None else self.profile_status.startswith("assigned")


_NO_ID = "00000000-0000-0000-0000-000000000000"


def _id(value: Any) -> str:
    text = text_of(value)
    return "" if text == _NO_ID else text


@dataclass(frozen=True, slots=True)
class ManagedDevice:
    """One Intune record (managedDevice). One serial may have several: stale doubles stay."""

    id: str
    serial: str
    name: str
    model: str
    manufacturer: str
    operating_system: str
    os_version: str
    enrolled: datetime | None
    last_sync: datetime | None
    management: str
    compliance: str
    enrolment_type: str
    registration: str
    entra_device_id: str
    owner_type: str
    user: str
    profile: str
    wifi_mac: str
    free_bytes: int | None

    @classmethod
    def read(cls, row: Json) -> "ManagedDevice":
        free = row.get("freeStorageSpaceInBytes")
        return cls(
            text_of(row.get("id")), text_of(row.get("serialNumber")), text_of(row.get("deviceName")), text_of(row.get("model")),
            text_of(row.get("manufacturer")), text_of(row.get("operatingSystem")), text_of(row.get("osVersion")),
            time_of(row.get("enrolledDateTime")), time_of(row.get("lastSyncDateTime")),
            text_of(row.get("managementState")) or "unknown", text_of(row.get("complianceState")) or "unknown",
            text_of(row.get("deviceEnrollmentType")) or "unknown", text_of(row.get("deviceRegistrationState")) or "unknown",
            _id(row.get("azureADDeviceId")), text_of(row.get("managedDeviceOwnerType")), text_of(row.get("userPrincipalName")),
            text_of(row.get("enrollmentProfileName")), text_of(row.get("wiFiMacAddress")), None if free is None else int(free))


MANAGED_SELECT = (
    "id,deviceName,serialNumber,model,manufacturer,operatingSystem,osVersion,enrolledDateTime,lastSyncDateTime,managementState,"
    "complianceState,deviceEnrollmentType,deviceRegistrationState,azureADDeviceId,managedDeviceOwnerType,userPrincipalName,"
    "enrollmentProfileName,wiFiMacAddress,freeStorageSpaceInBytes")


@dataclass(frozen=True, slots=True)
class EntraDevice:
    """One Entra device. `id` is the object id (delete, groups), `device_id` the device id (join with Intune and Autopilot)."""

    id: str
    device_id: str
    name: str
    operating_system: str
    os_version: str
    trust: str
    managed: bool | None
    compliant: bool | None
    enabled: bool | None
    registered: datetime | None
    last_sign_in: datetime | None
    physical_ids: tuple[str, ...]

    @classmethod
    def read(cls, row: Json) -> "EntraDevice":
        return cls(
            text_of(row.get("id")), text_of(row.get("deviceId")), text_of(row.get("displayName")),
            text_of(row.get("operatingSystem")), text_of(row.get("operatingSystemVersion")), text_of(row.get("trustType")),
            row.get("isManaged"), row.get("isCompliant"), row.get("accountEnabled"), time_of(row.get("registrationDateTime")),
            time_of(row.get("approximateLastSignInDateTime")), tuple(row.get("physicalIds") or ()))

    @property
    def autopilot_id(self) -> str:
        """The id of the Autopilot device, as the physical id `[ZTDID]:…` gives it (inferred; facts: tenant §1.6); or empty."""
        return next((p.partition(":")[2] for p in self.physical_ids if p.upper().startswith("[ZTDID]:")), "")


ENTRA_SELECT = ("id,deviceId,displayName,operatingSystem,operatingSystemVersion,trustType,isManaged,isCompliant,accountEnabled,"
                "registrationDateTime,approximateLastSignInDateTime,physicalIds")


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its name and, where it is dynamic, its rule."""

    id: str
    name: str
    rule: str
    dynamic: bool

    @classmethod
    def read(cls, row: Json) -> "Group":
        return cls(text_of(row.get("id")), text_of(row.get("displayName")), text_of(row.get("membershipRule")),
                   "DynamicMembership" in (row.get("groupTypes") or ()))


@dataclass(frozen=True, slots=True)
class Profile:
    """One Autopilot deployment profile with the ids of the groups it is assigned to ("" = all devices)."""

    id: str
    name: str
    device_type: str
    usage: str
    name_template: str
    created: datetime | None
    groups: tuple[str, ...] = ()

    @classmethod
    def read(cls, row: Json, groups: tuple[str, ...] = ()) -> "Profile":
        oobe = row.get("outOfBoxExperienceSetting") or row.get("outOfBoxExperienceSettings") or {}
        return cls(text_of(row.get("id")), text_of(row.get("displayName")), text_of(row.get("deviceType")) or "windowsPc",
                   text_of(oobe.get("deviceUsageType")), text_of(row.get("deviceNameTemplate")),
                   time_of(row.get("createdDateTime")), groups)


@dataclass(frozen=True, slots=True)
class SyncState:
    """Where the synchronisation of Autopilot with Intune stands."""

    status: str
    last: datetime | None
    last_manual: datetime | None

    @classmethod
    def read(cls, row: Json) -> "SyncState":
        return cls(text_of(row.get("syncStatus")) or "unknown", time_of(row.get("lastSyncDateTime")),
                   time_of(row.get("lastManualSyncTriggerDateTime")))


@dataclass(frozen=True, slots=True)
class NotKnown:
    """What a beta answer, a missing right or a missing feature leaves open: never an error, never a guess."""

    code: str
    detail: str = ""
