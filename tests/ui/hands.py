"""What a person at the window does in tests: reads, presses, answers what is asked, waits for what the screen shows."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QWidget

from ui.window import Window

BUDGET_S = 60.0
BUDGET_MS = 60_000
"""How long a test waits for what must come: a busy machine is no failure of the window."""


def texts(widget: QWidget) -> str:
    """What is to be read. Never processes events: a coroutine that does enters the loop twice."""
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def settled(widget: QWidget) -> str:
    """What is to be read once the screen has come to rest; for tests without a loop."""
    QApplication.processEvents()
    return texts(widget)


def press(widget: QWidget, text: str) -> None:
    """Click the button of that text or name."""
    found = next(b for b in widget.findChildren(QPushButton) if text in (b.text(), b.accessibleName()) and b.isVisibleTo(widget))
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def dialog_of(window: Window) -> QDialog | None:
    """The question that is open."""
    return next((d for d in window.findChildren(QDialog) if d.isVisible()), None)


async def until(condition: Callable[[], object]) -> None:
    """As long as the test's budget lasts."""
    while not condition():  # noqa: ASYNC110 - what the screen shows tells nobody
        await asyncio.sleep(0.01)
