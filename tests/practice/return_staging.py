"""Puts units into a virtual tenant in every state that a returned unit may be in, and tells the calls that each must lead to."""

from dataclasses import dataclass
from itertools import product

from station.practice.tenant import VirtualTenant
from station.practice.units.cloud import EnrolHow, UnitAtCloud
from station.tenant.plan import Goal, Lockdown, Where

NEVER = "0001-01-01T00:00:00Z"
AUTOPILOT = ("none", "registered", "with-user")
INTUNE = ("none", "one", "double", "wipe-pending")
ENTRA = ("none", "there")


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    autopilot: str
    intune: str
    entra: str
    lockdown: Lockdown
    where: Where
    goal: Goal

    def __str__(self) -> str:
        return "/".join((self.autopilot, self.intune, self.entra, self.lockdown, self.where, self.goal))

    @property
    def nothing(self) -> bool:
        return (self.autopilot, self.intune, self.entra) == ("none", "none", "none")

    @property
    def refused(self) -> bool:
        return self.goal is Goal.LEAVE and self.lockdown in (Lockdown.LOCKED, Lockdown.NOT_KNOWN)

    @property
    def calls(self) -> list[str]:
        """The writing calls in the documented order (facts: tenant §1.10, enrolment §3.9), told apart from the product."""
        calls = []
        if self.intune != "none":
            if self.where is Where.REMOTE and self.intune != "wipe-pending":
                calls.append("managed.wipe")
            calls += ["managed.delete"] * (2 if self.intune == "double" else 1)
        if self.goal is Goal.REUSE:
            return calls
        if self.autopilot != "none":
            if self.autopilot == "with-user":
                calls.append("autopilot.unassignUser")
            calls += ["autopilot.delete", "settings.sync"]
        elif self.entra == "there":
            calls.append("devices.delete")
        return calls


TABLE = [Case(*row) for row in product(AUTOPILOT, INTUNE, ENTRA, Lockdown, Where, Goal)]
"""Every state of the three objects × lockdown × where the unit is × what becomes of it."""


def stage(tenant: VirtualTenant, serial: str, case: Case) -> None:
    """Bring a serial into the state of a case."""
    unit = UnitAtCloud(serial, "HoloLens 2", "10.0.20348.1501", f"HL-{serial}", "")
    key = tenant.register(serial, "Bench-A") if case.autopilot != "none" or case.entra == "there" else ""
    if case.intune != "none":
        outcome = tenant.enrol(unit, EnrolHow.BULK_PACKAGE, "")
        assert outcome.ok, outcome
    state = tenant.state
    with state.lock:
        entra = next((d for d in state.devices if serial in (d["displayName"], ) or d["displayName"] == unit.device_name), None)
        if entra is not None and case.entra == "none":
            state.devices.remove(entra["id"])
        elif entra is not None and case.autopilot == "none":
            entra["displayName"] = serial if case.intune == "none" else entra["displayName"]
        registered = state.autopilot.get(key) if key else None
        if registered is not None:
            registered["userPrincipalName"] = "ann@practice.onmicrosoft.com" if case.autopilot == "with-user" else ""
            if case.autopilot == "none":
                state.autopilot.remove(key)
        if case.intune == "double":
            tenant.leave_record(serial)
        if case.intune == "wipe-pending":
            next(r for r in state.managed if r["serialNumber"] == serial)["managementState"] = "wipePending"
        state.singles["settings"]["lastManualSyncTriggerDateTime"] = NEVER
        state.singles["sync"].clear()
    state.effects.clear()
