"""Returns against the virtual tenant: the whole table of states, and a kill at every step of every kind of plan."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from station.journal.journal import Journal
from station.links.graph import routes
from station.links.graph.pacer import Rates
from station.model.errors import NotFound, Refused
from station.model.timing import WallClock
from station.tenant.plan import Goal, Lockdown, Where
from station.tenant.return_log import JournalReturnLog, MemoryReturnLog
from station.tenant.returning import Order, Returning
from tests.practice.return_staging import TABLE, Case, stage
from tests.practice.tenant_rig import Rig, practice, waited_clock

FAST = Rates(reads=1e6, writes=1e6, burst=1000)


@pytest.fixture(scope="module")
def shared() -> Iterator[Rig]:
    """One tenant for the whole table; every case has a serial of its own."""
    with practice(clock=waited_clock(), rates=FAST, quirks="delete-400-once:always") as rig:
        yield rig


class Killed(BaseException):
    """The station is gone from one moment to the next."""


@dataclass
class Fuse:
    """Burns down at each look; at zero the station is killed."""

    left: int

    def look(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1


class FusedLog(MemoryReturnLog):
    """A log that may be the last thing the station does: before each line and after it."""

    fuse: Fuse | None = None

    def intend(self, *args: Any) -> None:
        self._burn()
        super().intend(*args)
        self._burn()

    def outcome(self, *args: Any) -> None:
        self._burn()
        super().outcome(*args)
        self._burn()

    def _burn(self) -> None:
        if self.fuse is not None:
            self.fuse.look()


def _order(serial: str, case: Case) -> Order:
    return Order(serial, case.goal, case.where, case.lockdown, "HoloLens 2")


def _writes(rig: Rig, since: int) -> list[str]:
    done = [r for r in rig.tenant.requests[since:] if r.method != "GET" and not r.route.startswith("batch")]
    return [r.route for r in done if r.status < 400]


def _state(rig: Rig, serial: str) -> set[str]:
    records = Returning(rig.client, rig.clock, MemoryReturnLog()).look(serial, rig.deadline())
    sources = {"autopilot": records.autopilot, "intune": records.managed, "entra": records.entra}
    return {name for name, there in sources.items() if there}


@pytest.mark.parametrize("case", TABLE, ids=str)
def test_every_state_leads_to_the_documented_calls(shared: Rig, case: Case) -> None:
    serial = f"{TABLE.index(case) + 500_000_000_000}"
    stage(shared.tenant, serial, case)
    returning = Returning(shared.client, shared.clock, MemoryReturnLog())
    since = len(shared.tenant.requests)
    if case.nothing or case.refused:
        with pytest.raises(NotFound if case.nothing else Refused):
            returning.execute(_order(serial, case), serial, shared.deadline())
        assert _writes(shared, since) == []
        return
    returning.execute(_order(serial, case), serial, shared.deadline())
    assert _writes(shared, since) == case.calls
    left = _state(shared, serial)
    assert "intune" not in left
    assert ("autopilot" in left) == (case.goal is Goal.REUSE and case.autopilot != "none")
    if case.goal is Goal.LEAVE:
        assert not left


def _gone(rig: Rig, serial: str) -> bool:
    return not _state(rig, serial)


KINDS = {tuple(case.calls): case for case in TABLE if case.calls and not case.refused}


@pytest.mark.parametrize("case", KINDS.values(), ids=str)
def test_a_kill_at_any_step_loses_nothing_and_does_nothing_twice(shared: Rig, case: Case) -> None:
    for moment in range(100):
        serial = f"{list(KINDS.values()).index(case) * 100 + moment + 600_000_000_000}"
        stage(shared.tenant, serial, case)
        log = FusedLog()
        log.fuse = Fuse(moment)
        since = len(shared.tenant.requests)
        killed = False
        try:
            Returning(shared.client, shared.clock, log).execute(_order(serial, case), serial, shared.deadline())
        except Killed:
            killed = True
            log.fuse = None
            Returning(shared.client, shared.clock, log).execute(_order(serial, case), serial, shared.deadline())
        writes = [w for w in _writes(shared, since) if w != "settings.sync"]
        assert writes == [c for c in case.calls if c != "settings.sync"], f"killed at {moment}"
        assert log.unfinished(serial) is None
        if not killed:
            assert moment > len(case.calls)
            return
    pytest.fail("the return never came to its end")


class FusedJournal:
    """The product's own log over a real journal; the station may be killed before and after each of its lines."""

    def __init__(self, file: Path, rig: Rig, station: str) -> None:
        self.journal = Journal.open(str(file), station, rig.clock)
        self.log = JournalReturnLog(self.journal, rig.clock, "ann")
        self.fuse: Fuse | None = None

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any) -> Any:
            if self.fuse is not None and name in ("begin", "intend", "outcome", "end"):
                self.fuse.look()
                result = getattr(self.log, name)(*args)
                self.fuse.look()
                return result
            if self.fuse is not None and name == "rest":
                return None
            return getattr(self.log, name)(*args)
        return call


def test_the_journal_takes_a_killed_return_up_at_every_moment(shared: Rig, tmp_path: Path) -> None:
    case = Case("with-user", "double", "there", Lockdown.NEVER, Where.REMOTE, Goal.LEAVE)
    for moment in range(100):
        serial = f"{moment + 800_000_000_000}"
        stage(shared.tenant, serial, case)
        since = len(shared.tenant.requests)
        first = FusedJournal(tmp_path / "journal.sqlite", shared, "desk")
        first.fuse = Fuse(moment)
        killed = False
        try:
            Returning(shared.client, shared.clock, first).execute(_order(serial, case), serial, shared.deadline())
        except Killed:
            killed = True
            again = FusedJournal(tmp_path / "journal.sqlite", shared, "desk")
            if again.log.unfinished(serial) or not _gone(shared, serial):
                Returning(shared.client, shared.clock, again).execute(_order(serial, case), serial, shared.deadline())
            again.journal.close()
        writes = [w for w in _writes(shared, since) if w != "settings.sync"]
        assert writes == [c for c in case.calls if c != "settings.sync"], f"killed at {moment}"
        assert not first.journal.open_intents()
        assert first.log.unfinished(serial) is None
        assert first.journal.verify().sound
        first.journal.close()
        if not killed:
            assert moment > 2 * len(case.calls)
            return
    pytest.fail("the return never came to its end")


def test_two_benches_never_return_one_unit_at_the_same_time(shared: Rig, tmp_path: Path) -> None:
    case = Case("registered", "one", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE)
    stage(shared.tenant, "900000000001", case)
    order = _order("900000000001", case)
    with Journal.open(str(tmp_path / "journal.sqlite"), "one", WallClock()) as one, \
            Journal.open(str(tmp_path / "journal.sqlite"), "two", WallClock()) as two:
        JournalReturnLog(one, shared.clock).begin(order, ())
        since = len(shared.tenant.requests)
        with pytest.raises(Refused):
            Returning(shared.client, shared.clock, JournalReturnLog(two, shared.clock)).execute(
                order, order.serial, shared.deadline())
        assert _writes(shared, since) == []


@pytest.mark.parametrize("quirk", [
    "cut-after-post:50%", "timeout-after:30%", "throttle:30%", "unavailable:30%", "delete-lingers:always",
    "entra-stays:always", "select-500:always", "contains-filter-501:always", "small-pages:always"])
def test_a_return_survives_what_the_service_does(quirk: str) -> None:
    case = Case("with-user", "double", "there", Lockdown.NEVER, Where.REMOTE, Goal.LEAVE)
    with practice(clock=waited_clock(), rates=FAST) as rig:
        stage(rig.tenant, "700000000001", case)
        rig.wait(2 * rig.tenant.state.delays.enrolment_shown)
        name, _, dose = quirk.partition(":")
        from station.practice.quirk import parse_faults
        from station.practice.tenant.quirks import QUIRKS

        rig.tenant.quirk(name, parse_faults(f"{name}:{dose}", QUIRKS.values())[name])
        log = MemoryReturnLog()
        Returning(rig.client, rig.clock, log).execute(_order("700000000001", case), "700000000001", rig.deadline())
        effects = [e.kind for e in rig.tenant.effects]
    assert log.lines[-1] == "ended"
    assert effects.count("wipe-ordered") == 1
    assert effects.count("intune-deleted") == 2


def test_reuse_asks_for_the_next_enrolment_only_where_it_is_still_blocked() -> None:
    case = Case("registered", "none", "there", Lockdown.NEVER, Where.BENCH, Goal.REUSE)
    with practice(clock=waited_clock(), rates=FAST) as rig:
        stage(rig.tenant, "700000000002", case)
        with rig.tenant.state.lock:
            next(iter(rig.tenant.state.autopilot))["userlessEnrollmentStatus"] = "blocked"
        Returning(rig.client, rig.clock, MemoryReturnLog()).execute(_order("700000000002", case), "700000000002", rig.deadline())
        assert _writes(rig, 0) == ["autopilot.allowNext"]


def _fresh(rig: Rig, serial: str = "700000000003") -> tuple[Returning, Order]:
    case = Case("registered", "one", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE)
    stage(rig.tenant, serial, case)
    return Returning(rig.client, rig.clock, MemoryReturnLog()), _order(serial, case)


@pytest.mark.parametrize("typed", ["", "70000000000", "700000000004", "leave"])
def test_without_the_serial_typed_exactly_nothing_is_even_read(typed: str) -> None:
    with practice(clock=waited_clock(), rates=FAST) as rig:
        returning, order = _fresh(rig)
        since = len(rig.tenant.requests)
        with pytest.raises(Refused) as told:
            returning.execute(order, typed, rig.deadline())
        assert len(rig.tenant.requests) == since
    assert told.value.code == "tenant.not-confirmed"


def test_a_plan_changes_nothing_and_prints_every_call() -> None:
    with practice(clock=waited_clock(), rates=FAST) as rig:
        returning, order = _fresh(rig)
        lines = [step.request.line() for step in returning.plan(order, rig.deadline())]
        assert [line.split(" ")[0] for line in lines] == ["DELETE", "DELETE", "POST", "DELETE"]
        assert _writes(rig, 0) == []


def test_another_model_under_the_same_serial_is_left_alone() -> None:
    with practice(clock=waited_clock(), rates=FAST) as rig:
        returning, order = _fresh(rig)
        with rig.tenant.state.lock:
            next(iter(rig.tenant.state.managed))["model"] = "Surface Pro 9"
        with pytest.raises(Refused) as told:
            returning.execute(order, order.serial, rig.deadline())
        assert _writes(rig, 0) == []
    assert told.value.code == "tenant.not-hololens"


def test_two_autopilot_records_of_one_serial_are_left_alone() -> None:
    with practice(clock=waited_clock(), rates=FAST) as rig:
        returning, order = _fresh(rig)
        with rig.tenant.state.lock:
            row = dict(next(iter(rig.tenant.state.autopilot)))
            row["id"] = rig.tenant.state.new_id()
            rig.tenant.state.autopilot.add(row)
        with pytest.raises(Refused) as told:
            returning.execute(order, order.serial, rig.deadline())
        assert _writes(rig, 0) == []
    assert told.value.code == "tenant.ambiguous"


def test_a_record_that_became_another_device_meanwhile_is_left_alone() -> None:
    with practice(clock=waited_clock(), rates=FAST) as rig:
        returning, order = _fresh(rig)

        class Swapping(MemoryReturnLog):
            def begin(self, *args: Any) -> None:
                super().begin(*args)
                with rig.tenant.state.lock:
                    next(iter(rig.tenant.state.managed))["serialNumber"] = "999999999999"

        returning.log = Swapping()
        with pytest.raises(Refused) as told:
            returning.execute(order, order.serial, rig.deadline())
        assert _writes(rig, 0) == []
    assert told.value.code == "tenant.changed"


def test_a_source_that_cannot_be_read_stops_everything() -> None:
    with practice(clock=waited_clock(), rates=FAST, consented=[*routes.LOOK[:2], routes.DEVICE_READ]) as rig:
        returning, order = _fresh(rig)
        with pytest.raises(Refused) as told:
            returning.execute(order, order.serial, rig.deadline())
        assert _writes(rig, 0) == []
    assert told.value.code == "tenant.not-readable"


def test_a_serial_that_begins_alike_is_never_touched() -> None:
    with practice(clock=waited_clock(), rates=FAST) as rig:
        returning, order = _fresh(rig, "12345")
        stage(rig.tenant, "123456", Case("registered", "one", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE))
        returning.execute(order, "12345", rig.deadline())
        assert rig.tenant.registered("123456")
        assert rig.tenant.row("managed", "123456") is not None
