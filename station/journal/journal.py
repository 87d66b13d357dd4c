"""The journal as everybody uses it: append, subscribe, read, claim, verify, export. Thread-safe.

Every write of this process goes through one lock, so that numbers, hashes and deliveries come in one order; the store's
transaction orders this process against others. The database libraries are imported when a journal is opened, not before.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from station.journal.chain import Entry, Head, Row, Verdict, entry
from station.journal.claims import Claim, Wish
from station.journal.delivery import Callback, Delivery
from station.journal.export import export
from station.journal.reading import Store, Wanted
from station.model.errors import JournalError
from station.model.events import Draft, Event
from station.model.timing import Clock

if TYPE_CHECKING:
    from station.journal.listening import Listener

GROUP_SECONDS = 0.05
"""Wall seconds that a plain observation may wait for company before it is committed."""
_RETRY_SECONDS = 1.0


def untouched(store: Store) -> Store:
    """The store as it is."""
    return store


class Journal:
    """One station's view of the record. Made by `Journal.open`; `Journal(store, station)` is for stores of another kind."""

    def __init__(self, store: Store, station: str) -> None:
        self.station = station
        self._store = store
        self._delivery = Delivery()
        self._write_lock = threading.RLock()
        self._pending: deque[Entry] = deque()
        self._wake = threading.Condition()
        self._flusher: threading.Thread | None = None
        self._listener: Listener | None = None
        self._closed = False
        self._trouble: JournalError | None = None
        self._marks = {name: head.seq for name, (head, _) in store.heads().items()}

    @classmethod
    def open(cls, url: str, station: str, clock: Clock, *, read_only: bool = False, alone: bool = False,
             through: Callable[[Store], Store] = untouched) -> Self:
        """Open the record at `url` (a file path, `sqlite:///FILE` or `postgresql+psycopg://…`), making or upgrading it as needed.

        `read_only` never makes, upgrades or changes anything. `alone`: for the one program that works as this station. `through`
        wraps the store (practice kills the process that way).
        Raises JournalError, ConfigurationError, NotFound, Refused with `journal.*` codes.
        """
        from station.journal.opening import open_store

        store = open_store(url, station, clock, read_only=read_only, alone=alone)
        try:
            journal = cls(through(store), station)
            if not read_only:
                journal._listener = store.listener(journal.catch_up)
        except BaseException:
            store.close()
            raise
        return journal

    @property
    def trouble(self) -> JournalError | None:
        """Why observations cannot be committed at the moment; they are kept in memory and tried again. None when all is well."""
        return self._trouble

    def append(self, *drafts: Draft) -> tuple[Event, ...]:
        """Commit these drafts (and everything appended before them) in one transaction; durable on return."""
        entries = [entry(d) for d in drafts]
        with self._write_lock:
            self._demand_open()
            events = self._commit(entries)[-len(entries):] if entries else ()
        self._delivery.run()
        return events

    def append_later(self, draft: Draft) -> None:
        """Commit this draft within 50 ms, together with its neighbours; never waits for the disk.

        Trouble shows in `trouble` and at the next `append`.
        """
        ready = entry(draft)
        with self._wake:
            self._demand_open()
            self._pending.append(ready)
            if self._flusher is None:
                self._flusher = threading.Thread(target=self._flush_in_groups, name="journal-flush", daemon=True)
                self._flusher.start()
            self._wake.notify_all()

    def flush(self) -> None:
        """Commit what `append_later` has queued."""
        with self._write_lock:
            self._demand_open()
            self._commit([])
        self._delivery.run()

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Have every event committed from now on, in order, from whichever thread wrote it. Returns the way to stop."""
        return self._delivery.subscribe(callback)

    def events(self, *, run: str | None = None, unit: str | None = None, station: str | None = None,
               after: int = 0) -> tuple[Event, ...]:
        """Events in the order of their commits. `after` is a number of `station` (of this one where none is named)."""
        return tuple(self.stream(run=run, unit=unit, station=station, after=after))

    def stream(self, *, run: str | None = None, unit: str | None = None, station: str | None = None,
               after: int = 0) -> Iterator[Event]:
        """As `events`, page by page, for long records."""
        return (row.event() for row in self.rows(run=run, unit=unit, station=station, after=after))

    def rows(self, *, run: str | None = None, unit: str | None = None, station: str | None = None,
             after: int = 0) -> Iterator[Row]:
        """As `stream`, in stored form with hashes."""
        self._settle()
        return self._store.rows(Wanted(run, unit, station or (self.station if after else None), after))

    def latest_runs(self, limit: int = 100) -> tuple[str, ...]:
        """Ids of the latest run of each unit, newest first."""
        self._settle()
        return self._store.latest_runs(limit)

    def run_starts(self, limit: int = 200, about: str = "") -> tuple[Event, ...]:
        """The RunStarted events of all stations, newest first; with `about` only of runs that mention this text (a serial)."""
        self._settle()
        return tuple(row.event() for row in self._store.run_starts(limit, about))

    def units(self, about: str) -> tuple[str, ...]:
        """Keys of all units of which some event holds exactly this text as a value (a serial)."""
        self._settle()
        return self._store.units(about)

    def notes(self, topic: str, limit: int = 50) -> tuple[Event, ...]:
        """Noted events of all stations whose topic begins so, newest first."""
        self._settle()
        return tuple(row.event() for row in self._store.notes(topic, limit))

    def board_events(self, units: int = 64) -> tuple[Event, ...]:
        """What a board is restored from, however long the record is: of this station's latest units the last plugging-in and
        everything since the last run began (a run begins with the facts that were known then)."""
        self._settle()
        return tuple(row.event() for row in self._store.board_rows(units))

    def open_intents(self, station: str | None = None) -> tuple[Event, ...]:
        """Intended events without an outcome, of every station or one."""
        self._settle()
        return tuple(row.event() for row in self._store.open_intents(station))

    def heads(self) -> tuple[Head, ...]:
        """The last row of every station; note them elsewhere to prove later that nothing was taken away."""
        self._settle()
        return tuple(head for head, _ in self._store.heads().values())

    def verify(self, anchors: Iterable[Head] = ()) -> Verdict:
        """Walk every chain from its first row. Raises JournalError `journal.damaged` where the database cannot even be read."""
        self._settle()
        return self._store.verify(tuple(anchors))

    def export(self, stream: TextIO, how: str = "ndjson", *, run: str | None = None, unit: str | None = None,
               station: str | None = None) -> int:
        """Write the record to a text stream; returns how many rows. `station.journal.export` describes the formats."""
        return export(self.rows(run=run, unit=unit, station=station), stream, how)

    def claim(self, serial: str, run: str, lease_s: float, *drafts: Draft, instead_of: str = "") -> Claim:
        """Claim a unit for a run before work starts; `drafts` (its start) are committed with the claim or not at all.

        A lease that has run out is taken over, which is recorded. Claiming again for the same run renews; `instead_of` is a run
        of this station that the new one replaces. Raises Refused `journal.claimed` while another holds the unit.
        """
        return self._claimed(drafts, lambda entries: self._store.claim(Wish(serial, run, lease_s, instead_of), entries))

    def renew(self, serial: str, run: str, lease_s: float, *drafts: Draft) -> Claim:
        """Prolong a claim; `drafts` (what is to happen under it) are committed with that or not at all.

        Raises Refused `journal.claim-lost` where another bench has taken the unit over.
        """
        return self._claimed(drafts, lambda entries: self._store.renew(Wish(serial, run, lease_s), entries))

    def release(self, serial: str, run: str) -> None:
        """Give a claim back."""
        with self._write_lock:
            self._demand_open()
            self._store.release(serial, run)

    def claims(self) -> tuple[Claim, ...]:
        """All claims of all benches, also those that have run out."""
        return self._store.claims()

    def close(self) -> None:
        """Commit what is queued and let go of the database. Raises JournalError when that last commit fails."""
        with self._wake:
            if self._closed:
                return
            self._closed = True
            self._wake.notify_all()
        if self._listener is not None:
            self._listener.stop()
        try:
            with self._write_lock:
                self._commit([])
            self._delivery.run()
        finally:
            if self._flusher is not None and self._flusher is not threading.current_thread():
                self._flusher.join()
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def catch_up(self, station: str) -> None:
        """Deliver what others have written for `station` since the last look."""
        with self._write_lock:
            if not self._closed:
                self._hand_out(self._missed(station))
        self._delivery.run()

    def _claimed(self, drafts: Iterable[Draft], ask: Callable[[list[Entry]], tuple[Claim, tuple[Event, ...]]]) -> Claim:
        """One transaction of the store about a claim, behind everything that is queued."""
        entries = [entry(d) for d in drafts]
        with self._write_lock:
            self._demand_open()
            self._commit([])
            claim, events = ask(entries)
            self._hand_out((*self._written_by_others(events[0].seq), *events) if events else ())
        self._delivery.run()
        return claim

    def _demand_open(self) -> None:
        if self._closed:
            raise JournalError("journal.closed")

    def _settle(self) -> None:
        self._demand_open()
        if self._pending:
            self.flush()

    def _commit(self, entries: list[Entry]) -> tuple[Event, ...]:
        """Write queued and given entries; on failure the queued ones stay queued. The caller holds the write lock."""
        with self._wake:
            queued = len(self._pending)
            batch = [*self._pending, *entries]
        if not batch:
            return ()
        try:
            events = self._store.write(batch)
        except JournalError as e:
            self._trouble = e
            raise
        self._trouble = None
        with self._wake:
            for _ in range(queued):
                self._pending.popleft()
        self._hand_out((*self._written_by_others(events[0].seq), *events))
        return events

    def _written_by_others(self, before: int) -> tuple[Event, ...]:
        """What another process wrote for this station below `before`; failing to read it undoes nothing of our own."""
        if before == self._marks.get(self.station, 0) + 1:
            return ()
        try:
            return self._missed(self.station, before)
        except JournalError as e:
            self._trouble = e
            return ()

    def _missed(self, station: str, before: int | None = None) -> tuple[Event, ...]:
        rows = self._store.rows(Wanted(station=station, after=self._marks.get(station, 0)))
        return tuple(row.event() for row in rows if before is None or row.seq < before)

    def _hand_out(self, events: tuple[Event, ...]) -> None:
        if events:
            self._marks[events[-1].station] = events[-1].seq
            self._delivery.put(events)

    def _flush_in_groups(self) -> None:
        """The flusher's thread: waits for a first entry, gives it company, commits; in trouble tries again every second."""
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._closed or self._pending)
                if self._wake.wait_for(lambda: self._closed, _RETRY_SECONDS if self._trouble else GROUP_SECONDS):
                    return
            with suppress(JournalError):  # kept in `trouble`, and the entries in the queue
                with self._write_lock:
                    self._commit([])
                self._delivery.run()
