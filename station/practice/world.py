"""The practice world: virtual units on a virtual bus, a virtual tenant on loopback, one scaled clock, and the wiring to a bench.

Everything above libusb and above the TCP socket is the product's own code. The world can live in this process or, for two benches
or a killed station, in another (`station.practice.units.remote`).
"""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from usb.backend import IBackend

from station.bench.bench import Bench
from station.bench.claims import LEASE_S
from station.bench.configuration import AUTOPILOT_BLUEPRINT
from station.bench.data_folder import DataFolder
from station.bench.only_one import OnlyOne
from station.bench.ports import Record
from station.bench.tenant_cloud import TenantCloud
from station.bench.usb_bus import UsbBus
from station.journal import Journal
from station.journal.journal import untouched
from station.journal.reading import Store
from station.links.graph.opening import open_graph
from station.links.graph.pacer import Pacer
from station.links.graph.routes import REGISTER, RETURN
from station.links.graph.settings import custom_settings
from station.links.graph.signin import DeviceCode
from station.links.usb.desk import Eyes
from station.links.usb.readers import BackendReader
from station.links.usb.signals import BusSignal
from station.model.blueprint import Blueprint
from station.model.errors import NotFound
from station.model.timing import Clock, Deadline, ScaledClock
from station.paths.registry import PATHS
from station.practice.quirk import NEVER, Dose, parse_faults
from station.practice.staging import stage_of
from station.practice.tenant import VirtualTenant
from station.practice.tenant.quirks import PER_DEVICE
from station.practice.tenant.quirks import QUIRKS as TENANT_QUIRKS
from station.practice.unit_packages import practice_package, read_as_headset
from station.practice.units.bus import VirtualBus
from station.practice.units.fleet import port_name
from station.practice.units.identity import make_identity
from station.practice.units.quirks import QUIRKS as UNIT_QUIRKS
from station.practice.units.unit import VirtualUnit
from station.tenant.exchange_log import journalled
from station.tenant.tracker import TenantTracker
from station.vault.secrets import MemorySecrets

SIGN_IN_BUDGET_S = 60.0
BENCH_SCOPES = tuple(dict.fromkeys((*REGISTER, *RETURN)))


class PracticeWorld:
    """Units, tenant and clock. `faults` is a spec such as `other-tenant:2,unplug-during-copy:1`; the same seed, the same world.

    `path` sets the stage on which that path is practised (`station.practice.staging`). Raises UsageError
    `practice.unknown-quirk`, `practice.bad-faults`.
    """

    def __init__(self, units: int = 8, speed: float = 1.0, seed: int = 1, faults: str = "", clock: Clock | None = None,
                 path: str = "", port: int = 0) -> None:
        doses = parse_faults(faults, (*UNIT_QUIRKS.values(), *TENANT_QUIRKS.values()))
        self.clock = clock or ScaledClock(speed)
        self.seed = seed
        self._stage = stage_of(path)
        self.tenant = VirtualTenant(self.clock, seed, {n: d for n, d in doses.items() if n in TENANT_QUIRKS},
                                    port=port)
        self.units = tuple(self._unit(n, units, doses) for n in range(1, units + 1))
        for name in doses.keys() & PER_DEVICE:
            for unit in self.units:
                self.tenant.strikes.strikes(name, unit.serial)
        self.bus = VirtualBus(self.units, self.clock)

    def _unit(self, number: int, of: int, doses: dict[str, Dose]) -> VirtualUnit:
        """A unit with the odd behaviours that fall to it. Counted ones begin at the last unit, those of the tenant at the first,
        so that `other-tenant:2,low-battery:1` are three units."""
        from_last = of - number
        mine = [n for n, d in doses.items() if n in UNIT_QUIRKS and d != NEVER and (d.count is None or from_last < d.count)]
        identity = make_identity(self.seed, number, generation=self._stage.generation, build=self._stage.build)
        self._stage.past(self.tenant, identity)
        return VirtualUnit(identity, self.clock, cloud=self.tenant, quirks=mine, port=port_name(number), packages=read_as_headset,
                           life=self._stage.life)

    def start(self) -> Self:
        """Open the tenant's port and let time pass on the bus."""
        self.tenant.start()
        self.bus.start()
        return self

    def stop(self) -> None:
        """End the world."""
        self.bus.close()
        self.tenant.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def unit(self, number: int) -> VirtualUnit:
        """The unit of a number, from 1. Raises NotFound `practice.no-unit`."""
        if not 1 <= number <= len(self.units):
            raise NotFound("practice.no-unit", str(number))
        return self.units[number - 1]

    def unit_of(self, unit_key: str) -> VirtualUnit | None:
        """The unit that a bench knows by a key."""
        return next((u for u in self.units if unit_key.endswith(u.identity.usb_serial)), None)


class TenantPlace(Protocol):
    """Where a practice tenant is."""

    @property
    def authority(self) -> str: ...
    @property
    def graph_url(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def ca_file(self) -> str: ...


class BusPlace(Protocol):
    """A virtual bus, here or in another process."""

    def backend(self) -> IBackend: ...
    def signal(self) -> BusSignal: ...


class WorldOfABench(Protocol):
    """What a bench needs of a practice world, in this process or in another (`station.practice.far_world`)."""

    @property
    def clock(self) -> Clock: ...
    @property
    def tenant(self) -> TenantPlace: ...
    @property
    def bus(self) -> BusPlace: ...
    @property
    def units(self) -> Sequence[object]: ...


class PracticeBench:
    """A bench in a practice world, with a journal and data folder of its own that vanish with it unless a folder is given.

    `ports` numbers the ports of the world that are this bench's slots, in their order (None: one for each unit); two benches can
    share a world that way. `through` wraps the journal's store (`station.practice.crash` cuts the power that way).
    """

    def __init__(self, world: WorldOfABench, folder: Path | None = None, blueprints: Sequence[Blueprint] = (AUTOPILOT_BLUEPRINT,),
                 journal: str = "", station: str = "practice", through: Callable[[Store], Store] = untouched,
                 ports: Sequence[int] | None = None, lease_s: float = LEASE_S) -> None:
        self.world = world
        self._scratch = tempfile.TemporaryDirectory(prefix="holobench-practice-") if folder is None else None
        self.folder = folder or Path(self._scratch.name if self._scratch else "")
        self._only_one = OnlyOne(Path(f"{journal}.lock")) if journal and "://" not in journal else None
        try:
            self.journal = Journal.open(journal or str(self.folder / "journal.sqlite"), station, world.clock, alone=True,
                                        through=through)
        except BaseException:
            self._let_others_in()
            raise
        self.secrets = MemorySecrets()
        settings = custom_settings(world.tenant.authority, world.tenant.graph_url, world.tenant.client_id,
                                   Path(world.tenant.ca_file))
        self.link = open_graph(settings, self.secrets, None, world.clock, journalled(self.journal, world.clock),
                               Pacer(world.clock))
        self.signin, self.client = self.link.signin, self.link.client
        ports = ports or range(1, len(world.units) + 1)
        usb = UsbBus(Eyes(BackendReader(world.bus.backend()), world.bus.signal()), self.folder, world.clock,
                     ports={port_name(port): slot for slot, port in enumerate(ports, 1)}, count=len(ports),
                     backend=world.bus.backend())
        cloud = TenantCloud(self.client, TenantTracker(self.client, world.clock), self.journal, station, world.clock, self.folder)
        record: Record = self.journal
        packed = {b.key: self._packed(b) for b in blueprints}
        self.bench = Bench(record, usb, cloud, DataFolder(self.folder).without_leavings(), world.clock, PATHS, packed,
                           self.journal.board_events, lease_s=lease_s)

    def _packed(self, blueprint: Blueprint) -> Blueprint:
        """The blueprint with a practice package where its path pushes one and it names none."""
        package = None if blueprint.package else practice_package(blueprint.path, self.folder)
        return replace(blueprint, package=str(package)) if package else blueprint

    def sign_in(self) -> None:
        """Sign the practice lead in by device code; the practice tenant's robot types the code."""
        self.signin.sign_in_device_code(BENCH_SCOPES, Deadline(SIGN_IN_BUDGET_S), _nobody_reads)

    async def close(self) -> None:
        """Close the bench, its link to the tenant and its journal, then forget its folder."""
        with ExitStack() as then:
            if self._scratch is not None:
                then.callback(self._scratch.cleanup)
            then.callback(self._let_others_in)
            then.callback(self.journal.close)
            then.callback(self.link.close)
            await self.bench.close()

    def _let_others_in(self) -> None:
        if self._only_one is not None:
            self._only_one.close()


def _nobody_reads(code: DeviceCode) -> None:
    """The robot of the practice tenant approves every code by itself."""
