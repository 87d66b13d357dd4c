"""Rows of buttons that go on in the next line: they stay whole in a long language, with large targets, in a narrow window.

A widget and not a layout: Qt asks a layout for its items while both are being taken down, and a layout in Python cannot answer.
"""

from PySide6.QtCore import QEvent, QObject, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class Flow(QWidget):
    """Widgets from left to right, then in the next line; the one that grows takes what is left of its line.

    `right`: what is left of a line stands before its widgets.
    """

    def __init__(self, gap: int = 8, right: bool = False) -> None:
        super().__init__()
        self._right = right
        self._widgets: list[QWidget] = []
        self._gap = gap
        self._growing: QWidget | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget, grows: bool = False) -> None:
        """One more at the end."""
        widget.setParent(self)
        widget.installEventFilter(self)
        self._widgets.append(widget)
        if grows:
            self._growing = widget

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent, QEvent.Type.LayoutRequest,
                            QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._again()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._again()
        return super().event(event)

    def _again(self) -> None:
        self._place(self.width(), really=True)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(width, really=False)

    def sizeHint(self) -> QSize:
        return QSize(self._width(self._shown()), self._place(self.width(), really=False))

    def minimumSizeHint(self) -> QSize:
        widths = [w.minimumSizeHint().width() for w in self._shown()]
        return QSize(max(widths, default=0), self._place(self.width(), really=False))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place(event.size().width(), really=True)
        super().resizeEvent(event)

    def _shown(self) -> list[QWidget]:
        return [widget for widget in self._widgets if not widget.isHidden()]

    def _place(self, width: int, *, really: bool) -> int:
        """Put the widgets into lines; the height that takes."""
        top = 0
        for line in self._lines(width):
            height = max(_size(widget).height() for widget in line)
            spare = max(0, width - self._width(line))
            left = spare if self._right else 0
            for widget in line:
                wide = _size(widget).width() + (spare if widget is self._growing else 0)
                fixed = widget.sizePolicy().verticalPolicy() is QSizePolicy.Policy.Fixed
                high = min(height, _size(widget).height()) if fixed else height
                if really:
                    widget.setGeometry(QRect(left, top + (height - high) // 2, min(wide, max(width, 1)), high))
                left += wide + self._gap
            top += height + self._gap
        return max(0, top - self._gap)

    def _lines(self, width: int) -> list[list[QWidget]]:
        lines: list[list[QWidget]] = []
        for widget in self._shown():
            if not lines or self._width([*lines[-1], widget]) > width:
                lines.append([])
            lines[-1].append(widget)
        return lines

    def _width(self, line: list[QWidget]) -> int:
        return sum(_size(widget).width() for widget in line) + self._gap * max(0, len(line) - 1)


def _size(widget: QWidget) -> QSize:
    return widget.sizeHint().expandedTo(widget.minimumSizeHint()).expandedTo(widget.minimumSize()).boundedTo(widget.maximumSize())
