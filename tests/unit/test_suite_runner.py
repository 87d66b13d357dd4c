"""`dev.py test` counts honestly: a failure is a failure, a suite that ran nothing too, and what was skipped says why."""

import re
import sys
from pathlib import Path

import pytest
import suites
import system
from suites import Suite

ROOT = Path(__file__).resolve().parents[2]


def _suite(*code: str, **more: object) -> Suite:
    return Suite("example", "an example", tuple(("python", "-c", line) for line in code), 1, **more)  # type: ignore[arg-type]


def _pytest_suite(folder: Path, source: str) -> Suite:
    (folder / "test_example.py").write_text(source, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return Suite("example", "an example", (("pytest", str(folder), "-c", str(folder / "pytest.ini")),), 1)


def _closing(capfd: pytest.CaptureFixture[str]) -> str:
    return capfd.readouterr().out.splitlines()[-1]


def test_steps_that_succeed_are_counted_as_passed(capfd: pytest.CaptureFixture[str]) -> None:
    assert suites.run([_suite("pass", "pass")]) == 0
    assert _closing(capfd) == "2 passed, 0 failed, 0 skipped"


def test_a_step_that_fails_fails_the_run_and_the_next_one_still_runs(capfd: pytest.CaptureFixture[str]) -> None:
    assert suites.run([_suite("raise SystemExit(3)", "pass")]) == 1
    out = capfd.readouterr().out
    assert "status 3" in out
    assert out.splitlines()[-1] == "1 passed, 1 failed, 0 skipped"


def test_tests_are_counted_from_the_report_and_skips_are_told_with_their_reason(
        tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = ("import pytest\ndef test_a(): pass\ndef test_b(): assert 0\n"
              "@pytest.mark.skip(reason='no moon')\ndef test_c(): pass\n")
    assert suites.run([_pytest_suite(tmp_path, source)]) == 1
    out = capfd.readouterr().out
    assert re.search(r"^ +1  no moon$", out, re.MULTILINE)
    assert out.splitlines()[-1] == "1 passed, 1 failed, 1 skipped"


def test_a_suite_that_runs_no_test_has_failed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert suites.run([_pytest_suite(tmp_path, "x = 1\n")]) == 1
    assert "ran no test" in capfd.readouterr().out


def test_a_broken_test_file_is_a_failure_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert suites.run([_pytest_suite(tmp_path, "import nowhere_to_be_found\n")]) == 1
    assert _closing(capfd) == "0 passed, 1 failed, 0 skipped"


def test_a_pytest_that_dies_without_a_report_has_failed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert suites.run([_pytest_suite(tmp_path, "import os\ndef test_a(): os._exit(1)\n")]) == 1
    assert _closing(capfd) == "0 passed, 1 failed, 0 skipped"


def test_a_suite_of_another_system_is_reported_as_skipped(capfd: pytest.CaptureFixture[str]) -> None:
    suites.run([_suite("pass"), _suite("pass", platforms=("plan9",))])
    out = capfd.readouterr().out
    assert "runs on plan9 only" in out
    assert out.splitlines()[-1] == "1 passed, 0 failed, 1 skipped"


def test_a_run_in_which_everything_was_skipped_does_not_succeed() -> None:
    assert suites.run([_suite("pass", platforms=("plan9",))]) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="system packages are asked for on Linux only")
def test_a_suite_whose_system_package_cannot_be_had_is_skipped_with_the_command_that_installs_it(
        monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(system, "_table", lambda: {"moon": {"programs": {"moonshot": "moon-tools"}}})
    monkeypatch.setattr(system, "may_install", lambda: False)
    suites.run([_suite("pass"), _suite("pass", system=("moon",))])
    out = capfd.readouterr().out
    assert "moonshot is missing" in out
    assert out.splitlines()[-1] == "1 passed, 0 failed, 1 skipped"


def test_a_step_beyond_the_budget_of_its_suite_is_stopped_with_its_children(capfd: pytest.CaptureFixture[str]) -> None:
    forever = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import threading; threading.Event().wait()'])"
    suite = Suite("example", "an example", (("python", "-c", forever),), 0)
    assert suites.run([suite]) == 1
    assert "stopped after 0 minutes" in capfd.readouterr().out


def test_every_folder_of_tests_belongs_to_a_suite() -> None:
    named = {word for suite in suites.load() for step in suite.steps for word in step if word.startswith("tests/")}
    folders = {f"tests/{p.name}" for p in (ROOT / "tests").iterdir() if p.is_dir() and list(p.glob("test_*.py"))}
    assert folders <= named


def test_what_one_suite_leaves_out_is_the_subject_of_another() -> None:
    expressions = [step[step.index("-m") + 1] for suite in suites.load() for step in suite.steps if "-m" in step]
    left_out = {name for e in expressions for group in re.findall(r"not \(([^)]*)\)", e) for name in group.split(" or ")}
    subjects = {re.split(r" and not ", e)[0] for e in expressions}
    assert left_out <= subjects


def test_every_group_that_a_suite_names_is_in_the_table_of_system_packages() -> None:
    assert {group for suite in suites.load() for group in suite.system} <= set(system.group_names())
