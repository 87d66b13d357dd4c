"""The configuration file as it may be written: pydantic at the edge, nothing else imports it.

What only another room knows (clouds, paths, USB ids) is asked there, so that a file is refused whole when it is read, not in part
when somebody needs the part.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from station.model.errors import ConfigurationError

_SAID = {"extra_forbidden": "there is no such entry", "missing": "is missing"}
"""What pydantic says in words of its own."""


def mistakes(error: ValidationError) -> str:
    """Every mistake with its place in the file, in one line."""
    return "; ".join(f"{'.'.join(str(p) for p in m['loc'])}: {_SAID.get(m['type'], m['msg'].removeprefix('Value error, '))}"
                     for m in error.errors())


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StationSection(_Section):
    """[station]"""

    name: str = ""
    data: Path | None = None
    journal: str = ""


class SlotsSection(_Section):
    """[slots]"""

    count: int = Field(default=8, ge=1, le=128)
    ports: dict[str, int] = Field(default_factory=dict)

    @field_validator("ports")
    @classmethod
    def _one_slot_a_port(cls, ports: dict[str, int]) -> dict[str, int]:
        wrong = sorted(number for number, uses in Counter(ports.values()).items() if uses > 1 or number < 1)
        if wrong:
            raise ValueError(f"slots are counted from 1, and each is one port: {', '.join(map(str, wrong))}")
        return ports


class UsbSection(_Section):
    """[usb]"""

    allow: list[str] = Field(default_factory=list)

    @field_validator("allow")
    @classmethod
    def _ids(cls, allow: list[str]) -> list[str]:
        wrong = [pair for pair in allow if not re.fullmatch(r"[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}", pair)]
        if wrong:
            raise ValueError(f"a USB id is such as 045e:0652, not {', '.join(wrong)}")
        return allow


class TenantSection(_Section):
    """[tenant]"""

    tenant: str = ""
    client: str = ""
    cloud: str = "global"
    authority: str = ""
    graph: str = ""
    ca_file: str | None = None
    broker: bool = False
    certificate: str | None = None
    certificate_secret: str = ""

    @model_validator(mode="after")
    def _known_cloud(self) -> Self:
        from station.links.graph.clouds import cloud

        try:
            cloud(self.cloud, self.authority, self.graph)
        except ConfigurationError as e:
            raise ValueError(f"cloud: {e.detail}") from e
        return self


class PortalSection(_Section):
    """[portal]: Device Portals of units in developer mode, by label serial; read only."""

    user: str = ""
    secret: str = ""
    addresses: dict[str, str] = Field(default_factory=dict)


class BlueprintSection(_Section):
    """[[blueprint]]"""

    key: str = Field(min_length=1, pattern=r"^[a-z0-9-]+$")
    title: str
    path: str
    group_tag: str = Field("", pattern=r'^[\x20-\x7e]*$')
    package: str = ""
    options: dict[str, str] = Field(default_factory=dict)

    @field_validator("path")
    @classmethod
    def _known_path(cls, path: str) -> str:
        from station.paths.registry import PATHS

        if path not in PATHS:
            raise ValueError(f"there is no path {path}; there are: {', '.join(PATHS)}")
        return path


class ConfigurationFile(_Section):
    """The whole file."""

    station: StationSection = StationSection()
    slots: SlotsSection = SlotsSection()
    usb: UsbSection = UsbSection()
    tenant: TenantSection = TenantSection()
    portal: PortalSection = PortalSection()
    blueprint: list[BlueprintSection] = Field(default_factory=list)

    @field_validator("blueprint")
    @classmethod
    def _each_key_once(cls, blueprints: list[BlueprintSection]) -> list[BlueprintSection]:
        twice = [key for key, uses in Counter(b.key for b in blueprints).items() if uses > 1]
        if twice:
            raise ValueError(f"each key stands for one blueprint: {', '.join(twice)}")
        return blueprints
