"""Autopilot deployment profiles of the virtual tenant: assignments to groups, and which device gets which profile.

A device gets the oldest profile that is assigned to one of its groups (facts: tenant §1.4), some bench minutes after it became
a member.
"""

from typing import Any

from station.practice.tenant.directory import Directory
from station.practice.tenant.state import Row, TenantState

_TARGET = "#microsoft.graph.groupAssignmentTarget"
_NEVER = "0001-01-01T00:00:00Z"


class Profiles:
    """Profiles, their assignments and what follows from them."""

    def __init__(self, state: TenantState, directory: Directory) -> None:
        self._state, self._directory = state, directory
        directory.on_change.append(self.watch)

    def create(self, **given: Any) -> Row:
        """A new profile. The names of May 2024 and the older ones show the same values (facts: tenant §1.4)."""
        state = self._state
        told = given.pop("@odata.type", "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile")
        moments = {"createdDateTime": state.stamp(), "lastModifiedDateTime": state.stamp()}
        row = state.blank("azureADWindowsAutopilotDeploymentProfile", **{"roleScopeTagIds": ["0"], **given, **moments})
        self.mirror(row)
        row["@odata.type"] = told
        state.profiles.add(row)
        state.assignments[row["id"]] = []
        state.effect("profile-created", str(row["displayName"]))
        return row

    def mirror(self, row: Row) -> None:
        """Show the deprecated columns beside the new ones."""
        row["language"] = row["locale"]
        row["extractHardwareHash"] = bool(row["hardwareHashExtractionEnabled"])
        row["enableWhiteGlove"] = bool(row["preprovisioningAllowed"])

    def assign(self, profile: Row, group_id: str) -> Row:
        """Assign a profile to a group; assigning twice changes nothing."""
        key = f"{profile['id']}_{group_id}_0"
        existing = self._state.assignments[profile["id"]]
        found = next((a for a in existing if a["id"] == key), None)
        if found is not None:
            return found
        row: Row = {"id": key, "source": "direct", "sourceId": profile["id"],
                    "target": {"@odata.type": _TARGET, "groupId": group_id, "deviceAndAppManagementAssignmentFilterId": None,
                               "deviceAndAppManagementAssignmentFilterType": "none"}}
        existing.append(row)
        self._state.effect("profile-assigned-to-group", key)
        self._watch_group(group_id)
        return row

    def unassign(self, profile: Row, key: str) -> bool:
        """Take an assignment away; whether there was one."""
        existing = self._state.assignments[profile["id"]]
        found = next((a for a in existing if a["id"] == key), None)
        if found is None:
            return False
        existing.remove(found)
        self._watch_group(found["target"]["groupId"])
        return True

    def remove(self, profile: Row) -> None:
        """Delete a profile that no group has."""
        self._state.profiles.remove(profile["id"])
        self._state.assignments.pop(profile["id"], None)

    def _watch_group(self, group_id: str) -> None:
        for object_id in self._state.members.get(group_id, {}):
            device = self._state.devices.get(object_id)
            if device is not None:
                self.watch(device)

    def watch(self, device: Row) -> None:
        """Bring the device's profile up to date after the usual delay."""
        row = self._autopilot_of(device)
        if row is None:
            return
        if self.wanted(device) is not None and row["deploymentProfileAssignmentStatus"] == "notAssigned":
            row["deploymentProfileAssignmentStatus"] = "pending"
        wait = self._state.delays.profile * self._state.chance.uniform(0.6, 1.4)
        self._state.later(wait, lambda: self.settle(row["id"], device["id"]))

    def wanted(self, device: Row) -> Row | None:
        """The oldest profile that is assigned to a group of the device."""
        mine = {g["id"] for g in self._directory.groups_of(device["id"])}
        fitting = [p for p in self._state.profiles
                   if any(a["target"].get("groupId") in mine for a in self._state.assignments[p["id"]])]
        return min(fitting, key=lambda p: (p["createdDateTime"], p["id"]), default=None)

    def settle(self, autopilot_id: str, object_id: str) -> None:
        """Write into the Autopilot device what its groups give it now."""
        row, device = self._state.autopilot.get(autopilot_id), self._state.devices.get(object_id)
        if row is None or device is None:
            return
        profile, serial = self.wanted(device), row["serialNumber"]
        strikes = self._state.strikes.strikes
        if profile is None or strikes("no-profile-assigned", serial):
            self._write(row, None, "notAssigned", "none")
        elif strikes("pc-profile", serial) or profile["deviceType"] == "windowsPc":
            self._write(row, None, "failed", "windowsPcProfileNotSupported")
        elif strikes("assignment-fails", serial):
            self._write(row, None, "failed", "none")
        else:
            word = "assignedUnkownSyncState" if strikes("unknown-sync-state", serial) else "assignedInSync"
            self._write(row, profile, word, "none")

    def _write(self, row: Row, profile: Row | None, status: str, detail: str) -> None:
        before = self._state.assigned.get(row["id"])
        row.update(deploymentProfileAssignmentStatus=status, deploymentProfileAssignmentDetailedStatus=detail)
        if profile is None:
            self._state.assigned.pop(row["id"], None)
            row["deploymentProfileAssignedDateTime"] = _NEVER
        elif before != profile["id"]:
            self._state.assigned[row["id"]] = profile["id"]
            row["deploymentProfileAssignedDateTime"] = self._state.stamp()
            self._state.effect("profile-assigned", row["serialNumber"])

    def of(self, autopilot_id: str) -> Row | None:
        """The profile that a registered device has."""
        key = self._state.assigned.get(autopilot_id)
        return self._state.profiles.get(key) if key else None

    def _autopilot_of(self, device: Row) -> Row | None:
        key = next((p.partition(":")[2] for p in device["physicalIds"] if p.startswith("[ZTDID]:")), "")
        return self._state.autopilot.get(key)
