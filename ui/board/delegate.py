"""Paints one tile. Two sizes: on the desk (read at 0.6 m: serial, battery, next action) and on the wall (F11, read at 3 m).

What rarely changes is painted once into a picture a slot; what moves (time, battery, progress) is painted over it each time.
Fonts, places and broken lines are made once for a size, so that 32 tiles that all change are painted in a few milliseconds.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
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
DESK_HEIGHT = 160
DESK_WIDTH = 202
BATTERY, WORD_ROOM = 18, 7
"""The side of its glyph; and what of the border at the right the word of the state may take."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ASKING = frozenset({StateWord.NEEDS_YOU, StateWord.FAILED, StateWord.READY})


@dataclass(frozen=True, slots=True)
class Faces:
    """Fonts of one tile size, the side of the mark and the room at the border."""

    number: QFont
    words: tuple[QFont, ...]
    text: QFont
    strong: QFont
    small: QFont
    mark: int
    pad: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where things stand in a tile, from its upper left corner. An empty rectangle is not shown at this size."""

    body: QRect
    top: QRect
    identity: QRect
    steps: QRect
    action: QRect
    foot: QRect


class TileDelegate(QStyledItemDelegate):
    """Paints tiles of a `BoardModel`. `cell` is the size of one tile, `wall` chooses what it shows."""

    def __init__(self, theme: Theme, name_of: Callable[[int], str]) -> None:
        super().__init__()
        self._theme = theme
        self._name_of = name_of
        self._breaker = Breaker()
        self._still: dict[int, tuple[object, QPixmap]] = {}
        self.cell = QSize(DESK_WIDTH, DESK_HEIGHT)
        self.wall = False
        self._measure()

    def resize(self, cell: QSize, wall: bool) -> None:
        """Paint tiles of this size from now on."""
        if (cell, wall) != (self.cell, self.wall):
            self.cell, self.wall = cell, wall
            self._breaker.forget()
            self._still.clear()
            self._measure()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self.cell

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        tile = index.data(ROLE_TILE)
        model = index.model()
        if not isinstance(tile, Tile) or not isinstance(model, BoardModel):
            return
        rect: QRect = option.rect
        part = model.progress(tile.slot) if tile.word is StateWord.WORKING else None
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        picture = self._picture(tile, selected, part is not None, painter.device().devicePixelRatio())
        painter.drawPixmap(rect.topLeft(), picture)
        painter.translate(rect.topLeft())
        self._paint_moving(painter, tile, time_text(tile, model.now()), part)
        painter.translate(-rect.topLeft())

    def _measure(self) -> None:
        self._faces = self._wall_faces() if self.wall else self._desk_faces()
        self._places = self._wall_places() if self.wall else self._desk_places()
        self._small = QFontMetrics(self._faces.small)

    def _desk_faces(self) -> Faces:
        theme, scale = self._theme, self._theme.sizes.text
        words = tuple(theme.sized(pixels * scale, True) for pixels in (17, 15, 13, 12))
        return Faces(theme.sized(34 * scale, True), words, theme.sized(15 * scale), theme.sized(15 * scale, True),
                     theme.sized(13 * scale), round(32 * scale), 13)

    def _wall_faces(self) -> Faces:
        theme = self._theme
        side = min(self.cell.width(), self.cell.height() * 1.1)
        words = tuple(theme.sized(min(92, side * share), True) for share in (0.15, 0.13, 0.11, 0.09, 0.075))
        small = theme.sized(side * 0.085)
        return Faces(theme.sized(side * 0.27, True), words, small, small, small, round(side * 0.27), round(side * 0.07))

    def _desk_places(self) -> Places:
        f = self._faces
        body = QRect(MARGIN, MARGIN, self.cell.width() - 2 * MARGIN, self.cell.height() - 2 * MARGIN)
        inner = body.adjusted(f.pad, f.pad - 4, -f.pad, -f.pad + 4)
        small = QFontMetrics(f.small).height()
        top = QRect(inner.x(), inner.y(), inner.width(), max(QFontMetrics(f.number).height(), f.mark))
        identity = QRect(inner.x(), top.bottom() + 5, inner.width(), small)
        steps = QRect(inner.x(), identity.bottom() + 6, inner.width(), 5)
        action = QRect(inner.x(), steps.bottom() + 6, inner.width(), max(0, inner.bottom() - steps.bottom() - 5))
        return Places(body, top, identity, steps, action, QRect(inner.x(), inner.bottom() - small + 1, inner.width(), small))

    def _wall_places(self) -> Places:
        f = self._faces
        body = QRect(MARGIN, MARGIN, self.cell.width() - 2 * MARGIN, self.cell.height() - 2 * MARGIN)
        inner = body.adjusted(f.pad, f.pad // 2, -f.pad, -f.pad // 2)
        small = QFontMetrics(f.small).height()
        top = QRect(inner.x(), inner.y(), inner.width(), round(f.mark * 1.15))
        foot = QRect(inner.x(), inner.bottom() - small, inner.width(), small)
        thick = max(6, f.pad // 3)
        steps = QRect(inner.x(), foot.y() - round(1.5 * thick), inner.width(), thick)
        word = QRect(inner.x(), top.bottom() + 2, inner.width(), steps.y() - top.bottom() - 4)
        return Places(body, top, QRect(), steps, word, foot)

    def _picture(self, tile: Tile, selected: bool, moving: bool, ratio: float) -> QPixmap:
        """What of a tile does not move, painted when it changes."""
        key = (tile.word, tile.serial, tile.step, tile.steps, tile.next_action, selected, moving, ratio)
        kept = self._still.get(tile.slot)
        if kept is not None and kept[0] == key:
            return kept[1]
        picture = QPixmap(self.cell * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._theme.tokens.ground))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = self._theme.tokens.states[tile.word]
        self._paint_ground(painter, tile, tone, selected)
        if self.wall:
            self._paint_wall(painter, tile, tone)
        else:
            self._paint_desk(painter, tile, tone)
        if tile.steps and tile.word is not StateWord.SKIPPED:
            self._paint_steps(painter, tile, tone, moving)
        painter.end()
        self._still[tile.slot] = (key, picture)
        return picture

    def _paint_moving(self, painter: QPainter, tile: Tile, time: str, part: float | None) -> None:
        f, t, p = self._faces, self._theme.tokens, self._places
        painter.setFont(f.small)
        painter.setPen(QColor(t.soft))
        if time:
            painter.drawText(p.foot, RIGHT, time)
        if tile.battery is not None and not p.identity.isEmpty():
            painter.drawText(p.identity, RIGHT, f"{tile.battery} %")
            painter.fillRect(self._charge(tile.battery), QColor(t.soft))
        if part is not None:
            painter.fillRect(_segment(p.steps, tile.step - 1, tile.steps, part), QColor(t.states[tile.word].fill))

    def _paint_ground(self, painter: QPainter, tile: Tile, tone: Tone, selected: bool) -> None:
        t, body = self._theme.tokens, self._places.body
        radius = self._theme.sizes.radius + 2
        if selected:
            painter.setPen(QPen(QColor(t.accent), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(body).adjusted(-3, -3, 3, 3), radius + 3, radius + 3)
        empty = tile.word is StateWord.EMPTY
        thick = max(3, self.cell.height() // 60) if tone.loud else 1
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

    def _paint_desk(self, painter: QPainter, tile: Tile, tone: Tone) -> None:
        f, t, p = self._faces, self._theme.tokens, self._places
        number = QFontMetrics(f.number)
        width = max(number.horizontalAdvance(str(tile.slot)), number.horizontalAdvance("0") * 1.3)
        self._text(painter, p.top, f.number, t.soft if tile.word is StateWord.EMPTY else t.ink, str(tile.slot))
        mark = QRect(p.top.x() + round(width) + 6, p.top.y() + (p.top.height() - f.mark) // 2, f.mark, f.mark)
        self._paint_mark(painter, mark, tile, tone)
        word = QRect(mark.right() + 8, p.top.y() - 2, p.top.right() + WORD_ROOM - mark.right() - 8, p.top.height() + 5)
        self._word(painter, word, tile, tone, 3)
        room = QRect(p.identity)
        if tile.battery is not None:
            battery = self._battery()
            room.setRight(battery.left() - 4)
            painter.drawPixmap(battery, self._theme.glyph("battery", t.soft, BATTERY, painter.device().devicePixelRatio()))
        self._text(painter, room, f.small, t.ink, tile.serial or self._name_of(tile.slot))
        asks = tile.word in ASKING
        self._paragraph(painter, p.action, f.strong if asks else f.text, t.ink if asks else t.soft, _(tile.next_action),
                        3 if p.action.height() > 84 else 2)

    def _battery(self) -> QRect:
        """The place of the battery's glyph, left of its figure."""
        box = self._places.identity
        left = box.right() - self._small.horizontalAdvance("100 %") - BATTERY - 3
        return QRect(left, box.y() + (box.height() - BATTERY) // 2, BATTERY, BATTERY)

    def _charge(self, percent: int) -> QRectF:
        """The part of the glyph that the charge fills; the glyph is drawn on a grid of 24."""
        unit, glyph = BATTERY / 24, self._battery()
        return QRectF(glyph.x() + 5 * unit, glyph.y() + 9.5 * unit, 12 * unit * percent / 100, 5 * unit)

    def _paint_wall(self, painter: QPainter, tile: Tile, tone: Tone) -> None:
        f, t, p = self._faces, self._theme.tokens, self._places
        self._text(painter, p.top, f.number, t.soft if tile.word is StateWord.EMPTY else t.ink, str(tile.slot))
        mark = QRect(p.top.right() - f.mark, p.top.y() + (p.top.height() - f.mark) // 2, f.mark, f.mark)
        self._paint_mark(painter, mark, tile, tone)
        self._word(painter, p.action, tile, tone, 3)
        self._text(painter, p.foot, f.small, t.soft, tile.serial[-6:])

    def _paint_steps(self, painter: QPainter, tile: Tile, tone: Tone, moving: bool) -> None:
        """Every step as a segment; the one under way is half full unless its progress is known and painted over it."""
        complete = tile.word is StateWord.DONE
        painter.setPen(Qt.PenStyle.NoPen)
        for i in range(tile.steps):
            passed = complete or i < tile.step - 1
            painter.setBrush(QColor(tone.fill if passed else self._theme.tokens.raised))
            painter.drawRoundedRect(_segment(self._places.steps, i, tile.steps), 2, 2)
            if i == tile.step - 1 and not complete and not moving:
                painter.setBrush(QColor(tone.fill))
                painter.drawRoundedRect(_segment(self._places.steps, i, tile.steps, 0.5), 2, 2)

    def _word(self, painter: QPainter, box: QRect, tile: Tile, tone: Tone, most: int) -> None:
        """The state word in the largest font in which it fits."""
        said, fonts = state_text(tile), self._faces.words
        rooms = [(f, min(most, max(1, box.height() // QFontMetrics(f).lineSpacing()))) for f in fonts]
        font, lines = next(((f, n) for f, n in rooms if self._breaker.fits(said, f, box.width(), n)), rooms[-1])
        self._paragraph(painter, box, font, tone.ink, said, lines, middle=True)

    def _text(self, painter: QPainter, box: QRect, font: QFont, colour: str, text: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(box, LEFT, self._breaker.one(text, font, box.width()))

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


def _segment(bar: QRect, i: int, of: int, share: float = 1.0) -> QRectF:
    """The place of one step's segment in the bar, or of its first part."""
    gap = 3.0
    each = (bar.width() - gap * (of - 1)) / of
    return QRectF(bar.x() + i * (each + gap), bar.y(), each * share, bar.height())
