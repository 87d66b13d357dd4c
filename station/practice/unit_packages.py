"""Packages on the practice bench: what a virtual headset makes of one, and the ones that the practised paths push."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from station.model.errors import HoloBenchError
from station.package.build import build
from station.package.importer import import_settings
from station.package.settings import Edition, Enrolment, EntraJoin, Identity, LocalUser, PackageSettings, WifiNetwork
from station.practice.units.packages import PackageContent

WIFI = "Bench"
LICENCE_FILE = "practice-licence.xml"
_SECRETS: Mapping[str, str] = MappingProxyType({
    "practice/wifi": "practice-only-key", "practice/token": "practice-bulk-token", "practice/local": "Practice-0nly!",
    "practice/mdm": "practice-only-secret"})
_NETWORK = (WifiNetwork(WIFI, key="practice/wifi"),)
_JOIN = PackageSettings(Identity("Practice bulk join"), wifi=_NETWORK, entra_join=EntraJoin("practice/token"))

SETTINGS: Mapping[str, PackageSettings] = MappingProxyType({
    "package-bulk-cable": _JOIN,
    "package-bulk-stick": _JOIN,
    "package-bulk-later": _JOIN,
    "package-mdm": PackageSettings(Identity("Practice MDM enrolment"), wifi=_NETWORK, enrolment=(
        Enrolment("enrol@practice.example", "practice/mdm", discovery_url="https://mdm.practice.example/discovery"),)),
    "local-mdm": PackageSettings(Identity("Practice local user"), wifi=_NETWORK, user=(LocalUser("bench", "practice/local"),)),
    "first-generation-business": PackageSettings(Identity("Practice licence"), edition=Edition(LICENCE_FILE)),
})
"""The package of each path that pushes one, by path key. Its secrets are made up and open nothing."""


def practice_package(path: str, folder: Path) -> Path | None:
    """Build the package that a path pushes; None for paths that push none."""
    settings = SETTINGS.get(path)
    if settings is None:
        return None
    (folder / LICENCE_FILE).write_text("<License>practice</License>", encoding="utf-8")
    target = folder / f"{path}.ppkg"
    build(settings, target, secret=_SECRETS.__getitem__, folder=folder)
    return target


def read_as_headset(data: bytes) -> PackageContent:
    """What the headset takes from a package; one that cannot be read fails to apply (facts/enrolment §2.1, §2.3)."""
    with tempfile.TemporaryDirectory(prefix="holobench-practice-") as scratch:
        file = Path(scratch) / "found.ppkg"
        file.write_bytes(data)
        try:
            settings = import_settings(file, keep=lambda name, value: name, folder=Path(scratch) / "files").settings
        except HoloBenchError as e:
            return PackageContent(error=f"the package cannot be read ({e.code})")
    return PackageContent(
        wifi=settings.wifi[0].ssid if settings.wifi else "", local_user=settings.user[0].name if settings.user else "",
        bulk_token=settings.entra_join is not None, mdm_enrolment=bool(settings.enrolment))
