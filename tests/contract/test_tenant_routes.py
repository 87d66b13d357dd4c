"""Every call of the contract, sent once as the product may send it: it is answered, and nobody breaks the contract."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from station.practice.tenant import VirtualTenant
from station.practice.tenant.contract import contract
from station.practice.units.cloud import EnrolHow, UnitAtCloud

SERIAL = "012345678912"
IMPORTED = "/deviceManagement/importedWindowsAutopilotDeviceIdentities"
DEVICES = "/deviceManagement/windowsAutopilotDeviceIdentities"
PROFILES = "/deviceManagement/windowsAutopilotDeploymentProfiles"
MANAGED = "/deviceManagement/managedDevices"
POLICY = "/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000"
TARGET = {"@odata.type": "#microsoft.graph.groupAssignmentTarget"}
IMPORT = {"@odata.type": "#microsoft.graph.importedWindowsAutopilotDeviceIdentity", "serialNumber": "000000000001",
          "hardwareIdentifier": "T0EAAAAA", "groupTag": "Bench-A", "importId": "b7c1"}
PROFILE = {"@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", "displayName": "New",
           "locale": "os-default", "deviceType": "holoLens", "deviceNameTemplate": "HL-%SERIAL%",
           "hardwareHashExtractionEnabled": False, "preprovisioningAllowed": False, "roleScopeTagIds": ["0"],
           "managementServiceAppId": "",
           "outOfBoxExperienceSetting": {
               "privacySettingsHidden": True, "eulaHidden": True, "userType": "standard", "deviceUsageType": "shared",
               "keyboardSelectionPageSkipped": True, "escapeLinkHidden": True}}
GROUP = {"displayName": "Shelf", "mailEnabled": False, "mailNickname": "shelf", "securityEnabled": True, "groupTypes": []}

# Route name → (query or path to add, body). `{…}` is filled with ids of the furnished tenant below.
EXAMPLES: Mapping[str, tuple[str, Any]] = {
    "imported.create": (IMPORTED, IMPORT),
    "imported.import": (f"{IMPORTED}/import", {"importedWindowsAutopilotDeviceIdentities": [IMPORT]}),
    "imported.list": (f"{IMPORTED}?$filter=contains(serialNumber,'{SERIAL}')", None),
    "imported.get": (f"{IMPORTED}/{{imported}}", None),
    "imported.delete": (f"{IMPORTED}/{{imported}}", None),
    "autopilot.list": (f"{DEVICES}?$top=1000", None),
    "autopilot.listBeta": (f"{DEVICES}?$filter=contains(serialNumber,'{SERIAL}')", None),
    "autopilot.get": (f"{DEVICES}/{{autopilot}}", None),
    "autopilot.getBeta": (f"{DEVICES}/{{autopilot}}?$expand=deploymentProfile,intendedDeploymentProfile", None),
    "autopilot.profile": (f"{DEVICES}/{{autopilot}}/deploymentProfile", None),
    "autopilot.intendedProfile": (f"{DEVICES}/{{autopilot}}/intendedDeploymentProfile", None),
    "autopilot.delete": (f"{DEVICES}/{{unenrolled}}", None),
    "autopilot.assignUser": (f"{DEVICES}/{{autopilot}}/assignUserToDevice",
                             {"userPrincipalName": "a@b.c", "addressableUserName": "A"}),
    "autopilot.unassignUser": (f"{DEVICES}/{{autopilot}}/unassignUserFromDevice", None),
    "autopilot.update": (f"{DEVICES}/{{autopilot}}/updateDeviceProperties", {"groupTag": "Bench-B"}),
    "autopilot.allowNext": (f"{DEVICES}/{{autopilot}}/allowNextEnrollment", None),
    "settings.get": ("/deviceManagement/windowsAutopilotSettings", None),
    "settings.sync": ("/deviceManagement/windowsAutopilotSettings/sync", None),
    "profiles.list": (f"{PROFILES}?$top=50&$select=id,displayName", None),
    "profiles.get": (f"{PROFILES}/{{profile}}", None),
    "profiles.create": (PROFILES, PROFILE),
    "profiles.update": (f"{PROFILES}/{{profile}}", {"description": "changed"}),
    "profiles.delete": (f"{PROFILES}/{{unused}}", None),
    "profiles.assignments": (f"{PROFILES}/{{profile}}/assignments", None),
    "profiles.assignGroup": (f"{PROFILES}/{{unused}}/assignments", {"target": TARGET | {"groupId": "{group}"}}),
    "profiles.unassignGroup": (f"{PROFILES}/{{profile}}/assignments/{{profile}}_{{group}}_0", None),
    "profiles.assignDevices": (f"{PROFILES}/{{profile}}/assign", {"deviceIds": ["{autopilot}"]}),
    "profiles.assignedDevices": (f"{PROFILES}/{{profile}}/assignedDevices", None),
    "events.list": ("/deviceManagement/autopilotEvents", None),
    "managed.list": (f"{MANAGED}?$filter=serialNumber eq '{SERIAL}'&$select=id,deviceName,serialNumber,complianceState", None),
    "managed.get": (f"{MANAGED}/{{managed}}", None),
    "managed.wipe": (f"{MANAGED}/{{managed}}/wipe", {"keepEnrollmentData": False, "keepUserData": False}),
    "managed.retire": (f"{MANAGED}/{{managed}}/retire", None),
    "managed.clean": (f"{MANAGED}/{{managed}}/cleanWindowsDevice", {"keepUserData": False}),
    "managed.sync": (f"{MANAGED}/{{managed}}/syncDevice", None),
    "managed.reboot": (f"{MANAGED}/{{managed}}/rebootNow", None),
    "managed.delete": (f"{MANAGED}/{{managed}}", None),
    "managed.executeAction": (f"{MANAGED}/executeAction", {"actionName": "syncDevice", "deviceIds": ["{managed}", "none"]}),
    "enrollConfig.list": ("/deviceManagement/deviceEnrollmentConfigurations", None),
    "enrollConfig.listBeta": ("/deviceManagement/deviceEnrollmentConfigurations", None),
    "enrollConfig.get": ("/deviceManagement/deviceEnrollmentConfigurations/{restriction}", None),
    "deviceManagement.get": ("/deviceManagement?$select=subscriptionState,intuneAccountId", None),
    "troubleshooting.list": ("/deviceManagement/troubleshootingEvents", None),
    "devices.list": ("/devices?$filter=physicalIds/any(p:startswith(p,'[ZTDID]'))&$select=id,deviceId,physicalIds", None),
    "devices.get": ("/devices/{device}", None),
    "devices.getByDeviceId": ("/devices(deviceId='{deviceId}')", None),
    "devices.delete": ("/devices/{device}", None),
    "groups.list": ("/groups?$filter=displayName eq 'HoloLens bench'&$select=id,displayName,membershipRule,groupTypes", None),
    "groups.get": ("/groups/{group}", None),
    "groups.create": ("/groups", GROUP),
    "groups.update": ("/groups/{static}", {"members@odata.bind": ["https://graph.microsoft.com/v1.0/directoryObjects/{device}"]}),
    "groups.members": ("/groups/{group}/members", None),
    "groups.addMember": ("/groups/{static}/members/$ref",
                         {"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/{device}"}),
    "groups.removeMember": ("/groups/{held}/members/{device}/$ref", None),
    "groups.memberOf": ("/devices/{device}/memberOf", None),
    "groups.evaluate": ("/groups/{group}/evaluateDynamicMembership", {"memberId": "{device}"}),
    "users.list": ("/users?$filter=startswith(userPrincipalName,'package_')&$select=id,createdDateTime", None),
    "users.get": ("/users/lead@practice.onmicrosoft.com", None),
    "me.get": ("/me?$select=id,displayName,userPrincipalName", None),
    "organization.list": ("/organization?$select=id,displayName,mobileDeviceManagementAuthority,verifiedDomains", None),
    "subscribedSkus.list": ("/subscribedSkus", None),
    "domains.list": ("/domains", None),
    "mdmPolicy.list": ("/policies/mobileDeviceManagementPolicies?$expand=includedGroups", None),
    "mdmPolicy.get": (f"{POLICY}?$expand=includedGroups", None),
    "mdmPolicy.update": (POLICY, {"appliesTo": "all"}),
    "mdmPolicy.groups": (f"{POLICY}/includedGroups", None),
    "mdmPolicy.addGroup": (f"{POLICY}/includedGroups/$ref", {"@odata.id": "https://graph.microsoft.com/odata/groups('{group}')"}),
    "deviceRegPolicy.get": ("/policies/deviceRegistrationPolicy", None),
    "batch": ("/$batch", {"requests": [{"id": "1", "method": "GET", "url": "/me"}]}),
}
REFUSED = {"profiles.assignDevices": 400}      # groups are the only way to assign a profile to a headset


@pytest.fixture
def ids(tenant: VirtualTenant, graph: Any, clock: Any) -> dict[str, str]:
    """One enrolled unit and one of everything else, by name."""
    graph.import_serials(SERIAL, "012345678913")
    clock.move(1200)
    assert tenant.profile_for(SERIAL)
    assert tenant.enrol(UnitAtCloud(SERIAL, "HoloLens 2", "10.0.20348.1501", "HL-345678912", "aa:bb"), EnrolHow.AUTOPILOT).ok
    clock.move(4000)
    found = {name: row["id"] for name in ("imported", "autopilot", "managed") if (row := tenant.row(name, SERIAL))}
    unenrolled, device = tenant.row("autopilot", "012345678913"), tenant.row("devices", SERIAL)
    assert unenrolled
    assert device
    groups = {name: graph.call("POST", "/groups", GROUP | {"displayName": name}).json()["id"] for name in ("static", "held")}
    member = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{device['id']}"}
    assert graph.call("POST", f"/groups/{groups['held']}/members/$ref", member).status_code == 204
    unused = graph.call("POST", PROFILES, PROFILE, version="beta").json()["id"]
    return found | groups | {
        "unenrolled": unenrolled["id"], "device": device["id"], "deviceId": device["deviceId"], "unused": unused,
        "group": graph.get("/groups?$filter=displayName eq 'HoloLens bench'")["value"][0]["id"],
        "profile": graph.beta(PROFILES)["value"][0]["id"],
        "restriction": graph.get("/deviceManagement/deviceEnrollmentConfigurations")["value"][0]["id"]}


def _filled(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, key in ids.items():
            value = value.replace(f"{{{name}}}", key)
        return value
    if isinstance(value, list):
        return [_filled(v, ids) for v in value]
    return {k: _filled(v, ids) for k, v in value.items()} if isinstance(value, dict) else value


def test_there_is_an_example_for_every_call_of_the_contract() -> None:
    assert {r.name for r in contract().routes} == set(EXAMPLES)


@pytest.mark.parametrize("route", contract().routes, ids=lambda r: r.name)
def test_the_call_is_answered_as_the_contract_says(route: Any, tenant: VirtualTenant, graph: Any, ids: dict[str, str]) -> None:
    path, body = EXAMPLES[route.name]
    for version in route.versions[:1]:
        answer = graph.call(route.method, _filled(path, ids), _filled(body, ids), version=version)
        assert answer.status_code in {*route.ok, REFUSED.get(route.name)} - {404}, answer.text
    assert tenant.violations == []


@pytest.mark.parametrize("route", [r for r in contract().routes if r.name != "batch"], ids=lambda r: r.name)
def test_a_token_without_the_scope_is_refused(route: Any, make_tenant: Callable[..., VirtualTenant],
                                              make_caller: Callable[..., Any]) -> None:
    tenant = make_tenant()
    path, body = EXAMPLES[route.name]
    plain = path.replace("{", "").replace("}", "")
    answer = make_caller(tenant, "openid").call(route.method, plain, body, version=route.versions[0])
    assert answer.status_code == 403
    assert [v.kind for v in tenant.violations] == ["missing-scope"]
