"""The window on small screens: a laptop of 1366 × 768, and one of 1080 lines at 200 %, in the longer of the two languages."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QScrollArea, QTabWidget

from station.journal import Journal
from station.model.errors import JournalError
from station.report.label import Label
from tests.ui.hands import dialog_of, until
from tests.ui.test_accessibility import clipped
from ui import language, scenes
from ui.failure import explain, failure_dialog
from ui.guide.pane import GuidePane
from ui.practice.oddities import oddities_dialog
from ui.records.labels import LabelDialog
from ui.staged import HandClock
from ui.window import Station, Window

LAPTOP, DOUBLED = (1366, 697), (960, 469)
"""What a maximised window has beside the title and the bar of the system."""
SCREENS = ("packages", "registrations", "records", "settings")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(str(tmp_path / "journal.sqlite"), "bench-1", HandClock()) as opened:
        yield opened


@pytest.fixture
def speaking_french(french: Any) -> None:
    language.use("fr", french)


@pytest.mark.usefixtures("speaking_french")
@pytest.mark.parametrize("size", [LAPTOP, DOUBLED], ids=["1366 × 768", "200 %"])
@pytest.mark.parametrize("key", SCREENS)
def test_nothing_of_a_screen_is_cut(open_window: Any, in_loop: Any, journal: Journal, key: str, size: tuple[int, int]) -> None:
    window: Window = open_window(scenes.ten_states(), size=size)
    window.attach(Station(scenes.ten_states(), {"journal": journal}, {}))

    async def main() -> dict[str, list[str]]:
        window.go(key)
        await asyncio.sleep(0.1)    # laid out and shown; processEvents here would enter the loop twice
        screen = window.screen_widget(key)
        assert screen is not None
        tabs = screen.findChild(QTabWidget)
        found = {}
        for n in range(tabs.count() if tabs else 1):
            if tabs:
                tabs.setCurrentIndex(n)
                await asyncio.sleep(0.1)
            found[tabs.tabText(n) if tabs else key] = clipped(window)
        await window.tasks.close()
        return found

    found = in_loop(main)
    assert {tab: cut for tab, cut in found.items() if cut} == {}


def _keys(window: Window) -> None:
    window.show_keys()


def _lookup(window: Window) -> None:
    window.look_up_fault()


def _choosing(window: Window) -> None:
    pane = window.findChild(GuidePane)
    assert pane is not None
    pane.commands.choose_path(4)


def _labels(window: Window) -> None:
    LabelDialog(window, lambda size: (Label(size, ()),), "").open()


def _oddities(window: Window) -> None:
    assert window.context is not None
    oddities_dialog(window, window.context.theme, (), lambda _name, _on: None).open()


def _failure(window: Window) -> None:
    failure_dialog(window, explain(JournalError("journal.chain-broken", "bench-1 2: row 2 is not what was written"))).open()


@pytest.mark.usefixtures("speaking_french")
@pytest.mark.parametrize("opened", [_keys, _lookup, _choosing, _labels, _oddities, _failure])
def test_a_dialog_fits_a_screen_of_1080_lines_at_200_percent(
        open_window: Any, in_loop: Any, opened: Callable[[Window], None]) -> None:
    window: Window = open_window(scenes.ten_states())

    async def main() -> tuple[int, int]:
        opened(window)
        await until(lambda: dialog_of(window) is not None)
        shown = dialog_of(window)
        assert isinstance(shown, QDialog)
        await until(lambda: shown.focusWidget() is not None)
        assert not isinstance(shown.focusWidget(), QScrollArea), "the keyboard is where something can be done"
        least = shown.minimumSizeHint().expandedTo(shown.minimumSize())
        shown.reject()
        await window.tasks.close()
        return least.width(), least.height()

    width, height = in_loop(main)
    assert (width <= DOUBLED[0], height <= DOUBLED[1]) == (True, True), f"{width} × {height}"
