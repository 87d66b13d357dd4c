"""What a person may do to a run, from board, guide or keyboard: one place, so that all of them ask the same questions."""

from collections.abc import Sequence

from PySide6.QtWidgets import QButtonGroup, QLineEdit, QVBoxLayout, QWidget

from station.model.board import Tile
from station.model.facts import Facts
from station.model.faults import catalogue
from station.model.path import Attestation
from station.model.words import N_, StateWord
from ui.context import Context, Kind
from ui.guide.card import Card, Way, card_of
from ui.language import _, ngettext
from ui.widgets.ask import ask
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field

SKIP_REASONS = (N_("Not needed in this batch"), N_("Damaged or incomplete"), N_("Taken by somebody else"))


class Commands:
    """Acts on the bench for a person. Failures of the bench are shown by the window."""

    def __init__(self, context: Context, window: QWidget) -> None:
        self._context = context
        self._window = window

    def card(self, slot: int) -> Card | None:
        """The card of a slot as of now; None where there is no such slot."""
        tile = self._context.live.board.tile(slot)
        bench = self._context.bench
        return None if tile is None else card_of(bench.board, bench.paths, tile, catalogue())

    def primary(self, slot: int) -> bool:
        """Do what the slot's card asks for; whether it asks for anything."""
        card = self.card(slot)
        if card is None or card.ask is None:
            return False
        if isinstance(card.ask, Attestation):
            self.attest(slot, card.ask.what)
        elif card.ask is Way.RETRY:
            self.retry(slot)
        else:
            self.start((slot,), self.blueprint())
        return True

    def blueprint(self) -> str:
        """The blueprint chosen last, else the first there is."""
        known = self._context.bench.blueprints
        wanted = (self._context.live.blueprint, self._context.preferences.last_blueprint, *known)
        return next((key for key in wanted if key in known), "")

    def choose_path(self, slot: int) -> None:
        """Let a person find the path that fits the unit in a slot; its blueprint is chosen then."""
        self._context.tasks.start(self._choose_path(slot), "choose a path")

    async def _choose_path(self, slot: int) -> None:
        from ui.choosing.dialog import choose

        unit = self._context.bench.board.unit_at(slot)
        chosen = await choose(self._window, self._context, unit.facts if unit else Facts())
        if chosen:
            self._context.live.choose_blueprint(chosen)

    def ready(self) -> tuple[int, ...]:
        """The slots whose unit is ready to be started."""
        return tuple(t.slot for t in self._context.live.board.tiles() if t.word is StateWord.READY)

    def next_slot(self, besides: int) -> Tile | None:
        """The unit to touch next: the one that has waited longest for a person."""
        waiting = [t for t in self._context.live.board.tiles()
                   if t.word in (StateWord.NEEDS_YOU, StateWord.FAILED) and t.slot != besides]
        return min(waiting, key=lambda t: (t.since is None, t.since, t.slot), default=None)

    def start(self, slots: Sequence[int], blueprint: str) -> None:
        """Have the device owner confirmed once a blueprint, begin the countdown, then start the units."""
        if not slots or not blueprint:
            self._context.shell.notify(_("There is no unit that is ready to start."), Kind.WARN)
        elif self._owner(blueprint) and blueprint not in self._context.live.confirmed:
            self._context.tasks.start(self._confirm_owner(slots, blueprint), "confirm the device owner")
        else:
            self._begin(slots, blueprint)

    def _owner(self, blueprint: str) -> str:
        """Who becomes device owner under a blueprint; "" where it enrols nothing."""
        plan = self._context.bench.blueprints.get(blueprint)
        path = self._context.bench.paths.get(plan.path) if plan else None
        return path.owner_to_confirm if path else ""

    async def _confirm_owner(self, slots: Sequence[int], blueprint: str) -> None:
        sure = await ask(
            self._window, _("Is this the right device owner?"),
            _("{owner} Only a reset changes that later.").format(owner=_(self._owner(blueprint))),
            _("Yes, start"), _("Go back"))
        if sure:
            self._context.live.confirmed.add(blueprint)
            self._begin(slots, blueprint)

    def _begin(self, slots: Sequence[int], blueprint: str) -> None:
        live, preferences = self._context.live, self._context.preferences
        live.choose_blueprint(blueprint)
        if preferences.last_blueprint != blueprint:
            self._context.shell.remember(preferences.with_(last_blueprint=blueprint))
        if preferences.countdown:
            live.countdown.begin(slots, lambda: self._start_now(slots, blueprint))
        else:
            self._start_now(slots, blueprint)

    def _start_now(self, slots: Sequence[int], blueprint: str) -> None:
        bench, operator = self._context.bench, self._context.preferences.operator
        owner = self._owner(blueprint)
        good = [slot for slot in slots if self._context.tasks.attempt(bench.start, slot, blueprint, operator, owner)]
        if good:
            text = ngettext("{n} unit was started.", "{n} units were started.", len(good))
            self._context.shell.notify(text, Kind.GOOD)

    def retry(self, slot: int) -> None:
        """Try the failed or stuck step again."""
        self._context.tasks.attempt(self._context.bench.retry, slot, self._context.preferences.operator)

    def attest(self, slot: int, what: str) -> None:
        """Confirm what no link can know."""
        self._context.tasks.attempt(self._context.bench.attest, slot, what)

    def confirm_by_scan(self, slot: int) -> bool:
        """The label was scanned: answer the slot's card where a scan can answer it."""
        card = self.card(slot)
        if card is None or not isinstance(card.ask, Attestation) or not card.ask.by_scan:
            return False
        self.attest(slot, card.ask.what)
        return True

    def report(self, slot: int, code: str) -> None:
        """Say that the headset shows what a fault describes."""
        self._context.tasks.attempt(self._context.bench.report_fault, slot, code)

    def cancel(self, slot: int) -> None:
        """Ask, then end the run."""
        self._context.tasks.start(self._cancel(slot), "ask to cancel")

    async def _cancel(self, slot: int) -> None:
        sure = await ask(
            self._window, _("End this run?"),
            _("Slot {slot}: what was done stays done and stays in the record. The unit can be started again.").format(slot=slot),
            _("End the run"), _("Go on"), danger=True)
        if sure:
            self._context.tasks.attempt(self._context.bench.cancel, slot, self._context.preferences.operator)

    def skip(self, slot: int) -> None:
        """Ask why, then take the unit out of the batch."""
        self._context.tasks.start(self._skip(slot), "ask to skip")

    async def _skip(self, slot: int) -> None:
        choice = _Reasons()
        sure = await ask(self._window, _("Skip this unit?"), _("Slot {slot} is taken out of the batch. Why?").format(slot=slot),
                         _("Skip the unit"), _("Go on"), content=choice)
        if sure:
            self._context.tasks.attempt(self._context.bench.skip, slot, choice.reason, self._context.preferences.operator)


class _Reasons(QWidget):
    """A few reasons to choose from, or one's own. `reason` is what goes into the record."""

    def __init__(self) -> None:
        super().__init__()
        self.reason = SKIP_REASONS[0]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        group = QButtonGroup(self)
        for reason in SKIP_REASONS:
            choice = button(_(reason), weight=Weight.CHOICE)
            choice.setCheckable(True)
            choice.setChecked(reason == self.reason)
            choice.clicked.connect(lambda _checked=False, r=reason: self._choose(r))
            group.addButton(choice)
            layout.addWidget(choice)
        own = QLineEdit()
        own.setMaxLength(200)
        own.textChanged.connect(lambda text: self._choose(text.strip() or SKIP_REASONS[0]))
        layout.addWidget(Field(_("Another reason"), own))

    def _choose(self, reason: str) -> None:
        self.reason = reason
