"""The Board screen: summary and actions above, tiles in the middle, the rail and the selected unit's card on the right."""

from collections import Counter
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from station.model.words import StateWord
from ui.board.rail import Rail
from ui.board.tally import Tally
from ui.board.view import BoardView
from ui.context import Context
from ui.guide.pane import GuidePane
from ui.language import _, ngettext
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import paper, row, rule
from ui.widgets.text import label

RAIL_WIDTH, CARD_WIDTH, NARROWEST_CARD, CARD_SHARE, NARROW_SHARE, WIDE = 184, 430, 330, 0.32, 0.45, 1060
BESIDE, GAP, BELOW = 13, 4, 8
"""The room left and right of the tiles, above and below them."""


class BoardScreen(QWidget):
    """All slots. `set_wall` shows tiles and rail only."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        live = context.live
        self.view = BoardView(context.theme, live.board, lambda slot: context.preferences.slots.get(slot, ""))
        self.rail = Rail(context.theme, live.board)
        self.guide = GuidePane(context)
        self._tally = Tally(context.theme)
        self._start_all = button("", self.start_all, Weight.PRIMARY, context.theme.icon("play-all", "on_accent"))
        self._countdown, self._countdown_text = self._make_countdown()
        self._top = QWidget()
        self._lay_out()
        live.board.flushed.connect(self.refresh)
        live.board.modelReset.connect(self._follow)
        live.board.modelReset.connect(self._make_room)
        live.selection.changed.connect(self._follow)
        live.countdown.changed.connect(self.refresh)
        self.view.slot_selected.connect(live.selection.choose)
        self.rail.slot_chosen.connect(live.selection.choose)
        self._follow()
        self.refresh()

    def set_wall(self, wall: bool) -> None:
        """Only what is read from 3 m, or everything."""
        self._side.setVisible(not wall)
        self._top.setVisible(not wall)
        self.view.set_wall(wall)

    def start_all(self) -> None:
        """Start every unit that is ready, under the blueprint chosen last."""
        commands = self.guide.commands
        commands.start(commands.ready(), commands.blueprint())

    def refresh(self) -> None:
        """Count again what the summary says."""
        live = self._context.live
        counts = Counter(t.word for t in live.board.tiles())
        self._tally.show_counts(counts)
        ready, left = counts[StateWord.READY], live.countdown.left
        if not (ready and not left) and self._start_all.hasFocus():
            self.view.setFocus()    # else it goes to the next button by itself, and the next Space presses that
        self._start_all.setVisible(ready > 0 and not left)
        self._start_all.setText(ngettext("Start {n} ready unit", "Start {n} ready units", ready))
        self._countdown.setVisible(left > 0)
        self._usual.setVisible(not left)
        if left:
            text = ngettext("Starting {n} unit", "Starting {n} units", len(live.countdown.slots))
            self._countdown_text.setText(_("{what} in {n} s").format(what=text, n=left))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """A narrow window keeps tiles and card; the rail is the first to go, since the card names the next unit too. It also goes
        where only then every tile is in sight."""
        scale = self._context.theme.sizes.text
        self.rail.setFixedWidth(round(RAIL_WIDTH * scale))
        wide = self.width() >= WIDE * scale
        share = CARD_SHARE if wide else NARROW_SHARE
        card = round(min(CARD_WIDTH * scale, max(NARROWEST_CARD * scale if wide else NARROWEST_CARD, self.width() * share)))
        self.guide.setFixedWidth(card)
        self._tally.setVisible(wide)
        room = QSize(self.width() - card - 2 * BESIDE, self.height() - self._top.sizeHint().height() - GAP - BELOW)
        beside = room - QSize(self.rail.width() + self._divider.width(), 0)
        for part in (self.rail, self._divider):
            part.setVisible(wide and (self.view.shows_all(beside) or not self.view.shows_all(room)))

    def _follow(self) -> None:
        self.view.select(self._context.live.selection.slot)

    def _make_countdown(self) -> tuple[QFrame, QLabel]:
        frame, layout = paper("info", pad=0, across=True)
        layout.setContentsMargins(14, 0, 0, 0)
        text = label("", Type.STRONG, wrap=False)
        stop: QPushButton = button(_("Stop, start nothing"), self._context.live.countdown.stop, Weight.PLAIN,
                                   self._context.theme.icon("cancel"))
        layout.addWidget(text, 1)
        layout.addWidget(stop)
        return frame, text

    def _show_sound(self, press: QPushButton) -> None:
        press.setIcon(self._context.theme.icon("sound" if self._context.live.speaker.on else "mute", "accent_ink"))

    def _lay_out(self) -> None:
        theme, live = self._context.theme, self._context.live
        sound = button("", lambda: self._context.shell.deed("mute"), Weight.QUIET, name=_("Sound on or off (M)"))
        show_sound = partial(self._show_sound, sound)
        live.sound_changed.connect(show_sound)
        show_sound()
        wall = button("", lambda: self._context.shell.deed("wall"), Weight.QUIET, theme.icon("fullscreen", "accent_ink"),
                      _("Board for the wall (F11)"))
        keys = button("", lambda: self._context.shell.deed("help"), Weight.QUIET, theme.icon("keyboard", "accent_ink"),
                      _("Keys (F1)"))
        top = QVBoxLayout(self._top)
        top.setContentsMargins(18, 8, 14, 2)
        self._usual = QWidget()
        self._usual.setLayout(row(self._tally, None, self._start_all, sound, wall, keys, gap=6))
        self._usual.setMinimumHeight(theme.sizes.target)
        top.addWidget(self._usual)
        top.addWidget(self._countdown)    # takes the place of the other, so that no tile moves
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(GAP)
        middle.addWidget(self._top)
        tiles = QHBoxLayout()
        tiles.setContentsMargins(BESIDE, 0, BESIDE, BELOW)
        tiles.addWidget(self.view)
        middle.addLayout(tiles, 1)
        self._side, side = paper("side", pad=0, gap=0, across=True)
        side.addWidget(self.rail)
        self._divider = rule(upright=True)
        side.addWidget(self._divider)
        side.addWidget(self.guide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(middle, 1)
        layout.addWidget(self._side)
        self.first = self.view


def build(context: Context) -> BoardScreen:
    """The screen of the registry."""
    return BoardScreen(context)
