"""The keyboard reaches everything, keys act only where they can mean nothing else, and Esc destroys nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from station.model.blueprint import Blueprint
from station.model.words import Link
from tests.ui.hands import BUDGET_MS
from ui import scenes
from ui.board.keys import FUNCTION_KEYS, LETTERS, SHEET, Deed
from ui.board.screen import BoardScreen
from ui.preferences import Preferences
from ui.staged import StagedBench
from ui.window import Window


def press(window: Window, key: Any) -> None:
    """A press as the window system brings it."""
    QTest.keyClick(window.windowHandle(), key)


class Wrist:
    """The time of key presses, so that a busy machine does not make a scanner slow."""

    def __init__(self) -> None:
        self.at = 0

    def __call__(self) -> int:
        self.at += 15
        return self.at


@pytest.fixture
def later(qtbot: Any) -> Callable[[Window], None]:
    """Waits until single keys are known not to be a scan."""
    return lambda window: qtbot.waitUntil(lambda: not window.keys._burst.waiting, timeout=BUDGET_MS)


def test_every_key_that_acts_stands_on_the_cheat_sheet() -> None:
    on_sheet = {key.deed for key in SHEET}
    assert {*LETTERS.values(), *FUNCTION_KEYS.values(), Deed.PRIMARY, Deed.SLOT} == on_sheet == set(Deed)


@pytest.mark.parametrize(("key", "slot"), [("1", 1), ("7", 7), ("0", 10)])
def test_digits_select_slots(open_window: Any, later: Any, key: str, slot: int) -> None:
    window = open_window(scenes.ten_states())
    window.live.selection.choose(5)
    press(window, key)
    later(window)
    assert window.live.selection.slot == slot


def test_space_does_what_the_card_asks(open_window: Any) -> None:
    bench = scenes.bench(4)
    scenes.to_step(bench, 2, "sign-in-page")
    window = open_window(bench)
    window.live.selection.choose(2)
    press(window, Qt.Key.Key_Space)
    assert ("attest other-user", 2) in bench.said


def test_space_on_a_button_presses_that_button_and_nothing_else(open_window: Any) -> None:
    bench = scenes.bench(4)
    scenes.to_step(bench, 2, "sign-in-page")
    scenes.to_step(bench, 3, "chord")
    window = open_window(bench)
    window.live.selection.choose(2)
    window._navigation.buttons["settings"].setFocus()
    press(window, Qt.Key.Key_Space)
    assert ("attest other-user", 2) not in bench.said
    assert window.stack.currentWidget() is window.screen_widget("settings")


def test_r_retries_what_failed_and_only_that(open_window: Any, later: Any) -> None:
    bench = scenes.ten_states()
    window = open_window(bench)
    for slot in (7, 9):
        window.live.selection.choose(slot)
        press(window, "r")
        later(window)
    assert [said for said in bench.said if said[0] == "retry"] == [("retry", 9)]


def test_n_goes_to_the_unit_that_waits(open_window: Any, later: Any) -> None:
    window = open_window(scenes.ten_states())
    window.live.selection.choose(9)
    press(window, "n")
    later(window)
    assert window.live.selection.slot == 3


def test_m_turns_the_sound_off_and_on(open_window: Any, later: Any) -> None:
    window = open_window(scenes.ten_states())
    before = window.context.preferences.sound
    press(window, "m")
    later(window)
    assert window.context.preferences.sound is not before
    assert window.live.speaker.on is not before


def test_f11_is_the_wall_and_esc_leads_back(open_window: Any) -> None:
    window = open_window(scenes.ten_states())
    board = window.screen_widget("board")
    assert isinstance(board, BoardScreen)
    press(window, Qt.Key.Key_F11)
    assert board.view.wall
    press(window, Qt.Key.Key_Escape)
    assert not board.view.wall


def test_esc_stops_a_countdown_and_starts_nothing(open_window: Any) -> None:
    bench = scenes.bench(2)
    bench.plug(1)
    bench.identify(1)
    window = open_window(bench, preferences=Preferences(countdown=True))
    window.live.confirmed.add("showroom")
    press(window, Qt.Key.Key_Space)
    assert window.live.countdown.left == 5
    press(window, Qt.Key.Key_Escape)
    assert window.live.countdown.left == 0
    assert not bench.said


def test_the_countdown_starts_the_unit_when_it_is_over(open_window: Any) -> None:
    bench = scenes.bench(2)
    bench.plug(1)
    bench.identify(1)
    window = open_window(bench, preferences=Preferences(countdown=True))
    window.live.confirmed.add("showroom")
    press(window, Qt.Key.Key_Space)
    for _ in range(5):
        window.live.countdown.tick()
    assert bench.said == [("start", 1, "showroom")]


def test_esc_never_destroys(open_window: Any) -> None:
    bench = scenes.ten_states()
    said = list(bench.said)
    window = open_window(bench)
    for slot in range(1, 11):
        window.live.selection.choose(slot)
        press(window, Qt.Key.Key_Escape)
    assert bench.said == said
    assert window.isVisible()


def scan(window: Window, text: str, end: Any = Qt.Key.Key_Return) -> None:
    window.keys._now_ms = Wrist()
    window.keys._pause.setInterval(60_000)
    for letter in text:
        press(window, letter)
    press(window, end)


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_a_scanned_label_selects_its_unit(open_window: Any, end: Any) -> None:
    window = open_window(scenes.ten_states())
    scan(window, "004599195008", end)
    assert window.live.selection.slot == 8


def returning(slot: int) -> StagedBench:
    """A bench whose unit in `slot` waits for its label before records are deleted."""
    bench = scenes.bench(4)
    bench.blueprints = {"reuse": Blueprint("reuse", "Back into use", "return-reuse")}
    for each in (slot, slot + 1):
        bench.plug(each)
        bench.identify(each)
    bench.start(slot, "reuse")
    run = bench.board.run_of(f"unit-{slot}")
    assert run is not None
    step = run.step(bench.paths["return-reuse"])
    assert step is not None
    assert step.key == "confirm"
    return bench


def test_scanning_the_label_of_the_open_card_confirms_it(open_window: Any) -> None:
    bench = returning(2)
    window = open_window(bench)
    window.live.selection.choose(2)
    scan(window, bench.tile(2).serial)
    assert ("attest serial-confirmed", 2) in bench.said


def test_scanning_a_label_whose_card_is_not_open_only_opens_it(open_window: Any) -> None:
    bench = returning(2)
    window = open_window(bench)
    window.live.selection.choose(3)
    scan(window, bench.tile(2).serial)
    assert window.live.selection.slot == 2
    assert not [said for said in bench.said if str(said[0]).startswith("attest")]


def test_scanning_another_label_never_confirms_the_open_card(open_window: Any) -> None:
    bench = returning(2)
    window = open_window(bench)
    window.live.selection.choose(2)
    scan(window, bench.tile(3).serial)
    assert not [said for said in bench.said if str(said[0]).startswith("attest")]


def test_a_card_that_asks_for_something_else_is_not_answered_by_a_scan(open_window: Any) -> None:
    bench = scenes.bench(4)
    scenes.to_step(bench, 2, "sign-in-page")
    window = open_window(bench)
    window.live.selection.choose(2)
    before = list(bench.said)
    scan(window, bench.tile(2).serial)
    assert bench.said == before


def test_a_label_with_a_prefix_is_understood(open_window: Any) -> None:
    window = open_window(scenes.ten_states())
    scan(window, "S004599195005")
    assert window.live.selection.slot == 5


def test_an_unknown_label_is_said_to_be_unknown(open_window: Any) -> None:
    window = open_window(scenes.ten_states())
    window.live.selection.choose(2)
    scan(window, "999999999999")
    assert window.live.selection.slot == 2
    assert window.notices.texts() == ["No unit with the serial 999999999999 on this bench."]


def test_a_scan_into_a_text_field_selects_and_leaves_the_field_as_it_was(open_window: Any) -> None:
    window = open_window(scenes.ten_states())
    window.go("settings")
    field = window.screen_widget("settings").findChild(QLineEdit)
    field.setText("Ada ")
    field.setFocus()
    scan(window, "004599195007")
    assert window.live.selection.slot == 7
    assert field.text() == "Ada "


def test_what_is_typed_into_a_text_field_stays_there(open_window: Any) -> None:
    bench = scenes.ten_states()
    window = open_window(bench)
    window.go("settings")
    field = window.screen_widget("settings").findChild(QLineEdit)
    field.setFocus()
    for letter in "r1 m":
        QTest.keyClick(window.windowHandle(), letter)
    assert field.text() == "r1 m"
    assert not [said for said in bench.said if said[0] == "retry"]


def test_control_and_a_digit_open_screens(open_window: Any, qtbot: Any) -> None:
    window = open_window(scenes.bench(2))
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.screen_widget("guide"), timeout=BUDGET_MS)


def test_tab_reaches_every_button_of_the_board(open_window: Any) -> None:
    from PySide6.QtWidgets import QPushButton

    window = open_window(scenes.ten_states())
    window.live.selection.choose(9)
    buttons = [b for b in window.findChildren(QPushButton) if b.isVisible() and b.isEnabled()]
    unreachable = [b.text() or b.accessibleName() for b in buttons if not b.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert buttons
    assert unreachable == []


def test_the_space_bar_answers_a_precondition_that_only_a_person_can(open_window: Any) -> None:
    bench = scenes.bench(2)
    bench.plug(1)
    bench.identify(1, build="19041")
    bench.start(1, "showroom")
    window = open_window(bench)
    card = window.screen_widget("board").guide.card
    assert card.ask.what == "build-checked"
    press(window, Qt.Key.Key_Space)
    assert ("attest build-checked", 1) in bench.said
    bench.see(1, Link.MTP, unit__battery=80)
