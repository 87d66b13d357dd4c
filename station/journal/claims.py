"""Claims: which bench works on which unit. One claim a serial, with a lease; the decision is pure, the store keeps it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Claim:
    """A unit is being worked on by `station` in `run` until `until` (UTC) unless renewed."""

    serial: str
    station: str
    run: str
    until: datetime
    taken_from: str = ""
    """The station whose claim had run out and was taken over; empty where there was none."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A claim that is asked for: for `lease` seconds, in place of the own station's run `instead_of`."""

    serial: str
    run: str
    lease: float
    instead_of: str = ""


class Ruling(Enum):
    """What happens to a wish for a claim."""

    GRANT = "grant"
    RENEW = "renew"
    TAKE_OVER = "take over"
    REFUSE = "refuse"


def rule(held: Claim | None, station: str, run: str, now: datetime, instead_of: str = "") -> Ruling:
    """A run may claim again what it holds (it was taken up after a restart), or what the run of its own station held that it
    replaces; others only once the lease is over."""
    if held is None:
        return Ruling.GRANT
    if held.station == station and held.run in (run, instead_of):
        return Ruling.RENEW
    return Ruling.TAKE_OVER if held.until <= now else Ruling.REFUSE
