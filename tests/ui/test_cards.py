"""The rules of a card, held by every card that any path, state or fault can bring: one verb, one decision, few words, a picture,
a timer or a reason why not; and said in both languages."""

from collections.abc import Iterator

import pytest

from station.model.faults import catalogue
from station.model.path import Attestation, Path, Step
from station.model.words import N_, StateWord
from station.paths.registry import PATHS
from ui import scenes
from ui.guide.card import Card, Way, card_of, fault_picture
from ui.theme.theme import picture_names

MOST_WORDS = 40
STEPS = [pytest.param(path, step, id=f"{path.key}-{step.key}") for path in PATHS.values() for step in path.steps]


def staged_cards() -> Iterator[tuple[str, Card]]:
    for name, bench in scenes.cards().items():
        yield name, card_of(bench.board, bench.paths, bench.tile(1), catalogue())
    bench = scenes.ten_states()
    for tile in bench.tiles():
        yield tile.word.value, card_of(bench.board, bench.paths, tile, catalogue())


CARDS = [pytest.param(card, id=name) for name, card in staged_cards()]


@pytest.mark.parametrize(("path", "step"), STEPS)
def test_a_step_has_at_most_forty_words(path: Path, step: Step) -> None:
    assert len(f"{step.verb} {step.instruction}".split()) <= MOST_WORDS


@pytest.mark.parametrize(("path", "step"), STEPS)
def test_a_step_has_a_picture_that_is_there(path: Path, step: Step) -> None:
    assert step.picture in picture_names()


@pytest.mark.parametrize(("path", "step"), STEPS)
def test_a_step_has_a_timer_with_its_source_or_a_reason_why_not(path: Path, step: Step) -> None:
    assert (step.timer is None) is bool(step.no_timer)
    if step.timer is not None:
        assert step.timer.seconds > 0
        assert step.timer.source


@pytest.mark.parametrize(("path", "step"), STEPS)
def test_a_step_is_one_verb(path: Path, step: Step) -> None:
    assert len(step.verb.split()) <= 9
    assert not step.verb.endswith(".")


@pytest.mark.parametrize(("path", "step"), STEPS)
def test_what_else_may_be_seen_names_a_known_fault(path: Path, step: Step) -> None:
    for alternative in step.otherwise:
        assert not alternative.code or alternative.code in catalogue(), alternative.code
        assert len(alternative.then.split()) <= MOST_WORDS


@pytest.mark.parametrize("card", CARDS)
def test_a_card_shows_a_picture_and_a_timer_or_a_reason(card: Card) -> None:
    assert card.picture in picture_names()
    assert (card.timer is None) is bool(card.no_timer)
    assert card.words <= MOST_WORDS


@pytest.mark.parametrize("card", CARDS)
def test_a_card_asks_for_one_decision_at_most(card: Card) -> None:
    assert card.ask is None or isinstance(card.ask, Attestation | Way)
    assert Way.RETRY not in card.ways or card.ask is not Way.RETRY


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_the_picture_of_a_cure_is_there(code: str) -> None:
    assert fault_picture(code, "unknown") in picture_names()


def test_a_failed_card_tells_cause_cure_and_who() -> None:
    card = dict(staged_cards())["failed"]
    fault = catalogue().explain("autopilot.other-tenant")
    assert (card.title, card.text, card.why, card.who) == (fault.title, fault.cure, fault.cause, fault.who.value)
    assert card.ask is Way.RETRY
    assert card.word is StateWord.FAILED


def test_a_stuck_step_keeps_its_card_and_offers_to_retry() -> None:
    bench = scenes.bench(2)
    scenes.to_step(bench, 1, "collect")
    bench.clock.move(400)
    card = card_of(bench.board, bench.paths, bench.tile(1), catalogue())
    assert card.title == N_("Wait while it collects")
    assert card.code == "station.over-budget"
    assert Way.RETRY in card.ways
    assert card.otherwise


def test_a_unit_that_restarts_asks_for_nothing() -> None:
    bench = scenes.ten_states()
    card = card_of(bench.board, bench.paths, bench.tile(6), catalogue())
    assert (card.word, card.ask, card.otherwise) == (StateWord.RESTARTING, None, ())


def test_a_hold_shows_what_is_missing_and_goes_on_by_itself() -> None:
    bench = scenes.bench(2)
    bench.plug(1)
    bench.identify(1, battery=20)
    bench.start(1, "showroom")
    card = card_of(bench.board, bench.paths, bench.tile(1), catalogue())
    assert card.code == "enrolment.battery-low"
    assert card.ask is None
    bench.identify(1, battery=80)
    assert card_of(bench.board, bench.paths, bench.tile(1), catalogue()).step == 2


def test_a_unit_in_flash_mode_is_explained_before_any_run() -> None:
    bench = scenes.bench(2)
    bench.plug(1, mode="flash")
    card = card_of(bench.board, bench.paths, bench.tile(1), catalogue())
    assert card.code == "usb.flash-mode"
    assert card.picture == "leds-flash-mode"


def test_only_a_clock_that_runs_by_itself_counts_from_the_step() -> None:
    shown = dict(staged_cards())
    assert shown["collect"].timer_runs
    assert not shown["go-online"].timer_runs
