"""Looking up a fault in the window: by key, from "this is not what I see", in both languages."""

from collections.abc import Iterator
from gettext import GNUTranslations
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from tests.ui.hands import BUDGET_MS
from ui import language, scenes
from ui.lookup import Lookup
from ui.window import Window


@pytest.fixture(autouse=True)
def closed(qapp: QApplication) -> Iterator[None]:
    """No test leaves its dialog to the next."""
    yield
    for widget in qapp.topLevelWidgets():
        if isinstance(widget, QDialog):
            widget.close()


def lookup_of(window: Window) -> Lookup:
    (dialog,) = [d for d in window.findChildren(QDialog) if d.isVisible()]
    found: Lookup = dialog.findChildren(Lookup)[0]
    return found


def texts(lookup: Lookup) -> list[str]:
    return [text.text() for text in lookup.findChildren(QLabel)]


def test_the_key_opens_it_with_the_cursor_in_the_field(open_window: Any, qtbot: Any) -> None:
    window = open_window(scenes.ten_states())
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_F)
    qtbot.waitUntil(lambda: bool(window.findChildren(Lookup)), timeout=BUDGET_MS)
    lookup = lookup_of(window)
    assert lookup.window().focusWidget() is lookup.said
    assert any(text.startswith("Type what the headset shows") for text in texts(lookup))


def test_a_code_brings_cause_cure_and_who_as_it_is_typed(open_window: Any) -> None:
    window = open_window(scenes.ten_states())
    window.look_up_fault()
    lookup = lookup_of(window)
    lookup.said.setText("-2145910760")
    shown = texts(lookup)
    assert "A licence is missing (80180018)" in shown
    assert "tenant admin" in shown
    lookup.said.setText("xyzzy")
    assert any(text.startswith("Nothing in the catalogue") for text in texts(lookup))


def test_what_is_unsure_says_so_and_a_long_list_is_cut(open_window: Any) -> None:
    window = open_window(scenes.ten_states())
    window.look_up_fault()
    lookup = lookup_of(window)
    lookup.said.setText("CAA2000B")
    assert any("not confirmed by the documents" in text for text in texts(lookup))
    lookup.said.setText("hash")
    assert any("more: type another word" in text for text in texts(lookup))


def test_what_is_not_in_the_list_of_a_card_can_be_looked_up(open_window: Any) -> None:
    window = open_window(scenes.ten_states())
    window.live.selection.choose(3)
    guide = window.screen_widget("board").guide
    assert guide.toggle_otherwise()
    (press,) = [b for b in guide.findChildren(QLabel) if b.text().startswith("Something else")]
    press.parent().click()
    assert lookup_of(window).isVisible()


def test_french_words_find_french_texts(open_window: Any, french: GNUTranslations) -> None:
    language.use("fr", french)
    window = open_window(scenes.ten_states())
    window.look_up_fault()
    lookup = lookup_of(window)
    lookup.said.setText("licence manquante")
    assert any("licence" in text for text in texts(lookup))
