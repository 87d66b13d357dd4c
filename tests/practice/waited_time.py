"""Bench time that passes only while the station waits: budgets and delays are exact, however busy the computer is.

For one station in one thread in front of the virtual tenant, which settles what is due whenever it is asked.
"""

from datetime import UTC, datetime, timedelta

from station.model.timing import Deadline


class WaitedClock:
    """Bench time that only waits move."""

    speed = 1e6             # what the tenant holds back for a slow answer takes no time here; it is added to the account

    def __init__(self) -> None:
        self._seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 8, 0, tzinfo=UTC) + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    def step(self, seconds: float) -> None:
        self._seconds += max(seconds, 1e-6)


class WaitedDeadline(Deadline):
    """A deadline whose pauses move the clock instead of taking time."""

    def __init__(self, clock: WaitedClock) -> None:
        super().__init__(10**6)
        self._clock = clock

    def pause(self, wall_seconds: float) -> None:
        self.check()
        self._clock.step(wall_seconds * self._clock.speed)
