"""How quick the record is, against itself: the board comes back without reading everything, neighbours share one commit."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.journal import Journal
from station.model.board import empty_board, fold
from station.model.events import Draft, Observed, Plugged, RunStarted
from station.model.facts import Fact
from station.model.timing import WallClock
from station.model.words import Link
from station.paths.registry import PATHS

pytestmark = pytest.mark.bench

AT = datetime(2026, 3, 1, tzinfo=UTC)
UNITS, RUNS_EACH, FACTS_EACH = 32, 20, 100
RESTORED_WITHIN_S = 2.0
ROUNDS = 5
"""The least of them counts: whatever else a machine does can only add."""


def observation(unit: int, run: str, n: int) -> Draft:
    return Draft(Observed((Fact("unit.battery", n % 100, Link.MTP, AT),)), AT, f"usb:{unit}", run, unit)


def record(file: Path, runs_each: int) -> Path:
    """32 units, each with some runs behind it, a hundred facts a run."""
    with Journal.open(str(file), "bench-1", WallClock()) as journal:
        for n in range(runs_each):
            for unit in range(1, UNITS + 1):
                run = f"{unit}-{n}"
                plugged = Plugged(f"1-{unit}", "normal", 0x45E, 0x653, "HoloLens", str(unit))
                journal.append(Draft(plugged, AT, f"usb:{unit}", "", unit),
                               Draft(RunStarted("autopilot", "blue"), AT, f"usb:{unit}", run, unit),
                               *(observation(unit, run, k) for k in range(FACTS_EACH)))
    return file


def restoring(file: Path) -> float:
    """Processor seconds until the board stands again."""
    begun = time.process_time()
    with Journal.open(str(file), "bench-1", WallClock()) as journal:
        board = empty_board(range(1, UNITS + 1))
        for event in journal.board_events():
            board, _ = fold(board, event, PATHS)
    took = time.process_time() - begun
    assert len(board.runs) == UNITS
    return took


def test_a_record_twenty_times_as_long_brings_the_board_back_about_as_soon(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short, long = record(tmp_path / "short.sqlite", 1), record(tmp_path / "long.sqlite", RUNS_EACH)
    rounds = [(restoring(short), restoring(long)) for _ in range(ROUNDS)]
    of_short, of_long = (min(series) for series in zip(*rounds, strict=True))
    with capsys.disabled():
        print(f"\n  board of {UNITS} units restored from {RUNS_EACH} runs each in {of_long / of_short:.2f} of the time that one "
              f"run each takes ({of_long:.2f} s, {of_short:.2f} s; limit {RESTORED_WITHIN_S:g} s)")

    assert of_long < 2 * of_short
    assert of_long < RESTORED_WITHIN_S


def test_queued_observations_cost_a_fraction_of_single_commits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Journal.open(str(tmp_path / "journal.sqlite"), "bench-1", WallClock()) as journal:
        begun = time.perf_counter()
        for n in range(500):
            journal.append(observation(1, "r", n))
        single = (time.perf_counter() - begun) / 500
        begun = time.perf_counter()
        for n in range(5000):
            journal.append_later(observation(1, "r", n))
        journal.flush()
        queued = (time.perf_counter() - begun) / 5000
    with capsys.disabled():
        print(f"\n  a queued observation costs {queued / single:.0%} of a commit of its own "
              f"({queued * 1e6:.0f} µs, {single * 1e6:.0f} µs)")

    assert queued < single / 3
