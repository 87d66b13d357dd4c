"""A registration job: who is sent, what is watched, what is tidied, and that nothing is ever sent twice."""

import itertools
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.autopilot.import_log import Ended, Entry, JournalImportLog, Ledger, Sending, Taken, Tidied, decode, encode
from station.autopilot.look_up import look_up
from station.autopilot.registration import RegistrationJob, Until
from station.autopilot.registration_plan import plan, wanted
from station.autopilot.standing import ProfileState, Registration, Standing, fault_of, latest_records, with_device, with_record
from station.journal import Journal
from station.links.graph.values import ImportedIdentity, NewIdentity, NotKnown
from station.model.errors import Cancelled, JournalError, LinkLost
from station.model.timing import CancelToken, Deadline
from tests.hand_clock import HandClock, HandDeadline
from tests.unit.scripted_registry import ScriptedRegistry, device, record

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


CLOCK = HandClock(NOW)


@dataclass
class Notebook:
    """An import log in memory; `die_at` cuts the power after so many entries."""

    kept: list[Entry] = field(default_factory=list)
    die_at: int = 10**9

    def exclusive(self, deadline: Deadline) -> AbstractContextManager[None]:
        return nullcontext()

    def write(self, entry: Entry) -> None:
        if len(self.kept) >= self.die_at:
            raise PowerCut
        self.kept.append(entry)

    def entries(self) -> Iterable[Entry]:
        return list(self.kept)


class PowerCut(BaseException):
    """The process is gone: nothing after it runs, nothing catches it."""


def rows(count: int, tag: str = "", first: int = 1) -> list[NewIdentity]:
    return [NewIdentity(f"{i:012}", "T0E", tag) for i in range(first, first + count)]


def job(registry: ScriptedRegistry, notebook: Notebook | None = None, **options: object) -> RegistrationJob:
    return RegistrationJob(registry, notebook or Notebook(), CLOCK, **options)  # type: ignore[arg-type]


def soon() -> Deadline:
    return HandDeadline(CLOCK)


def test_free_devices_are_sent_in_chunks_of_a_hundred_and_end_assigned() -> None:
    registry = ScriptedRegistry()
    report = job(registry).run(rows(250), soon())
    assert [len(s) for s in registry.submissions] == [100, 100, 50]
    assert len(report.ready) == 250
    assert report.sent == 250


def test_what_is_registered_or_under_way_is_not_sent() -> None:
    registry = ScriptedRegistry(registered={"000000000001": device("000000000001")})
    registry.queue["rec-77"] = record("000000000002", "pending", id="rec-77")
    report = job(registry).run(rows(3), soon())
    assert registry.sent() == ["000000000003"]
    assert [s.before for s in sorted(report.standings.values(), key=lambda s: s.serial)] == [True, True, False]


def test_other_peoples_import_records_are_never_deleted() -> None:
    registry = ScriptedRegistry()
    registry.queue["rec-77"] = record("000000000002", "complete", id="rec-77")
    registry.queue["rec-78"] = record("999999999999", "complete", id="rec-78")
    job(registry).run(rows(2), soon())
    assert {"rec-77", "rec-78"} <= registry.queue.keys()
    assert len(registry.deleted) == 2
    assert not {"rec-77", "rec-78"} & set(registry.deleted)


def test_a_complete_record_left_over_from_a_deregistered_device_does_not_stop_a_new_import() -> None:
    registry = ScriptedRegistry()
    registry.queue["rec-77"] = record("000000000001", "complete", id="rec-77")
    assert job(registry).run(rows(1), soon()).sent == 1


def test_the_same_serial_twice_is_sent_once() -> None:
    registry = ScriptedRegistry()
    job(registry).run([*rows(2), *rows(2)], soon())
    assert len(registry.sent()) == 2


ERRORS = [
    (("ZtdDeviceAssignedToOtherTenant", 808), "autopilot.other-tenant"),
    (("ZtdDeviceAssignedToAnotherTenant", 808), "autopilot.other-tenant"),
    (("ZtdDeviceAssignedToOtherTenant", 806), "autopilot.other-tenant"),
    (("", 808), "autopilot.other-tenant"),
    (("InvalidZtdHardwareHash", 802), "autopilot.invalid-hash"),
    (("ZtdDeviceDuplicated", 0), "autopilot.duplicated"),
    (("StorageError", 0), "autopilot.storage-error"),
    (("SomethingNew", 4711), "autopilot.refused"),
]


@pytest.mark.parametrize(("error", "fault"), ERRORS)
def test_a_refusal_is_explained_by_its_name_before_its_code(error: tuple[str, int], fault: str) -> None:
    report = job(ScriptedRegistry(ends_with={"000000000002": error})).run(rows(3), soon())
    assert [(s.serial, s.fault) for s in report.refused] == [("000000000002", fault)]
    assert report.refused[0].values()["autopilot.import.error"] == (error[0] or str(error[1]))
    assert len(report.ready) == 2


def test_already_registered_here_is_no_refusal() -> None:
    registry = ScriptedRegistry(ends_with={"000000000001": ("ZtdDeviceAlreadyAssigned", 806)})
    registry.registered["000000000001 "] = device("000000000001")
    report = job(registry).run(rows(1), soon())
    assert report.refused == ()


def test_a_lost_answer_whose_rows_arrived_is_found_in_the_list_and_not_sent_again() -> None:
    registry = ScriptedRegistry(lose={1: True})
    report = job(registry).run(rows(150), soon())
    assert len(registry.sent()) == 150
    assert len(report.ready) == 150


def test_a_lost_answer_whose_rows_did_not_arrive_is_sent_again_after_two_looks() -> None:
    registry = ScriptedRegistry(lose={1: False})
    report = job(registry).run(rows(100), soon())
    assert registry.calls[:6] == ["devices", "records", "submit", "records", "records", "submit"]
    assert len(report.ready) == 100


def test_rows_that_never_arrive_are_told_and_not_sent_for_ever() -> None:
    registry = ScriptedRegistry(lose={1: False, 2: False, 3: False})
    report = job(registry).run(rows(1), soon())
    assert len(registry.submissions) == 2
    assert [s.fault for s in report.standings.values()] == ["autopilot.outcome-unknown"]


def test_a_lost_answer_is_settled_even_where_the_service_keeps_no_import_id() -> None:
    registry = ScriptedRegistry(lose={1: True}, keeps_import_id=False)
    job(registry).run(rows(10), soon())
    assert len(registry.sent()) == 10


def test_a_chunk_that_is_too_large_is_halved() -> None:
    registry = ScriptedRegistry(too_large=30)
    report = job(registry).run(rows(100), soon())
    assert [len(s) for s in registry.submissions] == [100, 50, 25, 25, 50, 25, 25]
    assert len(report.ready) == 100


def test_one_malformed_row_is_found_and_the_others_go_through() -> None:
    registry = ScriptedRegistry(bad_serials=frozenset({"000000000042"}))
    report = job(registry).run(rows(100), soon())
    assert [(s.serial, s.fault) for s in report.refused] == [("000000000042", "autopilot.hash-not-accepted")]
    assert len(report.ready) == 99


def test_one_synchronisation_is_asked_for_and_none_where_nothing_is_new() -> None:
    registry = ScriptedRegistry()
    job(registry).run(rows(3), soon())
    job(registry).run(rows(3), soon())
    assert registry.calls.count("sync") == 1


def test_the_number_of_list_reads_does_not_grow_with_the_number_of_devices() -> None:
    few, many = ScriptedRegistry(reads_to_end=5), ScriptedRegistry(reads_to_end=5)
    job(few).run(rows(10), soon())
    job(many).run(rows(100), soon())
    assert few.calls.count("records") == many.calls.count("records")
    assert few.calls.count("devices") == many.calls.count("devices")


def test_no_more_than_a_thousand_are_in_flight() -> None:
    registry = ScriptedRegistry(reads_to_end=4)
    seen: list[int] = []
    watched = job(registry)
    watched.told = lambda _: seen.append(sum(not r.finished for r in registry.queue.values()))
    assert watched.run(rows(1500), soon()).sent == 1500
    assert max(seen) <= 1000


def test_an_import_beyond_its_budget_is_still_running_and_not_failed() -> None:
    registry = ScriptedRegistry(reads_to_end=10**9)
    report = job(registry).run(rows(2), soon(), Until.IMPORTED)
    assert len(report.long) == 2
    assert {s.registration for s in report.standings.values()} == {Registration.SUBMITTED}
    assert {s.fault for s in report.standings.values()} == {"autopilot.import-running-long"}


def test_a_record_deleted_by_somebody_is_found_among_the_devices() -> None:
    registry = ScriptedRegistry(reads_to_end=10**9)
    working = job(registry)

    def vanish(_: tuple[Standing, ...]) -> None:
        if registry.submissions and registry.queue:
            registry.queue.clear()
            registry.registered["000000000001"] = device("000000000001")

    working.told = vanish
    assert len(working.run(rows(1), soon()).ready) == 1


def test_deletion_that_is_refused_right_after_the_import_is_tried_again() -> None:
    registry = ScriptedRegistry(undeletable=1)
    job(registry).run(rows(2), soon())
    assert len(registry.deleted) == 2
    assert registry.queue == {}


def test_profiles_are_awaited_and_the_tag_is_read_back() -> None:
    registry = ScriptedRegistry(profile_after=3)
    report = job(registry).run(rows(2, "Bench-A"), soon())
    assert {s.profile for s in report.standings.values()} == {ProfileState.ASSIGNED}
    assert {s.values()["autopilot.group-tag"] for s in report.standings.values()} == {"Bench-A"}


def test_a_profile_that_never_comes_is_a_fault_and_not_a_failure() -> None:
    report = job(ScriptedRegistry(profile_after=10**9)).run(rows(1), soon())
    assert report.refused == ()
    assert [(s.registration, s.profile, s.fault) for s in report.standings.values()] == [
        (Registration.REGISTERED, ProfileState.ASSIGNING, "autopilot.profile-not-assigned")]


def test_a_beta_that_does_not_answer_leaves_the_profile_unknown_and_ends_the_wait() -> None:
    report = job(ScriptedRegistry(beta=NotKnown("graph.not-in-cloud"))).run(rows(1), soon())
    assert [(s.registration, s.profile) for s in report.standings.values()] == [(Registration.REGISTERED, ProfileState.UNKNOWN)]


def test_a_pc_profile_is_named_and_not_waited_for() -> None:
    wrong = device("000000000001", profile="notAssigned", detail="windowsPcProfileNotSupported")
    report = job(ScriptedRegistry(registered={"000000000001": wrong})).run(rows(1), soon())
    assert [s.fault for s in report.standings.values()] == ["autopilot.pc-profile"]


def test_another_group_tag_is_told_and_changed_only_if_asked() -> None:
    registry = ScriptedRegistry(registered={"000000000001": device("000000000001", "Old")})
    told = job(registry).run(rows(1, "New"), soon())
    assert [s.fault for s in told.standings.values()] == ["autopilot.group-tag-differs"]
    assert registry.retagged == {}
    job(registry, change_tags=True).run(rows(1, "New"), soon())
    assert registry.retagged == {"dev-000000000001": "New"}


def test_until_submitted_returns_as_soon_as_everything_is_handed_over() -> None:
    registry = ScriptedRegistry(reads_to_end=10**9)
    report = job(registry).run(rows(3), soon(), Until.SUBMITTED)
    assert {s.registration for s in report.standings.values()} == {Registration.SUBMITTED}
    assert registry.calls == ["devices", "records", "submit"]


def test_a_dry_run_prints_the_calls_and_makes_none() -> None:
    registry = ScriptedRegistry()
    made = job(registry).look([NewIdentity("000000000001", "T0E" + "A" * 3997, "Bench-A")], soon())
    assert len(made.calls()) == 1
    assert "/import" in made.calls()[0]
    assert "A" * 50 not in made.calls()[0]
    assert registry.submissions == []


def test_offline_goes_up_and_the_next_run_goes_on_without_doubles() -> None:
    registry, notebook = ScriptedRegistry(), Notebook()

    class Offline(ScriptedRegistry):
        def submit(self, rows: object, deadline: Deadline) -> tuple[()]:
            raise LinkLost("graph.unreachable")

    with pytest.raises(LinkLost):
        job(Offline(), notebook).run(rows(3), soon())
    assert Ledger.of(notebook.entries()).unsettled == {}
    assert job(registry, notebook).run(rows(3), soon()).sent == 3


def test_a_cancel_ends_the_wait_and_the_next_run_goes_on() -> None:
    registry, notebook, token = ScriptedRegistry(reads_to_end=20), Notebook(), CancelToken()
    working = job(registry, notebook)
    working.told = lambda changed: token.cancel() if registry.submissions else None
    with pytest.raises(Cancelled):
        working.run(rows(3), HandDeadline(CLOCK, token=token))
    report = job(registry, notebook).run(rows(3), soon())
    assert len(registry.sent()) == 3
    assert len(report.ready) == 3


@pytest.mark.parametrize("lose", [{}, {2: True}, {1: False, 3: True}])
def test_a_power_cut_at_any_write_of_the_log_leads_to_each_device_registered_once(lose: dict[int, bool]) -> None:
    whole = Notebook()
    job(ScriptedRegistry(lose=lose), whole).run(rows(320), soon())
    for die_at in range(len(whole.kept) + 1):
        registry, notebook = ScriptedRegistry(lose=lose), Notebook(die_at=die_at)
        try:
            job(registry, notebook).run(rows(320), soon())
        except PowerCut:
            notebook.die_at = 10**9
            report = job(registry, notebook).run(rows(320), soon())
            assert len(report.ready) == 320, die_at
        arrived = len({*registry.deleted, *registry.queue})
        assert arrived == 320, f"power cut at entry {die_at}: {arrived} import records were made"
        assert registry.queue == {}


@given(st.permutations(["unknown", "pending", "complete", "error"]))
def test_a_running_record_counts_before_a_complete_one_and_that_before_a_failed_one(statuses: list[str]) -> None:
    chosen = latest_records([record("1", s, id=s) for s in statuses], frozenset({"1"}))["1"]
    assert not chosen.finished


@given(st.text(max_size=40), st.integers(0, 10_000))
def test_every_import_error_has_a_fault(name: str, code: int) -> None:
    assert fault_of(name, code).startswith("autopilot.")


@given(st.sampled_from(["unknown", "pending", "partial", "complete", "error", "brandNewWord"]), st.booleans())
def test_what_is_registered_is_never_taken_back_by_a_record(status: str, failed_before: bool) -> None:
    registered = with_device(Standing("1"), device("1"))
    assert with_record(registered, record("1", status)).registration is Registration.REGISTERED


def test_an_unknown_status_word_counts_as_running() -> None:
    assert with_record(Standing("1"), record("1", "brandNewWord")).registration is Registration.IMPORTING


def test_a_registration_of_the_last_hour_counts_although_the_list_does_not_show_it() -> None:
    ledger = Ledger.of([Ended(NOW.isoformat(), {"000000000001": ""})])
    for minutes, sent in ((10, 0), (90, 1)):
        assert len(plan(wanted(rows(1)), [], [], ledger, NOW + timedelta(minutes=minutes)).send) == sent


ENTRIES = [Sending("2026-11-23T04:00:00+00:00", "hb-1", ("1", "2")), Taken("2026-11-23T04:00:01+00:00", "hb-1", {"1": "r1"}),
           Ended("2026-11-23T04:01:00+00:00", {"1": ""}), Tidied("2026-11-23T04:02:00+00:00", ("r1",))]


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_survives_its_line(entry: Entry) -> None:
    assert decode(encode(entry)) == entry


def test_the_log_gives_back_its_own_stations_entries_in_their_order(tmp_path: Path) -> None:
    record = str(tmp_path / "journal.sqlite")
    with Journal.open(record, "bench-1", CLOCK) as ours, Journal.open(record, "bench-2", CLOCK) as theirs:
        log, other = (JournalImportLog(journal, journal.station, CLOCK, tmp_path) for journal in (ours, theirs))
        for entry in ENTRIES[:3]:
            log.write(entry)
        other.write(ENTRIES[3])
        assert list(log.entries()) == ENTRIES[:3]


def test_an_entry_of_a_newer_version_is_refused() -> None:
    with pytest.raises(JournalError):
        decode('{"kind": "later", "at": ""}')


def test_the_hash_is_never_in_the_log() -> None:
    notebook = Notebook()
    job(ScriptedRegistry(), notebook).run([NewIdentity("000000000001", "T0E" + "B" * 3997)], soon())
    assert notebook.kept
    assert "BBBB" not in "".join(encode(e) for e in notebook.kept)


def test_a_look_up_changes_nothing_and_names_each_standing() -> None:
    registry = ScriptedRegistry(registered={"1": device("1", "Bench-A")})
    registry.queue = {"old-2": record("2", "pending"), "old-3": record("3", "complete"), "old-4": record("4", "error")}
    found = look_up(registry, [("1", "Bench-A"), ("2", ""), ("3", ""), ("4", ""), ("5", "")], soon())
    assert [s.registration.value for s in found.values()] == ["registered", "importing", "importing", "refused", "none"]
    assert set(registry.calls) == {"devices", "records"}


class SlowToDelete(ScriptedRegistry):
    """A registry that takes eight seconds for twenty deletions, as the polite rate does; notes when the list was read."""

    def __init__(self) -> None:
        super().__init__(reads_to_end=3)
        self.read_at: list[float] = []

    def records(self, deadline: Deadline) -> tuple[ImportedIdentity, ...]:
        self.read_at.append(CLOCK.monotonic())
        return super().records(deadline)

    def delete_records(self, ids: Sequence[str], deadline: Deadline) -> frozenset[str]:
        CLOCK.move(8)
        return super().delete_records(ids, deadline)


def test_deleting_thousands_of_records_neither_holds_up_the_watching_nor_the_end() -> None:
    registry, notebook, begun = SlowToDelete(), Notebook(), CLOCK.monotonic()
    report = job(registry, notebook).run(rows(3000), soon())
    assert len(report.ready) == 3000
    gaps = [after - before for before, after in itertools.pairwise(registry.read_at)]
    assert max(gaps) <= 60
    assert CLOCK.monotonic() - begun < 3000 / 20 * 8, "what is left is for the next job"
    for _ in range(10):
        job(registry, notebook).tidy(soon())
    assert registry.queue == {}


@pytest.mark.parametrize(("error", "word"), [
    ("ZtdDeviceAssignedToOtherTenant", "refused"), ("808", "refused"), ("", "registered")])
def test_what_another_job_of_the_station_noted_and_tidied_is_known(error: str, word: str) -> None:
    registry, notebook = ScriptedRegistry(reads_to_end=10**9), Notebook()
    job(registry, notebook).run(rows(1), soon(), Until.SUBMITTED)
    record_id = next(iter(registry.queue))
    watching = job(registry, notebook)

    def other_job(_: tuple[Standing, ...]) -> None:
        if registry.queue:
            registry.queue.clear()
            at = (CLOCK.now() + timedelta(seconds=1)).isoformat()
            notebook.kept += [Ended(at, {"000000000001": error}), Tidied(at, (record_id,))]

    watching.told = other_job
    report = watching.run(rows(1), soon(), Until.IMPORTED)
    assert [s.registration.value for s in report.standings.values()] == [word]
    assert report.long == ()
