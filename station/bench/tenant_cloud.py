"""The tenant as the bench takes it: registration and tracking behind the `Cloud` port."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from station.autopilot.import_log import JournalImportLog
from station.autopilot.registration import RegistrationJob, Until
from station.autopilot.registry import GraphRegistry
from station.bench.ports import HashRow
from station.journal import Journal
from station.links.graph.client import GraphClient
from station.links.graph.values import NewIdentity
from station.model.facts import FactValue
from station.model.timing import Clock, Deadline
from station.tenant.plan import Goal, Lockdown, Where
from station.tenant.return_log import JournalReturnLog
from station.tenant.returning import Order, Returning
from station.tenant.tracker import TenantTracker


class TenantCloud:
    """One tenant. Registration runs one call at a time: its import log is the station's own (`station.autopilot.import_log`)."""

    def __init__(self, client: GraphClient, tracker: TenantTracker, record: Journal, station: str, clock: Clock,
                 folder: Path) -> None:
        self._client = client
        self._returns = JournalReturnLog(record, clock, held=True)
        self._registry = GraphRegistry(client, clock)
        self._tracker = tracker
        self._log = JournalImportLog(record, station, clock, folder)
        self._clock = clock
        self._lock = threading.Lock()
        self._importing: set[str] = set()

    def register(self, rows: Sequence[HashRow], deadline: Deadline) -> Mapping[str, Mapping[str, FactValue]]:
        """Look, then send what is neither registered nor under way. Raises what Graph raises; repeating it changes nothing."""
        with self._lock:
            wanted = [NewIdentity(r.serial, r.hardware_hash, r.group_tag) for r in rows]
            report = self._job().run(wanted, deadline, Until.SUBMITTED)
        self._tracker.forget()
        self._importing |= {r.serial for r in rows}
        by_serial = {s.serial.casefold(): s for s in report.standings.values()}
        return {r.serial: by_serial[r.serial.casefold()].values() for r in rows if r.serial.casefold() in by_serial}

    def observe(self, since: Mapping[str, datetime], deadline: Deadline) -> Mapping[str, Mapping[str, FactValue]]:
        """The tenant's present facts. When the last of our imports has ended, our import records are cleared away and the
        devices are asked for once (facts/tenant §1.3, §2.4)."""
        told = self._tracker.observe(since, deadline)
        # A copy: a registration in another thread of the pool may add to it meanwhile.
        ended = {s for s in tuple(self._importing) if told.get(s, {}).get("autopilot.registration") in ("registered", "refused")}
        if ended:
            self._importing -= ended
            if not self._importing:
                self._finish(deadline)
        return told

    def give_back(self, serial: str, goal: str, model: str, deadline: Deadline) -> None:
        """Carry out a return of the unit on the bench; TenantLockdown was asked for before (`station.paths.returns`)."""
        order = Order(serial, Goal(goal), Where.BENCH, Lockdown.NEVER, model)
        Returning(self._client, self._clock, self._returns).execute(order, serial, deadline)
        self._tracker.forget()

    def _finish(self, deadline: Deadline) -> None:
        with self._lock:
            self._job().tidy(deadline)
            self._registry.sync(deadline)

    def _job(self) -> RegistrationJob:
        return RegistrationJob(self._registry, self._log, self._clock)

    def close(self) -> None:
        """Nothing is held: connections belong to the client."""
