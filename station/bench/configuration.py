"""The configuration: one TOML file, read once at start, checked as a whole, and turned into frozen values.

The file is `HOLOBENCH_CONFIG` if set, else `holobench.toml` in the platform's configuration folder; a station without a file runs
with the defaults below. Secrets are named in it, never held. Every mistake of a file is reported at once.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from station.model.blueprint import Blueprint
from station.model.errors import ConfigurationError

if TYPE_CHECKING:
    from station.bench.portals import PortalSettings
    from station.links.graph.settings import TenantSettings
    from station.links.usb.allow_list import AllowList

VARIABLE = "HOLOBENCH_CONFIG"
APP = "holobench"
JOURNAL_FILE = "journal.sqlite"

AUTOPILOT_BLUEPRINT = Blueprint("autopilot", "Autopilot over Wi-Fi", "autopilot", group_tag="HoloLens")


def plain_blueprints() -> Mapping[str, Blueprint]:
    """One for every path that needs nothing prepared: what a technician may choose where no lead has written a blueprint."""
    from station.paths.registry import PATHS

    return MappingProxyType({key: plain_blueprint(key) for key, path in PATHS.items() if not path.pushes_package})


@dataclass(frozen=True, slots=True)
class Config:
    """The station's settings. `journal` is a database URL or a file path; `ports` maps port paths to slot numbers;
    `allow` holds extra `vid:pid` pairs that this bench treats as HoloLens units; `own_blueprints` tells that the blueprints stand
    in the file and are not the plain ones."""

    station: str
    data: Path
    journal: str
    slots: int = 8
    ports: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    allow: tuple[str, ...] = ()
    tenant: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    blueprints: Mapping[str, Blueprint] = field(default_factory=plain_blueprints)
    file: Path | None = None
    portal: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    own_blueprints: bool = False

    def portal_settings(self) -> "PortalSettings | None":
        """The portal section; None where it names no unit. Raises ConfigurationError `configuration.invalid`."""
        from station.bench.portals import PortalSettings

        section = self.portal
        if not section.get("addresses"):
            return None
        if not section.get("user") or not section.get("secret"):
            raise ConfigurationError("configuration.invalid", f"{self.file}: portal: user and secret are missing")
        return PortalSettings(MappingProxyType(dict(section["addresses"])), section["user"], section["secret"])

    def allow_list(self) -> "AllowList":
        """The USB ids that count as headsets here beside the shipped ones. Raises ConfigurationError `usb.bad-list`."""
        from station.links.usb.allow_list import AllowList

        rows = "".join(f'[[device]]\nid = "{ids}"\nkind = "hololens"\n' for ids in self.allow)
        return AllowList.parse(rows)

    def tenant_settings(self) -> "TenantSettings":
        """The tenant section as the Graph link takes it. Raises ConfigurationError `configuration.no-tenant`."""
        from station.links.graph.clouds import cloud
        from station.links.graph.settings import TenantSettings

        section = self.tenant
        if not section.get("tenant") or not section.get("client"):
            raise ConfigurationError("configuration.no-tenant", str(self.file or config_file()))
        path = {k: Path(section[k]).expanduser() for k in ("ca_file", "certificate") if section.get(k)}
        return TenantSettings(
            section["tenant"], section["client"],
            cloud(section.get("cloud", "global"), section.get("authority", ""), section.get("graph", "")),
            path.get("ca_file"), bool(section.get("broker", False)), path.get("certificate"),
            section.get("certificate_secret", ""))


def config_file() -> Path:
    """Where the configuration is looked for."""
    from platformdirs import user_config_path

    named = os.environ.get(VARIABLE)
    return Path(named) if named else user_config_path(APP, appauthor=False) / "holobench.toml"


def defaults() -> Config:
    """The settings of a station without a file."""
    import socket

    from platformdirs import user_data_path

    data = user_data_path(APP, appauthor=False)
    return Config(station=socket.gethostname() or "bench", data=data, journal=str(data / JOURNAL_FILE))


def load(file: Path | None = None) -> Config:
    """Read the configuration. Raises ConfigurationError `configuration.unreadable` or `configuration.invalid`."""
    chosen = file or config_file()
    if not chosen.exists():
        if file is not None or os.environ.get(VARIABLE):
            raise ConfigurationError("configuration.unreadable", f"{chosen}: there is no such file")
        return defaults()
    try:
        table = tomllib.loads(chosen.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise ConfigurationError("configuration.unreadable", f"{chosen}: {e}") from e
    return checked(table, chosen)


def checked(table: dict[str, Any], file: Path) -> Config:
    """What a file's table says. Raises ConfigurationError `configuration.invalid` naming every mistake."""
    from pydantic import ValidationError

    from station.bench.configuration_file import ConfigurationFile, mistakes

    try:
        read = ConfigurationFile.model_validate(table)
    except ValidationError as e:
        raise ConfigurationError("configuration.invalid", f"{file}: {mistakes(e)}") from e
    base = defaults()
    data = read.station.data.expanduser() if read.station.data else base.data
    return Config(
        station=read.station.name or base.station, data=data,
        journal=read.station.journal or str(data / JOURNAL_FILE), slots=read.slots.count,
        ports=MappingProxyType(dict(read.slots.ports)), allow=tuple(read.usb.allow),
        tenant=MappingProxyType(read.tenant.model_dump(exclude_none=True)),
        blueprints=MappingProxyType({b.key: Blueprint(**b.model_dump()) for b in read.blueprint} or dict(base.blueprints)),
        file=file, portal=MappingProxyType(read.portal.model_dump()), own_blueprints=bool(read.blueprint))


def plain_blueprint(path: str) -> Blueprint:
    """A plain blueprint of a path. Raises NotFound `paths.unknown`."""
    from station.paths.registry import path as known

    found = known(path)
    return AUTOPILOT_BLUEPRINT if path == AUTOPILOT_BLUEPRINT.path else Blueprint(path, found.title, path)
