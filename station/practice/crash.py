"""The power cut at a chosen write: practice and tests kill their own process there, as hard as the system can.

Used as `Journal.open(url, station, clock, through=crash_at(7, "before"))`: the store underneath is the product's own. Counted is
every transaction that writes (events, claims, renewals, releases), from 1.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NoReturn

from station.journal.chain import Entry, Head, Row, Verdict
from station.journal.claims import Claim, Wish
from station.journal.reading import Store, Wanted
from station.model.errors import UsageError
from station.model.events import Event

When = Literal["before", "after"]


def kill_self() -> NoReturn:
    """End this process at once: no handlers, no flushing, no exit status of our own."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        kernel.TerminateProcess.argtypes = (ctypes.c_void_p, ctypes.c_uint)
        kernel.TerminateProcess(kernel.GetCurrentProcess(), 137)
    else:
        os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("the process outlived its own end")


def every_write(entries: Sequence[Entry]) -> bool:
    """Counts claims, renewals and releases (which come without entries) as well as events."""
    return True


def crash_at(at_write: int, when: When, kill: Callable[[], object] = kill_self,
             counts: Callable[[Sequence[Entry]], bool] = every_write) -> Callable[[Store], Store]:
    """For `Journal.open(…, through=…)`: kills the process at the n-th write that counts, before it or once it is durable."""
    return lambda store: CrashingStore(store, at_write, when, kill, counts)


def parse_crash(spec: str) -> Callable[[Store], Store]:
    """The practice switch `before:N` or `after:N`. Raises UsageError `practice.bad-crash`."""
    when, _, number = spec.partition(":")
    if when not in ("before", "after") or not number.isdecimal() or int(number) < 1:
        raise UsageError("practice.bad-crash", spec[:40])
    return crash_at(int(number), "before" if when == "before" else "after")


class CrashingStore:
    """A store that ends the process around its n-th write."""

    def __init__(self, store: Store, at_write: int, when: When, kill: Callable[[], object] = kill_self,
                 counts: Callable[[Sequence[Entry]], bool] = every_write) -> None:
        self._store = store
        self._at_write = at_write
        self._when = when
        self._kill = kill
        self._counts = counts
        self._lock = threading.Lock()
        self.writes = 0

    def _count(self, entries: Sequence[Entry] = ()) -> int:
        if not self._counts(entries):
            return 0
        with self._lock:
            self.writes += 1
            if self._when == "before" and self.writes == self._at_write:
                self._kill()
            return self.writes

    def _counted(self, number: int) -> None:
        if self._when == "after" and number == self._at_write:
            self._kill()

    def write(self, entries: Sequence[Entry]) -> tuple[Event, ...]:
        number = self._count(entries)
        events = self._store.write(entries)
        self._counted(number)
        return events

    def claim(self, wish: Wish, entries: Sequence[Entry]) -> tuple[Claim, tuple[Event, ...]]:
        number = self._count(entries)
        claimed = self._store.claim(wish, entries)
        self._counted(number)
        return claimed

    def renew(self, wish: Wish, entries: Sequence[Entry]) -> tuple[Claim, tuple[Event, ...]]:
        number = self._count(entries)
        renewed = self._store.renew(wish, entries)
        self._counted(number)
        return renewed

    def release(self, serial: str, run: str) -> None:
        number = self._count()
        self._store.release(serial, run)
        self._counted(number)

    def rows(self, wanted: Wanted) -> Iterator[Row]:
        return self._store.rows(wanted)

    def heads(self) -> dict[str, tuple[Head, str]]:
        return self._store.heads()

    def latest_runs(self, limit: int) -> tuple[str, ...]:
        return self._store.latest_runs(limit)

    def notes(self, topic: str, limit: int) -> tuple[Row, ...]:
        return self._store.notes(topic, limit)

    def run_starts(self, limit: int, about: str) -> tuple[Row, ...]:
        return self._store.run_starts(limit, about)

    def units(self, about: str) -> tuple[str, ...]:
        return self._store.units(about)

    def board_rows(self, limit: int) -> tuple[Row, ...]:
        return self._store.board_rows(limit)

    def open_intents(self, station: str | None) -> tuple[Row, ...]:
        return self._store.open_intents(station)

    def verify(self, anchors: Sequence[Head]) -> Verdict:
        return self._store.verify(anchors)

    def claims(self) -> tuple[Claim, ...]:
        return self._store.claims()

    def close(self) -> None:
        self._store.close()
