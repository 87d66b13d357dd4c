"""One unit walked through one path on the practice bench, told in both languages; for tests of whole runs."""

import asyncio
import io
from dataclasses import dataclass, field
from typing import Any

from station.bench.configuration import plain_blueprint
from station.cli.context import Context
from station.cli.narration import Narrator
from station.model.events import Event
from station.model.runs import Run
from station.practice.technician import Technician
from station.practice.units.unit import VirtualUnit
from station.practice.world import PracticeBench, PracticeWorld

SPEED = 400.0
BUDGET_S = 2 * 3600.0
"""Bench seconds after which a walk is given up."""
LOOKING = frozenset({"page", "snapshot", "files"})
TOUCHING = frozenset({"gesture", "choose", "press_power", "press_chord", "press_flash", "connect_wifi", "connect_ethernet",
                      "plug", "unplug", "insert_stick"})
"""What somebody at the bench can do with a headset and its cables."""
ELSEWHERE = frozenset({"flash", "set_battery"})
"""What somebody does with another machine: the flashing tool on a PC, the charger."""


class Reach:
    """A unit as far as a person reaches: everything else about it is out of reach. `touched` is what was done, in order."""

    def __init__(self, unit: VirtualUnit, touched: list[str]) -> None:
        self._unit = unit
        self._touched = touched

    def __getattr__(self, name: str) -> Any:
        if name in LOOKING:
            return getattr(self._unit, name)
        if name not in TOUCHING | ELSEWHERE:
            raise AssertionError(f"no person can do {name!r}")
        self._touched.append(name)
        return getattr(self._unit, name)


@dataclass
class Walk:
    """What came of it: the run, every event of it, what hands did, what the terminal said by language, and the faults it met."""

    run: Run
    events: list[Event]
    touched: list[str]
    said: dict[str, str] = field(default_factory=dict)
    met: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The fault it ended with."""
        return self.run.fault.code if self.run.fault else ""


def walk(path: str, faults: str = "", *, until: str = "") -> Walk:
    """Let the virtual technician take one unit through a path until it is Done, or nothing more can be done here, or the fault
    `until` shows on the tile."""
    blueprint = plain_blueprint(path)
    with PracticeWorld(1, SPEED, 1, faults, path=path) as world:
        return asyncio.run(_walk(world, PracticeBench(world, blueprints=(blueprint,)), blueprint.key, until))


async def _walk(world: PracticeWorld, practice: PracticeBench, blueprint: str, until: str) -> Walk:
    bench, touched, met, events = practice.bench, list[str](), list[str](), list[Event]()
    terminals = {language: Context(language=language, out=io.StringIO(), err=io.StringIO()) for language in ("en", "fr")}
    for terminal in terminals.values():
        bench.subscribe(Narrator(bench, terminal).tiles)
    practice.journal.subscribe(events.extend)
    await asyncio.get_running_loop().run_in_executor(None, practice.sign_in)
    await bench.open()
    try:
        technician = Technician(bench, lambda key: _reach(world, key, touched), blueprint)
        end = bench.clock.monotonic() + BUDGET_S
        while not (bench.tile(1).run and technician.leaves(bench.tile(1))):
            assert bench.clock.monotonic() < end, f"never ended: {bench.tile(1)}"
            technician.round()
            if (shown := bench.tile(1).fault) and shown not in met:
                met.append(shown)
            if until and until in met:
                break
            await asyncio.sleep(0.02)
    finally:
        await practice.close()
    (run,) = bench.board.runs.values()
    met += [run.fault.code] if run.fault else []
    said = {language: terminal.out.getvalue() for language, terminal in terminals.items()}  # type: ignore[attr-defined]
    return Walk(run, [e for e in events if e.run == run.id], touched, said, met)


def _reach(world: PracticeWorld, key: str, touched: list[str]) -> Any:
    unit = world.unit_of(key)
    return None if unit is None else Reach(unit, touched)
