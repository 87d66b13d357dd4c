"""A bench full of virtual units."""

from station.model.timing import Clock
from station.practice.quirk import Strikes
from station.practice.units.cloud import Cloud
from station.practice.units.identity import make_identity
from station.practice.units.packages import PackageReader, container_only
from station.practice.units.quirks import QUIRKS
from station.practice.units.unit import VirtualUnit

_PORTS_PER_HUB = 7


def port_name(number: int) -> str:
    """Topology path of the `number`th port (from 1): hubs of seven ports on bus 1, such as `1-2.3`."""
    hub, port = divmod(number - 1, _PORTS_PER_HUB)
    return f"1-{hub + 1}.{port + 1}"


def make_units(count: int, clock: Clock, *, seed: int = 1, cloud: Cloud | None = None, strikes: Strikes | None = None,
               packages: PackageReader = container_only, plugged: bool = True) -> tuple[VirtualUnit, ...]:
    """`count` HoloLens 2 on the first `count` ports, on the hummingbird page; the same seed makes the same units.

    Which unit has which odd behaviour: each quirk is asked for in the order of the units, so `low-battery:2` is units 1 and 2.
    """
    made = []
    for number in range(1, count + 1):
        identity = make_identity(seed, number)
        odd = [q for q in QUIRKS if strikes and strikes.strikes(q, key=identity.serial)]
        unit = VirtualUnit(identity, clock, cloud=cloud, quirks=odd, packages=packages)
        if plugged:
            unit.plug(port_name(number))
        made.append(unit)
    return tuple(made)
