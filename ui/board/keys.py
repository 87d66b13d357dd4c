"""The keyboard: one table of keys and what they do, for the filter that acts on them and for the sheet that shows them.

A filter on the window's handle sees every press before the widgets do; one on the application would see every paint as well. Keys
act only where they cannot mean anything else: Space presses the button that has the focus, and text fields keep their letters.
Esc never destroys: it closes what is on top, or does nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from station.model.words import N_
from ui.board.scanner import GAP_MS, Burst, Where


class Deed(StrEnum):
    """What a key does."""

    PRIMARY = "primary"
    SLOT = "slot"
    RETRY = "retry"
    MUTE = "mute"
    WALL = "wall"
    START_ALL = "start-all"
    NOT_THIS = "not-this"
    NEXT = "next"
    BACK = "back"
    HELP = "help"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the cheat sheet: `shown` is what is printed on the key, `about` a msgid."""

    shown: str
    about: str
    deed: Deed


SHEET: Sequence[Key] = (
    Key(N_("Space"), N_("Do what the card asks: start, confirm, retry"), Deed.PRIMARY),
    Key("1 … 9, 0", N_("Select slot 1 to 9, or 10"), Deed.SLOT),
    Key("N", N_("Go to the next unit that needs you"), Deed.NEXT),
    Key("A", N_("Start all units that are ready"), Deed.START_ALL),
    Key("W", N_("“This is not what I see”"), Deed.NOT_THIS),
    Key("R", N_("Retry the failed step"), Deed.RETRY),
    Key("F", N_("Look up a code or message of the headset"), Deed.FAULT),
    Key("M", N_("Sound on or off"), Deed.MUTE),
    Key("F11", N_("Board for the wall, readable at 3 m"), Deed.WALL),
    Key("F1, ?", N_("This sheet"), Deed.HELP),
    Key("Esc", N_("Close what is on top, stop a countdown; never destroys anything"), Deed.BACK),
)
"""The cheat sheet. A scan of a serial number selects its unit, whatever has the focus."""

LETTERS: Mapping[str, Deed] = {
    "n": Deed.NEXT, "a": Deed.START_ALL, "w": Deed.NOT_THIS, "r": Deed.RETRY, "m": Deed.MUTE, "f": Deed.FAULT,
    "?": Deed.HELP,
}
FUNCTION_KEYS: Mapping[int, Deed] = {
    Qt.Key.Key_F11.value: Deed.WALL, Qt.Key.Key_F1.value: Deed.HELP, Qt.Key.Key_Escape.value: Deed.BACK,
}
CHORDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class KeyFilter(QObject):
    """Sees the presses of one window once `install` was called, which needs the window to be shown.

    `on_deed(deed, slot)` answers whether it did something; `on_scan(text)` whether the bench knows what was scanned.
    """

    def __init__(self, window: QWidget, on_deed: Callable[[Deed, int], bool], on_scan: Callable[[str], bool],
                 now_ms: Callable[[], int] = lambda: round(monotonic() * 1000)) -> None:
        super().__init__(window)
        self._window = window
        self._on_deed = on_deed
        self._on_scan = on_scan
        self._now_ms = now_ms
        self._handle: QWindow | None = None
        self._burst = Burst(self._scanned)
        self._pause = QTimer(self, singleShot=True, interval=GAP_MS + 10)
        self._pause.timeout.connect(self._paused)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._pressed(event)

    def install(self) -> None:
        """Let the filter see the window's presses; once is enough."""
        handle = self._window.windowHandle()
        if handle is not None and handle is not self._handle:
            self._handle = handle
            handle.installEventFilter(self)

    def _pressed(self, event: QKeyEvent) -> bool:
        focus, text = focus_kind(self._window.focusWidget()), event.text()
        if event.modifiers() & CHORDS:
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            return self._burst.end(self._now_ms())
        if event.key() in FUNCTION_KEYS:
            return self._on_deed(FUNCTION_KEYS[event.key()], 0)
        if event.key() == Qt.Key.Key_Space:
            return focus is Where.ELSEWHERE and not takes_space(self._window.focusWidget()) and self._on_deed(Deed.PRIMARY, 0)
        if event.isAutoRepeat() or len(text) != 1 or not text.isprintable() or is_chooser(self._window.focusWidget()):
            return False
        kept = self._burst.key(text, self._now_ms(), focus)
        self._pause.start()
        return kept

    def _paused(self) -> None:
        for letter in self._burst.release():
            deed = Deed.SLOT if letter.isdecimal() else LETTERS.get(letter.casefold())
            if deed is not None:
                self._on_deed(deed, (int(letter) or 10) if letter.isdecimal() else 0)

    def _scanned(self, text: str, where: Where) -> None:
        self._pause.stop()
        clean = "".join(c for c in text if c.isprintable()).strip()
        if self._on_scan(clean) and where is Where.TEXT:
            take_back(self._window.focusWidget(), text)


def focus_kind(widget: QWidget | None) -> Where:
    """What kind of place has the focus."""
    if isinstance(widget, QLineEdit):
        hidden = widget.echoMode() is not QLineEdit.EchoMode.Normal
        return Where.PASSWORD if hidden else Where.ELSEWHERE if widget.isReadOnly() else Where.TEXT
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        return Where.ELSEWHERE if widget.isReadOnly() else Where.TEXT
    return Where.TEXT if isinstance(widget, QAbstractSpinBox) else Where.ELSEWHERE


def takes_space(widget: QWidget | None) -> bool:
    """Whether Space means something to the widget itself."""
    return isinstance(widget, QAbstractButton) or is_chooser(widget)


def is_chooser(widget: QWidget | None) -> bool:
    """Whether letters choose an entry of the widget."""
    return isinstance(widget, QComboBox)


def take_back(widget: QWidget | None, text: str) -> None:
    """Take a scanned text out of a line again, where it stands before the cursor."""
    if isinstance(widget, QLineEdit):
        at, whole = widget.cursorPosition(), widget.text()
        if whole[:at].endswith(text):
            widget.setText(whole[:at - len(text)] + whole[at:])
            widget.setCursorPosition(at - len(text))
