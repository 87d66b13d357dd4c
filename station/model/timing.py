"""Clocks, deadlines and cancel tokens: handed down, never counted again on the way.

Who owns which time-out: a step owns its budget (seconds of bench time); an action turns what is left of it into one `Deadline`
and hands that to the links; a link divides it among its transfers. Practice runs on a scaled clock, so nothing but a `Clock`
may be asked for the time of an event or made to wait.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from station.model.errors import Cancelled, OverBudget


class Clock(Protocol):
    """Bench time. A scaled clock runs `speed` times faster than the wall."""

    @property
    def speed(self) -> float:
        """Bench seconds per wall second; 1 for real benches."""

    def now(self) -> datetime:
        """Bench time, UTC."""

    def monotonic(self) -> float:
        """Bench seconds since an arbitrary start; never goes back."""


class WallClock:
    """The real time."""

    speed = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class ScaledClock:
    """Practice time: starts at the wall's time and runs `speed` times faster. The speed may be changed while it runs."""

    def __init__(self, speed: float, start: datetime | None = None) -> None:
        self._start = start or datetime.now(UTC)
        self._pace = (time.monotonic(), 0.0, speed)    # since when (wall), from where (bench), how fast; exchanged as one

    @property
    def speed(self) -> float:
        return self._pace[2]

    def set_speed(self, speed: float) -> None:
        """Run at another speed from now on; time neither jumps nor goes back."""
        self._pace = (time.monotonic(), self.monotonic(), speed)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        wall, bench, speed = self._pace
        return bench + (time.monotonic() - wall) * speed


class CancelToken:
    """Set once by whoever owns the work; looked at by whoever does it."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if the work was cancelled."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, wall_seconds: float) -> None:
        """Wait at most `wall_seconds`; raise `Cancelled` as soon as the work is cancelled."""
        if self._event.wait(max(0.0, wall_seconds)):
            raise Cancelled


class Deadline:
    """A point in wall time by which blocking work must be over, with the token that may end it earlier."""

    def __init__(self, wall_seconds: float, token: CancelToken | None = None,
                 monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + wall_seconds
        self.token = token or CancelToken()

    def remaining(self) -> float:
        """Wall seconds left; never negative."""
        return max(0.0, self._end - self._monotonic())

    def part(self, wall_seconds: float) -> "Deadline":
        """A deadline within this one, cancelled with it: the budget of one part of the work."""
        return Deadline(self.share(wall_seconds), self.token, self._monotonic)

    def afresh(self, wall_seconds: float) -> "Deadline":
        """A deadline of its own on the same clock: the allowance for cleaning up when this one is over or cancelled."""
        return Deadline(wall_seconds, None, self._monotonic)

    def share(self, wall_seconds: float) -> float:
        """At most `wall_seconds`, and no more than is left: the time-out of one transfer."""
        return min(wall_seconds, self.remaining())

    def check(self, code: str = "station.over-budget", detail: str = "") -> None:
        """Raise `Cancelled` or `OverBudget` (with the given fault code) when the time is up."""
        self.token.check()
        if self.remaining() <= 0:
            raise OverBudget(code, detail)

    def pause(self, wall_seconds: float) -> None:
        """Wait, but not beyond the deadline; raise as `check` does."""
        self.token.wait(self.share(wall_seconds))
        self.check()
