"""`holobench run PATH --slot N`: one guided run on the real bench, card by card in the terminal."""

import argparse
import asyncio
import contextlib
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from station.cli.context import Context
from station.model.errors import Cancelled, ConfigurationError, NotFound, OverBudget
from station.model.runs import asked
from station.model.words import N_, StateWord

if TYPE_CHECKING:
    from station.bench.bench import Bench
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
    from station.paths.registry import path

    path(args.path)
    blueprint = _blueprint(args.path, args.blueprint, context)
    station = put_together(context.config)

    async def guided() -> int:
        from station.cli import narration

        try:
            await station.bench.open()
            guide = _Guide(station.bench, args.slot, context)
            await guide.to_the_end(blueprint, args.operator, args.owner_confirmed)
        finally:
            await station.close()
        return narration.close(station.bench, context)

    return asyncio.run(guided())


def _blueprint(path: str, wanted: str, context: Context) -> str:
    fitting = [b.key for b in context.config.blueprints.values() if b.path == path and wanted in ("", b.key)]
    if not fitting:
        raise ConfigurationError("bench.no-blueprint", wanted or path)
    return fitting[0]


class _Lines:
    """Lines of standard input, read by a thread that nobody waits for at the end. "" is the end of input."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name="stdin", daemon=True).start()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        line = "-"
        while line:
            line = sys.stdin.readline()
            if loop.is_closed():
                return
            loop.call_soon_threadsafe(self._queue.put_nowait, line)

    async def next(self) -> str:
        """The next line."""
        return await self._queue.get()


@dataclass(slots=True)
class _Guide:
    """Shows each card of one slot once, and asks for what no link can know."""

    bench: "Bench"
    slot: int
    context: Context
    shown: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    lines: _Lines | None = None

    async def to_the_end(self, blueprint: str, operator: str, owner_confirmed: bool) -> None:
        """Start (or go on with) the run and stay until it ends. Raises Cancelled where the device owner is not confirmed."""
        self.bench.subscribe(lambda _: self.changed.set())
        await self._arrival()
        if self.bench.tile(self.slot).word in (StateWord.READY, *ENDS):
            owner = self.bench.paths[self.bench.blueprints[blueprint].path].owner_to_confirm
            if owner and not owner_confirmed:
                await self._confirm_owner(owner)
            self.bench.start(self.slot, blueprint, operator, owner)
        while True:
            tile = self.bench.tile(self.slot)
            if tile.run and tile.word in ENDS:
                return
            await self._card(tile)
            await self._change()

    async def _confirm_owner(self, owner: str) -> None:
        tr = self.context.translate
        self.context.note(tr(N_("Device owner: {owner}")).format(owner=tr(owner)))
        self.context.note(f"    {tr(N_('Press Enter when: %s')) % tr(N_('That is right'))}")
        self.lines = self.lines or _Lines()
        if await self.lines.next() == "":
            raise Cancelled("standard input ended")

    async def _change(self) -> None:
        """Until something happened on the bench, or the time itself may have changed a tile."""
        self.changed.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.changed.wait(), LOOK_S)

    async def _arrival(self) -> None:
        if self.slot not in self.bench.board.slots:
            raise NotFound("bench.no-unit", str(self.slot))
        end = self.bench.clock.monotonic() + ARRIVE_S
        while self.bench.tile(self.slot).word in (StateWord.EMPTY, StateWord.IDENTIFYING):
            if self.bench.clock.monotonic() > end:
                raise OverBudget("bench.no-unit", f"slot {self.slot}")
            await self._change()

    async def _card(self, tile: "Tile") -> None:
        key = f"{tile.step_key}/{tile.word}/{tile.fault}"
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
            await self._ask(step)

    def _fault(self, code: str) -> None:
        from station.model.faults import catalogue

        fault = catalogue().explain(code)
        self.context.say(f"    {self.context.translate(fault.title)}: {self.context.translate(fault.cure)}")

    async def _ask(self, step: "Step") -> None:
        """Enter confirms; the answer may also come from the tenant meanwhile, then the question is moot."""
        assert step.attestation is not None  # noqa: S101 - the caller looked
        question = self.context.translate(N_("Press Enter when: %s")) % self.context.translate(step.attestation.button)
        self.context.note(f"    {question}")
        self.lines = self.lines or _Lines()
        answer = asyncio.ensure_future(self.lines.next())
        while not answer.done():
            if self.bench.tile(self.slot).step_key != step.key:
                answer.cancel()
                return
            await asyncio.wait([answer], timeout=LOOK_S)
        if answer.result() == "":
            raise Cancelled("standard input ended")
        if self.bench.tile(self.slot).step_key == step.key:
            self.bench.attest(self.slot, step.attestation.what)
