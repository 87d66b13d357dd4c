"""What a screen says while it has nothing to show: an icon, why, and the one thing that changes it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.text import label

TEXT_WIDTH = 420
"""Pixels at the usual size of text: a column of two words is hard to read."""


class Empty(QWidget):
    """An empty state."""

    def __init__(self, theme: Theme, icon: str, title: str, text: str = "", action: QPushButton | None = None) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.setSpacing(10)
        mark = QLabel()
        mark.setPixmap(theme.glyph(icon, theme.tokens.soft, 56, self.devicePixelRatioF()))
        mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(mark)
        for line, kind, tone in ((title, Type.HEADING, ""), (text, Type.BODY, "soft")):
            if line:
                said = label(line, kind, tone)
                said.setAlignment(Qt.AlignmentFlag.AlignCenter)
                said.setMinimumWidth(round(TEXT_WIDTH * theme.sizes.text))
                layout.addWidget(said)
        if action is not None:
            layout.addWidget(action, 0, Qt.AlignmentFlag.AlignCenter)
