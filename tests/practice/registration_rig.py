"""A registration job in front of a virtual tenant: real HTTPS and the product's own client; tokens without a sign-in."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from station.autopilot.import_log import JournalImportLog
from station.autopilot.registration import RegistrationJob, Report, Until
from station.autopilot.registry import GraphRegistry
from station.journal import Journal
from station.links.graph.client import GraphClient
from station.links.graph.pacer import Pacer, Rates
from station.links.graph.values import NewIdentity
from station.links.graph.wire import HttpsWire
from station.model.timing import Deadline, ScaledClock
from station.practice.tenant import VirtualTenant
from tests.unit import hash_builder

TAG = "HoloLens"


@dataclass
class TenantTokens:
    """Tokens straight from the virtual tenant: who signs in is not the subject here."""

    tenant: VirtualTenant
    app_only: bool = False
    _token: str = ""

    def token(self, scopes: tuple[str, ...], claims: str | None = None, renew: bool = False) -> str:
        if renew or not self._token:
            self._token = self.tenant.token()
        return self._token


def identities(count: int, first: int = 1, tag: str = TAG) -> list[NewIdentity]:
    return [NewIdentity(f"{n:012}", hash_builder.text(f"{n:012}"), tag) for n in range(first, first + count)]


@dataclass
class Rig:
    """What a test holds. `requests` counts what reached the tenant, a batch as one."""

    tenant: VirtualTenant
    clock: ScaledClock
    client: GraphClient
    journal: Journal
    folder: Path
    exchanges: list[object] = field(default_factory=list)

    def job(self, journal: Journal | None = None) -> RegistrationJob:
        """A job of this station, or of the one whose journal is given."""
        journal = journal or self.journal
        log = JournalImportLog(journal, journal.station, self.clock, self.folder / journal.station)
        return RegistrationJob(GraphRegistry(self.client, self.clock), log, self.clock)

    def run(self, rows: list[NewIdentity], until: Until = Until.ASSIGNED, journal: Journal | None = None) -> Report:
        return self.job(journal).run(rows, Deadline(200), until)

    def accepted(self) -> Counter[str]:
        """How many import records were made of each serial."""
        return Counter(e.subject for e in self.tenant.effects if e.kind == "import-accepted")


@contextmanager
def practice(folder: Path, speed: float = 400.0, seed: int = 1, quirks: str = "", registered: int = 0,
             rates: Rates | None = None) -> Iterator[Rig]:
    clock = ScaledClock(speed)
    with VirtualTenant(clock, seed, quirks) as tenant:
        tenant.populate(registered)
        wire, exchanges = HttpsWire(Path(tenant.ca_file)), list[object]()
        client = GraphClient(tenant.graph_url, wire, TenantTokens(tenant), Pacer(clock, rates), exchanges.append,
                             random.Random(seed))
        try:
            with Journal.open(str(folder / "journal.sqlite"), "bench-1", clock) as journal:
                yield Rig(tenant, clock, client, journal, folder, exchanges)
        finally:
            wire.close()
    assert not tenant.violations, "\n".join(map(str, tenant.violations))
