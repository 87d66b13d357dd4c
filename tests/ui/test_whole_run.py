"""One unit from plugged in to Done in the real window over the real practice bench, by clicks on what a person sees."""

import asyncio
from gettext import GNUTranslations
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from station.model.words import StateWord
from ui import language
from ui.board.screen import BoardScreen
from ui.language import _
from ui.live import Live
from ui.practice.order import PracticeOrder
from ui.practice.panel import PracticePanel
from ui.preferences import Preferences
from ui.theme.theme import Theme
from ui.window import Window

SPEED = 120
BUDGET_S = 200
CHORD = "Power and Volume Down, tapped: diagnostics, packages, back to the network"
SETUP = ("Next", "Skip", "Connect to Wi-Fi “{name}”")
ON_ITS_WAY = frozenset({
    "Searching for an Autopilot profile.", "Welcome! Let's get you set up for work.", "Other user",
    "Setting up your device for work: Device preparation", "Setting up your device for work: Device setup"})


def shown(place: QWidget, names: tuple[str, ...]) -> QPushButton | None:
    """The first of these buttons, by their English names, that a person could press now."""
    wanted = {_(name).format(name="Bench") for name in names}
    for button in place.findChildren(QPushButton):
        if button.isVisible() and button.isEnabled() and {button.text(), button.accessibleName()} & wanted:
            return button
    return None


def click(place: QWidget, *names: str) -> bool:
    button = shown(place, names)
    if button is not None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    return button is not None


def follow_the_card(guide: QWidget, panel: PracticePanel, verb: str, says: str) -> bool:
    """What somebody does who reads the card: the buttons of the headset, or of the card."""
    if verb == "Choose a blueprint and press Start":
        return click(guide.window(), "Yes, start") or click(guide, "Start this unit")
    if verb == "Tap Power + Volume Down":
        return click(panel, CHORD)
    if verb == "Go through setup to the network page":
        return click(guide, "It is connected") if says in ON_ITS_WAY else click(panel, *SETUP)
    if verb == "Look for “Other user”" and says == "Other user":
        return click(guide, "I see “Other user”")
    return False


@pytest.mark.timeout(BUDGET_S + 60)
@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_a_person_follows_the_cards_from_plugged_in_to_done(qtbot: Any, qapp: Any, theme: Theme, spoken: str,
                                                            french: GNUTranslations) -> None:
    from ui import compositions, loop

    if spoken == "fr":
        language.use("fr", french)
    qapp.setQuitOnLastWindowClosed(False)
    window = Window(Live((1,)), theme, Preferences(countdown=False), practice=True)
    qtbot.addWidget(window)
    window.resize(1600, 1200)
    window.show()
    verbs: list[str] = []

    async def main() -> int:
        composed = await compositions.practice(PracticeOrder(1, "autopilot", SPEED))
        window.attach(composed.station)
        try:
            await asyncio.wait_for(until_done(window, verbs), BUDGET_S)
        finally:
            window.live.board.detach()
            await window.tasks.close()
            await composed.close()
        return 0

    loop.run(qapp, main)
    tile = window.live.board.tile(1)
    assert tile is not None
    assert tile.word is StateWord.DONE
    assert verbs[0] == "Plug a unit in" or "Choose a blueprint and press Start" in verbs
    assert {"Tap Power + Volume Down", "Wait while it collects", "Go through setup to the network page", "Leave it alone",
            "Look for “Other user”"} <= set(verbs)


async def until_done(window: Window, verbs: list[str]) -> None:
    board, panel = window.screen_widget("board"), window.findChild(PracticePanel)
    assert isinstance(board, BoardScreen)
    assert panel is not None
    while (card := board.guide.card) is None or card.word is not StateWord.DONE:
        if card is not None:
            if not verbs or verbs[-1] != card.title:
                verbs.append(card.title)
            follow_the_card(board.guide, panel, card.title, panel.says)
        await asyncio.sleep(0.15)
