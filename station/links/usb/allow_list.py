"""The editable list of USB ids that count as headsets: shipped defaults, then the bench's own file. Parsing is pure.

    [[device]]
    id = "045e:0652"
    kind = "hololens-1"       # hololens-1, hololens-2, hololens, flash
    note = "free text"
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import resources
from station.model.errors import ConfigurationError

_ID = re.compile(r"^(?P<vendor>[0-9a-fA-F]{4}):(?P<product>[0-9a-fA-F]{4})$")


class DeviceKind(StrEnum):
    """What a device on the bus is, as far as it can be told without opening it."""

    HOLOLENS_1 = "hololens-1"
    HOLOLENS_2 = "hololens-2"
    HOLOLENS = "hololens"          # a headset; which generation its MTP model will tell
    FLASH = "flash"
    MAYBE_FLASH = "maybe-flash"
    EMERGENCY = "edl"
    MAYBE = "maybe"                # a Microsoft MTP device without a telling name
    OTHER = "other"


LISTABLE = frozenset({DeviceKind.HOLOLENS_1, DeviceKind.HOLOLENS_2, DeviceKind.HOLOLENS, DeviceKind.FLASH})


@dataclass(frozen=True, slots=True)
class AllowList:
    """Kinds by (vendor id, product id)."""

    kinds: Mapping[tuple[int, int], DeviceKind] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def parse(cls, text: str) -> "AllowList":
        """Read the TOML form. Raises ConfigurationError `usb.bad-list`."""
        try:
            rows = tomllib.loads(text).get("device", [])
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError("usb.bad-list", str(error)) from error
        if not isinstance(rows, list):
            raise ConfigurationError("usb.bad-list", "device is not a list of tables")
        return cls(MappingProxyType(dict(map(_entry, rows))))

    def kind(self, vendor_id: int, product_id: int) -> DeviceKind | None:
        """The kind that is listed for an id."""
        return self.kinds.get((vendor_id, product_id))

    def joined(self, others: Iterable["AllowList"]) -> "AllowList":
        """This list with others laid over it."""
        kinds = dict(self.kinds)
        for other in others:
            kinds.update(other.kinds)
        return AllowList(MappingProxyType(kinds))


def shipped() -> AllowList:
    """The list that ships with the program."""
    return AllowList.parse(resources.text("usb/allowed-devices.toml"))


def _entry(row: object) -> tuple[tuple[int, int], DeviceKind]:
    if not isinstance(row, dict):
        raise ConfigurationError("usb.bad-list", repr(row)[:40])
    match = _ID.match(str(row.get("id", "")))
    kind = str(row.get("kind", DeviceKind.HOLOLENS))
    if not match or kind not in LISTABLE:
        raise ConfigurationError("usb.bad-list", f"{row.get('id')}: {kind}"[:60])
    return (int(match["vendor"], 16), int(match["product"], 16)), DeviceKind(kind)
