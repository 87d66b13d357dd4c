"""What the Device Portal answers, as values. Pure and lenient: a field that is missing or of another type is simply not known.

Source: facts/device-io §1.5, §1.6 (recorded from a first generation; shapes of HoloLens 2).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from station.model.build import OsBuild
from station.model.errors import DataError, HoloBenchError

EDITIONS: Mapping[int, str] = MappingProxyType({135: "Windows Holographic", 136: "Windows Holographic for Business"})
"""By OsEditionId. 135 is recorded from a first generation without licence, 136 from a HoloLens 2, which always is for Business;
that 136 means Business on a first generation is not documented (facts/enrolment §4.3: general knowledge)."""
UNKNOWN_TIME = 4_294_967_295
NO_ADDRESSES = frozenset({"", "0.0.0.0"})  # noqa: S104 - what an adapter without address tells
_GUID = re.compile(r"^[0-9A-Fa-f-]{36}$")
_VERSION = re.compile(r"^(?:10\.0\.)?(\d{5})\.(\d+)(?:\.|$)")


@dataclass(frozen=True, slots=True)
class OsInfo:
    """`build` is None where the version text has another form; `edition` is empty where its id is not known."""

    computer_name: str
    platform: str
    version: str
    build: OsBuild | None
    edition: str


@dataclass(frozen=True, slots=True)
class Battery:
    """`percent` is None without battery; `seconds_left` None where the unit does not know."""

    percent: int | None
    on_mains: bool
    charging: bool
    seconds_left: int | None


@dataclass(frozen=True, slots=True)
class Adapter:
    """One network adapter: `mac` as the unit writes it (4c-0b-…), only addresses that are in use."""

    description: str
    kind: str
    mac: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """The Wi-Fi network that a unit is on: name and signal in percent."""

    name: str
    signal: int


@dataclass(frozen=True, slots=True)
class InstalledPackage:
    """One installed app; `version` as four numbers with dots."""

    name: str
    full_name: str
    family: str
    version: str


def payload(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer. Some answers come as escaped JSON inside `Reason` (recorded, facts/device-io §1.5).

    Raises DataError `portal.not-understood`.
    """
    try:
        told = json.loads(body)
        if isinstance(told, dict) and set(told) == {"Reason"} and str(told["Reason"]).lstrip().startswith("{"):
            told = json.loads(told["Reason"])
    except ValueError as e:
        raise DataError("portal.not-understood", "no JSON") from e
    if not isinstance(told, dict):
        raise DataError("portal.not-understood", f"{type(told).__name__} instead of an object")
    return told


def reason(body: bytes) -> str:
    """What a failed answer says, in whichever of the known forms; empty where it says nothing."""
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    text = next((str(told[k]) for k in ("ErrorMessage", "Reason", "CodeText") if told.get(k)), "")
    code = next((told[k] for k in ("ErrorCode", "Code") if isinstance(told.get(k), int) and told[k]), None)
    return " ".join(filter(None, (text, f"(0x{code & 0xFFFFFFFF:08X})" if code is not None else "")))[:200]


def os_info(told: Mapping[str, Any]) -> OsInfo:
    """GET /api/os/info."""
    version = _text(told, "OsVersion")
    edition = told.get("OsEditionId")
    return OsInfo(_text(told, "ComputerName"), _text(told, "Platform"), version, _build(version),
                  EDITIONS.get(edition, "") if isinstance(edition, int) else "")


def _build(version: str) -> OsBuild | None:
    found = _VERSION.match(version)
    try:
        return OsBuild.parse(f"{found[1]}.{found[2]}") if found else None
    except HoloBenchError:
        return None


def battery(told: Mapping[str, Any]) -> Battery:
    """GET /api/power/battery; the percentage is what remains of the maximum."""
    whole, left = _number(told, "MaximumCapacity"), _number(told, "RemainingCapacity")
    present = bool(told.get("BatteryPresent", 1)) and whole > 0
    seconds = _number(told, "EstimatedTime")
    return Battery(min(100, round(100 * left / whole)) if present else None, bool(told.get("AcOnline")),
                   bool(told.get("Charging")), seconds if 0 < seconds < UNKNOWN_TIME else None)


def adapters(told: Mapping[str, Any]) -> tuple[Adapter, ...]:
    """GET /api/networking/ipconfig."""
    return tuple(
        Adapter(_text(one, "Description"), _text(one, "Type"), _text(one, "HardwareAddress"),
                tuple(a for a in (_text(ip, "IpAddress") for ip in _objects(one, "IpAddresses")) if a not in NO_ADDRESSES))
        for one in _objects(told, "Adapters"))


def interfaces(told: Mapping[str, Any]) -> tuple[str, ...]:
    """GET /api/wifi/interfaces: the ids of the Wi-Fi adapters, without braces, as the other questions want them."""
    ids = (_text(one, "GUID").strip("{}") for one in _objects(told, "Interfaces"))
    return tuple(id_ for id_ in ids if _GUID.match(id_))


def network(told: Mapping[str, Any]) -> Network | None:
    """GET /api/wifi/networks: the one that the unit is connected to; None where it is on none."""
    for one in _objects(told, "AvailableNetworks"):
        if one.get("AlreadyConnected") and _text(one, "SSID"):
            return Network(_text(one, "SSID"), max(0, min(100, _number(one, "SignalQuality"))))
    return None


def packages(told: Mapping[str, Any]) -> tuple[InstalledPackage, ...]:
    """GET /api/app/packagemanager/packages."""
    found = []
    for one in _objects(told, "InstalledPackages"):
        version = one.get("Version")
        numbers = [_number(version, k) for k in ("Major", "Minor", "Build", "Revision")] if isinstance(version, dict) else []
        found.append(InstalledPackage(_text(one, "Name"), _text(one, "PackageFullName"), _text(one, "PackageFamilyName"),
                                      ".".join(map(str, numbers))))
    return tuple(found)


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    return value if isinstance(value, str) else ""


def _number(told: Mapping[str, Any], key: str) -> int:
    value = told.get(key)
    return value if isinstance(value, int) else 0


def _objects(told: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
    value = told.get(key)
    yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()
