"""Texts: one function for every label, so that size, tone and wrapping are chosen by purpose."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui.theme.tokens import Type


def label(text: str, kind: Type = Type.BODY, tone: str = "", wrap: bool = True, selectable: bool = False) -> QLabel:
    """A label in plain text (what devices and servers say is never read as markup). `tone`: soft, danger, warn, good, accent."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("type", kind.value)
    made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    if wrap:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
    return made


def told(name: str, text: str) -> QVBoxLayout:
    """Something that is known, below the word for it."""
    both = QVBoxLayout()
    both.setSpacing(1)
    both.addWidget(label(name, Type.CAPTION, "soft"))
    both.addWidget(label(text, selectable=True))
    return both


def set_tone(widget: QWidget, tone: str) -> None:
    """Give a label another tone after it was made."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
