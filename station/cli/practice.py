"""`holobench practice`: the bench with virtual units and a virtual tenant, in the terminal; the window is opened by `ui`."""

import argparse
import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from station.cli.context import Context
from station.model.errors import OverBudget, UsageError
from station.model.words import N_, StateWord

if TYPE_CHECKING:
    from station.practice.technician import Technician
    from station.practice.world import PracticeBench, PracticeWorld

ROUND_S = 2.0
"""Bench seconds between two walks of the virtual technician along the bench."""
RUN_BUDGET_S = 4 * 3600.0
"""Bench seconds after which a practice run that does not end is given up."""

GREATEST_PORT = 65_535


def add_parser(subparsers: Any) -> None:
    """`practice`."""
    parser = subparsers.add_parser("practice", help="practise on virtual units and a virtual tenant")
    parser.add_argument("--units", type=int, default=8, help="how many virtual units (1 to 64)")
    parser.add_argument("--path", default="autopilot", help="key of the enrolment path")
    parser.add_argument("--auto", action="store_true", help="in the terminal, where a virtual technician does what the cards say")
    parser.add_argument("--speed", type=float, default=0.0,
                        help="bench seconds per second (default: 60 in the terminal, 1 in the window)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same world")
    parser.add_argument("--faults", default="", help="odd behaviours to switch on, such as other-tenant:2,unplug-during-copy:1")
    parser.add_argument("--list-faults", action="store_true", help="name every odd behaviour and its source")
    parser.add_argument("--port", type=_port, default=0, help="loopback port of the virtual tenant (default: a free one)")
    parser.add_argument("--journal", default="", help="keep the record in this file or database")
    parser.add_argument("--crash", default="", metavar="before:N|after:N",
                        help="cut the power before or after the n-th write of the record, to see what is left of it")
    parser.add_argument("--json", action="store_true", help="events as one JSON object a line")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > GREATEST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number up to {GREATEST_PORT}, not {text!r}")
    return int(text)


def run(args: argparse.Namespace, context: Context) -> int:
    """Play the bench through; 0 when every unit is Done. Raises UsageError, NotFound and what the world raises."""
    if args.list_faults:
        return _list_faults(context)
    if not 1 <= args.units <= 64 or not 0 <= args.speed <= 10_000:
        raise UsageError("practice.bad-numbers", f"units {args.units}, speed {args.speed}")
    from station.bench.configuration import plain_blueprint
    from station.journal.journal import untouched
    from station.practice.crash import parse_crash
    from station.practice.world import PracticeBench, PracticeWorld

    blueprint = plain_blueprint(args.path)
    through = parse_crash(args.crash) if args.crash else untouched
    with PracticeWorld(args.units, args.speed or 60.0, args.seed, args.faults, path=args.path, port=args.port) as world:
        bench = PracticeBench(world, blueprints=(blueprint,), journal=args.journal, through=through)
        return asyncio.run(_play(world, bench, blueprint.key, context))


def _list_faults(context: Context) -> int:
    from station.practice.tenant.quirks import QUIRKS as TENANT
    from station.practice.units.quirks import QUIRKS as UNIT

    for quirk in (*UNIT.values(), *TENANT.values()):
        if context.json:
            context.emit(name=quirk.name, side=quirk.side, about=quirk.about, source=quirk.source)
        else:
            context.say(f"{quirk.name:<28} {quirk.side:<7} {context.translate(quirk.about)}  [{quirk.source}]")
    return 0


async def _play(world: "PracticeWorld", practice: "PracticeBench", blueprint: str, context: Context) -> int:
    from station.cli import narration
    from station.practice.technician import Technician

    bench = practice.bench
    teller = narration.Narrator(bench, context)
    bench.on_trouble(teller.trouble)
    if context.json:
        practice.journal.subscribe(lambda events: teller.events(tuple(events)))
    else:
        bench.subscribe(teller.tiles)
        context.say(context.translate(N_("PRACTICE: virtual units and a virtual tenant; nothing real is touched.")))
    await asyncio.get_running_loop().run_in_executor(None, practice.sign_in)
    await bench.open()
    try:
        technician = Technician(bench, world.unit_of, blueprint)
        left = await _until_nothing_is_left(technician, len(world.units), teller.check)
    finally:
        await practice.close()
    status = narration.close(bench, context)
    if left:
        raise OverBudget("practice.never-ended", f"{left} of {len(world.units)} units")
    return status


async def _until_nothing_is_left(technician: "Technician", units: int, check: Callable[[], None]) -> int:
    """How many units were still not finished when the time was up: 0 as a rule."""
    bench = technician.bench
    end = bench.clock.monotonic() + RUN_BUDGET_S
    while True:
        check()
        technician.round()
        finished = [t for t in bench.tiles() if t.run and technician.leaves(t) and t.word is not StateWord.EMPTY]
        if len(finished) == units or bench.clock.monotonic() > end:
            return units - len(finished)
        await asyncio.sleep(max(0.02, ROUND_S / bench.clock.speed))
