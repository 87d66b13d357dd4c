"""The pure plan of a return, and the guard before it."""

from dataclasses import replace

import pytest

from station.links.graph.values import AutopilotDevice, EntraDevice, ImportedIdentity, ManagedDevice, NotKnown
from station.model.errors import HoloBenchError, Refused
from station.tenant.plan import Goal, Kind, Lockdown, Where, plan
from station.tenant.records import UnitRecords, guard

SERIAL = "012345678901"
AUTOPILOT = AutopilotDevice("a", SERIAL, "HoloLens 2", "Microsoft Corporation", "Bench-A", "enrolled", None, "m", "e-device", "",
                            "ann", "assignedInSync", None, None, "blocked")
MANAGED = ManagedDevice("m", SERIAL, "HL-1", "HoloLens 2", "Microsoft Corporation", "Windows", "10.0", None, None, "managed",
                        "compliant", "windowsAzureADJoinUsingDeviceAuth", "registered", "e-device", "company", "", "", "", None)
ENTRA = EntraDevice("e", "e-device", "HL-1", "HoloLens", "10.0", "AzureAd", True, True, True, None, None, ("[ZTDID]:a",))
IMPORTED = ImportedIdentity("i", SERIAL, "", "", "complete", "a", 0, "")
ALL = UnitRecords(SERIAL, (AUTOPILOT,), (MANAGED,), (ENTRA,), (IMPORTED,))


def _kinds(records: UnitRecords, goal: Goal, where: Where = Where.BENCH, lockdown: Lockdown = Lockdown.NEVER) -> list[Kind]:
    return [step.kind for step in plan(records, goal, where, lockdown)]


def test_leaving_goes_from_intune_over_autopilot_to_entra() -> None:
    assert _kinds(ALL, Goal.LEAVE) == [
        Kind.DELETE_INTUNE, Kind.UNASSIGN_USER, Kind.DELETE_AUTOPILOT, Kind.SYNC, Kind.DELETE_ENTRA, Kind.DELETE_IMPORT]


def test_a_unit_elsewhere_is_wiped_first_and_one_on_the_bench_never() -> None:
    assert _kinds(ALL, Goal.LEAVE, Where.REMOTE)[0] is Kind.WIPE
    assert Kind.WIPE not in _kinds(ALL, Goal.LEAVE, Where.BENCH)


def test_reuse_keeps_the_autopilot_record_and_unblocks_it() -> None:
    assert _kinds(ALL, Goal.REUSE) == [Kind.DELETE_INTUNE, Kind.ALLOW_NEXT]


def test_reuse_where_the_beta_tells_nothing_only_deletes_the_intune_record() -> None:
    silent = replace(ALL, autopilot=(replace(AUTOPILOT, userless=None),))
    assert _kinds(silent, Goal.REUSE) == [Kind.DELETE_INTUNE]


def test_a_wipe_that_was_ordered_is_not_ordered_again() -> None:
    pending = replace(ALL, managed=(replace(MANAGED, management="wipePending"),))
    assert Kind.WIPE not in _kinds(pending, Goal.LEAVE, Where.REMOTE)


def test_the_record_that_counts_is_wiped_and_deleted_after_its_doubles() -> None:
    double = replace(ALL, managed=(MANAGED, replace(MANAGED, id="old")))
    targets = [(s.kind, s.target) for s in plan(double, Goal.REUSE, Where.REMOTE, Lockdown.NEVER)][:3]
    assert targets == [(Kind.WIPE, "m"), (Kind.DELETE_INTUNE, "old"), (Kind.DELETE_INTUNE, "m")]


@pytest.mark.parametrize(("lockdown", "code"), [
    (Lockdown.LOCKED, "tenant.lockdown"), (Lockdown.NOT_KNOWN, "tenant.lockdown-unknown")])
def test_a_locked_unit_never_leaves_but_may_be_used_again(lockdown: Lockdown, code: str) -> None:
    with pytest.raises(Refused) as told:
        plan(ALL, Goal.LEAVE, Where.BENCH, lockdown)
    assert told.value.code == code
    assert plan(ALL, Goal.REUSE, Where.BENCH, lockdown)


def test_nothing_left_means_nothing_to_do() -> None:
    assert plan(UnitRecords(SERIAL), Goal.LEAVE, Where.REMOTE, Lockdown.NEVER) == ()


@pytest.mark.parametrize(("records", "bench", "code"), [
    (UnitRecords(SERIAL), "", "tenant.serial-unknown"),
    (replace(ALL, autopilot=(AUTOPILOT, replace(AUTOPILOT, id="b"))), "", "tenant.ambiguous"),
    (replace(ALL, managed=(replace(MANAGED, model="Surface Pro 9"),)), "", "tenant.not-hololens"),
    (replace(ALL, autopilot=(replace(AUTOPILOT, model=""),), managed=()), "", "tenant.not-hololens"),
    (ALL, "Quest 3", "tenant.not-hololens"),
    (replace(ALL, unknown={"entra": NotKnown("graph.forbidden")}), "", "tenant.not-readable"),
])
def test_the_guard_refuses_whatever_is_not_certain(records: UnitRecords, bench: str, code: str) -> None:
    with pytest.raises(HoloBenchError) as told:
        guard(records, bench)
    assert told.value.code == code


def test_a_unit_on_the_bench_vouches_for_records_without_a_model() -> None:
    guard(replace(ALL, autopilot=(replace(AUTOPILOT, model=""),), managed=()), "HoloLens 2")


def test_a_certain_unit_passes_the_guard() -> None:
    guard(ALL)
