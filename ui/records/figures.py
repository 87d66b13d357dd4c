"""The strip of figures above the table: recounted from the runs in sight, so that search and figures always agree."""

from collections.abc import Iterable

from PySide6.QtCore import QLocale
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QVBoxLayout, QWidget

from station.model.faults import catalogue
from station.model.runs import Phase
from station.model.words import N_
from station.report.metrics import Metrics, measure
from station.report.page import duration, share
from station.report.story import Story
from ui.language import _, spoken
from ui.theme.tokens import Type
from ui.widgets.paper import paper, row
from ui.widgets.text import label

GAP, LINES, NARROW = 28, 8, 1000
_NAMES = (N_("Units"), N_("Done"), N_("Failed"), N_("Done at the first try"), N_("Median duration"), N_("Units an hour"),
          N_("Most frequent faults"))


class Figures(QWidget):
    """`count` shows the figures of these runs."""

    def __init__(self) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self._layout = paper("card", pad=12, gap=GAP, across=True)
        outer.addWidget(frame)
        numbers = row(gap=GAP)
        self._values = [self._figure(numbers, name) for name in _NAMES[:-1]]
        self._layout.addLayout(numbers)
        self._values.append(self._figure(self._layout, _NAMES[-1], told=True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the window is narrow, the faults stand below the numbers."""
        super().resizeEvent(event)
        down = self.width() < NARROW
        self._layout.setDirection(QBoxLayout.Direction.TopToBottom if down else QBoxLayout.Direction.LeftToRight)
        self._layout.setSpacing(LINES if down else GAP)

    def _figure(self, layout: QBoxLayout, name: str, told: bool = False) -> QLabel:
        """A number, or what is told in words and takes the room that is left."""
        box = QVBoxLayout()
        box.setSpacing(2)
        value = label("–", Type.BODY if told else Type.HEADING, wrap=told)
        value.setAccessibleName(_(name))
        box.addWidget(label(_(name), Type.CAPTION, "soft", wrap=False))
        box.addWidget(value)
        layout.addLayout(box, int(told))
        return value

    def count(self, runs: Iterable[Story]) -> None:
        """Show the figures of these runs."""
        for value, text in zip(self._values, _texts(measure(runs)), strict=True):
            value.setText(text)


def _texts(m: Metrics) -> tuple[str, ...]:
    causes = " · ".join(f"{_(catalogue().explain(code).title)} ({count})" for code, count in m.causes)
    return (str(m.runs), str(m.count(Phase.DONE)), str(m.count(Phase.FAILED)), share(m.first_pass), duration(m.median_seconds),
            QLocale(spoken()).toString(m.per_hour, "f", 1) if m.per_hour is not None else "–", causes or "–")
