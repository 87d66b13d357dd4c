"""Which paths can work for a unit, why the others cannot, and what would make them possible. Pure.

A need of a path is a condition of the tenant or of the bench (`NEEDS`); what is not known never refuses a path, it is shown as a
doubt. Source: facts/enrolment §1.0, §1.1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from station.model.build import OsBuild
from station.model.path import IdentityKind, Path, Purpose
from station.model.words import N_, Generation, Who


@dataclass(frozen=True, slots=True)
class Need:
    """What a path wants of tenant or bench: what it is, and how and by whom it is brought about."""

    about: str
    remedy: str
    who: Who


NEEDS: Mapping[str, Need] = MappingProxyType({
    "autopilot-profile": Need(
        N_("A HoloLens deployment profile assigned to a device group"),
        N_("Create profile and group; the readiness check of the tenant offers to."), Who.TENANT_ADMIN),
    "auto-enrolment": Need(
        N_("Automatic MDM enrolment switched on"),
        N_("In Entra › Mobility › Microsoft Intune set the MDM user scope to All or to a group."), Who.TENANT_ADMIN),
    "entra-p1": Need(
        N_("Entra ID P1"), N_("Buy or assign Entra ID P1; without it enrol by hand in Settings."), Who.TENANT_ADMIN),
    "windows-allowed": Need(
        N_("Windows allowed by the default platform restriction"),
        N_("In Intune › Enrolment › Device platform restriction allow Windows (MDM)."), Who.TENANT_ADMIN),
    "join-rights": Need(
        N_("Users allowed to join devices"),
        N_("In Entra › Devices › Device settings allow joining for these users and raise their device limit."), Who.TENANT_ADMIN),
    "dem-account": Need(
        N_("An account that is Device Enrollment Manager"),
        N_("Add one in Intune › Device enrollment managers and license it."), Who.TENANT_ADMIN),
    "bulk-token": Need(
        N_("A package with a bulk token that is still good"),
        N_("Make a token in Windows Configuration Designer and import it into the package."), Who.LEAD),
    "local-user-package": Need(
        N_("A package that makes a local user"), N_("Build one in the package editor."), Who.LEAD),
    "mdm-server": Need(
        N_("A service account of an MDM other than Intune"),
        N_("Put its user name, address and secret into the package."), Who.LEAD),
    "device-certificate-profile": Need(
        N_("A certificate profile and the policy ConfigureSharedAccount"),
        N_("Set up the SCEP device certificate and the policy as the shared account guide says."), Who.TENANT_ADMIN),
    "business-licence": Need(
        N_("The licence file of the Commercial Suite in a package"), N_("Add the licence file to the package."), Who.LEAD),
    "return-rights": Need(
        N_("The right to delete records in Intune and Autopilot"),
        N_("Assign the role of the tenant guide to the person who signs in."), Who.TENANT_ADMIN),
})


class Ground(StrEnum):
    """Why a path is refused or doubtful."""

    GENERATION = "generation"
    BUILD = "build"
    IDENTITY = "identity"
    PURPOSE = "purpose"
    NEED = "need"


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground with what would make the path possible; `need` names the need where the ground is one."""

    ground: Ground
    about: str
    remedy: str
    who: Who
    need: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known: unit, identity and purpose wanted (None: any), and by need whether it is there (absent: not known)."""

    generation: Generation = Generation.UNKNOWN
    build: OsBuild | None = None
    identity: IdentityKind | None = None
    purpose: Purpose | None = None
    met: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Offer:
    """A path with what speaks against it (`refusals`) and what is only not known (`doubts`)."""

    path: Path
    refusals: tuple[Reason, ...] = ()
    doubts: tuple[Reason, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether the path can work as far as is known."""
        return not self.refusals


def offers(paths: Iterable[Path], situation: Situation) -> tuple[Offer, ...]:
    """Every path with its reasons; possible ones first, each group in the order given."""
    judged = [_judge(path, situation) for path in paths]
    return tuple(sorted(judged, key=lambda o: not o.possible))


def _judge(path: Path, situation: Situation) -> Offer:
    refusals: list[Reason] = []
    doubts: list[Reason] = []
    for verdict, reason in (_generation(path, situation), _build(path, situation), _identity(path, situation),
                            _purpose(path, situation), *(_need(name, situation) for name in sorted(path.needs))):
        if verdict is False:
            refusals.append(reason)
        elif verdict is None:
            doubts.append(reason)
    return Offer(path, tuple(refusals), tuple(doubts))


def _generation(path: Path, situation: Situation) -> tuple[bool | None, Reason]:
    reason = Reason(Ground.GENERATION, N_("This path is not for this generation"),
                    N_("Choose a path that names this generation."), Who.TECHNICIAN)
    known = situation.generation is not Generation.UNKNOWN
    return (situation.generation in path.generations if known else None), reason


def _build(path: Path, situation: Situation) -> tuple[bool | None, Reason]:
    reason = Reason(Ground.BUILD, N_("The build is too old for this path"),
                    N_("Flash the unit with the latest image first."), Who.TECHNICIAN)
    if path.minimum is None:
        return True, reason
    return (situation.build.at_least(path.minimum) if situation.build else None), reason


def _identity(path: Path, situation: Situation) -> tuple[bool | None, Reason]:
    reason = Reason(Ground.IDENTITY, N_("This path is for another kind of account"),
                    N_("Choose the account kind that this path uses."), Who.LEAD)
    enrols = path.purpose is Purpose.ENROL
    return (situation.identity is None or not enrols or path.identity is situation.identity), reason


def _purpose(path: Path, situation: Situation) -> tuple[bool | None, Reason]:
    reason = Reason(Ground.PURPOSE, N_("This path serves another purpose"), N_("Choose that purpose."), Who.LEAD)
    return (situation.purpose is None or path.purpose is situation.purpose), reason


def _need(name: str, situation: Situation) -> tuple[bool | None, Reason]:
    need = NEEDS[name]
    return situation.met.get(name), Reason(Ground.NEED, need.about, need.remedy, need.who, name)
