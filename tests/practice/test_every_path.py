"""Every path to Done, and every path into the failures that documents tell of it, by hands that only do what a person can do."""

from dataclasses import replace
from functools import cache

import pytest

import resources
from station.model.events import Observed, RunStarted
from station.model.path import Path
from station.model.runs import Phase
from station.model.words import Actor, Generation, Link, StateWord
from station.paths.registry import PATHS
from station.practice import staging
from station.practice.staging import OWNER, STAGES, Stage
from station.practice.units.cloud import EnrolHow
from tests.practice.path_walk import Walk, walk

EVERY_PATH = [pytest.param(path, id=path.key) for path in PATHS.values()]
AUTOPILOT = ("autopilot", "autopilot-ethernet", "shared-entra")
SIGN_IN = ("entra-oobe", "device-enrollment-manager")
BY_PACKAGE = ("package-bulk-cable", "package-bulk-stick", "package-bulk-later", "package-mdm")
CARRIED = ("unit.", "bus.")


@cache
def to_done(key: str) -> Walk:
    return walk(key)


@pytest.mark.parametrize("path", EVERY_PATH)
def test_a_path_ends_in_done_with_every_step_proved_in_its_order(path: Path) -> None:
    walked = to_done(path.key)
    assert (walked.run.phase, walked.code) == (Phase.DONE, "")
    assert [p.step for p in walked.run.proved] == [step.key for step in path.steps]


@pytest.mark.parametrize("path", EVERY_PATH)
def test_a_person_is_asked_for_nothing_but_what_the_cards_of_the_path_ask(path: Path) -> None:
    asked = {step.attestation.what for step in path.steps if step.attestation}
    facts = [f for e in to_done(path.key).events if isinstance(e.body, Observed) for f in e.body.facts]
    assert {f.key.partition(".")[2] for f in facts if f.source is Link.PERSON} <= asked
    assert {f.source for f in facts if f.key.startswith("tenant.")} <= {Link.GRAPH}


@pytest.mark.parametrize("path", EVERY_PATH)
def test_a_run_begins_with_what_the_unit_itself_told_and_who_becomes_its_owner(path: Path) -> None:
    (begun,) = (e.body for e in to_done(path.key).events if isinstance(e.body, RunStarted))
    said = {f.key: f.value for f in begun.facts if f.source is Link.PERSON}
    assert said == ({"attested.device-owner": path.owner} if path.owner_to_confirm else {})
    assert all(f.key.startswith(CARRIED) for f in begun.facts if f.source is not Link.PERSON)


@pytest.mark.parametrize("path", EVERY_PATH)
def test_the_terminal_tells_the_same_run_in_both_languages(path: Path) -> None:
    said = to_done(path.key).said
    verbs = [step.verb for step in path.steps if step.actor is Actor.PERSON and step.verb in said["en"]]
    assert verbs
    french = resources.translations("fr").gettext
    assert [french(verb) for verb in verbs if french(verb) not in said["fr"]] == []
    assert str(StateWord.DONE) in said["en"]
    assert not [verb for verb in verbs if verb in said["fr"]]


REFUSED: dict[str, str] = {
    **{f"{key} other-tenant": "autopilot.other-tenant" for key in AUTOPILOT},
    **{f"{key} esp-fails-0x800705b4": "enrolment.0x800705b4" for key in AUTOPILOT},
    **{f"{key} enrolment-blocked": "enrolment.0x80180014" for key in AUTOPILOT},
    "autopilot leftover-record": "enrolment.0x80180014",
    "autopilot clock-too-old": "enrolment.clock-too-old",
    **{f"{key} join-forbidden": "enrolment.join-refused" for key in (*SIGN_IN, "settings-connect")},
    **{f"{key} mdm-scope-none": "enrolment.0x8018002b" for key in SIGN_IN},
    **{f"{key} platform-blocked": "enrolment.0x80180014" for key in SIGN_IN},
    **{f"{key} clock-too-old": "enrolment.clock-too-old" for key in (*SIGN_IN, "msa-work-account")},
    **{f"{key} tenant-locked": "enrolment.tenant-lockdown" for key in (*SIGN_IN, "msa-work-account")},
    **{f"{key} enrolment-blocked": "enrolment.0x80180014" for key in ("settings-connect", "msa-work-account", "local-mdm")},
    **{f"{key} package-refused": "enrolment.package-failed" for key in (*BY_PACKAGE, "local-mdm", "first-generation-business")},
    **{f"{key} join-forbidden": "enrolment.package-failed" for key in BY_PACKAGE[:3]},
}
"""Path and what is switched on, and the fault of the catalogue that the run must end with."""


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_a_documented_failure_of_a_path_ends_the_run_under_its_name(case: str) -> None:
    key, quirk = case.split()
    walked = walk(key, f"{quirk}:always")
    assert (walked.run.phase, walked.code) == (Phase.FAILED, REFUSED[case])
    assert not walked.run.facts.value("tenant.enrolled")


HELD: dict[str, str] = {
    **{f"{key} old-build": "enrolment.build-too-old" for key in (*AUTOPILOT, "package-bulk-stick", "package-mdm")},
    **{f"{key} zero-storages": "mtp.no-storage" for key in ("package-bulk-cable", "local-mdm", "package-mdm", "autopilot")},
    "reset low-space": "enrolment.reset-no-space", "autopilot pc-profile": "autopilot.pc-profile",
    "autopilot no-profile-assigned": "station.over-budget",
}
"""Path and what is switched on, and what the run waits for then; a virtual technician cannot bring it about."""


@pytest.mark.parametrize("case", sorted(HELD))
def test_what_a_path_needs_first_holds_the_run_and_is_named(case: str) -> None:
    key, quirk = case.split()
    walked = walk(key, f"{quirk}:always", until=HELD[case])
    assert walked.met[-1] == HELD[case]
    assert walked.run.phase is Phase.ACTIVE


OVERCOME: dict[str, str] = {
    "autopilot low-battery": "enrolment.battery-low", "autopilot eula-shown": "enrolment.eula-shown",
    **{f"{key} low-battery": "enrolment.battery-40" for key in ("flash", "flash-first-generation", "reset")},
    **{f"{key} storage-after-chord": "mtp.no-storage" for key in ("package-bulk-cable", "package-mdm", "local-mdm")},
    "return-leave delete-lingers": "", "return-reuse delete-400-once": "", "package-bulk-cable reboot-mid-step": "",
    "package-bulk-later serial-doubles": "", "entra-oobe serial-doubles": "", "unenrol throttle": "",
}
"""Path and what is switched on, and the trouble that is met on the way to Done."""


@pytest.mark.parametrize("case", sorted(OVERCOME))
def test_what_a_technician_can_cure_is_met_cured_and_ends_in_done(case: str) -> None:
    key, quirk = case.split()
    walked = walk(key, f"{quirk}:always" if quirk != "throttle" else "throttle:3")
    assert OVERCOME[case] in (*walked.met, "")
    assert walked.run.phase is Phase.DONE


@pytest.mark.parametrize("key", ["entra-oobe", "msa-work-account", "package-bulk-cable", "local-mdm"])
def test_a_first_generation_is_asked_for_its_edition_and_goes_the_same_way(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "STAGES", {key: Stage(Generation.HOLOLENS_1)})
    walked = walk(key)
    assert "enrolment.edition-not-told" in walked.met
    assert walked.run.phase is Phase.DONE


WRONG_UNITS: dict[str, tuple[str, Stage, str]] = {
    "a first generation on an Autopilot path": ("autopilot", Stage(Generation.HOLOLENS_1), "enrolment.wrong-generation"),
    "a first generation with a stick": ("package-bulk-stick", Stage(Generation.HOLOLENS_1), "enrolment.wrong-generation"),
    "a HoloLens 2 for the edition upgrade": ("first-generation-business", Stage(), "enrolment.not-first-generation"),
    "a HoloLens 2 for the first generation's tool": ("flash-first-generation", Stage(), "enrolment.not-first-generation"),
    "a unit whose Intune record of an earlier life still stands": (
        "autopilot", Stage(past=STAGES["return-reuse"].past), "autopilot.leftover-record"),
    "a joined unit that cannot be disconnected": (
        "unenrol", Stage(life=replace(OWNER, joined=EnrolHow.OOBE_JOIN)), "enrolment.cannot-unenrol"),
}


@pytest.mark.parametrize("case", sorted(WRONG_UNITS))
def test_a_unit_that_a_path_is_not_for_is_told_before_it_is_touched(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    key, stage, code = WRONG_UNITS[case]
    monkeypatch.setattr(staging, "STAGES", {key: stage})
    assert walk(key, until=code).met[-1] == code
