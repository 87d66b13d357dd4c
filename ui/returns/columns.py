"""What each source knows, side by side; below each other where the window is narrow."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from ui.returns.known import Column, Record
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.paper import clear, column, paper, row
from ui.widgets.text import label

LEAST = 250
"""Least width of a column in logical pixels."""


class Columns(QWidget):
    """Shows columns; nothing is written anew unless it changed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[Column, ...] = ()
        self._cards: list[QFrame] = []
        self._across = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)

    def show_columns(self, columns: tuple[Column, ...]) -> None:
        """Show these sources."""
        if columns == self._shown:
            return
        self._shown = columns
        clear(self._grid)
        self._cards = [self._card(c) for c in columns]
        self._across = 0
        self._place()

    def texts(self) -> str:
        """Everything that is said."""
        return "\n".join(w.text() for w in self.findChildren(QLabel) if w.text() and not w.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """As many beside each other as fit; two rows of two rather than three and one."""
        fit = max(1, min(4, self.width() // round(LEAST * self._theme.sizes.text)))
        across = 2 if fit == 3 else fit
        if across == self._across:
            return
        self._across = across
        for i in range(4):
            self._grid.setColumnStretch(i, int(i < across))
        for i, card in enumerate(self._cards):
            self._grid.removeWidget(card)
            self._grid.addWidget(card, i // across, i % across)

    def _card(self, shown: Column) -> QFrame:
        frame, card = paper("card", pad=14, gap=8)
        frame.setAccessibleName(shown.title)
        mark = QLabel()
        mark.setPixmap(self._theme.glyph(shown.icon, self._theme.tokens.soft, 24, self.devicePixelRatioF()))
        head = row(mark, label(shown.title, Type.HEADING))
        head.setStretch(1, 1)
        card.addLayout(head)
        if shown.remark:
            warn = QLabel()
            warn.setPixmap(self._theme.glyph("warning", self._theme.tokens.warn, 20, self.devicePixelRatioF()))
            said = row(warn, label(shown.remark, Type.STRONG, "warn"))
            said.setStretch(1, 1)
            card.addLayout(said)
        for record in shown.records:
            card.addWidget(_record(record))
        if not shown.records and not shown.remark:
            card.addWidget(label(shown.nothing, tone="soft"))
        card.addStretch(1)
        return frame


def _record(record: Record) -> QWidget:
    whole = QWidget()
    inside = QGridLayout(whole)
    inside.setContentsMargins(0, 0, 0, 4)
    inside.setHorizontalSpacing(10)
    inside.setVerticalSpacing(4)
    inside.setColumnStretch(1, 1)
    if record.heading:
        inside.addWidget(label(record.heading, Type.STRONG), 0, 0, 1, 2)
    for i, (name, text) in enumerate(record.lines, 1):
        if len(text) > 24:
            both = column(gap=0)
            both.addWidget(label(name, Type.CAPTION, "soft"))
            both.addWidget(label(text, Type.CAPTION, selectable=True))
            inside.addLayout(both, i, 0, 1, 2)
            continue
        inside.addWidget(label(name, Type.CAPTION, "soft"), i, 0, Qt.AlignmentFlag.AlignTop)
        inside.addWidget(label(text, Type.CAPTION, selectable=True), i, 1, Qt.AlignmentFlag.AlignTop)
    return whole
