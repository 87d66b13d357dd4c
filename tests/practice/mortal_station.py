"""A station in a process of its own, working in a practice world of another process, with a power cut set for a certain write.

The virtual technician lives and dies with it. Where the power goes off is one of three countings of the journal's writes: every
write; those that move a run (bodies that only tell of the bus and the unit are no step forward: every start of a station begins
with them); or the first write of a shape at which no earlier life has died, so that in the end the station has died at them all.
"""

import asyncio
import faulthandler
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from station.bench.configuration import AUTOPILOT_BLUEPRINT
from station.journal.chain import Entry
from station.journal.journal import untouched
from station.journal.reading import Store
from station.model.events import Body, Ended, Intended, Noted, Observed, Plugged, Unplugged
from station.practice.crash import CrashingStore, When, every_write
from station.practice.far_world import FarAddress, FarWorld
from station.practice.technician import Technician
from station.practice.world import PracticeBench

STACKS = "stacks.txt"
"""Where a station that hangs says what each of its threads is at."""
LIFE_S = 60.0
"""Wall seconds after which a life that comes to no end is given up: far more than a whole run takes."""
STUCK = 3
BACKGROUND = ("bus.", "unit.")
STATES = ("autopilot.", "tenant.", "attested.")
"""Families of facts whose values are what a run goes through."""
DEATHS = "deaths.txt"
"""The shapes of the writes at which the lives of a station ended, a line each."""


@dataclass(frozen=True, slots=True)
class PowerCut:
    """At the n-th write that counts, `before` or `after` it; `counting` is `every`, `moving` or `new`."""

    when: When
    nth: int = 1
    counting: Literal["every", "moving", "new"] = "moving"


def shape(body: Body, unit: str) -> str:
    """What a write is about, whichever life makes it: without times, ids and readings that differ from life to life."""
    match body:
        case Intended():
            told: list[str] = [body.key]
        case Ended():
            told = [body.key, body.result]
        case Observed():
            told = [unit, *(f"{f.key}={f.value}" if f.key.startswith(STATES) else f.key for f in body.facts)]
        case Noted():
            told = [unit, body.topic, str(json.loads(body.about.get("entry", "{}")).get("kind", ""))]
        case _:
            told = [unit]
    return json.dumps([body.kind, *told])


def never_died_at(folder: Path) -> Callable[[Sequence[Entry]], bool]:
    """Whether a write holds a shape that is new; then it is noted down, as the station dies at it."""
    file = folder / DEATHS
    known = frozenset(file.read_text(encoding="utf-8").splitlines() if file.exists() else ())

    def new(entries: Sequence[Entry]) -> bool:
        shapes = {shape(e.draft.body, e.draft.unit) for e in entries} - known
        with file.open("a", encoding="utf-8") as deaths:
            deaths.writelines(f"{s}\n" for s in sorted(shapes))
        return bool(shapes)

    return new


def moves(body: Body, run: str) -> bool:
    """Whether an event moves a run: its start, an intent, an outcome, an attestation, an observation that steps wait for."""
    background = isinstance(body, Plugged | Unplugged) or (
        isinstance(body, Observed) and all(f.key.startswith(BACKGROUND) for f in body.facts))
    return bool(run) and not background


def steps_forward(store: Store) -> Callable[[Sequence[Entry]], bool]:
    """Whether a write holds an event that moves a run; taking up an intent that an earlier life left open moves none."""
    open_keys = {row.key for row in store.open_intents(None) if row.key}
    return lambda entries: any(isinstance(e.draft.body, Ended) or (moves(e.draft.body, e.draft.run) and e.key not in open_keys)
                               for e in entries)


def live(address: dict[str, Any], folder: str, power_cut: PowerCut | None, said: Connection) -> None:
    """Work until every unit is done, or until the power is cut. Says what it took to restore the board, and at the end the
    states of all tiles."""
    with Path(folder, STACKS).open("w", encoding="utf-8") as stacks:
        faulthandler.dump_traceback_later(2 * LIFE_S, exit=True, file=stacks)
        _live(address, folder, power_cut, said)
        faulthandler.cancel_dump_traceback_later()


def _live(address: dict[str, Any], folder: str, power_cut: PowerCut | None, said: Connection) -> None:
    world = FarWorld(FarAddress.of(address))
    begun = time.process_time()
    practice = PracticeBench(world, Path(folder), (AUTOPILOT_BLUEPRINT,), through=cut_off_at(power_cut, Path(folder)))
    opened = time.process_time() - begun
    asyncio.run(_work(world, practice, opened, said))
    world.close()


def cut_off_at(power_cut: PowerCut | None, folder: Path) -> Callable[[Store], Store]:
    """The wrap around a store that cuts the power."""
    if power_cut is None:
        return untouched
    countings: dict[str, Callable[[Store], Callable[[Sequence[Entry]], bool]]] = {
        "every": lambda _: every_write, "moving": steps_forward, "new": lambda _: never_died_at(folder)}
    counting = countings[power_cut.counting]
    return lambda store: CrashingStore(store, power_cut.nth, power_cut.when, counts=counting(store))


async def _work(world: FarWorld, practice: PracticeBench, opened: float, said: Connection) -> None:
    bench = practice.bench
    await asyncio.get_running_loop().run_in_executor(None, practice.sign_in)
    begun = time.process_time()
    await bench.open()
    said.send(("restored", opened + time.process_time() - begun))
    technician = Technician(bench, world.unit_of, AUTOPILOT_BLUEPRINT.key)
    end = time.monotonic() + LIFE_S
    while not all(t.run and technician.leaves(t) for t in bench.tiles()):
        technician.round()
        if time.monotonic() > end:
            units = [world.unit_of(t.unit) for t in bench.tiles()]
            said.send(("stuck", [(str(t), u.page if u else "") for t, u in zip(bench.tiles(), units, strict=True)]))
            os._exit(STUCK)
        await asyncio.sleep(max(0.01, 2.0 / bench.clock.speed))
    tiles = [(t.serial, t.word.value, t.fault) for t in bench.tiles()]
    await practice.close()
    said.send(("done", tiles))
