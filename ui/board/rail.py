"""The side rail: the slots that want a person, failed ones first, longest waiting first. Slots move here, never on the board."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from station.model.board import Tile
from station.model.words import StateWord
from ui.board.lines import Breaker
from ui.board.model import ROLE_SLOT, ROLE_TILE, BoardModel
from ui.board.tell import time_text
from ui.language import _
from ui.theme.marks import MARKS
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.text import label

NARROWEST = 100
ORDER = (StateWord.FAILED, StateWord.NEEDS_YOU)
Index = QModelIndex | QPersistentModelIndex


class Wanting(QSortFilterProxyModel):
    """The tiles that want a person."""

    def __init__(self, board: BoardModel) -> None:
        super().__init__()
        self.setSourceModel(board)
        self.setDynamicSortFilter(True)
        self.sort(0)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        tile = self.sourceModel().index(source_row, 0, source_parent).data(ROLE_TILE)
        return isinstance(tile, Tile) and tile.word in ORDER

    def lessThan(self, source_left: Index, source_right: Index) -> bool:
        return _rank(source_left.data(ROLE_TILE)) < _rank(source_right.data(ROLE_TILE))


def _rank(tile: Tile) -> tuple[int, float, int]:
    return (ORDER.index(tile.word) if tile.word in ORDER else 9, tile.since.timestamp() if tile.since else 0.0, tile.slot)


class Rail(QWidget):
    """The list with its heading."""

    slot_chosen = Signal(int)

    def __init__(self, theme: Theme, board: BoardModel) -> None:
        super().__init__()
        self._board = board
        self.wanting = Wanting(board)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 16, 8, 8)
        self._heading = label("", Type.STRONG)
        self._calm = label(_("Nothing needs you now."), Type.BODY, "soft")
        self.list = QListView()
        self.list.setModel(self.wanting)
        self.list.setItemDelegate(_Entry(theme, board))
        self.list.setAccessibleName(_("Units that need you"))
        self.list.setUniformItemSizes(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setStyleSheet("QListView { background: transparent; border: 0; }")
        self.list.clicked.connect(lambda index: self.slot_chosen.emit(index.data(ROLE_SLOT)))
        self.list.activated.connect(lambda index: self.slot_chosen.emit(index.data(ROLE_SLOT)))
        for widget in (self._heading, self._calm):
            layout.addWidget(widget)
        layout.addWidget(self.list, 1)
        layout.addStretch()
        board.flushed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Count again."""
        words = [t.word for t in self._board.tiles()]
        counts = [f"{_(MARKS[w].word)} {words.count(w)}" for w in (StateWord.NEEDS_YOU, StateWord.FAILED) if w in words]
        self._heading.setText(" · ".join(counts))
        self._heading.setVisible(bool(counts))
        self._calm.setVisible(not counts)
        self.list.setVisible(bool(counts))


class _Entry(QStyledItemDelegate):
    """One line: slot, mark, what to do, how long it waits."""

    def __init__(self, theme: Theme, board: BoardModel) -> None:
        super().__init__()
        self._theme = theme
        self._board = board
        self._breaker = Breaker()
        self._still: dict[int, tuple[object, QPixmap]] = {}
        self._number = theme.sized(20 * theme.sizes.text, True)
        self._small = theme.font(Type.CAPTION)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(NARROWEST, round(90 * self._theme.sizes.text))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tile = index.data(ROLE_TILE)
        if not isinstance(tile, Tile):
            return
        rect: QRect = option.rect
        looked_at = bool(option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus))
        painter.drawPixmap(rect.topLeft(), self._picture(tile, looked_at, rect.size(), painter.device().devicePixelRatio()))

    def _picture(self, tile: Tile, looked_at: bool, size: QSize, ratio: float) -> QPixmap:
        """The whole line, painted when it changes: once a second at most."""
        time = time_text(tile, self._board.now())
        key = (tile.word, tile.next_action, time, looked_at, size.width(), size.height(), ratio)
        kept = self._still.get(tile.slot)
        if kept is not None and kept[0] == key:
            return kept[1]
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._theme.tokens.surface))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_line(painter, QRect(0, 3, size.width() - 1, size.height() - 6), tile, time, looked_at)
        painter.end()
        self._still[tile.slot] = (key, picture)
        return picture

    def _paint_line(self, painter: QPainter, box: QRect, tile: Tile, time: str, looked_at: bool) -> None:
        t, theme = self._theme.tokens, self._theme
        tone = t.states[tile.word]
        painter.setPen(QColor(t.line_strong if looked_at else t.line))
        painter.setBrush(QColor(t.surface))
        painter.drawRoundedRect(box, theme.sizes.radius, theme.sizes.radius)
        mark = QRect(box.x() + 8, box.y() + 10, 26, 26)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tone.fill))
        painter.drawRoundedRect(mark, 7, 7)
        painter.drawPixmap(mark.x() + 4, mark.y() + 4,
                           theme.glyph(MARKS[tile.word].glyph, tone.on_fill, 18, painter.device().devicePixelRatio()))
        painter.setPen(QColor(t.ink))
        painter.setFont(self._number)
        painter.drawText(QRect(mark.right() + 9, mark.y() - 2, 40, 30), Qt.AlignmentFlag.AlignVCenter, str(tile.slot))
        painter.setFont(self._small)
        painter.setPen(QColor(t.soft))
        painter.drawText(box.adjusted(0, 10, -8, 0), Qt.AlignmentFlag.AlignRight, time)
        painter.setPen(QColor(t.ink))
        line = QRect(box.x() + 8, mark.bottom() + 5, box.width() - 16, box.bottom() - mark.bottom() - 8)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop,
                         "\n".join(self._breaker.lines(_(tile.next_action), self._small, line.width(), 2)))
