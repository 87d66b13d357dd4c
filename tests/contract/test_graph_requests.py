"""Every request that the product can make, against what Microsoft publishes: routes, versions, scopes, query options, bodies."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from station.links.graph import autopilot_calls, device_calls, routes
from station.links.graph.request import GraphRequest
from station.links.graph.routes import Route
from station.links.graph.values import NewIdentity
from station.practice.tenant.contract import contract
from station.tenant.plan import Goal, Lockdown, Where, plan
from station.tenant.records import UnitRecords
from tests.unit.test_tenant_plan import AUTOPILOT, ENTRA, IMPORTED, MANAGED

ALL = sorted(routes.ROUTES.values(), key=lambda r: r.name)
BODIES = [
    autopilot_calls.import_request([NewIdentity("012345678901", "QUJD", "Bench-A", "batch-1"), NewIdentity("1", "QUJD")]),
    autopilot_calls.update_request("a", group_tag="Bench-A", name="HL-1"),
    autopilot_calls.profile_request("HoloLens bench", "HL-%SERIAL%"),
    autopilot_calls.assign_profile_request("p", "11111111-2222-3333-4444-555555555555"),
    device_calls.group_request("HoloLens bench", "Bench-A"), device_calls.wipe_request("m"),
]


def _example(route: Route) -> str:
    return route.path.format(*["11111111-2222-3333-4444-555555555555"] * route.path.count("{}"))


@pytest.mark.parametrize("route", ALL, ids=lambda r: r.name)
def test_a_route_is_published_under_its_name_with_its_version_and_method(route: Route) -> None:
    found = contract().match(route.method, route.version, _example(route))
    assert found is not None
    assert found[0].name == route.name


@pytest.mark.parametrize("route", ALL, ids=lambda r: r.name)
def test_the_scopes_asked_for_are_accepted(route: Route) -> None:
    published = contract().match(route.method, route.version, _example(route))
    assert published is not None
    assert set(route.scopes) <= set(published[0].delegated)
    if route.app_scopes is None:
        assert not published[0].application
    else:
        assert set(route.app_scopes) <= set(published[0].application)


@pytest.mark.parametrize("route", ALL, ids=lambda r: r.name)
def test_the_query_options_are_allowed_and_the_good_answers_published(route: Route) -> None:
    published = contract().match(route.method, route.version, _example(route))
    assert published is not None
    assert {o.removeprefix("$") for o in route.options} <= set(published[0].query)
    assert set(published[0].ok) & set(route.good)


@pytest.mark.parametrize("request_", BODIES, ids=lambda r: r.route.name)
def test_a_body_fits_its_type(request_: GraphRequest) -> None:
    published = contract().match(request_.route.method, request_.route.version, urlsplit(request_.path).path)
    assert published is not None
    body, wanted = request_.body, published[0].body
    assert body is not None
    if isinstance(wanted, str):
        assert contract().misfits(request_.route.version, wanted, body) == []
        return
    assert wanted is not None
    assert set(body) <= set(wanted)
    for key, value in body.items():
        assert contract().misfits(request_.route.version, wanted[key], value, key) == []


@pytest.mark.parametrize("goal", Goal)
def test_every_request_of_a_return_is_published(goal: Goal) -> None:
    records = UnitRecords("1", (AUTOPILOT,), (MANAGED,), (ENTRA,), (IMPORTED,))
    for step in plan(records, goal, Where.REMOTE, Lockdown.NEVER):
        for request in (step.request, step.read_back):
            assert contract().match(request.route.method, request.route.version, urlsplit(request.path).path) is not None


def test_the_values_selected_are_properties_of_their_types() -> None:
    for selected, name in ((device_calls.MANAGED_SELECT, "managedDevice"), (device_calls.ENTRA_SELECT, "device")):
        assert set(selected.split(",")) <= set(contract().properties("v1.0", name)) | {"id"}


def test_a_query_is_written_as_the_service_reads_it() -> None:
    request = GraphRequest(routes.MANAGED_LIST, query=(("$filter", "serialNumber eq 'O''Neil +1'"),))
    assert dict(parse_qsl(urlsplit(request.path).query)) == {"$filter": "serialNumber eq 'O''Neil +1'"}
