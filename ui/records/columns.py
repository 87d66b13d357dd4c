"""The columns of the table of runs in the room there is: none is half in sight, none is reached by scrolling sideways."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHeaderView, QTableView

from ui.records.model import COLUMNS, STATION
from ui.widgets.table import set_widths


class Columns(QObject):
    """Where a column finds no room it is left out, the least important first; the chosen run is told whole beside the table."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view = view
        self._shared = False
        set_widths(view, [column.width for column in COLUMNS])
        self._least = [view.columnWidth(n) for n in range(len(COLUMNS))]
        view.viewport().installEventFilter(self)

    def show_stations(self, shared: bool) -> None:
        """Whether runs of more than one station are shown."""
        self._shared = shared
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        room = self._view.viewport().width()
        shown: list[int] = []
        for n in sorted(range(len(COLUMNS)), key=lambda n: COLUMNS[n].rank):
            if n == STATION and not self._shared:
                continue
            room -= self._least[n]
            if room < 0 and shown:
                break
            shown.append(n)
        growing = [n for n in shown if COLUMNS[n].grows] or [max(shown)]
        header = self._view.horizontalHeader()
        for n, least in enumerate(self._least):
            header.setSectionHidden(n, n not in shown)
            header.setSectionResizeMode(n, QHeaderView.ResizeMode.Stretch if n in growing else QHeaderView.ResizeMode.Interactive)
            if n not in growing:
                header.resizeSection(n, least)
