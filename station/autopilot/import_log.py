"""What must be remembered of an import so that a killed station resumes without sending anything twice.

Before each call an intent, after it its outcome; what a record ended with before the record is deleted. The hash itself is
never written. `Ledger` folds the entries, `JournalImportLog` keeps them.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from station.autopilot.standing import key
from station.model.errors import JournalError
from station.model.events import Draft, Event, Noted
from station.model.timing import Clock, Deadline
from station.vault.lock_file import held

REMEMBERED = timedelta(hours=1)
"""How long an ended import speaks for a device that the Autopilot list does not show yet (facts/tenant §1.2: up to 30 min)."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Intent: these serials are about to be handed over under this import id."""

    kind: ClassVar[str] = "sending"
    at: str
    import_id: str
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """Outcome: the service made these records (serial: record id). What `Sending` named beyond them was not taken."""

    kind: ClassVar[str] = "taken"
    at: str
    import_id: str
    records: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended:
    """Import records that reached an end (serial: error name, "" for registered)."""

    kind: ClassVar[str] = "ended"
    at: str
    results: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tidied:
    """Own import records that are gone from the tenant (record ids)."""

    kind: ClassVar[str] = "tidied"
    at: str
    records: tuple[str, ...] = ()


Entry = Sending | Taken | Ended | Tidied
_KINDS: Mapping[str, Callable[..., Entry]] = MappingProxyType({c.kind: c for c in (Sending, Taken, Ended, Tidied)})


def encode(entry: Entry) -> str:
    """An entry as one line of JSON."""
    return json.dumps({"kind": entry.kind, **asdict(entry)}, ensure_ascii=False, separators=(",", ":"))


def decode(line: str) -> Entry:
    """The entry of a line. Raises JournalError `journal.unknown-event` for a kind or field of a newer version."""
    stored: dict[str, Any] = json.loads(line)
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in stored.items() if k != "kind"}
    try:
        return _KINDS[stored["kind"]](**values)
    except (KeyError, TypeError) as e:
        raise JournalError("journal.unknown-event", f"import log: {stored.get('kind', '')}") from e


LOCK_FILE = "imports.lock"
"""In the data folder of the station: whoever holds it looks and sends."""
_BUSY = "autopilot.import-elsewhere"
_TICK_S = 0.1


@cache
def _lock(of: str) -> threading.Lock:
    return threading.Lock()


@contextmanager
def _turn(file: Path, deadline: Deadline) -> Iterator[None]:
    """One job at a time for a lock file, among the threads of this program and among the programs of this computer."""
    threads = _lock(str(file.resolve()))
    while not threads.acquire(timeout=deadline.share(_TICK_S)):
        deadline.check(_BUSY)
    with ExitStack() as stack:
        stack.callback(threads.release)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(held(file, deadline, _BUSY))
        except OSError as e:
            raise JournalError("journal.cannot-open", f"{file.name}: {e.strerror or e}") from e
        yield


class ImportLog(Protocol):
    """Where entries are kept."""

    def exclusive(self, deadline: Deadline) -> AbstractContextManager[None]:
        """Held while a job looks and sends, so that two jobs of one station, in one program or two, cannot both find a serial
        free. Raises OverBudget `autopilot.import-elsewhere`, Cancelled, JournalError."""

    def write(self, entry: Entry) -> None:
        """Keep an entry; durable on return. Raises JournalError."""

    def entries(self) -> Iterable[Entry]:
        """All entries in order."""


class Record(Protocol):
    """What this room needs of the journal."""

    def append(self, *drafts: Draft) -> tuple[Event, ...]:
        """Write in one transaction; durable on return."""

    def events(self, *, run: str | None = None, station: str | None = None) -> tuple[Event, ...]:
        """Events of a run of a station, in order."""


class JournalImportLog:
    """Entries as `noted` events of the journal, under a run of their own for each station. `folder` is the station's data
    folder, which all programs of the station share."""

    RUN = "autopilot-imports"
    TOPIC = "autopilot.import"

    def __init__(self, record: Record, station: str, clock: Clock, folder: Path) -> None:
        self._record, self._station, self._clock, self._folder = record, station, clock, folder

    def exclusive(self, deadline: Deadline) -> AbstractContextManager[None]:
        """One job at a time for this station, whatever database keeps its record."""
        return _turn(self._folder / LOCK_FILE, deadline)

    def write(self, entry: Entry) -> None:
        """One event; its serials make it findable."""
        about = {"entry": encode(entry)}
        self._record.append(Draft(Noted(self.TOPIC, about), self._clock.now(), run=self.RUN))

    def entries(self) -> Iterator[Entry]:
        """The entries of this station."""
        for event in self._record.events(run=self.RUN, station=self._station):
            if isinstance(event.body, Noted) and event.body.topic == self.TOPIC:
                yield decode(event.body.about["entry"])


@dataclass(slots=True)
class Ledger:
    """What the entries come to. `unsettled`: intents without outcome by import id; `own`: serial key by the id of an import
    record of ours that is still in the tenant; `ended`: error name ("" for registered) and time by serial key."""

    unsettled: dict[str, Sending] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    import_ids: set[str] = field(default_factory=set)
    ended: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Ledger":
        """Fold entries, oldest first."""
        ledger = cls()
        for entry in entries:
            ledger.add(entry)
        return ledger

    def add(self, entry: Entry) -> None:
        """Fold one more entry."""
        match entry:
            case Sending():
                self.unsettled[entry.import_id] = entry
                self.import_ids.add(entry.import_id)
            case Taken():
                self.unsettled.pop(entry.import_id, None)
                self.own.update({record: key(serial) for serial, record in entry.records.items()})
            case Ended():
                at = datetime.fromisoformat(entry.at).astimezone(UTC)
                self.ended.update({key(serial): (error, at) for serial, error in entry.results.items()})
            case Tidied():
                for record in entry.records:
                    self.own.pop(record, None)

    def registered_lately(self, serial: str, now: datetime) -> bool:
        """Whether an import of this station registered the serial so lately that the Autopilot list may not show it yet."""
        found = self.ended.get(key(serial))
        return found is not None and not found[0] and now - found[1] < REMEMBERED
