"""What the tenant's lists prove about a unit, and how few requests that takes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest

from station.links.graph.values import AutopilotDevice, ImportedIdentity, ManagedDevice
from station.links.graph.wire import Answer, AnswerLost
from station.model.errors import LinkLost, SignInNeeded
from station.tenant.tracker import TenantTracker
from station.tenant.tracking import Source, Stage, UnitPicture, assemble, facts_of, interval, stage_of
from tests.unit.scripted_graph import Rig, Sent, ok, refused, rig

SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE, AFTER = SINCE - timedelta(days=30), SINCE + timedelta(minutes=5)


def _import(status: str, error: str = "", serial: str = "001") -> ImportedIdentity:
    return ImportedIdentity("i", serial, "", "", status, "", 0, error)


def _autopilot(profile: str | None = "notAssigned", enrolment: str = "notContacted", contact: datetime | None = None,
               serial: str = "001") -> AutopilotDevice:
    return AutopilotDevice("a", serial, "HoloLens 2", "Microsoft Corporation", "Bench-A", enrolment, contact, "", "", "", "",
                           profile)


def _managed(enrolled: datetime | None, compliance: str = "unknown", serial: str = "001", device: str = "m") -> ManagedDevice:
    return ManagedDevice(device, serial, "HL-1", "HoloLens 2", "", "", "", enrolled, None, "managed", compliance,
                         "windowsAzureADJoinUsingDeviceAuth", "registered", "", "", "", "", "", None)


@pytest.mark.parametrize(("unit", "stage"), [
    (UnitPicture("001"), Stage.UNKNOWN),
    (UnitPicture("001", (_import("unknown"),)), Stage.SENT),
    (UnitPicture("001", (_import("complete"),)), Stage.SENT),
    (UnitPicture("001", (_import("error", "ZtdDeviceAlreadyAssigned"),)), Stage.SENT),
    (UnitPicture("001", (_import("error", "ZtdDeviceAssignedToOtherTenant"),)), Stage.REFUSED),
    (UnitPicture("001", (_import("error", "StorageError"), _import("pending"))), Stage.SENT),
    (UnitPicture("001", (_import("error", "StorageError"),), (_autopilot(),)), Stage.REGISTERED),
    (UnitPicture("001", (), (_autopilot("assignedInSync"),)), Stage.READY),
    (UnitPicture("001", (), (_autopilot("assignedUnkownSyncState"),)), Stage.READY),
    (UnitPicture("001", (), (_autopilot("assignedInSync", contact=AFTER),)), Stage.CONTACTED),
    (UnitPicture("001", (), (_autopilot("assignedInSync", "failed", AFTER),)), Stage.FAILED),
    (UnitPicture("001", (), (_autopilot("assignedInSync", "failed", BEFORE),)), Stage.READY),
    (UnitPicture("001", (), (_autopilot("assignedInSync", "enrolled", BEFORE),), (_managed(BEFORE, "compliant"),)), Stage.READY),
    (UnitPicture("001", (), (_autopilot("assignedInSync"),), (_managed(AFTER),)), Stage.ENROLLED),
    (UnitPicture("001", (), (_autopilot("assignedInSync"),), (_managed(AFTER, "compliant"),)), Stage.COMPLIANT),
])
def test_the_stage_is_that_of_the_last_proof_newer_than_the_run(unit: UnitPicture, stage: Stage) -> None:
    assert stage_of(unit, SINCE) is stage


def test_intune_is_believed_before_the_lagging_autopilot_list() -> None:
    facts = facts_of(UnitPicture("001", (), (_autopilot("assignedInSync", "notContacted"),), (_managed(AFTER),)), SINCE)
    assert facts["tenant.enrolled"] is True
    assert facts["autopilot.enrolment"] == "notContacted"


def test_the_newest_record_of_a_double_counts_and_doubles_are_told() -> None:
    old, new = _managed(BEFORE, device="old"), _managed(AFTER, "noncompliant", device="new")
    unit = assemble(["001"], [], [], [old, new])["001"]
    assert [d.id for d in unit.managed] == ["new", "old"]
    assert facts_of(unit, SINCE)["tenant.doubles"] == 1
    assert facts_of(unit, SINCE)["tenant.compliance"] == "noncompliant"


@pytest.mark.parametrize(("records", "earlier"), [
    ((), False), ((_managed(BEFORE),), True), ((_managed(BEFORE), _managed(AFTER, device="new")), False)])
def test_a_record_that_is_older_than_the_run_stands_in_its_way_until_there_is_a_new_one(
        records: tuple[ManagedDevice, ...], earlier: bool) -> None:
    facts = facts_of(assemble(["001"], [], [], records)["001"], SINCE)
    assert facts["tenant.earlier-record"] is earlier


def test_serials_match_exactly_and_without_case() -> None:
    units = assemble(["ab1"], [], [_autopilot(serial="AB1"), _autopilot(serial="AB12")], [])
    assert len(units["ab1"].autopilot) == 1


def test_a_beta_that_tells_no_profile_leaves_the_fact_absent() -> None:
    assert "autopilot.profile" not in facts_of(UnitPicture("001", (), (_autopilot(None),)), SINCE)


def test_an_unread_source_says_nothing() -> None:
    facts = facts_of(UnitPicture("001"), SINCE, frozenset({Source.AUTOPILOT}))
    assert "tenant.enrolled" not in facts


@pytest.mark.parametrize(("waited", "seconds"), [(1, 15), (11, 60), (61, 300)])
def test_the_longer_the_wait_the_rarer_the_question(waited: int, seconds: int) -> None:
    assert interval(timedelta(minutes=waited)) == seconds


def _tenant(units: int, **broken: Answer):  # type: ignore[no-untyped-def]
    serials = [f"{n:05d}" for n in range(units)]

    def answer(sent: Sent) -> Answer:
        name = sent.url.split("?")[0].rsplit("/", 1)[1]
        if name in broken:
            return broken[name]
        wanted = [s for s in serials if f"'{s}'" in unquote(sent.url)] if "filter" in sent.url else serials
        rows = {"windowsAutopilotDeviceIdentities": [{"id": s, "serialNumber": s} for s in wanted],
                "managedDevices": [{"id": s, "serialNumber": s, "enrolledDateTime": AFTER.isoformat()} for s in wanted]}
        return ok({"value": rows.get(name, [])})
    return serials, answer


def _tracker(units: int, requests: int, **broken: Answer) -> tuple[TenantTracker, Rig, dict[str, datetime]]:
    serials, answer = _tenant(units, **broken)
    bench = rig(*[answer] * requests)
    return TenantTracker(bench.client, bench.clock), bench, dict.fromkeys(serials, SINCE)


@pytest.mark.parametrize("units", [10, 1000])
def test_any_number_of_units_costs_the_same_requests(units: int) -> None:
    tracker, bench, since = _tracker(units, 20)
    facts = tracker.observe(since, bench.deadline())
    assert len(facts) == units
    assert all(f["tenant.enrolled"] for f in facts.values())
    assert len(bench.wire.sent) == 2


def test_asking_more_often_than_the_interval_asks_nobody() -> None:
    tracker, bench, since = _tracker(10, 4)
    for _ in range(10):
        tracker.observe(since, bench.deadline())
        bench.clock.move(2)
    assert len(bench.wire.sent) == 4


def test_a_unit_that_joins_is_looked_up_at_once() -> None:
    tracker, bench, since = _tracker(10, 4)
    tracker.observe(dict(list(since.items())[:8]), bench.deadline())
    tracker.observe(since, bench.deadline())
    assert len(bench.wire.sent) == 4


def test_few_units_are_asked_by_filter() -> None:
    tracker, bench, since = _tracker(2, 4)
    tracker.observe(since, bench.deadline())
    assert all("filter" in s.url for s in bench.wire.sent)


def test_the_import_queue_is_read_only_while_somebody_is_not_registered() -> None:
    tracker, bench, since = _tracker(10, 3)
    tracker.observe({**since, "not-there": SINCE}, bench.deadline())
    assert bench.wire.sent[2].url.split("?")[0].endswith("importedWindowsAutopilotDeviceIdentities")


def test_a_source_that_is_closed_to_us_leaves_the_others() -> None:
    tracker, bench, since = _tracker(10, 4, managedDevices=refused(403))
    facts = tracker.observe(since, bench.deadline())
    assert "tenant.enrolled" not in facts["00001"]
    assert facts["00001"]["autopilot.registration"] == "registered"
    assert tracker.picture.unknown[Source.INTUNE].code == "graph.forbidden"


def test_an_expired_session_is_told_instead_of_guessed_away() -> None:
    tracker, bench, since = _tracker(10, 4, windowsAutopilotDeviceIdentities=refused(401))
    with pytest.raises(SignInNeeded):
        tracker.observe(since, bench.deadline())


def test_a_lost_tenant_is_told() -> None:
    bench = rig(*[AnswerLost] * 8)
    tracker, since = TenantTracker(bench.client, bench.clock), dict.fromkeys("0123456789", SINCE)
    with pytest.raises(LinkLost):
        tracker.observe(since, bench.deadline())


def test_what_is_older_than_the_run_never_counts_as_enrolled() -> None:
    unit = UnitPicture("001", (), (), (replace(_managed(BEFORE), compliance="compliant"),))
    assert facts_of(unit, SINCE)["tenant.enrolled"] is False
