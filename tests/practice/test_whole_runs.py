"""Whole runs over the practice bench: real MTP containers, real HTTPS, a real journal; only headsets and tenant are virtual."""

import io
import json
from typing import Any

import pytest

from station.cli import practice
from station.cli.context import Context
from station.cli.main import main
from station.model.errors import HoloBenchError

FAST = "400"


def play(*args: str) -> tuple[int, list[dict[str, Any]]]:
    """`holobench practice --auto --json …` in this process: exit status and every line of data."""
    import argparse

    parser = argparse.ArgumentParser()
    practice.add_parser(parser.add_subparsers())
    out = io.StringIO()
    context = Context(json=True, out=out, err=io.StringIO())
    status = practice.run(parser.parse_args(["practice", "--auto", "--json", "--speed", FAST, *args]), context)
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


def states(lines: list[dict[str, Any]]) -> list[str]:
    return [unit["state"] for unit in lines[-1]["summary"]["units"]]


def test_eight_units_go_from_plugged_in_to_done() -> None:
    status, lines = play("--units", "8", "--seed", "1")
    assert status == 0
    assert states(lines) == ["Done"] * 8
    assert {line["event"] for line in lines[:-1]} >= {"plugged", "observed", "run-started", "intended", "ended"}


def test_two_units_of_another_tenant_fail_with_cause_and_cure_and_an_unplugged_one_resumes() -> None:
    status, lines = play("--units", "8", "--seed", "1", "--faults", "other-tenant:2,unplug-during-copy:1")
    assert status == 1
    assert states(lines) == ["Failed", "Failed", "Done", "Done", "Done", "Done", "Done", "Done"]
    for unit in lines[-1]["summary"]["units"][:2]:
        assert unit["fault"]["code"] == "autopilot.other-tenant"
        assert unit["fault"]["cause"]
        assert unit["fault"]["cure"]
    interrupted = [line for line in lines if line.get("result") == "interrupted"]
    assert {line["slot"] for line in interrupted} == {8}


def test_a_unit_that_can_never_be_read_says_so_in_its_line_and_again_when_the_bench_gives_up(
        capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", "--auto", "--units", "1", "--speed", "2000", "--faults", "no-rights:1"]) == 1
    told = capsys.readouterr()
    assert "See what it needs\n       " in told.out
    line, summary = told.out.split("See what it needs")[1], told.out.splitlines()[-4:]
    assert "udev" in line
    assert "udev" in "".join(summary)
    assert "0 of 1 units are Done" in told.out
    assert "practice.never-ended" in told.err


def test_the_same_seed_makes_the_same_units_and_the_same_failures() -> None:
    one, other = (play("--units", "3", "--seed", "7", "--faults", "bad-hash:1")[1][-1]["summary"]["units"] for _ in range(2))
    assert [(u["serial"], u["state"]) for u in one] == [(u["serial"], u["state"]) for u in other]


RECOVERED = ["split-header", "zlp-swallowed", "stale-session", "slow-first-answer", "stale-zip", "reboot-mid-step", "low-battery",
             "eula-shown", "already-registered", "late-registration-id", "partial-import", "throttle:3", "unavailable:2",
             "cut-after-post:1", "delete-400-once", "serial-doubles", "storage-after-chord", "unknown-sync-state"]


SLOWER = {"reboot-mid-step": "100"}
"""A restart takes some 25 s of the bench: at full speed a busy machine may not see that the unit was away."""


@pytest.mark.parametrize("quirk", RECOVERED)
def test_an_odd_behaviour_that_the_bench_copes_with_still_ends_in_done(quirk: str) -> None:
    status, lines = play("--units", "1", "--faults", quirk if ":" in quirk else f"{quirk}:always",
                         "--speed", SLOWER.get(quirk, FAST))
    assert (status, states(lines)) == (0, ["Done"]), lines[-1]


FAILING = {
    "other-tenant": "autopilot.other-tenant", "bad-hash": "autopilot.invalid-hash", "damaged-hash": "autopilot.hash-refused",
    "wrong-serial-in-csv": "autopilot.hash-refused", "low-space": "autopilot.harvest-low-space",
    "esp-fails-0x800705b4": "enrolment.0x800705b4", "enrolment-blocked": "enrolment.0x80180014",
    "clock-too-old": "enrolment.clock-too-old",
}


@pytest.mark.parametrize("quirk", sorted(FAILING))
def test_a_failure_that_no_technician_can_cure_is_named_from_the_catalogue(quirk: str) -> None:
    status, lines = play("--units", "1", "--faults", f"{quirk}:always")
    assert (status, states(lines)) == (1, ["Failed"])
    assert lines[-1]["summary"]["units"][0]["fault"]["code"] == FAILING[quirk]


def test_an_unknown_path_is_one_clear_error_with_status_four(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", "--auto", "--path", "teleport"]) == 4
    assert "teleport" in capsys.readouterr().err


@pytest.mark.parametrize("faults", ["nonsense", "other-tenant:x"])
def test_an_unknown_fault_switch_is_a_usage_error(faults: str) -> None:
    with pytest.raises(HoloBenchError) as raised:
        play("--faults", faults)
    assert raised.value.exit_status == 2
