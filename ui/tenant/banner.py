"""The banner that says that a person must sign in: work waits below it, and nothing pops up."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from station.model.errors import SignInNeeded
from ui.failure import explain
from ui.language import _
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import column, paper
from ui.widgets.text import label


class SignInBanner(QWidget):
    """Shows what a sign-in is needed for; `on_sign_in` is offered as a button where one is given."""

    def __init__(self, theme: Theme, on_sign_in: Callable[[], object] | None = None) -> None:
        super().__init__()
        frame, inside = paper("warn", pad=14, across=True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        mark = QLabel()
        mark.setPixmap(theme.glyph("key", theme.tokens.warn, 32, self.devicePixelRatioF()))
        self._title = label("", Type.STRONG)
        self._text = label("")
        self._detail = label("", Type.CAPTION, "soft", selectable=True)
        said = column(gap=4)
        for text in (self._title, self._text, self._detail):
            said.addWidget(text)
        inside.addWidget(mark)
        inside.addLayout(said, 1)
        if on_sign_in is not None:
            inside.addWidget(button(_("Sign in …"), on_sign_in, Weight.PRIMARY))
        self.show_need(None)

    def show_need(self, need: SignInNeeded | None) -> None:
        """Say what is needed; None: nothing is."""
        self.setVisible(need is not None)
        if need is None:
            return
        told = explain(need)
        self._title.setText(told.title)
        self._text.setText(f"{told.cause} {told.cure}")
        self._detail.setText(" · ".join(t for t in (_("Who can cure it: {who}").format(who=told.who), told.detail) if t))
        self.setAccessibleName(told.title)
