"""HoloLens (1st gen): upgrade to Windows Holographic for Business by a package with the licence (facts/enrolment §1.1, §2.4)."""

from station.model.path import Attestation, IdentityKind, Path, Purpose, Step
from station.model.proofs import Attested, Either, Is
from station.model.words import N_, Actor, Generation
from station.paths import conditions, packages

EDITION = Step(
    key="edition",
    verb=N_("Look for “for Business”"),
    instruction=N_("After setup: Settings › System. The edition must be Windows Holographic for Business."),
    actor=Actor.PERSON,
    proof=Either(Attested("for-business"), Is("unit.edition", "Windows Holographic for Business")),
    budget=3600,
    picture="settings-about",
    no_timer=N_("The page waits; there is no hurry."),
    attestation=Attestation("for-business", N_("It says for Business")),
    forgets=frozenset({"attested.for-business"}),
)

PATH = Path(
    key="first-generation-business",
    title=N_("First generation: upgrade to for Business"),
    summary=N_("A package with the Commercial Suite licence upgrades the edition; only then management, kiosk and VPN work."),
    generations=(Generation.HOLOLENS_1,),
    minimum=conditions.FIRST_GENERATION_BUSINESS,
    identities=(IdentityKind.NONE,),
    purpose=Purpose.PREPARE,
    owner=N_("Decided later by the path that enrols the unit."),
    verify=N_("On the headset: Settings › System shows Windows Holographic for Business."),
    undo=N_("Recovery with the Windows Device Recovery Tool erases the unit and its licence (inferred)."),
    source="facts: enrolment §1.1, §2.4; holo docs hololens1-upgrade-enterprise.md",
    preconditions=(conditions.FIRST_GENERATION, conditions.SINCE_1803, conditions.STORAGE_SHOWN),
    own_steps=(packages.PUSH_TO_ROOT, packages.TAP_TO_APPLY, packages.APPLIED, EDITION, packages.WIPE_FROM_UNIT),
    needs=frozenset({"business-licence"}),
)
