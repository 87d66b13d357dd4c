"""Preconditions that several paths share, each with the fault shown while it does not hold. Source: facts/enrolment as named."""

from station.model.build import OsBuild, Series
from station.model.path import Attestation, Precondition
from station.model.proofs import AtLeast, Attested, BuildAtLeast, Is, OneOf, Vouched
from station.model.words import N_

BUILD_CHECKED = "build-checked"
"""A person read the full build on the headset: MTP tells only the major number (facts/enrolment §4.1)."""
ASK_BUILD = Attestation(BUILD_CHECKED, N_("The build is new enough"))

AUTOPILOT_ETHERNET = OsBuild(19041, 1103)
AUTOPILOT_WIFI = OsBuild(19041, 1128)
STICK = OsBuild(19041, 1103)
STICK_HANDS_FREE = OsBuild(19041, 1128)
PACKAGE_MDM = OsBuild(19041, 1103)
LOCAL_MDM_FIXED = OsBuild(20348, 1501)
SHARED_ACCOUNT = OsBuild(22621, 1217, Series.INSIDER)
FIRST_GENERATION_BUSINESS = OsBuild(17134)
FIRST_GENERATION_LATE_PACKAGE = OsBuild(17763)

SECOND_GENERATION = Precondition("generation", N_("HoloLens 2"), Is("unit.model", "HoloLens 2"), "enrolment.wrong-generation")
FIRST_GENERATION = Precondition("generation", N_("HoloLens (1st gen)"), OneOf("unit.model", ("Windows Device", "HoloLens")),
                                "enrolment.not-first-generation")
ANY_GENERATION = Precondition("generation", N_("A HoloLens"), OneOf("unit.model", ("HoloLens 2", "Windows Device", "HoloLens")),
                              "enrolment.not-a-hololens")
_BUILD_1803 = N_("Build 17134 (version 1803) or newer")
_BUILD_1809 = N_("Build 17763 (version 1809) or newer")
STORAGE_SHOWN = Precondition("storage", N_("The storage is shown"), AtLeast("unit.storages", 1), "mtp.no-storage")


def build(minimum: OsBuild, about: str, code: str = "enrolment.build-too-old") -> Precondition:
    """At least this build; where the cable tells too little of it, a person who has read it on the headset."""
    told = BuildAtLeast(minimum)
    return Precondition("build", about, told if minimum.revision is None else Vouched(told, Attested(BUILD_CHECKED)), code)


SINCE_1803 = build(FIRST_GENERATION_BUSINESS, _BUILD_1803)
"""Enrolment by itself after joining, packages from the wizard, storage over the cable (facts/enrolment §6.2); every HoloLens 2
is newer."""
SINCE_1809 = build(FIRST_GENERATION_LATE_PACKAGE, _BUILD_1809)
"""Packages after setup (facts/enrolment §2.6)."""


def battery(percent: int, about: str, code: str = "enrolment.battery-low") -> Precondition:
    """At least so many percent."""
    return Precondition("battery", about, AtLeast("unit.battery", percent), code)
