"""The program with a window: dresses the application, paints the first screen, then brings the bench behind it.

Order matters: nothing that the first screen does not need is imported before it is painted (`ui.compositions` is).
"""

import asyncio
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from station.model.errors import HoloBenchError
from ui import language, loop
from ui.language import _
from ui.live import Live
from ui.preferences import Preferences, load, save
from ui.sound import Speaker
from ui.theme.theme import Theme, put_on
from ui.theme.tokens import Mode
from ui.window import Window

if TYPE_CHECKING:
    from ui.compositions import Composed
    from ui.practice.order import PracticeOrder

log = logging.getLogger(__name__)
BEEP_GAP_MS = 320
LOG_LINES = 2000


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line. `practice` None: the real bench."""

    practice: "PracticeOrder | None" = None
    preferences: Path | None = None
    on_painted: Callable[[], None] | None = field(default=None)


class LogTail(logging.Handler):
    """The last lines of the log, for the support bundle."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[str] = deque(maxlen=LOG_LINES)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))

    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines)


class FirstPaint(QObject):
    """Calls back once, after a window was painted first."""

    def __init__(self, window: Window, painted: Callable[[], None]) -> None:
        super().__init__(window)
        self._painted: Callable[[], None] | None = painted
        window.stack.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._painted is not None:
            painted, self._painted = self._painted, None
            QTimer.singleShot(0, painted)
        return False


def theme_for(preferences: Preferences) -> Theme:
    """The theme that preferences ask for, the system's where they do not."""
    if preferences.theme:
        mode = Mode.DARK if preferences.theme == Mode.DARK.value else Mode.LIGHT
    else:
        dark = QGuiApplication.styleHints().colorScheme().name == "Dark"
        mode = Mode.DARK if dark else Mode.LIGHT
    return Theme.of(mode, preferences.operator_mode)


class App:
    """The application of one window."""

    def __init__(self, app: QApplication, order: Order) -> None:
        self._app = app
        self._order = order
        self._file = order.preferences or preferences_file()
        self._preferences = load(self._file)
        self._log = LogTail()
        logging.getLogger().addHandler(self._log)
        language.use(self._preferences.language or language.of_system())
        theme = theme_for(self._preferences)
        put_on(app, theme)
        slots = range(1, (order.practice.units if order.practice else self._preferences.last_slots) + 1)
        speaker = Speaker(self._beep, self._preferences.sound)
        self.window = Window(Live(slots, speaker), theme, self._preferences, practice=order.practice is not None)
        self.window.kept.connect(self._keep)
        self.window.look_changed.connect(self._dress)
        self.window.bundle_wanted.connect(self._save_bundle)
        self._trace = ""
        loop.hook(self._show_bug)

    async def run(self) -> int:
        """Show the window, bring the bench, wait until the person closes; the exit status."""
        closed, painted = asyncio.Event(), asyncio.Event()
        self.window.closing.connect(closed.set)
        for wanted in (signal.SIGINT, signal.SIGTERM):
            signal.signal(wanted, lambda _number, _frame: self.window.finish())
        FirstPaint(self.window, painted.set)
        self.window.come_up(self.window.screen().availableSize())
        await painted.wait()
        if self._order.on_painted is not None:
            self._order.on_painted()
        lag = asyncio.get_running_loop().create_task(loop.watch_lag())
        composed = await self._opened(closed)
        if composed is not None:
            self.window.attach(composed.station)
            self._remember_slots(len(composed.station.bench.tiles()))
        await closed.wait()
        await self._end(composed, lag)
        return 0 if composed is not None else 1

    async def _compose(self) -> "Composed":
        from ui import compositions

        if self._order.practice is not None:
            return await compositions.practice(self._order.practice)
        return await compositions.real()

    async def _opened(self, closed: asyncio.Event) -> "Composed | None":
        """The station, tried as often as the person wants; None where it could not be opened."""
        failure: HoloBenchError | None = None
        while failure is None or await self._another_try(failure, closed):
            try:
                return await self._compose()
            except HoloBenchError as e:
                log.warning("the bench could not be opened: %s", e)
                failure = e
        self.window.close()
        return None

    async def _another_try(self, failure: HoloBenchError, closed: asyncio.Event) -> bool:
        from ui.opening import wants_another_try

        if closed.is_set():
            return False
        asking = asyncio.create_task(wants_another_try(self.window, failure, own_station=self._order.practice is None))
        closing = asyncio.create_task(closed.wait())
        await asyncio.wait((asking, closing), return_when=asyncio.FIRST_COMPLETED)
        closing.cancel()
        return not asking.cancel() and asking.result()

    async def _end(self, composed: "Composed | None", lag: "asyncio.Task[None]") -> None:
        self.window.live.board.detach()
        self.window.hide()
        lag.cancel()
        await self.window.tasks.close()
        if composed is not None:
            await composed.close()
        self.window.live.speaker.close()
        logging.getLogger().removeHandler(self._log)

    def _keep(self, preferences: Preferences) -> None:
        self._preferences = preferences
        try:
            save(preferences, self._file)
        except OSError as e:
            log.warning("preferences could not be written: %s", e)
            self.window.show_error(HoloBenchError("ui.preferences-not-written", str(e)))

    def _remember_slots(self, slots: int) -> None:
        if self._order.practice is None and slots != self._preferences.last_slots:
            self.window.remember(self._preferences.with_(last_slots=slots))

    def _dress(self, preferences: Preferences) -> None:
        language.use(preferences.language or language.of_system())
        theme = theme_for(preferences)
        put_on(self._app, theme)
        self.window.dress(theme)

    def _beep(self, pulses: int) -> None:
        for i in range(pulses):
            QTimer.singleShot(i * BEEP_GAP_MS, self._app.beep)

    def _show_bug(self, trace: str) -> None:
        from ui.failure import bug_dialog

        self._trace = trace
        dialog, wanted = bug_dialog(self.window, trace)
        dialog.finished.connect(lambda _result: self._save_bundle() if wanted else None)
        dialog.open()

    def _save_bundle(self) -> None:
        from ui import bundle

        name = f"holobench-support-{datetime.now():%Y%m%d-%H%M}.zip"  # noqa: DTZ005 - the person's own day
        dialog = QFileDialog(self.window, _("Save a support bundle"), name)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        parts = bundle.sections(lambda: tuple(self.window.live.board.tiles()), self._log.text, self._trace)

        def chosen(file: str) -> None:
            try:
                bundle.write(Path(file), parts)
            except OSError as e:
                self.window.show_error(HoloBenchError("ui.bundle-not-written", str(e)))
            else:
                self.window.notify(_("The support bundle was saved: {file}").format(file=file))

        dialog.fileSelected.connect(chosen)
        dialog.open()


def preferences_file() -> Path:
    """Where the window's own settings are kept: beside the configuration."""
    named = os.environ.get("HOLOBENCH_CONFIG")
    if named:
        return Path(named).with_name("window.toml")
    from platformdirs import user_config_path

    return user_config_path("holobench", appauthor=False) / "window.toml"


def start(order: Order) -> int:
    """Run the window; the exit status."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)  # noqa: S101 - nothing else makes one before us
    app.setApplicationName("HoloBench")
    app.setDesktopFileName("holobench")
    app.setQuitOnLastWindowClosed(False)
    made = App(app, order)
    return loop.run(app, made.run)
