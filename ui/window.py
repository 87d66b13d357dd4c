"""The station's window: navigation, banners, notices and the screens of the registry; the `Shell` that screens talk to.

Screens are made when they are opened first and made anew when language, theme or operator mode change. What only they, a key or a
failure need is imported when it is needed, so that the first paint does not wait for it.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from station.model.errors import HoloBenchError
from station.model.faults import catalogue
from station.model.words import StateWord
from ui.board.keys import Deed, KeyFilter
from ui.board.view import BoardView
from ui.context import Context, Kind
from ui.language import _
from ui.live import Live
from ui.navigation import Navigation
from ui.ports import Bench
from ui.preferences import Preferences
from ui.screens import SCREENS, Screen
from ui.tasks import Tasks
from ui.theme.marks import MARKS
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.notices import Notices
from ui.widgets.paper import paper
from ui.widgets.text import label

log = logging.getLogger(__name__)
TITLE_BAR, SMALLER = 40, 0.9
"""What the system draws above the window; and the part of a small screen that the window takes when it is not maximized."""


@dataclass(frozen=True)
class Station:
    """What the composition gives the window once it is there. `panel` makes the practice panel, None on a real bench; `resumes`
    tells whether what is under way goes on at the next start."""

    bench: Bench
    services: Mapping[str, object]
    places: Mapping[str, str]
    panel: Callable[[Context], QWidget] | None = None
    resumes: bool = True


class Window(QMainWindow):
    """See the module. `closing`: work may end now; `kept`: preferences to write; `look_changed`: language and theme to apply."""

    closing = Signal()
    kept = Signal(object)
    look_changed = Signal(object)
    bundle_wanted = Signal()

    def __init__(self, live: Live, theme: Theme, preferences: Preferences, practice: bool = False,
                 screens: Sequence[Screen] = SCREENS) -> None:
        super().__init__()
        self.live = live
        self.tasks = Tasks(self.show_error)
        self._theme, self._preferences, self._practice, self._screens = theme, preferences, practice, screens
        self._station: Station | None = None
        self._context: Context | None = None
        self._open: dict[str, QWidget] = {}
        self._key = "board"
        self._wall = False
        self._was_maximized = False
        self._may_close = False
        self._asking = False
        self._panel: QWidget | None = None
        self._panel_on = {"board", "guide"}
        self.keys = KeyFilter(self, self._deed, self._scanned)
        self.stack = QStackedWidget()
        self.notices = Notices(self, self.stack)
        self.resize(1440, 900)
        self.setMinimumSize(820, 460)
        for i in range(len(screens)):
            QShortcut(QKeySequence(f"Ctrl+{i + 1}"), self, lambda key=screens[i].key: self.go(key))
        live.board.entered.connect(self._entered)
        self._frame()
        self._show_waiting()

    @property
    def context(self) -> Context | None:
        """What screens are given now; None before the bench is there."""
        return self._context

    def screen_widget(self, key: str) -> QWidget | None:
        """A screen that was opened."""
        return self._open.get(key)

    def attach(self, station: Station) -> None:
        """The bench is there: show it."""
        self._station = station
        self.live.board.attach(station.bench)
        station.bench.on_trouble(self._trouble)
        if not self.live.selection.slot:
            self.live.selection.choose(next((t.slot for t in self.live.board.tiles()), 0))
        self._rebuild()

    def notify(self, text: str, kind: Kind = Kind.INFO) -> None:
        self.notices.say(self._theme, text, kind.value)

    def show_error(self, error: HoloBenchError) -> None:
        from ui.failure import explain, failure_dialog

        fault = catalogue().explain(error.code)
        self.notices.say(self._theme, f"{_(fault.title)}. {_(fault.cure)}", Kind.DANGER.value,
                         lambda: failure_dialog(self, explain(error)).open())

    def go(self, screen: str, **about: str) -> None:
        if self._context is None:
            return
        self._key = screen
        known = self._open.get(screen)
        widget = known or self._make(screen)
        if known is None or self.stack.currentWidget() is not widget:
            self.stack.setCurrentWidget(widget)
            self._focus_on(widget)
        self._navigation.show_chosen(screen)
        self._show_panel()
        opened = getattr(widget, "open_at", None)
        if about and opened is not None:
            opened(about)

    def _focus_on(self, screen: QWidget) -> None:
        """The screen's own first place. Not by focus proxies: with those, Tab leaves out what stands before that place."""
        first: QWidget | None = getattr(screen, "first", None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        elif isinstance(self.focusWidget(), QScrollArea):
            self.focusNextChild()

    def change(self, preferences: Preferences) -> None:
        self.remember(preferences)
        self.live.set_sound(preferences.sound)
        self.look_changed.emit(preferences)

    def dress(self, theme: Theme) -> None:
        """Build everything anew in this theme and the language in use."""
        self._theme = theme
        self._frame()
        if self._station is None:
            self._show_waiting()
        else:
            self._rebuild()

    def remember(self, preferences: Preferences) -> None:
        self._preferences = preferences
        if self._context is not None:
            self._context = self._make_context()
        self.kept.emit(preferences)

    def deed(self, name: str, slot: int = 0) -> bool:
        return self._deed(Deed(name), slot)

    def save_bundle(self) -> None:
        self.bundle_wanted.emit()

    def come_up(self, room: QSize) -> None:
        """Show the window for the first time: as it likes, or as large as a small screen's `room`."""
        if room.width() <= self.width() or room.height() <= self.height() + TITLE_BAR:
            self.resize(self.size().boundedTo(room * SMALLER))
            self.showMaximized()
        else:
            self.show()

    def toggle_wall(self) -> bool:
        """The board for the wall, or back to the desk."""
        self.go("board")
        set_wall: Callable[[bool], None] | None = getattr(self._open.get("board"), "set_wall", None)
        if set_wall is None:
            return False
        self._wall = not self._wall
        set_wall(self._wall)
        self._navigation.setVisible(not self._wall)
        self._show_panel()
        if self._wall:
            self._was_maximized = self.isMaximized()
            self.showFullScreen()
        elif self._was_maximized:
            self.showMaximized()
        else:
            self.showNormal()
        return True

    def leave_wall(self) -> bool:
        """Back from the wall to the desk; whether it was on the wall."""
        return self._wall and self.toggle_wall()

    def show_keys(self) -> None:
        """Open the cheat sheet."""
        from ui.help import help_dialog

        help_dialog(self, self._theme).open()

    def look_up_fault(self) -> None:
        """Open the search in the catalogue of faults."""
        from ui.lookup import lookup_dialog

        lookup_dialog(self, self._theme).open()

    def finish(self) -> None:
        """Close without asking: the system ends the program. Work goes on when it is opened again."""
        self._may_close = True
        self.close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.keys.install()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close or self._station is None or not self._station.bench.working:
            event.accept()
            self.closing.emit()
            return
        event.ignore()
        if not self._asking:
            self._asking = True
            self.tasks.start(self._ask_to_close(), "ask to close")

    async def _ask_to_close(self) -> None:
        from ui.widgets.ask import ask

        later = _("If you close the station now, it stops at a safe point and goes on where it was when you open it "
                  "again. Leave the units plugged in.")
        anew = _("This practice ends; the next one begins with units that are being unboxed.")
        resumes = self._station is None or self._station.resumes
        try:
            sure = await ask(self, _("Units are under way"), later if resumes else anew,
                             _("Close, go on later") if resumes else _("End the practice"), _("Keep working"))
        finally:
            self._asking = False
        if sure:
            self.finish()

    def _frame(self) -> None:
        """Everything around the screens, in the language and theme in use."""
        self.setWindowTitle(_("HoloBench, practice bench") if self._practice else "HoloBench")
        self.setWindowIcon(self._theme.icon("app"))
        self._navigation = Navigation(self._theme, self._screens, self.go)
        self._trouble_bar, bar = paper("warn", pad=8, across=True)
        self._trouble_text = label("")
        bar.addWidget(self._trouble_text, 1)
        self._trouble_bar.hide()
        whole = QWidget()
        across = QHBoxLayout(whole)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self._navigation)
        self._down = down = QVBoxLayout()
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(0)
        if self._practice:
            down.addWidget(self._banner())
        down.addWidget(self._trouble_bar)
        down.addWidget(self.stack, 1)
        across.addLayout(down, 1)
        self.setCentralWidget(whole)

    def _banner(self) -> QWidget:
        frame, layout = paper("practice", pad=2, across=True)
        layout.addSpacing(16)
        layout.addWidget(label(_("PRACTICE"), Type.STRONG, wrap=False))
        layout.addWidget(label(_("Virtual units and a virtual tenant. Nothing here reaches a real one."), wrap=True), 1)
        self._panel_press = button(_("Practice panel"), self._toggle_panel, Weight.PLAIN, self._theme.icon("headset"))
        layout.addWidget(self._panel_press)
        layout.addSpacing(16)
        return frame

    def _toggle_panel(self) -> None:
        self._panel_on ^= {self._key}
        self._show_panel()

    def _show_waiting(self) -> None:
        """The board before the bench is there."""
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(13, 16, 13, 8)
        layout.addWidget(BoardView(self._theme, self.live.board, lambda slot: self._preferences.slots.get(slot, "")))
        self._clear_stack()
        self.stack.addWidget(page)
        self._navigation.show_chosen("board")

    def _clear_stack(self) -> None:
        self._open.clear()
        while (widget := self.stack.widget(0)) is not None:
            self.stack.removeWidget(widget)
            widget.deleteLater()

    def _make_context(self) -> Context:
        assert self._station is not None  # noqa: S101 - only called once the station is attached
        return Context(self._station.bench, self._theme, self._preferences, self.tasks, self, self._practice,
                       self._station.services, self.live, self._station.places)

    def _make(self, key: str) -> QWidget:
        assert self._context is not None  # noqa: S101 - screens are opened once the station is attached
        screen = next(s for s in self._screens if s.key == key)
        widget = screen.build(self._context)
        self._open[key] = widget
        self.stack.addWidget(widget)
        return widget

    def _rebuild(self) -> None:
        kept = {key: widget.keep() for key, widget in self._open.items() if hasattr(widget, "keep")}
        self._clear_stack()
        self._context = self._make_context()
        for key, value in kept.items():
            widget = self._make(key)
            restore = getattr(widget, "restore", None)
            if restore is not None:
                restore(value)
        self._make_panel()
        self.go(self._key)
        if self._station is not None:
            self._trouble(self._station.bench.trouble)

    def _show_panel(self) -> None:
        """Beside the screens where a unit is worked on; the button shows or hides it on any."""
        if self._panel is not None:
            self._panel.setVisible(self._key in self._panel_on and not self._wall)

    def _make_panel(self) -> None:
        if self._panel is not None:
            self._panel.hide()
            self._panel.deleteLater()
            self._panel = None
        if self._station is not None and self._station.panel is not None and self._context is not None:
            self._panel = self._station.panel(self._context)
            self._down.addWidget(self._panel)

    def _trouble(self, error: HoloBenchError | None) -> None:
        self._trouble_bar.setVisible(error is not None)
        if error is not None:
            fault = catalogue().explain(error.code)
            self._trouble_text.setText(f"{_(fault.title)}. {_(fault.cure)}")

    def _entered(self, _slot: int, word: StateWord) -> None:
        self.live.speaker.play(MARKS[word].sound)

    def _deed(self, deed: Deed, slot: int) -> bool:
        if self._context is None:
            return False
        from ui.deeds import Deeds

        return Deeds(self, self._context, self._open).do(deed, slot)

    def _scanned(self, text: str) -> bool:
        if self._context is None:
            return False
        from ui.deeds import Deeds

        return Deeds(self, self._context, self._open).scanned(text)
