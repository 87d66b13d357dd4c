"""One pacer for the whole process: a token bucket for reads, one for writes, and a pause that a 429 puts on everybody.

Limits: the Autopilot types are not named in the throttling table, so the lower enrolment row is assumed and halved
(facts: tenant §2.1): 2.5 writes and 25 reads a second, four connections. All times are bench seconds; waits are divided by the
speed of the clock.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from station.model.errors import OverBudget
from station.model.timing import Clock, Deadline, WallClock

READS_PER_SECOND = 25.0
WRITES_PER_SECOND = 2.5
CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast the process may ask: requests per bench second, and how many may come at once after a rest."""

    reads: float = READS_PER_SECOND
    writes: float = WRITES_PER_SECOND
    burst: int = 5
    connections: int = CONNECTIONS


class Pacer:
    """Lets requests through at the polite rate. Thread-safe; every client of the process shares one."""

    def __init__(self, clock: Clock, rates: Rates | None = None) -> None:
        rates = rates or Rates()
        self.clock = clock
        self._lock = threading.Lock()
        self._buckets = {False: _Bucket(rates.reads, rates.burst), True: _Bucket(rates.writes, rates.burst)}
        self._closed_until = float("-inf")
        self._connections = threading.Semaphore(rates.connections)
        self.mandated = 0.0
        """Bench seconds for which the service closed the door, overlaps counted once."""

    @contextmanager
    def turn(self, writes: bool, deadline: Deadline, count: int = 1) -> Iterator[None]:
        """Wait for a connection and for `count` requests' worth of room, then hold the connection.

        Raises OverBudget `graph.throttled` at once where the wait is longer than what is left, Cancelled when cancelled.
        """
        while not self._connections.acquire(timeout=min(0.1, deadline.remaining())):
            deadline.check("graph.over-budget", "all connections busy")
        try:
            self._wait_for_room(writes, deadline, count)
            yield
        finally:
            self._connections.release()

    def close_for(self, seconds: float) -> None:
        """Nobody asks for so many bench seconds: the service said so, or its silence means it."""
        with self._lock:
            now = self.clock.monotonic()
            until = max(self._closed_until, now + seconds)
            self.mandated += until - max(self._closed_until, now)
            self._closed_until = until

    def _wait_for_room(self, writes: bool, deadline: Deadline, count: int) -> None:
        while True:
            with self._lock:
                now = self.clock.monotonic()
                wait = self._closed_until - now
                if wait <= 0:
                    wait = self._buckets[writes].take(now, count)
            if wait <= 0:
                deadline.check("graph.over-budget", "waiting for a turn")
                return
            pause(wait, self.clock, deadline)


class _Bucket:
    """A token bucket that may go into debt for a batch; refilled by the clock."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._tokens = float(burst)
        self._at: float | None = None

    def take(self, now: float, count: int) -> float:
        """0 when taken; else the bench seconds to wait before asking again."""
        if self._at is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self._rate
        self._tokens -= count
        return 0.0


def pause(bench_seconds: float, clock: Clock, deadline: Deadline) -> None:
    """Wait bench seconds on the wall. Raises OverBudget `graph.throttled` at once where the deadline comes first."""
    wall = bench_seconds / clock.speed
    if wall > deadline.remaining():
        deadline.token.check()
        raise OverBudget("graph.throttled", f"a wait of {bench_seconds:.0f} s is longer than what is left")
    deadline.pause(wall)


@cache
def process_pacer() -> Pacer:
    """The pacer of every real tenant in this process. Practice has its own, on its own clock."""
    return Pacer(WallClock())
