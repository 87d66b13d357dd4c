"""The guide's card as a person uses it: what its buttons do, what it says, what is known beside it."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from station.model.words import Link, StateWord
from ui import scenes
from ui.guide.known import age_text, label_of, lines, value_text
from ui.guide.pane import GuidePane
from ui.guide.start import StartChoice
from ui.staged import StagedBench
from ui.widgets.ring import Ring
from ui.window import Window

Opened = Callable[..., tuple[Window, GuidePane]]


@pytest.fixture
def guided(open_window: Any) -> Opened:
    """The window on the card of slot 1."""
    def opened(bench: StagedBench, slot: int = 1) -> tuple[Window, GuidePane]:
        window = open_window(bench)
        window.live.selection.choose(slot)
        return window, window.screen_widget("board").guide
    return opened


def texts(widget: QWidget) -> list[str]:
    QApplication.processEvents()    # what was just laid out is shown by the next event
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


def named(widget: QWidget, text: str) -> QPushButton:
    QApplication.processEvents()
    return next(b for b in widget.findChildren(QPushButton) if text in (b.text(), b.accessibleName()) and b.isVisibleTo(widget))


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_it_shows_verb_instruction_and_step(guided: Opened) -> None:
    bench = scenes.cards()["chord"]
    _window, pane = guided(bench)
    shown = texts(pane)
    assert "Tap Power + Volume Down" in shown
    assert "Step 2 of 11 · Autopilot, self-deploying, over Wi-Fi" in shown
    assert any(text.startswith("On the first page") for text in shown)


def test_an_attestation_moves_the_run(guided: Opened) -> None:
    bench = scenes.cards()["sign-in-page"]
    window, pane = guided(bench)
    click(named(pane, "I see “Other user”"))
    window.live.board.flush()
    assert bench.tile(1).word is StateWord.DONE
    assert "Unplug it and take it to its place" in texts(pane)


def test_what_else_is_seen_leads_to_its_fault(guided: Opened) -> None:
    bench = scenes.cards()["go-online"]
    window, pane = guided(bench)
    click(named(pane, "This is not what I see"))
    click(named(pane, "“Who owns this HoloLens?”"))
    assert any(text.startswith("Do not choose.") for text in texts(pane))
    click(named(pane, "Yes, I see this"))
    window.live.board.flush()
    assert ("report enrolment.eula-shown", 1) in bench.said
    assert bench.tile(1).fault == "enrolment.eula-shown"


def test_back_leads_back_to_the_card(guided: Opened) -> None:
    bench = scenes.cards()["go-online"]
    _window, pane = guided(bench)
    click(named(pane, "This is not what I see"))
    click(named(pane, "“Who owns this HoloLens?”"))
    click(named(pane, "Back"))
    click(named(pane, "Back"))
    assert named(pane, "This is not what I see")
    assert not [said for said in bench.said if str(said[0]).startswith("report")]


def test_a_failure_shows_why_and_who_and_offers_to_retry(guided: Opened) -> None:
    bench = scenes.cards()["failed"]
    _window, pane = guided(bench)
    shown = texts(pane)
    assert "Why" in shown
    assert "Who can cure it" in shown
    assert any(text.startswith("autopilot.other-tenant") for text in shown)
    click(named(pane, "Retry"))
    assert ("retry", 1) in bench.said


def test_the_next_unit_to_touch_is_named_and_reached(guided: Opened) -> None:
    window, pane = guided(scenes.ten_states(), slot=9)
    click(named(pane, "→ Next: slot 3, Tap Power + Volume Down"))
    assert window.live.selection.slot == 3


def test_who_becomes_owner_is_shown_before_the_start(guided: Opened) -> None:
    bench = scenes.cards()["ready"]
    _window, pane = guided(bench)
    shown = texts(pane)
    assert "Who becomes device owner" in shown
    assert any(text.startswith("Nobody automatically") for text in shown)
    assert shown.count("holds") == 3


def test_a_precondition_that_does_not_hold_is_seen_before_the_start(guided: Opened) -> None:
    bench = scenes.bench(2)
    bench.plug(1)
    bench.identify(1, battery=20)
    _window, pane = guided(bench)
    assert "does not hold" in texts(pane)


def test_the_chosen_blueprint_is_started_and_remembered(guided: Opened) -> None:
    bench = scenes.cards()["ready"]
    window, pane = guided(bench)
    choice = pane.findChild(StartChoice)
    assert choice is not None
    choice._choice.setCurrentIndex(1)
    window.live.confirmed.add("workshop")
    click(named(pane, "Start this unit"))
    assert bench.said == [("start", 1, "workshop")]
    assert window.context is not None
    assert window.context.preferences.last_blueprint == "workshop"


def test_a_refusal_of_the_bench_is_explained(guided: Opened) -> None:
    bench = scenes.cards()["ready"]
    window, pane = guided(bench)
    pane.commands.retry(1)
    assert len(window.notices.texts()) == 1


def test_the_timer_of_a_step_that_runs_by_itself_counts(guided: Opened) -> None:
    bench = scenes.cards()["collect"]
    window, pane = guided(bench)
    ring = pane.findChild(Ring)
    assert ring is not None
    assert ring.text == "54 s"
    bench.clock.move(60)
    window.live.board._tick()
    assert ring.text == "+6 s"


def test_the_timer_of_a_moment_waits_for_the_person(guided: Opened) -> None:
    bench = scenes.cards()["go-online"]
    window, pane = guided(bench)
    ring = pane.findChild(Ring)
    assert ring is not None
    assert ring.text == "15 s"
    click(named(pane, "Start the timer"))
    bench.clock.move(5)
    window.live.board._tick()
    assert ring.text == "10 s"


def test_facts_come_with_source_and_age_what_is_awaited_first(guided: Opened) -> None:
    bench = scenes.cards()["chord"]
    bench.clock.move(120)
    facts = bench.board.run_of("unit-1").facts  # type: ignore[union-attr]
    found = lines(facts, ("hash.collecting", "hash.zip"), bench.clock.now())
    assert [(line.label, line.value) for line in found[:2]] == [("Collecting diagnostics", "not yet"),
                                                               ("Diagnostics archive", "not yet")]
    battery = next(line for line in found if line.label == "Battery")
    assert (battery.value, battery.link, battery.age) == ("82 %", Link.MTP, "2 min")


@pytest.mark.parametrize(("seconds", "said"), [(0, "now"), (5, "5 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"),
                                               (200_000, "2 d")])
def test_ages_are_said_short(seconds: float, said: str) -> None:
    assert age_text(seconds) == said


def test_values_are_said_as_people_read_them() -> None:
    assert value_text("tenant.enrolled", True) == "yes"
    assert value_text("unit.free-bytes", 6_400_000_000) == "6.4 GB"
    assert value_text("unit.name", "a\u202eb\x07") == "ab"
    assert label_of("attested.other-user") == "Confirmed by you"
    assert label_of("something.secret") == ""


def test_nothing_flies_up_as_a_window_of_its_own(guided: Opened, qapp: QApplication) -> None:
    window, pane = guided(scenes.ten_states())
    seen: list[QWidget] = []

    for slot in (*range(1, 11), 3, 9):
        window.live.selection.choose(slot)
        qapp.processEvents()
        seen += [w for w in qapp.topLevelWidgets() if w.isVisible() and w is not window]
    assert seen == []
    assert pane.isVisible()


def test_the_large_card_is_the_same_card(guided: Opened) -> None:
    window, _pane = guided(scenes.cards()["sign-in-page"])
    window.go("guide")
    large = window.screen_widget("guide")
    assert large is not None
    assert "Look for “Other user”" in texts(large)
    assert named(large, "I see “Other user”")


def test_without_a_selection_it_says_how_to_select(guided: Opened) -> None:
    window, pane = guided(scenes.bench(2))
    window.live.selection.choose(0)
    assert "Choose a slot" in texts(pane)
