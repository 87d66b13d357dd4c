"""kill -9 in the middle of a 2,000-row import, then a restart: each device registered exactly once, whatever the point.

A real process against the virtual tenant over HTTPS. Every point of a whole run is tried at 320 rows in memory by
tests/unit/test_registration.py; here points are spread over a whole run of 2,000 rows, most of them while chunks are being sent.
"""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from station.autopilot.import_log import JournalImportLog
from station.journal import Journal
from station.model.timing import Deadline
from tests.practice.registration_rig import Rig, practice

ROWS = 2_000
SPEED = 300.0
SENDING = 130
POINTS = (*range(1, SENDING, 9), *range(SENDING, 320, 25))
ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")


def command(rig: Rig, folder: Path, point: int, until: str, rows: int = ROWS, seconds: int = 120) -> list[str]:
    given = {"graph": rig.tenant.graph_url, "ca": rig.tenant.ca_file, "token": rig.tenant.token(), "folder": str(folder),
             "rows": str(rows), "point": str(point), "speed": str(SPEED), "until": until, "seconds": str(seconds)}
    return [sys.executable, "-m", "tests.faults.registration_child", json.dumps(given)]


def station(rig: Rig, folder: Path, point: int, until: str = "imported") -> tuple[int, dict[str, int]]:
    """Run a station to its end or to the point of its death; exit status and what it printed."""
    done = subprocess.run(command(rig, folder, point, until), cwd=ROOT, text=True, capture_output=True, timeout=200, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else {}


def registered(rig: Rig) -> Counter[str]:
    return Counter(e.subject for e in rig.tenant.effects if e.kind == "import-accepted")


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_import_goes_on_and_registers_every_device_exactly_once(point: int, tmp_path: Path) -> None:
    with practice(tmp_path, SPEED) as rig:
        status, _ = station(rig, tmp_path / "station", point)
        assert status == -signal.SIGKILL, "the run ended before it came to this point"
        status, told = station(rig, tmp_path / "station", 0)
        assert status == 0
        assert told["registered"] == ROWS
        assert len(registered(rig)) == ROWS
        assert set(registered(rig).values()) == {1}


@pytest.mark.slow
def test_an_import_killed_again_and_again_still_ends_with_every_device_once(tmp_path: Path) -> None:
    with practice(tmp_path, SPEED) as rig:
        deaths = 0
        for point in (17, 23, 9, 41, 30, 55, 70):
            status, _ = station(rig, tmp_path / "station", point)
            deaths += status != 0
        status, told = station(rig, tmp_path / "station", 0)
        assert deaths >= 4
        assert told["registered"] == ROWS
        assert set(registered(rig).values()) == {1}


def test_while_one_program_of_the_station_sends_another_sends_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "station"
    with practice(tmp_path, SPEED) as rig:
        with Journal.open(str(folder / "journal.sqlite"), "bench-1", rig.clock) as journal, \
                JournalImportLog(journal, "bench-1", rig.clock, folder).exclusive(Deadline(30)):
            other = subprocess.run(command(rig, folder, 0, "submitted", rows=40, seconds=1), cwd=ROOT, text=True,
                                   capture_output=True, timeout=200, check=False)
        assert "autopilot.import-elsewhere" in other.stderr
        assert not registered(rig)
        again = subprocess.run(command(rig, folder, 0, "submitted", rows=40), cwd=ROOT, text=True, capture_output=True,
                               timeout=200, check=True)
        assert json.loads(again.stdout)["sent"] == 40


def test_a_whole_run_passes_enough_points_to_be_killed_at(tmp_path: Path) -> None:
    with practice(tmp_path, SPEED) as rig:
        status, told = station(rig, tmp_path / "station", 0, "submitted")
        assert status == 0
        assert told["sent"] == ROWS
        assert told["points"] >= max(p for p in POINTS if p < SENDING) - 9
