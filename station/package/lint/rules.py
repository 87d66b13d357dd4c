"""Rules as data, the subject they judge, and what they find."""

import datetime
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Protocol

import resources
from station.model.build import OsBuild
from station.model.errors import DataError
from station.package.contents import PackageContents
from station.package.schema import Schema, shipped
from station.package.settings import Headset, PackageSettings


class Severity(StrEnum):
    """ERROR: it will fail or lock something. WARNING: it may not do what is meant. NOTE: good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue. Texts are English msgids; `source` names document and section."""

    id: str
    severity: Severity
    title: str
    why: str
    fix: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken, and where: a field of the settings, a path, a file. Never a secret."""

    rule: str
    where: str = ""
    detail: str = ""

    @property
    def severity(self) -> Severity:
        return rules()[self.rule].severity


@dataclass(frozen=True, slots=True)
class KnownPackage:
    """Another package: one that was made earlier, or one that lies on the unit or the stick. `id` is "" where only a name
    is known.
    """

    name: str
    id: str = ""
    version: str = ""


class Files(Protocol):
    """The files that settings name: a folder, or the inside of a package."""

    def exists(self, path: str) -> bool:
        """Whether the file is there."""

    def read(self, path: str) -> bytes | None:
        """A small file (certificate, XML), else None."""

    def architecture(self, path: str) -> str:
        """ProcessorArchitecture of an app package, lower case; "" where it cannot be told."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged, and everything the judgement needs: nothing is looked up from inside a check.

    `secret` gives the value of a named secret, or None where there is none; no `secret`, no judgement of values. No
    `files`, no
    judgement of files. `build` and `generation` are the unit's, where one is plugged, else the settings'
    target counts. `present` are packages already on the unit or stick, `earlier` ones of the same maker.
    """

    settings: PackageSettings
    today: datetime.date
    secret: Callable[[str], str | None] | None = field(default=None, repr=False)
    files: "Files | None" = field(default=None, repr=False)
    schema: Schema = field(default_factory=shipped, repr=False)
    contents: PackageContents | None = None
    left_out: tuple[str, ...] = ()
    present: tuple[KnownPackage, ...] = ()
    earlier: tuple[KnownPackage, ...] = ()
    generation: Headset | None = None
    build: str = ""

    @property
    def headset(self) -> Headset | None:
        return self.generation or self.settings.target.generation

    @property
    def os_build(self) -> OsBuild | None:
        """The build to judge by; None where none is told or it is no build."""
        text = self.build or self.settings.target.build
        try:
            return OsBuild.parse(text) if text else None
        except DataError:
            return None

    def policy(self, area: str, name: str) -> int | str | None:
        """The value of a policy in the settings."""
        return next((p.value for p in self.settings.policy if (p.area, p.name) == (area, name)), None)

    def read(self, path: str) -> bytes | None:
        """A small file of the settings; None where it is not there, too large, or files are not judged."""
        return self.files.read(path) if self.files and path else None

    @property
    def has_network(self) -> bool:
        return bool(self.settings.wifi or self.settings.wifi_profile)


Check = Callable[[Subject], Iterator[Finding]]


@cache
def rules() -> Mapping[str, Rule]:
    """The catalogue by id."""
    tables = tomllib.loads(resources.text("schemas/package-lint.toml"))["rule"]
    return {t["id"]: Rule(t["id"], Severity(t["severity"]), t["title"], t["why"], t["fix"], t["source"]) for t in tables}
