"""Local user plus "Enroll only in device management" (facts/enrolment §1.6). A local user comes from a package in setup only."""

from dataclasses import replace

from station.model.path import Attestation, IdentityKind, Path, Purpose, Step
from station.model.proofs import Attested
from station.model.words import N_, Actor, Generation
from station.paths import conditions, enrolled, packages, screens, setup

TYPES = ("userEnrollment",)
SIGN_IN = Step(
    key="sign-in",
    verb=N_("Sign in with the local account"),
    instruction=N_("The headset shows the local account of the package. Type its password; a local account has nothing else."),
    actor=Actor.PERSON,
    proof=Attested("signed-in"),
    budget=1800,
    picture="sign-in",
    no_timer=N_("The page waits; there is no hurry."),
    attestation=Attestation("signed-in", N_("Signed in")),
    forgets=frozenset({"attested.signed-in"}),
)
INTERNET = replace(
    setup.CHECK_INTERNET,
    instruction=N_("Open the browser on the headset and load any page. Enrolling needs a working connection."))
ENROL = replace(
    setup.connect(N_("Settings › Accounts › Access work or school › “Enroll only in device management”. Type the user name, "
                     "the server address if it is asked for, then the password.")),
    key="enrol", verb=N_("Enroll only in device management"), picture="settings-mdm",
    otherwise=(screens.ASKS_SERVER, screens.NO_LINK, screens.ALREADY_ENROLLED, screens.NOT_ALLOWED, *screens.REFUSALS))
SHOWN = setup.look_in_settings(
    N_("Look for the Disconnect button"),
    N_("Settings › Accounts › Access work or school: the device management account is shown with a Disconnect button."),
    "disconnect-button", N_("I see Disconnect"), "settings-disconnect")

PATH = Path(
    key="local-mdm",
    title=N_("Local user, device management only"),
    summary=N_("A package makes a local user in setup; then the unit enrols in device management without joining Entra."),
    generations=(Generation.HOLOLENS_2, Generation.HOLOLENS_1),
    minimum=None,
    identities=(IdentityKind.LOCAL,),
    purpose=Purpose.ENROL,
    owner=N_("The local user of the package (inferred)."),
    verify=N_("On the headset: the account with Disconnect. In the tenant: an Intune record of type userEnrollment (inferred), "
              "no Entra device."),
    undo=N_("Settings › Access work or school › the account › Disconnect. A reset loses the local user."),
    source="facts: enrolment §1.6; holo docs hololens-enroll-mdm.md",
    preconditions=(conditions.ANY_GENERATION, conditions.FOR_BUSINESS, conditions.STORAGE_SHOWN),
    own_steps=(packages.PUSH_TO_ROOT, packages.TAP_TO_APPLY, packages.APPLIED, SIGN_IN, INTERNET, ENROL,
               enrolled.wait_for_record(TYPES, otherwise=(screens.ALREADY_ENROLLED,), retry_from="enrol"), SHOWN,
               packages.WIPE_FROM_UNIT),
    needs=frozenset({"windows-allowed", "local-user-package"}),
    enrolment_types=TYPES,
)
