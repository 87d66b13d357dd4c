"""Unenrol on the headset (facts/enrolment §5.3): only added work accounts and device management can be disconnected."""

from station.model.path import Alternative, Attestation, IdentityKind, Path, Purpose, Step
from station.model.proofs import Attested
from station.model.words import N_, Actor, Generation
from station.paths import conditions

NO_BUTTON = Alternative(
    N_("There is no Disconnect button"),
    N_("The unit was joined to Entra or came by Autopilot or a bulk token: it cannot be unenrolled. "
       "Reset or reflash it instead."),
    "enrolment.cannot-unenrol")

FORBIDDEN = Alternative(
    N_("Disconnect is refused"),
    N_("A policy forbids it (AllowManualMDMUnenrollment). The tenant admin retires or wipes the unit in Intune."),
    "enrolment.unenrol-forbidden")

DISCONNECT = Step(
    key="disconnect",
    verb=N_("Press Disconnect"),
    instruction=N_("Settings › Accounts › Access work or school › the account › Disconnect. Confirm when it asks."),
    actor=Actor.PERSON,
    proof=Attested("disconnected"),
    budget=1800,
    picture="settings-disconnect",
    no_timer=N_("The page waits; there is no hurry."),
    otherwise=(NO_BUTTON, FORBIDDEN),
    attestation=Attestation("disconnected", N_("The account is gone")),
    forgets=frozenset({"attested.disconnected"}),
)

PATH = Path(
    key="unenrol",
    title=N_("Unenrol (Disconnect)"),
    summary=N_("Takes a unit out of management that has a Disconnect button. Its user stays."),
    generations=(Generation.HOLOLENS_2, Generation.HOLOLENS_1),
    minimum=None,
    identities=(IdentityKind.NONE,),
    purpose=Purpose.RETURN,
    owner=N_("Stays as it is."),
    verify=N_("On the headset the account is gone from Access work or school. In the tenant: when its Intune record goes is not "
              "documented; look for it under Returns."),
    undo=N_("Enrol again by the path that was used before."),
    source="facts: enrolment §5.3; holo docs hololens-enroll-mdm.md",
    preconditions=(conditions.ANY_GENERATION, conditions.STORAGE_SHOWN),
    own_steps=(DISCONNECT,),
)
