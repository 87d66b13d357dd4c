"""Preconditions that several paths share, each with the fault shown while it does not hold. Source: facts/enrolment as named."""

from station.model.build import OsBuild, Series
from station.model.path import Attestation, FaultRule, Precondition, Severity
from station.model.proofs import AtLeast, Attested, BuildAtLeast, Either, Is, OneOf, Vouched
from station.model.words import N_

BUILD_CHECKED = "build-checked"
"""A person read the full build on the headset: MTP tells only the major number (facts/enrolment §4.1)."""
ASK_BUILD = Attestation(BUILD_CHECKED, N_("The build is new enough"))

AUTOPILOT_ETHERNET = OsBuild(19041, 1103)
AUTOPILOT_WIFI = OsBuild(19041, 1128)
STICK = OsBuild(19041, 1103)
STICK_HANDS_FREE = OsBuild(19041, 1128)
PACKAGE_MDM = OsBuild(19041, 1103)
SHARED_ACCOUNT = OsBuild(22621, 1217, Series.INSIDER)
FIRST_GENERATION_BUSINESS = OsBuild(17134)
FIRST_GENERATION_LATE_PACKAGE = OsBuild(17763)

FIRST_GENERATION_MODELS = ("Windows Device", "HoloLens")
BUSINESS = "Windows Holographic for Business"
SECOND_GENERATION = Precondition("generation", N_("HoloLens 2"), Is("unit.model", "HoloLens 2"), "enrolment.wrong-generation")
FIRST_GENERATION = Precondition("generation", N_("HoloLens (1st gen)"), OneOf("unit.model", FIRST_GENERATION_MODELS),
                                "enrolment.not-first-generation")
ANY_GENERATION = Precondition("generation", N_("A HoloLens"), OneOf("unit.model", ("HoloLens 2", *FIRST_GENERATION_MODELS)),
                              "enrolment.not-a-hololens")
_BUILD_1803 = N_("Build 17134 (version 1803) or newer")
_BUILD_1809 = N_("Build 17763 (version 1809) or newer")
STORAGE_SHOWN = Precondition("storage", N_("The storage is shown"), AtLeast("unit.storages", 1), "mtp.no-storage")


def build(minimum: OsBuild, about: str, code: str = "enrolment.build-too-old") -> Precondition:
    """At least this build; where the cable tells too little of it, a person who has read it on the headset."""
    told = BuildAtLeast(minimum)
    if minimum.revision is None:
        return Precondition("build", about, told, code)
    half_told = FaultRule(Is("unit.build", str(minimum.major)), "enrolment.build-not-told", Severity.HOLD)
    return Precondition("build", about, Vouched(told, Attested(BUILD_CHECKED)), code, ASK_BUILD, half_told)


SINCE_1803 = build(FIRST_GENERATION_BUSINESS, _BUILD_1803)
"""Enrolment by itself after joining, packages from the wizard, storage over the cable (facts/enrolment §6.2); every HoloLens 2
is newer."""
SINCE_1809 = build(FIRST_GENERATION_LATE_PACKAGE, _BUILD_1809)
"""Packages after setup (facts/enrolment §2.6)."""


FOR_BUSINESS = Precondition(
    "edition", N_("Windows Holographic for Business, as every HoloLens 2 is"),
    Vouched(Is("unit.edition", BUSINESS), Attested("edition-checked")), "enrolment.not-for-business",
    Attestation("edition-checked", N_("It is for Business")),
    FaultRule(OneOf("unit.model", FIRST_GENERATION_MODELS), "enrolment.edition-not-told", Severity.HOLD))
"""Management, with kiosk, VPN and BitLocker, exists in this edition only. Every HoloLens 2 has it; of a first generation only
its Device Portal tells, else a person knows it from the box, from the package or from Settings › System
(facts/enrolment §1.1)."""


SPACE_TO_RESET = 6 * 10**9
FREE_SPACE = Precondition(
    "space", N_("At least 6 GB free"),
    Either(AtLeast("unit.free-bytes", SPACE_TO_RESET), OneOf("unit.model", FIRST_GENERATION_MODELS)), "enrolment.reset-no-space")
"""A HoloLens 2 with less cannot start after a reset; of a first generation no such limit is documented (facts/enrolment §5.1)."""


def battery(percent: int, about: str, code: str = "enrolment.battery-low") -> Precondition:
    """At least so many percent."""
    return Precondition("battery", about, AtLeast("unit.battery", percent), code)
