"""Cards of setup and of the Settings pages that several paths share. Source: facts/enrolment §1.2, §1.4–1.6."""

from station.model.path import Alternative, Attestation, Step, Timer
from station.model.proofs import Attested, Either, Is
from station.model.words import N_, Actor
from station.paths import enrolled, screens


def to_network(*otherwise: Alternative) -> Step:
    """From the first page to a working network."""
    return Step(
        key="network", verb=N_("Go through setup to the network page"),
        instruction=N_("Put the headset on and press the Windows logo. Press Next on language, region and biometric notice; "
                       "calibrate or skip. Connect to Wi-Fi: open or with a password, no certificate network."),
        actor=Actor.PERSON, proof=Attested("network"), budget=1800, picture="network-page",
        timer=Timer(15, N_("After the network a HoloLens 2 searches 15 s for an Autopilot profile"),
                    "facts: enrolment §1.2, §3.7"),
        otherwise=(screens.AUTOPILOT_BEGAN, screens.CLOCK, screens.LOCKED, screens.SEARCH_GOES_ON, screens.WEB_PAGE,
                   screens.BLUE_BOX, *otherwise),
        attestation=Attestation("network", N_("It is connected")), forgets=frozenset({"attested.network"}))


ACCEPT = Step(
    key="accept", verb=N_("Accept the license agreement"),
    instruction=N_("The headset shows the license agreement. Press Accept. Then it asks who owns it."),
    actor=Actor.PERSON, proof=Attested("accepted"), budget=900, picture="accept-license",
    no_timer=N_("The headset waits on this page; there is no hurry."),
    otherwise=(screens.NO_LICENCE_PAGE, screens.AUTOPILOT_BEGAN, screens.CLOCK),
    attestation=Attestation("accepted", N_("Accepted")),
    forgets=frozenset({"attested.accepted"}))

OWNED_BY_WORK = Step(
    key="owner", verb=N_("Choose “My work or school owns it”"),
    instruction=N_("On “Who owns this HoloLens?” choose “My work or school owns it” (the briefcase) and press Next. "
                   "Who signs in next becomes device owner."),
    actor=Actor.PERSON, proof=Attested("owner-work"), budget=900, picture="owner-page",
    no_timer=N_("The headset waits on this page; there is no hurry."),
    otherwise=(screens.AUTOPILOT_BEGAN,), attestation=Attestation("owner-work", N_("I chose it")),
    forgets=frozenset({"attested.owner-work"}))

OWNED_BY_ME = Step(
    key="owner", verb=N_("Choose “I own it”"),
    instruction=N_("On “Who owns this HoloLens?” choose “I own it” (the house) and press Next. The unit will have one "
                   "user only."),
    actor=Actor.PERSON, proof=Attested("owner-me"), budget=900, picture="owner-page-personal",
    no_timer=N_("The headset waits on this page; there is no hurry."),
    otherwise=(screens.AUTOPILOT_BEGAN,), attestation=Attestation("owner-me", N_("I chose it")),
    forgets=frozenset({"attested.owner-me"}))


def work_sign_in(who: str) -> Step:
    """The credential page of setup; `who` says whose account, as an instruction of its own."""
    return Step(
        key="sign-in", verb=N_("Sign in with the work account"), instruction=who, actor=Actor.PERSON,
        proof=Either(Attested("signed-in"), Is("tenant.enrolled", True)), budget=1800, picture="sign-in",
        timer=Timer(120, N_("The page clears the user name after 2 minutes"), "facts: enrolment §1.2"),
        otherwise=(screens.NAME_CLEARED, screens.KEY_DEAD, screens.TERMS_FAILED, screens.NOT_ALLOWED, screens.NOT_JOINED,
                   screens.NO_SERVICE, *screens.REFUSALS),
        attestation=Attestation("signed-in", N_("Signed in")), faults=enrolled.ENROLMENT_FAULTS,
        forgets=frozenset({"attested.signed-in"}) | enrolled.FORGOTTEN)


PERSONAL_SIGN_IN = Step(
    key="sign-in", verb=N_("Sign in with the Microsoft account"),
    instruction=N_("Type the Microsoft account and its password, and confirm the second factor. This account becomes "
                   "device owner."),
    actor=Actor.PERSON, proof=Attested("signed-in"), budget=1800, picture="sign-in",
    timer=Timer(120, N_("The page clears the user name after 2 minutes"), "facts: enrolment §1.2"),
    otherwise=(screens.NAME_CLEARED, screens.KEY_DEAD, screens.NO_SERVICE),
    attestation=Attestation("signed-in", N_("Signed in")),
    forgets=frozenset({"attested.signed-in"}))

FINISH_SETUP = Step(
    key="finish", verb=N_("Finish setup"),
    instruction=N_("Answer the remaining pages: iris (may be skipped), PIN of at least 6 digits, speech, location, "
                   "diagnostic data, Start gesture. Stop at the Start menu."),
    actor=Actor.PERSON, proof=Attested("start-menu"), budget=1800, picture="pin-page",
    no_timer=N_("The pages wait; there is no hurry."), otherwise=(screens.NO_PIN, screens.CALIBRATION),
    attestation=Attestation("start-menu", N_("I see the Start menu")),
    forgets=frozenset({"attested.start-menu"}))

CHECK_INTERNET = Step(
    key="internet", verb=N_("Open a web page"),
    instruction=N_("Sign in as device owner, open the browser on the headset and load any page. "
                   "Enrolling needs a working connection."),
    actor=Actor.PERSON, proof=Attested("internet"), budget=900, picture="start-menu",
    no_timer=N_("Take your time; nothing is waiting."), otherwise=(screens.NOT_CONNECTED,),
    attestation=Attestation("internet", N_("The page loads")),
    forgets=frozenset({"attested.internet"}))


def connect(instruction: str) -> Step:
    """Settings › Accounts › Access work or school › Connect."""
    return Step(
        key="connect", verb=N_("Press Connect in Settings"), instruction=instruction, actor=Actor.PERSON,
        proof=Either(Attested("connected"), Is("tenant.enrolled", True)), budget=1800, picture="settings-work",
        timer=Timer(120, N_("The credential page clears itself after 2 minutes"), "facts: enrolment §1.2, §1.4"),
        otherwise=(screens.NO_CONNECT, screens.ALREADY_ENROLLED, screens.TERMS_FAILED, screens.NOT_ALLOWED,
                   screens.NOT_JOINED, *screens.REFUSALS),
        attestation=Attestation("connected", N_("The account is shown")), faults=enrolled.ENROLMENT_FAULTS,
        forgets=frozenset({"attested.connected"}) | enrolled.FORGOTTEN)


def look_in_settings(verb: str, instruction: str, what: str, button: str, picture: str = "settings-work") -> Step:
    """The proof on the headset: what Access work or school shows at the end."""
    return Step(
        key="settings", verb=verb, instruction=instruction, actor=Actor.PERSON, proof=Attested(what), budget=1800,
        picture=picture,
        no_timer=N_("The page waits; there is no hurry."), attestation=Attestation(what, button),
        forgets=frozenset({f"attested.{what}"}))


OTHER_USER = Step(
    key="sign-in-page", verb=N_("Look for “Other user”"),
    instruction=N_("Look into the headset. It must show the sign-in page with “Other user”. Confirm it here."),
    actor=Actor.PERSON, proof=Attested("other-user"), budget=1800, picture="other-user",
    no_timer=N_("The headset waits on this page; there is no hurry."),
    otherwise=(screens.FAILURE_LINE, screens.CALIBRATION),
    attestation=Attestation("other-user", N_("I see “Other user”")), faults=enrolled.ENROLMENT_FAULTS,
    forgets=frozenset({"attested.other-user"}) | enrolled.FORGOTTEN)
