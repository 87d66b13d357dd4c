"""Registration against the virtual tenant over real HTTPS: mixed outcomes, throttling, cut connections; never a double."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from station.autopilot.standing import ProfileState
from station.journal import Journal
from station.links.graph import autopilot_calls
from station.model.faults import catalogue
from station.model.timing import Deadline
from tests.practice.registration_rig import TAG, identities, practice


def test_eight_units_end_assigned_with_their_tag_read_back(tmp_path: Path) -> None:
    with practice(tmp_path) as rig:
        report = rig.run(identities(8))
        assert {s.profile for s in report.standings.values()} == {ProfileState.ASSIGNED}
        assert {s.group_tag for s in report.standings.values()} == {TAG}
        assert all(rig.tenant.registered(s.serial) for s in report.standings.values())
        assert len(list(rig.tenant.state.imported)) == 0, "own import records are tidied away"


QUIRKS = ("other-tenant:3,bad-hash:2,storage-error:2,already-registered:2,other-tenant-as-806:1,partial-import:20,"
          "new-status-word:10,late-registration-id:20,throttle:4%,throttle-silent:1%,throttle-in-message:1%,throttle-in-batch:3,"
          "unavailable:2,cut-after-post:1,timeout-after:1,cut-before:2,slow:1%")


def test_mixed_outcomes_under_throttling_leave_no_doubles_and_explain_every_refusal(tmp_path: Path) -> None:
    with practice(tmp_path, quirks=QUIRKS, seed=3, registered=1000) as rig:
        report = rig.run(identities(220))
        assert set(rig.accepted().values()) == {1}
        assert len(rig.accepted()) == 220
        refused = Counter(s.fault for s in report.refused)
        assert refused["autopilot.other-tenant"] >= 3
        assert refused["autopilot.invalid-hash"] == 2
        assert refused["autopilot.storage-error"] == 2
        assert all(catalogue()[s.fault].cure for s in report.refused)
        assert len(report.ready) + len(report.refused) == 220


@pytest.mark.parametrize("quirk", ["cut-after-post:1", "timeout-after:1", "cut-before:1", "import-too-large:always",
                                   "echoed-ids:always", "small-pages:always", "contains-filter-501:always"])
def test_a_quirk_of_the_service_costs_no_double(tmp_path: Path, quirk: str) -> None:
    with practice(tmp_path, quirks=quirk) as rig:
        report = rig.run(identities(120))
        assert set(rig.accepted().values()) == {1}
        assert len(report.ready) == 120


def test_a_tenant_without_beta_still_registers(tmp_path: Path) -> None:
    with practice(tmp_path, quirks="beta-absent:always") as rig:
        report = rig.run(identities(3))
        assert [s.profile for s in report.standings.values()] == [ProfileState.UNKNOWN] * 3
        assert all(rig.tenant.registered(s.serial) for s in report.standings.values())


def test_a_second_run_with_the_same_rows_sends_nothing(tmp_path: Path) -> None:
    with practice(tmp_path) as rig:
        rig.run(identities(5))
        assert rig.run(identities(5)).sent == 0
        assert set(rig.accepted().values()) == {1}


def test_two_stations_with_the_same_rows_make_no_second_device(tmp_path: Path) -> None:
    with practice(tmp_path) as rig, Journal.open(str(tmp_path / "other.sqlite"), "bench-2", rig.clock) as other:
        rig.run(identities(5))
        assert rig.run(identities(7), journal=other).sent == 2


def test_only_own_import_records_are_deleted(tmp_path: Path) -> None:
    with practice(tmp_path) as rig:
        theirs = autopilot_calls.import_identities(rig.client, identities(2, first=900), Deadline(30))
        rig.run(identities(4))
        left = {r.id for r in autopilot_calls.list_imported(rig.client, Deadline(30))}
        assert left == {r.id for r in theirs}


def test_two_jobs_of_one_station_at_the_same_time_send_each_row_once(tmp_path: Path) -> None:
    with practice(tmp_path) as rig, ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: rig.run(identities(150)), range(2)))
        assert sorted(r.sent for r in reports) == [0, 150]
        assert set(rig.accepted().values()) == {1}
