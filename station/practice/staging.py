"""How a practice bench looks before a path is practised: which units, what they went through, what the tenant knows of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from station.model.build import OsBuild, Series
from station.model.words import Generation
from station.practice.tenant import VirtualTenant
from station.practice.units.cloud import EnrolHow, UnitAtCloud
from station.practice.units.identity import UnitIdentity
from station.practice.units.machine import Life

NETWORK = "wifi:Bench"
OWNER = Life("owner@practice.example", "", NETWORK)
CONNECTED = Life("somebody@outlook.example", "personal", NETWORK, EnrolHow.ADD_WORK_ACCOUNT)

Past = Callable[[VirtualTenant, UnitIdentity], None]


def _enrolled_by_autopilot(tenant: VirtualTenant, unit: UnitIdentity) -> None:
    tenant.register(unit.serial, "HoloLens")
    tenant.leave_record(unit.serial)        # no enrolment: its profile would only come with time


def _work_account_added(tenant: VirtualTenant, unit: UnitIdentity) -> None:
    tenant.enrol(UnitAtCloud(unit.serial, unit.model, f"10.0.{unit.build}", unit.name, unit.mac.hex(":")),
                 EnrolHow.ADD_WORK_ACCOUNT, CONNECTED.account)


def _nothing(tenant: VirtualTenant, unit: UnitIdentity) -> None:
    """The tenant has never heard of the unit."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`life` is what the units went through before (None: fresh from the box), `past` what the tenant remembers of it."""

    generation: Generation = Generation.HOLOLENS_2
    build: OsBuild | None = None
    life: Life | None = None
    past: Past = _nothing


FRESH = Stage()
STAGES: Mapping[str, Stage] = MappingProxyType({
    "shared-entra": Stage(build=OsBuild(22621, 1303, Series.INSIDER)),
    "settings-connect": Stage(life=OWNER),
    "package-bulk-later": Stage(life=OWNER),
    "first-generation-business": Stage(Generation.HOLOLENS_1),
    "flash-first-generation": Stage(Generation.HOLOLENS_1),
    "reset": Stage(life=OWNER),
    "return-leave": Stage(life=OWNER, past=_enrolled_by_autopilot),
    "return-reuse": Stage(life=OWNER, past=_enrolled_by_autopilot),
    "unenrol": Stage(life=CONNECTED, past=_work_account_added),
})
"""By path key; paths that are not named here begin with units fresh from the box."""


def stage_of(path: str) -> Stage:
    """The stage on which a path is practised."""
    return STAGES.get(path, FRESH)
