"""What is seen on the bus, and how two looks differ. Pure values."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MTP_CLASS = (0x06, 0x01)
"""Class and subclass of still imaging, which MTP uses (facts/device-io §2.1)."""

VENDOR_CLASS = 0xFF


@dataclass(frozen=True, slots=True)
class InterfaceSeen:
    """Class triple and name ("" where it has none or was not asked) of one interface."""

    klass: int
    subclass: int
    protocol: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class UsbSighting:
    """One device as its descriptors tell it.

    `port` is the topology path such as `1-2.3`; `address` a number that is new at every plug; `serial` the
    descriptor's, which is not the label's (facts/device-io §5); `speed` in Mbit/s, 0 where not told; `system_ids` are the names
    under which the operating system knows the device and its functions, where it needs them for opening (Windows).
    """

    port: str
    address: int
    vendor_id: int
    product_id: int
    manufacturer: str = ""
    product: str = ""
    serial: str = ""
    interfaces: tuple[InterfaceSeen, ...] = ()
    speed: int = 0
    system_ids: tuple[str, ...] = ()

    @property
    def speaks_mtp(self) -> bool:
        """Whether an interface is of the still image class or calls itself MTP."""
        return any((i.klass, i.subclass) == MTP_CLASS or "MTP" in i.name.upper() for i in self.interfaces)

    @property
    def ids(self) -> str:
        """Vendor and product id as people write them, such as `045e:0652`."""
        return f"{self.vendor_id:04x}:{self.product_id:04x}"


class Change(StrEnum):
    """What happened on a port."""

    PLUGGED = "plugged"
    UNPLUGGED = "unplugged"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class BusEvent:
    """One change; `sighting` is the new state, or the last one for UNPLUGGED."""

    change: Change
    sighting: UsbSighting


def differences(before: Iterable[UsbSighting], after: Iterable[UsbSighting]) -> tuple[BusEvent, ...]:
    """What happened between two looks: departures first, so that a unit that moved is never in two places."""
    old = {s.port: s for s in before}
    new = {s.port: s for s in after}
    gone = [BusEvent(Change.UNPLUGGED, s) for port, s in old.items() if port not in new or not _same(s, new[port])]
    came = [BusEvent(Change.PLUGGED, s) for port, s in new.items() if port not in old or not _same(old[port], s)]
    told = [BusEvent(Change.CHANGED, s) for port, s in new.items() if port in old and _same(old[port], s) and old[port] != s]
    return (*gone, *came, *told)


def _same(a: UsbSighting, b: UsbSighting) -> bool:
    return (a.address, a.vendor_id, a.product_id) == (b.address, b.vendor_id, b.product_id)
