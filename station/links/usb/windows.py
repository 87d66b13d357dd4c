"""The bus as Windows knows it: a reader over the configuration manager's properties and a signal from its notifications.

Nothing is opened. The pure part (`WindowsReader`, `port_of`) works over the `ConfigurationManager` Protocol and is tested with
recorded shapes; the calls themselves are in `windows_calls`. Not yet confirmed on Windows: see docs/windows-check.md.
Source: facts/device-io §3.2, §3.3; cfgmgr32 documentation of Microsoft.
"""

import re
from typing import Protocol

from station.links.usb.sighting import InterfaceSeen, UsbSighting

_INSTANCE = re.compile(
    r"^USB\\VID_(?P<vendor>[0-9A-F]{4})&PID_(?P<product>[0-9A-F]{4})(?P<function>&MI_[0-9A-F]{2})?\\(?P<tail>.+)$",
    re.IGNORECASE)
_CLASS = re.compile(r"^USB\\Class_([0-9A-F]{2})&SubClass_([0-9A-F]{2})&Prot_([0-9A-F]{2})$", re.IGNORECASE)
_CONTROLLER = re.compile(r"PCI\(([0-9A-F]{4})\)#USBROOT\((\d+)\)", re.IGNORECASE)
_STEP = re.compile(r"#USB\((\d+)\)", re.IGNORECASE)


class ConfigurationManager(Protocol):
    """What Windows tells of its devices. Ids are device instance ids such as `USB\\VID_045E&PID_0652\\1234`."""

    def present(self) -> tuple[str, ...]:
        """Ids of the USB devices and functions that are plugged in. Raises OSError."""

    def parent(self, id_: str) -> str:
        """The id of the device that a function belongs to, "" if there is none."""

    def texts(self, id_: str, property_: str) -> tuple[str, ...]:
        """A property as texts: `location-paths`, `compatible-ids`, `bus-description`, `manufacturer`; () where it is not set."""

    def arrived(self, id_: str) -> int:
        """When the device last arrived, 100 ns since 1601; 0 where it is not known."""


class WindowsReader:
    """`BusReader` over the configuration manager."""

    def __init__(self, manager: ConfigurationManager) -> None:
        self._manager = manager

    def read(self) -> tuple[UsbSighting, ...]:
        ids = [(id_, m) for id_ in self._manager.present() if (m := _INSTANCE.match(id_))]
        functions: dict[str, list[str]] = {}
        for id_, match in ids:
            if match["function"]:
                functions.setdefault(self._manager.parent(id_).casefold(), []).append(id_)
        found = [self._device(id_, match, functions.get(id_.casefold(), [])) for id_, match in ids if not match["function"]]
        return tuple(sorted((s for s in found if s is not None), key=lambda s: s.port))

    def _device(self, id_: str, match: re.Match[str], functions: list[str]) -> UsbSighting | None:
        port = next((p for path in self._manager.texts(id_, "location-paths") if (p := port_of(path))), "")
        if not port:
            return None
        serial = "" if "&" in match["tail"] else match["tail"]      # with an ampersand Windows made it up
        return UsbSighting(
            port, self._manager.arrived(id_), int(match["vendor"], 16), int(match["product"], 16),
            self._first(id_, "manufacturer"), self._first(id_, "bus-description"), serial,
            tuple(self._interface(each) for each in (functions or [id_])), 0, (id_, *functions))

    def _interface(self, id_: str) -> InterfaceSeen:
        """The class that Windows matches drivers by; a function that calls itself MTP is named so."""
        compatible = self._manager.texts(id_, "compatible-ids")
        name = "MTP" if any(c.upper().startswith("USB\\MS_COMP_MTP") for c in compatible) else \
            self._first(id_, "bus-description")
        for each in compatible:
            if match := _CLASS.match(each):
                klass, subclass, protocol = (int(part, 16) for part in match.groups())
                return InterfaceSeen(klass, subclass, protocol, name)
        return InterfaceSeen(0xFF if name == "MTP" else 0, 0, 0, name)

    def _first(self, id_: str, property_: str) -> str:
        return next(iter(self._manager.texts(id_, property_)), "")


def port_of(location: str) -> str:
    """A location path as a topology path: `PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(3)#USB(2)` is `5120-3.2`; "" for others.

    The controller's PCI address stands for the bus number, which Windows does not count.
    """
    controller = _CONTROLLER.search(location)
    steps = _STEP.findall(location)
    return f"{int(controller[1], 16) + int(controller[2])}-{'.'.join(steps)}" if controller and steps else ""
