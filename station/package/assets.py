"""Carried files inside the compiled settings: their announcement to the device, and their names where settings point at them.

Source: facts/packages §1.5: a provxml `Provisioning/Assets/{package id}/<instance>` announces each file. How HostedInstall
points at an
app file was seen in no real package, so app settings are experimental.
"""

from dataclasses import replace

from station.package.compiler import Compiled, ProvFile, asset_marker
from station.package.layout import Asset
from station.package.provxml import Characteristic, Parm, settings_group

_APP_FILE = "UniversalAppInstall/UserContextApp/Application/ApplicationFile"


def with_assets(compiled: Compiled, assets: list[Asset], package_id: str) -> Compiled:
    """The same settings with every marker replaced and the announcing files in front of the user's settings."""
    if not assets:
        return compiled
    names = {asset_marker(a.file.path): a.key for a in assets}
    device = [f for f in compiled.files if f.context != "User_RunTime"]
    user = [f for f in compiled.files if f.context == "User_RunTime"]
    announced = [_announcement(instance, [a for a in assets if a.file.instance == instance], package_id, number)
                 for number, instance in enumerate(dict.fromkeys(a.file.instance for a in assets))]
    files = [replace(f, parms=tuple(replace(p, value=_named(p.value, names)) for p in f.parms))
             for f in (*device, *announced, *user)]
    return Compiled(tuple(replace(f, name=f"{n}__{f.name.split('__', 1)[1]}") for n, f in enumerate(files)), compiled.carried)


def _announcement(instance: str, assets: list[Asset], package_id: str, number: int) -> ProvFile:
    steps = instance.strip("/").split("/")
    path = tuple(Characteristic(s) for s in ("Provisioning", "Assets", f"{{{package_id}}}", *steps))
    parms = tuple(Parm(path, a.key, a.file.name) for a in assets)
    return ProvFile("RunTime", f"0__{'_'.join(steps)}", settings_group(_APP_FILE, number), parms)


def _named(value: str, names: dict[str, str]) -> str:
    for marker, name in names.items():
        value = value.replace(marker, name.replace("&", "&amp;").replace('"', "&quot;"))
    return value
