"""The practice world as the panel needs it: which virtual unit belongs to a slot, and the clock whose speed it sets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from station.model.board import BoardState
from station.model.timing import Clock, ScaledClock
from station.practice.units.unit import VirtualUnit


@dataclass(frozen=True)
class PracticeSide:
    """`unit_of` finds a unit by the bench's key; a slot that never had one shows the unit of its number."""

    units: Sequence[VirtualUnit]
    unit_of: Callable[[str], VirtualUnit | None]
    clock: Clock
    board: Callable[[], BoardState]

    def unit_at(self, slot: int) -> VirtualUnit | None:
        """The unit whose cable leads to a slot."""
        found = self.unit_of(self.board().slots.get(slot, "") or "-")
        if found is None and 1 <= slot <= len(self.units):
            return self.units[slot - 1]
        return found

    def set_speed(self, speed: float) -> None:
        """Bench seconds per second from now on."""
        if isinstance(self.clock, ScaledClock):
            self.clock.set_speed(speed)
