"""What the bench asks of the links, as small Protocols, so that real buses, the lab and practice plug in alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from station.links.mtp.storage import DeviceStorage
from station.model.errors import JournalError
from station.model.events import Draft, Event
from station.model.facts import FactValue
from station.model.timing import Deadline


@dataclass(frozen=True, slots=True)
class Seen:
    """A unit on the bus, as the watcher reports it: slot number (0 while the port has none), port path, identity."""

    slot: int
    port: str
    unit: str
    mode: str
    vendor_id: int
    product_id: int
    product: str
    usb_serial: str


@dataclass(frozen=True, slots=True)
class BusChange:
    """A unit came or, where `present` is False, went for longer than the glitch grace."""

    seen: Seen
    present: bool


class Bus(Protocol):
    """The watched bus with its slots."""

    def watch(self, changed: Callable[[BusChange], None]) -> None:
        """Begin to watch; `changed` is called from a thread of the watcher, first for everything already plugged."""

    def open(self, port: str, deadline: Deadline) -> DeviceStorage:
        """Open the storage of the unit at a port. Raises LinkError with the cause (rights, another program, gone)."""

    def expect_restart(self, unit: str, seconds: float) -> None:
        """From now on a unit may be off the bus for up to so many bench seconds at a time and come back in another mode.

        0: for no longer than any unit.
        """

    def slots(self) -> Sequence[int]:
        """Slot numbers known from the start, in order."""

    def close(self) -> None:
        """Stop watching."""


class Record(Protocol):
    """What the bench needs of the journal."""

    @property
    def station(self) -> str:
        """The name under which this bench writes."""

    @property
    def trouble(self) -> JournalError | None:
        """Why queued observations cannot be committed at the moment; None when all is well."""

    def append(self, *drafts: Draft) -> tuple[Event, ...]:
        """Write in one transaction; durable on return."""

    def append_later(self, draft: Draft) -> None:
        """Write with the next group commit, before anything appended after it."""

    def subscribe(self, callback: Callable[[Sequence[Event]], None]) -> Callable[[], None]:
        """Be told of events after they are durable, in order; returns the way to stop."""

    def claim(self, serial: str, run: str, lease_s: float, *drafts: Draft, instead_of: str = "") -> object:
        """Claim a unit for this station and write in the same transaction; `instead_of` is an own run that gives way.

        Raises Refused `journal.claimed` while another bench or run holds the unit.
        """

    def renew(self, serial: str, run: str, lease_s: float, *drafts: Draft) -> object:
        """Keep a claim alive and write in the same transaction. Raises Refused `journal.claim-lost`, having written nothing."""

    def release(self, serial: str, run: str) -> None:
        """Give a claim back."""


@dataclass(frozen=True, slots=True)
class HashRow:
    """One harvested hash on its way to the tenant. The hash itself is privacy-relevant: masked in logs, never in the journal."""

    serial: str
    hardware_hash: str
    group_tag: str = ""


class Cloud(Protocol):
    """What the bench asks of the tenant. Every call blocks and takes a deadline; none is made per unit where a list will do."""

    def register(self, rows: Sequence[HashRow], deadline: Deadline) -> Mapping[str, Mapping[str, FactValue]]:
        """Look up, then send what is neither registered nor under way; facts by serial. Safe to repeat after a crash."""

    def observe(self, since: Mapping[str, datetime], deadline: Deadline) -> Mapping[str, Mapping[str, FactValue]]:
        """The tenant's present facts by serial, with a handful of list calls; what is older than `since` does not count."""

    def give_back(self, serial: str, goal: str, model: str, deadline: Deadline) -> None:
        """Carry out a return (`leave` or `reuse`) whose serial a person has confirmed; returns when every step is proved.

        Raises Refused before anything is changed where a guard forbids it; resumes where an earlier call was cut off.
        """

    def close(self) -> None:
        """Give connections back."""


class Portals(Protocol):
    """The Device Portals of those units for which the configuration names one."""

    def knows(self, serial: str) -> bool:
        """Whether a portal is configured for a unit."""

    def read(self, serial: str, deadline: Deadline) -> Mapping[str, FactValue]:
        """Facts of one reading. Raises HoloBenchError with a code of the portal or of the vault."""


class Folder(Protocol):
    """Where the station keeps files of runs (harvested rows), outside the journal."""

    def path(self, name: str) -> Path:
        """Full path of a file of the station's data folder."""
