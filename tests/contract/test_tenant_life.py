"""How devices live in the virtual tenant in bench time: import, membership, profile, enrolment, re-use, return."""

from collections.abc import Callable
from typing import Any

import pytest

from station.practice.tenant import VirtualTenant
from station.practice.units.cloud import EnrolHow, EnrolOutcome, UnitAtCloud

SERIAL = "012345678912"
IMPORTED = "/deviceManagement/importedWindowsAutopilotDeviceIdentities"
DEVICES = "/deviceManagement/windowsAutopilotDeviceIdentities"
MANAGED = "/deviceManagement/managedDevices"
SYNC = "/deviceManagement/windowsAutopilotSettings"
HOUR = 3600


def _unit(serial: str = SERIAL, os_version: str = "10.0.20348.1501") -> UnitAtCloud:
    return UnitAtCloud(serial, "HoloLens 2", os_version, f"HL-{serial[-6:]}", "a4:5e:60:00:00:01")


def _status(graph: Any, serial: str = SERIAL) -> str:
    found = [r for r in graph.get(IMPORTED)["value"] if r["serialNumber"] == serial]
    return str(found[-1]["state"]["deviceImportStatus"])


def _device(graph: Any, serial: str = SERIAL) -> dict[str, Any] | None:
    found: list[dict[str, Any]] = graph.beta(f"{DEVICES}?$filter=contains(serialNumber,'{serial}')")["value"]
    return found[0] if found else None


def _enrolled(tenant: VirtualTenant, graph: Any, clock: Any, serial: str = SERIAL) -> EnrolOutcome:
    graph.import_serials(serial)
    clock.move(HOUR)
    return tenant.enrol(_unit(serial), EnrolHow.AUTOPILOT)


def test_an_import_goes_from_unknown_to_complete_and_names_the_device_that_comes(graph: Any, clock: Any) -> None:
    words = []
    graph.import_serials(SERIAL)
    for _ in range(20):
        words.append(_status(graph))
        clock.move(10)
    assert list(dict.fromkeys(words)) == ["unknown", "pending", "complete"]
    clock.move(300)
    record, device = graph.get(IMPORTED)["value"][0], _device(graph)
    assert device
    assert record["state"]["deviceRegistrationId"] == device["id"]
    assert record["hardwareIdentifier"] is None


def test_the_device_is_not_shown_before_the_service_has_taken_it_over(graph: Any, clock: Any) -> None:
    graph.import_serials(SERIAL)
    clock.move(130)
    assert _status(graph) == "complete"
    assert _device(graph) is None
    key = graph.get(IMPORTED)["value"][0]["state"]["deviceRegistrationId"]
    assert graph.call("GET", f"{DEVICES}/{key}").status_code == 404


def test_a_sync_hastens_what_is_not_shown_yet(make_tenant: Callable[..., VirtualTenant], make_caller: Callable[..., Any],
                                              clock: Any) -> None:
    graph = make_caller(make_tenant())
    graph.import_serials(SERIAL)
    clock.move(116)
    assert graph.call("POST", f"{SYNC}/sync", version="beta").status_code == 204
    clock.move(41)
    assert _device(graph)


def test_the_profile_follows_the_group_and_the_unit_gets_it_with_a_name(tenant: VirtualTenant, graph: Any, clock: Any) -> None:
    graph.import_serials(SERIAL)
    words = []
    for _ in range(80):
        clock.move(10)
        device = _device(graph)
        words.append(device["deploymentProfileAssignmentStatus"] if device else "absent")
    # Membership and the list are two services: which of them is first is not fixed.
    assert [w for w in dict.fromkeys(words) if w != "notAssigned"] == ["absent", "pending", "assignedInSync"]
    profile = tenant.profile_for(SERIAL)
    assert profile
    assert profile.device_name == "HL-012345678912"


def test_a_unit_that_asks_too_early_gets_nothing(tenant: VirtualTenant, graph: Any, clock: Any) -> None:
    graph.import_serials(SERIAL)
    clock.move(130)
    assert tenant.profile_for(SERIAL) is None
    assert tenant.enrol(_unit(), EnrolHow.AUTOPILOT).code == "807"


def test_every_effect_happens_at_its_own_time_however_late_anybody_looks(tenant: VirtualTenant, graph: Any, clock: Any) -> None:
    graph.import_serials(SERIAL)
    clock.move(24 * HOUR)
    kinds = {e.kind: e.at for e in tenant.effects}
    assert kinds["profile-assigned"] < clock.now().replace(hour=9, day=2)


@pytest.mark.parametrize(("quirk", "code", "name"), [
    ("other-tenant", 808, "ZtdDeviceAssignedToOtherTenant"), ("other-tenant-as-806", 806, "ZtdDeviceAssignedToOtherTenant"),
    ("already-registered", 806, "ZtdDeviceAlreadyAssigned"), ("bad-hash", 802, "InvalidZtdHardwareHash"),
    ("storage-error", 0, "StorageError")])
def test_an_import_fails_as_the_error_table_says(make_tenant: Callable[..., VirtualTenant], make_caller: Callable[..., Any],
                                                 clock: Any, quirk: str, code: int, name: str) -> None:
    graph = make_caller(make_tenant(quirk))
    graph.import_serials(SERIAL, "012345678913")
    clock.move(300)
    states = {r["serialNumber"]: r["state"] for r in graph.get(IMPORTED)["value"]}
    assert (states[SERIAL]["deviceErrorCode"], states[SERIAL]["deviceErrorName"]) == (code, name)
    assert states[SERIAL]["deviceImportStatus"] == "error"
    assert states["012345678913"]["deviceImportStatus"] == "complete"


def test_a_serial_that_is_another_tenants_stays_so_when_it_is_sent_again(make_tenant: Callable[..., VirtualTenant],
                                                                        make_caller: Callable[..., Any], clock: Any) -> None:
    graph = make_caller(make_tenant("other-tenant:1"))
    for _ in range(2):
        graph.import_serials(SERIAL)
        clock.move(300)
    assert {r["state"]["deviceErrorCode"] for r in graph.get(IMPORTED)["value"]} == {808}


def test_the_same_device_twice_in_a_batch_is_done_once(graph: Any, clock: Any) -> None:
    graph.import_serials(SERIAL, SERIAL)
    clock.move(300)
    assert sorted(r["state"]["deviceErrorName"] for r in graph.get(IMPORTED)["value"]) == ["", "ZtdDeviceDuplicated"]


def test_posting_again_makes_one_more_record_that_ends_already_assigned(graph: Any, clock: Any) -> None:
    graph.import_serials(SERIAL)
    clock.move(300)
    graph.import_serials(SERIAL)
    clock.move(300)
    assert [r["state"]["deviceErrorCode"] for r in graph.get(IMPORTED)["value"]] == [0, 806]


def test_what_is_no_hash_is_refused_by_the_registration_service(graph: Any, clock: Any) -> None:
    graph.call("POST", IMPORTED, {"serialNumber": SERIAL, "hardwareIdentifier": "QUJD"})
    clock.move(300)
    assert graph.get(IMPORTED)["value"][0]["state"]["deviceErrorName"] == "InvalidZtdHardwareHash"


def test_unpadded_base64_is_refused_with_the_services_words_in_json_inside_a_string(graph: Any) -> None:
    answer = graph.call("POST", IMPORTED, {"serialNumber": SERIAL, "hardwareIdentifier": "T0EAA"})
    assert answer.status_code == 400
    assert "Cannot convert the literal 'T0EAA' to the expected type 'Edm.Binary'" in answer.json()["error"]["message"]
    assert '"_version": 3' in answer.json()["error"]["message"]


def test_a_group_tag_reaches_its_group(graph: Any, clock: Any) -> None:
    made = graph.call("POST", "/groups", {
        "displayName": "A", "mailEnabled": False, "mailNickname": "a", "securityEnabled": True,
        "groupTypes": ["DynamicMembership"], "membershipRuleProcessingState": "On",
        "membershipRule": '(device.devicePhysicalIds -any (_ -eq "[OrderID]:Bench-A"))'}).json()
    graph.import_serials(SERIAL, tag="Bench-B")
    clock.move(HOUR)
    assert graph.get(f"/groups/{made['id']}/members")["value"] == []
    device = _device(graph)
    assert device
    assert graph.call("POST", f"{DEVICES}/{device['id']}/updateDeviceProperties", {"groupTag": "bench-a"}).status_code == 204
    clock.move(HOUR)
    assert [m["displayName"] for m in graph.get(f"/groups/{made['id']}/members")["value"]] == [SERIAL]


def test_enrolling_shows_in_all_three_places_and_ends_compliant(tenant: VirtualTenant, graph: Any, clock: Any) -> None:
    assert _enrolled(tenant, graph, clock).ok
    managed = graph.get(f"{MANAGED}?$filter=serialNumber eq '{SERIAL}'")["value"][0]
    assert managed["deviceEnrollmentType"] == "windowsAzureADJoinUsingDeviceAuth"
    assert managed["complianceState"] == "unknown"
    device = _device(graph)
    assert device
    assert device["enrollmentState"] == "notContacted"       # this list lags behind
    clock.move(HOUR)
    device = _device(graph)
    assert device
    assert (device["enrollmentState"], device["managedDeviceId"]) == ("enrolled", managed["id"])
    assert graph.get(f"{MANAGED}/{managed['id']}")["complianceState"] == "compliant"
    entra = graph.get(f"/devices(deviceId='{device['azureActiveDirectoryDeviceId']}')")
    assert (entra["trustType"], entra["isManaged"], entra["isCompliant"]) == ("AzureAd", True, True)
    assert graph.beta("/deviceManagement/autopilotEvents")["value"] == []      # lags more than an hour
    clock.move(HOUR)
    assert graph.beta("/deviceManagement/autopilotEvents")["value"][0]["deploymentState"] == "success"


@pytest.mark.parametrize(("how", "word"), [
    (EnrolHow.OOBE_JOIN, "windowsAzureADJoin"), (EnrolHow.BULK_PACKAGE, "windowsBulkAzureDomainJoin"),
    (EnrolHow.MDM_ONLY, "userEnrollment"), (EnrolHow.ADD_WORK_ACCOUNT, "windowsAutoEnrollment")])
def test_each_way_of_enrolling_has_its_word(tenant: VirtualTenant, graph: Any, how: EnrolHow, word: str) -> None:
    assert tenant.enrol(_unit(), how, "a@practice.onmicrosoft.com").ok
    assert graph.get(MANAGED)["value"][0]["deviceEnrollmentType"] == word


@pytest.mark.parametrize(("quirk", "how", "code"), [
    ("platform-blocked", EnrolHow.OOBE_JOIN, "0x80180014"), ("platform-minimum", EnrolHow.BULK_PACKAGE, "0x80180014"),
    ("join-forbidden", EnrolHow.OOBE_JOIN, "801c0003"), ("mdm-scope-none", EnrolHow.OOBE_JOIN, "0x8018002b"),
    ("enrolment-blocked", EnrolHow.AUTOPILOT, "0x80180014"), ("leftover-record", EnrolHow.AUTOPILOT, "0x80180014")])
def test_the_tenant_refuses_an_enrolment(make_tenant: Callable[..., VirtualTenant], make_caller: Callable[..., Any], clock: Any,
                                         quirk: str, how: EnrolHow, code: str) -> None:
    tenant = make_tenant(quirk)
    make_caller(tenant).import_serials(SERIAL)
    clock.move(HOUR)
    assert tenant.enrol(_unit(), how).code == code


@pytest.mark.parametrize("cure", ["delete", "allow"])
def test_a_used_unit_enrols_again_only_after_its_record_is_gone_or_it_is_allowed(tenant: VirtualTenant, graph: Any, clock: Any,
                                                                                cure: str) -> None:
    assert _enrolled(tenant, graph, clock).ok
    clock.move(HOUR)
    assert tenant.enrol(_unit(), EnrolHow.AUTOPILOT).code == "0x80180014"
    device, managed = _device(graph), graph.get(MANAGED)["value"][0]
    assert device
    assert device["userlessEnrollmentStatus"] == "blocked"
    if cure == "delete":
        assert graph.call("DELETE", f"{MANAGED}/{managed['id']}").status_code == 204
    else:
        assert graph.call("POST", f"{DEVICES}/{device['id']}/allowNextEnrollment", version="beta").status_code == 204
    device = _device(graph)
    assert device
    assert device["userlessEnrollmentStatus"] == "allowed"
    assert tenant.enrol(_unit(), EnrolHow.AUTOPILOT).ok


def test_a_deleted_entra_object_breaks_the_next_enrolment(tenant: VirtualTenant, graph: Any, clock: Any) -> None:
    graph.import_serials(SERIAL)
    clock.move(HOUR)
    row = tenant.row("devices", SERIAL)
    assert row
    assert graph.call("DELETE", f"/devices/{row['id']}").status_code == 204
    assert tenant.enrol(_unit(), EnrolHow.AUTOPILOT).code == "80070774"


def test_leaving_needs_the_intune_record_to_go_first(tenant: VirtualTenant, graph: Any, clock: Any) -> None:
    assert _enrolled(tenant, graph, clock).ok
    clock.move(HOUR)
    device, managed, entra = _device(graph), graph.get(MANAGED)["value"][0], tenant.row("devices", SERIAL)
    assert device
    assert entra
    assert graph.call("DELETE", f"{DEVICES}/{device['id']}").status_code == 400
    assert graph.call("DELETE", f"{MANAGED}/{managed['id']}").status_code == 204
    assert graph.call("DELETE", f"{DEVICES}/{device['id']}").status_code == 204
    assert graph.call("GET", f"{DEVICES}/{device['id']}").status_code == 200     # eventually consistent
    clock.move(120)
    assert graph.call("GET", f"{DEVICES}/{device['id']}").status_code == 404
    assert graph.call("GET", f"/devices/{entra['id']}").status_code == 404
    assert not tenant.registered(SERIAL)


def test_a_wipe_is_carried_out_but_its_record_stays_pending(tenant: VirtualTenant, graph: Any, clock: Any) -> None:
    assert _enrolled(tenant, graph, clock).ok
    managed = graph.get(MANAGED)["value"][0]
    body = {"keepEnrollmentData": False, "keepUserData": False}
    assert graph.call("POST", f"{MANAGED}/{managed['id']}/wipe", body).status_code == 204
    assert [a.name for a in tenant.pending_actions(SERIAL)] == ["wipe"]
    assert tenant.pending_actions(SERIAL) == []
    clock.move(48 * HOUR)
    assert graph.get(MANAGED)["value"][0]["managementState"] == "wipePending"


def test_a_second_sync_answers_409_while_one_runs_and_429_within_ten_minutes(graph: Any, clock: Any) -> None:
    def sync() -> int:
        return int(graph.call("POST", f"{SYNC}/sync", version="beta").status_code)

    assert [sync(), sync()] == [204, 409]
    clock.move(60)
    assert graph.beta(SYNC)["syncStatus"] == "completed"
    assert sync() == 429
    clock.move(600)
    assert sync() == 204


def test_the_oldest_of_two_profiles_wins(tenant: VirtualTenant, graph: Any, clock: Any) -> None:
    clock.move(60)
    profiles = "/deviceManagement/windowsAutopilotDeploymentProfiles"
    second = graph.call("POST", profiles, {"@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile",
                                           "displayName": "Second", "deviceType": "holoLens"}, version="beta").json()
    group = graph.get("/groups")["value"][0]["id"]
    target = {"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group}}
    made = graph.call("POST", f"{profiles}/{second['id']}/assignments", target, version="beta").json()
    assert made["id"] == f"{second['id']}_{group}_0"
    graph.import_serials(SERIAL)
    clock.move(HOUR)
    profile = tenant.profile_for(SERIAL)
    assert profile
    assert profile.name == "HoloLens bench"


def test_five_thousand_devices_come_in_five_pages_and_each_once(tenant: VirtualTenant, graph: Any) -> None:
    serials = tenant.populate(5000)
    found, path, pages = [], f"{DEVICES}?$top=1000", 0
    while path:
        page = graph.get(path)
        found += [r["serialNumber"] for r in page["value"]]
        path, pages = page.get("@odata.nextLink", ""), pages + 1
    assert (found, pages) == (serials, 5)


def test_a_row_deleted_between_two_pages_hides_no_other(tenant: VirtualTenant, graph: Any, clock: Any) -> None:
    tenant.populate(60)
    first = graph.get(f"{DEVICES}?$top=20")
    assert graph.call("DELETE", f"{DEVICES}/{first['value'][3]['id']}").status_code == 204
    clock.move(60)
    rest = graph.get(first["@odata.nextLink"].replace("$top=20", "$top=100"))
    assert len(rest["value"]) == 40


def test_a_tenant_can_be_filled_with_enrolled_units(tenant: VirtualTenant, graph: Any, clock: Any) -> None:
    serials = tenant.populate(30, enrolled=10)
    clock.move(HOUR)
    rows = graph.get(f"{DEVICES}?$top=100")["value"]
    assert [r["serialNumber"] for r in rows if r["enrollmentState"] == "enrolled"] == serials[:10]
    assert {r["complianceState"] for r in graph.get(MANAGED)["value"]} == {"compliant"}


def test_a_record_of_an_earlier_life_keeps_a_unit_out(tenant: VirtualTenant, clock: Any) -> None:
    serial = tenant.populate(1)[0]
    tenant.leave_record(serial)
    assert tenant.enrol(_unit(serial), EnrolHow.AUTOPILOT).code == "0x80180014"


def test_the_same_seed_gives_the_same_tenant(make_tenant: Callable[..., VirtualTenant], make_caller: Callable[..., Any],
                                             clock: Any) -> None:
    shown = []
    for _ in range(2):
        graph = make_caller(make_tenant("other-tenant:30%", seed=7))
        graph.import_serials(*(f"{n:012d}" for n in range(30)))
        clock.move(300)
        shown.append({r["serialNumber"]: (r["id"], r["state"]["deviceErrorCode"]) for r in graph.get(IMPORTED)["value"]})
    assert shown[0] == shown[1]
    assert {code for _, code in shown[0].values()} == {0, 808}
