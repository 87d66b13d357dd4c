"""The configuration file as it may be written: pydantic at the edge, nothing else imports it."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


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


class UsbSection(_Section):
    """[usb]"""

    allow: list[str] = Field(default_factory=list)


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


class ConfigurationFile(_Section):
    """The whole file."""

    station: StationSection = StationSection()
    slots: SlotsSection = SlotsSection()
    usb: UsbSection = UsbSection()
    tenant: TenantSection = TenantSection()
    portal: PortalSection = PortalSection()
    blueprint: list[BlueprintSection] = Field(default_factory=list)
