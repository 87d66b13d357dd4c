"""The test suites as data (suites.toml), their runner, and the honest table at the end.

Imports: the standard library only.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import environment
import postgres
import system

TABLE = Path(__file__).with_name("suites.toml")
SCREEN = ("xvfb-run", "-a", "-s", "-screen 0 1920x1200x24")


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite; the fields are explained at the top of suites.toml."""

    name: str
    about: str
    steps: tuple[tuple[str, ...], ...]
    minutes: int
    system: tuple[str, ...] = ()
    service: str = ""
    display: str = ""
    platforms: tuple[str, ...] = ()
    leavings: bool = False
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What a suite came to. A step that is not pytest counts as one check; a suite skipped whole as one skipped."""

    suite: Suite
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def word(self) -> str:
        """ok, FAILED or skipped."""
        if self.failed:
            return "FAILED"
        return "ok" if self.passed else "skipped"


class CannotRun(Exception):
    """The suite cannot run on this machine; the message is the reason."""


def load() -> tuple[Suite, ...]:
    """All suites in the order of the table."""
    return tuple(_suite(**table) for table in tomllib.loads(TABLE.read_text(encoding="utf-8"))["suite"])


def _suite(steps: list[list[str]], **table: Any) -> Suite:
    lists: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    return Suite(steps=tuple(map(tuple, steps)), **lists)


def run(suites: Sequence[Suite], extra: Sequence[str] = ()) -> int:
    """Run suites, print the table and the closing line; 0 when nothing failed. `extra` goes to every pytest."""
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="holobench-test-") as reports:
        for suite in suites:
            outcome = Outcome(suite)
            outcomes.append(outcome)
            begun = time.monotonic()
            try:
                _run_suite(suite, outcome, Path(reports), extra)
            except CannotRun as reason:
                outcome.skipped += 1
                outcome.notes.append(str(reason))
            outcome.seconds = time.monotonic() - begun
    _summary(outcomes)
    return 1 if any(o.failed for o in outcomes) or not any(o.passed for o in outcomes) else 0


def _run_suite(suite: Suite, outcome: Outcome, reports: Path, extra: Sequence[str]) -> None:
    if suite.platforms and sys.platform not in suite.platforms:
        raise CannotRun(f"runs on {', '.join(suite.platforms)} only")
    if lacking := system.provide(suite.system):
        raise CannotRun(f"{lacking[0].name} is missing: {system.remedy(lacking)}")
    deadline = time.monotonic() + suite.minutes * 60
    with ExitStack() as stack:
        variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **_leavings(suite, reports), **suite.env}
        if suite.service == "postgres":
            try:
                variables[postgres.VARIABLE] = stack.enter_context(postgres.server())
            except postgres.NoServer as error:
                raise CannotRun(str(error)) from error
        prefix = _screen(suite, variables, outcome)
        for number, step in enumerate(suite.steps):
            _heading(f"{suite.name}: {' '.join(step)}")
            report = reports / f"{suite.name}-{number}.xml"
            is_pytest = step[0] == "pytest"
            more = (f"--junitxml={report}", *extra) if is_pytest else ()
            status = _call((*prefix, environment.program(step[0]), *step[1:], *more), variables, deadline)
            known = _count(outcome, report) if is_pytest else 0
            outcome.passed += status == 0 and not is_pytest
            if status != 0 and not known:
                outcome.failed += 1
                outcome.notes.append(f"{_ending(suite, step, status)}: {' '.join(step)}")


def _leavings(suite: Suite, reports: Path) -> dict[str, str]:
    """Where a suite leaves its journals, logs, bundles and pictures until the last suite has searched them for secrets."""
    if not suite.leavings:
        return {}
    folder = reports / "leavings" / suite.name
    (folder / "tmp").mkdir(parents=True)
    return {"HOLOBENCH_LEAVINGS": str(folder), "PYTEST_DEBUG_TEMPROOT": str(folder / "tmp")}


def _screen(suite: Suite, variables: dict[str, str], outcome: Outcome) -> tuple[str, ...]:
    if suite.display != "xvfb" or sys.platform != "linux":
        return ()
    if lacking := system.provide(("xvfb",)):
        outcome.notes.append(f"off screen, as Xvfb is missing: {system.remedy(lacking)}")
        return ()
    variables["QT_QPA_PLATFORM"] = "xcb"
    return SCREEN


def _call(command: Sequence[str], variables: Mapping[str, str], deadline: float) -> int | None:
    """Exit status of the command; None when it was stopped at the deadline, with everything that it had started."""
    with subprocess.Popen(command, cwd=environment.ROOT, env=dict(variables), stdin=subprocess.DEVNULL,
                          start_new_session=True) as process:
        try:
            return process.wait(max(1.0, deadline - time.monotonic()))
        except (subprocess.TimeoutExpired, KeyboardInterrupt) as error:
            if os.name == "nt":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, KeyboardInterrupt):
                raise
            return None


def _count(outcome: Outcome, report: Path) -> int:
    """Add up the report of one pytest; answers how many failures it tells of."""
    if not report.is_file():
        return 0
    failures = 0
    for suite in ET.parse(report).getroot().iter("testsuite"):
        tests, bad, skipped = (sum(int(suite.get(k, 0)) for k in keys)
                               for keys in (("tests",), ("errors", "failures"), ("skipped",)))
        outcome.passed += tests - bad - skipped
        outcome.failed += bad
        outcome.skipped += skipped
        outcome.reasons.update(s.get("message", "no reason given") for s in suite.iter("skipped"))
        failures += bad
    return failures


def _ending(suite: Suite, step: Sequence[str], status: int | None) -> str:
    if status is None:
        return f"stopped after {suite.minutes} minutes"
    return "ran no test" if step[0] == "pytest" and status == 5 else f"status {status}"


def _heading(text: str) -> None:
    print(f"\n──── {text} {'─' * max(4, 100 - len(text))}", flush=True)


def _summary(outcomes: Sequence[Outcome]) -> None:
    _heading("summary")
    print(f"{'suite':<12}{'result':<9}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}  about")
    for o in outcomes:
        print(f"{o.suite.name:<12}{o.word:<9}{o.passed:>8}{o.failed:>8}{o.skipped:>9}{o.seconds:>9.1f}  {o.suite.about}")
        for note in o.notes:
            print(f"{'':<12}{note}")
    reasons = sum((o.reasons for o in outcomes), Counter())
    if reasons:
        print("\nskipped tests, by reason:")
        for reason, count in reasons.most_common():
            print(f"{count:>5}  {reason}")
    print(f"\nall suites: {sum(o.seconds for o in outcomes) / 60:.1f} minutes")
    totals = (sum(getattr(o, k) for o in outcomes) for k in ("passed", "failed", "skipped"))
    print("{} passed, {} failed, {} skipped".format(*totals), flush=True)
