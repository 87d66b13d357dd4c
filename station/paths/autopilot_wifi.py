"""Autopilot self-deploying over Wi-Fi, HoloLens 2 (facts/enrolment §3): hash from the headset, registration, then hands off.

The order matters: the profile must be Assigned before the headset reaches the Internet, because it waits 15 s for a profile and
then shows the licence agreement instead (facts/enrolment §3.7).
"""

from station.model.build import OsBuild
from station.model.path import (
    Alternative,
    Attestation,
    FaultRule,
    IdentityKind,
    Path,
    Precondition,
    Purpose,
    Severity,
    Step,
    Timer,
)
from station.model.proofs import AtLeast, Attested, BuildAtLeast, Either, Every, Is, Not, OneOf, Same, Seen
from station.model.words import N_, Actor, Generation

KEY = "autopilot"
WIFI_MINIMUM = OsBuild(19041, 1128)
AUTOPILOT_BATTERY = 45

REGISTERED_OR_ON_ITS_WAY = ("submitted", "importing", "registered")

IMPORT_FAULTS = (
    FaultRule(OneOf("autopilot.import.error", ("ZtdDeviceAssignedToOtherTenant", "ZtdDeviceAssignedToAnotherTenant", "808")),
              "autopilot.other-tenant"),
    FaultRule(OneOf("autopilot.import.error", ("InvalidZtdHardwareHash", "802")), "autopilot.invalid-hash"),
    FaultRule(Is("autopilot.import.error", "ZtdDeviceDuplicated"), "autopilot.duplicated"),
    FaultRule(Is("autopilot.import.error", "StorageError"), "autopilot.storage-error"),
    FaultRule(Is("autopilot.registration", "refused"), "autopilot.refused"),
)
"""What an import may end with. ZtdDeviceAlreadyAssigned is no fault: the unit is where it should be (facts/tenant §1.1)."""

ENROLMENT_FAULTS = (
    FaultRule(Is("tenant.error", "0x80180014"), "enrolment.0x80180014"),
    FaultRule(Is("tenant.error", "80180018"), "enrolment.80180018"),
    FaultRule(Is("tenant.error", "0x80180026"), "enrolment.0x80180026"),
    FaultRule(Is("tenant.error", "0x800705B4"), "enrolment.0x800705b4"),
    FaultRule(Is("autopilot.enrolment", "failed"), "enrolment.failed"),
)

PRECONDITIONS = (
    Precondition("generation", N_("HoloLens 2"), Is("unit.model", "HoloLens 2"), "enrolment.wrong-generation"),
    Precondition("build", N_("Build 19041.1128 or newer"),
                 Either(BuildAtLeast(WIFI_MINIMUM), Attested("build-checked")), "enrolment.build-too-old"),
    Precondition("battery", N_("Battery at 45 % or more"), AtLeast("unit.battery", AUTOPILOT_BATTERY),
                 "enrolment.battery-low"),
)

EULA_SEEN = Alternative(
    N_("The license agreement (“Windows 10 License Agreement”)"),
    N_("Do not accept. The headset found no profile within 15 s. Restart it with the power button "
       "and begin again at the first page."),
    "enrolment.eula-shown")
OWNER_PAGE_SEEN = Alternative(
    N_("“Who owns this HoloLens?”"),
    N_("Do not choose. Somebody went past the license agreement. Restart the headset; "
       "if the page comes back, reset or reflash it."),
    "enrolment.eula-shown")
CLOCK_SEEN = Alternative(
    N_("“You need internet for this” although it is connected"),
    N_("The clock of the headset is too old after long storage. Reflash it with the latest build."),
    "enrolment.clock-too-old")
LOCKED_SEEN = Alternative(
    N_("“Your organization has set some policies to manage your device”"),
    N_("The unit is locked to an organisation. If that is not yours, it must go back to its owner."),
    "enrolment.tenant-lockdown")
FAILURE_LINE_SEEN = Alternative(
    N_("“We ran into a problem with one of the following setup steps”"),
    N_("Note the line with the cross and its code, then choose the fault that names it."),
    "enrolment.esp-failed")

STEPS = (
    Step(
        key="chord",
        verb=N_("Tap Power + Volume Down"),
        instruction=N_("On the first page (the hummingbird), press Power and Volume Down together and let go at once. "
                       "Do not hold them."),
        actor=Actor.PERSON,
        proof=Either(Is("hash.collecting", True), Seen("hash.zip")),
        budget=600,
        action="await-chord",
        faults=(
            FaultRule(Is("unit.storages", 0), "mtp.no-storage", Severity.HOLD),
        ),
        picture="chord-tap",
        no_timer=N_("Take your time; the station sees when the headset begins to collect."),
        otherwise=(
            Alternative(N_("The headset switched off or restarted"),
                        N_("The buttons were held too long. Switch it on, wait for the hummingbird, and tap them shortly."),
                        "enrolment.chord-held"),
            Alternative(N_("The network page"),
                        N_("The headset is past the first page. The tap then only leads back to the network page. "
                           "Restart it and stay on the hummingbird."), "enrolment.past-first-page"),
            Alternative(N_("A page about provisioning packages"),
                        N_("The headset found a package on itself. Cancel there, remove the package, and tap again."),
                        "enrolment.package-page"),
        ),
        forgets=frozenset({"hash.collecting", "hash.zip", "hash.baseline"}),
        cable=True,
    ),
    Step(
        key="collect",
        verb=N_("Wait while it collects"),
        instruction=N_("The headset writes its diagnostics, about one minute. Leave it plugged in and switched on."),
        actor=Actor.UNIT,
        proof=Seen("hash.zip"),
        budget=300,
        action="await-diagnostics",
        picture="collecting",
        timer=Timer(60, N_("Collecting takes about one minute"), "facts: enrolment §3.3"),
        otherwise=(
            Alternative(N_("The headset is asleep"),
                        N_("Press Power shortly to wake it; it goes to sleep after 3 minutes."), ""),
        ),
        forgets=frozenset({"hash.collecting", "hash.zip", "hash.baseline"}),
        cable=True,
        retry_from="chord",
    ),
    Step(
        key="harvest",
        verb=N_("Copy the hardware hash"),
        instruction=N_("The station copies the diagnostics, reads the hardware hash and compares its serial with the unit."),
        actor=Actor.STATION,
        proof=Every(Seen("hash.file"), OneOf("hash.verdict", ("ok", "warn")), Same("hash.serial", "unit.label-serial")),
        budget=180,
        action="harvest",
        faults=(
            FaultRule(Is("hash.verdict", "stop"), "autopilot.hash-refused"),
            FaultRule(Not(Same("hash.serial", "unit.label-serial")), "autopilot.serial-mismatch"),
        ),
        picture="copy-from-unit",
        no_timer=N_("Copying takes a few seconds; the bar shows how far it is."),
        forgets=frozenset({"hash.file", "hash.verdict", "hash.serial", "unit.label-serial"}),
        cable=True,
    ),
    Step(
        key="register",
        verb=N_("Register with Autopilot"),
        instruction=N_("The station looks whether the unit is registered already and sends the hash if it is not."),
        actor=Actor.STATION,
        proof=OneOf("autopilot.registration", REGISTERED_OR_ON_ITS_WAY),
        budget=600,
        action="register",
        faults=IMPORT_FAULTS,
        picture="cloud-upload",
        no_timer=N_("Sending takes seconds; the cloud's own time comes with the next card."),
        forgets=frozenset({"autopilot.registration", "autopilot.import.error"}),
    ),
    Step(
        key="import",
        verb=N_("Wait for the import"),
        instruction=N_("Microsoft imports the hash. Keep the unit on the hummingbird page, away from any network."),
        actor=Actor.CLOUD,
        proof=Is("autopilot.registration", "registered"),
        budget=1200,
        action="",
        faults=IMPORT_FAULTS,
        picture="cloud-import",
        timer=Timer(120, N_("An import takes a few minutes, at most 15"), "facts: tenant §1.1"),
        retry_from="register",
        forgets=frozenset({"autopilot.registration", "autopilot.import.error"}),
    ),
    Step(
        key="profile",
        verb=N_("Wait for the profile"),
        instruction=N_("The group and the deployment profile are being assigned. The unit may go online only after that."),
        actor=Actor.CLOUD,
        proof=Is("autopilot.profile", "assigned"),
        budget=3600,
        faults=(
            FaultRule(Is("autopilot.profile-detail", "windowsPcProfileNotSupported"), "autopilot.pc-profile", Severity.HOLD),
        ),
        picture="cloud-profile",
        timer=Timer(300, N_("Assignment takes minutes, sometimes longer"), "facts: tenant §1.1; enrolment §3.6"),
    ),
    Step(
        key="go-online",
        verb=N_("Go through setup to the network page"),
        instruction=N_("It may go online now. Put the headset on, choose language and region, skip or do the eye calibration, "
                       "connect to Wi-Fi. Then take it off."),
        actor=Actor.PERSON,
        proof=Either(Attested("online"), Is("autopilot.contacted", True), Is("tenant.enrolled", True)),
        budget=1800,
        picture="network-page",
        timer=Timer(15, N_("After the network it searches 15 s for its profile"), "facts: enrolment §3.7"),
        otherwise=(EULA_SEEN, OWNER_PAGE_SEEN, CLOCK_SEEN, LOCKED_SEEN),
        attestation=Attestation("online", N_("It is connected")),
        faults=ENROLMENT_FAULTS,
        forgets=frozenset({"tenant.error", "autopilot.enrolment", "attested.online"}),
    ),
    Step(
        key="deploy",
        verb=N_("Leave it alone"),
        instruction=N_("The headset sets itself up and may restart. Do not touch it or its power button. "
                       "When its music stops, it should have finished."),
        actor=Actor.UNIT,
        proof=Every(Is("tenant.enrolled", True),
                    OneOf("tenant.enrolment-type", ("windowsAzureADJoinUsingDeviceAuth",))),
        budget=3600,
        faults=ENROLMENT_FAULTS,
        picture="autopilot-welcome",
        timer=Timer(300, N_("As little as 5 minutes; the status page gives up after 60"), "facts: enrolment §3.7, §10"),
        otherwise=(EULA_SEEN, LOCKED_SEEN, FAILURE_LINE_SEEN),
        forgets=frozenset({"tenant.error", "autopilot.enrolment"}),
        expects_restart=True,
    ),
    Step(
        key="sign-in-page",
        verb=N_("Look for “Other user”"),
        instruction=N_("Look into the headset. It must show the sign-in page with “Other user”. Confirm it here."),
        actor=Actor.PERSON,
        proof=Every(Attested("other-user"), Is("tenant.enrolled", True)),
        budget=1800,
        picture="other-user",
        no_timer=N_("The headset waits on this page; there is no hurry."),
        otherwise=(FAILURE_LINE_SEEN,),
        attestation=Attestation("other-user", N_("I see “Other user”")),
        faults=ENROLMENT_FAULTS,
        forgets=frozenset({"tenant.error", "attested.other-user"}),
    ),
)

PATH = Path(
    key=KEY,
    title=N_("Autopilot, self-deploying, over Wi-Fi"),
    summary=N_("The station registers the headset; at first start it joins Entra and Intune by itself. For shared devices."),
    generations=(Generation.HOLOLENS_2,),
    minimum=WIFI_MINIMUM,
    identity=IdentityKind.NONE,
    purpose=Purpose.ENROL,
    owner=N_("Nobody automatically: the first Entra user only if that user is Global or Device Administrator."),
    verify=N_("On the headset: the “Other user” sign-in page. In the tenant: an Intune record of type "
              "windowsAzureADJoinUsingDeviceAuth without primary user."),
    undo=N_("Not on the headset. Delete the Intune record (or unblock the device), then reset or reflash; "
            "keep the Autopilot record to use the unit again."),
    source="facts: enrolment §3; holo docs hololens2-autopilot.md",
    preconditions=PRECONDITIONS,
    own_steps=STEPS,
    needs=frozenset({"autopilot-profile", "auto-enrolment", "entra-p1", "windows-allowed"}),
    enrolment_types=("windowsAzureADJoinUsingDeviceAuth",),
)
