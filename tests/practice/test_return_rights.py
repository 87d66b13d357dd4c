"""The rights of a return: each asked for when it is first needed, that for Entra objects only where one stays behind."""

from typing import Any

import pytest

from station.links.graph import routes
from station.links.graph.pacer import Rates
from station.model.errors import SignInNeeded
from station.tenant.plan import Goal, Kind, Lockdown, Where
from station.tenant.return_log import MemoryReturnLog
from station.tenant.returning import Order, Returning
from tests.practice.return_staging import Case, stage
from tests.practice.tenant_rig import Rig, practice

FAST = Rates(reads=1e6, writes=1e6, burst=1000)
SPEED = 6_000.0
SERIAL = "012345678901"
REGISTERED = Case("registered", "one", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE)
BY_PACKAGE = Case("none", "one", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE)


def _rig(**options: Any) -> Any:
    return practice(speed=SPEED, rates=FAST, **options)


def _returning(rig: Rig, log: MemoryReturnLog | None = None) -> Returning:
    return Returning(rig.client, rig.clock, log or MemoryReturnLog())


def _execute(rig: Rig, case: Case, log: MemoryReturnLog | None = None) -> None:
    order = Order(SERIAL, case.goal, case.where, case.lockdown, "HoloLens 2")
    _returning(rig, log).execute(order, SERIAL, rig.deadline())


def _changes(rig: Rig) -> list[str]:
    return [r.route for r in rig.tenant.requests if r.method in ("POST", "DELETE") and r.status < 400 and r.route != "batch"]


def _asked_for(rig: Rig, scope: str) -> bool:
    return any(scope in request.scope.split() for request in rig.tenant.requests)


def test_an_object_that_the_tenant_takes_away_itself_needs_no_further_right() -> None:
    with _rig(consented=routes.RETURN) as rig:
        stage(rig.tenant, SERIAL, REGISTERED)
        _execute(rig, REGISTERED)
        assert not _asked_for(rig, routes.ACT_AS_USER)


def test_an_object_that_stays_behind_asks_for_its_right_when_everything_before_it_is_done() -> None:
    with _rig(consented=routes.RETURN, quirks="entra-stays:always") as rig:
        stage(rig.tenant, SERIAL, REGISTERED)
        with pytest.raises(SignInNeeded) as told:
            _execute(rig, REGISTERED)
        assert told.value.code == "tenant.entra-right"
        assert told.value.values["scopes"] == (routes.ACT_AS_USER,)
        assert _changes(rig) == ["managed.delete", "autopilot.delete", "settings.sync"]


def test_signed_in_with_the_right_the_same_return_goes_on_and_does_nothing_twice() -> None:
    log = MemoryReturnLog()
    with _rig(consented=routes.RETURN, quirks="entra-stays:always") as rig:
        stage(rig.tenant, SERIAL, REGISTERED)
        with pytest.raises(SignInNeeded) as lack:
            _execute(rig, REGISTERED, log)
        rig.tenant.app.consented.add(routes.ACT_AS_USER)
        rig.sign_in((*routes.LOOK, *lack.value.values["scopes"]))  # type: ignore[misc]
        _execute(rig, REGISTERED, log)
        assert _changes(rig) == ["managed.delete", "autopilot.delete", "settings.sync", "devices.delete"]


def test_a_role_that_is_missing_is_told_together_with_the_right() -> None:
    with _rig(quirks="directory-role-missing:always") as rig:
        stage(rig.tenant, SERIAL, BY_PACKAGE)
        with pytest.raises(SignInNeeded) as told:
            _execute(rig, BY_PACKAGE)
    assert told.value.code == "tenant.entra-right"
    assert "403" in told.value.detail


@pytest.mark.parametrize("lacking", [routes.SERVICE_WRITE, routes.MANAGED_WRITE])
def test_a_right_that_the_plan_needs_is_missed_before_anything_is_changed(lacking: str) -> None:
    with _rig(consented=set(routes.RETURN) - {lacking}) as rig:
        stage(rig.tenant, SERIAL, REGISTERED)
        with pytest.raises(SignInNeeded) as told:
            _execute(rig, REGISTERED)
        assert told.value.values["scopes"] == (lacking,)
        assert _changes(rig) == []


def test_a_unit_on_the_bench_is_returned_without_the_right_to_wipe() -> None:
    with _rig(consented=set(routes.RETURN) - {routes.MANAGED_PRIVILEGED}) as rig:
        stage(rig.tenant, SERIAL, REGISTERED)
        _execute(rig, REGISTERED)
        assert not rig.tenant.registered(SERIAL)


def test_a_plan_is_made_with_the_rights_to_look() -> None:
    with _rig(consented=routes.LOOK) as rig:
        stage(rig.tenant, SERIAL, BY_PACKAGE)
        order = Order(SERIAL, BY_PACKAGE.goal, BY_PACKAGE.where, BY_PACKAGE.lockdown, "HoloLens 2")
        assert [step.kind for step in _returning(rig).plan(order, rig.deadline())] == [Kind.DELETE_INTUNE, Kind.DELETE_ENTRA]


def test_only_deleting_an_entra_object_has_another_permission_for_an_app_alone() -> None:
    steps = {route.name: (route.scopes, route.app_scopes) for route in routes.ROUTES.values() if route.scopes != route.app_scopes}
    assert steps["devices.delete"] == ((routes.ACT_AS_USER,), (routes.DEVICE_WRITE,))
    assert set(steps) == {"devices.delete", "groups.create", "deviceRegPolicy.get", "mdmPolicy.get", "me.get"}
