"""Entra through Settings › Access work or school › Connect (facts/enrolment §1.4): a unit that is set up, one user."""

from station.model.path import IdentityKind, Path, Purpose
from station.model.words import N_, Generation
from station.paths import conditions, enrolled, screens, setup
from station.paths.entra_oobe import SHOWN, TYPES

CONNECT = N_("Settings › Accounts › Access work or school › Connect. Sign in with the work account. "
             "Joining is reserved for the device owner.")

PATH = Path(
    key="settings-connect",
    title=N_("Entra by Settings › Connect"),
    summary=N_("A unit that is already set up joins Entra from its Settings. For one user, for trials."),
    generations=(Generation.HOLOLENS_2, Generation.HOLOLENS_1),
    minimum=None,
    identities=(IdentityKind.ENTRA,),
    purpose=Purpose.ENROL,
    owner=N_("The first user of the headset stays device owner."),
    verify=N_("On the headset: the account with its Info button. In the tenant: an Intune record, and no second one."),
    undo=N_("Not on the headset once it is joined: reset or reflash it, then delete the Intune record if it stays."),
    source="facts: enrolment §1.4; holo docs hololens-enroll-mdm.md",
    preconditions=(conditions.ANY_GENERATION, conditions.FOR_BUSINESS, conditions.STORAGE_SHOWN),
    own_steps=(setup.CHECK_INTERNET, setup.connect(CONNECT),
               enrolled.wait_for_record(TYPES, otherwise=(screens.NO_RECORD, screens.NOT_JOINED, screens.ALREADY_ENROLLED),
                                        retry_from="connect"),
               SHOWN),
    needs=frozenset({"auto-enrolment", "entra-p1", "windows-allowed", "join-rights"}),
    enrolment_types=TYPES,
)
