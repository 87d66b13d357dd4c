"""The guide's card as widgets, for the selected slot: beside the board, or large on a screen of its own.

The card is laid out anew only when its value changes; time and facts move on in place.
"""

from datetime import datetime
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from station.model.board import Tile
from station.model.path import Attestation
from station.model.words import StateWord
from ui.board.keys import Deed
from ui.context import Context
from ui.guide.card import Card, Way
from ui.guide.commands import Commands
from ui.guide.facts import FactList
from ui.guide.otherwise import Otherwise
from ui.guide.start import StartChoice
from ui.language import _
from ui.theme.marks import MARKS
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.flow import Flow
from ui.widgets.paper import clear, column, paper, row, rule, scrolled
from ui.widgets.picture import Picture
from ui.widgets.ring import Ring
from ui.widgets.text import label, told
from ui.widgets.wrapping import WrappingButton

NARROW, LEAST_PICTURE, PICTURE_SHARE, COLUMN_SHARE, PICTURE_SHAPE, LOW = 900, 110, 0.36, 0.55, 0.58, 560
"""Widths and heights; the shares are of the pane: of its height, of its width beside the facts, and height to width."""
ICONS = {Way.RETRY: "retry", Way.SKIP: "skip", Way.CANCEL: "stop", Way.START: "play"}


class GuidePane(QWidget):
    """Shows the card of the selected slot. `large`: picture and facts beside each other, for one unit on the whole screen."""

    def __init__(self, context: Context, large: bool = False) -> None:
        super().__init__()
        self._context = context
        self._large = large
        self._commands = Commands(context, self)
        self._card: Card | None = None
        self._starts_again = False
        self._timer_from: datetime | None = None
        self._ring = Ring(context.theme, 112 if large else 84)
        self._build()
        live = context.live
        live.selection.changed.connect(self._another)
        live.blueprints_changed.connect(self._afresh)
        live.board.flushed.connect(self.refresh)
        self.refresh()

    @property
    def commands(self) -> Commands:
        """What the card's buttons do, for the keyboard too."""
        return self._commands

    @property
    def card(self) -> Card | None:
        """The card that is shown."""
        return self._card

    def refresh(self) -> None:
        """Show what is true now."""
        card = self._commands.card(self._context.live.selection.slot)
        if card is None:
            if self._card is not None or self._body.count() == 0:
                self._card = None
                self._show_nothing()
            return
        if self._same(card):
            self._card = card
        else:
            self._card, self._timer_from = card, None
            self._show(card)
        self._move_on(card)

    def toggle_otherwise(self) -> bool:
        """Open or close "this is not what I see"; whether the card has it."""
        if self._otherwise is None:
            return False
        self._otherwise.toggle()
        return True

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        inside = QWidget()
        self._across = across = QHBoxLayout(inside)
        across.setContentsMargins(*((28, 22, 28, 22) if self._large else (18, 14, 18, 14)))
        across.setSpacing(28)
        self._body = QVBoxLayout()
        self._body.setSpacing(12)
        across.addLayout(self._body, 3)
        self._facts = FactList(self._context.theme)
        self._otherwise: Otherwise | None = None
        self._ask: QPushButton | None = None
        self._start: StartChoice | None = None
        if self._large:
            frame, layout = paper("card")
            layout.addWidget(self._facts)
            frame.setMinimumWidth(320)
            across.addWidget(frame, 2, Qt.AlignmentFlag.AlignTop)
        outer.addWidget(scrolled(inside), 1)
        self._foot = QVBoxLayout()
        self._foot.setSpacing(8)
        self._foot.setContentsMargins(*((28, 0, 28, 14) if self._large else (18, 0, 18, 12)))
        outer.addLayout(self._foot)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window has the facts below the card; a low one has a smaller picture, so that the words stay in sight."""
        super().resizeEvent(event)
        down = self._narrow()
        self._across.setDirection(QBoxLayout.Direction.TopToBottom if down else QBoxLayout.Direction.LeftToRight)
        for picture in self.findChildren(Picture):
            picture.setMaximumHeight(self._picture_height())

    def _picture_height(self) -> int:
        if self._start is not None or (self._card is not None and self._card.code and not self._large):
            return LEAST_PICTURE if self.height() >= LOW else 0    # what there is to choose or to cure counts for more
        wide = self.width() * (COLUMN_SHARE if self._large and not self._narrow() else 1)
        return max(LEAST_PICTURE, round(min(self.height() * PICTURE_SHARE, wide * PICTURE_SHAPE)))

    def _narrow(self) -> bool:
        return self.width() < NARROW * self._context.theme.sizes.text

    def _another(self) -> None:
        self._starts_again = False
        self.refresh()

    def _afresh(self) -> None:
        """There is something else to choose from."""
        self._card = None
        self.refresh()

    def _same(self, card: Card) -> bool:
        old = self._card
        return old is not None and old == card and self._foot_key(card) == self._shown_foot

    def _foot_key(self, card: Card) -> int:
        following = self._commands.next_slot(card.slot)
        return following.slot if following else 0

    def _show_nothing(self) -> None:
        self._empty()
        self._shown_foot = 0
        self._body.addWidget(label(_("Choose a slot"), Type.VERB))
        self._body.addWidget(label(_("Press its number, click its tile, or scan the label of the unit."), Type.CARD))
        self._body.addStretch(1)
        self._facts.hide()

    def _empty(self) -> None:
        for kept in (self._ring,) if self._large else (self._ring, self._facts):
            kept.hide()
            kept.setParent(self)        # out of the card, and still the pane's: without a parent it would outlive the window
        clear(self._body)
        clear(self._foot)
        self._otherwise = None
        self._ask = None
        self._start = None

    def _show(self, card: Card) -> None:
        self._empty()
        self._body.addLayout(self._heading(card))
        verb = label(_(card.title), Type.NUMBER if self._large else Type.VERB)
        verb.setObjectName("verb")
        self._body.addWidget(verb)
        starting = self._starts_again or card.ask is Way.START
        least = QSize(176, 110) if starting else QSize(420, 262) if self._large else QSize(240, 150)
        picture = Picture(self._context.theme, least)
        self._start = StartChoice(self._context, self._commands, card.slot) if starting else None
        picture.setMaximumHeight(self._picture_height())
        picture.show_picture(card.picture, _("Picture: {what}").format(what=_(card.title)))
        if self._start is not None:
            self._body.addWidget(picture)
            self._body.addWidget(self._start)
        else:
            usual, inside = self._usual()
            inside.addWidget(picture)
            inside.addWidget(label(_(card.text), Type.INSTRUCTION if self._large else Type.CARD))
            for name, note in card.notes:
                inside.addLayout(told(_(name), _(note)))
            self._show_fault(inside, card)
            self._show_timer(inside, card)
            self._body.addWidget(usual)
            if card.otherwise:
                self._otherwise = Otherwise(card.otherwise, lambda code: self._commands.report(card.slot, code),
                                            partial(self._make_room, usual),
                                            lambda: self._context.shell.deed(Deed.FAULT.value))
                self._body.addWidget(self._otherwise)
        if not self._large:
            self._body.addSpacing(4)
            self._body.addWidget(self._facts)
        self._facts.setVisible(self._facts.any)    # only now that it has a parent: before, it would be a window of its own
        self._body.addStretch(1)
        self._show_foot(card)

    def _heading(self, card: Card) -> QVBoxLayout:
        tokens = self._context.theme.tokens
        tone = tokens.states[card.word]
        mark = QLabel()
        mark.setPixmap(self._context.theme.glyph(MARKS[card.word].glyph, tone.ink, 24, self.devicePixelRatioF()))
        word = label(_(MARKS[card.word].word), Type.STRONG)
        line = row(label(_("Slot {slot}").format(slot=card.slot), Type.HEADING, wrap=False), mark, word)
        line.setStretch(2, 1)
        heading = column(gap=2)
        heading.addLayout(line)
        counted = _("Step {n} of {m}").format(n=card.step, m=card.steps) if card.step and card.steps else ""
        about = " · ".join(part for part in (counted, _(card.path)) if part)
        if about:
            heading.addWidget(label(about, Type.CAPTION, "soft"))
        return heading

    def _make_room(self, usual: QWidget, otherwise: bool) -> None:
        """What the person sees instead takes the place of the card and of its decision."""
        usual.setHidden(otherwise)
        if self._ask is not None:
            self._ask.setHidden(otherwise)

    def _usual(self) -> tuple[QWidget, QVBoxLayout]:
        usual = QWidget()
        inside = QVBoxLayout(usual)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        return usual, inside

    def _show_fault(self, body: QVBoxLayout, card: Card) -> None:
        if not card.code:
            return
        frame, layout = paper("danger" if card.word is StateWord.FAILED else "warn", pad=12, gap=8)
        said = [(_("Why"), _(card.why))]
        if card.who:
            said.append((_("Who can cure it"), _(card.who)))
        if card.detail:
            said.append((_("In this case"), card.detail))
        for name, text in said:
            layout.addLayout(told(name, text))
        unsure = "" if card.verified else " · " + _("not confirmed by the documents")
        layout.addWidget(label(f"{card.code}{unsure}", Type.CAPTION, "soft", selectable=True))
        body.addWidget(frame)

    def _show_timer(self, body: QVBoxLayout, card: Card) -> None:
        if card.timer is None:
            if card.no_timer:
                body.addWidget(label(_(card.no_timer), Type.CAPTION, "soft"))
            return
        meaning = label(_(card.timer.meaning))
        self._ring.setAccessibleName(_(card.timer.meaning))
        if card.timer_runs:
            body.addLayout(row(self._ring, meaning, gap=14))
            self._ring.show()
            return
        begin = button(_("Start the timer"), self._begin_timer, Weight.PLAIN, self._context.theme.icon("timer"))
        beside = QVBoxLayout()
        beside.addWidget(meaning)
        beside.addWidget(begin, 0, Qt.AlignmentFlag.AlignLeft)
        body.addLayout(row(self._ring, beside, gap=14))
        self._ring.show()

    def _begin_timer(self) -> None:
        self._timer_from = self._context.bench.clock.now()
        self.refresh()

    def _show_ask(self, card: Card) -> None:
        """The one decision stands below the card, where it is in sight however long the card is."""
        if isinstance(card.ask, Attestation):
            what = card.ask.what
            press = button(_(card.ask.button), lambda: self._commands.attest(card.slot, what), Weight.PRIMARY,
                           self._context.theme.icon("check", "on_accent"))
        elif card.ask is Way.RETRY:
            press = button(_("Retry"), lambda: self._commands.retry(card.slot), Weight.PRIMARY,
                           self._context.theme.icon("retry", "on_accent"))
        else:
            return
        press.setObjectName("primary")
        self._ask = press

    def _show_foot(self, card: Card) -> None:
        self._show_ask(card)
        presses = self._ways(card)
        following = self._commands.next_slot(card.slot)
        self._shown_foot = following.slot if following else 0
        starts = self._start.presses if self._start else []
        shown: list[QWidget] = [*starts, *([self._ask] if self._ask else []), *presses,
                                *([self._next(following)] if following else [])]
        if not shown:
            return
        self._foot.addWidget(rule())
        if self._large:
            line = Flow()
            for widget in shown:
                line.add(widget, grows=isinstance(widget, WrappingButton))
            self._foot.addWidget(line)
            return
        for decision in (*starts, *([self._ask] if self._ask else [])):
            self._foot.addWidget(decision)
        if presses:
            self._foot.addLayout(row(*presses, None, gap=4))
        if following is not None:
            self._foot.addWidget(shown[-1])

    def _next(self, following: Tile) -> QWidget:
        text = _("Next: slot {slot}, {what}").format(slot=following.slot, what=_(following.next_action))
        choose = partial(self._context.live.selection.choose, following.slot)
        return WrappingButton("→ " + text, choose, Type.STRONG)

    def _ways(self, card: Card) -> list[QPushButton]:
        acts = {Way.RETRY: self._commands.retry, Way.SKIP: self._commands.skip, Way.CANCEL: self._commands.cancel}
        presses: list[QPushButton] = []
        for way in card.ways:
            icon = self._context.theme.icon(ICONS[way], "accent_ink")
            if way is Way.START:
                presses.append(button(_("Start again …"), self._start_again, Weight.QUIET, icon))
                continue
            act = acts[way]
            presses.append(button(_way_text(way), partial(act, card.slot), Weight.QUIET, icon))
        return presses

    def _start_again(self) -> None:
        self._starts_again = not self._starts_again
        self._afresh()

    def _move_on(self, card: Card) -> None:
        now = self._context.bench.clock.now()
        if card.timer is not None:
            since = card.since if card.timer_runs else self._timer_from
            self._ring.show_time(card.timer.seconds, None if since is None else max(0.0, (now - since).total_seconds()))
        board = self._context.bench.board
        unit = board.unit_at(card.slot)
        run = board.run_of(unit.key) if unit else None
        facts = run.facts if run and run.open else unit.facts if unit else None
        self._facts.show_facts(facts, card.proof_keys, now)


def _way_text(way: Way) -> str:
    return {Way.RETRY: _("Retry"), Way.SKIP: _("Skip …"), Way.CANCEL: _("End run …")}[way]
