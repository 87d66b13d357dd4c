"""The card about who is signed in: browser, code on another device, sign out, and whether the sign-in is kept."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QVBoxLayout, QWidget

from station.links.graph.signin import DeviceCode
from station.model.errors import ConfigurationError
from ui.failure import explain
from ui.language import _
from ui.tenant.purposes import ALL, EVERYTHING, TITLES
from ui.tenant.work import Doing, Work
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, beside_text, button, set_weight
from ui.widgets.paper import column, paper, row
from ui.widgets.text import label, set_tone

LARGE = 64
"""Height of the code in logical pixels: it is read across a bench."""


class SignInCard(QWidget):
    """Shows the session of `work`. `on_browser`, `on_code` and `on_leave` are what the buttons do."""

    def __init__(self, theme: Theme, on_browser: Callable[[], object], on_code: Callable[[], object],
                 on_leave: Callable[[], object]) -> None:
        super().__init__()
        self._theme = theme
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        frame, card = paper("card")
        outer.addWidget(frame)
        self._mark = QLabel()
        self._mark.setPixmap(theme.glyph("person", theme.tokens.soft, 40, self.devicePixelRatioF()))
        self._who = label("", Type.HEADING, selectable=True)
        self._where = label("", Type.CAPTION, "soft", selectable=True)
        said = column(gap=2)
        said.addWidget(self._who)
        said.addWidget(self._where)
        head = row(self._mark, said)
        head.setStretch(1, 1)
        card.addLayout(head)
        self._kept = label("")
        self._broker = label("", tone="warn")
        card.addWidget(self._kept)
        card.addWidget(self._broker)
        self.purpose = QComboBox()
        self.purpose.setAccessibleName(_("What the sign-in is for"))
        for key, title in TITLES.items():
            self.purpose.addItem(_(title), key)
        self.purpose.addItem(_(EVERYTHING), ALL)
        self.purpose.setMinimumWidth(240)
        self.browser = button(_("Sign in"), on_browser, Weight.PRIMARY, theme.icon("person", "on_accent"),
                              _("Sign in in the browser of this computer"))
        self.by_code = button(_("Sign in with a code"), on_code, icon=theme.icon("key"),
                              name=_("Sign in with a code on another device"))
        self.leave = button(_("Sign out"), on_leave, Weight.QUIET)
        self._for = label(_("Ask for the rights to"), tone="soft", wrap=False)
        card.addLayout(row(self._for, self.purpose, None))
        card.addLayout(row(self.browser, self.by_code, self.leave, None))
        self.code = CodePanel(theme)
        outer.addWidget(self.code)

    def show_work(self, work: Work) -> None:
        """Show who is signed in, and what of it is under way."""
        session, settings = work.session, work.desk.signin.settings
        account = session.account if session else None
        if session is None:
            self._who.setText(_("Looking who is signed in …") if work.busy else _("Not known who is signed in"))
        else:
            self._who.setText(_("Signed in as {name}.").format(name=account.name) if account else _("Nobody is signed in"))
        self._where.setText(_("Tenant {tenant} · {cloud}").format(tenant=settings.tenant, cloud=settings.cloud.graph))
        self._say_kept(None if session is None or settings.app_only else session.kept)
        self._say_broker(work.desk.signin.broker_trouble)
        for press in (self.browser, self.by_code, self.purpose):
            press.setEnabled(not work.busy)
            press.setVisible(not settings.app_only)
        self._for.setVisible(not settings.app_only)
        self.browser.setText(_("Sign in again") if account else _("Sign in"))
        set_weight(self.browser, Weight.PLAIN if account else Weight.PRIMARY)
        self.browser.setIcon(beside_text(self._theme.icon("person", "ink" if account else "on_accent")))
        self.leave.setEnabled(account is not None and not work.busy)
        self.leave.setVisible(not settings.app_only)
        self.code.show_code(work.code, work.page if work.doing is Doing.BROWSER else "")

    def _say_broker(self, trouble: ConfigurationError | None) -> None:
        self._broker.setVisible(trouble is not None)
        if trouble is not None:
            told = explain(trouble)
            self._broker.setText(f"{told.title} ({told.detail}). {told.cure}")

    def _say_kept(self, kept: bool | None) -> None:
        self._kept.setVisible(kept is not None)
        if kept:
            set_tone(self._kept, "soft")
            self._kept.setText(_("The sign-in is kept, encrypted; the key lies in the keyring of this computer."))
        elif kept is not None:
            told = explain(ConfigurationError("vault.no-keyring"))
            set_tone(self._kept, "warn")
            self._kept.setText(f"{_('Nothing is kept: this sign-in ends when the program closes.')} {told.cure}")


class CodePanel(QWidget):
    """The code to type in elsewhere, large; or the address to open where no browser could be opened here."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._frame: QFrame
        self._frame, card = paper("info", pad=20)
        outer.addWidget(self._frame)
        self._ask = label("", Type.CARD)
        self._large = label("", Type.NUMBER, wrap=False, selectable=True)
        self._large.setStyleSheet(f"font-size: {round(LARGE * theme.sizes.text)}px; letter-spacing: 6px;")
        self._until = label("", Type.CAPTION, "soft")
        self._copied = ""
        self._copy = button(_("Copy the code"), self._put_on_clipboard, icon=theme.icon("copy"))
        for part in (self._ask, self._large, self._until):
            card.addWidget(part)
        card.addLayout(row(self._copy, None))
        self.show_code(None, "")

    def show_code(self, code: DeviceCode | None, page: str) -> None:
        """Show a code, or a page to open, or nothing."""
        self.setVisible(code is not None or bool(page))
        self._large.setVisible(code is not None)
        if code is not None:
            self._ask.setText(_("On any phone or computer, open {page} and type this code:").format(page=code.address))
            self._large.setText(code.code)
            self._large.setAccessibleName(_("Code: {code}").format(code=" ".join(code.code)))
            self._until.setText(_("Good until {time}. Whoever types it signs in to this bench.").format(
                time=code.expires.astimezone().strftime("%H:%M")))
            self._copied, text = code.code, _("Copy the code")
        else:
            self._ask.setText(_("No browser could be opened here. Open this page in one on this computer:"))
            self._until.setText(page)
            self._copied, text = page, _("Copy the address")
        self._copy.setText(text)

    def texts(self) -> Sequence[str]:
        """What is being said."""
        return (self._ask.text(), self._large.text(), self._until.text())

    def _put_on_clipboard(self) -> None:
        QGuiApplication.clipboard().setText(self._copied)
