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


def observation(unit: int, run: str, n: int) -> Draft:
    return Draft(Observed((Fact("unit.battery", n % 100, Link.MTP, AT),)), AT, f"usb:{unit}", run, unit)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of a bench in small: 32 units, twenty runs each, a hundred facts a run."""
    file = tmp_path_factory.mktemp("record") / "journal.sqlite"
    with Journal.open(str(file), "bench-1", WallClock()) as journal:
        for n in range(RUNS_EACH):
            for unit in range(1, UNITS + 1):
                run = f"{unit}-{n}"
                plugged = Plugged(f"1-{unit}", "normal", 0x45E, 0x653, "HoloLens", str(unit))
                journal.append(Draft(plugged, AT, f"usb:{unit}", "", unit),
                               Draft(RunStarted("autopilot", "blue"), AT, f"usb:{unit}", run, unit),
                               *(observation(unit, run, k) for k in range(FACTS_EACH)))
    return file


def test_the_board_comes_back_in_a_fraction_of_what_reading_the_record_takes(
        record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.perf_counter()
    with Journal.open(str(record), "bench-1", WallClock()) as journal:
        board = empty_board(range(1, UNITS + 1))
        for event in journal.board_events():
            board, _ = fold(board, event, PATHS)
        restored = time.perf_counter() - begun
        begun = time.perf_counter()
        rows = len(journal.events())
        whole = time.perf_counter() - begun
    with capsys.disabled():
        print(f"\n  board of {UNITS} units restored in {restored / whole:.0%} of the time that reading all {rows} rows takes "
              f"({restored:.2f} s; limit {RESTORED_WITHIN_S:g} s)")

    assert len(board.runs) == UNITS
    assert restored < whole / 4
    assert restored < RESTORED_WITHIN_S


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
