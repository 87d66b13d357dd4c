"""The one timer of a card: a ring that empties, the time in its middle, its meaning beside it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme.theme import Theme


class Ring(QWidget):
    """Shows how much of a time has passed. Beyond its end it shows the excess with a plus, in the warning colour."""

    def __init__(self, theme: Theme, side: int = 84) -> None:
        super().__init__()
        self._theme = theme
        self._side = side
        self._total = 0.0
        self._passed: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_time(self, total: float, passed: float | None) -> None:
        """`passed` None: the time has not begun."""
        if (total, passed) != (self._total, self._passed):
            self._total, self._passed = total, passed
            self.update()

    @property
    def text(self) -> str:
        """What stands in the ring."""
        if self._passed is None:
            return _clock(self._total)
        left = self._total - self._passed
        return _clock(left) if left >= 0 else f"+{_clock(-left)}"

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thick = self._side / 11
        box = QRectF(self.rect()).adjusted(thick, thick, -thick, -thick)
        painter.setPen(QPen(QColor(t.raised), thick))
        painter.drawEllipse(box)
        share = 0.0 if self._passed is None or not self._total else min(1.0, self._passed / self._total)
        over = self._passed is not None and self._passed > self._total
        painter.setPen(QPen(QColor(t.warn if over else t.accent), thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(box, 90 * 16, round((1 - share) * 360 * 16) if not over else 360 * 16)
        painter.setPen(QColor(t.ink))
        text = self.text
        painter.setFont(self._theme.sized(self._side * (0.25 if len(text) < 5 else 0.2 if len(text) < 6 else 0.16), True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)


def _clock(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60}:{whole % 60:02}" if whole < 3600 else f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
