"""Paints one tile. Fonts, pens and broken lines are made once for a size; nothing is laid out while painting.

Two sizes: on the desk (read at 0.6 m: serial, battery, next action) and on the wall (F11, read at 3 m: number, mark, word).
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from station.model.board import Tile
from station.model.words import StateWord
from ui.board.lines import Breaker
from ui.board.model import ROLE_TILE, BoardModel
from ui.board.tell import state_text, time_text
from ui.language import _
from ui.theme.marks import MARKS
from ui.theme.theme import Theme
from ui.theme.tokens import Tone

MARGIN = 5
DESK_HEIGHT = 168
DESK_WIDTH = 208
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Faces:
    """Fonts of one tile size, and the side of the mark."""

    number: QFont
    words: tuple[QFont, ...]
    text: QFont
    strong: QFont
    small: QFont
    mark: int
    pad: int


class TileDelegate(QStyledItemDelegate):
    """Paints tiles of a `BoardModel`. `cell` is the size of one tile, `wall` chooses what it shows."""

    def __init__(self, theme: Theme, name_of: Callable[[int], str]) -> None:
        super().__init__()
        self._theme = theme
        self._name_of = name_of
        self._breaker = Breaker()
        self.cell = QSize(DESK_WIDTH, DESK_HEIGHT)
        self.wall = False
        self._faces = self._make_faces()

    def resize(self, cell: QSize, wall: bool) -> None:
        """Paint tiles of this size from now on."""
        if (cell, wall) != (self.cell, self.wall):
            self.cell, self.wall = cell, wall
            self._breaker.forget()
            self._faces = self._make_faces()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self.cell

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        tile = index.data(ROLE_TILE)
        model = index.model()
        if not isinstance(tile, Tile) or not isinstance(model, BoardModel):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        body = rect.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        tone = self._theme.tokens.states[tile.word]
        self._paint_ground(painter, body, tile, tone, bool(state & QStyle.StateFlag.State_Selected))
        if self.wall:
            self._paint_wall(painter, body, tile, tone, model)
        else:
            self._paint_desk(painter, body, tile, tone, model)
        painter.restore()

    def _make_faces(self) -> Faces:
        theme, scale = self._theme, self._theme.sizes.text
        if not self.wall:
            words = tuple(theme.sized(pixels * scale, True) for pixels in (17, 15, 13))
            return Faces(theme.sized(34 * scale, True), words, theme.sized(15 * scale), theme.sized(15 * scale, True),
                         theme.sized(13 * scale), round(34 * scale), 14)
        side = min(self.cell.width(), self.cell.height() * 1.1)
        words = tuple(theme.sized(min(92, side * share), True) for share in (0.15, 0.13, 0.11, 0.09))
        small = theme.sized(side * 0.085)
        return Faces(theme.sized(side * 0.27, True), words, small, small, small, round(side * 0.27), round(side * 0.07))

    def _paint_ground(self, painter: QPainter, body: QRect, tile: Tile, tone: Tone, selected: bool) -> None:
        t = self._theme.tokens
        radius = self._theme.sizes.radius + 2
        if selected:
            painter.setPen(QPen(QColor(t.accent), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(body).adjusted(-3, -3, 3, 3), radius + 3, radius + 3)
        empty = tile.word is StateWord.EMPTY
        thick = (max(3, self.cell.height() // 60) if tone.loud else 1)
        pen = QPen(QColor(tone.fill if tone.loud else t.line_strong if empty else t.line), thick)
        if empty:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(t.ground if empty else t.surface))
        painter.drawRoundedRect(QRectF(body).adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2), radius, radius)

    def _paint_mark(self, painter: QPainter, box: QRect, tile: Tile, tone: Tone) -> None:
        if tile.word is not StateWord.EMPTY:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tone.fill))
            painter.drawRoundedRect(box, box.width() * 0.28, box.width() * 0.28)
        side = round(box.width() * 0.72)
        glyph = self._theme.glyph(MARKS[tile.word].glyph, tone.on_fill, side, painter.device().devicePixelRatio())
        painter.drawPixmap(box.x() + (box.width() - side) // 2, box.y() + (box.height() - side) // 2, glyph)

    def _paint_desk(self, painter: QPainter, body: QRect, tile: Tile, tone: Tone, model: BoardModel) -> None:
        f, t = self._faces, self._theme.tokens
        inner = body.adjusted(f.pad, f.pad - 4, -f.pad, -f.pad + 4)
        number = QFontMetrics(f.number)
        top = QRect(inner.x(), inner.y(), inner.width(), max(number.height(), f.mark))
        width = max(number.horizontalAdvance(str(tile.slot)), number.horizontalAdvance("0") * 1.3)
        self._text(painter, top, LEFT, f.number,
                   t.soft if tile.word is StateWord.EMPTY else t.ink, str(tile.slot))
        mark = QRect(top.x() + round(width) + 8, top.y() + (top.height() - f.mark) // 2, f.mark, f.mark)
        self._paint_mark(painter, mark, tile, tone)
        word = QRect(mark.right() + 10, top.y(), inner.right() - mark.right() - 9, top.height())
        said = state_text(tile)
        self._paragraph(painter, word, self._fitting(said, word.width(), 2), tone.ink, said, 2, middle=True)
        y = top.bottom() + 8
        y = self._paint_identity(painter, QRect(inner.x(), y, inner.width(), QFontMetrics(f.small).height()), tile)
        if tile.steps and tile.word is not StateWord.SKIPPED:
            self._paint_steps(painter, QRect(inner.x(), y + 7, inner.width(), 6), tile, tone, model)
        small = QFontMetrics(f.small)
        foot = QRect(inner.x(), inner.bottom() - small.height() + 1, inner.width(), small.height())
        self._text(painter, foot, RIGHT, f.small, t.soft,
                   time_text(tile, model.now()))
        action = QRect(inner.x(), y + 20, inner.width(), max(0, inner.bottom() - y - 19))
        strong = tile.word in (StateWord.NEEDS_YOU, StateWord.FAILED, StateWord.READY)
        self._paragraph(painter, action, f.strong if strong else f.text, t.ink if strong else t.soft,
                        _(tile.next_action), 3 if action.height() > 84 else 2)

    def _paint_identity(self, painter: QPainter, line: QRect, tile: Tile) -> int:
        f, t = self._faces, self._theme.tokens
        left = tile.serial or self._name_of(tile.slot)
        battery = "" if tile.battery is None else f"{tile.battery} %"
        self._text(painter, line, LEFT, f.small, t.ink, left)
        self._text(painter, line, RIGHT, f.small, t.soft, battery)
        if battery:
            wide = QFontMetrics(f.small).horizontalAdvance(battery)
            glyph = self._theme.glyph("battery", t.soft, 18, painter.device().devicePixelRatio())
            painter.drawPixmap(line.right() - wide - 22, line.y() + (line.height() - 18) // 2, glyph)
        return line.bottom()

    def _paint_steps(self, painter: QPainter, bar: QRect, tile: Tile, tone: Tone, model: BoardModel) -> None:
        gap = 3.0
        each = (bar.width() - gap * (tile.steps - 1)) / tile.steps
        complete = tile.word is StateWord.DONE
        part = model.progress(tile.slot) if tile.word is StateWord.WORKING else None
        painter.setPen(Qt.PenStyle.NoPen)
        for i in range(tile.steps):
            box = QRectF(bar.x() + i * (each + gap), bar.y(), each, bar.height())
            here = i == tile.step - 1 and not complete
            painter.setBrush(QColor(tone.fill if (complete or i < tile.step - 1) else self._theme.tokens.raised))
            painter.drawRoundedRect(box, 2, 2)
            if here:
                painter.setBrush(QColor(tone.fill))
                box.setWidth(box.width() * (0.5 if part is None else part))
                painter.drawRoundedRect(box, 2, 2)

    def _paint_wall(self, painter: QPainter, body: QRect, tile: Tile, tone: Tone, model: BoardModel) -> None:
        f, t = self._faces, self._theme.tokens
        inner = body.adjusted(f.pad, f.pad // 2, -f.pad, -f.pad // 2)
        top = QRect(inner.x(), inner.y(), inner.width(), round(f.mark * 1.15))
        self._text(painter, top, LEFT, f.number,
                   t.soft if tile.word is StateWord.EMPTY else t.ink, str(tile.slot))
        self._paint_mark(painter, QRect(top.right() - f.mark, top.y() + (top.height() - f.mark) // 2, f.mark, f.mark), tile, tone)
        foot_height = QFontMetrics(f.small).height()
        middle = QRect(inner.x(), top.bottom() + f.pad // 3, inner.width(),
                       inner.bottom() - top.bottom() - foot_height - f.pad // 2)
        self._paragraph(painter, middle, self._fitting(state_text(tile), middle.width(), 3), tone.ink, state_text(tile), 3,
                        middle=True)
        foot = QRect(inner.x(), inner.bottom() - foot_height, inner.width(), foot_height)
        self._text(painter, foot, LEFT, f.small, t.soft, tile.serial[-6:])
        self._text(painter, foot, RIGHT, f.small, t.soft,
                   time_text(tile, model.now()))
        if tile.steps and tile.word is not StateWord.SKIPPED:
            thick = max(6, f.pad // 3)
            self._paint_steps(painter, QRect(inner.x(), foot.y() - thick, inner.width(), thick), tile, tone, model)

    def _fitting(self, text: str, width: int, most: int) -> QFont:
        """The largest font of the size in which a state word fits its lines."""
        return next((font for font in self._faces.words if self._breaker.fits(text, font, width, most)), self._faces.words[-1])

    def _text(self, painter: QPainter, box: QRect, align: Qt.AlignmentFlag, font: QFont, colour: str, text: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(box, align, self._breaker.one(text, font, box.width()))

    def _paragraph(self, painter: QPainter, box: QRect, font: QFont, colour: str, text: str, most: int,
                   middle: bool = False) -> None:
        lines = self._breaker.lines(text, font, box.width(), most)
        height = QFontMetrics(font).lineSpacing()
        y = box.y() + (max(0, box.height() - height * len(lines)) // 2 if middle else 0)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        for line in lines:
            painter.drawText(QRect(box.x(), y, box.width(), height), LEFT, line)
            y += height
