"""Delivery of committed events to subscribers: every event once, in order, whichever thread wrote it."""

import logging
import sys
import threading
from collections import deque
from collections.abc import Callable

from station.model.events import Event

Callback = Callable[[tuple[Event, ...]], None]

_log = logging.getLogger(__name__)


class Delivery:
    """An outbox that one thread at a time empties. A callback may append: its events are delivered behind the present ones."""

    def __init__(self) -> None:
        self._outbox: deque[tuple[Event, ...]] = deque()
        self._subscribers: tuple[Callback, ...] = ()
        self._busy = False
        self._lock = threading.Lock()

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        with self._lock:
            self._subscribers = (*self._subscribers, callback)

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers = tuple(s for s in self._subscribers if s is not callback)

        return unsubscribe

    def put(self, events: tuple[Event, ...]) -> None:
        """Queue events; the caller holds the lock that orders commits."""
        if events:
            self._outbox.append(events)

    def run(self) -> None:
        """Deliver what is queued, unless another thread is at it (it will take these along)."""
        while True:
            with self._lock:
                if self._busy or not self._outbox:
                    return
                self._busy = True
                events, subscribers = self._outbox.popleft(), self._subscribers
            try:
                for callback in subscribers:
                    _call(callback, events)
            finally:
                with self._lock:
                    self._busy = False


def _call(callback: Callback, events: tuple[Event, ...]) -> None:
    """What a subscriber raises is a bug of that subscriber: shown as one, and no reason to lose events for the others."""
    try:
        callback(events)
    except Exception:
        _log.exception("a subscriber of the journal failed")
        sys.excepthook(*sys.exc_info())
