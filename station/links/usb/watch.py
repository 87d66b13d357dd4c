"""Watching the bus: a thread that looks when it is told to, and says what came, went or changed."""

import logging
import threading
from collections.abc import Callable

from station.links.usb.readers import BusReader
from station.links.usb.sighting import BusEvent, UsbSighting, differences
from station.links.usb.signals import BusSignal, PollSignal

_log = logging.getLogger(__name__)

LONGEST_PAUSE = 2.0
"""Wall seconds after which the watcher looks without being told, in case an event was lost."""


class BusWatcher:
    """Tells `told` every change, from the watcher's thread, beginning with everything that is plugged in already.

    `look_once` may be used instead of `start` where no thread is wanted. `failed` is told once when events stop coming; from then
    on the watcher polls. `rested` is called after every look and says after how many wall seconds at most it wants to be called
    again.
    """

    def __init__(self, reader: BusReader, signal: BusSignal, told: Callable[[BusEvent], None],
                 failed: Callable[[str], None] = _log.warning, rested: Callable[[], float] = lambda: LONGEST_PAUSE) -> None:
        self._reader = reader
        self._signal = signal
        self._told = told
        self._failed = failed
        self._rested = rested
        self._seen: tuple[UsbSighting, ...] = ()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def seen(self) -> tuple[UsbSighting, ...]:
        """What the last look saw."""
        return self._seen

    def look_once(self) -> tuple[BusEvent, ...]:
        """Look and tell; returns what was told."""
        now = self._reader.read()
        events = differences(self._seen, now)
        self._seen = now
        for event in events:
            self._told(event)
        return events

    def start(self) -> None:
        """Begin to watch."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="usb-watch", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop; returns when the thread has ended and nothing more will be told."""
        self._stopping.set()
        self._signal.close()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look_once()
            except OSError as error:
                _log.warning("cannot look at the USB bus: %s", error)
            self._pause()

    def _pause(self) -> None:
        try:
            self._signal.wait(min(LONGEST_PAUSE, max(0.0, self._rested())))
        except OSError as error:
            if self._stopping.is_set():
                return
            self._failed(f"no more USB events ({error}); looking every {LONGEST_PAUSE:.0f} seconds")
            self._signal = PollSignal(LONGEST_PAUSE)
