"""The contract file against Microsoft's metadata, and what the virtual tenant says to a request that does not fit."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import graph_contract
import pytest
from hypothesis import given, strategies

from station.links.graph.request import literal
from station.practice.tenant import VirtualTenant
from station.practice.tenant.contract import contract
from station.practice.tenant.directory import rule_matches
from station.practice.tenant.odata import BadFilter, parse_filter

IMPORTED = "/deviceManagement/importedWindowsAutopilotDeviceIdentities"
DEVICES = "/deviceManagement/windowsAutopilotDeviceIdentities"
MANAGED = "/deviceManagement/managedDevices"
GOOD = {"serialNumber": "1", "hardwareIdentifier": "T0EAAAAA"}
METADATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "graph"

# The metadata is large and Microsoft's; what was derived from it is shipped, and every test of requests runs against that.
needs_metadata = pytest.mark.skipif(not METADATA.is_dir(), reason="Microsoft's metadata is not on this machine")


# The contract file.

@needs_metadata
def test_the_contract_file_is_what_the_generator_makes_of_the_metadata() -> None:
    assert graph_contract.TARGET.read_text(encoding="utf-8") == graph_contract.render(graph_contract.derive(METADATA))


@needs_metadata
def test_every_property_and_enum_word_of_the_csdl_is_in_the_contract_file() -> None:
    """Read anew from the CSDL, not by the generator."""
    edm = "{http://docs.oasis-open.org/odata/ns/edm}"
    schema = next(ElementTree.parse(METADATA / "graph-min.csdl.xml").getroot().iter(f"{edm}Schema"))
    for kind in [*schema.iter(f"{edm}EntityType"), *schema.iter(f"{edm}ComplexType")]:
        known = contract().properties("v1.0", kind.attrib["Name"])
        told = {p.attrib["Name"]: p.attrib.get("Nullable") == "false" for p in kind.findall(f"{edm}Property")}
        assert {n: known[n].endswith("!") for n in told} == told
    for enum in schema.iter(f"{edm}EnumType"):
        assert contract().words("v1.0", enum.attrib["Name"]) == tuple(m.attrib["Name"] for m in enum.iter(f"{edm}Member"))


@needs_metadata
def test_every_call_of_the_product_is_in_the_contract_with_its_least_scopes() -> None:
    for call in json.loads((METADATA / "graph-calls.json").read_text(encoding="utf-8"))["calls"]:
        path = call["path"].replace("{id}", "x1")
        found = contract().match(call["method"], "v1.0" if call["version"] == "both" else call["version"], path)
        assert found, call["name"]
        assert set(call.get("DelegatedWork", ())) <= set(found[0].delegated), call["name"]
        assert set(call.get("Application", ())) <= set(found[0].application), call["name"]


def test_the_file_holds_facts_and_no_prose() -> None:
    text = graph_contract.TARGET.read_text(encoding="utf-8")
    assert "description\":" not in text.replace('"description": "Edm.String"', "")
    assert len(text) < 120_000


EVERY_TYPE = [(v, t) for v in ("v1.0", "beta") for t in json.loads(graph_contract.TARGET.read_text(encoding="utf-8"))[v]["types"]]


@pytest.mark.parametrize(("version", "name"), EVERY_TYPE)
def test_a_blank_value_of_every_type_fits_it_and_one_more_property_does_not(version: str, name: str) -> None:
    blank = contract().blank(version, name)
    nested = {k for k, given in contract().properties(version, name).items() if given.endswith("!") and blank[k] is None}
    fitting = {k: v for k, v in blank.items() if k not in nested}
    assert contract().misfits(version, f"graph.{name}", fitting) == []
    assert [m.kind for m in contract().misfits(version, f"graph.{name}", fitting | {"notThere": 1})] == ["unknown-property"]


# Requests that do not fit.

@pytest.mark.parametrize(("method", "path", "body", "kind", "status"), [
    ("GET", "/deviceManagement/importedWindowsAutopilotDeviceIdentitys", None, "unknown-route", 400),
    ("PUT", IMPORTED, {}, "unknown-route", 405),
    ("GET", "/deviceManagement/windowsAutopilotSettings", None, "unknown-route", 400),          # beta only
    ("POST", IMPORTED, GOOD | {"serial": "1"}, "unknown-property", 400),
    ("POST", IMPORTED, GOOD | {"groupTag": 7}, "wrong-type", 400),
    ("POST", IMPORTED, GOOD | {"state": {"deviceImportStatus": "waiting"}}, "bad-enum-word", 400),
    ("POST", IMPORTED, GOOD | {"state": {"deviceImportStatus": None}}, "null", 400),
    ("POST", IMPORTED, GOOD | {"@odata.type": "#microsoft.graph.device"}, "wrong-type", 400),
    ("POST", IMPORTED, GOOD | {"hardwareIdentifier": "T0EAA"}, "wrong-type", 400),
    ("POST", f"{IMPORTED}/import", {"devices": []}, "unknown-property", 400),
    ("POST", f"{IMPORTED}/import", {"importedWindowsAutopilotDeviceIdentities": GOOD}, "wrong-type", 400),
    ("POST", IMPORTED, None, "not-json", 400),
    ("POST", f"{DEVICES}/x/unassignUserFromDevice", {"keep": True}, "unknown-property", 400),
    ("GET", f"{DEVICES}?$search=1", None, "query-option", 400),
    ("GET", f"{DEVICES}?top=5", None, "query-option", 400),
    ("GET", f"{DEVICES}?$top=5000", None, "query-option", 400),
    ("GET", f"{DEVICES}/x?$top=5", None, "query-option", 400),
    ("GET", f"{DEVICES}/x?$expand=deploymentProfile", None, "unknown-property", 400),            # beta only
    ("GET", f"{MANAGED}?$select=serial", None, "unknown-property", 400),
    ("GET", f"{MANAGED}?$select=autopilotEnrolled", None, "unknown-property", 400),              # beta only
    ("GET", f"{MANAGED}?$filter=serial eq '1'", None, "unknown-property", 400),
    ("GET", f"{MANAGED}?$filter=serialNumber is '1'", None, "query-option", 400),
    ("GET", f"{MANAGED}?$filter=serialNumber eq '1", None, "query-option", 400),
    ("POST", "/$batch", {"requests": [{"id": str(n), "method": "GET", "url": "/me"} for n in range(21)]}, "batch", 400),
    ("POST", "/$batch", {"requests": [{"id": "1", "method": "GET", "url": "/me"}] * 2}, "batch", 400),
    ("POST", "/$batch", {"requests": [{"id": "1", "method": "GET", "url": "https://graph.microsoft.com/v1.0/me"}]}, "batch", 400),
    ("POST", "/$batch", {"requests": [{"id": "1", "method": "POST", "url": IMPORTED, "body": GOOD}]}, "batch", 400),
    ("POST", "/$batch", {"items": []}, "unknown-property", 400)])
def test_a_request_that_does_not_fit_is_refused_and_recorded(tenant: VirtualTenant, graph: Any, method: str, path: str, body: Any,
                                                             kind: str, status: int) -> None:
    assert graph.call(method, path, body).status_code == status
    assert [v.kind for v in tenant.violations] == [kind]


def test_a_body_needs_its_content_type(tenant: VirtualTenant, graph: Any) -> None:
    assert graph.call("POST", IMPORTED, GOOD, headers={"Content-Type": "text/plain"}).status_code == 415
    assert [v.kind for v in tenant.violations] == ["content-type"]


def test_a_batch_within_a_batch_is_refused_inside(tenant: VirtualTenant, graph: Any) -> None:
    inner = {"id": "1", "method": "POST", "url": "/$batch", "headers": {"Content-Type": "application/json"},
             "body": {"requests": [{"id": "1", "method": "GET", "url": "/me"}]}}
    answer = graph.call("POST", "/$batch", {"requests": [inner]})
    assert answer.json()["responses"][0]["status"] == 400
    assert [v.kind for v in tenant.violations] == ["batch"]


def test_a_failed_dependency_inside_a_batch_is_424(graph: Any) -> None:
    answer = graph.call("POST", "/$batch", {"requests": [
        {"id": "1", "method": "GET", "url": f"{DEVICES}/none"}, {"id": "2", "method": "GET", "url": "/me", "dependsOn": ["1"]}]})
    assert {r["id"]: r["status"] for r in answer.json()["responses"]} == {"1": 404, "2": 424}


def test_delegated_only_calls_refuse_an_app(tenant: VirtualTenant, make_caller: Callable[..., Any]) -> None:
    app = make_caller(tenant, app_only=True)
    assert app.call("GET", "/me").status_code == 400
    assert app.call("GET", "/policies/mobileDeviceManagementPolicies", version="beta").status_code == 403


def test_the_urls_and_the_scope_of_the_mdm_policy_cannot_change_together(graph: Any) -> None:
    path = "/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000"
    for body, status in (({"appliesTo": "all", "termsOfUseUrl": "https://a.b"}, 400), ({"appliesTo": "selected"}, 400),
                         ({"termsOfUseUrl": "https://a.b"}, 204)):
        assert graph.call("PATCH", path, body, version="beta").status_code == status


def test_a_dynamic_group_takes_no_member_by_hand_and_a_member_twice_is_400(tenant: VirtualTenant, graph: Any, clock: Any) -> None:
    tenant.register("1")
    key = tenant.row("devices", "1")
    assert key
    member = {"@odata.id": f"{tenant.graph_url}/v1.0/directoryObjects/{key['id']}"}
    dynamic = graph.get("/groups")["value"][0]["id"]
    static = graph.call("POST", "/groups", {"displayName": "S", "mailEnabled": False, "mailNickname": "s",
                                            "securityEnabled": True}).json()["id"]
    assert graph.call("POST", f"/groups/{dynamic}/members/$ref", member).status_code == 403
    assert [graph.call("POST", f"/groups/{static}/members/$ref", member).status_code for _ in range(2)] == [204, 400]


def test_every_request_is_kept_with_its_scope_and_without_its_token(tenant: VirtualTenant,
                                                                    make_caller: Callable[..., Any]) -> None:
    caller = make_caller(tenant, "User.Read")
    caller.call("GET", "/me", headers={"client-request-id": "c1"})
    kept = tenant.requests[-1]
    assert (kept.method, kept.path, kept.route, kept.scope, kept.status, kept.client_request_id) == (
        "GET", "/v1.0/me", "me.get", "User.Read", 200, "c1")
    assert caller.token not in repr(tenant.requests)


# Membership rules.

@pytest.mark.parametrize(("rule", "takes"), [
    ('(device.devicePhysicalIds -any (_ -eq "[OrderID]:Bench-A"))', True),
    ('(device.devicePhysicalIds -any _ -eq "[orderid]:bench-a")', True),           # as the HoloLens page prints it
    ('(device.devicePhysicalIDs -any (_ -contains "[ZTDId]"))', True),
    ('(device.devicePhysicalIds -any (_ -eq "[OrderID]:B"))', False), ('(user.city -eq "Lyon")', False),
    ('(device.deviceModel -eq "HoloLens 2") -and (device.devicePhysicalIds -any (_ -startsWith "[ZTD"))', True),
    ('(device.deviceModel -eq "Surface") -or (device.deviceModel -startsWith "Holo")', True),
    ('(device.deviceModel -eq "Surface") -and (device.deviceModel -startsWith "Holo")', False)])
def test_a_membership_rule_takes_a_device_in(rule: str, takes: bool) -> None:
    row = {"physicalIds": ["[ZTDID]:1", "[OrderID]:Bench-A"], "model": "HoloLens 2"}
    assert rule_matches(rule, row) is takes


def test_a_rule_that_nobody_understands_is_refused(graph: Any) -> None:
    group = {"displayName": "S", "mailEnabled": False, "mailNickname": "s", "securityEnabled": True,
             "groupTypes": ["DynamicMembership"], "membershipRuleProcessingState": "On", "membershipRule": "everything"}
    assert graph.call("POST", "/groups", group).status_code == 400


# Filters.

ROW = {"serialNumber": "O'Neil-1", "n": 5, "at": "2026-03-02T08:00:00.000Z", "none": None, "tags": ["[ZTDID]:1", "[OrderID]:A"],
       "state": {"word": "done"}, "yes": True}


@pytest.mark.parametrize(("text", "holds"), [
    ("serialNumber eq 'o''neil-1'", True), ("serialNumber ne 'x' and n gt 4", True), ("n lt 5 or n ge 5", True),
    ("not (n eq 5)", False), ("contains(serialNumber,'neil')", True), ("startswith(serialNumber,'N')", False),
    ("endswith(serialNumber,'-1')", True), ("tags/any(p:startswith(p,'[ZTDID]'))", True),
    ("tags/any(t:t eq '[OrderID]:B')", False), ("none eq null", True), ("none gt 1", False),
    ("at gt 2026-03-02T07:59:59Z", True), ("at lt 2026-03-02T09:00:00+02:00", False),
    ("state/word eq 'done'", True), ("yes eq true", True), ("n eq 5 and n eq 6 or yes eq true", True)])
def test_a_filter_means_what_odata_says(text: str, holds: bool) -> None:
    assert parse_filter(text).test(ROW) is holds


@given(strategies.text(), strategies.text())
def test_the_literal_of_the_client_means_exactly_that_text(text: str, other: str) -> None:
    parsed = parse_filter(f"serialNumber eq {literal(text)}")
    assert parsed.literals == (text,)
    assert parsed.test({"serialNumber": text})
    assert parsed.test({"serialNumber": other}) is (text.casefold() == other.casefold())


@given(strategies.text(alphabet="abc(),'/:=<> andornoteqany0123456789$"))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    with contextlib.suppress(BadFilter):
        parse_filter(text).test(ROW)


@pytest.mark.parametrize("text", ["", "n", "n eq", "n eq 5 and", "(n eq 5", "n eq 5)", "n like 5", "contains(n)", "'a' 'b'",
                                  "n eq #"])
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(BadFilter):
        parse_filter(text)
