"""The battery of a virtual unit: rises slowly on the bench's port, falls on its own. Source: facts/enrolment §4.5."""

from dataclasses import dataclass

_RISE = 1 / 240.0      # percent per bench second on a PC port, device awake: slow
_FALL = 1 / 150.0      # two to three hours of use


@dataclass(slots=True)
class Battery:
    """A level in percent at a time, and which way it goes; times are the clock's bench seconds."""

    percent: float
    since: float

    def level(self, now: float, *, plugged: bool, powered: bool) -> int:
        """Whole percent now."""
        rate = _RISE if plugged else -_FALL if powered else 0.0
        return round(min(100.0, max(1.0, self.percent + rate * (now - self.since))))

    def turn(self, now: float, *, plugged: bool, powered: bool) -> None:
        """Keep the level before plug or power change."""
        rate = _RISE if plugged else -_FALL if powered else 0.0
        self.percent = min(100.0, max(1.0, self.percent + rate * (now - self.since)))
        self.since = now
