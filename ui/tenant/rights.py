"""The card about rights: what each purpose needs, whether it is granted, and the page on which an admin grants it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from ui.language import _
from ui.tenant.desk import Session
from ui.tenant.purposes import TITLES, told_scopes
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import column, paper, row
from ui.widgets.text import label, set_tone


class RightsCard(QWidget):
    """A row a purpose. `consent_page` gives the admin's address for all of them."""

    def __init__(self, theme: Theme, consent_page: Callable[[], str]) -> None:
        super().__init__()
        self._theme, self._consent_page = theme, consent_page
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, card = paper("card")
        outer.addWidget(frame)
        card.addWidget(label(_("Rights"), Type.HEADING))
        card.addWidget(label(_("Each is asked for when it is first needed. A tenant admin can grant them once for everybody; the "
                               "person also needs an Intune role that allows the same."), tone="soft"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        self._rows: dict[str, tuple[QLabel, QLabel]] = {}
        for i, (purpose, title) in enumerate(TITLES.items()):
            mark, word = QLabel(), label("", wrap=False)
            grid.addWidget(mark, i, 0, Qt.AlignmentFlag.AlignTop)
            both = column(gap=0)
            both.addWidget(label(_(title), Type.STRONG))
            both.addWidget(label(told_scopes(purpose), Type.CAPTION, "soft", selectable=True))
            grid.addLayout(both, i, 1)
            grid.addWidget(word, i, 2, Qt.AlignmentFlag.AlignTop)
            self._rows[purpose] = (mark, word)
        card.addLayout(grid)
        self._press = row(button(_("Open the consent page"), self._open, icon=theme.icon("shield")),
                          button(_("Copy its address"), self._copy, Weight.QUIET, theme.icon("copy", "accent_ink")), None)
        card.addLayout(self._press)

    def show_session(self, session: Session | None) -> None:
        """Show what the sign-in reaches."""
        for purpose, (mark, word) in self._rows.items():
            known = session is not None and purpose in session.reaches
            reaches = known and session is not None and session.reaches[purpose]
            glyph, tone, text = (("check", "good", _("granted")) if reaches else ("lock", "warn", _("not granted")) if known
                                 else ("question", "soft", _("not known")))
            mark.setPixmap(self._theme.glyph(glyph, getattr(self._theme.tokens, tone), 22, self.devicePixelRatioF()))
            word.setText(text)
            set_tone(word, tone)

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl(self._consent_page()))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._consent_page())
