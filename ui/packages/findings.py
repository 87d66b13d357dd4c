"""What the lint says: one paper a finding, errors first, with why and what to do; a press leads to the place."""

import re
from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from station.package.lint import Finding, Severity, rules
from ui.language import _, ngettext
from ui.packages.pages import PAGES, page_of
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import clear, paper, row, scrolled
from ui.widgets.text import label, set_tone

LOOKS = {Severity.ERROR: ("danger", "error", "danger"), Severity.WARNING: ("warn", "warning", "warn"),
         Severity.NOTE: ("info", "info", "accent_ink")}
"""Paper, icon and colour of a severity."""


def place_of(finding: Finding) -> str:
    """Where a finding is, in words of the pages; the place itself where no page has it."""
    key = page_of(finding.where)
    page = next((p for p in PAGES if p.key == key), None)
    number = re.search(r"\[(\d+)\]", finding.where)
    return finding.where if page is None else _(page.title) + (f" {int(number[1]) + 1}" if number else "")


class FindingList(QWidget):
    """A summary, and the findings below it."""

    def __init__(self, theme: Theme, lead_to: Callable[[Finding], None] | None = None) -> None:
        super().__init__()
        self._theme, self._lead_to = theme, lead_to
        self.summary = label("", Type.STRONG)
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, 8, 0)
        self._rows.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(_("What the check says"), Type.HEADING))
        layout.addWidget(self.summary)
        layout.addWidget(scrolled(inside), 1)
        self.shown: tuple[Finding, ...] = ()

    def show_findings(self, found: Sequence[Finding]) -> None:
        """Show these and nothing else."""
        self.shown = tuple(found)
        errors = sum(f.severity is Severity.ERROR for f in found)
        warnings = sum(f.severity is Severity.WARNING for f in found)
        if errors:
            self.summary.setText(ngettext("{n} error: the package would fail.", "{n} errors: the package would fail.", errors))
        elif warnings:
            self.summary.setText(ngettext("{n} warning.", "{n} warnings.", warnings))
        else:
            self.summary.setText(_("Nothing stands against it."))
        set_tone(self.summary, "danger" if errors else "warn" if warnings else "good")
        clear(self._rows)
        for finding in found:
            self._rows.addWidget(self._paper(finding))
        self._rows.addStretch(1)

    def _paper(self, finding: Finding) -> QWidget:
        rule = rules()[finding.rule]
        kind, icon, colour = LOOKS[finding.severity]
        frame, layout = paper(kind, pad=10, gap=4)
        mark = QLabel()
        mark.setPixmap(self._theme.glyph(icon, getattr(self._theme.tokens, colour), 20, self.devicePixelRatioF()))
        title = label(_(rule.title), Type.STRONG)
        head = row(mark, title)
        head.setStretch(1, 1)
        layout.addLayout(head)
        about = " · ".join(p for p in (place_of(finding), finding.detail) if p)
        if about:
            said = label(about, Type.CAPTION, "soft", selectable=True)
            said.setToolTip(finding.where)
            layout.addWidget(said)
        layout.addWidget(label(f"{_(rule.why)} {_(rule.fix)}", Type.CAPTION))
        if self._lead_to is not None and finding.where:
            layout.addLayout(row(None, button(_("Go there"), lambda: self._lead_to and self._lead_to(finding), Weight.QUIET,
                                              name=_("Go to: {title}").format(title=_(rule.title)))))
        frame.setAccessibleName(f"{_(finding.severity.value)}: {_(rule.title)}")
        frame.setToolTip(rule.source)
        return frame
