"""What this person set for this window on this computer. Never anything about units, and never a secret.

Kept as `window.toml` beside the station's configuration; a file that cannot be read is put aside and the defaults are used.
"""

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Preferences:
    """`language` "" follows the system; `theme` is light, dark or "" for the system's; `slots` maps slots to shelf names."""

    language: str = ""
    theme: str = ""
    operator_mode: bool = False
    sound: bool = True
    countdown: bool = True
    operator: str = ""
    last_blueprint: str = ""
    last_slots: int = 8
    slots: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))

    def with_(self, **changes: Any) -> "Preferences":
        """These preferences with changes."""
        return dataclasses.replace(self, **changes)


def load(path: Path) -> Preferences:
    """The preferences kept in a file; defaults where there is none or it cannot be read (then it is renamed to *.bad)."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Preferences()
    except (ValueError, OSError):
        bad = path.with_suffix(".bad")
        if path.is_file() and os.access(path.parent, os.W_OK):
            path.replace(bad)
        return Preferences()


def parse(text: str) -> Preferences:
    """Preferences of a TOML text; names and types that are not known are left out. Raises ValueError for what is no TOML."""
    read = tomllib.loads(text)
    defaults = Preferences()
    known = {f.name: read[f.name] for f in dataclasses.fields(Preferences)
             if f.name != "slots" and f.name in read and type(read[f.name]) is type(getattr(defaults, f.name))}
    named = read.get("slots", {})
    slots = {int(k): v for k, v in named.items() if k.isdecimal() and isinstance(v, str)} if isinstance(named, dict) else {}
    return Preferences(**known, slots=MappingProxyType(slots))


def encode(preferences: Preferences) -> str:
    """The TOML text of preferences."""
    lines = [f"{f.name} = {_value(getattr(preferences, f.name))}"
             for f in dataclasses.fields(Preferences) if f.name != "slots"]
    lines += ["", "[slots]", *(f"{number} = {_value(name)}" for number, name in sorted(preferences.slots.items()))]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    plain = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in plain) + '"'


def save(preferences: Preferences, path: Path) -> None:
    """Write the file in one step, so that a crash leaves the old or the new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(encode(preferences), encoding="utf-8")
    part.replace(path)
