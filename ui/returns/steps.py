"""The plan as a list: every call with how it is proved, and how far each is."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from station.tenant.plan import LATE_RIGHT, LATE_RIGHT_APP, Step
from ui.language import _
from ui.returns.work import STATES
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.paper import clear, column, row
from ui.widgets.text import label, set_tone

_TONES = {"accent_ink": "accent"}


class StepList(QWidget):
    """Rows are kept while the steps stay the same; only their states move on."""

    def __init__(self, theme: Theme, app_only: bool) -> None:
        super().__init__()
        self._theme, self._app_only = theme, app_only
        self._shown: tuple[Step, ...] = ()
        self._marks: dict[str, tuple[QLabel, QLabel]] = {}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(10)

    def show_steps(self, steps: tuple[Step, ...], states: Mapping[str, str]) -> None:
        """Show the steps in their states; one that nobody told of is planned."""
        if steps != self._shown:
            self._shown = steps
            clear(self._rows)
            self._marks = {}
            for number, step in enumerate(steps, 1):
                self._rows.addWidget(self._row(number, step))
        for key, (mark, word) in self._marks.items():
            said, glyph, tone = STATES.get(states.get(key, ""), STATES[""])
            mark.setPixmap(self._theme.glyph(glyph, getattr(self._theme.tokens, tone), 24, self.devicePixelRatioF()))
            word.setText(_(said))
            set_tone(word, _TONES.get(tone, tone))

    def texts(self) -> str:
        """Everything that is said."""
        return "\n".join(w.text() for w in self.findChildren(QLabel) if w.text() and not w.isHidden())

    def _row(self, number: int, step: Step) -> QWidget:
        mark, word = QLabel(), label("", Type.STRONG)
        word.setFixedWidth(word.fontMetrics().averageCharWidth() * 16)
        self._marks[step.key] = (mark, word)
        said = column(gap=2)
        said.addWidget(label(f"{number}. {_(step.title)}", Type.STRONG))
        said.addWidget(label(step.request.line(), Type.CAPTION, selectable=True))
        said.addWidget(label(_("Proved by {call}").format(call=step.read_back.line()), Type.CAPTION, "soft", selectable=True))
        if step.asked_late:
            why, right = (LATE_RIGHT_APP if self._app_only else LATE_RIGHT), step.request.route.rights(self._app_only)
            said.addWidget(label(_(why).format(right=", ".join(right)), Type.CAPTION, selectable=True))
        whole = QWidget()
        across = row(mark, word, said, gap=12)
        across.setStretch(2, 1)
        across.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        across.setAlignment(word, Qt.AlignmentFlag.AlignTop)
        whole.setLayout(across)
        return whole
