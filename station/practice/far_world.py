"""A practice world in another process, as one bench sees it: so that a station can be killed while units and tenant live on,
and so that two benches can share one world. `serve` opens a world to others; `FarWorld` is what they work with.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime

from station.model.timing import Clock, ScaledClock
from station.practice.units.identity import make_identity
from station.practice.units.remote import RemoteUnit, World
from station.practice.units.wire import WorldAddress
from station.practice.units.world_server import WorldServer
from station.practice.world import PracticeWorld


@dataclass(frozen=True, slots=True)
class TenantAddress:
    """Where the practice tenant is, and whom it trusts."""

    authority: str
    graph_url: str
    client_id: str
    ca_file: str


@dataclass(frozen=True, slots=True)
class FarAddress:
    """All that another process needs. `units` and `seed` make the same identities; `now` is bench time when this was made."""

    bus: WorldAddress
    tenant: TenantAddress
    units: int
    seed: int
    speed: float
    now: datetime

    def plain(self) -> dict[str, object]:
        """As values that JSON knows."""
        return {"port": self.bus.port, "key": self.bus.key.hex(), "tenant": asdict(self.tenant), "units": self.units,
                "seed": self.seed, "speed": self.speed, "now": self.now.isoformat()}

    @classmethod
    def of(cls, plain: dict[str, object]) -> "FarAddress":
        """Back from `plain`."""
        told: dict[str, str] = {k: str(v) for k, v in plain.items() if k != "tenant"}
        tenant = plain["tenant"]
        assert isinstance(tenant, dict)  # noqa: S101 - made by `plain`
        return cls(WorldAddress(int(told["port"]), bytes.fromhex(told["key"])), TenantAddress(**tenant), int(told["units"]),
                   int(told["seed"]), float(told["speed"]), datetime.fromisoformat(told["now"]))


@contextmanager
def serve(world: PracticeWorld) -> "Iterator[ServedWorld]":
    """Open a started world to other processes on loopback."""
    server = WorldServer(world.bus)
    try:
        yield ServedWorld(world, server)
    finally:
        server.close()


@dataclass(frozen=True, slots=True)
class ServedWorld:
    """A world that others may enter."""

    world: PracticeWorld
    server: WorldServer

    def address(self) -> FarAddress:
        """What a station needs that starts now: its bench time begins where the world's is."""
        w = self.world
        tenant = TenantAddress(w.tenant.authority, w.tenant.graph_url, w.tenant.client_id, str(w.tenant.ca_file))
        return FarAddress(self.server.address, tenant, len(w.units), w.seed, w.clock.speed, w.clock.now())


class FarWorld:
    """The far world with the parts that `PracticeBench` and the virtual technician use. Raises ConnectionError."""

    def __init__(self, address: FarAddress) -> None:
        self.clock: Clock = ScaledClock(address.speed, address.now)
        self.tenant = address.tenant
        self.bus = World(address.bus)
        self.units: tuple[RemoteUnit, ...] = self.bus.units()
        self._by_usb = {make_identity(address.seed, n).usb_serial: unit for n, unit in enumerate(self.units, 1)}

    def unit_of(self, unit_key: str) -> RemoteUnit | None:
        """The unit that a bench knows by a key."""
        return self._by_usb.get(unit_key.rpartition(":")[2])

    def close(self) -> None:
        """Leave the world; it goes on."""
        self.bus.close()
