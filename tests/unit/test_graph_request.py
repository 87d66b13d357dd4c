"""A request as a value: how it is written, quoted and shown; what an error says."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.links.graph import routes
from station.links.graph.autopilot_calls import import_request, profile_request, update_request
from station.links.graph.device_calls import group_request
from station.links.graph.failures import claims_of, read_error, seconds
from station.links.graph.request import GraphRequest, literal
from station.links.graph.values import AutopilotDevice, ImportedIdentity, NewIdentity, time_of


@given(st.text(min_size=1, max_size=40))
def test_any_text_survives_as_literal_in_the_address(text: str) -> None:
    request = GraphRequest(routes.MANAGED_LIST, query=(("$filter", f"serialNumber eq {literal(text)}"),))
    query = urlsplit(request.url("https://graph.test")).query
    assert dict(parse_qsl(query, keep_blank_values=True))["$filter"] == f"serialNumber eq {literal(text)}"


@given(st.text(min_size=1, max_size=40))
def test_an_id_never_leaves_its_place_in_the_path(text: str) -> None:
    path = GraphRequest(routes.AUTOPILOT_GET, (text,)).path
    assert path.count("/") == routes.AUTOPILOT_GET.path.count("/")
    assert "?" not in path


def test_a_dry_run_line_hides_the_middle_of_a_hash() -> None:
    line = import_request([NewIdentity("1", "A" * 4000)]).line()
    assert "A" * 20 not in line
    assert line.startswith("POST /v1.0/deviceManagement/importedWindowsAutopilotDeviceIdentities/import ")


def test_an_import_row_holds_only_what_is_needed() -> None:
    body = import_request([NewIdentity("1", "QUJD", "Bench-A")]).body
    assert body is not None
    assert set(body["importedWindowsAutopilotDeviceIdentities"][0]) == {
        "@odata.type", "serialNumber", "hardwareIdentifier", "groupTag"}


def test_an_update_names_only_what_changes() -> None:
    assert update_request("x", group_tag="").body == {"groupTag": ""}


def test_a_new_profile_is_self_deploying_for_hololens() -> None:
    body = profile_request("HoloLens bench", "HL-%SERIAL%").body
    assert body is not None
    assert (body["deviceType"], body["outOfBoxExperienceSetting"]["deviceUsageType"]) == ("holoLens", "shared")


def test_a_new_group_takes_units_by_their_tag() -> None:
    body = group_request("HoloLens – Lyon", "Bench-A").body
    assert body is not None
    assert body["membershipRule"] == '(device.devicePhysicalIds -any (_ -eq "[OrderID]:Bench-A"))'
    assert body["mailNickname"].isascii()


def test_every_route_has_one_name_and_scopes() -> None:
    assert all(name == route.name and route.scopes for name, route in routes.ROUTES.items())


def test_beta_is_used_only_where_version_one_has_nothing() -> None:
    beta = {r.name for r in routes.ROUTES.values() if r.version is routes.Version.BETA}
    assert beta == {"autopilot.listBeta", "autopilot.getBeta", "autopilot.allowNext", "settings.get", "settings.sync",
                    "profiles.list", "profiles.create", "profiles.assignments", "profiles.assignGroup", "mdmPolicy.get"}


@pytest.mark.parametrize(("text", "wanted"), [
    ("5", 5.0), ("-3", 0.0), ("Sun, 01 Mar 2026 12:00:10 GMT", 10.0), ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
    ("", None), (None, None), ("soon", None),
])
def test_a_named_wait_is_read(text: object, wanted: float | None) -> None:
    assert seconds(text, datetime(2026, 3, 1, 12, tzinfo=UTC)) == wanted


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_no_body_breaks_the_reading_of_errors(body: object) -> None:
    read_error(body)
    read_error({"error": body})
    read_error({"error": {"message": body, "innerError": body}})


@pytest.mark.parametrize("header", ["", "Bearer", 'Bearer claims=""', 'Bearer claims="%%%"', 'Bearer claims="bm90IGpzb24="'])
def test_a_header_without_claims_has_none(header: str) -> None:
    assert claims_of(header) is None


@pytest.mark.parametrize(("status", "finished", "failed"), [
    ("unknown", False, False), ("pending", False, False), ("partial", False, False), ("complete", True, False),
    ("error", True, True), ("somethingNew", False, False),
])
def test_an_unknown_import_status_counts_as_running(status: str, finished: bool, failed: bool) -> None:
    record = ImportedIdentity.read({"id": "1", "state": {"deviceImportStatus": status}})
    assert (record.finished, record.failed) == (finished, failed)


def test_never_is_no_time() -> None:
    assert time_of("0001-01-01T00:00:00Z") is None
    assert time_of("2026-03-01T12:00:00Z") == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("word", "assigned"), [
    ("assignedInSync", True), ("assignedUnkownSyncState", True), ("notAssigned", False), ("pending", False), (None, None)])
def test_only_an_assigned_word_counts_as_assigned(word: str | None, assigned: bool | None) -> None:
    assert AutopilotDevice.read({"id": "1", "deploymentProfileAssignmentStatus": word}).assigned is assigned
