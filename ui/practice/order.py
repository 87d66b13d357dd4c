"""What `holobench practice` was asked for."""

from dataclasses import dataclass

from station.model.errors import UsageError

MOST_UNITS = 64
GREATEST_SPEED = 10_000


@dataclass(frozen=True, slots=True)
class PracticeOrder:
    """The options of the command, as the window takes them."""

    units: int = 8
    path: str = "autopilot"
    speed: float = 1.0
    seed: int = 1
    faults: str = ""
    journal: str = ""
    port: int = 0

    def check(self) -> None:
        """Raises UsageError `practice.bad-numbers`."""
        if not 1 <= self.units <= MOST_UNITS or not 0 < self.speed <= GREATEST_SPEED:
            raise UsageError("practice.bad-numbers", f"units {self.units}, speed {self.speed}")
