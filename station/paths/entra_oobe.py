"""Entra join during setup (facts/enrolment §1.2), and the same by a Device Enrollment Manager (§1.9)."""

from dataclasses import replace

from station.model.path import IdentityKind, Path, Purpose
from station.model.words import N_, Generation
from station.paths import conditions, enrolled, screens, setup

TYPES = ("windowsAzureADJoin",)
DEM_TYPES = ("deviceEnrollmentManager", "windowsAzureADJoin")
"""Which type HoloLens shows for a DEM user is not documented (facts/enrolment §1.0: inferred), so both prove it."""

SIGN_IN = N_("Type the work account and password within 2 minutes and confirm any second factor; or “Sign in from another "
             "device”: its 9-character code goes into microsoft.com/devicelogin within 15 minutes. "
             "This account becomes device owner.")
SHOWN = setup.look_in_settings(
    N_("Look for the Info button"),
    N_("Settings › Accounts › Access work or school: “Connected to … Microsoft Entra ID” with an Info button: it is managed."),
    "info-button", N_("I see Info"))

PATH = Path(
    key="entra-oobe",
    title=N_("Entra join in setup"),
    summary=N_("The user signs in with a work account during setup; the headset joins Entra and enrols. Up to 63 users; "
               "for pilots."),
    generations=(Generation.HOLOLENS_2, Generation.HOLOLENS_1),
    minimum=conditions.FIRST_GENERATION_BUSINESS,
    identities=(IdentityKind.ENTRA,),
    purpose=Purpose.ENROL,
    owner=N_("The account that signs in first, for good: control which account that is."),
    verify=N_("On the headset: the PIN page, later the Info button in Access work or school. In the tenant: an Intune record, "
              "corporate, of type windowsAzureADJoin (inferred), its primary user is who joined; in Entra it is joined."),
    undo=N_("Not on the headset: reset or reflash it, then delete the Intune record if it stays."),
    source="facts: enrolment §1.2; holo docs hololens2-start.md",
    preconditions=(conditions.ANY_GENERATION, conditions.FOR_BUSINESS, conditions.SINCE_1803),
    own_steps=(setup.to_network(), setup.ACCEPT, setup.OWNED_BY_WORK, setup.work_sign_in(SIGN_IN),
               setup.FINISH_SETUP,
               enrolled.wait_for_record(TYPES, otherwise=(screens.NO_RECORD, screens.NOT_JOINED, screens.TERMS_FAILED)), SHOWN),
    needs=frozenset({"auto-enrolment", "entra-p1", "windows-allowed", "join-rights"}),
    enrolment_types=TYPES,
)

DEM_SIGN_IN = N_("Type the account of the Device Enrollment Manager within 2 minutes. It becomes device owner; "
                 "it may enrol up to 1,000 units.")

DEM_PATH = replace(
    PATH,
    key="device-enrollment-manager",
    title=N_("Entra join in setup by a Device Enrollment Manager"),
    summary=N_("One account enrols many shared units in setup. Required apps and device certificates only."),
    owner=N_("The Device Enrollment Manager (inferred, not documented for HoloLens)."),
    verify=N_("As Entra join in setup; the record names the enrolment manager and no user."),
    source="facts: enrolment §1.9 (HoloLens documents never name it: treat as unverified)",
    own_steps=(setup.to_network(), setup.ACCEPT, setup.OWNED_BY_WORK, setup.work_sign_in(DEM_SIGN_IN),
               setup.FINISH_SETUP,
               enrolled.wait_for_record(DEM_TYPES, otherwise=(screens.NO_RECORD, screens.NOT_JOINED)), SHOWN),
    needs=PATH.needs | {"dem-account"},
    enrolment_types=DEM_TYPES,
)
