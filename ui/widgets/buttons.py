"""Buttons: as high as a gloved finger needs, named for those who cannot see them."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QPushButton, QSizePolicy

SIDE, AIR = 20, 5
"""The side of an icon on a button, and the room between it and the text beyond the four pixels that the style leaves."""


class Weight(StrEnum):
    """How much a button asks to be pressed. One primary button a screen or card."""

    PRIMARY = "primary"
    PLAIN = "plain"
    QUIET = "quiet"
    DANGER = "danger"
    CHOICE = "choice"


def button(text: str, on_press: Callable[[], object] | None = None, weight: Weight = Weight.PLAIN, icon: QIcon | None = None,
           name: str = "") -> QPushButton:
    """A push button. `name` is the accessible name where the text alone does not say enough; one with an icon and a name and no
    text is as wide as it is high."""
    made = QPushButton(text)
    made.setProperty("kind", weight.value)
    made.setAutoDefault(False)
    made.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
    bare = bool(name) and not text
    if icon is not None:
        made.setIcon(icon if bare else beside_text(icon))
        made.setIconSize(QSize(SIDE if bare else SIDE + AIR, SIDE))
    made.setProperty("bare", bare)
    if name or not text:
        made.setAccessibleName(name)
        made.setToolTip(name if not text else "")
    if on_press is not None:
        made.clicked.connect(lambda _checked=False: on_press())
    return made


def set_weight(press: QPushButton, weight: Weight) -> None:
    """Give a button another weight after it was made."""
    if press.property("kind") != weight.value:
        press.setProperty("kind", weight.value)
        press.style().unpolish(press)
        press.style().polish(press)


def beside_text(icon: QIcon) -> QIcon:
    """The icon with air on its right: the style sheet's own gap is fixed, and too narrow to read the two apart."""
    drawn = icon.pixmap(QSize(SIDE, SIDE))
    ratio = drawn.devicePixelRatio()
    wide = QPixmap(QSize(SIDE + AIR, SIDE) * ratio)
    wide.setDevicePixelRatio(ratio)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, drawn)
    painter.end()
    return QIcon(wide)
