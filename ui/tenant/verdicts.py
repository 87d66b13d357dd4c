"""The readiness check as a person reads it: one line a check with word, glyph and colour; what was seen, why, who, where."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from station.tenant.checks import Line
from station.tenant.verdicts import GRAVEST_FIRST, Verdict, seen, summary
from ui.language import _
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import clear, column, paper, row
from ui.widgets.text import label

MARKS: Mapping[Verdict, tuple[str, str]] = MappingProxyType({
    Verdict.OK: ("check", "good"), Verdict.ATTENTION: ("warning", "warn"), Verdict.BLOCKED: ("error", "danger"),
    Verdict.NOT_KNOWN: ("question", "soft")})
"""Glyph and tone of each verdict."""


class Verdicts(QWidget):
    """A list of lines under a title."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme = theme
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, card = paper("card")
        outer.addWidget(frame)
        self._sum = label("", tone="soft", wrap=True)
        head = row(label(title, Type.HEADING, wrap=False), self._sum)
        head.setStretch(1, 1)
        card.addLayout(head)
        self._rows = column(gap=0)
        card.addLayout(self._rows)
        self._shown: tuple[tuple[Line, ...], bool] = ((), False)
        self.hide()

    def show_lines(self, lines: tuple[Line, ...], only_open: bool) -> None:
        """Show the lines, or only those that need attention."""
        self.setVisible(bool(lines))
        if (lines, only_open) == self._shown:
            return
        self._shown = (lines, only_open)
        self._sum.setText(summary([line.finding for line in lines], _))
        clear(self._rows)
        for line in sorted(lines, key=lambda one: GRAVEST_FIRST.index(one.finding.verdict)):
            if not only_open or line.finding.verdict is not Verdict.OK:
                self._rows.addWidget(self._row(line))

    def texts(self) -> str:
        """Everything that is said."""
        return "\n".join(w.text() for w in self.findChildren(QLabel) if w.text())

    def _row(self, line: Line) -> QWidget:
        check, verdict = line.check, line.finding.verdict
        glyph, tone = MARKS[verdict]
        frame, across = paper("flat", pad=8, gap=12, across=True)
        mark = QLabel()
        mark.setPixmap(self._theme.glyph(glyph, getattr(self._theme.tokens, tone), 24, self.devicePixelRatioF()))
        word = label(_(verdict.value), Type.STRONG, tone, wrap=False)
        word.setMinimumWidth(word.fontMetrics().averageCharWidth() * 9)
        top = Qt.AlignmentFlag.AlignTop
        across.addWidget(mark, 0, top)
        across.addWidget(word, 0, top)
        across.addWidget(_texts(line), 1)
        if check.link and verdict is not Verdict.OK:
            across.addWidget(button(_("Read more"), lambda: QDesktopServices.openUrl(QUrl(check.link)), Weight.QUIET,
                                    name=_("Read more about {title}").format(title=_(check.title))), 0, top)
        return frame


def _texts(line: Line) -> QWidget:
    check, finding = line.check, line.finding
    whole = QFrame()
    inside = QVBoxLayout(whole)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(2)
    inside.addWidget(label(_("{title}: {seen}").format(title=_(check.title), seen=seen(finding, _)), selectable=True))
    inside.addWidget(label(_(check.why), Type.CAPTION, "soft"))
    if finding.verdict is not Verdict.OK:
        inside.addWidget(label(_("Who can cure it: {who}").format(who=_(check.who.value)) + f" · {_(check.where)}", Type.CAPTION,
                               selectable=True))
    return whole
