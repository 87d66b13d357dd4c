"""Cards around a provisioning package: push it over the cable or bring it on a stick, apply it, see the result.

Source: facts/enrolment §2.4–2.6.
"""

from dataclasses import replace

from station.model.path import Attestation, FaultRule, Severity, Step, Timer
from station.model.proofs import Attested, Either, Is, Not, Same, Seen
from station.model.words import N_, Actor
from station.paths import enrolled, screens

PUSH_FAULTS = (
    FaultRule(Is("unit.storages", 0), "mtp.no-storage", Severity.HOLD),
)

OTHERS_TOO = FaultRule(Not(Same("unit.packages", "package.pushed")), "package.others-on-unit", Severity.HOLD)
"""The page of packages applies everything that lies there (facts/enrolment §2.3, §7 no. 11); who means that confirms it."""

PUSH_TO_ROOT = Step(
    key="push", verb=N_("Copy the package to the unit"),
    instruction=N_("The station copies the package to the root of the storage and reads it back. Leave the unit on its "
                   "first page."),
    actor=Actor.STATION, proof=Seen("package.pushed"), budget=600, action="push-package", faults=PUSH_FAULTS,
    picture="copy-to-unit", no_timer=N_("Copying takes seconds; the bar shows how far it is."), cable=True,
    forgets=frozenset({"package.pushed"}))

PUSH_TO_DOCUMENTS = Step(
    key="push", verb=N_("Copy the package to Documents"),
    instruction=N_("The station copies the package to the Documents folder and reads it back. Stay signed in on the headset."),
    actor=Actor.STATION, proof=Seen("package.pushed"), budget=600, action="push-package-documents", faults=PUSH_FAULTS,
    picture="copy-to-unit", no_timer=N_("Copying takes seconds; the bar shows how far it is."), cable=True,
    forgets=frozenset({"package.pushed"}))

WIPE_FROM_UNIT = Step(
    key="wipe", verb=N_("Remove the package from the unit"),
    instruction=N_("The package holds secrets in clear. The station removes its copy, or sees that the storage is closed "
                   "to everybody."),
    actor=Actor.STATION, proof=Either(Seen("package.wiped"), Is("unit.storages", 0, fresh=True)), budget=300,
    action="wipe-package", picture="wipe", no_timer=N_("Removing takes a moment."), forgets=frozenset({"package.wiped"}))

TAP_TO_APPLY = Step(
    key="apply", verb=N_("Tap Power + Volume Down"),
    instruction=N_("On the first page, press Power and Volume Down together and let go at once. "
                   "The page of packages opens: press Confirm, or let it go on by itself after 10 seconds."),
    actor=Actor.PERSON, proof=Attested("package-page"), budget=900, picture="chord-tap",
    timer=Timer(10, N_("From build 19041.1128 on it confirms by itself after 10 s"), "facts: enrolment §2.4"),
    faults=(OTHERS_TOO,), otherwise=(screens.TRUST, screens.CHORD_HELD, screens.PAST_FIRST_PAGE, screens.NO_PACKAGE),
    attestation=Attestation("package-page", N_("It applies the package")), forgets=frozenset({"attested.package-page"}))

STICK_IN = Step(
    key="apply", verb=N_("Put the stick into the headset"),
    instruction=N_("On the first page, unplug the cable and put in the stick with the package in its root. "
                   "The package is found and applied after 10 seconds; touch nothing."),
    actor=Actor.PERSON, proof=Attested("package-page"), budget=900, picture="usb-stick",
    timer=Timer(10, N_("From build 19041.1128 on it confirms by itself after 10 s"), "facts: enrolment §2.5"),
    otherwise=(screens.STICK_NOT_READ, screens.PAST_FIRST_PAGE),
    attestation=Attestation("package-page", N_("It applies the package")), forgets=frozenset({"attested.package-page"}))

ADD_IN_SETTINGS = Step(
    key="apply", verb=N_("Add the package in Settings"),
    instruction=N_("Settings › Accounts › Access work or school › Related settings › Add or remove a provisioning package › "
                   "Add a package. Choose it under This Device › Documents."),
    actor=Actor.PERSON, proof=Attested("package-page"), budget=1200, picture="settings-package",
    no_timer=N_("The page waits; there is no hurry."), otherwise=(screens.NOT_IN_LIST, screens.NO_ADDING),
    attestation=Attestation("package-page", N_("It applies the package")), forgets=frozenset({"attested.package-page"}))

APPLIED = Step(
    key="applied", verb=N_("Look at the result"),
    instruction=N_("The headset says whether it worked, a HoloLens 2 by “Provisioning Successful”. Then press OK there and "
                   "confirm it here."),
    actor=Actor.PERSON, proof=Either(Attested("package-applied"), Is("tenant.enrolled", True)), budget=1200,
    picture="package-applied", no_timer=N_("How long it takes depends on the size of the package."),
    otherwise=(screens.PACKAGE_FAILED, screens.BULK_REFUSED, screens.LOCKED),
    attestation=Attestation("package-applied", N_("It succeeded")),
    faults=enrolled.ENROLMENT_FAULTS, forgets=frozenset({"attested.package-applied"}) | enrolled.FORGOTTEN, retry_from="apply")

LISTED = replace(
    APPLIED, verb=N_("Look for it under “Installed packages”"),
    instruction=N_("Settings lists the package under “Installed packages” once it was applied; selecting it shows its details."),
    picture="settings-package", otherwise=(screens.PACKAGE_FAILED, screens.BULK_REFUSED),
    attestation=Attestation("package-applied", N_("It is listed")))
"""What a unit that is set up shows instead of a page of its own (facts/enrolment §2.6)."""
