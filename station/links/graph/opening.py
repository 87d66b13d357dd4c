"""Puts the Graph link together: sign-in, wire, pacer and client of one tenant."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from station.links.graph.client import GraphClient, Observer, unobserved
from station.links.graph.pacer import Pacer, process_pacer
from station.links.graph.settings import TenantSettings
from station.links.graph.signin import SignIn
from station.links.graph.wire import HttpsWire
from station.model.timing import Clock, WallClock
from station.vault.secrets import SecretStore

CACHE_FILE = "tokens.bin"
"""Name of the sign-in cache in the station's data folder."""


@dataclass(frozen=True, slots=True)
class GraphLink:
    """One tenant, ready to be asked. Close it when done."""

    settings: TenantSettings
    signin: SignIn
    client: GraphClient
    wire: HttpsWire

    def close(self) -> None:
        """Give the connections back."""
        self.wire.close()
        self.signin.close()

    def __enter__(self) -> "GraphLink":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_graph(settings: TenantSettings, secrets: SecretStore, folder: Path | None, clock: Clock | None = None,
               observer: Observer = unobserved, pacer: Pacer | None = None) -> GraphLink:
    """Open the link. Links on real time share the one pacer of this process; a scaled clock (practice) has its own."""
    clock = clock or WallClock()
    pacer = pacer or (process_pacer() if clock.speed == 1 else Pacer(clock))
    signin = SignIn(settings, secrets, folder / CACHE_FILE if folder else None, clock)
    wire = HttpsWire(settings.ca_file)
    return GraphLink(settings, signin, GraphClient(settings.graph, wire, signin, pacer, observer), wire)
