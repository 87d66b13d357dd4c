"""All paths by key, in the order in which a lead is offered them. A new path is one module beside this one and one line here."""

from collections.abc import Mapping
from types import MappingProxyType

from station.model.errors import NotFound
from station.model.path import Path
from station.paths import (
    autopilot_ethernet,
    autopilot_wifi,
    entra_oobe,
    first_generation,
    flashing,
    local_mdm,
    msa_work_account,
    package_paths,
    resetting,
    returns,
    settings_connect,
    shared_entra,
    unenrolling,
)

PATHS: Mapping[str, Path] = MappingProxyType({p.key: p for p in (
    autopilot_wifi.PATH,
    autopilot_ethernet.PATH,
    shared_entra.PATH,
    entra_oobe.PATH,
    entra_oobe.DEM_PATH,
    settings_connect.PATH,
    msa_work_account.PATH,
    local_mdm.PATH,
    package_paths.BULK_CABLE,
    package_paths.BULK_STICK,
    package_paths.BULK_LATER,
    package_paths.MDM,
    first_generation.PATH,
    flashing.PATH,
    flashing.FIRST_GENERATION,
    resetting.PATH,
    returns.LEAVE,
    returns.REUSE,
    unenrolling.PATH,
)})


def path(key: str) -> Path:
    """The path of a key. Raises NotFound `paths.unknown` naming the keys there are."""
    if key not in PATHS:
        raise NotFound("paths.unknown", f"{key}; there are: {', '.join(PATHS)}")
    return PATHS[key]
