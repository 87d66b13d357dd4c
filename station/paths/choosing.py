"""Which paths can work for a unit, why the others cannot, and what would make them possible. Pure.

A need of a path is a condition of the tenant or of the bench (`NEEDS`); what is not known never refuses a path, it is shown as a
doubt. Source: facts/enrolment §1.0, §1.1.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from station.model.build import OsBuild, Series
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
        N_("Add one in Intune › Device enrollment managers, license it, and raise its limit of devices in Entra."),
        Who.TENANT_ADMIN),
    "bulk-token": Need(
        N_("A package with a bulk token that is still good"),
        N_("Make a token in Windows Configuration Designer on Windows 10 (there “No, sign in to this app only”) and import it "
           "into the package."), Who.LEAD),
    "local-user-package": Need(
        N_("A package that makes a local user"),
        N_("Build one in the package editor. It is applied in setup; a unit that is set up must be reset first."), Who.LEAD),
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


EVERY_GENERATION = frozenset(Generation) - {Generation.UNKNOWN}


class Ground(StrEnum):
    """Why a path is refused or doubtful."""

    GENERATION = "generation"
    BUILD = "build"
    EDITION = "edition"
    IDENTITY = "identity"
    PURPOSE = "purpose"
    NEED = "need"


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground with what would make the path possible; `need` names the need where the ground is one. `about` has a place for
    `names`, which are texts of the house themselves."""

    ground: Ground
    about: str
    remedy: str
    who: Who
    need: str = ""
    names: tuple[str, ...] = ()

    def said(self, translate: Callable[[str], str]) -> str:
        """`about` as it is read."""
        return translate(self.about).format(names=", ".join(translate(name) for name in self.names))


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known: unit, identity and purpose wanted (None: any), and by need whether it is there (absent: not known).
    `business`: whether a first generation has Windows Holographic for Business; a HoloLens 2 always has."""

    generation: Generation = Generation.UNKNOWN
    build: OsBuild | None = None
    identity: IdentityKind | None = None
    purpose: Purpose | None = None
    met: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    business: bool | None = None


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
    for verdict, reason in (_generation(path, situation), _build(path, situation), _edition(path, situation),
                            _identity(path, situation), _purpose(path, situation),
                            *(_need(name, situation) for name in sorted(path.needs))):
        if verdict is False:
            refusals.append(reason)
        elif verdict is None:
            doubts.append(reason)
    return Offer(path, tuple(refusals), tuple(doubts))


def _generation(path: Path, situation: Situation) -> tuple[bool | None, Reason]:
    """A path for every generation does not ask which one it is."""
    reason = Reason(Ground.GENERATION, N_("This path is for {names} only"), N_("Choose a path for this generation."),
                    Who.TECHNICIAN, names=tuple(g.value for g in path.generations))
    if set(path.generations) >= EVERY_GENERATION:
        return True, reason
    known = situation.generation is not Generation.UNKNOWN
    return (situation.generation in path.generations if known else None), reason


def _build(path: Path, situation: Situation) -> tuple[bool | None, Reason]:
    """Builds of a generation that the path is not for say nothing: no image makes a HoloLens 2 of a first generation."""
    insider = path.minimum is not None and path.minimum.series is Series.INSIDER
    remedy = (N_("Bring the unit to an Insider build of that number.") if insider
              else N_("Flash the unit with the latest image first."))
    reason = Reason(Ground.BUILD, N_("This path needs build {names} or newer"), remedy, Who.TECHNICIAN,
                    names=(str(path.minimum or ""),))
    if path.minimum is None or situation.generation not in (*path.generations, Generation.UNKNOWN):
        return True, reason
    return (situation.build.at_least(path.minimum) if situation.build else None), reason


def _edition(path: Path, situation: Situation) -> tuple[bool | None, Reason]:
    """Only a first generation may lack the edition that can be managed (facts/enrolment §1.1)."""
    reason = Reason(Ground.EDITION, N_("A first generation must be Windows Holographic for Business for this"),
                    N_("Upgrade it first by the path “First generation: upgrade to for Business”."), Who.LEAD)
    first = situation.generation is Generation.HOLOLENS_1 and Generation.HOLOLENS_1 in path.generations
    return (situation.business if first and path.purpose is Purpose.ENROL else True), reason


def _identity(path: Path, situation: Situation) -> tuple[bool | None, Reason]:
    reason = Reason(Ground.IDENTITY, N_("A unit of this path is used with: {names}"), N_("Choose another kind of account."),
                    Who.LEAD, names=tuple(kind.value for kind in path.identities))
    enrols = path.purpose is Purpose.ENROL
    return (situation.identity is None or not enrols or situation.identity in path.identities), reason


def _purpose(path: Path, situation: Situation) -> tuple[bool | None, Reason]:
    reason = Reason(Ground.PURPOSE, N_("This path serves another purpose: {names}"), N_("Choose that purpose."), Who.LEAD,
                    names=(path.purpose.value,))
    return (situation.purpose is None or path.purpose is situation.purpose), reason


def _need(name: str, situation: Situation) -> tuple[bool | None, Reason]:
    need = NEEDS[name]
    return situation.met.get(name), Reason(Ground.NEED, need.about, need.remedy, need.who, name)
