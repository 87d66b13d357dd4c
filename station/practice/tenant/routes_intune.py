"""Handlers of the Intune calls about managed devices and enrolment settings."""

from collections.abc import Callable, Mapping

from station.practice.tenant.answers import intune_error, not_found
from station.practice.tenant.calls import Call
from station.practice.tenant.http import Answer
from station.practice.tenant.intune import Intune
from station.practice.tenant.listing import collection, entity
from station.practice.tenant.state import Row, TenantState

Handler = Callable[[Call], Answer]
_PRIVILEGED = "DeviceManagementManagedDevices.PrivilegedOperations.All"
_NOT_FILTERED = {"or", "not", "any"}    # facts: tenant §1.5, filters combine by `and` only


class IntuneRoutes:
    """Answers what the station asks about managed devices."""

    def __init__(self, state: TenantState, intune: Intune) -> None:
        self._state, self._intune = state, intune

    def handlers(self) -> Mapping[str, Handler]:
        """Handlers by route name."""
        return {
            "managed.list": self._list, "managed.get": self._get, "managed.delete": self._delete, "managed.wipe": self._wipe,
            "managed.retire": lambda call: self._order(call, "retire"),
            "managed.sync": lambda call: self._order(call, "syncDevice"),
            "managed.reboot": lambda call: self._order(call, "rebootNow"), "managed.clean": self._clean,
            "managed.executeAction": self._execute, "enrollConfig.list": self._configurations,
            "enrollConfig.listBeta": self._configurations, "enrollConfig.get": self._configuration,
            "deviceManagement.get": self._service, "troubleshooting.list": self._troubles,
        }

    def _find(self, call: Call) -> Row | None:
        return self._state.managed.get(call.keys[0])

    def _list(self, call: Call) -> Answer:
        if call.filter is not None and call.filter.operators & _NOT_FILTERED:
            return intune_error(400, "Invalid filter clause: filters combine by 'and' only.")
        page = 25 if self._state.strikes.strikes("small-pages") else None
        return collection(call, self._state.managed, self._state.managed, page=page)

    def _get(self, call: Call) -> Answer:
        row = self._find(call)
        return entity(call, row) if row else not_found(call.path, call.keys[0])

    def _delete(self, call: Call) -> Answer:
        row = self._find(call)
        if row is None:
            return not_found(call.path, call.keys[0])
        self._intune.delete(row)
        return Answer(204)

    def _wipe(self, call: Call) -> Answer:
        if _PRIVILEGED not in call.principal.scopes and self._state.strikes.strikes("wipe-needs-privileged"):
            return intune_error(403, "Application is not authorized to perform this operation. Application must have one of the "
                                     f"following scopes: {_PRIVILEGED}")
        return self._order(call, "wipe")

    def _order(self, call: Call, action: str) -> Answer:
        row = self._find(call)
        if row is None:
            return not_found(call.path, call.keys[0])
        self._intune.order(row, action)
        return Answer(204)

    def _clean(self, call: Call) -> Answer:
        row = self._find(call)
        if row is None:
            return not_found(call.path, call.keys[0])
        if "keepUserData" not in call.body:
            return intune_error(400, "The parameter keepUserData is missing.")
        row["deviceActionResults"] = [*row["deviceActionResults"], {
            "actionName": "cleanWindowsDevice", "actionState": "notSupported", "startDateTime": self._state.stamp(),
            "lastUpdatedDateTime": self._state.stamp()}]
        return Answer(204)

    def _execute(self, call: Call) -> Answer:
        """The bulk action of beta; what headsets cannot do is listed as not supported."""
        done: dict[str, list[str]] = {"successfulDeviceIds": [], "failedDeviceIds": [], "notFoundDeviceIds": [],
                                      "notSupportedDeviceIds": []}
        action = str(call.body.get("actionName") or "")
        for key in call.body.get("deviceIds") or []:
            row = self._state.managed.get(key)
            if row is None:
                done["notFoundDeviceIds"].append(key)
            elif action == "delete":
                self._intune.delete(row)
                done["successfulDeviceIds"].append(key)
            elif action in ("wipe", "retire", "syncDevice", "rebootNow"):
                self._intune.order(row, action)
                done["successfulDeviceIds"].append(key)
            else:
                done["notSupportedDeviceIds"].append(key)
        return Answer(200, done)

    def _configurations(self, call: Call) -> Answer:
        return collection(call, self._state.lists["configurations"], self._state.lists["configurations"])

    def _configuration(self, call: Call) -> Answer:
        row = self._state.lists["configurations"].get(call.keys[0])
        return entity(call, row) if row else not_found(call.path, call.keys[0])

    def _service(self, call: Call) -> Answer:
        return entity(call, self._state.singles["service"])

    def _troubles(self, call: Call) -> Answer:
        return collection(call, self._state.lists["troubles"], self._state.lists["troubles"])
