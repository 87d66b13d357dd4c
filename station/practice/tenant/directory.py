"""Entra of the virtual tenant: device objects, groups with static and dynamic members."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from station.practice.tenant.state import Row, TenantState, stamp

_TEST = r"\s+-(?P<operator>eq|contains|startsWith)\s+\"(?P<value>[^\"]*)\""
_ANY = re.compile(r"devicePhysicalIds\s+-any\s+\(?\s*_" + _TEST, re.IGNORECASE)
_PLAIN = re.compile(r"device\.(?P<name>\w+)" + _TEST, re.IGNORECASE)
_PHYSICAL_IDS = "physicalIds"
_COLUMNS = {"deviceostype": "operatingSystem", "devicemodel": "model", "devicemanufacturer": "manufacturer",
            "displayname": "displayName", "enrollmentprofilename": "enrollmentProfileName", "devicetrusttype": "trustType"}


class Directory:
    """Device objects and groups."""

    def __init__(self, state: TenantState) -> None:
        self._state = state
        self._held: set[str] = set()                           # devices that the dynamic groups do not look at (quirks)
        self.on_change: list[Callable[[Row], None]] = []       # called with the device whose memberships changed

    def register_device(self, ztdid: str, serial: str, group_tag: str, purchase_order: str = "") -> Row:
        """The device object that registering in Autopilot creates (facts: tenant §1.6): named by the serial, not enabled."""
        state = self._state
        device_id = state.new_id()
        row = state.blank("device", beta=False, deviceId=device_id, displayName=serial, accountEnabled=False,
                          operatingSystem="Windows", operatingSystemVersion=None, profileType="RegisteredDevice",
                          deviceVersion=2, physicalIds=_physical_ids(device_id, ztdid, group_tag, purchase_order))
        row["@odata.type"] = "#microsoft.graph.device"
        return state.devices.add(row)

    def set_group_tag(self, row: Row, tag: str) -> None:
        """Carry a changed group tag into the object, and so into its memberships."""
        kept = [p for p in row["physicalIds"] if not p.startswith("[OrderID]:")]
        row["physicalIds"] = [*kept, f"[OrderID]:{tag}"] if tag else kept
        self.watch(row)

    def watch(self, row: Row) -> None:
        """Have the dynamic groups look at a device after their usual delay."""
        state, serial, key = self._state, row["displayName"], row["id"]
        if state.strikes.strikes("no-group", serial):
            self._held.add(key)
            return
        slow = state.strikes.strikes("slow-group", serial)
        if slow:
            self._held.add(key)

        def look() -> None:
            self._held.discard(key)
            self.process(key)
        state.later((3600.0 if slow else state.delays.group) * state.chance.uniform(0.7, 1.3), look)

    def process(self, object_id: str, *, quietly: bool = False) -> None:
        """Bring the device's dynamic memberships up to date; `quietly` without anything following from it."""
        row = self._state.devices.get(object_id)
        if row is None or object_id in self._held:
            return
        for group in self._state.groups:
            self._sort_in(group, row, quietly=quietly)

    def _sort_in(self, group: Row, row: Row, *, quietly: bool = False) -> None:
        if "DynamicMembership" not in group["groupTypes"] or group["membershipRuleProcessingState"] != "On":
            return
        if rule_matches(group["membershipRule"] or "", row):
            self.join(group["id"], row, quietly=quietly)
        else:
            self.leave(group["id"], row)

    def join(self, group_id: str, row: Row, *, quietly: bool = False) -> bool:
        """Make the device a member; whether it was none before."""
        members = self._state.members.setdefault(group_id, {})
        if row["id"] in members:
            return False
        members[row["id"]] = None
        if not quietly:
            self._changed(row)
        return True

    def leave(self, group_id: str, row: Row) -> bool:
        """Take the device out; whether it was in."""
        if row["id"] not in self._state.members.get(group_id, {}):
            return False
        del self._state.members[group_id][row["id"]]
        self._changed(row)
        return True

    def _changed(self, row: Row) -> None:
        for call in self.on_change:
            call(row)

    def groups_of(self, object_id: str) -> list[Row]:
        """Groups that the device is a member of."""
        return [g for g in self._state.groups if object_id in self._state.members.get(g["id"], {})]

    def create_group(self, **given: object) -> Row:
        """A new group; a dynamic one takes its members after the usual delay."""
        state = self._state
        row = state.blank("group", beta=False, **{**given, "createdDateTime": state.stamp()})
        row["@odata.type"] = "#microsoft.graph.group"
        state.groups.add(row)
        state.members[row["id"]] = {}
        state.effect("group-created", str(row["displayName"]))
        self.group_changed(row)
        return row

    def group_changed(self, row: Row) -> None:
        """Have a dynamic group look at every device."""
        if "DynamicMembership" in row["groupTypes"]:
            self._state.later(self._state.delays.group, lambda: self._fill(row))

    def _fill(self, group: Row) -> None:
        for device in self._state.devices:
            if device["id"] not in self._held:
                self._sort_in(group, device)

    def remove_device(self, object_id: str) -> None:
        """Delete the object and its memberships."""
        row = self._state.devices.remove(object_id)
        for members in self._state.members.values():
            members.pop(object_id, None)
        if row is not None:
            self._state.effect("entra-deleted", row["deviceId"])

    def joined(self, row: Row, name: str, os_version: str, profile: str) -> None:
        """What the object looks like once the headset has joined and enrolled (facts: tenant §1.6)."""
        now = self._state.moment()
        row.update(displayName=name, accountEnabled=True, trustType="AzureAd", isManaged=True, isCompliant=None,
                   registrationDateTime=stamp(now), approximateLastSignInDateTime=stamp(now), managementType="MDM",
                   operatingSystem="HoloLens", operatingSystemVersion=os_version, model="HoloLens 2",
                   manufacturer="Microsoft Corporation", deviceOwnership="Company", enrollmentProfileName=profile or None,
                   mdmAppId="0000000a-0000-0000-c000-000000000000", profileType="RegisteredDevice",
                   complianceExpirationDateTime=stamp(now + timedelta(days=30)))


def rule_matches(rule: str, row: Row) -> bool:
    """Whether a membership rule takes a device in: the forms that the HoloLens documents use (facts: tenant §1.7).

    Conditions joined by `-or` or by `-and`; case does not count. What is not understood takes nothing in.
    """
    return any(all(c is not None and c.holds(row) for c in part) for part in _parsed(rule))


def rule_is_known(rule: str) -> bool:
    """Whether every condition of a rule has a form that is understood here."""
    return all(c is not None for part in _parsed(rule) for c in part)


@dataclass(frozen=True, slots=True)
class _Condition:
    """One condition: a column (or the physical ids), an operator and the lower-case text to compare with."""

    column: str
    operator: str
    wanted: str

    def holds(self, row: Row) -> bool:
        values = row["physicalIds"] if self.column == _PHYSICAL_IDS else [str(row.get(self.column) or "")]
        match self.operator:
            case "eq":
                return any(v.casefold() == self.wanted for v in values)
            case "startswith":
                return any(v.casefold().startswith(self.wanted) for v in values)
        return any(self.wanted in v.casefold() for v in values)


@cache
def _parsed(rule: str) -> tuple[tuple[_Condition | None, ...], ...]:
    """A rule as alternatives of conditions that hold together; None for what is not understood."""
    return tuple(tuple(_condition(c) for c in re.split(r"\s-and\s", part, flags=re.IGNORECASE))
                 for part in re.split(r"\s-or\s", rule, flags=re.IGNORECASE))


def _condition(text: str) -> _Condition | None:
    if found := _ANY.search(text):
        return _Condition(_PHYSICAL_IDS, found["operator"].lower(), found["value"].casefold())
    found = _PLAIN.search(text)
    column = _COLUMNS.get(found["name"].lower()) if found else None
    return _Condition(column, found["operator"].lower(), found["value"].casefold()) if found and column else None


def _physical_ids(device_id: str, ztdid: str, group_tag: str, purchase_order: str) -> list[str]:
    ids = [f"[HWID]:h:{device_id}", f"[ZTDID]:{ztdid}"]
    if group_tag:
        ids.append(f"[OrderID]:{group_tag}")
    if purchase_order:
        ids.append(f"[PurchaseOrderId]:{purchase_order}")
    return ids
