"""Carried files inside the compiled settings: their names where settings announce them and point at them.

Source: facts/packages §1.5: `<k>_<digest>\\<name>`, announced under the package's id. How HostedInstall points at an app
file was seen
in no real package, so app settings are experimental.
"""

from collections.abc import Callable
from dataclasses import replace

from station.package.compiler import PACKAGE_MARKER, Compiled
from station.package.layout import Asset
from station.package.provxml import Parm


def with_assets(compiled: Compiled, assets: list[Asset], package_id: str) -> Compiled:
    """The same settings with every marker replaced by what it stands for."""
    if not assets:
        return compiled
    names = {a.file.marker: a.key for a in assets}

    def named(parm: Parm) -> Parm:
        path = tuple(replace(s, type=f"{{{package_id}}}") if s.type == PACKAGE_MARKER else s for s in parm.path)
        return replace(parm, path=path, name=names.get(parm.name, parm.name), value=_replaced(parm.value, names, _in_attribute))
    return replace(compiled, files=tuple(replace(f, parms=tuple(named(p) for p in f.parms)) for f in compiled.files))


def _in_attribute(name: str) -> str:
    return name.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _replaced(value: str, names: dict[str, str], form: Callable[[str], str]) -> str:
    for marker, name in names.items():
        value = value.replace(marker, form(name))
    return value
