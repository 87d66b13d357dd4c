"""The card below the plan: done, refused or failed; each failure with cause, cure and who can cure it."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from station.model.errors import HoloBenchError
from station.tenant.plan import Where
from station.tenant.returning import Report
from ui.failure import explain
from ui.language import _
from ui.returns.work import Work
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.paper import clear, column, paper, row
from ui.widgets.text import label

_LEFT = {"autopilot": "Autopilot", "managed": "Intune", "entra": "Entra"}


class Outcome(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: object = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def show_work(self, work: Work, refusal: HoloBenchError | None) -> None:
        """Show how a return ended, what went wrong, or why there is no plan."""
        trouble = work.trouble or (refusal if work.report is None else None)
        shown = (work.report, work.trouble, trouble.code if trouble else "", trouble.detail if trouble else "")
        self.setVisible(work.report is not None or trouble is not None)
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._layout)
        if work.report is not None:
            self._layout.addWidget(self._good(work.report))
        elif trouble is not None:
            self._layout.addWidget(self._bad(trouble, refused=work.trouble is None))

    def texts(self) -> str:
        """Everything that is said."""
        return "\n".join(w.text() for w in self.findChildren(QLabel) if w.text() and not w.isHidden())

    def _good(self, report: Report) -> QWidget:
        frame, across = paper("good", pad=14, across=True)
        mark = QLabel()
        mark.setPixmap(self._theme.glyph("check", self._theme.tokens.good, 32, self.devicePixelRatioF()))
        left = [name for key, name in _LEFT.items() if getattr(report.left, key)]
        said = column(gap=4)
        said.addWidget(label(_("Returned. Left in the tenant: {left}").format(left=", ".join(left)) if left
                             else _("Returned. The tenant knows nothing of it any more."), Type.STRONG))
        if report.order.where is Where.BENCH:
            said.addWidget(label(_("Now reset the unit itself by cable; here only its records were changed.")))
        across.addWidget(mark)
        across.addLayout(said, 1)
        return frame

    def _bad(self, error: HoloBenchError, refused: bool) -> QWidget:
        told = explain(error)
        kind, glyph = ("warn", "warning") if refused else ("danger", "error")
        frame, card = paper(kind, pad=14, gap=6)
        mark = QLabel()
        mark.setPixmap(self._theme.glyph(glyph, getattr(self._theme.tokens, kind), 28, self.devicePixelRatioF()))
        head = row(mark, label(told.title, Type.HEADING))
        head.setStretch(1, 1)
        card.addLayout(head)
        for name, text in ((_("Why"), told.cause), (_("What to do"), told.cure), (_("Who can cure it"), told.who),
                           (_("In this case"), told.detail)):
            if text:
                card.addWidget(label(name, Type.CAPTION))
                card.addWidget(label(text, selectable=True))
        return frame
