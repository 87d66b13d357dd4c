"""Who is on the bus: turns bus changes into events, and keeps a lane and a sensor for every unit that is there."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from station.bench.lanes import Lane
from station.bench.ports import Bus, BusChange, Seen
from station.bench.sensing import UnitSensor
from station.links.mtp.storage import UnfinishedCopy
from station.model.board import BoardState
from station.model.events import Draft, Observed, Plugged, Unplugged
from station.model.facts import Fact, Facts
from station.model.timing import Clock
from station.model.words import Link

NORMAL = "normal"


@dataclass(slots=True)
class _Here:
    lane: Lane
    watch: "asyncio.Task[None] | None"


@dataclass(slots=True)
class Presence:
    """Lanes and sensors of the units on the bus. Lives on the bench's loop."""

    bus: Bus
    clock: Clock
    board: Callable[[], BoardState]
    write: Callable[[Sequence[Draft]], None]
    tell: Callable[[str, Sequence[Fact]], None]
    pause: Callable[[float], Awaitable[None]]
    _here: dict[str, _Here] = field(default_factory=dict)
    _unfinished: dict[str, UnfinishedCopy] = field(default_factory=dict)

    def lane(self, unit: str) -> Lane | None:
        """The lane of a unit that is on the bus."""
        here = self._here.get(unit)
        return here.lane if here else None

    def change(self, change: BusChange) -> None:
        """A unit came or went."""
        if change.present:
            self._arrive(change.seen)
        else:
            self._leave(change.seen)

    def _arrive(self, seen: Seen) -> None:
        old = self._here.pop(seen.unit, None)
        if old is not None:
            self._end(old)
        plugged = Plugged(seen.port, seen.mode, seen.vendor_id, seen.product_id, seen.product, seen.usb_serial)
        facts = (self._fact("bus.present", True), self._fact("bus.mode", seen.mode), self._fact("bus.port", seen.port))
        self.write((self._draft(seen, plugged), self._draft(seen, Observed(facts))))
        lane = Lane(self.bus, seen.unit, seen.port, self._unfinished)
        self._here[seen.unit] = _Here(lane, self._watch(seen.unit, lane) if seen.mode == NORMAL else None)

    def _leave(self, seen: Seen) -> None:
        here = self._here.pop(seen.unit, None)
        if here is not None:
            self._end(here)
        self.write((self._draft(seen, Unplugged(seen.port)), self._draft(seen, Observed((self._fact("bus.present", False),)))))

    def _watch(self, unit: str, lane: Lane) -> "asyncio.Task[None]":
        sensor = UnitSensor(lane, self.clock, known=lambda: self._known(unit),
                            tell=lambda facts: self.tell(unit, facts), pause=self.pause)
        return asyncio.get_running_loop().create_task(sensor.watch(), name=f"sensor {unit}")

    def _known(self, unit: str) -> Facts:
        known = self.board().units.get(unit)
        return known.facts if known else Facts()

    def _fact(self, key: str, value: str | bool) -> Fact:
        return Fact(key, value, Link.USB, self.clock.now())

    def _draft(self, seen: Seen, body: Plugged | Unplugged | Observed) -> Draft:
        run = self.board().run_of(seen.unit)
        return Draft(body, self.clock.now(), seen.unit, run.id if run and run.open else "", seen.slot)

    def _end(self, here: _Here) -> None:
        if here.watch is not None:
            here.watch.cancel()
        here.lane.end()
        asyncio.get_running_loop().run_in_executor(None, here.lane.close)

    async def close(self) -> None:
        """Stop every sensor and close every lane."""
        for here in self._here.values():
            if here.watch is not None:
                here.watch.cancel()
        lanes = [here.lane for here in self._here.values()]
        self._here.clear()
        await asyncio.gather(*(asyncio.get_running_loop().run_in_executor(None, lane.close) for lane in lanes))
