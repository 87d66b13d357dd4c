"""Cards that register a unit with Autopilot from its own hash. Source: facts/enrolment §3.3, §3.6, §3.9; facts/tenant §1.1.

The profile must be Assigned before the headset reaches the Internet, because it waits 15 s for a profile and then shows the
licence agreement instead (facts/enrolment §3.7).
"""

from station.model.path import Attestation, FaultRule, Severity, Step, Timer
from station.model.proofs import Attested, Either, Every, Is, Not, OneOf, Same, Seen
from station.model.words import N_, Actor
from station.paths import screens
from station.paths.enrolled import IMPORT_FAULTS

REGISTERED_OR_ON_ITS_WAY = ("submitted", "importing", "registered")

REGISTER = (
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
            screens.ASLEEP, screens.CHORD_HELD, screens.PAST_FIRST_PAGE, screens.PACKAGE_PAGE, screens.NOTHING_COLLECTED,
        ),
        forgets=frozenset({"hash.collecting", "hash.zip", "hash.baseline"}),
        cable=True,
    ),
    Step(
        key="collect",
        verb=N_("Wait while it collects"),
        instruction=N_("The headset writes its diagnostics, about one minute; from build 20348.1432 on a sound tells of it. "
                       "Leave it plugged in and switched on."),
        actor=Actor.UNIT,
        proof=Seen("hash.zip"),
        budget=300,
        action="await-diagnostics",
        picture="collecting",
        timer=Timer(60, N_("Collecting takes about one minute"), "facts: enrolment §3.3"),
        otherwise=(
            screens.ASLEEP,
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
        instruction=N_("Microsoft imports the hash. Keep the unit on the hummingbird page or switch it off; "
                       "away from any network."),
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
        key="earlier",
        verb=N_("Look for an older Intune record"),
        instruction=N_("A unit that was enrolled before is refused while its Intune record stands. "
                       "The station looks for one by serial and goes on if there is none."),
        actor=Actor.CLOUD,
        proof=Either(Is("tenant.earlier-record", False), Attested("may-enrol-again")),
        budget=300,
        faults=(
            FaultRule(Is("tenant.earlier-record", True), "autopilot.leftover-record", Severity.HOLD),
        ),
        picture="cloud-record",
        no_timer=N_("The next reading of the tenant tells it."),
        attestation=Attestation("may-enrol-again", N_("It may enrol again")),
        forgets=frozenset({"tenant.earlier-record", "attested.may-enrol-again"}),
    ),
)
"""From the first page to "may be powered on now": the hash, the registration, the profile."""
