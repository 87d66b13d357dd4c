"""Notices over the top of the screen: said once, gone by themselves unless they are a danger.

They float. Were they laid out with the screen, it would move down under the pointer, and a person would press the wrong button.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, QTimer
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from ui.language import _
from ui.theme.theme import Theme
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import paper
from ui.widgets.text import label

MOST, WIDEST, BESIDE, ABOVE = 3, 720, 18, 8
"""How many there are at once, how wide they grow, and the room left of and above them."""
STAY_MS = {"info": 6_000, "good": 6_000, "warn": 12_000}
ICONS = {"info": ("info", "accent_ink"), "good": ("check", "good"), "warn": ("warning", "warn"), "danger": ("error", "danger")}


class Notices(QWidget):
    """A short stack of notices, newest last; the oldest goes when there are too many. They stand over `screen`, in `window`."""

    def __init__(self, window: QWidget, screen: QWidget) -> None:
        super().__init__(window)
        self._window, self._screen = window, screen
        screen.installEventFilter(self)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._shown: list[QFrame] = []
        self.hide()

    def say(self, theme: Theme, text: str, kind: str, more: Callable[[], None] | None = None) -> None:
        """Say a text; `more` is offered as a button."""
        frame, layout = paper(kind, pad=4, across=True)
        layout.setContentsMargins(12, 2, 4, 2)
        icon, colour = ICONS[kind]
        mark = QLabel()
        mark.setPixmap(theme.glyph(icon, getattr(theme.tokens, colour), 24, self.devicePixelRatioF()))
        layout.addWidget(mark)
        said = label(text)
        layout.addWidget(said, 1)
        frame.setAccessibleName(text)
        if more is not None:
            layout.addWidget(button(_("Details"), more, Weight.QUIET))
        close = theme.icon("cancel", "soft")
        layout.addWidget(button("", lambda: self._drop(frame), Weight.QUIET, close, _("Close this notice")))
        self._shown.append(frame)
        self._layout.addWidget(frame)
        self.show()
        self._place()
        while len(self._shown) > MOST:
            self._drop(self._shown[0])
        if kind in STAY_MS:
            QTimer.singleShot(STAY_MS[kind], frame, lambda: self._drop(frame))

    def texts(self) -> list[str]:
        """What is being said."""
        return [frame.accessibleName() for frame in self._shown]

    def close_last(self) -> bool:
        """Take the newest away; whether there was one."""
        if not self._shown:
            return False
        self._drop(self._shown[-1])
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def _place(self) -> None:
        """As high as what is said, above everything else of the window."""
        corner = self._screen.mapTo(self._window, QPoint(BESIDE, ABOVE))
        width = min(WIDEST, self._screen.width() - 2 * BESIDE)
        self.setGeometry(QRect(corner, QSize(width, self._layout.heightForWidth(width))))
        self.raise_()

    def _drop(self, frame: QFrame) -> None:
        if frame in self._shown:
            self._shown.remove(frame)
            self._layout.removeWidget(frame)
            frame.hide()
            frame.deleteLater()
        self.setVisible(bool(self._shown))
