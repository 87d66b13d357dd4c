"""The bench: from a plugged unit to Done, over scripted links and a real journal."""

import asyncio
import io
import threading
import zipfile
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from station.bench.bench import Bench
from station.bench.configuration import AUTOPILOT_BLUEPRINT
from station.journal import Journal
from station.model.blueprint import Blueprint
from station.model.errors import LinkLost, NotFound, OverBudget, Refused
from station.model.events import Draft, Ended, Event, Faulted, Intended, Observed, Plugged, Result, RunCancelled, RunStarted
from station.model.timing import WallClock
from station.model.words import StateWord
from station.paths.registry import PATHS
from tests.unit import hash_builder
from tests.unit.bench_fakes import FakeBus, FakeCloud, FakeFolder, FakeUnit, fast_clock, until

BLUEPRINTS = {"autopilot": AUTOPILOT_BLUEPRINT, "flash": Blueprint("flash", "Flash", "flash")}


def diagnostics(serial: str) -> bytes:
    """An AutopilotDiagnostics.zip with the hash of one unit."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("DeviceHash_HOLOLENS.csv", hash_builder.csv([serial]))
    return packed.getvalue()


class World:
    """One bench with its fakes."""

    def __init__(self, tmp_path: Path, slots: int = 2) -> None:
        self.bus, self.cloud, self.clock = FakeBus(slots), FakeCloud(), fast_clock()
        self.folder, self.file = FakeFolder(tmp_path / "data"), tmp_path / "journal.sqlite"

    @asynccontextmanager
    async def bench(self) -> AsyncIterator[tuple[Bench, Journal]]:
        journal = Journal.open(str(self.file), "bench", self.clock)
        bench = Bench(journal, self.bus, self.cloud, self.folder, self.clock, PATHS, BLUEPRINTS, journal.board_events)
        await bench.open()
        try:
            yield bench, journal
        finally:
            await bench.close()
            journal.close()


def run_world(work: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(work())


async def begun(bench: Bench, slot: int = 1, blueprint: str = "autopilot", step: str = "chord") -> None:
    """The unit of a slot is started and has come to a step."""
    await until(lambda: bench.tile(slot).word is StateWord.READY)
    bench.start(slot, blueprint)
    await until(lambda: bench.tile(slot).step_key == step)


async def collected(bench: Bench, slot: int, unit: FakeUnit) -> None:
    """The unit writes its diagnostics when the step of the chord has come."""
    await until(lambda: bench.tile(slot).step_key == "chord")
    unit.files["HoloLensDiagnostics.temp"] = b"x"
    await until(lambda: bench.tile(slot).step_key == "collect")
    unit.files["AutopilotDiagnostics.zip"] = diagnostics(unit.serial)
    del unit.files["HoloLensDiagnostics.temp"]


async def through_setup(world: World, bench: Bench, slot: int, unit: FakeUnit) -> None:
    """What person and tenant do, until Done."""
    await collected(bench, slot, unit)
    await until(lambda: bench.tile(slot).step_key == "import")
    world.cloud.facts[unit.serial] = {"autopilot.registration": "registered", "autopilot.profile": "assigned",
                                         "tenant.earlier-record": False}
    await until(lambda: bench.tile(slot).step_key == "go-online")
    bench.attest(slot, "online")
    await until(lambda: bench.tile(slot).step_key == "deploy")
    world.cloud.facts[unit.serial] |= {"tenant.enrolled": True, "tenant.enrolment-type": "windowsAzureADJoinUsingDeviceAuth"}
    await until(lambda: bench.tile(slot).step_key == "sign-in-page")
    bench.attest(slot, "other-user")
    await until(lambda: bench.tile(slot).word is StateWord.DONE)


def test_a_plugged_unit_becomes_ready_and_goes_through_its_path_to_done(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit = World(tmp_path), FakeUnit("004599195056")
        async with world.bench() as (bench, _):
            assert bench.tile(1).word is StateWord.EMPTY
            world.bus.plug(1, unit)
            await until(lambda: bench.tile(1).word is StateWord.READY)
            bench.start(1, "autopilot")
            await through_setup(world, bench, 1, unit)
            assert world.cloud.registered == ["004599195056"]

    run_world(work)


def test_those_who_watch_hear_of_everything_on_the_loops_thread(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit, heard, seen = World(tmp_path), FakeUnit("004599195056"), set[int](), False
        async with world.bench() as (bench, _):
            def watch(slots: frozenset[int]) -> None:
                nonlocal seen
                heard.add(threading.get_ident())
                seen = seen or bench.progress(1) is not None

            bench.subscribe(watch)
            world.bus.plug(1, unit)
            await until(lambda: bench.tile(1).word is StateWord.READY)
            bench.start(1, "autopilot")
            await through_setup(world, bench, 1, unit)
        assert seen, "no progress was told at all"
        assert heard == {threading.get_ident()}

    run_world(work)


def test_two_units_that_come_together_are_registered_with_one_call(tmp_path: Path) -> None:
    async def work() -> None:
        world, units = World(tmp_path), [FakeUnit("004599195056"), FakeUnit("004599195057")]
        for slot, unit in enumerate(units, 1):
            unit.files["HoloLensDiagnostics.temp"] = b"x"
            world.bus.plug(slot, unit)
        async with world.bench() as (bench, _):
            await until(lambda: all(t.word is StateWord.READY for t in bench.tiles()))
            for slot in (1, 2):
                bench.start(slot, "autopilot")
            await until(lambda: all(t.step_key == "collect" for t in bench.tiles()))
            for unit in units:
                unit.files = {"AutopilotDiagnostics.zip": diagnostics(unit.serial)}
            await until(lambda: all(t.step_key == "import" for t in bench.tiles()))
            assert world.cloud.calls <= 2
            assert sorted(world.cloud.registered) == [u.serial for u in units]

    run_world(work)


def test_a_low_battery_holds_the_run_and_lets_it_go_on_by_itself(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit = World(tmp_path), FakeUnit("004599195056", battery=30)
        world.bus.plug(1, unit)
        async with world.bench() as (bench, _):
            await until(lambda: bench.tile(1).word is StateWord.READY)
            bench.start(1, "autopilot")
            await until(lambda: bench.tile(1).fault == "enrolment.battery-low")
            assert bench.tile(1).word is StateWord.NEEDS_YOU
            unit.battery = 46
            await until(lambda: bench.tile(1).step_key == "chord")

    run_world(work)


def test_an_unplugged_unit_is_asked_for_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit = World(tmp_path), FakeUnit("004599195056")
        world.bus.plug(1, unit)
        async with world.bench() as (bench, journal):
            await begun(bench)
            world.bus.unplug(1)
            await until(lambda: bench.tile(1).word in (StateWord.RESTARTING, StateWord.NEEDS_YOU))
            world.bus.plug(2, unit)
            await until(lambda: bench.tile(2).step_key == "chord")
            assert bench.tile(1).word is StateWord.EMPTY
            await through_setup(world, bench, 2, unit)
            assert any(isinstance(e.body, Ended) and e.body.result is Result.INTERRUPTED for e in journal.events())

    run_world(work)


def test_a_copy_that_loses_its_link_is_taken_up_again(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit = World(tmp_path), FakeUnit("004599195056")
        world.bus.plug(1, unit)
        async with world.bench() as (bench, _):
            await begun(bench)
            unit.broken = [LinkLost("usb.unplugged-during-copy")]
            await through_setup(world, bench, 1, unit)

    run_world(work)


def test_a_failed_action_fails_the_run_with_its_fault_and_can_be_retried(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit = World(tmp_path), FakeUnit("004599195056")
        world.bus.plug(1, unit)
        world.cloud.broken = [OverBudget("graph.no-answer")]
        async with world.bench() as (bench, _):
            await begun(bench)
            await collected(bench, 1, unit)
            await until(lambda: bench.tile(1).word is StateWord.FAILED)
            assert bench.tile(1).fault == "graph.no-answer"
            bench.retry(1)
            await until(lambda: bench.tile(1).step_key == "import")

    run_world(work)


def test_a_bug_in_the_call_to_the_tenant_is_told_as_one_and_holds_nothing_up(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit = World(tmp_path), FakeUnit("004599195056")
        world.bus.plug(1, unit)
        world.cloud.broken = [KeyError("value")]
        async with world.bench() as (bench, _):
            await begun(bench)
            await collected(bench, 1, unit)
            await until(lambda: bench.tile(1).fault == "station.bug")
            bench.retry(1)
            await until(lambda: bench.tile(1).step_key == "import")

    run_world(work)


def test_a_bug_in_looking_at_the_tenant_is_trouble_until_the_next_look(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit, told = World(tmp_path), FakeUnit("004599195056"), list[str]()
        world.bus.plug(1, unit)
        world.cloud.unseen = [KeyError("value")]
        async with world.bench() as (bench, _):
            bench.on_trouble(lambda error: told.append(error.code if error else ""))
            await begun(bench)
            await through_setup(world, bench, 1, unit)
            assert told == ["station.bug", ""]

    run_world(work)


def test_a_bug_in_reading_a_unit_is_told_as_one_and_the_unit_is_read_again(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit = World(tmp_path), FakeUnit("004599195056")
        unit.broken = [KeyError("value")]
        world.bus.plug(1, unit)
        async with world.bench() as (bench, journal):
            await until(lambda: bench.tile(1).word is StateWord.READY)
            told = [f.value for e in journal.events() if isinstance(e.body, Observed) for f in e.body.facts
                    if f.key == "unit.trouble"]
            assert told[:2] == ["station.bug", ""]

    run_world(work)


def test_a_closed_station_takes_its_runs_up_where_they_were(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit = World(tmp_path), FakeUnit("004599195056")
        world.bus.plug(1, unit)
        async with world.bench() as (bench, _):
            await begun(bench)
        async with world.bench() as (bench, journal):
            await until(lambda: bench.tile(1).step_key == "chord")
            await through_setup(world, bench, 1, unit)
            intents = [e.body.key for e in journal.events() if isinstance(e.body, Intended) and e.body.action == "register"]
            assert len(intents) == 1

    run_world(work)


def test_cancelled_and_skipped_runs_are_neither_done_nor_failed(tmp_path: Path) -> None:
    async def work() -> None:
        world = World(tmp_path)
        for slot in (1, 2):
            world.bus.plug(slot, FakeUnit(f"00459919505{slot}"))
        async with world.bench() as (bench, _):
            await until(lambda: all(t.word is StateWord.READY for t in bench.tiles()))
            for slot in (1, 2):
                bench.start(slot, "autopilot")
            await until(lambda: all(t.step_key == "chord" for t in bench.tiles()))
            assert bench.working, "units that wait for a person are on their way"
            bench.cancel(1)
            bench.skip(2, "visor broken")
            await until(lambda: bench.tile(1).word is StateWord.READY and bench.tile(2).word is StateWord.SKIPPED)
            await until(lambda: not bench.working)

    run_world(work)


def test_what_cannot_be_started_is_refused_with_its_reason(tmp_path: Path) -> None:
    async def work() -> None:
        world = World(tmp_path)
        async with world.bench() as (bench, _):
            with pytest.raises(NotFound, match="no-unit"):
                bench.start(1, "autopilot")
            world.bus.plug(1, FakeUnit("004599195056"))
            await until(lambda: bench.tile(1).word is StateWord.READY)
            with pytest.raises(NotFound, match="no-blueprint"):
                bench.start(1, "nobody-wrote-this")
            with pytest.raises(NotFound, match="no-run"):
                bench.retry(1)
            bench.start(1, "autopilot")
            await until(lambda: bench.tile(1).step_key == "chord")
            with pytest.raises(Refused, match="not-ready"):
                bench.start(1, "autopilot")

    run_world(work)


def test_runs_that_end_together_all_give_their_claims_back(tmp_path: Path) -> None:
    async def work() -> None:
        world = World(tmp_path)
        for slot in (1, 2):
            world.bus.plug(slot, FakeUnit(f"00459919505{slot}", battery=10))
        async with world.bench() as (bench, journal):
            await until(lambda: all(t.word is StateWord.READY for t in bench.tiles()))
            for slot in (1, 2):
                bench.start(slot, "autopilot")
            await until(lambda: all(t.fault == "enrolment.battery-low" for t in bench.tiles()))
            runs = [bench.board.runs[t.run] for t in bench.tiles()]
            journal.append(*(Draft(RunCancelled(), world.clock.now(), r.unit, r.id, r.slot) for r in runs))
            await until(lambda: journal.claims() == ())

    run_world(work)


def test_what_another_bench_writes_into_the_shared_record_moves_nothing_here(tmp_path: Path) -> None:
    async def work() -> None:
        world = World(tmp_path)
        async with world.bench() as (bench, journal):
            plugged = Plugged("1-1", "normal", 0x045E, 1, "", "theirs")
            theirs = (Event(1, "bench-2", world.clock.now(), "usb:theirs", "", 1, plugged),
                      Event(2, "bench-2", world.clock.now(), "usb:theirs", "run-2", 1, RunStarted("autopilot", "autopilot")))
            journal._delivery.put(theirs)
            journal._delivery.run()
            world.bus.plug(2, FakeUnit("004599195056"))
            await until(lambda: bench.tile(2).word is StateWord.READY)
            assert bench.tile(1).word is StateWord.EMPTY
            assert bench.board.runs == {}

    run_world(work)


def taken_over_by_another(world: World, serial: str) -> None:
    """Another bench takes a unit whose claim has run out."""
    with Journal.open(str(world.file), "bench-2", WallClock()) as other:
        held, = other.claims()
        assert held.serial == serial
        with Journal.open(str(world.file), held.station, WallClock()) as sleeper:
            sleeper.renew(serial, held.run, -1e9)
        assert other.claim(serial, "their run", 3600).taken_from == "bench"


def test_a_bench_whose_unit_was_taken_over_does_nothing_more_with_it_and_says_so(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit = World(tmp_path), FakeUnit("004599195056")
        world.bus.plug(1, unit)
        async with world.bench() as (bench, journal):
            await begun(bench)
            taken_over_by_another(world, unit.serial)
            before = [e for e in journal.events() if isinstance(e.body, Intended)]
            unit.files["HoloLensDiagnostics.temp"] = b"x"
            await until(lambda: bench.tile(1).fault == "journal.claim-lost")
            bench.retry(1)
            await until(lambda: sum(isinstance(e.body, Faulted) for e in journal.events()) == 2)
            assert [e for e in journal.events() if isinstance(e.body, Intended)] == before
            assert unit.gets == 0
            assert world.cloud.registered == []

    run_world(work)


def test_a_station_that_comes_back_after_its_unit_was_taken_over_leaves_it_alone(tmp_path: Path) -> None:
    async def work() -> None:
        world, unit = World(tmp_path), FakeUnit("004599195056")
        world.bus.plug(1, unit)
        async with world.bench() as (bench, _):
            await begun(bench)
        taken_over_by_another(world, unit.serial)
        async with world.bench() as (bench, _):
            await until(lambda: bench.tile(1).fault == "journal.claim-lost")

    run_world(work)


def test_the_bus_is_told_as_long_as_a_step_lets_the_unit_restart_since_flash_mode_may_hide_its_serial(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.bus.plug(1, FakeUnit("004599195056"))

    async def story() -> None:
        async with world.bench() as (bench, _):
            await begun(bench, blueprint="flash", step="tool")
            assert world.bus.expected == []
            bench.attest(1, "tool-open")
            await until(lambda: bench.tile(1).step_key == "flash-mode")
            await until(lambda: bool(world.bus.expected))
            (step,) = (s for s in PATHS["flash"].steps if s.key == "flash-mode")
            assert world.bus.expected == [("usb:004599195056", step.budget)]
            bench.cancel(1)
            await until(lambda: world.bus.expected[1:] == [("usb:004599195056", 0)])

    run_world(story)
