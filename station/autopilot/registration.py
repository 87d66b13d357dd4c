"""A registration carried out: look, send what is free, watch one list for all, tidy up, wait for the profiles.

    look      one read of the registered devices, one of the import records; intents without outcome are settled first
    send      chunks of 100, each with an intent before and an outcome after in the import log; at most 1,000 in flight
    watch     the import list every 15 s, later 30 s, never a request per device; the waits are used to delete own ended records
    finish    one synchronisation where it is allowed; then the device list every 30 s until every profile is assigned

A job that is killed or loses its connection is simply run again with the same rows. Facts: tenant §1.1, §1.3, §2.2, §2.4.
"""

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from station.autopilot.import_log import Ended, Entry, ImportLog, Ledger, Sending, Taken, Tidied
from station.autopilot.registration_plan import Plan, chunks, plan, wanted
from station.autopilot.registry import Registry
from station.autopilot.standing import Registration, Standing, key, latest_records, with_device, with_end, with_record
from station.links.graph.autopilot_calls import SyncOutcome
from station.links.graph.failures import GraphError, OutcomeUnknown
from station.links.graph.values import ImportedIdentity, NewIdentity
from station.model.errors import DataError, HoloBenchError
from station.model.timing import Clock, Deadline

log = logging.getLogger(__name__)

IN_FLIGHT = 1000
DELETE_AT_ONCE = 20
LOOK_AGAIN = 4
"""Every how many polls the device list is asked for records that somebody deleted."""
TRIES = 2
"""How often a row is sent: a second time only after two looks at the list proved that the first did not arrive."""


class Until(StrEnum):
    """How far a job goes before it returns."""

    SUBMITTED = "submitted"
    IMPORTED = "imported"
    ASSIGNED = "assigned"


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits in bench seconds. Defaults: facts/tenant §1.1 (poll 15 s for two minutes, then 30 s; 20 min a chunk), §1.9, §2.4."""

    between_chunks: float = 2.0
    poll: float = 15.0
    poll_later: float = 30.0
    later: float = 120.0
    import_budget: float = 1200.0
    settle: tuple[float, ...] = (5.0, 20.0)
    profile_poll: float = 30.0
    profile_budget: float = 1800.0
    tidy_budget: float = 300.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a job came to. `long` are serials whose import is over its budget: still with the service, not failed."""

    standings: Mapping[str, Standing]
    sent: int
    long: tuple[str, ...] = ()
    sync: SyncOutcome | None = None

    def of(self, registration: Registration) -> tuple[Standing, ...]:
        """The standings of one word."""
        return tuple(s for s in self.standings.values() if s.registration is registration)

    @property
    def refused(self) -> tuple[Standing, ...]:
        """Who was refused; each names its fault."""
        return self.of(Registration.REFUSED)

    @property
    def ready(self) -> tuple[Standing, ...]:
        """Who may be powered on now."""
        return tuple(s for s in self.standings.values() if s.may_be_powered_on)


Told = Callable[[tuple[Standing, ...]], None]


def untold(standings: tuple[Standing, ...]) -> None:
    """For whoever does not want to hear of changes."""


@dataclass(slots=True)
class RegistrationJob:
    """One job over one list of rows. Blocking; one thread at a time. `told` hears of every change of standing."""

    registry: Registry
    journal: ImportLog
    clock: Clock
    told: Told = untold
    pace: Pace = field(default_factory=Pace)
    change_tags: bool = False
    _rows: dict[str, NewIdentity] = field(default_factory=dict)
    _standings: dict[str, Standing] = field(default_factory=dict)
    _sent_at: dict[str, datetime] = field(default_factory=dict)
    _tries: dict[str, int] = field(default_factory=dict)
    _missed: dict[str, int] = field(default_factory=dict)
    _known_records: set[str] | None = None
    _ledger: Ledger = field(default_factory=Ledger)
    _sent: int = 0

    def look(self, rows: Sequence[NewIdentity], deadline: Deadline) -> Plan:
        """Read the tenant and decide; nothing is changed there. Settles intents that an earlier run left without outcome."""
        with self.journal.exclusive(deadline):
            return self._look(rows, deadline)

    def _look(self, rows: Sequence[NewIdentity], deadline: Deadline) -> Plan:
        self._rows = wanted(rows)
        self._ledger = Ledger.of(self.journal.entries())
        for sending in tuple(self._ledger.unsettled.values()):
            self._settle(sending, 0.0, deadline)
        devices, _ = self.registry.devices([r.serial for r in self._rows.values()], deadline)
        records = self.registry.records(deadline)
        self._known_records = {r.id for r in records}
        made = plan(self._rows, devices, records, self._ledger, self.clock.now())
        self._sent_at = {name: self.clock.now() for name in self._rows}
        self._note_ended(records)
        self._change(made.standings)
        return made

    def run(self, rows: Sequence[NewIdentity], deadline: Deadline, until: Until = Until.ASSIGNED) -> Report:
        """The whole job. Raises what the link raises (offline, sign-in, cancelled); run it again to go on."""
        with self.journal.exclusive(deadline):
            made = self._look(rows, deadline)
            if self.change_tags and made.retag:
                self._retag(made.retag, deadline)
            self._send(made.send, deadline)
        if until is Until.SUBMITTED:
            return self._report(())
        long = self._watch(deadline)
        outcome = self._sync(made, deadline)
        if until is Until.ASSIGNED:
            self._await_profiles(deadline)
        self._tidy(deadline)
        return self._report(long, outcome)

    def tidy(self, deadline: Deadline) -> None:
        """Delete import records of this station that have ended, whichever job made them; may be dropped at any time."""
        self._ledger = Ledger.of(self.journal.entries())
        self._note_ended(self.registry.records(deadline))
        self._tidy(deadline)

    # Sending.

    def _send(self, rows: Sequence[NewIdentity], deadline: Deadline) -> None:
        waiting = [list(chunk) for chunk in chunks(rows)]
        while waiting:
            chunk = waiting.pop(0)
            while self._in_flight() + len(chunk) > IN_FLIGHT:
                self._wait_tidying(self.pace.poll, deadline)
                self._poll(deadline)
            try:
                missing = self._send_chunk(chunk, deadline)
            except GraphError as e:
                waiting[:0] = self._smaller(chunk, e)
                continue
            again = [row for row in missing if self._tries[key(row.serial)] < TRIES]
            self._give_up([row for row in missing if row not in again])
            if again:
                waiting.append(again)
            if waiting:
                self._wait(self.pace.between_chunks, deadline)

    def _send_chunk(self, chunk: Sequence[NewIdentity], deadline: Deadline) -> list[NewIdentity]:
        """Send one chunk; the rows that are proved not to have arrived."""
        sending = Sending(self._now(), f"holobench-{uuid.uuid4()}", tuple(row.serial for row in chunk))
        self._write(sending)
        for row in chunk:
            self._tries[key(row.serial)] = self._tries.get(key(row.serial), 0) + 1
        asked_wait, made = 0.0, dict[str, ImportedIdentity]()
        try:
            answer = self.registry.submit([replace(row, import_id=sending.import_id) for row in chunk], deadline)
            made = {key(record.serial): record for record in answer}
        except OutcomeUnknown as e:
            asked_wait = e.retry_after
        except DataError as e:
            log.warning("the answer to an import cannot be read, the list will tell: %s", e)
        except HoloBenchError:
            self._write(Taken(self._now(), sending.import_id))      # what the link refuses otherwise was not carried out
            raise
        if len(made) < len(chunk):
            made |= self._settle(sending, asked_wait, deadline)
        else:
            self._take(sending, made)
        self._sent += len(made)
        self._sent_at.update({name: self.clock.now() for name in made})
        self._change({name: with_record(self._standings[name], record) for name, record in made.items()})
        return [row for row in chunk if key(row.serial) not in made]

    def _settle(self, sending: Sending, asked_wait: float, deadline: Deadline) -> dict[str, ImportedIdentity]:
        """Find out what became of an intent: look at the list, more than once, since the service may still be working on it."""
        found: dict[str, ImportedIdentity] = {}
        names = frozenset(key(s) for s in sending.serials)
        for pause in self.pace.settle:
            self._wait(max(pause, asked_wait), deadline)
            found = latest_records([r for r in self.registry.records(deadline) if self._ours(r, sending)], names)
            if found.keys() == names:
                break
        self._take(sending, found)
        return found

    def _ours(self, record: ImportedIdentity, sending: Sending) -> bool:
        """By the import id; where the service did not keep it, a record that was not there before the call."""
        if record.import_id not in ("", record.id) or self._known_records is None:
            return record.import_id == sending.import_id
        return record.id not in self._known_records

    def _take(self, sending: Sending, made: Mapping[str, ImportedIdentity]) -> None:
        self._write(Taken(self._now(), sending.import_id, {record.serial: record.id for record in made.values()}))
        if self._known_records is not None:
            self._known_records.update(record.id for record in made.values())

    def _smaller(self, chunk: list[NewIdentity], error: GraphError) -> list[list[NewIdentity]]:
        """Halve what the service finds too large or malformed until the one bad row stands alone; other errors go up."""
        if error.status not in (400, 413):
            raise error
        for row in chunk:
            self._tries[key(row.serial)] -= 1
        if len(chunk) > 1:
            half = len(chunk) // 2
            return [chunk[:half], chunk[half:]]
        name = key(chunk[0].serial)
        self._change({name: replace(self._standings[name], registration=Registration.REFUSED, fault="autopilot.hash-not-accepted",
                                    error=f"HTTP {error.status}")})
        return []

    def _give_up(self, rows: Sequence[NewIdentity]) -> None:
        self._change({key(r.serial): replace(self._standings[key(r.serial)], fault="autopilot.outcome-unknown") for r in rows})

    # Watching.

    def _watch(self, deadline: Deadline) -> tuple[str, ...]:
        """Poll the list until every import is over or beyond its budget; the serials beyond."""
        begun = self.clock.monotonic()
        while running := self._running():
            late = [name for name in running if self._age(name) > self.pace.import_budget]
            if len(late) == len(running):
                self._change({n: replace(self._standings[n], fault="autopilot.import-running-long") for n in late})
                return tuple(self._standings[n].serial for n in late)
            early = self.clock.monotonic() - begun < self.pace.later
            self._wait_tidying(self.pace.poll if early else self.pace.poll_later, deadline)
            self._poll(deadline)
        return ()

    def _poll(self, deadline: Deadline) -> None:
        """One read of the list for all."""
        records = self.registry.records(deadline)
        names = frozenset(self._running())
        seen = latest_records(records, names)
        self._change({name: with_record(self._standings[name], record) for name, record in seen.items()})
        self._note_ended(records)
        self._look_for_vanished([name for name in names if name not in seen], deadline)

    def _look_for_vanished(self, names: Sequence[str], deadline: Deadline) -> None:
        """A record that is twice absent was deleted by somebody: by another job of this station, whose log tells what it ended
        with, or by another program; then the device list tells, now and again until the budget is over."""
        self._missed = {name: self._missed.get(name, 0) + 1 for name in names}
        gone = [name for name, times in self._missed.items() if times % LOOK_AGAIN == TRIES]
        if not gone:
            return
        self._ledger = Ledger.of(self.journal.entries())
        ended = {name: self._ledger.ended[name] for name in gone if name in self._ledger.ended}
        self._change({name: with_end(self._standings[name], error) for name, (error, at) in ended.items()
                      if at >= self._sent_at[name]})
        self._read_devices([name for name in gone if not self._standings[name].settled], deadline)

    def _note_ended(self, records: Sequence[ImportedIdentity]) -> None:
        """Write down what own records ended with, before anything deletes them."""
        results = {r.serial: with_record(Standing(r.serial), r) for r in records
                   if r.finished and r.id in self._ledger.own and self._ledger.own[r.id] not in self._ledger.ended}
        if results:
            self._write(Ended(self._now(), {serial: s.error if s.registration is Registration.REFUSED else ""
                                            for serial, s in results.items()}))

    def _tidy(self, deadline: Deadline) -> None:
        """Delete what is left of own ended records, for a while: thousands take longer than anybody waits, and the next job or
        `tidy` goes on. What the service still refuses right after an import is tried three times."""
        for _ in range(3):
            self._tidy_for(self.pace.tidy_budget, deadline)
            if not self._own_ended():
                return
            self._wait(3.0, deadline)

    def _tidy_for(self, bench_seconds: float, deadline: Deadline) -> None:
        """Delete own ended records, each tried once, until the time is over."""
        end, tried = self.clock.monotonic() + bench_seconds, set[str]()
        while self.clock.monotonic() < end:
            ids = [id_ for id_ in self._own_ended() if id_ not in tried][:DELETE_AT_ONCE]
            if not ids:
                return
            tried.update(ids)
            gone = self.registry.delete_records(ids, deadline)
            if gone:
                self._write(Tidied(self._now(), tuple(sorted(gone))))

    def _own_ended(self) -> list[str]:
        return [id_ for id_, name in self._ledger.own.items() if name in self._ledger.ended]

    # Finishing.

    def _retag(self, tags: Mapping[str, str], deadline: Deadline) -> None:
        changed = self.registry.retag(tags, deadline)
        self._change({name: replace(s, fault="", group_tag=None) for name, s in self._standings.items() if s.device in changed})

    def _sync(self, made: Plan, deadline: Deadline) -> SyncOutcome | None:
        fresh = any(s.registration is Registration.REGISTERED and not made.standings[name].settled
                    for name, s in self._standings.items())
        return self.registry.sync(deadline) if fresh else None

    def _await_profiles(self, deadline: Deadline) -> None:
        """Read the device list until every registered device has a profile, or the budget is over: then say what is missing."""
        begun = self.clock.monotonic()
        while waiting := self._without_profile():
            known = self._read_devices(waiting, deadline)
            still = self._without_profile()
            if not still or not known:
                return
            if self.clock.monotonic() - begun > self.pace.profile_budget:
                late = {n: self._standings[n] for n in still if not self._standings[n].fault}
                self._change({n: replace(s, fault="autopilot.profile-not-assigned") for n, s in late.items()})
                return
            self._wait_tidying(self.pace.profile_poll, deadline)

    def _without_profile(self) -> list[str]:
        return [name for name, s in self._standings.items()
                if s.registration is Registration.REGISTERED and not s.may_be_powered_on and s.fault != "autopilot.pc-profile"]

    def _read_devices(self, names: Sequence[str], deadline: Deadline) -> bool:
        """Read devices into the standings; whether profile states can be known at all."""
        if not names:
            return True
        devices, unknown = self.registry.devices([self._rows[n].serial for n in names], deadline)
        self._change({key(d.serial): with_device(self._standings[key(d.serial)], d, self._rows[key(d.serial)].group_tag)
                      for d in devices if key(d.serial) in self._rows})
        return unknown is None

    # Keeping.

    def _running(self) -> list[str]:
        return [n for n, s in self._standings.items() if s.registration in (Registration.SUBMITTED, Registration.IMPORTING)]

    def _in_flight(self) -> int:
        return sum(self._age(name) <= self.pace.import_budget for name in self._running())

    def _age(self, name: str) -> float:
        return (self.clock.now() - self._sent_at[name]).total_seconds()

    def _change(self, standings: Mapping[str, Standing]) -> None:
        changed = tuple(s for name, s in standings.items() if self._standings.get(name) != s)
        self._standings.update(standings)
        if changed:
            self.told(changed)

    def _write(self, entry: Entry) -> None:
        self.journal.write(entry)
        self._ledger.add(entry)

    def _wait_tidying(self, bench_seconds: float, deadline: Deadline) -> None:
        """A wait that is used to delete what can be deleted."""
        end = self.clock.monotonic() + bench_seconds
        self._tidy_for(bench_seconds, deadline)
        self._wait(max(0.0, end - self.clock.monotonic()), deadline)

    def _wait(self, bench_seconds: float, deadline: Deadline) -> None:
        deadline.check()
        deadline.pause(bench_seconds / self.clock.speed)

    def _now(self) -> str:
        return self.clock.now().isoformat()

    def _report(self, long: tuple[str, ...], sync: SyncOutcome | None = None) -> Report:
        return Report(dict(self._standings), self._sent, long, sync)
