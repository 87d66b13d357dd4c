"""The Returns screen: which unit, what is known of it, what would be done, a confirmation, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from station.journal import Journal
from station.links.graph.client import GraphClient
from station.model.board import Tile, Unit
from station.tenant.plan import Goal, Lockdown, Where
from station.tenant.returning import Order
from ui.context import Context
from ui.language import _
from ui.missing import missing
from ui.returns.choices import Choices
from ui.returns.columns import Columns
from ui.returns.decision import Decision, clean_serial, decide
from ui.returns.desk import ReturnDesk
from ui.returns.known import columns
from ui.returns.outcome import Outcome
from ui.returns.steps import StepList
from ui.returns.work import Doing, Work
from ui.tenant.banner import SignInBanner
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field
from ui.widgets.page import Page
from ui.widgets.paper import paper, row
from ui.widgets.text import label


@dataclass(frozen=True)
class Kept:
    """What the screen carries over when it is built again."""

    work: Work
    serial: str
    goal: Goal
    where: Where
    lockdown: Lockdown
    confirmed: str


class ReturnsScreen(Page):
    """See the module. `work` is what lasts; everything else is made again with language and theme."""

    def __init__(self, context: Context, work: Work) -> None:
        super().__init__(_("Returns"), _("Everything known about a unit, and the right order to let it go or to use it again."))
        self.work = work
        self._context = context
        theme = context.theme
        self.banner = SignInBanner(theme, self._go_to_sign_in)
        self.serial = QLineEdit()
        self.slots = QComboBox()
        self.columns = Columns(theme)
        self.choices = Choices(self._refresh)
        self.steps = StepList(theme, work.desk.client.app_only)
        self.outcome = Outcome(theme)
        self.confirmation = QLineEdit()
        self._answered = ""
        self._fill()
        self._attach()

    # Building.

    def _fill(self) -> None:
        self.content.addWidget(self.banner)
        self.content.addWidget(self._search())
        self.content.addWidget(self._strip())
        for part in (self.columns, self.choices, self._plan(), self.outcome):
            self.content.addWidget(part)
        self.content.addStretch(1)

    def _search(self) -> QWidget:
        frame, card = paper("card")
        self.serial.setPlaceholderText(_("Type or scan a serial number"))
        self.serial.setAccessibleName(_("Serial number"))
        self.serial.setMinimumWidth(200)
        self.serial.returnPressed.connect(self.look)
        self.press_look = button(_("Look up"), self.look, Weight.PRIMARY, self._context.theme.icon("search", "on_accent"))
        self.slots.setAccessibleName(_("Unit on the bench"))
        self.slots.setMinimumWidth(200)
        self.slots.activated.connect(lambda _index: self._take_slot())
        card.addLayout(row(self.serial, self.press_look, label(_("or"), tone="soft", wrap=False), self.slots, None))
        return frame

    def _strip(self) -> QWidget:
        self._working, inside = paper("card", pad=10)
        self._said = label("")
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setAccessibleName(_("Work under way"))
        self.cancel = button(_("Stop"), lambda: self.work.stop())
        said = row(self._said, self.cancel)
        said.setStretch(0, 1)
        inside.addLayout(said)
        inside.addWidget(bar)
        return self._working

    def _plan(self) -> QFrame:
        self.plan, card = paper("card", gap=14)
        self._plan_title = label("", Type.HEADING)
        self._plan_about = label("", tone="soft")
        card.addWidget(self._plan_title)
        card.addWidget(self._plan_about)
        card.addWidget(self.steps)
        self._confirm = QWidget()
        inside = QVBoxLayout(self._confirm)
        inside.setContentsMargins(0, 0, 0, 0)
        self.confirmation.textChanged.connect(lambda _text: self._refresh())
        self.confirm_field = Field(_("Type or scan the serial once more to confirm"), self.confirmation)
        self.confirmation.setMaximumWidth(360)
        inside.addWidget(self.confirm_field)
        self.execute = button("", self._carry_out, Weight.DANGER, self._context.theme.icon("returns", "danger"))
        inside.addLayout(row(self.execute, None))
        card.addWidget(self._confirm)
        return self.plan

    def _attach(self) -> None:
        self.work.on_change = self._changed
        self._changed()

    # Showing.

    def _changed(self) -> None:
        """The work moved on: answer for the person what is known, then show."""
        work = self.work
        if work.found is not None and work.serial != self._answered and not work.busy:
            self._answered = work.serial
            self._answer()
        self._refresh()

    def _answer(self) -> None:
        found = self.work.found
        unfinished = found.unfinished if found else None
        if unfinished is not None:
            self.choices.choose(unfinished.goal, unfinished.where, unfinished.lockdown)
            return
        here = any(unit.present for unit, _tile in self._units())
        self.choices.choose(self.choices.goal, Where.BENCH if here else Where.REMOTE, Lockdown.NOT_KNOWN)
        self.confirmation.clear()

    def _refresh(self) -> None:
        work, found = self.work, self.work.found
        self.banner.show_need(work.need)
        self._working.setVisible(work.doing is not Doing.NOTHING)
        doing = _("Returning {serial}: this may take half an hour; nothing is sent twice.").format(serial=work.serial)
        reading = work.doing is Doing.LOOKING
        self._said.setText(_("Stopping …") if work.stopping else _("Reading the tenant …") if reading else doing)
        self.cancel.setEnabled(not work.stopping)
        self.press_look.setEnabled(not work.busy)
        known = columns(found.records if found else None, self._units(), self._context.bench.clock.now()) if work.serial else ()
        self.columns.show_columns(known)
        self.columns.setVisible(bool(known))
        self.choices.setVisible(found is not None and work.report is None)
        self.choices.setEnabled(not work.busy)
        self._show_plan(self._decision())
        self.outcome.show_work(work, None if work.busy else self._decision().refusal)

    def _show_plan(self, decision: Decision) -> None:
        work, found = self.work, self.work.found
        running = work.begun and (work.busy or work.report is not None or bool(work.trouble) or bool(work.states))
        steps = work.steps if running else decision.steps
        over = work.report is not None
        self.plan.setVisible(found is not None and (bool(steps) or decision.refusal is None))
        self._plan_title.setText(_("What was done") if over else _("What is being done") if work.doing is Doing.RETURNING
                                 else _("What would be done"))
        self._plan_about.setText(self._about_plan(bool(steps), over))
        self.steps.show_steps(steps, work.states)
        self._confirm.setVisible(bool(steps) and not over and not work.busy and decision.refusal is None)
        right = self.confirmation.text().strip() == work.serial
        self.execute.setEnabled(right and not work.busy)
        unfinished = bool(work.states) or (found is not None and found.unfinished is not None)
        self.execute.setText(_("Go on with the return") if unfinished else _("Let it go") if self.choices.goal is Goal.LEAVE
                             else _("Make it ready for use here"))
        typed = clean_serial(self.confirmation.text())
        self.confirm_field.complain("" if right or work.serial.startswith(typed) else _("This is not the serial of this unit."))

    def _about_plan(self, anything: bool, over: bool) -> str:
        found = self.work.found
        if not anything:
            return _("There is nothing to do.")
        if over:
            return _("Every step was proved by reading back.")
        if found is not None and found.unfinished is not None and not self.work.states:
            return _("A return of this unit began earlier and did not end. It goes on with what is left.")
        return _("These are the exact calls, in this order. Nothing is sent before you confirm; each is proved by reading back.")

    # What is meant.

    def _units(self) -> Sequence[tuple[Unit, Tile | None]]:
        """The units of the bench that carry the serial."""
        board = self._context.bench.board
        tiles = {t.slot: t for t in self._context.bench.tiles()}
        mine = [u for u in board.units.values() if self.work.serial and self.work.serial in (
            u.facts.text("unit.label-serial"), u.facts.text("unit.serial"))]
        return [(u, tiles.get(u.slot) if u.present else None) for u in mine]

    def _order(self) -> Order:
        models = [u.facts.text("unit.model") for u, _tile in self._units()]
        model = next((m for m in models if m), "")
        return Order(self.work.serial, self.choices.goal, self.choices.where, self.choices.lockdown, model)

    def _decision(self) -> Decision:
        found = self.work.found
        return decide(found, self._order()) if found is not None else Decision()

    # What can be done.

    def look(self) -> None:
        """Look the typed serial up."""
        serial = clean_serial(self.serial.text())
        if serial and not self.work.busy:
            self.serial.setText(serial)
            self._answered = ""
            self.confirmation.clear()
            self.work.start(self.work.look(serial))

    def _take_slot(self) -> None:
        serial = self.slots.currentData()
        if serial:
            self.serial.setText(serial)
            self.look()

    def _carry_out(self) -> None:
        order, decision = self._order(), self._decision()
        if decision.refusal is None and self.execute.isEnabled():
            self.work.start(self.work.carry_out(order, self.confirmation.text().strip(), decision.steps))

    def _go_to_sign_in(self) -> None:
        need = self.work.need
        scopes = need.values.get("scopes", ()) if need else ()
        purpose = "delete-object" if need and need.code == "tenant.entra-right" else "return"
        self._context.shell.go("tenant", purpose=purpose, scopes=" ".join(scopes if isinstance(scopes, tuple) else ()))

    def scanned(self, text: str) -> bool:
        """A scan while this screen is shown: the unit to look up, or the confirmation of the one whose plan is shown."""
        serial = clean_serial(text)
        if not serial or self.work.busy:
            return False
        # Later: the window first takes the scanned letters out of the field that has the focus.
        QTimer.singleShot(0, self, lambda: self._take_scan(serial))
        return True

    def _take_scan(self, serial: str) -> None:
        if self._confirm.isVisible():
            self.confirmation.setText(serial)
            self.execute.setFocus()
        else:
            self.serial.setText(serial)
            self.look()

    # Qt and the window.

    def open_at(self, about: Mapping[str, str]) -> None:
        """Look one serial up."""
        self.serial.setText(about.get("serial", ""))
        self.look()

    def keep(self) -> Kept:
        """What is carried over to the next screen."""
        choices = self.choices
        return Kept(self.work, self.serial.text(), choices.goal, choices.where, choices.lockdown, self.confirmation.text())

    def restore(self, kept: object) -> None:
        """Take over what another screen kept."""
        if isinstance(kept, Kept):
            self.work = kept.work
            self._answered = kept.work.serial
            self.serial.setText(kept.serial)
            self.choices.choose(kept.goal, kept.where, kept.lockdown)
            self.confirmation.setText(kept.confirmed)
            self._attach()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.slots.clear()
        self.slots.addItem(_("the unit of a slot …"), "")
        for tile in self._context.bench.tiles():
            if tile.serial:
                slot = _("Slot {slot}").format(slot=tile.slot)
                self.slots.addItem(f"{slot} · {tile.serial}", tile.serial)
        if self.work.need is not None:
            self.work.need = None
            self._refresh()


def build(context: Context) -> QWidget:
    """The screen of the registry; a station without a tenant or a record says what is missing."""
    client, journal = context.service("graph", GraphClient), context.service("journal", Journal)
    if client is None or journal is None:
        return missing(context, "returns", "configuration.no-tenant" if client is None else "journal.missing")
    desk = ReturnDesk(client, journal, context.bench.clock, lambda: context.preferences.operator)
    return ReturnsScreen(context, Work(desk, context.tasks, context.shell))
