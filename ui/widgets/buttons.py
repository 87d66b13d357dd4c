"""Buttons: as high as a gloved finger needs, named for those who cannot see them."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QPushButton, QSizePolicy


class Weight(StrEnum):
    """How much a button asks to be pressed. One primary button a screen or card."""

    PRIMARY = "primary"
    PLAIN = "plain"
    QUIET = "quiet"
    DANGER = "danger"
    CHOICE = "choice"


def button(text: str, on_press: Callable[[], object] | None = None, weight: Weight = Weight.PLAIN, icon: QIcon | None = None,
           name: str = "") -> QPushButton:
    """A push button. `name` is the accessible name where the text alone does not say enough."""
    made = QPushButton(text)
    made.setProperty("kind", weight.value)
    made.setAutoDefault(False)
    made.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
    if icon is not None:
        made.setIcon(icon)
        made.setIconSize(QSize(20, 20))
    made.setProperty("bare", not text)
    if name or not text:
        made.setAccessibleName(name)
        made.setToolTip(name if not text else "")
    if on_press is not None:
        made.clicked.connect(lambda _checked=False: on_press())
    return made
