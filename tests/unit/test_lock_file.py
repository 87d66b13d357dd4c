"""A lock file: one program at a time, given back however the program ends."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.autopilot.import_log import JournalImportLog
from station.journal import Journal
from station.model.errors import Cancelled, JournalError, OverBudget
from station.model.timing import CancelToken, Deadline, WallClock
from station.vault.lock_file import held

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys
from collections.abc import Iterator
from pathlib import Path
from station.model.timing import Deadline
from station.vault.lock_file import held
with held(Path(sys.argv[1]), Deadline(30), "station.over-budget"):
    print("held", flush=True)
    sys.stdin.read()
"""


def other_program(file: Path) -> "subprocess.Popen[str]":
    """A program that holds the file until its input ends."""
    program = subprocess.Popen([sys.executable, "-c", HOLDER, str(file)], cwd=ROOT, text=True, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    assert program.stdout is not None
    assert program.stdout.readline() == "held\n"
    return program


def test_what_another_program_holds_is_waited_for_as_long_as_the_deadline_allows(tmp_path: Path) -> None:
    file = tmp_path / "x.lock"
    with other_program(file) as program:
        with pytest.raises(OverBudget) as caught, held(file, Deadline(0.1), "autopilot.import-elsewhere"):
            raise AssertionError("held by two")
        assert caught.value.code == "autopilot.import-elsewhere"
        program.kill()
        program.wait()
        with held(file, Deadline(30), "autopilot.import-elsewhere"):
            pass


def test_a_wait_can_be_cancelled(tmp_path: Path) -> None:
    file, token = tmp_path / "x.lock", CancelToken()
    token.cancel()
    with other_program(file) as program:
        with pytest.raises(Cancelled), held(file, Deadline(30, token), "station.over-budget"):
            raise AssertionError("held by two")
        program.kill()


def import_log(journal: Journal, folder: Path) -> JournalImportLog:
    return JournalImportLog(journal, journal.station, WallClock(), folder)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(str(tmp_path / "journal.sqlite"), "bench-1", WallClock()) as opened:
        yield opened


def test_a_second_job_of_the_same_program_waits_too(journal: Journal, tmp_path: Path) -> None:
    one, other = import_log(journal, tmp_path), import_log(journal, tmp_path)
    with one.exclusive(Deadline(30)):
        with pytest.raises(OverBudget) as caught, other.exclusive(Deadline(0.05)):
            raise AssertionError("two at once")
        assert caught.value.code == "autopilot.import-elsewhere"
    with other.exclusive(Deadline(30)):
        pass


def test_a_folder_that_cannot_be_had_is_told_and_keeps_nobody_out_afterwards(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = import_log(journal, tmp_path / "file" / "data")
    for _ in range(2):
        with pytest.raises(JournalError), log.exclusive(Deadline(30)):
            raise AssertionError("no folder")
