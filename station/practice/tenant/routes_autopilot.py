"""Handlers of the Autopilot calls: import records, registered devices, profiles, settings, events."""

from collections.abc import Callable, Mapping

from station.practice.tenant.answers import bad_request, intune_error, not_found
from station.practice.tenant.calls import Call
from station.practice.tenant.http import Answer
from station.practice.tenant.intune import Intune
from station.practice.tenant.listing import collection, entity, shape
from station.practice.tenant.profiles import Profiles
from station.practice.tenant.registration import Registrar
from station.practice.tenant.state import Row, TenantState

Handler = Callable[[Call], Answer]
_NAME_LONGEST, _TEXT_LONGEST, _MOST_PROFILES = 200, 1500, 350
_SMALL_IMPORT = 50


class AutopilotRoutes:
    """Answers what the station asks about registration."""

    def __init__(self, state: TenantState, registrar: Registrar, profiles: Profiles, intune: Intune) -> None:
        self._state, self._registrar, self._profiles, self._intune = state, registrar, profiles, intune

    def handlers(self) -> Mapping[str, Handler]:
        """Handlers by route name."""
        return {
            "imported.create": self._import_one, "imported.import": self._import_many, "imported.list": self._imported,
            "imported.get": self._imported_one, "imported.delete": self._delete_imported,
            "autopilot.list": self._devices, "autopilot.listBeta": self._devices, "autopilot.get": self._device,
            "autopilot.getBeta": self._device, "autopilot.delete": self._delete_device, "autopilot.update": self._update,
            "autopilot.assignUser": self._assign_user, "autopilot.unassignUser": self._unassign_user,
            "autopilot.allowNext": self._allow_next, "autopilot.profile": self._profile_of,
            "autopilot.intendedProfile": self._profile_of, "settings.get": self._settings, "settings.sync": self._sync,
            "profiles.list": self._list_profiles, "profiles.get": self._get_profile, "profiles.create": self._create_profile,
            "profiles.update": self._update_profile, "profiles.delete": self._delete_profile,
            "profiles.assignments": self._assignments, "profiles.assignGroup": self._assign_group,
            "profiles.unassignGroup": self._unassign_group, "profiles.assignedDevices": self._assigned_devices,
            "profiles.assignDevices": self._assign_devices, "events.list": self._events,
        }

    # Import records.

    def _import_one(self, call: Call) -> Answer:
        return entity(call, self._registrar.accept(call.body), 201)

    def _import_many(self, call: Call) -> Answer:
        given = call.body.get("importedWindowsAutopilotDeviceIdentities") or []
        if len(given) > _SMALL_IMPORT and self._state.strikes.strikes("import-too-large"):
            return intune_error(413, "The request body is too large.")
        seen: set[str] = set()
        rows = []
        for device in given:
            serial = str(device.get("serialNumber") or "")
            rows.append(self._registrar.accept(device, twin=serial in seen))
            seen.add(serial)
        # The service keeps no order: whoever pairs by position pairs wrongly (facts: tenant §1.1).
        self._state.chance.shuffle(rows)
        return Answer(200, {"value": [shape(call, r) for r in rows]})

    def _imported(self, call: Call) -> Answer:
        return self._filtered(call, list(self._state.imported)) or self._page(call, list(self._state.imported), imported=True)

    def _imported_one(self, call: Call) -> Answer:
        row = self._state.imported.get(call.keys[0])
        return entity(call, row) if row else not_found(call.path, call.keys[0])

    def _delete_imported(self, call: Call) -> Answer:
        key, state = call.keys[0], self._state
        if state.imported.get(key) is None:
            return not_found(call.path, key)
        ended = state.finished.get(key)
        fresh = ended is not None and state.seconds() - ended < state.delays.delete_refused
        if fresh and key not in state.refused_once and state.strikes.strikes("delete-400-once"):
            state.refused_once.add(key)
            return intune_error(400, "The import record cannot be deleted at the moment.")
        state.imported.remove(key)
        state.effect("import-deleted", key)
        return Answer(204)

    # Registered devices.

    def _devices(self, call: Call) -> Answer:
        if call.option("select") and self._state.strikes.strikes("select-500"):
            return intune_error(500, "An internal server error has occurred")
        rows = self._registrar.shown()
        return self._filtered(call, rows) or self._page(call, rows)

    def _page(self, call: Call, rows: list[Row], *, imported: bool = False) -> Answer:
        table = self._state.imported if imported else self._state.autopilot
        page = 25 if self._state.strikes.strikes("small-pages") else None
        return collection(call, rows, table, page=page, repeat=self._state.strikes.strikes("next-link-repeats"))

    def _filtered(self, call: Call, rows: list[Row]) -> Answer | None:
        """The quirks of filtering these two lists (facts: tenant §1.2, the ladder)."""
        if call.filter is None:
            return None
        strikes = self._state.strikes.strikes
        if any(set(text) & set("- ") for text in call.filter.literals) and strikes("hyphen-filter-400"):
            return bad_request(call.path, "Invalid filter clause")
        if "contains" in call.filter.operators and strikes("contains-filter-501"):
            return intune_error(501, "The query specified in the URI is not supported.")
        if "eq" in call.filter.operators and "serialNumber" in call.filter.properties and strikes("eq-filter-400"):
            return bad_request(call.path, "Invalid filter clause")
        return None

    def _find(self, call: Call) -> Row | None:
        row = self._state.autopilot.get(call.keys[0])
        return None if row is None or row["id"] in self._state.hidden else row

    def _device(self, call: Call) -> Answer:
        row = self._find(call)
        if row is None:
            return not_found(call.path, call.keys[0])
        profile = self._profiles.of(row["id"])
        return entity(call, row | {"deploymentProfile": profile, "intendedDeploymentProfile": profile})

    def _profile_of(self, call: Call) -> Answer:
        row = self._find(call)
        profile = self._profiles.of(row["id"]) if row else None
        return entity(call, profile) if profile else not_found(call.path, call.keys[0])

    def _delete_device(self, call: Call) -> Answer:
        row = self._find(call)
        if row is None:
            return not_found(call.path, call.keys[0])
        if row["enrollmentState"] == "enrolled" or self._state.managed.find(serialNumber=row["serialNumber"]) is not None:
            return intune_error(400, "The device is enrolled. Delete the Intune device first.")
        self._registrar.deregister(row)
        return Answer(204)

    def _update(self, call: Call) -> Answer:
        row = self._find(call)
        if row is None:
            return not_found(call.path, call.keys[0])
        self._registrar.change(row, call.body)
        return Answer(204)

    def _assign_user(self, call: Call) -> Answer:
        row = self._find(call)
        if row is None:
            return not_found(call.path, call.keys[0])
        self._registrar.change(row, call.body)
        return Answer(204)

    def _unassign_user(self, call: Call) -> Answer:
        row = self._find(call)
        if row is None:
            return not_found(call.path, call.keys[0])
        self._registrar.change(row, {"userPrincipalName": "", "addressableUserName": ""})
        return Answer(204)

    def _allow_next(self, call: Call) -> Answer:
        row = self._find(call)
        if row is None:
            return not_found(call.path, call.keys[0])
        self._intune.allow_next(row)
        return Answer(204)

    # Settings and events.

    def _settings(self, call: Call) -> Answer:
        return entity(call, self._state.singles["settings"])

    def _sync(self, call: Call) -> Answer:
        status = self._registrar.sync()
        if status == 204:
            return Answer(204)
        return intune_error(status, "A sync is running or was started less than 10 minutes ago.")

    def _events(self, call: Call) -> Answer:
        return collection(call, self._state.lists["events"], self._state.lists["events"])

    # Profiles.

    def _list_profiles(self, call: Call) -> Answer:
        return collection(call, self._state.profiles, self._state.profiles)

    def _get_profile(self, call: Call) -> Answer:
        row = self._state.profiles.get(call.keys[0])
        return entity(call, row) if row else not_found(call.path, call.keys[0])

    def _create_profile(self, call: Call) -> Answer:
        given = dict(call.body)
        told = given.get("@odata.type", "")
        if not told.endswith("WindowsAutopilotDeploymentProfile"):
            return intune_error(400, "The @odata.type of the profile is missing.")
        if len(self._state.profiles) >= _MOST_PROFILES or not self._texts_fit(given) or not given.get("displayName"):
            return intune_error(400, "The profile is not valid.")
        given.pop("id", None)
        return entity(call, self._profiles.create(**given), 201)

    def _texts_fit(self, given: Mapping[str, object]) -> bool:
        return (len(str(given.get("displayName") or "")) <= _NAME_LONGEST
                and len(str(given.get("description") or "")) <= _TEXT_LONGEST)

    def _update_profile(self, call: Call) -> Answer:
        row = self._state.profiles.get(call.keys[0])
        if row is None:
            return not_found(call.path, call.keys[0])
        if not self._texts_fit(call.body):
            return intune_error(400, "The profile is not valid.")
        row.update({k: v for k, v in call.body.items() if k not in ("id", "@odata.type")})
        self._profiles.mirror(row)
        return entity(call, row)

    def _delete_profile(self, call: Call) -> Answer:
        row = self._state.profiles.get(call.keys[0])
        if row is None:
            return not_found(call.path, call.keys[0])
        if self._state.assignments[row["id"]]:
            return intune_error(400, "The profile is assigned to groups; remove the assignments first.")
        self._profiles.remove(row)
        return Answer(204)

    def _assignments(self, call: Call) -> Answer:
        if self._state.profiles.get(call.keys[0]) is None:
            return not_found(call.path, call.keys[0])
        return collection(call, self._state.assignments[call.keys[0]])

    def _assign_group(self, call: Call) -> Answer:
        profile = self._state.profiles.get(call.keys[0])
        if profile is None:
            return not_found(call.path, call.keys[0])
        group_id = (call.body.get("target") or {}).get("groupId")
        if group_id is None or self._state.groups.get(group_id) is None:
            return intune_error(400, "The target group is not valid.")
        return entity(call, self._profiles.assign(profile, group_id), 201)

    def _unassign_group(self, call: Call) -> Answer:
        profile = self._state.profiles.get(call.keys[0])
        if profile is None or not self._profiles.unassign(profile, call.keys[1]):
            return not_found(call.path, call.keys[-1])
        return Answer(204)

    def _assigned_devices(self, call: Call) -> Answer:
        rows = [r for r in self._registrar.shown() if self._state.assigned.get(r["id"]) == call.keys[0]]
        return collection(call, rows, self._state.autopilot)

    def _assign_devices(self, call: Call) -> Answer:
        if self._state.profiles.get(call.keys[0]) is None:
            return not_found(call.path, call.keys[0])
        # Assigning single devices went with the Store for Business; groups are the only way that is left.
        return intune_error(400, "Assigning a profile to single devices is not supported.")
