"""All paths by key. A new path is one module beside this one and one line here."""

from collections.abc import Mapping
from types import MappingProxyType

from station.model.errors import NotFound
from station.model.path import Path
from station.paths import autopilot_wifi

PATHS: Mapping[str, Path] = MappingProxyType({p.key: p for p in (
    autopilot_wifi.PATH,
)})


def path(key: str) -> Path:
    """The path of a key. Raises NotFound `paths.unknown` naming the keys there are."""
    if key not in PATHS:
        raise NotFound("paths.unknown", f"{key}; there are: {', '.join(sorted(PATHS))}")
    return PATHS[key]
