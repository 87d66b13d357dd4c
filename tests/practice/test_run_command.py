"""`holobench run PATH --slot N` over the practice bench: a person reads the cards, does what they say, and answers by Enter."""

import argparse
import asyncio
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from station.bench.configuration import plain_blueprint
from station.cli import narration, run
from station.cli.context import Context
from station.model.errors import Cancelled, HoloBenchError, LinkError, NotFound, Refused
from station.model.words import StateWord
from station.practice.technician import Technician
from station.practice.world import PracticeBench, PracticeWorld

SPEED = 400.0
WALK_S = 0.02


class Keyboard:
    """Enter, pressed by somebody who has read the question; or the end of input."""

    def __init__(self) -> None:
        self._pressed: asyncio.Queue[str] = asyncio.Queue()
        self.asked = False

    async def next(self) -> str:
        self.asked = True
        try:
            return await self._pressed.get()
        finally:
            self.asked = False

    def forget(self) -> None:
        """What was typed for a question that is gone is no answer to the next."""
        while not self._pressed.empty():
            self._pressed.get_nowait()

    def enter(self) -> None:
        self._pressed.put_nowait("\n")

    def end(self) -> None:
        self._pressed.put_nowait("")


class AtTheKeyboard:
    """The bench as somebody sees it who has only this terminal: answers go through the keyboard, starting is the command's."""

    def __init__(self, bench: Any, keyboard: Keyboard) -> None:
        self._bench, self._keyboard = bench, keyboard
        self._meant: set[tuple[int, str]] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bench, name)

    def start(self, *_: Any, **__: Any) -> None:
        """Nothing: the command starts."""

    def attest(self, slot: int, what: str, value: bool = True) -> None:
        self._meant.add((slot, what))

    def answer(self, slot: int) -> None:
        """Press Enter where the card on the screen asks for what has been seen."""
        tile = self._bench.tile(slot)
        if self._keyboard.asked and tile.step_key:
            asked = self._bench.paths[self._bench.board.runs[tile.run].path].step_of(tile.step_key).attestation
            if asked is not None and (slot, asked.what) in self._meant:
                self._keyboard.enter()


@dataclass
class Told:
    """What the command said, and how it ended."""

    out: str
    err: str
    status: int = 0
    error: HoloBenchError | None = None
    lines: list[dict[str, Any]] = field(default_factory=list)


def guided(path: str, *options: str, faults: str = "", units: int = 1, slot: int = 1, hands: bool = True, speed: float = SPEED,
           plugged: bool = True, before: Callable[[PracticeBench], None] | None = None,
           keyboard: Callable[[Keyboard], None] = Keyboard.enter) -> Told:
    """The command on a practice bench, with hands that do what the cards say (or nobody)."""
    parser = argparse.ArgumentParser()
    run.add_parser(parser.add_subparsers())
    args = parser.parse_args(["run", path, "--slot", str(slot), *options])
    context = Context(json=args.json, out=io.StringIO(), err=io.StringIO())
    blueprint = plain_blueprint(path)
    told = Told("", "")
    with PracticeWorld(units, speed, 1, faults, path=path) as world:
        if not plugged:
            world.units[0].unplug()
        practice = PracticeBench(world, blueprints=(blueprint, plain_blueprint("reset")))
        try:
            told.status = asyncio.run(_guided(args, context, world, practice, blueprint.key, hands, before, keyboard))
        except HoloBenchError as error:
            told.error = error
    told.out, told.err = context.out.getvalue(), context.err.getvalue()  # type: ignore[attr-defined]
    told.lines = [json.loads(line) for line in told.out.splitlines()] if args.json else []
    return told


async def _guided(args: argparse.Namespace, context: Context, world: PracticeWorld, practice: PracticeBench, blueprint: str,
                  hands: bool, before: Callable[[PracticeBench], None] | None, press: Callable[[Keyboard], None]) -> int:
    await asyncio.get_running_loop().run_in_executor(None, practice.sign_in)
    await practice.bench.open()
    keyboard = Keyboard()
    press(keyboard)
    seen = AtTheKeyboard(practice.bench, keyboard)
    walking = asyncio.ensure_future(_walk(world, seen, blueprint, args.slot)) if hands else None
    try:
        if before:
            await _until(practice, lambda: practice.bench.tile(args.slot).word is StateWord.READY)
            before(practice)
            await _until(practice, lambda: bool(practice.bench.tile(args.slot).run))
        await run.guide(args, context, practice.bench, practice.journal, blueprint, keyboard)
    finally:
        if walking:
            walking.cancel()
        await practice.close()
    return narration.close(practice.bench, context, args.slot)


async def _until(practice: PracticeBench, so: Callable[[], bool]) -> None:
    changed = asyncio.Event()
    stop = practice.bench.subscribe(lambda _: changed.set())
    while not so():
        changed.clear()
        await changed.wait()
    stop()


async def _walk(world: PracticeWorld, seen: AtTheKeyboard, blueprint: str, slot: int) -> None:
    technician = Technician(seen, world.unit_of, blueprint)  # type: ignore[arg-type]
    while True:
        technician.round()
        seen.answer(slot)
        await asyncio.sleep(WALK_S)


def test_a_unit_is_guided_card_by_card_to_done() -> None:
    told = guided("entra-oobe")
    assert told.error is None
    assert told.status == 0
    cards = [line for line in told.out.splitlines() if line.startswith("[")]
    numbers = [int(card[1:card.index("/")]) for card in cards]
    assert len(set(numbers)) > 3
    assert numbers == sorted(numbers)
    assert "1 of 1 units are Done" in told.out


def test_what_it_waits_for_is_said_before_there_is_a_card() -> None:
    assert "Wait while the station reads the unit" in guided("entra-oobe").err


def test_the_device_owner_is_confirmed_by_enter() -> None:
    told = guided("entra-oobe")
    assert "Device owner: The account that signs in first" in told.err
    assert "Press Enter when: That is right" in told.err


def test_nobody_at_the_keyboard_confirms_nothing() -> None:
    told = guided("entra-oobe", hands=False, keyboard=Keyboard.end)
    assert isinstance(told.error, Cancelled)


def test_json_tells_the_events_of_the_unit_in_the_slot_and_of_no_other() -> None:
    told = guided("entra-oobe", "--json", "--owner-confirmed", units=2, keyboard=lambda _: None)
    events = [line for line in told.lines if "event" in line]
    assert {"plugged", "observed", "run-started"} & {e["event"] for e in events}
    assert len({e["unit"] for e in events}) == 1
    assert told.lines[-1]["summary"]["units"][0]["state"] == "Done"
    assert told.lines[-1]["summary"]["of"] == 1


def test_a_unit_that_cannot_be_opened_is_told_with_its_cure_and_ends_the_command() -> None:
    told = guided("entra-oobe", faults="no-rights:1", hands=False, speed=20.0)
    assert isinstance(told.error, LinkError)
    assert told.error.code == "usb.no-rights"
    assert "udev" in told.err


def test_an_empty_slot_says_that_a_unit_is_to_be_plugged_in_and_ends_as_not_found() -> None:
    told = guided("entra-oobe", hands=False, plugged=False)
    assert isinstance(told.error, NotFound)
    assert "Plug a unit in" in told.err


def test_a_slot_that_the_bench_has_not_got_ends_as_not_found() -> None:
    told = guided("entra-oobe", slot=99, hands=False)
    assert isinstance(told.error, NotFound)


def test_a_unit_that_goes_through_another_path_is_left_alone() -> None:
    told = guided("entra-oobe", hands=False, before=lambda p: p.bench.start(1, plain_blueprint("reset").key))
    assert isinstance(told.error, Refused)
    assert told.error.code == "bench.not-ready"


def test_a_failure_ends_with_cause_and_cure_and_status_1() -> None:
    told = guided("autopilot", faults="esp-fails-0x80180014:1")
    assert told.status == 1
    assert "Intune refuses the enrolment" in told.out
