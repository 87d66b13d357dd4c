"""Autopilot self-deploying over Wi-Fi, HoloLens 2 (facts/enrolment §3): registered from its own hash, then hands off."""

from station.model.path import Attestation, IdentityKind, Path, Purpose, Step, Timer
from station.model.proofs import Attested, Either, Is
from station.model.words import N_, Actor, Generation
from station.paths import conditions, enrolled, screens, setup
from station.paths.registering import REGISTER

KEY = "autopilot"
TYPES = ("windowsAzureADJoinUsingDeviceAuth",)

GO_ONLINE = Step(
    key="go-online",
    verb=N_("Go through setup to the network page"),
    instruction=N_("It may go online now. Put it on, press the Windows logo, then Next on language, region and biometric "
                   "notice; calibrate or skip. Connect to Wi-Fi. Take it off."),
    actor=Actor.PERSON,
    proof=Either(Attested("online"), Is("autopilot.contacted", True), Is("tenant.enrolled", True)),
    budget=1800,
    picture="network-page",
    timer=Timer(15, N_("After the network it searches 15 s for its profile"), "facts: enrolment §3.7"),
    otherwise=(screens.EULA, screens.OWNER_PAGE, screens.BATTERY_WARNING, screens.CLOCK, screens.LOCKED,
               screens.SEARCH_GOES_ON, screens.WEB_PAGE),
    attestation=Attestation("online", N_("It is connected")),
    faults=enrolled.ENROLMENT_FAULTS,
    forgets=frozenset({"attested.online"}) | enrolled.FORGOTTEN,
)

DEPLOY = Step(
    key="deploy",
    verb=N_("Leave it alone"),
    instruction=N_("The headset sets itself up and may restart. Do not touch it or its power button. "
                   "When its music stops, it should have finished."),
    actor=Actor.UNIT,
    proof=enrolled.proof(TYPES),
    budget=3600,
    faults=enrolled.ENROLMENT_FAULTS,
    picture="autopilot-welcome",
    timer=Timer(300, N_("As little as 5 minutes; the status page gives up when its profile says, often after 60"),
                "facts: enrolment §3.7, §10"),
    otherwise=(screens.EULA, screens.BATTERY_WARNING, screens.LOCKED, *screens.STATUS_PAGE),
    forgets=enrolled.FORGOTTEN,
    expects_restart=True,
)

OWNER = N_("Nobody automatically: the first Entra user only if that user is Global or Device Administrator.")
VERIFY = N_("On the headset: the “Other user” sign-in page. In the tenant: an Intune record of type "
            "windowsAzureADJoinUsingDeviceAuth without primary user.")
UNDO = N_("Not on the headset. Delete the Intune record (or unblock the device), then reset or reflash; "
          "keep the Autopilot record to use the unit again.")
NEEDS = frozenset({"autopilot-profile", "auto-enrolment", "entra-p1", "windows-allowed"})
BATTERY = conditions.battery(45, N_("Battery at 45 % or more"))

PATH = Path(
    key=KEY,
    title=N_("Autopilot, self-deploying, over Wi-Fi"),
    summary=N_("The station registers the headset; at first start it joins Entra and Intune by itself. For shared devices."),
    generations=(Generation.HOLOLENS_2,),
    minimum=conditions.AUTOPILOT_WIFI,
    identities=(IdentityKind.NONE, IdentityKind.ENTRA),
    purpose=Purpose.ENROL,
    owner=OWNER,
    verify=VERIFY,
    undo=UNDO,
    source="facts: enrolment §3; holo docs hololens2-autopilot.md",
    preconditions=(conditions.SECOND_GENERATION,
                   conditions.build(conditions.AUTOPILOT_WIFI, N_("Build 19041.1128 or newer")), BATTERY),
    own_steps=(*REGISTER, GO_ONLINE, DEPLOY, setup.OTHER_USER),
    needs=NEEDS,
    enrolment_types=TYPES,
)
