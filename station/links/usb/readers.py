"""Looking at the bus: the `BusReader` Protocol, Linux' sysfs, and any pyusb back end.

Nobody's device is opened. sysfs tells every string for nothing; over a back end the strings cost an opening, so only devices
that may be headsets by their descriptors are asked, once per plug.
"""

import errno
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import usb.core
import usb.util
from usb.backend import IBackend

from station.links.usb.sighting import MTP_CLASS, VENDOR_CLASS, InterfaceSeen, UsbSighting

_SPEEDS = {1: 1, 2: 12, 3: 480, 4: 5000, 5: 10000}
_HUB = 0x09
_SETTLE_SECONDS = 1.0
"""The kernel shows a device before all its attributes are there (the name of an interface takes a question to the device)."""

_Nodes = frozenset[tuple[str, int]]


class BusReader(Protocol):
    """One look at everything plugged in."""

    def read(self) -> tuple[UsbSighting, ...]:
        """Devices on the bus now, hubs left out, in order of port. Raises OSError where the system does not let us look."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What sysfs told of a device. `sighting` is None for a hub; `settled` once it was read long enough after it came."""

    nodes: _Nodes
    since: float
    sighting: UsbSighting | None
    settled: bool = False


class SysfsReader:
    """Linux: /sys/bus/usb/devices. `root` is another place in tests.

    A device and its interfaces have new inodes whenever they come anew, so what is known of settled ones is not read again: a
    look at a bus where nothing happened costs one listing.
    """

    def __init__(self, root: Path = Path("/sys/bus/usb/devices"), now: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._now = now
        self._known: dict[str, _Known] = {}

    def read(self) -> tuple[UsbSighting, ...]:
        if not self._root.is_dir():
            return ()
        known = {}
        for name, nodes in sorted(self._nodes().items()):
            with suppress(OSError, ValueError):      # unplugged while being read
                known[name] = self._look(name, nodes)
        self._known = known
        return tuple(k.sighting for k in known.values() if k.sighting is not None)

    def _nodes(self) -> dict[str, _Nodes]:
        """Each device with the names and inodes of itself and of its interfaces."""
        nodes: dict[str, set[tuple[str, int]]] = {}
        with os.scandir(self._root) as entries:
            for entry in entries:
                if not entry.name.startswith("usb"):
                    nodes.setdefault(entry.name.partition(":")[0], set()).add((entry.name, entry.inode()))
        return {name: frozenset(each) for name, each in nodes.items() if any(n == name for n, _ in each)}

    def _look(self, name: str, nodes: _Nodes) -> _Known:
        before, now = self._known.get(name), self._now()
        if before is None or before.nodes != nodes:
            return _Known(nodes, now, self._sighting(name))
        if before.settled:
            return before
        return _Known(nodes, before.since, self._sighting(name), settled=now - before.since >= _SETTLE_SECONDS)

    def _sighting(self, name: str) -> UsbSighting | None:
        folder = self._root / name
        return None if _hex(folder, "bDeviceClass") == _HUB else self._device(folder)

    @staticmethod
    def _device(folder: Path) -> UsbSighting:
        interfaces = tuple(
            InterfaceSeen(_hex(i, "bInterfaceClass"), _hex(i, "bInterfaceSubClass"), _hex(i, "bInterfaceProtocol"),
                          _text(i, "interface"))
            for i in sorted(folder.glob(f"{folder.name}:*")))
        speed = _text(folder, "speed")
        return UsbSighting(
            folder.name, int(_needed(folder, "devnum")), _hex(folder, "idVendor"), _hex(folder, "idProduct"),
            _text(folder, "manufacturer"), _text(folder, "product"), _text(folder, "serial"), interfaces,
            int(float(speed)) if speed else 0)


def _needed(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8", errors="replace").strip()


def _hex(folder: Path, name: str) -> int:
    return int(_text(folder, name) or "0", 16)


def _text(folder: Path, name: str) -> str:
    try:
        return _needed(folder, name)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EIO, errno.EINVAL):
            return ""
        raise


class BackendReader:
    """Any pyusb back end. `may_ask(vendor_id, product_id)` says whose strings may be read (the allow-list's ids)."""

    def __init__(self, backend: IBackend, may_ask: Callable[[int, int], bool] = lambda vendor, product: False) -> None:
        self._backend = backend
        self._may_ask = may_ask
        self._strings: dict[tuple[str, int], tuple[str, str, str]] = {}

    def read(self) -> tuple[UsbSighting, ...]:
        found = []
        for device in usb.core.find(find_all=True, backend=self._backend):
            if device.bDeviceClass == _HUB or not device.port_numbers:
                continue
            with suppress(usb.core.USBError):        # unplugged while being read
                found.append(self._sighting(device))
        present = {(s.port, s.address) for s in found}
        self._strings = {k: v for k, v in self._strings.items() if k in present}
        return tuple(sorted(found, key=lambda s: s.port))

    def _sighting(self, device: Any) -> UsbSighting:
        port = f"{device.bus}-{'.'.join(map(str, device.port_numbers))}"
        interfaces = tuple(InterfaceSeen(i.bInterfaceClass, i.bInterfaceSubClass, i.bInterfaceProtocol) for i in device[0])
        manufacturer = product = serial = ""
        if self._may_ask(device.idVendor, device.idProduct) or _may_be_headset(device, interfaces):
            manufacturer, product, serial = self._told(port, device)
        return UsbSighting(port, device.address, device.idVendor, device.idProduct, manufacturer, product, serial, interfaces,
                           _SPEEDS.get(device.speed or 0, 0))

    def _told(self, port: str, device: Any) -> tuple[str, str, str]:
        key = (port, device.address)
        if key not in self._strings:
            try:
                self._strings[key] = (_string(device, device.iManufacturer), _string(device, device.iProduct),
                                      _string(device, device.iSerialNumber))
            except usb.core.USBError as error:
                if error.errno not in (errno.EACCES, errno.EPERM, errno.EBUSY, errno.EPIPE, errno.ENOSYS):
                    raise
                return "", "", ""
            finally:
                usb.util.dispose_resources(device)
        return self._strings[key]


def _string(device: Any, index: int) -> str:
    if not index:
        return ""
    try:
        return usb.util.get_string(device, index) or ""
    except (ValueError, UnicodeDecodeError):
        return ""


def _may_be_headset(device: Any, interfaces: tuple[InterfaceSeen, ...]) -> bool:
    """Microsoft's vendor id and an interface that could carry MTP or the flash protocol: no mice, no game pads."""
    return device.idVendor == 0x045E and any(
        (i.klass, i.subclass) == MTP_CLASS or (i.klass == VENDOR_CLASS and i.subclass in (0x00, 0xFF)) for i in interfaces)
