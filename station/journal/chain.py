"""The hash chain of one station's rows: pure, no database. Every row's hash covers the row and the hash before it.

A row that was changed, removed, inserted or re-ordered breaks the chain where it stands; a cut tail is told by the head, which
keeps number and hash of the last row under a seal of its own. Whoever can write the file and knows this page could forge a
whole chain: against that stands a head noted elsewhere (an export, a certificate), which `verify` compares.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from station.journal.secrecy import without_secrets
from station.model.errors import JournalError
from station.model.events import Draft, Ended, Event, Intended, decode, encode


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a station: its number and hash. `seq` 0 is a station that has written nothing."""

    station: str
    seq: int
    hash: str

    @property
    def seal(self) -> str:
        """What is stored beside the head, so that a changed head is seen as one."""
        return _digest(["head", self.station, self.seq, self.hash])

    def __str__(self) -> str:
        return f"{self.station}:{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A draft made ready for the record: secrets taken out, body in its stored form. `key` is that of an intent or outcome."""

    draft: Draft
    kind: str
    body: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row as stored. `at` is ISO 8601 in UTC with microseconds, `body` the exact JSON text that was hashed."""

    station: str
    seq: int
    at: str
    unit: str
    run: str
    slot: int
    kind: str
    body: str
    key: str | None
    hash: str

    def event(self) -> Event:
        """The event of this row. Raises JournalError `journal.unknown-event` for one of a newer version, `journal.damaged`."""
        try:
            return Event(self.seq, self.station, datetime.fromisoformat(self.at), self.unit, self.run, self.slot,
                         decode(self.kind, json.loads(self.body)))
        except (ValueError, TypeError, AttributeError) as e:
            raise JournalError("journal.damaged", f"row {self.seq} of {self.station}: {e}") from e

    def hash_after(self, previous: str) -> str:
        """The hash this row must have behind a row of hash `previous`."""
        return _digest([previous, self.station, self.seq, self.at, self.unit, self.run, self.slot, self.kind, self.body])


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the record. `seq` 0 where it is not about one row."""

    station: str
    seq: int
    what: str
    """`changed`, `missing`, `order`, `cut-tail`, `head`, `index`, `anchor` or `file`."""
    about: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found: sound when there are no findings. `heads` may be noted elsewhere and given back as anchors."""

    rows: int
    heads: tuple[Head, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def sound(self) -> bool:
        return not self.findings


def genesis(station: str) -> Head:
    """The head of a station that has written nothing."""
    return Head(station, 0, _digest(["genesis", station]))


def entry(draft: Draft) -> Entry:
    """The draft as it will be stored. Raises ValueError for a time without zone or a number that JSON does not know."""
    if draft.at.tzinfo is None:
        raise ValueError(f"time without zone in {draft.body.kind}")
    kind = draft.body.kind
    stored = encode(draft.body)
    clean = without_secrets(stored)
    if clean != stored:
        draft = Draft(decode(kind, clean), draft.at, draft.unit, draft.run, draft.slot)
    body = draft.body
    return Entry(draft, kind, _canonical(clean), body.key if isinstance(body, Intended | Ended) else None)


def extend(head: Head, entries: Iterable[Entry]) -> Iterator[tuple[Row, Event]]:
    """The rows that follow a head, with their events."""
    seq, previous = head.seq, head.hash
    for e in entries:
        seq += 1
        d = e.draft
        at = d.at.astimezone(UTC)
        row = Row(head.station, seq, at.isoformat(timespec="microseconds"), d.unit, d.run, d.slot, e.kind, e.body, e.key, "")
        previous = row.hash_after(previous)
        yield (Row(row.station, row.seq, row.at, row.unit, row.run, row.slot, row.kind, row.body, row.key, previous),
               Event(seq, head.station, at, d.unit, d.run, d.slot, d.body))


class Walk:
    """Checks the rows of one station, given in the order they were written; constant memory."""

    def __init__(self, station: str) -> None:
        self.head = genesis(station)
        self.rows = 0

    def check(self, row: Row) -> Iterator[Finding]:
        """Findings about the next row. After a finding the walk goes on from what is stored, so that each break is told once."""
        self.rows += 1
        expected = self.head.seq + 1
        if row.seq < 1:
            yield Finding(row.station, expected, "changed", f"row {expected} has lost its number")
            self.head = Head(row.station, expected, row.hash)
            return
        if row.seq > expected:
            yield Finding(row.station, expected, "missing", f"rows {expected} to {row.seq - 1} are not there")
        elif row.seq < expected:
            yield Finding(row.station, row.seq, "order", f"row {row.seq} stands behind row {self.head.seq}")
        elif row.hash != row.hash_after(self.head.hash):
            yield Finding(row.station, row.seq, "changed", f"row {row.seq} is not what was written, or not where")
        if row.key != _key_of(row):
            yield Finding(row.station, row.seq, "index", f"row {row.seq} is filed under a key that is not in its body")
        self.head = Head(row.station, row.seq, row.hash)

    def finish(self, head: Head | None, seal: str) -> Iterator[Finding]:
        """Findings about the end of the chain, given the stored head (None where there is none) and its seal."""
        station = self.head.station
        if head is None:
            yield Finding(station, 0, "head", "the station has rows and no head")
        elif head.seal != seal:
            yield Finding(station, head.seq, "head", "the head is not what was written")
        elif head.seq > self.head.seq:
            yield Finding(station, self.head.seq + 1, "cut-tail", f"rows {self.head.seq + 1} to {head.seq} are not there")
        elif head != self.head:
            yield Finding(station, head.seq, "head", f"the head names row {head.seq}, the last row is {self.head.seq}")


def parse_head(text: str) -> Head:
    """A head from its written form `station:number:hash`. Raises ValueError."""
    station, seq, digest = text.strip().rsplit(":", 2)
    if not station or len(digest) != 64:
        raise ValueError(text)
    return Head(station, int(seq), digest)


def _key_of(row: Row) -> str | None:
    if row.kind not in (Intended.kind, Ended.kind):
        return None
    try:
        stored = json.loads(row.body)
    except ValueError:
        return None
    key = stored.get("key") if isinstance(stored, dict) else None
    return key if isinstance(key, str) else None


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _digest(values: list[object]) -> str:
    return hashlib.sha256(_canonical(values).encode("ascii")).hexdigest()
