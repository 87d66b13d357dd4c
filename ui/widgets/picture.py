"""A drawing of `resources/gestures`, scaled to the room it gets."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme.theme import Theme

QWIDGETSIZE_MAX = (1 << 24) - 1
"""Qt's own "no limit"."""


class Picture(QWidget):
    """Shows one drawing, as high as its maximum where that is set; `show_picture` changes it.

    `about` is what a screen reader says.
    """

    def __init__(self, theme: Theme, least: QSize | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._name = ""
        self._drawing: QSvgRenderer | None = None
        self._least = least or QSize(200, 125)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def name(self) -> str:
        """The drawing shown now."""
        return self._name

    def show_picture(self, name: str, about: str) -> None:
        """Show a drawing; "" shows nothing."""
        self.setAccessibleName(about)
        if name == self._name:
            return
        self._name = name
        self._drawing = self._theme.picture(name) if name else None
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        drawn = self._drawing.viewBoxF() if self._drawing is not None else None
        wanted = round(width * drawn.height() / drawn.width()) if drawn is not None else self.minimumSizeHint().height()
        return min(self.maximumHeight(), wanted)

    def sizeHint(self) -> QSize:
        hint = self._least * 1.2
        return QSize(hint.width(), self.maximumHeight() if self.maximumHeight() < QWIDGETSIZE_MAX else hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._least.width(), 160), min(self._least.height(), self.maximumHeight(), 100))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._drawing is None:
            return
        drawn = self._drawing.viewBoxF().size()
        scale = min(self.width() / drawn.width(), self.height() / drawn.height())
        width, height = drawn.width() * scale, drawn.height() * scale
        painter = QPainter(self)
        self._drawing.render(painter, QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height))
