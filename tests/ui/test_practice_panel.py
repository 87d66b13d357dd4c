"""The practice panel presses the buttons of virtual headsets as a person would."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QListWidget, QPushButton

from station.model.board import BoardState
from station.model.timing import ScaledClock
from station.practice.units.fleet import make_units
from station.practice.units.headset import Page
from station.practice.units.rules import RULES
from ui import language, scenes
from ui.practice.pages import OFFERED
from ui.practice.panel import PracticePanel
from ui.practice.side import PracticeSide
from ui.window import Station, Window


class Slow(ScaledClock):
    """Practice time that stands nearly still, so that nothing happens by itself."""

    def __init__(self) -> None:
        super().__init__(0.001)


@pytest.fixture
def panelled(qtbot: Any, theme: Any, open_window: Any) -> Callable[..., tuple[Window, PracticePanel, PracticeSide]]:
    def opened(units: int = 2, **options: Any) -> tuple[Window, PracticePanel, PracticeSide]:
        clock = Slow()
        side = PracticeSide(make_units(units, clock), lambda key: None, clock, BoardState)
        window = open_window(scenes.bench(units), practice=True, **options)
        window.attach(Station(scenes.bench(units), {}, {}, lambda context: PracticePanel(context, side)))
        window.live.selection.choose(1)
        QApplication.processEvents()
        panel = window.findChild(PracticePanel)
        assert panel is not None
        return window, panel, side
    return opened


def texts(panel: PracticePanel) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in panel.findChildren(QLabel)]


async def pressed(window: Window, panel: PracticePanel, name: str, reached: Callable[[], bool]) -> None:
    await asyncio.sleep(0)
    button = next(b for b in panel.findChildren(QPushButton) if name in (b.text(), b.accessibleName()))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    while not reached():  # noqa: ASYNC110 - the unit tells nobody
        await asyncio.sleep(0.01)
    panel.refresh()


def test_it_shows_the_page_of_the_selected_unit(panelled: Any) -> None:
    window, panel, side = panelled()
    assert "A hummingbird follows your hand" in texts(panel)
    assert any(side.units[0].serial in text for text in texts(panel))
    window.live.selection.choose(2)
    assert any(side.units[1].serial in text for text in texts(panel))


LAPTOP = (1366, 697)
"""What a maximised window has of a screen of 1366 × 768."""


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_a_laptop_shows_the_whole_bench_above_the_panel(panelled: Any, french: Any, spoken: str) -> None:
    language.use(spoken, french if spoken == "fr" else None)
    window, panel, _side = panelled(8, size=LAPTOP)
    view = window.screen_widget("board").view
    seen = QRect(QPoint(), view.viewport().size())
    assert panel.isVisible()
    assert [slot for slot in range(1, 9) if not seen.contains(view.visualRect(window.live.board.index_of(slot)))] == []


def test_three_rows_of_tiles_stand_above_the_panel_on_768_lines(panelled: Any) -> None:
    window, _panel, _side = panelled(12, size=(1366, 768))
    view = window.screen_widget("board").view
    assert view.visualRect(window.live.board.index_of(12)).bottom() <= view.viewport().height()


def test_the_panel_leaves_the_navigation_its_words(panelled: Any) -> None:
    window, panel, _side = panelled(8, size=LAPTOP)
    words = [press.toolButtonStyle() for press in window._navigation.buttons.values()]
    assert panel.isVisible()
    assert set(words) == {Qt.ToolButtonStyle.ToolButtonTextUnderIcon}


def test_what_the_page_offers_can_be_chosen(panelled: Any, in_loop: Any) -> None:
    window, panel, side = panelled()
    in_loop(lambda: pressed(window, panel, "Next", lambda: side.units[0].page is Page.LANGUAGE))
    assert "Language" in texts(panel)


def test_the_chord_collects_diagnostics(panelled: Any, in_loop: Any) -> None:
    window, panel, side = panelled()
    chord = "Power and Volume Down, tapped: diagnostics, packages, back to the network"
    in_loop(lambda: pressed(window, panel, chord, lambda: any(
        f.name.casefold().endswith(".temp") for f in side.units[0].drive.everything())))


def test_power_held_for_five_seconds_switches_off(panelled: Any, in_loop: Any) -> None:
    window, panel, side = panelled()
    in_loop(lambda: pressed(window, panel, "Power, held for 5 s: off", lambda: side.units[0].page is Page.OFF))
    assert "Dark, no light" in texts(panel)


def test_the_cable_comes_out_and_goes_in(panelled: Any, in_loop: Any) -> None:
    window, panel, side = panelled()
    in_loop(lambda: pressed(window, panel, "Unplug", lambda: not side.units[0].snapshot().plugged))
    in_loop(lambda: pressed(window, panel, "Plug in", lambda: side.units[0].snapshot().plugged))


def test_a_press_that_the_page_does_not_know_is_said(panelled: Any, in_loop: Any) -> None:
    window, panel, side = panelled()
    in_loop(lambda: pressed(window, panel, "On a unit that is off: Volume Up held, Power tapped",
                            lambda: bool(window.notices.texts())))
    assert side.units[0].page is Page.HUMMINGBIRD


def test_the_speed_of_time_is_set(panelled: Any) -> None:
    _window, _panel, side = panelled()
    side.set_speed(60)
    assert side.clock.speed == 60


def test_a_slot_without_a_unit_is_said_to_have_none(panelled: Any) -> None:
    window, panel, _side = panelled()
    window.live.selection.choose(9)
    assert "No virtual unit belongs to this slot." in texts(panel)
    assert not panel.isEnabled()


def test_what_the_headset_offers_is_told_in_french() -> None:
    offered = {key.removeprefix("gesture:") for key in RULES if key.startswith("gesture:")}
    assert offered <= OFFERED


def test_an_oddity_is_switched_on_in_its_list(panelled: Any, in_loop: Any) -> None:
    _window, panel, side = panelled()

    async def check() -> None:
        oddities = next(b for b in panel.findChildren(QPushButton) if b.text() == "Oddities …")
        QTest.mouseClick(oddities, Qt.MouseButton.LeftButton)
        listed = panel.findChild(QListWidget)
        assert listed is not None
        item = next(listed.item(i) for i in range(listed.count()) if listed.item(i).text().endswith("\nsilent"))
        item.setCheckState(Qt.CheckState.Checked)
        while "silent" not in side.units[0].snapshot().quirks:  # noqa: ASYNC110 - the unit tells nobody
            await asyncio.sleep(0.01)
        next(d for d in panel.findChildren(QDialog)).accept()

    in_loop(check)
    assert "silent" not in side.units[1].snapshot().quirks
