"""Microsoft account plus Add Work Account (facts/enrolment §1.5): one user, personal device, can be disconnected."""

from station.model.path import IdentityKind, Path, Purpose
from station.model.words import N_, Generation
from station.paths import conditions, enrolled, screens, setup

TYPES = ("windowsAutoEnrollment",)
CONNECT = N_("Settings › Accounts › Access work or school › Connect. Sign in with the work account; it is added to the device.")
SHOWN = setup.look_in_settings(
    N_("Look for the Disconnect button"),
    N_("Settings › Accounts › Access work or school: the work account is shown with a Disconnect button."),
    "disconnect-button", N_("I see Disconnect"), "settings-disconnect")

PATH = Path(
    key="msa-work-account",
    title=N_("Microsoft account plus work account"),
    summary=N_("Set up with a personal Microsoft account, then a work account is added. One user only, for good."),
    generations=(Generation.HOLOLENS_2, Generation.HOLOLENS_1),
    minimum=None,
    identities=(IdentityKind.MSA,),
    purpose=Purpose.ENROL,
    owner=N_("The Microsoft account that sets the headset up."),
    verify=N_("On the headset: the work account with Disconnect. In the tenant: an Intune record of type windowsAutoEnrollment, "
              "as a rule personal, and in Entra registered (both not verified)."),
    undo=N_("Settings › Access work or school › the account › Disconnect. Delete its records before any later Autopilot import."),
    source="facts: enrolment §1.5; holo docs hololens-enroll-mdm.md",
    preconditions=(conditions.ANY_GENERATION, conditions.FOR_BUSINESS),
    own_steps=(setup.to_network(), setup.ACCEPT, setup.OWNED_BY_ME, setup.PERSONAL_SIGN_IN, setup.FINISH_SETUP,
               setup.connect(CONNECT),
               enrolled.wait_for_record(TYPES, otherwise=(screens.ALREADY_ENROLLED,), retry_from="connect"), SHOWN),
    needs=frozenset({"auto-enrolment", "entra-p1", "windows-allowed"}),
    enrolment_types=TYPES,
)
