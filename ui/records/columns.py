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
        for n, column in enumerate(COLUMNS):
            if column.grows:
                view.horizontalHeader().setSectionResizeMode(n, QHeaderView.ResizeMode.Stretch)
        view.horizontalHeader().setStretchLastSection(True)
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
        room, full = self._view.viewport().width(), False
        for n in sorted(range(len(COLUMNS)), key=lambda n: COLUMNS[n].rank):
            if n == STATION and not self._shared:
                self._view.setColumnHidden(n, True)
                continue
            room -= self._least[n]
            full = full or room < 0
            self._view.setColumnHidden(n, full and COLUMNS[n].rank > 1)
