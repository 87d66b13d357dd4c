"""What is known beside the card: one line a fact, with source and age. Labels are kept and only their texts move on."""

from collections.abc import Iterable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from station.model.facts import Facts
from ui.guide.known import LINKS, Line, lines
from ui.language import _
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.text import label, set_tone


class FactList(QWidget):
    """A grid of facts."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: list[Line] = []
        self._rows: list[tuple[QLabel, QLabel, QLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(label(_("What is known"), Type.STRONG), 0, 0, 1, 3)

    @property
    def any(self) -> bool:
        """Whether there is anything to read."""
        return bool(self._shown)

    def show_facts(self, facts: Facts | None, wanted: Iterable[str], now: datetime) -> None:
        """Show these facts; None: nothing is known."""
        found = lines(facts, wanted, now) if facts is not None else []
        if found == self._shown:
            return
        self._shown = found
        while len(self._rows) < len(found):
            self._add_row()
        for i, widgets in enumerate(self._rows):
            for widget in widgets:
                widget.setVisible(i < len(found))
            if i < len(found):
                self._fill(widgets, found[i])
        self.setVisible(bool(found))

    def _add_row(self) -> None:
        widgets = (label("", Type.CAPTION, "soft"), label("", selectable=True), label("", Type.CAPTION, "soft", wrap=False))
        for small in (widgets[0], widgets[2]):
            small.setContentsMargins(0, 2, 0, 0)    # on the line of the value, which is larger
        for column, widget in enumerate(widgets):
            self._grid.addWidget(widget, len(self._rows) + 1, column, Qt.AlignmentFlag.AlignTop)
        self._rows.append(widgets)

    def _fill(self, widgets: tuple[QLabel, QLabel, QLabel], line: Line) -> None:
        name, value, origin = widgets
        name.setText(line.label)
        set_tone(name, "" if line.wanted else "soft")
        value.setText(line.value)
        set_tone(value, "soft" if line.link is None else "")
        origin.setText(f"{_(LINKS[line.link])} · {line.age}" if line.link is not None else "")
