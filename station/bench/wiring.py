"""The real bench put together from the configuration: this machine's USB bus, the configured tenant, the configured record.

Everything here may block; it is called in a thread. A station without a tenant section works without a cloud and says so.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from station.bench.bench import Bench
from station.bench.configuration import Config, load
from station.bench.data_folder import DataFolder
from station.bench.only_one import OnlyOne
from station.bench.portals import ConfiguredPortals
from station.bench.ports import Cloud, HashRow, Portals
from station.bench.tenant_cloud import TenantCloud
from station.bench.usb_bus import UsbBus
from station.journal import Journal
from station.links.graph.client import GraphClient
from station.links.graph.opening import GraphLink, open_graph
from station.links.graph.signin import SignIn
from station.links.portal.pinned import FilePins
from station.links.usb.allow_list import shipped
from station.links.usb.desk import system_eyes
from station.model.errors import ConfigurationError
from station.model.facts import FactValue
from station.model.timing import Clock, Deadline, WallClock
from station.paths.registry import PATHS
from station.tenant.exchange_log import journalled
from station.tenant.tracker import TenantTracker
from station.vault.secrets import SecretStore, open_secrets

LOCK_FILE = "station.lock"


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

    def give_back(self, serial: str, goal: str, model: str, deadline: Deadline) -> None:
        """Raises ConfigurationError `configuration.no-tenant`."""
        raise ConfigurationError(self._why.code, self._why.detail)

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class RealStation:
    """The parts that screens and commands may need. `link` is None where no tenant is configured."""

    config: Config
    bench: Bench
    journal: Journal
    secrets: SecretStore
    link: GraphLink | None
    only_one: OnlyOne

    @property
    def signin(self) -> SignIn | None:
        """The sign-in of the configured tenant."""
        return self.link.signin if self.link else None

    @property
    def client(self) -> GraphClient | None:
        """The Graph client of the configured tenant."""
        return self.link.client if self.link else None

    async def close(self) -> None:
        """Close the bench, then its record and its connections. What fails of that keeps nothing else open."""
        with ExitStack() as then:
            then.callback(self.only_one.close)
            if self.link is not None:
                then.callback(self.link.close)
            then.callback(self.journal.close)
            await self.bench.close()


def put_together(config: Config | None = None) -> RealStation:
    """Make the bench that a configuration (the station's own, where none is given) describes.

    Raises ConfigurationError, JournalError, LinkError, Refused: what keeps the station from being opened.
    """
    config, clock, secrets = config or load(), WallClock(), open_secrets()
    folder = DataFolder(config.data)
    folder.path(".")
    only_one = OnlyOne(config.data / LOCK_FILE)
    try:
        return _opened(config, clock, secrets, folder.without_leavings(), only_one)
    except BaseException:
        only_one.close()
        raise


def _opened(config: Config, clock: Clock, secrets: SecretStore, folder: DataFolder, only_one: OnlyOne) -> RealStation:
    journal = Journal.open(config.journal, config.station, clock, alone=True)
    try:
        link = _link(config, secrets, clock, journal)
        cloud: Cloud = (TenantCloud(link.client, TenantTracker(link.client, clock), journal, config.station, clock, config.data)
                        if link else NoTenant(ConfigurationError("configuration.no-tenant", str(config.file or ""))))
        bus = UsbBus(system_eyes(), config.data, clock, count=config.slots, ports=config.ports,
                     allowed=shipped().joined([config.allow_list()]))
        bench = Bench(journal, bus, cloud, folder, clock, PATHS, config.blueprints, journal.board_events,
                      _portals(config, secrets))
    except BaseException:
        journal.close()
        raise
    return RealStation(config, bench, journal, secrets, link, only_one)


def _portals(config: Config, secrets: SecretStore) -> Portals | None:
    settings = config.portal_settings()
    return ConfiguredPortals(settings, secrets, FilePins(config.data / "portal-pins.json")) if settings else None


def _link(config: Config, secrets: SecretStore, clock: Clock, journal: Journal) -> GraphLink | None:
    try:
        settings = config.tenant_settings()
    except ConfigurationError as e:
        if e.code != "configuration.no-tenant":
            raise
        return None
    return open_graph(settings, secrets, config.data, clock, journalled(journal, clock))
