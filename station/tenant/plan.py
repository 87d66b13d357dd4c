"""The way back, as a pure plan: what is asked of the tenant, in the documented order, and how each step is proved.

    leave   wipe (unit elsewhere) → Intune records → user → Autopilot record → sync → Entra object, if it stays → import records
    reuse   wipe (unit elsewhere) → Intune records → next enrolment allowed; the Autopilot record stays

Facts: tenant §1.5, §1.10; enrolment §3.8, §3.9. Microsoft's order matters: deleting the Autopilot record of an enrolled device is
refused, and deleting its Entra object first breaks the next enrolment.
"""

from dataclasses import dataclass
from enum import StrEnum

from station.links.graph import routes
from station.links.graph.device_calls import wipe_request
from station.links.graph.request import GraphRequest
from station.model.errors import Refused
from station.model.words import N_
from station.tenant.records import UnitRecords

MINUTE = 60.0


class Goal(StrEnum):
    """What becomes of the unit."""

    LEAVE = "leave"
    REUSE = "reuse"


class Where(StrEnum):
    """Where the unit is: on the bench it is reset by cable, elsewhere it is wiped over the network."""

    BENCH = "bench"
    REMOTE = "remote"


class Lockdown(StrEnum):
    """What is known of TenantLockdown (RequireNetworkInOOBE), which survives reset and reflash."""

    NEVER = "never"
    RELEASED = "released"
    LOCKED = "locked"
    NOT_KNOWN = "not-known"


class Kind(StrEnum):
    """What a step does; the executor has one reading and one proof for each."""

    WIPE = "wipe"
    DELETE_INTUNE = "delete-intune"
    UNASSIGN_USER = "unassign-user"
    DELETE_AUTOPILOT = "delete-autopilot"
    SYNC = "sync"
    DELETE_ENTRA = "delete-entra"
    DELETE_IMPORT = "delete-import"
    ALLOW_NEXT = "allow-next"


TITLES = {
    Kind.WIPE: N_("Wipe the unit over the network"),
    Kind.DELETE_INTUNE: N_("Delete the Intune record"),
    Kind.UNASSIGN_USER: N_("Take the user off the Autopilot record"),
    Kind.DELETE_AUTOPILOT: N_("Delete the Autopilot record"),
    Kind.SYNC: N_("Start the Autopilot synchronisation"),
    Kind.DELETE_ENTRA: N_("Delete the Entra object if it stays behind"),
    Kind.DELETE_IMPORT: N_("Delete the leftover import record"),
    Kind.ALLOW_NEXT: N_("Allow the next enrolment"),
}


LATE_RIGHT = N_("Deletes in the directory, so it needs the further right {right} and the role Cloud Device Administrator or "
                "Intune Administrator. Asked for only if the object is still there when it comes to this step.")
LATE_RIGHT_APP = N_("Deletes in the directory, so the app needs the further permission {right}.")
"""Why a step needs a right of its own, for a person and for an app alone (facts: tenant §1.6)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `request` changes the tenant, `read_back` proves it; `budget` is bench seconds until the proof must hold.

    `settle` is how long the tenant gets to do it by itself before the request is sent.
    """

    kind: Kind
    target: str
    request: GraphRequest
    read_back: GraphRequest
    budget: float
    settle: float = 0.0

    @property
    def key(self) -> str:
        """Name of the step within its return."""
        return f"{self.kind}:{self.target}"

    @property
    def title(self) -> str:
        """What the step does, in English."""
        return TITLES[self.kind]

    @property
    def asked_late(self) -> bool:
        """Whether its right is asked for only when it comes to it, because it seldom does."""
        return self.kind is Kind.DELETE_ENTRA


def plan(records: UnitRecords, goal: Goal, where: Where, lockdown: Lockdown) -> tuple[Step, ...]:
    """The steps for what is there now; objects that are gone need none, so a plan made anew is how a return is resumed.

    Raises Refused `tenant.lockdown` or `tenant.lockdown-unknown` where leaving would strand the unit.
    """
    if goal is Goal.LEAVE and lockdown is Lockdown.LOCKED:
        raise Refused("tenant.lockdown", records.serial)
    if goal is Goal.LEAVE and lockdown is Lockdown.NOT_KNOWN:
        raise Refused("tenant.lockdown-unknown", records.serial)
    steps = [*_wipe(records, where), *_intune(records)]
    return tuple(steps + (_leave(records) if goal is Goal.LEAVE else _reuse(records)))


WIPED = frozenset({"wipePending", "wipeIssued"})
"""Words of managementState after a wipe was ordered; HoloLens never gets beyond them (facts: tenant §1.5)."""


def _wipe(records: UnitRecords, where: Where) -> list[Step]:
    """Only the record that counts: the newest enrolment; stale doubles reach no unit."""
    if where is Where.BENCH or not records.managed or records.managed[0].management in WIPED:
        return []
    newest = records.managed[0].id
    return [Step(Kind.WIPE, newest, wipe_request(newest), GraphRequest(routes.MANAGED_GET, (newest,)), 5 * MINUTE)]


def _intune(records: UnitRecords) -> list[Step]:
    """Stale doubles first, the record that counts last: a return that is taken up again must never wipe by a double."""
    return [Step(Kind.DELETE_INTUNE, d.id, GraphRequest(routes.MANAGED_DELETE, (d.id,)),
                 GraphRequest(routes.MANAGED_GET, (d.id,)), 10 * MINUTE) for d in reversed(records.managed)]


def _leave(records: UnitRecords) -> list[Step]:
    steps = []
    for device in records.autopilot:
        read_back = GraphRequest(routes.AUTOPILOT_GET, (device.id,))
        if device.user:
            steps.append(Step(Kind.UNASSIGN_USER, device.id, GraphRequest(routes.AUTOPILOT_UNASSIGN_USER, (device.id,)),
                              read_back, 10 * MINUTE))
        steps += [
            Step(Kind.DELETE_AUTOPILOT, device.id, GraphRequest(routes.AUTOPILOT_DELETE, (device.id,)), read_back, 35 * MINUTE),
            Step(Kind.SYNC, "tenant", GraphRequest(routes.SETTINGS_SYNC), GraphRequest(routes.SETTINGS_GET), MINUTE)]
    steps += [Step(Kind.DELETE_ENTRA, d.id, GraphRequest(routes.ENTRA_DELETE, (d.id,)), GraphRequest(routes.ENTRA_GET, (d.id,)),
                   10 * MINUTE, settle=5 * MINUTE if records.autopilot else 0.0) for d in records.entra]
    return steps + [
        Step(Kind.DELETE_IMPORT, r.id, GraphRequest(routes.IMPORTED_DELETE, (r.id,)), GraphRequest(routes.IMPORTED_GET, (r.id,)),
             5 * MINUTE) for r in records.imports]


def _reuse(records: UnitRecords) -> list[Step]:
    """Deleting the Intune record usually unblocks the device; where the beta says that it is not, it is asked for."""
    return [Step(Kind.ALLOW_NEXT, d.id, GraphRequest(routes.AUTOPILOT_ALLOW_NEXT, (d.id,)),
                 GraphRequest(routes.AUTOPILOT_GET_BETA, (d.id,)), 10 * MINUTE)
            for d in records.autopilot if d.userless is not None and d.userless != "allowed"]
