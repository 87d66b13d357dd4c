"""The odd behaviours of the service, each by its name."""

import json
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from station.model.errors import UsageError
from station.practice.quirk import ALWAYS, NEVER, Dose, Strikes, parse_faults
from station.practice.tenant import VirtualTenant
from station.practice.tenant.quirks import QUIRKS, USUAL
from station.practice.units.cloud import EnrolHow, UnitAtCloud
from station.practice.units.quirks import QUIRKS as UNIT_QUIRKS

IMPORTED = "/deviceManagement/importedWindowsAutopilotDeviceIdentities"
DEVICES = "/deviceManagement/windowsAutopilotDeviceIdentities"
MANAGED = "/deviceManagement/managedDevices"
SERIAL = "012345678912"

Make = Callable[..., Any]


@pytest.fixture
def odd(make_tenant: Callable[..., VirtualTenant], make_caller: Make) -> Callable[..., Any]:
    """A caller of a tenant with quirks."""
    return lambda quirks, **options: make_caller(make_tenant(quirks, **options))


def _unit(serial: str = SERIAL) -> UnitAtCloud:
    return UnitAtCloud(serial, "HoloLens 2", "10.0.20348.1501", "HL-1", "a4:5e")


# How quirks are switched on.

def test_every_quirk_names_its_source_and_no_name_is_on_both_sides() -> None:
    assert all(q.source.startswith("facts/") and q.side == "tenant" and q.name == name for name, q in QUIRKS.items())
    assert not set(QUIRKS) & set(UNIT_QUIRKS)
    assert set(USUAL) <= set(QUIRKS)


def test_a_spec_gives_doses() -> None:
    doses = parse_faults("slow, throttle:5%,other-tenant:2,wipe-pending:always", QUIRKS.values())
    assert doses == {"slow": Dose(1), "throttle": Dose(None, 0.05), "other-tenant": Dose(2), "wipe-pending": ALWAYS}


@pytest.mark.parametrize(("spec", "code"), [("nonsense", "practice.unknown-quirk"), ("slow:often", "practice.bad-faults"),
                                            ("slow:101%", "practice.bad-faults"), ("slow:-1", "practice.bad-faults")])
def test_a_bad_spec_is_refused(spec: str, code: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_faults(spec, QUIRKS.values())
    assert refused.value.code == code


def test_a_share_strikes_that_share_and_the_same_seed_the_same_occasions() -> None:
    def run(seed: int) -> list[bool]:
        strikes = Strikes({"slow": Dose(None, 0.05)}, seed)
        return [strikes.strikes("slow") for _ in range(10_000)]

    assert run(1) == run(1) != run(2)
    assert 400 < sum(run(1)) < 600


def test_a_decision_about_a_thing_stays() -> None:
    strikes = Strikes({"other-tenant": Dose(1)}, 1)
    assert [strikes.strikes("other-tenant", s) for s in ("a", "b", "a", "b")] == [True, False, True, False]


def test_a_usual_behaviour_can_be_switched_off(odd: Make, clock: Any) -> None:
    graph = odd({"delete-400-once": NEVER})
    graph.import_serials(SERIAL)
    clock.move(130)
    key = graph.get(IMPORTED)["value"][0]["id"]
    assert graph.call("DELETE", f"{IMPORTED}/{key}").status_code == 204


# Throttling and outages.

@pytest.mark.parametrize("quirk", ["throttle", "throttle-silent", "throttle-in-message", "throttle-date", "unavailable"])
def test_a_throttled_request_was_not_carried_out_and_says_how_long_to_wait_or_not(odd: Make, clock: Any, quirk: str) -> None:
    graph = odd("", retry_after=(7, 7))
    graph.tenant.quirk(quirk, Dose(1))
    answer = graph.call("POST", IMPORTED, {"serialNumber": SERIAL, "hardwareIdentifier": "T0EAAAAA"})
    assert answer.status_code == (503 if quirk == "unavailable" else 429)
    message = json.loads(answer.json()["error"]["message"])
    told = answer.headers.get("Retry-After")
    if quirk == "throttle-date":
        assert told
        assert (parsedate_to_datetime(told) - clock.now()).total_seconds() == 7
    else:
        assert told == (None if quirk in ("throttle-silent", "throttle-in-message") else "7")
    assert message["RetryAfter"] == (7 if quirk == "throttle-in-message" else None)
    assert graph.get(IMPORTED)["value"] == []
    assert [p.wait for p in graph.tenant.pauses] == [None if quirk == "throttle-silent" else 7.0]


def test_more_writes_than_the_published_limit_are_throttled_until_the_window_has_moved_on(odd: Make, clock: Any) -> None:
    graph = odd("rate-limit:always")
    path = f"{IMPORTED}/none"
    assert {graph.call("DELETE", path).status_code for _ in range(100)} == {404}
    clock.move(5)
    refused = graph.call("DELETE", path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "15")
    assert graph.call("GET", IMPORTED).status_code == 200
    clock.move(15)
    assert graph.call("DELETE", path).status_code == 404


def test_one_request_inside_a_batch_is_throttled_with_its_own_wait(odd: Make) -> None:
    graph = odd("throttle-in-batch", retry_after=(7, 7))
    inner = [{"id": str(n), "method": "GET", "url": "/me"} for n in range(3)]
    answer = graph.call("POST", "/$batch", {"requests": inner})
    statuses = {r["id"]: (r["status"], r["headers"].get("Retry-After")) for r in answer.json()["responses"]}
    assert answer.status_code == 200
    assert statuses == {"0": (429, "7"), "1": (200, None), "2": (200, None)}


@pytest.mark.parametrize(("quirk", "taken"), [("cut-after-post", 1), ("cut-before", 0)])
def test_a_cut_connection_hides_whether_the_post_was_taken(odd: Make, quirk: str, taken: int) -> None:
    graph = odd(quirk)
    with pytest.raises(requests.ConnectionError):
        graph.call("POST", IMPORTED, {"serialNumber": SERIAL, "hardwareIdentifier": "T0EAAAAA"})
    assert len(graph.get(IMPORTED)["value"]) == taken


def test_a_gateway_timeout_may_follow_a_request_that_was_carried_out(odd: Make) -> None:
    graph = odd("timeout-after")
    assert graph.call("POST", IMPORTED, {"serialNumber": SERIAL, "hardwareIdentifier": "T0EAAAAA"}).status_code == 504
    assert len(graph.get(IMPORTED)["value"]) == 1


def test_a_slow_answer_comes_all_the_same(odd: Make) -> None:
    assert odd("slow").call("GET", "/me").status_code == 200


def test_a_token_may_end_early_and_stays_ended(odd: Make, make_caller: Make) -> None:
    graph = odd("token-expired:1")
    assert [graph.call("GET", "/me").status_code for _ in range(12)] == [200] * 10 + [401] * 2
    assert make_caller(graph.tenant).call("GET", "/me").status_code == 200


def test_a_missing_role_refuses_writing_only(odd: Make) -> None:
    graph = odd("role-missing:always")
    assert graph.call("GET", IMPORTED).status_code == 200
    assert graph.call("POST", IMPORTED, {"serialNumber": SERIAL, "hardwareIdentifier": "T0EAAAAA"}).status_code == 403


def test_a_missing_role_in_the_directory_refuses_deleting_a_device_only(odd: Make) -> None:
    graph = odd("directory-role-missing:always")
    device = graph.tenant.state.devices.find(id=_entra_of(graph))
    assert graph.call("GET", f"/devices/{device['id']}").status_code == 200
    assert graph.call("DELETE", f"/devices/{device['id']}").status_code == 403


def _entra_of(graph: Any) -> str:
    graph.tenant.register(SERIAL, "Bench-A")
    return str(next(d["id"] for d in graph.tenant.state.devices if d["displayName"] == SERIAL))


# Lists.

@pytest.mark.parametrize(("quirk", "query", "status"), [
    ("eq-filter-400:always", "$filter=serialNumber eq '1'", 400),
    ("contains-filter-501:always", "$filter=contains(serialNumber,'1')", 501),
    ("", "$filter=contains(serialNumber,'a-b')", 400), ("", "$filter=contains(serialNumber,'a b')", 400),
    ("select-500:always", "$select=id", 500), ("", "$filter=contains(serialNumber,'1')", 200),
    ("", "$filter=serialNumber eq '1'", 200), ("", "$select=id", 200)])
def test_filters_of_the_autopilot_list_fail_as_the_ladder_says(odd: Make, quirk: str, query: str, status: int) -> None:
    assert odd(quirk).call("GET", f"{DEVICES}?{query}").status_code == status


def test_a_page_may_lead_to_itself(odd: Make) -> None:
    graph = odd("next-link-repeats:2")
    graph.tenant.populate(30)
    first = graph.get(f"{DEVICES}?$top=10")
    second = graph.get(first["@odata.nextLink"])
    assert second["value"] == first["value"]


def test_pages_may_be_smaller_than_asked(odd: Make) -> None:
    graph = odd("small-pages:always")
    graph.tenant.populate(60)
    assert len(graph.get(f"{DEVICES}?$top=1000")["value"]) == 25


def test_answers_to_an_import_are_not_in_the_order_of_the_request(odd: Make) -> None:
    serials = [f"{n:012d}" for n in range(40)]
    found = [r["serialNumber"] for r in odd("").import_serials(*serials)]
    assert found != serials
    assert sorted(found) == serials


def test_a_big_import_is_refused_whole(odd: Make) -> None:
    graph = odd("import-too-large:always")
    with pytest.raises(AssertionError, match="too large"):
        graph.import_serials(*(str(n) for n in range(51)))
    assert len(graph.import_serials(*(str(n) for n in range(50)))) == 50


@pytest.mark.parametrize("path", [DEVICES, "/deviceManagement/windowsAutopilotSettings",
                                  "/policies/mobileDeviceManagementPolicies"])
def test_a_national_cloud_lacks_beta(odd: Make, path: str) -> None:
    answer = odd("beta-absent:always").call("GET", path, version="beta")
    assert answer.status_code == 400
    assert "Resource not found for the segment" in answer.json()["error"]["message"]


# Import records.

def test_deleting_a_record_soon_after_it_ended_is_refused_once(odd: Make, clock: Any) -> None:
    graph = odd("")
    graph.import_serials(SERIAL)
    clock.move(130)
    key = graph.get(IMPORTED)["value"][0]["id"]
    assert [graph.call("DELETE", f"{IMPORTED}/{key}").status_code for _ in range(3)] == [400, 204, 404]


@pytest.mark.parametrize(("quirk", "word"), [("partial-import", "partial"), ("new-status-word", "unknownFutureValue")])
def test_an_import_may_pass_through_another_word(odd: Make, clock: Any, quirk: str, word: str) -> None:
    graph, seen = odd(quirk, check_answers=False), set()
    graph.import_serials(SERIAL)
    for _ in range(15):
        seen.add(graph.get(IMPORTED)["value"][0]["state"]["deviceImportStatus"])
        clock.move(10)
    assert seen == {"unknown", "pending", word, "complete"}


def test_an_import_may_stay_unknown_for_ever(odd: Make, clock: Any) -> None:
    graph = odd("stuck-import")
    graph.import_serials(SERIAL)
    clock.move(86400)
    assert graph.get(IMPORTED)["value"][0]["state"]["deviceImportStatus"] == "unknown"


def test_the_registration_id_may_come_late(odd: Make, clock: Any) -> None:
    graph, ids = odd("late-registration-id"), []
    graph.import_serials(SERIAL)
    for _ in range(2):
        clock.move(125)
        ids.append(graph.get(IMPORTED)["value"][0]["state"]["deviceRegistrationId"])
    assert ids[0] == ""
    assert ids[1]


def test_left_out_ids_may_be_echoed_as_the_records_id(odd: Make) -> None:
    row = odd("echoed-ids").import_serials(SERIAL)[0]
    assert row["importId"] == row["productKey"] == row["id"]


# Devices.

@pytest.mark.parametrize(("quirk", "status", "detail"), [
    ("no-group", "notAssigned", "none"), ("no-profile-assigned", "notAssigned", "none"), ("slow-group", "notAssigned", "none"),
    ("pc-profile", "failed", "windowsPcProfileNotSupported"), ("assignment-fails", "failed", "none"),
    ("unknown-sync-state", "assignedUnkownSyncState", "none")])
def test_the_profile_does_not_come_as_it_should(odd: Make, clock: Any, quirk: str, status: str, detail: str) -> None:
    graph = odd(quirk)
    graph.import_serials(SERIAL)
    clock.move(1200)
    row = graph.beta(DEVICES)["value"][0]
    assert (row["deploymentProfileAssignmentStatus"], row["deploymentProfileAssignmentDetailedStatus"]) == (status, detail)


def test_two_intune_records_of_one_serial(odd: Make, clock: Any) -> None:
    graph = odd("serial-doubles")
    graph.import_serials(SERIAL)
    clock.move(3600)
    assert graph.tenant.enrol(_unit(), EnrolHow.AUTOPILOT).ok
    rows = graph.get(f"{MANAGED}?$filter=serialNumber eq '{SERIAL}'")["value"]
    assert len(rows) == 2
    assert max(rows, key=lambda r: r["enrolledDateTime"])["azureADDeviceId"]


def test_the_autopilot_list_may_lag_behind_the_managed_devices(odd: Make, clock: Any) -> None:
    graph = odd("lagging-enrolment")
    graph.import_serials(SERIAL)
    clock.move(3600)
    assert graph.tenant.enrol(_unit(), EnrolHow.AUTOPILOT).ok
    clock.move(1800)
    assert graph.get(DEVICES)["value"][0]["enrollmentState"] == "notContacted"
    assert graph.get(MANAGED)["value"][0]["complianceState"] == "compliant"


def test_a_unit_may_end_not_compliant(odd: Make, clock: Any) -> None:
    graph = odd("not-compliant")
    assert graph.tenant.enrol(_unit(), EnrolHow.OOBE_JOIN, "a@b.c").ok
    clock.move(600)
    assert graph.get(MANAGED)["value"][0]["complianceState"] == "noncompliant"


def test_a_deleted_device_may_linger_and_its_entra_object_stay(odd: Make, clock: Any) -> None:
    graph = odd("delete-lingers,entra-stays")
    graph.tenant.register(SERIAL)
    row, entra = graph.get(DEVICES)["value"][0], graph.tenant.row("devices", SERIAL)
    assert graph.call("DELETE", f"{DEVICES}/{row['id']}").status_code == 204
    clock.move(1000)
    assert len(graph.get(DEVICES)["value"]) == 1
    clock.move(1000)
    assert graph.get(DEVICES)["value"] == []
    assert graph.call("GET", f"/devices/{entra['id']}").status_code == 200


def test_wiping_needs_the_privileged_scope_that_the_services_text_names(make_tenant: Make, make_caller: Make) -> None:
    tenant = make_tenant()
    assert tenant.enrol(_unit(), EnrolHow.OOBE_JOIN, "a@b.c").ok
    key, body = tenant.row("managed", SERIAL)["id"], {"keepEnrollmentData": False, "keepUserData": False}
    weak = make_caller(tenant, "DeviceManagementManagedDevices.ReadWrite.All")
    strong = make_caller(tenant, "DeviceManagementManagedDevices.PrivilegedOperations.All")
    refused = weak.call("POST", f"{MANAGED}/{key}/wipe", body)
    assert refused.status_code == 403
    assert "PrivilegedOperations" in refused.text
    assert strong.call("POST", f"{MANAGED}/{key}/wipe", body).status_code == 204


def test_a_sync_may_fail(odd: Make, clock: Any) -> None:
    graph = odd("sync-fails")
    assert graph.call("POST", "/deviceManagement/windowsAutopilotSettings/sync", version="beta").status_code == 204
    clock.move(60)
    assert graph.beta("/deviceManagement/windowsAutopilotSettings")["syncStatus"] == "failed"


# How the tenant is set up.

def _intune_policy(graph: Any) -> Any:
    return graph.beta("/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000")


@pytest.mark.parametrize(("quirk", "look", "usual", "odd_value"), [
    ("no-device-group", lambda g: len(g.get("/groups")["value"]), 1, 0),
    ("no-profile", lambda g: len(g.beta("/deviceManagement/windowsAutopilotDeploymentProfiles")["value"]), 1, 0),
    ("mdm-scope-none", lambda g: _intune_policy(g)["appliesTo"], "all", "none"),
    ("mdm-scope-selected", lambda g: _intune_policy(g)["appliesTo"], "all", "selected"),
    ("mdm-wrong-urls", lambda g: "manage.microsoft.com" in _intune_policy(g)["discoveryUrl"], True, False),
    ("platform-blocked", lambda g: _windows(g)["platformBlocked"], False, True),
    ("platform-minimum", lambda g: _windows(g)["osMinimumVersion"], "", "10.0.22621.0"),
    ("mdm-authority-office365", lambda g: g.get("/organization")["value"][0]["mobileDeviceManagementAuthority"], "intune",
     "office365"),
    ("subscription-disabled", lambda g: g.get("/deviceManagement")["subscriptionState"], "active", "disabled"),
    ("no-licence", lambda g: len(g.get("/subscribedSkus")["value"]), 1, 0),
    ("federated-domain", lambda g: [d["type"] for d in g.get("/organization")["value"][0]["verifiedDomains"]], ["Managed"],
     ["Managed", "Federated"]),
    ("federated-domain", lambda g: [d["authenticationType"] for d in g.get("/domains")["value"]], ["Managed"],
     ["Managed", "Federated"]),
    ("join-forbidden", lambda g: g.get("/policies/deviceRegistrationPolicy")["azureADJoin"]["allowedToJoin"]["@odata.type"],
     "#microsoft.graph.allDeviceRegistrationMembership", "#microsoft.graph.noDeviceRegistrationMembership"),
    ("bulk-token-out:0", lambda g: len(g.get("/users?$filter=startswith(userPrincipalName,'package_')")["value"]), 1, 0),
])
def test_the_tenant_may_be_set_up_wrongly(odd: Make, quirk: str, look: Callable[[Any], Any], usual: Any, odd_value: Any) -> None:
    assert look(odd("")) == usual
    assert look(odd(quirk)) == odd_value


def _windows(graph: Any) -> Any:
    rows = graph.get("/deviceManagement/deviceEnrollmentConfigurations")["value"]
    return next(r["windowsRestriction"] for r in rows if r["id"].endswith("_DefaultPlatformRestrictions"))
