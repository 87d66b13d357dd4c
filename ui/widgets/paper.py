"""Paper: frames with a ground of their own, boxes to put things in, and scrolling."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QScrollArea, QScroller, QVBoxLayout, QWidget

from ui.language import _

SPLIT = 16
"""The room between two sides of a screen that can be drawn wider."""


def paper(kind: str = "card", pad: int = 16, gap: int = 10, across: bool = False) -> tuple[QFrame, QBoxLayout]:
    """A frame and the layout in it. `kind`: card, flat, rail, side, info, good, warn, danger, practice."""
    frame = QFrame()
    frame.setProperty("paper", kind)
    layout: QBoxLayout = QHBoxLayout(frame) if across else QVBoxLayout(frame)
    layout.setContentsMargins(pad, pad, pad, pad)
    layout.setSpacing(gap)
    return frame, layout


def column(gap: int = 10, margins: int = 0) -> QVBoxLayout:
    """Things below each other."""
    layout = QVBoxLayout()
    layout.setContentsMargins(margins, margins, margins, margins)
    layout.setSpacing(gap)
    return layout


def row(*items: QWidget | QLayout | None, gap: int = 10) -> QHBoxLayout:
    """Things beside each other; None is a stretch."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)
    return layout


def rule(upright: bool = False) -> QFrame:
    """A thin line between two parts."""
    line = QFrame()
    line.setProperty("paper", "rule")
    line.setFrameShape(QFrame.Shape.NoFrame)
    if upright:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def scrolled(widget: QWidget) -> QScrollArea:
    """The widget in an area that scrolls down, by finger and keyboard too, and never sideways.

    It is a stop of the keyboard, and shown as one, only while there is something to scroll to.
    """
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    widget.setProperty("paper", widget.property("paper") or "none")
    area.setWidget(widget)
    QScroller.grabGesture(area.viewport(), QScroller.ScrollerGestureType.TouchGesture)
    area.setAccessibleName(_("Scrolls up and down"))
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.verticalScrollBar().rangeChanged.connect(lambda _least, most: area.setFocusPolicy(
        Qt.FocusPolicy.StrongFocus if most else Qt.FocusPolicy.NoFocus))
    return area


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)
