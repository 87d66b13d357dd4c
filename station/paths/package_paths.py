"""Enrolment by package: Entra bulk token (facts/enrolment §1.7) by cable, stick or Settings; MDM enrolment (§1.8)."""

from dataclasses import replace

from station.model.path import Alternative, Attestation, IdentityKind, Path, Purpose, Step
from station.model.proofs import Attested, Either
from station.model.words import N_, Actor, Generation
from station.paths import conditions, enrolled, packages, screens, setup

BULK_TYPES = ("windowsBulkAzureDomainJoin",)
MDM_TYPES = ("windowsBulkUserless",)
BULK_NEEDS = frozenset({"auto-enrolment", "entra-p1", "windows-allowed", "join-rights", "bulk-token"})

RECORD = enrolled.wait_for_record(
    BULK_TYPES, otherwise=(screens.SETUP_GOES_ON, screens.PACKAGE_FAILED, screens.BULK_REFUSED, screens.NOT_JOINED,
                           screens.NO_RECORD),
    retry_from="apply")
SIGN_IN_PAGE = replace(setup.OTHER_USER, otherwise=(screens.SETUP_GOES_ON, screens.CALIBRATION))
PREPARE_STICK = Step(
    key="stick",
    verb=N_("Put the package on a stick"),
    instruction=N_("The package must be in the root of a USB-C stick, and no other package beside it: all of them are applied. "
                   "One stick serves many units."),
    actor=Actor.PERSON,
    proof=Attested("stick-ready"),
    budget=1800,
    picture="usb-stick",
    no_timer=N_("Take your time; nothing is waiting."),
    attestation=Attestation("stick-ready", N_("The stick is ready")),
    forgets=frozenset({"attested.stick-ready"}),
)

BULK_CABLE = Path(
    key="package-bulk-cable",
    title=N_("Package with Entra bulk token, over the cable"),
    summary=N_("A package joins the headset to Entra without anybody signing in. Copied over USB on the first page."),
    generations=(Generation.HOLOLENS_2, Generation.HOLOLENS_1),
    minimum=conditions.FIRST_GENERATION_BUSINESS,
    identities=(IdentityKind.NONE, IdentityKind.ENTRA),
    purpose=Purpose.ENROL,
    owner=N_("Nobody automatically: the first user only if that user is Global or Device Administrator."),
    verify=N_("On the headset: a sign-in page that takes Entra users. In the tenant: an Intune record of type "
              "windowsBulkAzureDomainJoin without primary user."),
    undo=N_("Not on the headset: reset or reflash it. Deleting the package_… user in Entra revokes the token."),
    source="facts: enrolment §1.7, §2.4",
    preconditions=(conditions.ANY_GENERATION, conditions.FOR_BUSINESS, conditions.SINCE_1803, conditions.STORAGE_SHOWN),
    own_steps=(packages.PUSH_TO_ROOT, packages.TAP_TO_APPLY, packages.APPLIED,
               RECORD,
               SIGN_IN_PAGE, packages.WIPE_FROM_UNIT),
    needs=BULK_NEEDS,
    enrolment_types=BULK_TYPES,
)

BULK_STICK = replace(
    BULK_CABLE,
    key="package-bulk-stick",
    title=N_("Package with Entra bulk token, on a stick"),
    summary=N_("A stick with the package in its root: the headset finds and applies it on its first page, hands-free."),
    generations=(Generation.HOLOLENS_2,),
    minimum=conditions.STICK_HANDS_FREE,
    source="facts: enrolment §1.7, §2.5",
    preconditions=(conditions.SECOND_GENERATION,
                   conditions.build(conditions.STICK_HANDS_FREE, N_("Build 19041.1128 or newer"))),
    own_steps=(PREPARE_STICK, packages.STICK_IN, packages.APPLIED,
               RECORD,
               SIGN_IN_PAGE),
)

BULK_LATER = replace(
    BULK_CABLE,
    key="package-bulk-later",
    title=N_("Package with Entra bulk token, after setup"),
    summary=N_("A unit that is set up gets the package through Settings. The device owner must be signed in."),
    verify=N_("On the headset: the package under “Installed packages”. In the tenant: an Intune record of type "
              "windowsBulkAzureDomainJoin without primary user."),
    minimum=conditions.FIRST_GENERATION_LATE_PACKAGE,
    source="facts: enrolment §1.7, §2.6",
    preconditions=(conditions.ANY_GENERATION, conditions.FOR_BUSINESS, conditions.SINCE_1809, conditions.STORAGE_SHOWN),
    own_steps=(packages.PUSH_TO_DOCUMENTS, packages.ADD_IN_SETTINGS, packages.LISTED,
               RECORD,
               packages.WIPE_FROM_UNIT),
)

NO_ACCOUNT = Alternative(
    N_("No account appears"),
    N_("Before build 20348.1501 a package could get stuck while enrolling a local user. Update the unit, or enrol by hand."),
    "enrolment.package-mdm-stuck")

ACCOUNT_SHOWN = Step(
    key="settings",
    verb=N_("Look for the management account"),
    instruction=N_("Finish setup and sign in; who does becomes device owner. Settings › Accounts › Access work or school shows "
                   "the account of the package. Look into the console of your MDM, too."),
    actor=Actor.PERSON,
    proof=Either(Attested("account-tile"), enrolled.proof(MDM_TYPES)),
    budget=1800,
    picture="settings-work",
    no_timer=N_("The page waits; there is no hurry."),
    otherwise=(NO_ACCOUNT,),
    attestation=Attestation("account-tile", N_("I see the account")),
    forgets=frozenset({"attested.account-tile"}),
)

MDM = replace(
    BULK_CABLE,
    key="package-mdm",
    title=N_("Package with MDM enrolment"),
    summary=N_("A package enrols the headset directly in an MDM with a service account. Not for Intune: use a bulk token there."),
    generations=(Generation.HOLOLENS_2,),
    minimum=conditions.PACKAGE_MDM,
    identities=(IdentityKind.NONE,),
    owner=N_("The first user who signs in."),
    verify=N_("On the headset: the account in Access work or school. In the console of the MDM: the unit by its serial."),
    undo=N_("Remove the package or press Disconnect, as far as the policies allow (inferred); else reset."),
    source="facts: enrolment §1.8 (the reference table of Workplace leaves HoloLens empty: unverified)",
    preconditions=(conditions.SECOND_GENERATION,
                   conditions.build(conditions.PACKAGE_MDM, N_("Build 19041.1103 or newer")), conditions.STORAGE_SHOWN),
    own_steps=(packages.PUSH_TO_ROOT, packages.TAP_TO_APPLY, packages.APPLIED, ACCOUNT_SHOWN, packages.WIPE_FROM_UNIT),
    needs=frozenset({"mdm-server"}),
    enrolment_types=MDM_TYPES,
)
