"""The store: every statement that the journal puts to its database. One method is one transaction; rows in, rows out."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from station.journal import schema
from station.journal.chain import Entry, Finding, Head, Row, Verdict, Walk, entry, extend, genesis
from station.journal.claims import Claim, Ruling, Wish, rule
from station.journal.reading import Wanted
from station.journal.trouble import told
from station.model.errors import Refused
from station.model.events import Draft, Ended, Event, Intended, Noted, Plugged, RunStarted
from station.model.timing import Clock

if TYPE_CHECKING:
    from station.journal.alone import Alone
    from station.journal.listening import Listener

_ROW = tuple(schema.event.c[name] for name in ("station", "seq", "at", "unit", "run", "slot", "kind", "body", "key", "hash"))
_TYPES = (str, int, str, str, str, int, str, str, str | None, str)
_PAGE = 2000


class SqlStore:
    """The record of one station in an engine whose schema is current. Thread-safe as the engine is; order is the journal's."""

    def __init__(self, engine: Engine, station: str, clock: Clock) -> None:
        self.engine = engine
        self.station = station
        self._clock = clock
        self._alone: Alone | None = None
        self._insert = (postgresql if engine.dialect.name == "postgresql" else sqlite).insert

    def found(self) -> None:
        """Make the head of this station if it has none yet."""
        start = genesis(self.station)
        with told(), self._writing() as connection:
            connection.execute(self._insert(schema.head).on_conflict_do_nothing(), _head_values(start))

    def write(self, entries: Sequence[Entry]) -> tuple[Event, ...]:
        """Append in one transaction; durable on return. A commit whose answer was lost is looked up, not repeated."""
        with told():
            pairs: list[tuple[Row, Event]] = []
            try:
                with self._writing() as connection:
                    pairs = self._append(connection, entries)
            except DBAPIError:
                if not pairs or not self._arrived(pairs[-1][0]):
                    raise
            return tuple(event for _, event in pairs)

    def _append(self, connection: Connection, entries: Sequence[Entry]) -> list[tuple[Row, Event]]:
        found = connection.execute(select(schema.head).where(schema.head.c.station == self.station).with_for_update()).one()
        pairs = list(extend(Head(found.station, found.seq, found.hash), entries))
        last = pairs[-1][0]
        connection.execute(insert(schema.event), [_row_values(row) for row, _ in pairs])
        values = _head_values(Head(self.station, last.seq, last.hash))
        connection.execute(update(schema.head).where(schema.head.c.station == self.station).values(values))
        if self.engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_notify(:channel, :station)"), {"channel": schema.CHANNEL, "station": self.station})
        return pairs

    def _arrived(self, row: Row) -> bool:
        wanted = select(schema.event.c.hash).where(schema.event.c.station == row.station, schema.event.c.seq == row.seq)
        try:
            with self.engine.connect() as connection:
                return connection.execute(wanted).scalar() == row.hash
        except DBAPIError:
            return False

    def rows(self, wanted: Wanted) -> Iterator[Row]:
        """Rows in the order they were committed, read page by page."""
        def read(page: Select[Any]) -> Sequence[Any]:
            with told(), self.engine.connect() as connection:
                return connection.execute(page).all()

        return _pages(read, wanted)

    def heads(self) -> dict[str, tuple[Head, str]]:
        """Head and seal of every station that ever opened the record."""
        with told(), self.engine.connect() as connection:
            return _heads(connection)

    def latest_runs(self, limit: int) -> tuple[str, ...]:
        """Ids of the latest run of each unit, newest first."""
        event = schema.event
        latest = select(func.max(event.c.number)).where(event.c.kind == RunStarted.kind).group_by(event.c.unit)
        wanted = select(event.c.run).where(event.c.number.in_(latest)).order_by(event.c.number.desc()).limit(limit)
        with told(), self.engine.connect() as connection:
            return tuple(connection.execute(wanted).scalars())

    def notes(self, topic: str, limit: int) -> tuple[Row, ...]:
        """Noted rows whose topic begins so, newest first."""
        c = schema.event.c
        begins = c.body.contains(f'"topic":{json.dumps(topic)[:-1]}', autoescape=True)
        wanted = select(*_ROW).where(c.kind == Noted.kind, begins).order_by(c.number.desc()).limit(limit)
        with told(), self.engine.connect() as connection:
            return tuple(Row(*values) for values in connection.execute(wanted))

    def run_starts(self, limit: int, about: str) -> tuple[Row, ...]:
        """The rows that began runs, newest first; `about`: a unit key, or a text that some row of the run holds (a serial)."""
        c = schema.event.c
        wanted = select(*_ROW).where(c.kind == RunStarted.kind).order_by(c.number.desc()).limit(limit)
        if about:
            quoted = json.dumps(about)[1:-1]
            mentioned = select(c.run).where(c.body.contains(quoted, autoescape=True), c.run != "")
            wanted = wanted.where(or_(c.unit == about, c.run.in_(mentioned)))
        with told(), self.engine.connect() as connection:
            return tuple(Row(*values) for values in connection.execute(wanted))

    def units(self, about: str) -> tuple[str, ...]:
        """Keys of the units of which some row holds exactly this text as a value (a serial)."""
        c = schema.event.c
        wanted = select(c.unit).where(c.body.contains(json.dumps(about), autoescape=True), c.unit != "").distinct()
        with told(), self.engine.connect() as connection:
            return tuple(sorted(connection.execute(wanted).scalars()))

    def board_rows(self, limit: int) -> tuple[Row, ...]:
        """Of this station's `limit` latest units: the last plugging-in, and all since the last run began."""
        c, mine = schema.event.c, select(schema.event.c.number, *_ROW).where(schema.event.c.station == self.station)
        found: dict[int, Row] = {}
        with told(), self._one_moment() as connection:
            begun, plugged = self._latest(connection, RunStarted.kind), self._latest(connection, Plugged.kind)
            latest = {unit: max(begun.get(unit, 0), plugged.get(unit, 0)) for unit in begun.keys() | plugged.keys()}
            units = sorted(latest, key=latest.__getitem__, reverse=True)[:limit]
            # A statement a unit, as each is then a piece of the index of units; all in one would read the station's whole record.
            each = [mine.where(c.unit == unit, c.number >= begun.get(unit, plugged.get(unit, 0))) for unit in units]
            for wanted in (mine.where(c.number.in_([plugged[unit] for unit in units if unit in plugged])), *each):
                found |= {number: Row(*values) for number, *values in connection.execute(wanted)}
        return tuple(found[number] for number in sorted(found))

    def _latest(self, connection: Connection, kind: str) -> dict[str, int]:
        c = schema.event.c
        wanted = select(c.unit, func.max(c.number)).where(c.kind == kind, c.station == self.station).group_by(c.unit)
        return {unit: number for unit, number in connection.execute(wanted)}

    def open_intents(self, station: str | None) -> tuple[Row, ...]:
        """Intents without an outcome behind them."""
        event, later = schema.event, schema.event.alias("later")
        ended = exists().where(later.c.key == event.c.key, later.c.kind == Ended.kind, later.c.number > event.c.number)
        wanted = select(*_ROW).where(event.c.kind == Intended.kind, ~ended).order_by(event.c.number)
        if station is not None:
            wanted = wanted.where(event.c.station == station)
        with told(), self.engine.connect() as connection:
            return tuple(Row(*values) for values in connection.execute(wanted))

    def verify(self, anchors: Sequence[Head]) -> Verdict:
        """Walk every chain as it stands at one moment; `anchors` are heads noted elsewhere that must still stand in them."""
        with told(), self._one_moment() as connection:
            return self._verdict(connection, anchors)

    def _verdict(self, connection: Connection, anchors: Sequence[Head]) -> Verdict:
        findings = list(self._file_findings(connection))
        heads = _heads(connection)
        walks: dict[str, Walk] = {station: Walk(station) for station in heads}
        pinned = {(a.station, a.seq): a for a in anchors}
        for row in _pages(lambda page: connection.execute(page).all(), Wanted()):
            walk = walks.setdefault(row.station, Walk(row.station))
            findings += walk.check(row)
            anchor = pinned.get((row.station, row.seq))
            if anchor and anchor.hash == row.hash:
                del pinned[row.station, row.seq]
        for station, walk in walks.items():
            head, seal = heads.get(station, (None, ""))
            findings += walk.finish(head, seal)
        lost = "the row that was noted elsewhere is not in this record"
        findings += (Finding(a.station, a.seq, "anchor", lost) for a in pinned.values())
        return Verdict(sum(w.rows for w in walks.values()), tuple(w.head for w in walks.values()), tuple(findings))

    def _file_findings(self, connection: Connection) -> Iterator[Finding]:
        if self.engine.dialect.name == "sqlite":
            said = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
            yield from (Finding("", 0, "file", str(s)[:200]) for s in said if s != "ok")

    def claim(self, wish: Wish, entries: Sequence[Entry]) -> tuple[Claim, tuple[Event, ...]]:
        """Claim a unit and append in one transaction; the events tell of a take-over first. Raises Refused `journal.claimed`."""
        with told(), self._writing() as connection:
            now = self._now(connection)
            claim = Claim(wish.serial, self.station, wish.run, now + timedelta(seconds=wish.lease))
            held = self._put_or_find(connection, claim)
            ruling = rule(held, self.station, wish.run, now, wish.instead_of)
            if held is not None and ruling is Ruling.REFUSE:
                raise Refused("journal.claimed", f"{wish.serial}: {held.station}", station=held.station, until=held.until)
            if held is not None:
                mine = update(schema.claim).where(schema.claim.c.serial == wish.serial).values(_claim_values(claim))
                connection.execute(mine)
            if held is not None and ruling is Ruling.TAKE_OVER:
                claim = replace(claim, taken_from=held.station)
                entries = (self._taken_over(held, wish.run), *entries)
            written = self._append(connection, entries) if entries else []
            return claim, tuple(event for _, event in written)

    def _taken_over(self, held: Claim, run: str) -> Entry:
        about = {"serial": held.serial, "from": held.station, "from-run": held.run, "ran-out": held.until.isoformat()}
        return entry(Draft(Noted("claim.taken-over", about), self._clock.now(), held.serial, run))

    def _put_or_find(self, connection: Connection, claim: Claim) -> Claim | None:
        """None once the claim is put where there was none, else the one that stands there, locked."""
        new = self._insert(schema.claim).on_conflict_do_nothing().returning(schema.claim.c.serial)
        while connection.execute(new, _claim_values(claim)).scalar() is None:
            held = self._held(connection, claim.serial)
            if held is not None:
                return held
        return None

    def renew(self, wish: Wish, entries: Sequence[Entry]) -> tuple[Claim, tuple[Event, ...]]:
        """Prolong a claim that is held and append in one transaction. Raises Refused `journal.claim-lost`."""
        with told(), self._writing() as connection:
            claim = Claim(wish.serial, self.station, wish.run, self._now(connection) + timedelta(seconds=wish.lease))
            prolong = update(schema.claim).where(self._mine(wish.serial, wish.run)).values(_claim_values(claim))
            if not connection.execute(prolong).rowcount:
                held = self._held(connection, wish.serial)
                raise Refused("journal.claim-lost", f"{wish.serial}: {held.station if held else 'nobody'}")
            written = self._append(connection, entries) if entries else []
            return claim, tuple(event for _, event in written)

    def release(self, serial: str, run: str) -> None:
        """Give a claim back; nothing happens where it is not held."""
        with told(), self._writing() as connection:
            connection.execute(delete(schema.claim).where(self._mine(serial, run)))

    def claims(self) -> tuple[Claim, ...]:
        """All claims, run out or not, by serial."""
        with told(), self.engine.connect() as connection:
            return tuple(_claim(*c) for c in connection.execute(select(schema.claim).order_by(schema.claim.c.serial)))

    def listener(self, changed: Callable[[str], None]) -> "Listener | None":
        """A running listener for what other benches write, where the database can tell."""
        if self.engine.dialect.name != "postgresql":
            return None
        from station.journal.listening import Listener

        return Listener(self.engine, lambda: list(self.heads()), changed)

    def stand_alone(self) -> None:
        """Be the only program that works as this station, until `close`. A file's station has a lock beside its data instead."""
        if self.engine.dialect.name != "postgresql":
            return
        from station.journal.alone import Alone

        self._alone = Alone(self.engine, self.station)

    def close(self) -> None:
        if self._alone is not None:
            self._alone.close()
        self.engine.dispose()

    def _mine(self, serial: str, run: str) -> ColumnElement[bool]:
        c = schema.claim.c
        return and_(c.serial == serial, c.station == self.station, c.run == run)

    def _held(self, connection: Connection, serial: str) -> Claim | None:
        found = connection.execute(select(schema.claim).where(schema.claim.c.serial == serial).with_for_update()).one_or_none()
        return _claim(*found) if found else None

    def _now(self, connection: Connection) -> datetime:
        """Benches that share a server count leases by the server's time, whatever their own clocks say."""
        if self.engine.dialect.name == "postgresql":
            return connection.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC)  # type: ignore[no-any-return]
        return self._clock.now().astimezone(UTC)

    @contextmanager
    def _one_moment(self) -> Iterator[Connection]:
        """A connection whose reads all see the record as it was at the first, whatever benches write meanwhile."""
        connection = self.engine.connect()
        if self.engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection, connection.begin():
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection


def _heads(connection: Connection) -> dict[str, tuple[Head, str]]:
    return {h.station: (Head(h.station, h.seq, h.hash), h.seal) for h in connection.execute(select(schema.head))}


def _pages(read: Callable[[Select[Any]], Sequence[Any]], wanted: Wanted) -> Iterator[Row]:
    """The rows that are wanted, `read` a page at a time."""
    last = 0
    while True:
        page = _narrowed(select(schema.event.c.number, *_ROW), wanted).where(schema.event.c.number > last)
        found = read(page.order_by(schema.event.c.number).limit(_PAGE))
        for number, *values in found:
            last = number
            yield Row(*map(_typed, _TYPES, values))
        if len(found) < _PAGE:
            return


def _typed(wanted: Any, value: Any) -> Any:
    """A value as its column has it. SQLite gives whatever stands in a damaged row; `verify` names that row by its hash."""
    if isinstance(value, wanted):
        return value
    return 0 if wanted is int else "" if value is None else str(value)


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    c = schema.event.c
    terms = ((c.run, wanted.run), (c.unit, wanted.unit), (c.station, wanted.station))
    query = query.where(*(column == value for column, value in terms if value is not None))
    return query.where(c.seq > wanted.after) if wanted.after else query


def _head_values(head: Head) -> dict[str, object]:
    return {"station": head.station, "seq": head.seq, "hash": head.hash, "seal": head.seal}


def _row_values(row: Row) -> dict[str, object]:
    return {column.name: getattr(row, column.name) for column in _ROW}


def _claim_values(claim: Claim) -> dict[str, object]:
    until = claim.until.isoformat(timespec="microseconds")
    return {"serial": claim.serial, "station": claim.station, "run": claim.run, "until": until}


def _claim(serial: str, station: str, run: str, until: str) -> Claim:
    return Claim(serial, station, run, datetime.fromisoformat(until))
