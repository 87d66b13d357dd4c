"""Shared Entra account by certificate (facts/enrolment §1.10): Autopilot first, then a Sign in button without PIN or iris."""

from dataclasses import replace

from station.model.path import Alternative, Attestation, IdentityKind, Path, Step
from station.model.proofs import Attested
from station.model.words import N_, Actor
from station.paths import autopilot_wifi, conditions
from station.paths.registering import REGISTER

NOT_SHOWN = Alternative(
    N_("Only “Other user”, no shared account"),
    N_("Give it one sync. Then the tenant admin looks for the device certificate (Local Machine › My) and the policy."),
    "enrolment.shared-account-missing")

SHARED_SIGN_IN = Step(
    key="shared-account",
    verb=N_("Look for the shared account"),
    instruction=N_("The sign-in page must show the shared account with a Sign in button, without PIN. "
                   "Press it once; the Start menu opens."),
    actor=Actor.PERSON,
    proof=Attested("shared-account"),
    budget=3600,
    picture="other-user",
    no_timer=N_("Certificate and policy come with the next sync; that may take minutes."),
    otherwise=(NOT_SHOWN,),
    attestation=Attestation("shared-account", N_("Signed in with the shared account")),
    forgets=frozenset({"attested.shared-account"}),
)

PATH: Path = replace(
    autopilot_wifi.PATH,
    key="shared-entra",
    title=N_("Shared Entra account on an Autopilot unit"),
    summary=N_("Everybody signs in to one shared account by a device certificate; others may still use their own."),
    minimum=conditions.SHARED_ACCOUNT,
    identities=(IdentityKind.SHARED, IdentityKind.ENTRA),
    verify=N_("On the headset: a Sign in button for HL-<serial>. In the tenant: an Intune record of type "
              "windowsAzureADJoinUsingDeviceAuth."),
    source="facts: enrolment §1.10 (Insider; documents disagree between 22621.1217 and 22621.1303)",
    preconditions=(conditions.SECOND_GENERATION,
                   conditions.build(conditions.SHARED_ACCOUNT, N_("Insider build 22621.1217 or newer")), autopilot_wifi.BATTERY),
    own_steps=(*REGISTER, autopilot_wifi.GO_ONLINE, autopilot_wifi.DEPLOY, SHARED_SIGN_IN),
    needs=autopilot_wifi.NEEDS | {"device-certificate-profile"},
)
