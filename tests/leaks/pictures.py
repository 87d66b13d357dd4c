"""Takes a picture of a window together with every text that it paints or exposes, since a picture itself cannot be searched.

Painted: the window is painted once more onto an SVG, whose texts are those that painters drew, delegates' too. Exposed: every
text property of every widget, every role of every item of every model, what assistive programs are told.
"""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QBuffer, QIODevice, QModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QWidget

from tests.leaks.scan import SHOWN

_TEXT = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)
_ROLES = (*range(14), *range(Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 16))
_PARTS = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value, QAccessible.Text.Help)


def take(window: QWidget, folder: Path, name: str) -> None:
    """Save the picture, and beside it what it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    window.grab().save(str(folder / f"{name}.png"))
    (folder / f"{name}{SHOWN}").write_text("\n".join((*painted(window), *exposed(window))), encoding="utf-8")


def painted(window: QWidget) -> list[str]:
    """The texts that are drawn when the window paints itself."""
    held = QBuffer()
    held.open(QIODevice.OpenModeFlag.ReadWrite)
    svg = QSvgGenerator()
    svg.setOutputDevice(held)
    svg.setSize(window.size())
    window.render(svg)
    return [unescape(text).strip() for text in _TEXT.findall(bytes(held.data().data()).decode("utf-8"))]


def exposed(window: QWidget) -> list[str]:
    """The texts of the widgets that the picture shows, of their models, and what assistive programs are told of them."""
    shown = [widget for widget in window.findChildren(QWidget) if widget.isVisibleTo(window)]
    return [text for widget in (window, *shown) for text in _of(widget) if text]


def _of(widget: QWidget) -> Iterator[str]:
    about = widget.metaObject()
    for number in range(about.propertyCount()):
        value = about.property(number).read(widget)
        if isinstance(value, str):
            yield value
    told = QAccessible.queryAccessibleInterface(widget)
    if told is not None:
        yield from (told.text(part) for part in _PARTS)
    if isinstance(widget, QAbstractItemView | QComboBox):
        yield from _items(widget.model(), QModelIndex())


def _items(model: QAbstractItemModel | None, parent: QModelIndex) -> Iterator[str]:
    if model is None:
        return
    for row in range(model.rowCount(parent)):
        column = 0
        while model.hasIndex(row, column, parent):      # how many columns a plain list has is its own business
            index = model.index(row, column, parent)
            yield from (str(value) for role in _ROLES if (value := model.data(index, role)) is not None)
            if not isinstance(model, QAbstractListModel):
                yield from _items(model, index)
            column += 1
