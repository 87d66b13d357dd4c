"""The Device Portal as a sensor: whole build, edition, Wi-Fi, apps and, where no cable tells it, battery of configured units.

Optional: a portal exists only in developer mode, so that one which does not answer is nothing that a person must cure
(facts/device-io §1.1). Its trouble goes to the log, once for each cause.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from station.bench.ports import Portals
from station.bench.sensing import changed
from station.links.portal.answers import OsInfo
from station.links.portal.client import PortalClient, PortalPlace
from station.links.portal.pinned import Pins
from station.model.board import Unit
from station.model.errors import DataError, HoloBenchError, NotFound
from station.model.facts import Fact, Facts, FactValue
from station.model.timing import Clock, Deadline
from station.model.words import Link
from station.vault.secrets import SecretStore, require

log = logging.getLogger(__name__)

WIRELESS = "IEEE 802.11"
MOST_APPS = 100
"""More are not written into the record."""
PORTAL_INTERVAL_S = 60.0
READ_BUDGET_S = 20.0


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """The section [portal]: addresses by label serial, the user, and the name of its password in the keyring."""

    addresses: Mapping[str, str]
    user: str
    secret: str


class ConfiguredPortals:
    """Portals by serial. The password is asked of the keyring at each opening and kept nowhere else."""

    def __init__(self, settings: PortalSettings, secrets: SecretStore, pins: Pins) -> None:
        self._settings, self._secrets, self._pins = settings, secrets, pins

    def knows(self, serial: str) -> bool:
        """Whether the section names an address for the unit."""
        return serial in self._settings.addresses

    def client(self, serial: str) -> PortalClient:
        """The portal of a unit; close it when done. Raises NotFound `portal.no-address`, and what the vault raises."""
        if not self.knows(serial):
            raise NotFound("portal.no-address", serial)
        password = require(self._secrets, self._settings.secret)
        return PortalClient(PortalPlace(self._settings.addresses[serial], self._settings.user, password), self._pins)

    def read(self, serial: str, deadline: Deadline) -> Mapping[str, FactValue]:
        """Build, edition, battery, network and apps as far as the portal knows them."""
        with closing(self.client(serial)) as client:
            told: dict[str, FactValue] = dict(_system(client.os_info(deadline)))
            for ask in (_battery, _network, _apps):
                told |= _where_known(ask, client, deadline)
        return told


def _where_known(ask: Callable[[PortalClient, Deadline], Mapping[str, FactValue]], client: PortalClient,
                 deadline: Deadline) -> Mapping[str, FactValue]:
    """Which questions a portal answers depends on its build: without the answer to one, the others are still worth having."""
    try:
        return ask(client, deadline)
    except (NotFound, DataError) as e:
        log.info("the portal leaves a question out: %s", e)
        return {}


def _system(info: OsInfo) -> Iterator[tuple[str, FactValue]]:
    if info.build is not None:
        yield "unit.build", str(info.build)
    if info.edition:
        yield "unit.edition", info.edition


def _battery(client: PortalClient, deadline: Deadline) -> Mapping[str, FactValue]:
    percent = client.battery(deadline).percent
    return {} if percent is None else {"unit.battery": percent}


def _network(client: PortalClient, deadline: Deadline) -> Mapping[str, FactValue]:
    on = client.network(deadline)
    wireless = [a for a in client.adapters(deadline) if a.kind == WIRELESS]
    return {"unit.wifi": on.name if on else "", **({"unit.wifi-mac": wireless[0].mac} if wireless else {})}


def _apps(client: PortalClient, deadline: Deadline) -> Mapping[str, FactValue]:
    found = sorted(" ".join(filter(None, (app.name or app.family, app.version))) for app in client.packages(deadline))
    return {"unit.apps": "|".join(found[:MOST_APPS])}


@dataclass(slots=True)
class PortalSensor:
    """Reads the configured portals of the units that are on the bus."""

    portals: Portals
    clock: Clock
    units: Callable[[], Iterable[Unit]]
    tell: Callable[[str, Sequence[Fact]], None]
    pause: Callable[[float], Awaitable[None]]
    in_pool: Callable[[Callable[[], Mapping[str, FactValue]]], Awaitable[Mapping[str, FactValue]]]
    _troubles: dict[str, str] = field(default_factory=dict)

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await self.pause(PORTAL_INTERVAL_S)

    async def look(self) -> None:
        """One reading of each."""
        for unit in tuple(self.units()):
            if unit.present and self.portals.knows(unit.serial):
                await self._read(unit, unit.serial)

    async def _read(self, unit: Unit, serial: str) -> None:
        deadline = Deadline(READ_BUDGET_S)
        try:
            told = await self.in_pool(lambda: self.portals.read(serial, deadline))
        except HoloBenchError as e:
            if self._troubles.get(serial) != e.code:
                log.warning("portal of unit %s: %s", serial, e)
            self._troubles[serial] = e.code
            return
        self._troubles.pop(serial, None)
        facts = changed(unit.facts, worth_telling(unit.facts, told), Link.PORTAL, self.clock.now())
        if facts:
            self.tell(unit.key, facts)


def worth_telling(known: Facts, told: Mapping[str, FactValue]) -> dict[str, FactValue]:
    """What the portal knows better: the battery only where the cable does not tell it, so that two sources do not take turns;
    a build without revision not at all."""
    battery = known.get("unit.battery")
    better = {k: v for k, v in told.items() if k != "unit.battery" or battery is None or battery.fact.source is Link.PORTAL}
    return {k: v for k, v in better.items() if k != "unit.build" or "." in str(v)}
