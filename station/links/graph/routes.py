"""The one place that knows Graph's routes: version, method, path, least scopes, good answers, and what may be repeated.

Names and least scopes follow the contract file of the facts (tenant §7); where it lists none, the scope is that of the parent
set. Version 1.0 wherever it can be done; beta for profile status, profiles, settings and sync, allowNextEnrollment and the MDM
scope check only, and a beta answer may always degrade to "not known" (facts: tenant §1.0).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

SERVICE_READ = "DeviceManagementServiceConfig.Read.All"
SERVICE_WRITE = "DeviceManagementServiceConfig.ReadWrite.All"
MANAGED_READ = "DeviceManagementManagedDevices.Read.All"
MANAGED_WRITE = "DeviceManagementManagedDevices.ReadWrite.All"
MANAGED_PRIVILEGED = "DeviceManagementManagedDevices.PrivilegedOperations.All"
DEVICE_READ = "Device.Read.All"
DEVICE_WRITE = "Device.ReadWrite.All"
ACT_AS_USER = "Directory.AccessAsUser.All"
MEMBER_READ = "GroupMember.Read.All"
GROUP_WRITE = "Group.ReadWrite.All"
POLICY_READ = "Policy.Read.All"
LICENCE_READ = "LicenseAssignment.Read.All"
USER_READ = "User.Read"
USERS_READ = "User.Read.All"


class Version(StrEnum):
    """Version of Graph that a route belongs to."""

    V1 = "v1.0"
    BETA = "beta"


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `path` has `{}` for each id; `scopes` are the least delegated ones, `app_scopes` those of app-only sign-in
    (None: cannot be done without a person). `good` are the answers that mean done (404 where gone is as good as deleted).

    `repeatable`: whether asking twice leaves the tenant as asking once does; else a lost answer raises `OutcomeUnknown`.
    `own_limit`: its 409 and 429 mean "not yet" for this route alone and slow nobody (sync: one in ten minutes).
    `reads`: a POST that changes nothing (a batch of reads). `options`: the OData query options that the set accepts.
    """

    name: str
    version: Version
    method: str
    path: str
    scopes: tuple[str, ...]
    app_scopes: tuple[str, ...] | None
    good: tuple[int, ...] = (200,)
    repeatable: bool = True
    own_limit: bool = False
    reads: bool = False
    options: tuple[str, ...] = ()
    note: str = ""

    @property
    def writes(self) -> bool:
        """Whether the route changes something."""
        return self.method != "GET" and not self.reads

    def rights(self, app_only: bool) -> tuple[str, ...]:
        """The scopes that it needs, of a person or of the app alone; none where only a person can do it."""
        return (self.app_scopes or ()) if app_only else self.scopes


_IMPORTED = "/deviceManagement/importedWindowsAutopilotDeviceIdentities"
_AUTOPILOT = "/deviceManagement/windowsAutopilotDeviceIdentities"
_PROFILES = "/deviceManagement/windowsAutopilotDeploymentProfiles"
_SETTINGS = "/deviceManagement/windowsAutopilotSettings"
_MANAGED = "/deviceManagement/managedDevices"
_CONFIGS = "/deviceManagement/deviceEnrollmentConfigurations"
_MDM = "/policies/mobileDeviceManagementPolicies"


def _get(name: str, path: str, scope: str, options: str = "", version: Version = Version.V1, app: bool = True) -> Route:
    return Route(name, version, "GET", path, (scope,), (scope,) if app else None, options=tuple(options.split()))


def _post(name: str, path: str, scope: str, good: int = 204, version: Version = Version.V1, repeatable: bool = False) -> Route:
    return Route(name, version, "POST", path, (scope,), (scope,), good=(good,), repeatable=repeatable)


def _delete(name: str, path: str, scope: str, app_scope: str = "") -> Route:
    return Route(name, Version.V1, "DELETE", path, (scope,), (app_scope or scope,), good=(200, 204, 404))


IMPORTED_IMPORT = _post("imported.import", f"{_IMPORTED}/import", SERVICE_WRITE, good=200)
IMPORTED_LIST = _get("imported.list", _IMPORTED, SERVICE_READ, "$filter $top")
IMPORTED_GET = _get("imported.get", f"{_IMPORTED}/{{}}", SERVICE_READ)
IMPORTED_DELETE = _delete("imported.delete", f"{_IMPORTED}/{{}}", SERVICE_WRITE)

AUTOPILOT_LIST = _get("autopilot.list", _AUTOPILOT, SERVICE_READ, "$filter $top")
AUTOPILOT_GET = _get("autopilot.get", f"{_AUTOPILOT}/{{}}", SERVICE_READ)
AUTOPILOT_LIST_BETA = _get("autopilot.listBeta", _AUTOPILOT, SERVICE_READ, "$filter $top", Version.BETA)
AUTOPILOT_GET_BETA = _get("autopilot.getBeta", f"{_AUTOPILOT}/{{}}", SERVICE_READ, "$expand", Version.BETA)
AUTOPILOT_DELETE = _delete("autopilot.delete", f"{_AUTOPILOT}/{{}}", SERVICE_WRITE)
AUTOPILOT_UNASSIGN_USER = _post("autopilot.unassignUser", f"{_AUTOPILOT}/{{}}/unassignUserFromDevice", SERVICE_WRITE,
                                repeatable=True)
AUTOPILOT_UPDATE = _post("autopilot.update", f"{_AUTOPILOT}/{{}}/updateDeviceProperties", SERVICE_WRITE, repeatable=True)
AUTOPILOT_ALLOW_NEXT = _post("autopilot.allowNext", f"{_AUTOPILOT}/{{}}/allowNextEnrollment", SERVICE_WRITE,
                             version=Version.BETA, repeatable=True)

SETTINGS_GET = _get("settings.get", _SETTINGS, SERVICE_READ, version=Version.BETA)
SETTINGS_SYNC = Route("settings.sync", Version.BETA, "POST", f"{_SETTINGS}/sync", (SERVICE_WRITE,), (SERVICE_WRITE,), (204,),
                      repeatable=False, own_limit=True, note="409 while one runs, 429 within ten minutes of the last")

PROFILES_LIST = _get("profiles.list", _PROFILES, SERVICE_READ, "$select $top $skip", Version.BETA)
PROFILES_CREATE = _post("profiles.create", _PROFILES, SERVICE_WRITE, good=201, version=Version.BETA)
PROFILES_ASSIGNMENTS = _get("profiles.assignments", f"{_PROFILES}/{{}}/assignments", SERVICE_READ, version=Version.BETA)
PROFILES_ASSIGN_GROUP = _post("profiles.assignGroup", f"{_PROFILES}/{{}}/assignments", SERVICE_WRITE, good=201,
                              version=Version.BETA)

MANAGED_LIST = _get("managed.list", _MANAGED, MANAGED_READ, "$filter $select $top")
MANAGED_GET = _get("managed.get", f"{_MANAGED}/{{}}", MANAGED_READ, "$select")
MANAGED_WIPE = _post("managed.wipe", f"{_MANAGED}/{{}}/wipe", MANAGED_PRIVILEGED)
MANAGED_DELETE = _delete("managed.delete", f"{_MANAGED}/{{}}", MANAGED_WRITE)

ENROLMENT_CONFIGS = _get("enrollConfig.list", _CONFIGS, SERVICE_READ)
INTUNE_ACCOUNT = _get("deviceManagement.get", "/deviceManagement", MANAGED_READ, "$select")

ENTRA_LIST = _get("devices.list", "/devices", DEVICE_READ, "$filter $select $top $count")
ENTRA_GET = _get("devices.get", "/devices/{}", DEVICE_READ, "$select")
ENTRA_DELETE = _delete("devices.delete", "/devices/{}", ACT_AS_USER, app_scope=DEVICE_WRITE)
GROUPS_LIST = _get("groups.list", "/groups", MEMBER_READ, "$filter $select $top")
GROUPS_CREATE = Route("groups.create", Version.V1, "POST", "/groups", (GROUP_WRITE,), ("Group.Create",), (201,), repeatable=False)

MDM_POLICY = _get("mdmPolicy.get", f"{_MDM}/{{}}", POLICY_READ, "$expand", Version.BETA, app=False)
JOIN_POLICY = Route("deviceRegPolicy.get", Version.V1, "GET", "/policies/deviceRegistrationPolicy", (POLICY_READ,),
                    ("Policy.Read.DeviceConfiguration",))
ORGANIZATION = _get("organization.list", "/organization", SERVICE_READ, "$select")
LICENCES = _get("subscribedSkus.list", "/subscribedSkus", LICENCE_READ)
USERS = _get("users.list", "/users", USERS_READ, "$filter $select $top")
ME = _get("me.get", "/me", USER_READ, "$select", app=False)

ROUTES: Mapping[str, Route] = MappingProxyType({route.name: route for route in (
    IMPORTED_IMPORT, IMPORTED_LIST, IMPORTED_GET, IMPORTED_DELETE,
    AUTOPILOT_LIST, AUTOPILOT_GET, AUTOPILOT_LIST_BETA, AUTOPILOT_GET_BETA, AUTOPILOT_DELETE, AUTOPILOT_UNASSIGN_USER,
    AUTOPILOT_UPDATE, AUTOPILOT_ALLOW_NEXT, SETTINGS_GET, SETTINGS_SYNC, PROFILES_LIST, PROFILES_CREATE,
    PROFILES_ASSIGNMENTS, PROFILES_ASSIGN_GROUP, MANAGED_LIST, MANAGED_GET, MANAGED_WIPE, MANAGED_DELETE,
    ENROLMENT_CONFIGS, INTUNE_ACCOUNT, ENTRA_LIST, ENTRA_GET, ENTRA_DELETE,
    GROUPS_LIST, GROUPS_CREATE, MDM_POLICY, JOIN_POLICY, ORGANIZATION, LICENCES, USERS, ME)})

LOOK = (USER_READ, SERVICE_READ, MANAGED_READ, DEVICE_READ, MEMBER_READ)
"""What watching a bench needs: asked at sign-in. The other sets are asked when first needed (facts: tenant §3.2)."""
REGISTER = (*LOOK, SERVICE_WRITE)
CHECK = (*LOOK, POLICY_READ, LICENCE_READ, USERS_READ)
RETURN = (*LOOK, SERVICE_WRITE, MANAGED_WRITE, MANAGED_PRIVILEGED)
DELETE_OBJECT = (*RETURN, ACT_AS_USER)
"""A return whose Entra object stays behind although its Autopilot record is gone: seldom, so it is asked for only then."""
PREPARE_TENANT = (*LOOK, SERVICE_WRITE, GROUP_WRITE)
PURPOSES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "look": LOOK, "register": REGISTER, "check": CHECK, "return": RETURN, "delete-object": DELETE_OBJECT,
    "prepare": PREPARE_TENANT})
"""The sets by what somebody wants to do."""
