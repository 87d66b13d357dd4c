"""Bench time in a test's hand: it stands still until the test moves it, or until somebody waits on a deadline of this clock.

Delays and budgets are exact that way, however busy the computer is.
"""

from datetime import UTC, datetime, timedelta

from station.model.timing import CancelToken, Deadline

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LEAST_S = 1e-6
"""A wait of nothing moves the clock all the same, so that whoever waits in a loop comes to an end of it."""


class HandClock:
    """A `Clock` that only `move` moves."""

    def __init__(self, start: datetime = MORNING, speed: float = 1.0) -> None:
        self.speed = speed
        self._start = start
        self._passed = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def move(self, bench_seconds: float) -> None:
        """Let so much time go by."""
        self._passed += bench_seconds


class HandDeadline(Deadline):
    """A deadline on such a clock; its pauses move the clock and take no time."""

    def __init__(self, clock: HandClock, wall_seconds: float = 86_400.0, token: CancelToken | None = None) -> None:
        super().__init__(wall_seconds, token, lambda: clock.monotonic() / clock.speed)
        self._clock = clock

    def pause(self, wall_seconds: float) -> None:
        self.token.check()
        self._clock.move(max(LEAST_S, self.share(wall_seconds) * self._clock.speed))
        self.check()
