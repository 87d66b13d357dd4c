"""A bench in a process of its own, with ports of its own, in a practice world of another process: one of two that share a record.

It says whom it hears in the record, what it is refused, and what its tiles show. It presses Start on every unit that is ready,
and does not give up when it is refused.
"""

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from station.bench.configuration import AUTOPILOT_BLUEPRINT
from station.model.errors import HoloBenchError
from station.model.events import Event
from station.model.words import StateWord
from station.practice.far_world import FarAddress, FarWorld
from station.practice.technician import Technician
from station.practice.world import PracticeBench
from tests.practice.mortal_station import PowerCut, cut_off_at

PRESSES_AGAIN_S = 0.5
LIFE_S = 120.0
"""Wall seconds after which a bench that nobody ends is given up."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where a bench stands: its name in the record, the record, its folder, its ports of the world, how long its claims last."""

    station: str
    record: str
    folder: str
    ports: tuple[int, ...]
    lease_s: float
    power_cut: PowerCut | None = None


def work(address: dict[str, Any], post: Post, line: Connection) -> None:
    """Work until the other end of the line says a word, or the power is cut."""
    world = FarWorld(FarAddress.of(address))
    practice = PracticeBench(world, Path(post.folder), journal=post.record, station=post.station, ports=post.ports,
                             lease_s=post.lease_s, through=cut_off_at(post.power_cut, Path(post.folder)))
    asyncio.run(_work(world, practice, _Said(line, post.station), line))
    world.close()


class _Said:
    """What the bench says over the line, from whichever thread."""

    def __init__(self, line: Connection, station: str) -> None:
        self._line, self._station = line, station
        self._lock = threading.Lock()
        self._shown: list[tuple[str, str, str]] = []

    def say(self, word: str, about: object) -> None:
        with self._lock:
            self._line.send((word, about))

    def heard(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.station != self._station:
                self.say("heard", (event.station, event.body.kind))

    def trouble(self, error: HoloBenchError | None) -> None:
        if error is not None:
            self.say("trouble", error.code)

    def tiles(self, tiles: list[tuple[str, str, str]]) -> None:
        if tiles != self._shown:
            self._shown = tiles
            self.say("tiles", tiles)


async def _work(world: FarWorld, practice: PracticeBench, said: _Said, line: Connection) -> None:
    bench = practice.bench
    practice.journal.subscribe(said.heard)
    bench.on_trouble(said.trouble)
    await asyncio.get_running_loop().run_in_executor(None, practice.sign_in)
    await bench.open()
    technician = Technician(bench, world.unit_of, AUTOPILOT_BLUEPRINT.key)
    end, press = time.monotonic() + LIFE_S, 0.0
    while not line.poll() and time.monotonic() < end:
        if time.monotonic() > press:
            press = time.monotonic() + PRESSES_AGAIN_S
            for tile in bench.tiles():
                if tile.word is StateWord.READY:
                    bench.start(tile.slot, AUTOPILOT_BLUEPRINT.key)
        technician.round()
        said.tiles([(t.serial, t.word.value, t.fault) for t in bench.tiles()])
        await asyncio.sleep(max(0.01, 2.0 / bench.clock.speed))
    await practice.close()
