"""What the station asks before it offers paths, and what it makes of the answers. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from station.model.blueprint import Blueprint
from station.model.board import generation_of
from station.model.build import OsBuild
from station.model.errors import DataError
from station.model.facts import Facts
from station.model.path import IdentityKind, Path, Purpose
from station.model.words import N_, Generation
from station.paths.choosing import Situation
from station.paths.conditions import BUSINESS

PURPOSES: Mapping[Purpose, str] = MappingProxyType({
    Purpose.ENROL: N_("Bring it into management"),
    Purpose.PREPARE: N_("Prepare it: flash or license"),
    Purpose.RETURN: N_("Reset, return or unenrol it"),
})
IDENTITIES: Mapping[IdentityKind | None, str] = MappingProxyType({
    None: N_("Not decided"),
    IdentityKind.NONE: N_("Nobody in particular"),
    IdentityKind.SHARED: N_("A shared Entra account"),
    IdentityKind.ENTRA: N_("A work or school account"),
    IdentityKind.MSA: N_("A Microsoft account"),
    IdentityKind.LOCAL: N_("A local user"),
})
GENERATIONS: Mapping[Generation, str] = MappingProxyType({
    Generation.UNKNOWN: N_("Not known"),
    Generation.HOLOLENS_2: N_("HoloLens 2"),
    Generation.HOLOLENS_1: N_("HoloLens (1st gen)"),
})


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person has said so far; generation and build begin with what the unit told. `business`: whether its edition is for
    Business, where the unit told that."""

    purpose: Purpose = Purpose.ENROL
    identity: IdentityKind | None = None
    generation: Generation = Generation.UNKNOWN
    build: str = ""
    business: bool | None = None

    @classmethod
    def of_unit(cls, facts: Facts) -> "Answers":
        """The answers that the unit gives by itself."""
        edition = facts.text("unit.edition")
        return cls(generation=generation_of(facts.text("unit.model")), build=facts.text("unit.build"),
                   business=edition == BUSINESS if edition else None)

    @property
    def bad_build(self) -> bool:
        """Whether something is written as build that cannot be one."""
        return bool(self.build.strip()) and _build(self.build) is None

    def situation(self, met: Mapping[str, bool]) -> Situation:
        """All that is known, with what the tenant's readiness check found."""
        identity = self.identity if self.purpose is Purpose.ENROL else None
        return Situation(self.generation, _build(self.build), identity, self.purpose, met, self.business)


def blueprint_for(path: Path, blueprints: Mapping[str, Blueprint]) -> str:
    """The key of the first blueprint of a path, "" where nobody has prepared one."""
    return next((key for key, blueprint in blueprints.items() if blueprint.path == path.key), "")


def _build(text: str) -> OsBuild | None:
    try:
        return OsBuild.parse(text) if text.strip() else None
    except DataError:
        return None
