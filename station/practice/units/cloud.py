"""What a virtual unit asks the cloud for; the virtual tenant answers it.

A headset that reaches the Internet asks for its Autopilot profile, and later joins and enrols. Both calls are quick (no waiting
inside): delays belong to the unit's own timers or to the tenant's state.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class EnrolHow(StrEnum):
    """How a unit enrols; one per enrolment path of facts/enrolment §1.0."""

    OOBE_JOIN = "oobe-join"                  # A, H: Entra join in setup
    AUTOPILOT = "autopilot"                  # B, I: self-deploying
    SETTINGS_CONNECT = "settings-connect"    # C: Entra through Settings › Connect
    ADD_WORK_ACCOUNT = "add-work-account"    # D: personal account, work account added
    MDM_ONLY = "mdm-only"                    # E: local user, "Enroll only in device management"
    BULK_PACKAGE = "bulk-package"            # F: package with a bulk token
    MDM_PACKAGE = "mdm-package"              # G: package with Workplace/Enrollments


@dataclass(frozen=True, slots=True)
class AutopilotProfile:
    """The profile that the service hands to a registered unit. `device_name` is the filled-in name template, "" for none."""

    name: str
    tenant: str
    device_name: str = ""


@dataclass(frozen=True, slots=True)
class UnitAtCloud:
    """What the unit tells about itself when it enrols."""

    serial: str
    model: str
    os_version: str          # full, such as 10.0.20348.1501
    device_name: str
    wifi_mac: str


@dataclass(frozen=True, slots=True)
class EnrolOutcome:
    """`code` is "" for success, else what the headset shows, such as `0x80180014`; `stage` is the line of the status page."""

    code: str = ""
    stage: str = ""

    @property
    def ok(self) -> bool:
        return not self.code


class RemoteAction(Protocol):
    """What device management wants of a unit: `wipe`, `retire`, `rebootNow` or `syncDevice`."""

    @property
    def name(self) -> str: ...


class Cloud(Protocol):
    """Autopilot, Entra and Intune as seen from a headset."""

    def profile_for(self, serial: str) -> AutopilotProfile | None:
        """The profile assigned to the unit, None while there is none."""

    def enrol(self, unit: UnitAtCloud, how: EnrolHow, user: str = "") -> EnrolOutcome:
        """Join and enrol the unit; `user` is a principal name, "" for the userless ways."""

    def pending_actions(self, serial: str) -> Sequence[RemoteAction]:
        """What an enrolled unit is told to do when it checks in; each is told once."""


class NoCloud:
    """No Internet behind the network: nothing is assigned, nothing can enrol."""

    def profile_for(self, serial: str) -> AutopilotProfile | None:
        return None

    def enrol(self, unit: UnitAtCloud, how: EnrolHow, user: str = "") -> EnrolOutcome:
        return EnrolOutcome("OOBEIDPS", "no answer from the identity provider")

    def pending_actions(self, serial: str) -> Sequence[RemoteAction]:
        return ()
