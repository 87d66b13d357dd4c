"""The real bench put together from the configuration: this machine's USB bus, the configured tenant, the configured record.

Everything here may block; it is called in a thread. A station without a tenant section works without a cloud and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from station.bench.bench import Bench
from station.bench.configuration import Config, load
from station.bench.data_folder import DataFolder
from station.bench.ports import Cloud, HashRow
from station.bench.tenant_cloud import TenantCloud
from station.bench.usb_bus import UsbBus
from station.journal import Journal
from station.links.graph.client import GraphClient
from station.links.graph.pacer import Pacer
from station.links.graph.signin import SignIn
from station.links.graph.wire import HttpsWire
from station.links.usb.desk import system_eyes
from station.model.errors import ConfigurationError
from station.model.facts import FactValue
from station.model.timing import Clock, Deadline, WallClock
from station.paths.registry import PATHS
from station.tenant.tracker import TenantTracker
from station.vault.secrets import SecretStore, open_secrets

TOKENS = "tokens.bin"


class NoTenant:
    """The cloud of a station whose configuration names no tenant: every question is answered with what is missing."""

    def __init__(self, why: ConfigurationError) -> None:
        self._why = why

    def register(self, rows: Sequence[HashRow], deadline: Deadline) -> Mapping[str, Mapping[str, FactValue]]:
        """Raises ConfigurationError `configuration.no-tenant`."""
        raise ConfigurationError(self._why.code, self._why.detail)

    def observe(self, since: Mapping[str, datetime], deadline: Deadline) -> Mapping[str, Mapping[str, FactValue]]:
        """Raises ConfigurationError `configuration.no-tenant`."""
        raise ConfigurationError(self._why.code, self._why.detail)

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class RealStation:
    """The parts that screens may need. `signin` and `client` are None where no tenant is configured."""

    config: Config
    bench: Bench
    journal: Journal
    secrets: SecretStore
    signin: SignIn | None
    client: GraphClient | None

    async def close(self) -> None:
        """Close the bench, then its record."""
        await self.bench.close()
        self.journal.close()


def put_together() -> RealStation:
    """Read the configuration and make the bench.

    Raises ConfigurationError, JournalError, LinkError: what keeps the station from being opened.
    """
    config, clock, secrets = load(), WallClock(), open_secrets()
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    journal = Journal.open(config.journal, config.station, clock)
    try:
        signin, client = _tenant(config, secrets, clock)
        cloud: Cloud = (TenantCloud(client, TenantTracker(client, clock), journal, config.station, clock) if client
                        else NoTenant(ConfigurationError("configuration.no-tenant", str(config.file or ""))))
        bus = UsbBus(system_eyes(), config.data, clock, count=config.slots, ports=config.ports)
        bench = Bench(journal, bus, cloud, DataFolder(config.data), clock, PATHS, config.blueprints, journal.board_events)
    except BaseException:
        journal.close()
        raise
    return RealStation(config, bench, journal, secrets, signin, client)


def _tenant(config: Config, secrets: SecretStore, clock: Clock) -> tuple[SignIn | None, GraphClient | None]:
    try:
        settings = config.tenant_settings()
    except ConfigurationError as e:
        if e.code != "configuration.no-tenant":
            raise
        return None, None
    signin = SignIn(settings, secrets, config.data / TOKENS, clock)
    return signin, GraphClient(settings.graph, HttpsWire(settings.ca_file), signin, Pacer(clock))

