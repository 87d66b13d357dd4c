"""Lanes over virtual units: what a copy left that was cut off goes before anything else is done to the unit."""

import asyncio
import io
from collections.abc import Callable
from typing import TypeVar

import pytest

from station.bench.lanes import Lane
from station.links.mtp.storage import ROOT, DeviceStorage, UnfinishedCopy
from station.model.errors import LinkLost
from station.model.timing import Deadline
from station.practice.units.bus import VirtualBus
from station.practice.units.unit import VirtualUnit
from tests.hand_clock import HandClock
from tests.practice.bench_of_units import STORAGE, bus_of, opened, unit

T = TypeVar("T")
SIZE = 600_000
SECONDS = 20.0


class OneUnit:
    """The `Bus` of a bench with one unit, and the lanes that it has one after the other."""

    def __init__(self, *quirks: str) -> None:
        self.clock = HandClock()
        self.unit: VirtualUnit = unit(*quirks, clock=self.clock)
        self._bus: VirtualBus = bus_of(self.unit, clock=self.clock)
        self._unfinished: dict[str, UnfinishedCopy] = {}
        self.plug()

    def open(self, port: str, deadline: Deadline) -> DeviceStorage:
        return opened(self._bus, self.unit)

    def plug(self) -> None:
        """The unit is plugged in (again): its new lane."""
        self.clock.move(10)
        self._lane = Lane(self, "usb:1", "1-2.3", self._unfinished)  # type: ignore[arg-type]

    def call(self, work: Callable[[DeviceStorage], T]) -> T:
        return asyncio.run(self._lane.call(work, Deadline(SECONDS)))

    def push(self, data: bytes, name: str = "a.ppkg") -> None:
        self.call(lambda s: s.put(io.BytesIO(data), STORAGE, ROOT, name, Deadline(SECONDS), replace=True))


@pytest.fixture
def bench() -> OneUnit:
    """A bench whose unit was unplugged in the middle of a copy and is plugged in again."""
    made = OneUnit("unplug-during-copy")
    with pytest.raises(LinkLost):
        made.push(bytes(SIZE))
    assert "a.ppkg" in made.unit.files()
    made.unit.set_quirk("unplug-during-copy", on=False)
    made.plug()
    return made


def test_what_a_copy_left_is_gone_once_the_unit_is_read_again(bench: OneUnit) -> None:
    seen = bench.call(lambda s: s.list(STORAGE, ROOT, Deadline(SECONDS)))
    assert [f.name for f in seen] == ["Documents"]


def test_it_waits_for_a_unit_that_hides_its_storage(bench: OneUnit) -> None:
    bench.unit.set_quirk("zero-storages", on=True)
    assert bench.call(lambda s: s.storages(Deadline(SECONDS))) == ()
    assert "a.ppkg" in bench.unit.files()
    bench.unit.set_quirk("zero-storages", on=False)
    bench.call(lambda s: s.storages(Deadline(SECONDS)))
    assert "a.ppkg" not in bench.unit.files()


def test_what_was_copied_whole_since_then_stays(bench: OneUnit) -> None:
    other = opened(bench._bus, bench.unit)
    other.put(io.BytesIO(bytes(SIZE)), STORAGE, ROOT, "a.ppkg", Deadline(SECONDS), replace=True)
    other.close()
    bench.call(lambda s: s.storages(Deadline(SECONDS)))
    assert "a.ppkg" in bench.unit.files()
