"""`holobench run PATH --slot N`: one guided run on the real bench, card by card in the terminal."""

import argparse
import asyncio
import contextlib
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from station.cli.context import Context
from station.model.errors import Cancelled, ConfigurationError, HoloBenchError, LinkError, NotFound, Refused
from station.model.runs import asked
from station.model.words import N_, StateWord

if TYPE_CHECKING:
    from station.bench.bench import Bench
    from station.bench.ports import Record
    from station.cli.narration import Narrator
    from station.model.board import Tile
    from station.model.path import Step

LOOK_S = 1.0
ARRIVE_S = 60.0
ENDS = frozenset({StateWord.DONE, StateWord.FAILED, StateWord.SKIPPED})


def add_parser(subparsers: Any) -> None:
    """`run`."""
    parser = subparsers.add_parser("run", help="guide one unit through an enrolment path")
    parser.add_argument("path", help="key of the path, such as autopilot")
    parser.add_argument("--slot", type=int, required=True, help="slot number of the unit")
    parser.add_argument("--blueprint", default="", help="key of the blueprint (default: the first of this path)")
    parser.add_argument("--operator", default="", help="who stands at the bench")
    parser.add_argument("--owner-confirmed", action="store_true", help="the device owner that the path names is right")
    parser.add_argument("--json", action="store_true", help="events as one JSON object a line")


def run(args: argparse.Namespace, context: Context) -> int:
    """Guide; 0 when the unit is Done. Raises NotFound, ConfigurationError and what opening the bench raises."""
    from station.bench.wiring import put_together
    from station.cli import narration
    from station.paths.registry import path

    path(args.path)
    blueprint = _blueprint(args.path, args.blueprint, context)
    station = put_together(context.config)

    async def guided() -> int:
        try:
            await station.bench.open()
            await guide(args, context, station.bench, station.journal, blueprint)
        finally:
            await station.close()
        return narration.close(station.bench, context, args.slot)

    return asyncio.run(guided())


async def guide(args: argparse.Namespace, context: Context, bench: "Bench", record: "Record", blueprint: str,
                lines: "Lines | None" = None) -> None:
    """Stay with the unit in the slot until its run ends, on any bench that is open; `lines` is standard input by default.

    Raises NotFound, Refused, Cancelled, and LinkError of what keeps the unit from being started.
    """
    from station.cli.narration import Narrator

    guiding = _Guide(bench, args.slot, context, Narrator(bench, context, args.slot), lines or _Lines())
    bench.on_trouble(guiding.trouble)
    if context.json:
        record.subscribe(lambda events: guiding.teller.events(tuple(events)))
    await guiding.to_the_end(blueprint, args.operator, args.owner_confirmed)


def _blueprint(path: str, wanted: str, context: Context) -> str:
    fitting = [b.key for b in context.config.blueprints.values() if b.path == path and wanted in ("", b.key)]
    if not fitting:
        raise ConfigurationError("bench.no-blueprint", wanted or path)
    return fitting[0]


class Lines(Protocol):
    """What the person at the keyboard types. "" is the end of input."""

    async def next(self) -> str:
        """The next line."""

    def forget(self) -> None:
        """What a person typed before a question is no answer to it."""


class _Lines:
    """Lines of standard input, read by a thread from the first question on; nobody waits for it at the end."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._thread: threading.Thread | None = None

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        line = "-"
        while line:
            line = sys.stdin.readline()
            if loop.is_closed():
                return
            loop.call_soon_threadsafe(self._queue.put_nowait, line)

    async def next(self) -> str:
        """The next line."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._read, args=(asyncio.get_running_loop(),), name="stdin", daemon=True)
            self._thread.start()
        return await self._queue.get()

    def forget(self) -> None:
        """Drop what was typed meanwhile; what a script wrote beforehand stays."""
        while sys.stdin.isatty() and not self._queue.empty():
            self._queue.get_nowait()


@dataclass(slots=True)
class _Guide:
    """Shows each card of one slot once, and asks for what no link can know."""

    bench: "Bench"
    slot: int
    context: Context
    teller: "Narrator"
    lines: Lines
    shown: str = ""
    refused: Refused | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def to_the_end(self, blueprint: str, operator: str, owner_confirmed: bool) -> None:
        """Start (or go on with) the run and stay until it ends. Raises Cancelled where the device owner is not confirmed; Refused
        `bench.not-ready` while the unit goes through another path, and where another bench has it.
        """
        self.bench.subscribe(lambda _: self.changed.set())
        await self._arrival()
        before = self.bench.tile(self.slot)
        path = self.bench.blueprints[blueprint].path
        if not _under_way(before):
            owner = self.bench.paths[path].owner_to_confirm
            if owner and not owner_confirmed:
                await self._confirm_owner(owner)
            self.bench.start(self.slot, blueprint, operator, owner)
        elif self.bench.board.runs[before.run].path != path:
            raise Refused("bench.not-ready", f"slot {self.slot}: {self.bench.board.runs[before.run].path}")
        while True:
            self.teller.check()
            tile = self.bench.tile(self.slot)
            begun = _under_way(before) or tile.run != before.run
            if begun and tile.run and tile.word in ENDS:
                return
            if not begun and self.refused is not None:
                raise self.refused
            if begun:
                await self._card(tile)
            await self._change()

    def trouble(self, error: HoloBenchError | None) -> None:
        """The station's own trouble; a start that was refused is the end."""
        if isinstance(error, Refused):
            self.refused = error
            self.changed.set()
        else:
            self.teller.trouble(error)

    async def _confirm_owner(self, owner: str) -> None:
        tr = self.context.translate
        self.context.note(tr(N_("Device owner: {owner}")).format(owner=tr(owner)))
        self.context.note(f"    {tr(N_('Press Enter when: %s')) % tr(N_('That is right'))}")
        if await self.lines.next() == "":
            raise Cancelled("standard input ended")

    async def _change(self) -> None:
        """Until something happened on the bench, or the time itself may have changed a tile."""
        self.changed.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.changed.wait(), LOOK_S)

    async def _arrival(self) -> None:
        """Until there is a unit that can be started or is under way; tells what it waits for."""
        if self.slot not in self.bench.board.slots:
            raise NotFound("bench.no-unit", str(self.slot))
        end = self.bench.clock.monotonic() + ARRIVE_S
        tile = self.bench.tile(self.slot)
        while tile.word not in (StateWord.READY, *ENDS) and not _under_way(tile):
            line = self.teller.line(tile)
            if line != self.shown:
                self.shown = line
                self.context.note(line)
            if self.bench.clock.monotonic() > end:
                raise LinkError(tile.fault, tile.detail) if tile.fault else NotFound("bench.no-unit", str(self.slot))
            await self._change()
            tile = self.bench.tile(self.slot)

    async def _card(self, tile: "Tile") -> None:
        key = _key(tile)
        if key == self.shown or not tile.step_key:
            return
        self.shown = key
        tr = self.context.translate
        run = self.bench.board.runs[tile.run]
        path = self.bench.paths[run.path]
        step = path.step_of(tile.step_key)
        if not self.context.json:
            self.context.say(f"\n[{tile.step}/{tile.steps}] {tr(step.verb)} – {tr(tile.word)}")
            self.context.say(f"    {tr(step.instruction)}")
            if tile.fault:
                self._fault(tile.fault)
        if asked(path, run) is not None and tile.word is StateWord.NEEDS_YOU:
            await self._ask(step, key)

    def _fault(self, code: str) -> None:
        fault = self.context.explain(HoloBenchError(code))
        self.context.say(f"    {self.context.pair(fault['title'], fault['cure'])}")

    async def _ask(self, step: "Step", key: str) -> None:
        """Enter confirms. The answer may also come from the tenant, or the unit need something else meanwhile: then the question
        is moot.
        """
        assert step.attestation is not None  # noqa: S101 - the caller looked
        question = self.context.translate(N_("Press Enter when: %s")) % self.context.translate(step.attestation.button)
        self.context.note(f"    {question}")
        self.lines.forget()
        answer = asyncio.ensure_future(self.lines.next())
        while not answer.done():
            if _key(self.bench.tile(self.slot)) != key:
                answer.cancel()
                return
            await asyncio.wait([answer], timeout=LOOK_S)
        if answer.result() == "":
            raise Cancelled("standard input ended")
        if self.bench.tile(self.slot).step_key == step.key:
            self.bench.attest(self.slot, step.attestation.what)


def _key(tile: "Tile") -> str:
    """What makes a card another one."""
    return f"{tile.step_key}/{tile.word}/{tile.fault}"


def _under_way(tile: "Tile") -> bool:
    return bool(tile.run) and tile.word not in (StateWord.READY, *ENDS)
