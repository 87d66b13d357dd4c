"""The published limits of Intune's device enrolment family: requests within a sliding window (facts: tenant §2.1)."""

import math
from collections import deque

WINDOW = 20.0           # bench seconds
MOST_WRITES = 100
MOST = 1_000


class Limits:
    """Counts what came within the window."""

    def __init__(self) -> None:
        self._all: deque[float] = deque()
        self._writes: deque[float] = deque()

    def wait(self, now: float, writes: bool) -> int:
        """0 where the request fits (it is counted then), else whole seconds until it would."""
        full = [kept[0] for kept, most in self._kept(writes) if self._within(kept, now) >= most]
        if full:
            return max(1, math.ceil(max(full) + WINDOW - now))
        for kept, _ in self._kept(writes):
            kept.append(now)
        return 0

    def _kept(self, writes: bool) -> tuple[tuple[deque[float], int], ...]:
        return ((self._all, MOST), (self._writes, MOST_WRITES)) if writes else ((self._all, MOST),)

    @staticmethod
    def _within(kept: deque[float], now: float) -> int:
        while kept and kept[0] <= now - WINDOW:
            kept.popleft()
        return len(kept)
