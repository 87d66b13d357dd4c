"""The Tenant screen: sign-in, readiness check, what is missing, rights. Nothing here waits: `work` does, and tells of changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from station.links.graph.client import GraphClient
from station.links.graph.signin import SignIn
from station.model.words import N_
from station.tenant.needs import needs_met
from station.tenant.offers import Offer
from ui.context import Context
from ui.language import _
from ui.missing import missing
from ui.tenant.banner import SignInBanner
from ui.tenant.creating import CreatingCard, Names, calls
from ui.tenant.desk import TenantDesk
from ui.tenant.purposes import LOOK, every_scope, scopes_of
from ui.tenant.rights import RightsCard
from ui.tenant.sign_in import SignInCard
from ui.tenant.verdicts import Verdicts
from ui.tenant.work import Doing, Work
from ui.theme.tokens import Type
from ui.widgets.ask import ask
from ui.widgets.buttons import Weight, button
from ui.widgets.page import Page
from ui.widgets.paper import paper, row
from ui.widgets.text import label

SAID: Mapping[Doing, str] = {
    Doing.LOOKING: N_("Looking who is signed in …"),
    Doing.BROWSER: N_("Waiting for the sign-in in the browser …"),
    Doing.CODE: N_("Waiting until the code is typed in …"),
    Doing.LEAVING: N_("Signing out …"),
    Doing.CHECKING: N_("Reading the tenant …"),
    Doing.NETWORK: N_("Trying the addresses that headsets need …"),
    Doing.CREATING: N_("Creating …"),
}
MAY_STOP = frozenset({Doing.BROWSER, Doing.CODE, Doing.CHECKING, Doing.NETWORK})


@dataclass(frozen=True)
class Kept:
    """What the screen carries over when it is built again."""

    work: Work
    purpose: object
    tag: str
    only_open: bool
    names: Names


class TenantScreen(Page):
    """See the module. `work` is what lasts; everything else is made again with language and theme."""

    def __init__(self, context: Context, work: Work) -> None:
        super().__init__(_("Tenant"), _("Who works in the tenant, and whether it is ready for HoloLens."))
        self.work = work
        self._context = context
        theme = context.theme
        self._asked_for: tuple[str, ...] = ()
        self.banner = SignInBanner(theme)
        self.sign_in = SignInCard(theme, self._browser, self._code, lambda: self.work.start(self.work.sign_out()))
        self.tag = QLineEdit(_first_tag(context))
        self.only_open = QCheckBox(_("Only what needs attention"))
        self.verdicts = Verdicts(theme, _("The tenant"))
        self.network = Verdicts(theme, _("The network of this bench"))
        self.creating = CreatingCard(theme, self._create)
        self.rights = RightsCard(theme, lambda: self.work.desk.signin.consent_page(every_scope()))
        self._fill()
        self._attach()

    # Building.

    def _fill(self) -> None:
        self.content.addWidget(self.banner)
        self.content.addWidget(self._strip())
        self.content.addWidget(self.sign_in)
        self.content.addWidget(self._check_card())
        for part in (self.verdicts, self.creating, self.network, self.rights):
            self.content.addWidget(part)
        self.content.addStretch(1)
        self.only_open.toggled.connect(lambda _on: self._refresh())

    def _strip(self) -> QWidget:
        self._working, inside = paper("card", pad=10)
        self._said = label("")
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(_("Work under way"))
        self.cancel = button(_("Cancel"), lambda: self.work.stop())
        said = row(self._said, self.cancel)
        said.setStretch(0, 1)
        inside.addLayout(said)
        inside.addWidget(self._bar)
        return self._working

    def _check_card(self) -> QWidget:
        frame, card = paper("card")
        card.addWidget(label(_("Readiness check"), Type.HEADING))
        card.addWidget(label(_("Reads licences, enrolment, restrictions, groups, profiles and the network; changes nothing."),
                             tone="soft"))
        self.tag.setAccessibleName(_("Group tag"))
        self.tag.setMaximumWidth(260)
        self.check = button(_("Check the tenant"), self._check, Weight.PRIMARY, self._context.theme.icon("shield", "on_accent"))
        card.addLayout(row(label(_("Group tag"), wrap=False), self.tag, self.check, None))
        self._when = label("", Type.CAPTION, "soft")
        card.addLayout(row(self.only_open, self._when, None))
        whole = QWidget()
        outer = QVBoxLayout(whole)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        return whole

    def _attach(self) -> None:
        self.work.on_change = self._refresh
        self._refresh()

    # Showing.

    def _refresh(self) -> None:
        work = self.work
        self.banner.show_need(work.need)
        self._working.setVisible(work.busy)
        self._said.setText(_("Stopping …") if work.stopping else _(SAID.get(work.doing, "")))
        self.cancel.setVisible(work.doing in MAY_STOP)
        self.cancel.setEnabled(not work.stopping)
        self.sign_in.show_work(work)
        self.check.setEnabled(not work.busy)
        checked = work.checked
        if checked is not None:
            self._context.live.readiness = needs_met(checked.lines)
        self._when.setText(_("Checked at {time}").format(time=_clock(checked.setup.now)) if checked else "")
        self._when.setVisible(checked is not None)
        self.only_open.setVisible(checked is not None)
        self.verdicts.show_lines(checked.lines if checked else (), self.only_open.isChecked())
        self.network.show_lines(checked.network if checked else (), self.only_open.isChecked())
        self.creating.show_checked(checked, work.busy)
        self.rights.show_session(work.session)

    # What can be done.

    def _scopes(self) -> tuple[str, ...]:
        """The rights of the chosen purpose, with those that work is waiting for."""
        needed = self.work.need.values.get("scopes", ()) if self.work.need else ()
        extra = needed if isinstance(needed, tuple) else ()
        return tuple(dict.fromkeys((*scopes_of(str(self.sign_in.purpose.currentData())), *extra, *self._asked_for)))

    def _browser(self) -> None:
        self.work.start(self.work.sign_in_browser(self._scopes(), int(self.window().winId())))

    def _code(self) -> None:
        self.work.start(self.work.sign_in_code(self._scopes()))

    def _check(self) -> None:
        self.work.start(self.work.check(self.tag.text().strip()))

    def _create(self, plan: tuple[Offer, ...]) -> None:
        self._context.tasks.start(self._ask_and_create(plan), "create in the tenant")

    async def _ask_and_create(self, plan: tuple[Offer, ...]) -> None:
        tag = self.tag.text().strip()
        if await ask(self, _("Create this in the tenant?"), _("These calls are made now, in this order:"), _("Create"),
                     content=calls(plan)):
            self.work.start(self.work.create(plan, tag))

    # Qt and the window.

    def open_at(self, about: Mapping[str, str]) -> None:
        """Come here to sign in: for a `purpose`, and for further `scopes`, parted by blanks."""
        at = self.sign_in.purpose.findData(about.get("purpose", LOOK))
        self.sign_in.purpose.setCurrentIndex(max(0, at))
        self._asked_for = tuple(about.get("scopes", "").split())
        self.sign_in.browser.setFocus()

    def keep(self) -> Kept:
        """What is carried over to the next screen."""
        purpose, tag = self.sign_in.purpose.currentData(), self.tag.text()
        return Kept(self.work, purpose, tag, self.only_open.isChecked(), self.creating.keep())

    def restore(self, kept: object) -> None:
        """Take over what another screen kept."""
        if isinstance(kept, Kept):
            self.work = kept.work
            self.sign_in.purpose.setCurrentIndex(max(0, self.sign_in.purpose.findData(kept.purpose)))
            self.tag.setText(kept.tag)
            self.only_open.setChecked(kept.only_open)
            self.creating.restore(kept.names)
            self._attach()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.work.start(self.work.look())


def _first_tag(context: Context) -> str:
    return next((b.group_tag for b in context.bench.blueprints.values() if b.group_tag), "")


def _clock(moment: datetime) -> str:
    return moment.astimezone().strftime("%H:%M")


def build(context: Context) -> QWidget:
    """The screen of the registry; a station without a tenant says how to configure one."""
    signin, client = context.service("sign-in", SignIn), context.service("graph", GraphClient)
    if signin is None or client is None:
        return missing(context, "tenant", "configuration.no-tenant")
    desk = TenantDesk(signin, client, context.bench.clock)
    return TenantScreen(context, Work(desk, context.tasks, context.shell))
