"""Which units other stations of the same record work on: so that nobody looks for one that a colleague has."""

from dataclasses import dataclass
from datetime import datetime

from station.journal.claims import Claim
from station.journal.journal import Journal

STARTS = 20
"""Runs of one unit among which the one that holds it is looked for."""


@dataclass(frozen=True, slots=True)
class Held:
    """One unit: by which station, and since its run began there (None where the record does not tell)."""

    serial: str
    station: str
    since: datetime | None


def held_elsewhere(journal: Journal, now: datetime) -> tuple[Held, ...]:
    """Units that other stations hold now, by serial. A claim whose lease is over holds nothing. Raises JournalError."""
    claims = [c for c in journal.claims() if c.station != journal.station and c.until > now]
    return tuple(Held(c.serial, c.station, _since(journal, c)) for c in claims)


def _since(journal: Journal, claim: Claim) -> datetime | None:
    return next((event.at for event in journal.run_starts(STARTS, claim.serial) if event.run == claim.run), None)
