"""The work behind the Returns screen: reading what the tenant knows, carrying a return out. All of it blocks; no Qt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from station.journal import Journal
from station.links.graph.client import GraphClient
from station.model.timing import Clock, Deadline
from station.tenant.records import UnitRecords
from station.tenant.return_log import JournalReturnLog
from station.tenant.returning import Order, Progress, Report, Returning

LOOK_SECONDS = 120.0
RETURN_SECONDS = 3 * 3600.0


@dataclass(frozen=True, slots=True)
class Found:
    """What the tenant knows of a serial, when it was read, and the order of a return that began and did not end."""

    records: UnitRecords
    read: datetime
    unfinished: Order | None = None


@dataclass
class ReturnDesk:
    """One station's desk for returns."""

    client: GraphClient
    journal: Journal
    clock: Clock
    person: Callable[[], str] = field(default=lambda: "")

    def look(self, serial: str, deadline: Deadline) -> Found:
        """Read everything. Raises SignInNeeded, LinkError, Cancelled."""
        log = self._log()
        records = Returning(self.client, self.clock, log).look(serial, deadline)
        unfinished = log.unfinished(serial)
        return Found(records, self.clock.now(), unfinished[0] if unfinished else None)

    def carry_out(self, order: Order, confirmed: str, told: Callable[[Progress], None], deadline: Deadline) -> Report:
        """Carry a return out, or go on with it. Raises as `Returning.execute`."""
        return Returning(self.client, self.clock, self._log(), told).execute(order, confirmed, deadline)

    def _log(self) -> JournalReturnLog:
        return JournalReturnLog(self.journal, self.clock, self.person())
