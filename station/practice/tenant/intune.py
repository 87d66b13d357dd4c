"""Intune of the virtual tenant, the managed devices: enrolment, contact, compliance, wipe, retire, delete.

Enrolment checks what the documents say the service checks: profile, restriction, leftover record, MDM scope, join rights
(facts: tenant §1.5, §1.8, §1.9; enrolment §1.11, §3.9).
"""

from dataclasses import dataclass
from datetime import timedelta

from station.practice.tenant.directory import Directory
from station.practice.tenant.profiles import Profiles
from station.practice.tenant.registration import Registrar
from station.practice.tenant.state import Row, TenantState, stamp
from station.practice.units.cloud import EnrolHow, EnrolOutcome, UnitAtCloud

# How each way of enrolling shows in `deviceEnrollmentType` (facts: tenant §1.5).
ENROLMENT_TYPES = {
    EnrolHow.OOBE_JOIN: "windowsAzureADJoin", EnrolHow.AUTOPILOT: "windowsAzureADJoinUsingDeviceAuth",
    EnrolHow.SETTINGS_CONNECT: "windowsAzureADJoin", EnrolHow.ADD_WORK_ACCOUNT: "windowsAutoEnrollment",
    EnrolHow.MDM_ONLY: "userEnrollment", EnrolHow.BULK_PACKAGE: "windowsBulkAzureDomainJoin",
    EnrolHow.MDM_PACKAGE: "windowsBulkUserless"}
_USERLESS = {EnrolHow.AUTOPILOT, EnrolHow.BULK_PACKAGE, EnrolHow.MDM_PACKAGE}
_JOINS = {EnrolHow.OOBE_JOIN, EnrolHow.AUTOPILOT, EnrolHow.SETTINGS_CONNECT, EnrolHow.BULK_PACKAGE}
_PERSONAL = {EnrolHow.ADD_WORK_ACCOUNT, EnrolHow.MDM_ONLY}
_REGISTERING = "Registering your device for mobile management"
_JOINING = "Joining your organization's network"
_SECURING = "Securing your hardware"


@dataclass(frozen=True, slots=True)
class PendingAction:
    """What the service wants a unit to do at its next contact: `wipe`, `retire`, `rebootNow` or `syncDevice`."""

    name: str
    managed_device_id: str


class Intune:
    """Managed devices and what headsets do with them."""

    def __init__(self, state: TenantState, directory: Directory, registrar: Registrar, profiles: Profiles) -> None:
        self._state, self._directory, self._registrar, self._profiles = state, directory, registrar, profiles
        self.waiting: dict[str, list[PendingAction]] = {}      # serial → actions not yet fetched by the unit

    # The headset's side.

    def contact(self, serial: str) -> None:
        """The headset asked for its profile: it shows as contacted after a while."""
        row = self._registrar.find(serial)
        if row is not None and row["lastContactedDateTime"].startswith("0001"):
            moment = self._state.stamp()
            self._state.later(self._state.delays.contact, lambda: row.update(lastContactedDateTime=moment))

    def enrol(self, unit: UnitAtCloud, how: EnrolHow, user: str) -> EnrolOutcome:
        """Join and enrol a headset, or say which code it shows."""
        refusal = self._refusal(unit, how)
        if refusal is not None:
            row = self._registrar.find(unit.serial)
            if row is not None and how is EnrolHow.AUTOPILOT:
                row["enrollmentState"] = "failed"
            self._state.effect("enrolment-refused", unit.serial)
            return refusal
        self._record(unit, how, user)
        return EnrolOutcome()

    def _refusal(self, unit: UnitAtCloud, how: EnrolHow) -> EnrolOutcome | None:
        state, registered = self._state, self._registrar.find(unit.serial)
        policy = state.singles["mdm-policy"]
        if how is EnrolHow.AUTOPILOT:
            if registered is None or self._profiles.of(registered["id"]) is None:
                return EnrolOutcome("807", _SECURING)          # ZtdDeviceIsNotRegistered (facts: enrolment §3.10)
            if state.devices.find(deviceId=registered["azureAdDeviceId"]) is None:
                return EnrolOutcome("80070774", _JOINING)      # Entra object deleted (facts: enrolment §3.10)
            if self._blocked(registered):
                return EnrolOutcome("0x80180014", _REGISTERING)
        if how in _JOINS and state.singles["join-policy"]["allowed"] == "none":
            return EnrolOutcome("801c0003", _JOINING)
        if state.strikes.strikes("enrolment-blocked", unit.serial) or not self._platform_allows(unit):
            return EnrolOutcome("0x80180014", _REGISTERING)
        if how in (EnrolHow.OOBE_JOIN, EnrolHow.BULK_PACKAGE) and policy["appliesTo"] == "none":
            return EnrolOutcome("0x8018002b", _REGISTERING)
        return None

    def _blocked(self, registered: Row) -> bool:
        """Whether a leftover Intune record keeps a self-deploying device out (facts: tenant §1.2, §1.9)."""
        serial = registered["serialNumber"]
        if registered["userlessEnrollmentStatus"] == "blocked":
            return True
        if serial in self._state.forgiven:      # the record was deleted, or allowNextEnrollment was sent
            return False
        if self._state.managed.find(serialNumber=serial) is None and self._state.strikes.strikes("leftover-record", serial):
            self.leave_record(serial)
        if self._state.managed.find(serialNumber=serial) is None:
            return False
        registered["userlessEnrollmentStatus"] = "blocked"
        return True

    def _platform_allows(self, unit: UnitAtCloud) -> bool:
        rules = self._state.singles["windows-restriction"]
        minimum = rules.get("osMinimumVersion") or ""
        return not rules["platformBlocked"] and (not minimum or _version(unit.os_version) >= _version(minimum))

    def leave_record(self, serial: str) -> None:
        """Put in an Intune record of an earlier life, ninety days old."""
        earlier = UnitAtCloud(serial, "HoloLens 2", "10.0.19041.1144", f"HL-{serial[-6:]}", "")
        row = self._managed_row(earlier, EnrolHow.AUTOPILOT, "")
        row["enrolledDateTime"] = row["lastSyncDateTime"] = stamp(self._state.moment() - timedelta(days=90))
        row["complianceState"] = "noncompliant"
        self._state.managed.add(row)

    def _record(self, unit: UnitAtCloud, how: EnrolHow, user: str) -> None:
        state, registered = self._state, self._registrar.find(unit.serial)
        profile = self._profiles.of(registered["id"]) if registered is not None and how is EnrolHow.AUTOPILOT else None
        device = self._join(unit, how, registered, profile)
        if state.strikes.strikes("serial-doubles", unit.serial):
            self.leave_record(unit.serial)
        row = self._managed_row(unit, how, user)
        row["azureADDeviceId"] = row["azureActiveDirectoryDeviceId"] = device["deviceId"] if device else ""
        row["enrollmentProfileName"] = profile["displayName"] if profile else ""
        row["autopilotEnrolled"] = profile is not None
        state.managed.add(row)
        state.forgiven.discard(unit.serial)
        state.effect("enrolled", unit.serial)
        state.later(state.delays.compliance, lambda: self._judge(row["id"]))
        if registered is not None:
            self._mark_enrolled(registered, row)
            self._log_event(unit, registered, row, profile)

    def _join(self, unit: UnitAtCloud, how: EnrolHow, registered: Row | None, profile: Row | None) -> Row | None:
        state = self._state
        if how not in _JOINS and how is not EnrolHow.ADD_WORK_ACCOUNT:
            return None
        device = state.devices.find(deviceId=registered["azureAdDeviceId"]) if registered is not None else None
        if device is None:
            device = self._directory.register_device("", unit.serial, "")
            device["physicalIds"] = [p for p in device["physicalIds"] if not p.startswith("[ZTDID]")]
        self._directory.joined(device, unit.device_name, unit.os_version, profile["displayName"] if profile else "")
        if how is EnrolHow.ADD_WORK_ACCOUNT:
            device.update(trustType="Workplace", deviceOwnership="Personal")
        return device

    def _managed_row(self, unit: UnitAtCloud, how: EnrolHow, user: str) -> Row:
        state, now = self._state, self._state.stamp()
        return state.blank(
            "managedDevice", deviceName=unit.device_name, serialNumber=unit.serial, model=unit.model,
            manufacturer="Microsoft Corporation", operatingSystem="Windows", osVersion=unit.os_version, enrolledDateTime=now,
            lastSyncDateTime=now, managementState="managed", complianceState="unknown", deviceEnrollmentType=ENROLMENT_TYPES[how],
            deviceRegistrationState="registered", managedDeviceOwnerType="personal" if how in _PERSONAL else "company",
            managementAgent="mdm", userPrincipalName=user, emailAddress=user, wiFiMacAddress=unit.wifi_mac.replace(":", ""),
            totalStorageSpaceInBytes=64 * 10**9, freeStorageSpaceInBytes=42 * 10**9, azureADRegistered=how in _JOINS,
            skuNumber=135, joinType="azureADJoined" if how in _JOINS else "unknown", userDisplayName="", deviceActionResults=[])

    def _mark_enrolled(self, registered: Row, managed: Row) -> None:
        registered.update(userlessEnrollmentStatus="blocked")
        lags = self._state.strikes.strikes("lagging-enrolment", registered["serialNumber"])
        wait = 3600.0 if lags else self._state.delays.enrolment_shown
        self._state.later(wait, lambda: registered.update(
            enrollmentState="enrolled", managedDeviceId=managed["id"], lastContactedDateTime=self._state.stamp(),
            displayName=managed["deviceName"]))

    def _judge(self, managed_id: str) -> None:
        row = self._state.managed.get(managed_id)
        if row is None:
            return
        good = not self._state.strikes.strikes("not-compliant", row["serialNumber"])
        row.update(complianceState="compliant" if good else "noncompliant", lastSyncDateTime=self._state.stamp())
        device = self._state.devices.find(deviceId=row["azureADDeviceId"])
        if device is not None:
            device["isCompliant"] = good

    def _log_event(self, unit: UnitAtCloud, registered: Row, managed: Row, profile: Row | None) -> None:
        state = self._state
        event = state.blank(
            "deviceManagementAutopilotEvent", deviceId=managed["id"], deviceSerialNumber=unit.serial, eventDateTime=state.stamp(),
            deviceRegisteredDateTime=state.stamp(), enrollmentStartDateTime=state.stamp(), enrollmentState="enrolled",
            enrollmentType="azureADJoinedUsingDeviceAuthWithAutopilotProfile", managedDeviceName=unit.device_name,
            osVersion=unit.os_version, deploymentState="success", deviceSetupStatus="success", accountSetupStatus="notAttempted",
            deploymentStartDateTime=state.stamp(), deploymentEndDateTime=state.stamp(),
            windowsAutopilotDeploymentProfileDisplayName=profile["displayName"] if profile else "", userPrincipalName="")
        def shown() -> None:
            state.lists["events"].add(event)
        state.later(3900, shown)   # lags more than an hour (facts: tenant §1.9)

    # The administrator's side.

    def order(self, row: Row, action: str) -> None:
        """Order a wipe, retire, restart or sync of a managed device."""
        state, serial = self._state, row["serialNumber"]
        row["deviceActionResults"] = [*[a for a in row["deviceActionResults"] if a["actionName"] != action], {
            "actionName": action, "actionState": "pending", "startDateTime": state.stamp(), "lastUpdatedDateTime": state.stamp()}]
        self.waiting.setdefault(serial, []).append(PendingAction(action, row["id"]))
        state.effect(f"{action}-ordered", serial)
        if action == "wipe":
            row["managementState"] = "wipePending"
            if not state.strikes.strikes("wipe-pending", serial):
                state.later(state.delays.wipe, lambda: self._gone(row["id"]))
        elif action == "retire":
            row["managementState"] = "retirePending"
            state.later(state.delays.retire, lambda: self._gone(row["id"]))
        elif action == "syncDevice":
            state.later(state.delays.contact, lambda: row.update(lastSyncDateTime=state.stamp()))

    def delete(self, row: Row) -> None:
        """Delete the record; the Autopilot device may then enrol again."""
        self._gone(row["id"])
        self._state.effect("intune-deleted", row["serialNumber"])

    def _gone(self, managed_id: str) -> None:
        row = self._state.managed.remove(managed_id)
        if row is None:
            return
        registered = self._registrar.find(row["serialNumber"])
        self._state.forgiven.add(row["serialNumber"])
        if registered is not None and self._state.managed.find(serialNumber=row["serialNumber"]) is None:
            registered.update(userlessEnrollmentStatus="allowed", managedDeviceId=None, enrollmentState="notContacted")

    def allow_next(self, registered: Row) -> None:
        """Unblock the next self-deploying enrolment (facts: tenant §1.2)."""
        registered["userlessEnrollmentStatus"] = "allowed"
        self._state.forgiven.add(registered["serialNumber"])
        self._state.effect("next-enrolment-allowed", registered["serialNumber"])

    def fetch(self, serial: str) -> list[PendingAction]:
        """What the headset of that serial is to do, handed out once."""
        return self.waiting.pop(serial, [])


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(p) for p in text.split(".") if p.isdigit())
