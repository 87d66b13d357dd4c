"""Garbage in reference cycles is collected on the window's thread and nowhere else.

Python collects in whatever thread happens to allocate. A widget or timer that dies in a worker thread is destroyed there, which
Qt forbids: "Timers cannot be stopped from another thread", or a crash. So the automatic collection rests while a loop runs, and
a timer of that loop collects instead. What exists at the start is frozen, so that full collections stay short.
"""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager

COLLECT_S = 1.0
FULL_S = 600.0


@contextmanager
def collected_here(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Collect on this loop's thread for as long as the block lasts, and once at its end."""
    was_on = gc.isenabled()
    gc.disable()
    gc.freeze()
    rounds = _Rounds(loop)
    try:
        yield
    finally:
        rounds.stop()
        gc.collect()
        gc.unfreeze()
        if was_on:
            gc.enable()


class _Rounds:
    """Young garbage every second, all of it every ten minutes: a full round takes tens of milliseconds."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._left = round(FULL_S / COLLECT_S)
        self._next = loop.call_later(COLLECT_S, self._collect)

    def stop(self) -> None:
        """No further rounds."""
        self._next.cancel()

    def _collect(self) -> None:
        self._left -= 1
        gc.collect(1 if self._left else 2)
        self._left = self._left or round(FULL_S / COLLECT_S)
        self._next = self._loop.call_later(COLLECT_S, self._collect)
