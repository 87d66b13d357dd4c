"""When the bench reads a virtual unit: at its interval, at once where the unit tells of a change, in turn behind a long copy."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from station.bench import lanes
from station.bench.lanes import Lane
from station.bench.sensing import UNIT_INTERVAL_S, UnitSensor
from station.links.mtp.storage import DeviceStorage
from station.model.facts import Fact, Facts
from station.model.timing import Deadline
from tests.hand_clock import HandClock
from tests.practice.bench_of_units import bus_of, opened, unit


class Reading:
    """A sensor whose pauses pass on the clock; in each of them a person taps the chord that shows its storage."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.unit = unit("storage-after-chord", clock=self.clock)
        self.bus = bus_of(self.unit, clock=self.clock)
        self.read: list[tuple[float, Fact]] = []
        self.shown = asyncio.Event()
        self.lane = Lane(self, "usb:1", "1-2.3", {})  # type: ignore[arg-type]
        self.sensor = UnitSensor(self.lane, self.clock, Facts, self._tell, self._pause)

    def open(self, port: str, deadline: Deadline) -> DeviceStorage:
        return opened(self.bus, self.unit)

    def _tell(self, facts: Sequence[Fact]) -> None:
        self.read += [(self.clock.monotonic(), fact) for fact in facts]
        if ("unit.storages", 1) in [(fact.key, fact.value) for fact in facts]:
            self.shown.set()

    async def _pause(self, bench_seconds: float) -> None:
        self.clock.move(bench_seconds)
        self.unit.press_chord()

    def said(self, key: str) -> list[tuple[float, object]]:
        return [(at, fact.value) for at, fact in self.read if fact.key == key]

    async def watch_until_the_storage_is_seen(self) -> None:
        watching = asyncio.get_running_loop().create_task(self.sensor.watch())
        async with asyncio.timeout(60):
            await self.shown.wait()
        watching.cancel()
        await asyncio.get_running_loop().run_in_executor(None, self.lane.close)


def test_a_unit_that_tells_that_it_shows_its_storage_is_read_at_once() -> None:
    reading = Reading()
    asyncio.run(reading.watch_until_the_storage_is_seen())
    (first, none), (then, one) = reading.said("unit.storages")
    assert (first, none, one) == (0, 0, 1)
    assert then < UNIT_INTERVAL_S


def test_a_unit_that_tells_nothing_is_read_at_its_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading()
    monkeypatch.setattr(reading.unit.responder, "tell", lambda *event: None)
    asyncio.run(reading.watch_until_the_storage_is_seen())
    assert reading.said("unit.storages") == [(0, 0), (UNIT_INTERVAL_S, 1)]


def test_the_budget_of_a_reading_that_queues_behind_a_long_copy_begins_after_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, copied, begun = Reading(), threading.Event(), list[bool]()

    def budget(wall_seconds: float) -> Deadline:
        begun.append(copied.is_set())
        return Deadline(wall_seconds)
    monkeypatch.setattr(lanes, "Deadline", budget)

    async def story() -> None:
        copying = asyncio.ensure_future(reading.lane.call(lambda _: copied.wait(), Deadline(60)))
        queued = asyncio.ensure_future(reading.sensor.read())
        await asyncio.sleep(0)
        copied.set()
        await asyncio.gather(copying, queued)
        await asyncio.get_running_loop().run_in_executor(None, reading.lane.close)
    asyncio.run(story())
    assert begun == [True]
    assert reading.said("unit.trouble") == [(0, "")]
