"""The wall of tiles: chooses tile size and columns so that slots keep their place and the room is used."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QScroller, QStyle

from ui.board.delegate import DESK_HEIGHT, DESK_WIDTH, TileDelegate
from ui.board.model import ROLE_SLOT, BoardModel
from ui.language import _
from ui.theme.theme import Theme

GREATEST_DESK_HEIGHT, LEAST = 210, 10
"""The second is the least room in which anything is laid out."""


class BoardView(QListView):
    """Tiles of a `BoardModel`. One slot is selected; the arrow keys move it."""

    slot_selected = Signal(int)

    def __init__(self, theme: Theme, model: BoardModel, name_of: Callable[[int], str]) -> None:
        super().__init__()
        self._theme = theme
        self._tiles = TileDelegate(theme, name_of)
        self.wall = False
        self.setModel(model)
        self.setItemDelegate(self._tiles)
        self.setAccessibleName(_("Board"))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setStyleSheet("QListView, QListView:focus { background: transparent; border: 0; }")
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.TouchGesture)
        self.selectionModel().currentChanged.connect(self._current_changed)
        model.modelReset.connect(self.arrange)

    def select(self, slot: int) -> None:
        """Select a slot and bring it into sight."""
        model = self.model()
        index = model.index_of(slot) if isinstance(model, BoardModel) else self.rootIndex()
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def selected(self) -> int:
        """The selected slot, 0 for none."""
        slot = self.currentIndex().data(ROLE_SLOT)
        return int(slot) if slot is not None else 0

    def set_wall(self, wall: bool) -> None:
        """Tiles for 3 m, all of them in sight, or for the desk."""
        self.wall = wall
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOff if wall else policy.ScrollBarAsNeeded)
        self.arrange()

    def arrange(self) -> None:
        """Choose columns and tile size for the room there is."""
        count = self.model().rowCount()
        room = self.viewport().size()
        if not count or room.width() < LEAST:
            return
        scale = self._theme.sizes.text
        cell = wall_cell(count, room) if self.wall else desk_cell(count, self._beside_bar(self.size()), scale)
        self._tiles.resize(cell, self.wall)
        self.setGridSize(cell)
        self.scheduleDelayedItemsLayout()

    def shows_all(self, room: QSize) -> bool:
        """Whether every tile for the desk would be in sight if the view had so much room."""
        count, inside = self.model().rowCount(), self._beside_bar(room)
        if not count or inside.width() < LEAST:
            return True
        cell = desk_cell(count, inside, self._theme.sizes.text)
        return -(-count // (inside.width() // cell.width())) * cell.height() <= inside.height()

    def _beside_bar(self, room: QSize) -> QSize:
        """A QListView that may need its scroll bar lays out as if it had one."""
        return room - QSize(self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def _current_changed(self) -> None:
        if self.selected():
            self.slot_selected.emit(self.selected())


def desk_cell(count: int, room: QSize, scale: float) -> QSize:
    """Tiles as wide as the columns leave them; a little higher where all of them fit."""
    width, height = round(DESK_WIDTH * scale), round(DESK_HEIGHT * scale)
    columns = max(1, min(count, (room.width() - 2) // width))
    rows = -(-count // columns)
    return QSize(min((room.width() - 2) // columns, round(width * 1.6)),
                 max(height, min(room.height() // rows, round(GREATEST_DESK_HEIGHT * scale))))


def wall_cell(count: int, room: QSize) -> QSize:
    """The largest tiles with which every slot is in sight without scrolling."""
    best = QSize(1, 1)
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        cell = QSize((room.width() - 2) // columns, room.height() // rows)
        if min(cell.width(), cell.height() * 1.1) > min(best.width(), best.height() * 1.1):
            best = cell
    return best
