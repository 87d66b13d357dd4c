"""The columns of a table in the room there is: none is half in sight, none is reached by scrolling sideways."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHeaderView, QTableView

AIR = 24
"""The room left and right of a text in its cell."""


class Columns(QObject):
    """Where a column finds no room it is left out; the chosen row is told whole beside the table.

    `letters` are the least widths (a heading is never cut), `ranks` say which goes first (the highest), the `growing` share
    what is left over.
    """

    def __init__(self, view: QTableView, letters: Sequence[int], ranks: Sequence[int], growing: Collection[int]) -> None:
        super().__init__(view)
        self._view, self._growing = view, growing
        self._order = sorted(range(len(ranks)), key=lambda n: ranks[n])
        self._left_out: Collection[int] = ()
        header, letter = view.horizontalHeader(), view.fontMetrics().averageCharWidth()
        self._least = [max(width * letter + AIR, header.sectionSizeHint(n)) for n, width in enumerate(letters)]
        view.viewport().installEventFilter(self)

    def leave_out(self, columns: Collection[int]) -> None:
        """These say nothing now."""
        self._left_out = columns
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        room = self._view.viewport().width()
        shown: list[int] = []
        for n in self._order:
            if n in self._left_out:
                continue
            room -= self._least[n]
            if room < 0 and shown:
                break
            shown.append(n)
        growing = [n for n in shown if n in self._growing] or [max(shown)]
        header = self._view.horizontalHeader()
        for n, least in enumerate(self._least):
            header.setSectionHidden(n, n not in shown)
            header.setSectionResizeMode(n, QHeaderView.ResizeMode.Stretch if n in growing else QHeaderView.ResizeMode.Interactive)
            if n not in growing:
                header.resizeSection(n, least)
