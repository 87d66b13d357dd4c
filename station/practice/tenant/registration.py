"""Autopilot of the virtual tenant, the devices: import records, registered devices, sync, deregistration.

An import record goes unknown → pending → complete or error in bench time; then the device appears, its Entra object joins
groups, and a profile gets assigned (`profiles.py`). Facts: tenant §1.1 to §1.3.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from station.practice.tenant.directory import Directory
from station.practice.tenant.state import Row, TenantState, stamp


@dataclass(frozen=True, slots=True)
class ImportFailure:
    """How an import fails: code and name as in the error table of the facts."""

    code: int
    name: str


OTHER_TENANT = ImportFailure(808, "ZtdDeviceAssignedToOtherTenant")
ALREADY = ImportFailure(806, "ZtdDeviceAlreadyAssigned")
BAD_HASH = ImportFailure(802, "InvalidZtdHardwareHash")
DUPLICATED = ImportFailure(0, "ZtdDeviceDuplicated")
STORAGE = ImportFailure(0, "StorageError")


class Registrar:
    """The import queue and the list of registered devices."""

    def __init__(self, state: TenantState, directory: Directory) -> None:
        self._state, self._directory = state, directory

    # Import.

    def accept(self, given: Mapping[str, Any], twin: bool = False) -> Row:
        """Take one device into the queue. `twin`: the same device came before in the same batch."""
        state = self._state
        row = state.blank(
            "importedWindowsAutopilotDeviceIdentity", serialNumber=given.get("serialNumber"), groupTag=given.get("groupTag"),
            productKey=given.get("productKey"), importId=given.get("importId"),
            assignedUserPrincipalName=given.get("assignedUserPrincipalName"), hardwareIdentifier=None,
            state=import_state("unknown"))
        serial = str(row["serialNumber"] or "")
        if state.strikes.strikes("echoed-ids", serial):
            row["productKey"], row["importId"] = row["productKey"] or row["id"], row["importId"] or row["id"]
        state.imported.add(row)
        state.effect("import-accepted", serial)
        self._schedule(row, DUPLICATED if twin else self._outcome(serial, str(given.get("hardwareIdentifier") or "")))
        return dict(row)

    def _outcome(self, serial: str, hardware: str) -> ImportFailure | None:
        strikes = self._state.strikes.strikes
        if strikes("other-tenant", serial):
            return OTHER_TENANT
        if strikes("other-tenant-as-806", serial):
            return ImportFailure(806, OTHER_TENANT.name)
        if strikes("bad-hash", serial) or not looks_like_hash(hardware):
            return BAD_HASH
        if strikes("storage-error", serial):
            return STORAGE
        if strikes("already-registered", serial):
            self.ensure(serial)
        return None

    def _schedule(self, row: Row, failure: ImportFailure | None) -> None:
        state, serial = self._state, str(row["serialNumber"] or "")
        if state.strikes.strikes("stuck-import", serial):
            return
        whole = 900.0 if state.strikes.strikes("slow-import", serial) else state.delays.complete
        whole *= state.chance.uniform(0.9, 1.2)
        state.later(min(state.delays.pending, whole / 2), lambda: self._show(row, "pending"))
        if state.strikes.strikes("partial-import", serial):
            state.later(whole * 0.6, lambda: self._show(row, "partial"))
        if state.strikes.strikes("new-status-word", serial):
            state.later(whole * 0.7, lambda: self._show(row, "unknownFutureValue"))
        state.later(whole, lambda: self._finish(row, failure))

    def _show(self, row: Row, word: str) -> None:
        row["state"] = import_state(word)

    def _finish(self, row: Row, failure: ImportFailure | None) -> None:
        state, serial = self._state, str(row["serialNumber"] or "")
        if failure is None and self.find(serial) is not None:
            failure = ALREADY
        if failure is not None:
            row["state"] = import_state("error", failure)
            state.effect("import-failed", serial)
        else:
            device = self.register(serial, str(row["groupTag"] or ""), product_key=row["productKey"], ztdid=None, hidden=True)
            late = state.strikes.strikes("late-registration-id", serial)
            row["state"] = import_state("complete", registration="" if late else device["id"])
            if late:
                state.later(60, lambda: row.update(state=import_state("complete", registration=device["id"])))
            state.later(state.delays.visible, lambda: self.reveal(device["id"]))
        state.finished[row["id"]] = state.seconds()

    # Registered devices.

    def register(self, serial: str, group_tag: str = "", *, product_key: str | None = None, ztdid: str | None = None,
                 hidden: bool = False, watched: bool = True) -> Row:
        """Make the Autopilot device and its Entra object; `hidden` until Intune shows it, `watched` by the dynamic groups."""
        state = self._state
        row = state.blank(
            "windowsAutopilotDeviceIdentity", id=ztdid or state.new_id(), serialNumber=serial, groupTag=group_tag,
            productKey=product_key or "", manufacturer="Microsoft Corporation", model="HoloLens 2", systemFamily="",
            enrollmentState="notContacted", lastContactedDateTime="0001-01-01T00:00:00Z", purchaseOrderIdentifier="",
            resourceName="", skuNumber="", displayName="", userPrincipalName="", addressableUserName="", managedDeviceId=None,
            deploymentProfileAssignmentStatus="notAssigned", deploymentProfileAssignmentDetailedStatus="none",
            deploymentProfileAssignedDateTime="0001-01-01T00:00:00Z", remediationState="noRemediationRequired",
            remediationStateLastModifiedDateTime="0001-01-01T00:00:00Z", userlessEnrollmentStatus="allowed")
        state.autopilot.add(row)
        state.by_serial[serial] = row["id"]
        device = self._directory.register_device(row["id"], serial, group_tag)
        row["azureActiveDirectoryDeviceId"] = row["azureAdDeviceId"] = device["deviceId"]
        if watched:
            self._directory.watch(device)
        if hidden:
            state.hidden.add(row["id"])
        state.effect("registered", serial)
        return row

    def ensure(self, serial: str) -> Row:
        """The device, registered now if it was not."""
        return self.find(serial) or self.register(serial)

    def find(self, serial: str) -> Row | None:
        """The registered device of a serial, shown or not."""
        key = self._state.by_serial.get(serial)
        return self._state.autopilot.get(key) if key else None

    def reveal(self, key: str) -> None:
        """Intune shows the device from now on."""
        self._state.hidden.discard(key)

    def shown(self) -> list[Row]:
        """Devices that the lists show."""
        return [r for r in self._state.autopilot if r["id"] not in self._state.hidden]

    def change(self, row: Row, values: Mapping[str, Any]) -> None:
        """Take changed properties; the list shows them after a delay (facts: tenant §1.2)."""
        def apply() -> None:
            row.update({k: v or "" for k, v in values.items()})
            device = self._state.devices.find(deviceId=row["azureAdDeviceId"])
            if "groupTag" in values and device is not None:
                self._directory.set_group_tag(device, str(values["groupTag"] or ""))
        self._state.later(self._state.delays.properties, apply)
        self._state.effect("properties-changed", row["serialNumber"])

    def deregister(self, row: Row) -> None:
        """Delete the device; the list shows it for a while, and its Entra object goes with it unless it had enrolled."""
        state, serial = self._state, row["serialNumber"]
        lingers = state.strikes.strikes("delete-lingers", serial)

        def gone() -> None:
            if state.autopilot.remove(row["id"]) is None:
                return
            if state.by_serial.get(serial) == row["id"]:
                del state.by_serial[serial]
            state.assigned.pop(row["id"], None)
            device = state.devices.find(deviceId=row["azureAdDeviceId"])
            if device is not None and not state.strikes.strikes("entra-stays", serial):
                self._directory.remove_device(device["id"])
            state.effect("deregistered", serial)
        state.later(state.delays.delete_lingering if lingers else state.delays.delete, gone)

    # Sync.

    def sync(self) -> int:
        """Start a sync: 204, 409 while one runs, 429 within ten minutes of the last (facts: tenant §1.3)."""
        state, settings = self._state, self._state.singles["settings"]
        if settings["syncStatus"] == "inProgress":
            return 409
        last = state.singles["sync"].get("triggered")
        if last is not None and state.seconds() - last < state.delays.sync_pause:
            return 429
        state.singles["sync"]["triggered"] = state.seconds()
        settings.update(syncStatus="inProgress", lastManualSyncTriggerDateTime=state.stamp())
        state.later(state.delays.sync, self._synced)
        state.effect("sync", state.tenant_id)
        return 204

    def _synced(self) -> None:
        state = self._state
        if state.strikes.strikes("sync-fails"):
            state.singles["settings"].update(syncStatus="failed")
            return
        state.singles["settings"].update(syncStatus="completed", lastSyncDateTime=stamp(state.moment() - timedelta(seconds=1)))
        state.hidden.clear()


def import_state(word: str, failure: ImportFailure | None = None, registration: str = "") -> Row:
    """The `state` of an import record."""
    return {"deviceImportStatus": word, "deviceRegistrationId": registration,
            "deviceErrorCode": failure.code if failure else 0, "deviceErrorName": failure.name if failure else ""}


def looks_like_hash(text: str) -> bool:
    """Whether the text decodes to something that begins like a hardware hash (`OA`, facts: tenant §4)."""
    try:
        return base64.b64decode(text).startswith(b"OA")
    except (binascii.Error, ValueError):
        return False
