"""The board: each of the ten state words has its cause."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from station.model.board import BoardState, empty_board, fold, generation_of, tile
from station.model.events import (
    Body,
    Ended,
    Event,
    Faulted,
    Observed,
    Plugged,
    Result,
    RunCancelled,
    RunSkipped,
    RunStarted,
    Unplugged,
)
from station.model.facts import Fact, FactValue
from station.model.words import Generation, Link, StateWord
from station.paths.registry import PATHS
from tests.unit.test_model_runs import satisfying

START = datetime(2026, 1, 1, tzinfo=UTC)
PATH = PATHS["autopilot"]


def facts(**values: FactValue) -> Observed:
    return Observed(tuple(Fact(k.replace("__", ".").replace("_", "-"), v, Link.MTP, START) for k, v in values.items()))


def proved(*steps: str) -> list[Body]:
    return [Observed(tuple(Fact(k, v, Link.PERSON if k.startswith("attested.") else Link.MTP, START)
                           for k, v in satisfying(s.proof).items())) for s in PATH.steps if s.key in steps]


def board(*bodies: Body, slot: int = 1) -> BoardState:
    state = empty_board((1, 2))
    for n, body in enumerate(bodies, 1):
        run = "" if isinstance(body, Plugged | Unplugged) else "r1" if any(isinstance(b, RunStarted) for b in bodies[:n]) else ""
        state, _ = fold(state, Event(n, "bench", START + timedelta(seconds=n), "usb:1", run, slot, body), PATHS)
    return state


PLUGGED = Plugged("1-1", "normal", 0x045E, 0x0652, "Microsoft HoloLens", "1")
KNOWN = facts(unit__serial="012345678901", unit__model="HoloLens 2")
STARTED = RunStarted("autopilot", "b")
UNTIL_IMPORT = proved("check", "chord", "collect", "harvest", "register")
ALL = proved(*(s.key for s in PATH.steps))

SCENES: dict[StateWord, list[Body]] = {
    StateWord.EMPTY: [],
    StateWord.IDENTIFYING: [PLUGGED],
    StateWord.READY: [PLUGGED, KNOWN],
    StateWord.NEEDS_YOU: [PLUGGED, KNOWN, STARTED, *proved("check")],
    StateWord.WORKING: [PLUGGED, KNOWN, STARTED],
    StateWord.RESTARTING: [PLUGGED, KNOWN, STARTED, Unplugged("1-1")],
    StateWord.WAITING_FOR_CLOUD: [PLUGGED, KNOWN, STARTED, *UNTIL_IMPORT],
    StateWord.DONE: [PLUGGED, KNOWN, STARTED, *ALL],
    StateWord.FAILED: [PLUGGED, KNOWN, STARTED, Faulted("enrolment.eula-shown")],
    StateWord.SKIPPED: [PLUGGED, KNOWN, STARTED, RunSkipped("visor broken")],
}


@pytest.mark.parametrize("word", StateWord)
def test_every_state_word_has_a_scene_that_shows_it(word: StateWord) -> None:
    assert tile(board(*SCENES[word]), 1, START + timedelta(seconds=20), PATHS).word is word


def test_a_step_over_its_budget_is_stuck_and_not_working() -> None:
    shown = tile(board(*SCENES[StateWord.WORKING]), 1, START + timedelta(hours=1), PATHS)
    assert shown.stuck
    assert shown.word is StateWord.NEEDS_YOU


def test_a_unit_that_stays_away_longer_than_a_restart_is_asked_for() -> None:
    shown = tile(board(*SCENES[StateWord.RESTARTING]), 1, START + timedelta(seconds=50), PATHS)
    assert (shown.word, shown.fault) == (StateWord.NEEDS_YOU, "usb.unplugged")


def test_a_unit_in_flash_mode_says_what_to_do() -> None:
    shown = tile(board(replace(PLUGGED, mode="flash")), 1, START, PATHS)
    assert (shown.word, shown.fault) == (StateWord.NEEDS_YOU, "usb.flash-mode")


def test_an_interrupted_action_asks_for_the_unit_and_does_not_fail() -> None:
    state = board(PLUGGED, KNOWN, STARTED, *proved("check"),
                  Ended("k", Result.INTERRUPTED, "usb.unplugged-during-copy"))
    shown = tile(state, 1, START + timedelta(seconds=9), PATHS)
    assert (shown.word, shown.fault) == (StateWord.NEEDS_YOU, "usb.unplugged-during-copy")


def test_a_cancelled_run_leaves_the_unit_ready() -> None:
    assert tile(board(PLUGGED, KNOWN, STARTED, RunCancelled()), 1, START, PATHS).word is StateWord.READY


def test_a_unit_in_another_slot_takes_its_run_with_it() -> None:
    state = board(*SCENES[StateWord.NEEDS_YOU])
    moved = Event(99, "bench", START + timedelta(seconds=99), "usb:1", "", 2, replace(PLUGGED, port="1-2"))
    state, changed = fold(state, moved, PATHS)
    assert changed == {1, 2}
    assert tile(state, 1, START, PATHS).word is StateWord.EMPTY
    assert tile(state, 2, START, PATHS).step_key == "chord"


@pytest.mark.parametrize(("model", "generation"), [
    ("HoloLens 2", Generation.HOLOLENS_2), ("Windows Device", Generation.HOLOLENS_1), ("Lumia 950", Generation.UNKNOWN)])
def test_the_model_tells_the_generation(model: str, generation: Generation) -> None:
    assert generation_of(model) is generation
