"""Bad input and bad surroundings: each is one clear error with its cure and exit status, and nothing is lost."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TextIO

import pytest

from station.bench.only_one import OnlyOne

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits a process as POSIX does")


def holobench(tmp_path: Path, *words: str, out: TextIO | int = subprocess.PIPE,
              **environment: str) -> subprocess.CompletedProcess[str]:
    """The program in a process and a home of its own; `out` is where its data goes."""
    variables = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "LANG": "C.UTF-8",
                 "XDG_CONFIG_HOME": str(tmp_path / "config"), "HOLOBENCH_CONFIG": "", **environment}
    return subprocess.run([sys.executable, "-c", "import sys; from ui.entry import main; sys.exit(main())", *words],
                          stdout=out, stderr=subprocess.PIPE, text=True, env=variables, timeout=60)


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The error as a person reads it: a title, why, what to do, who, code; never a traceback."""
    assert "Traceback" not in done.stderr
    for label in ("Why:", "What to do:", "Who:", "Code:"):
        assert done.stderr.count(label) == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("text", ["[station", "[station]\nspeed = 'fast'\n", "[slots]\ncount = 0\n", "\xff"])
def test_an_unreadable_or_wrong_configuration_is_named_with_its_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "holobench.toml"
    file.write_bytes(text.encode("latin-1"))
    done = holobench(tmp_path, "journal", "verify", HOLOBENCH_CONFIG=str(file))
    assert done.returncode == 2
    assert "holobench.toml" in complaint(done)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_was_closed_beforehand_is_no_mistake_of_the_program(tmp_path: Path, closed: str) -> None:
    line = f'exec "$0" -c "import sys; from ui.entry import main; sys.exit(main())" fault 0x80180014 {closed}'
    done = subprocess.run(["/bin/sh", "-c", line, sys.executable], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "HOME": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("encoding", ["ascii", "cp850"])
def test_an_output_that_has_not_every_letter_gets_escapes_and_json_that_can_be_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "told.txt"
    with file.open("w") as out:
        done = holobench(tmp_path, "--language", "fr", "fault", "0x80180014", out=out, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert file.read_text(encoding=encoding).startswith("Intune refuse l\\u2019inscription")
    with file.open("w") as out:
        holobench(tmp_path, "--language", "fr", "fault", "0x80180014", "--json", out=out, PYTHONIOENCODING=encoding)
    assert json.loads(file.read_text(encoding=encoding).splitlines()[0])["title"] == "Intune refuse l’inscription (0x80180014)"


def test_every_mistake_of_a_configuration_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "holobench.toml"
    file.write_text("[station]\nspeed = 1\n[slots]\ncount = 0\n[usb]\nallow = 3\n")
    told = complaint(holobench(tmp_path, "journal", "verify", HOLOBENCH_CONFIG=str(file)))
    assert all(word in told for word in ("station.speed", "slots.count", "usb.allow"))


def test_an_unknown_path_key_is_refused_with_the_keys_there_are(tmp_path: Path) -> None:
    done = holobench(tmp_path, "practice", "--auto", "--path", "teleport")
    assert done.returncode == 4
    assert "autopilot" in complaint(done)


def test_a_missing_keyring_is_told_and_does_not_stop_the_work(tmp_path: Path) -> None:
    file = tmp_path / "holobench.toml"
    file.write_text('[tenant]\ntenant = "contoso"\nclient = "app"\ncloud = "custom"\nauthority = "https://localhost:9"\n'
                    'graph = "https://localhost:9"\n')
    done = holobench(tmp_path, "tenant", "sign-in", "--device-code", HOLOBENCH_CONFIG=str(file),
                     PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    assert done.returncode in (1, 2, 3)
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("tokens.bin"))


def test_a_journal_of_a_newer_version_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "newer.sqlite"
    played = holobench(tmp_path, "practice", "--auto", "--units", "1", "--speed", "2000", "--journal", str(file))
    assert played.returncode == 0, played.stderr
    with closing(sqlite3.connect(file, isolation_level=None)) as base:
        base.execute("update alembic_version set version_num = '9999'")
    before = file.read_bytes()
    done = holobench(tmp_path, "practice", "--auto", "--units", "1", "--speed", "2000", "--journal", str(file))
    assert done.returncode == 1
    assert "journal.newer" in complaint(done)
    assert file.read_bytes() == before


def test_a_full_disk_stops_the_run_with_its_cure_and_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "full.sqlite"
    holobench(tmp_path, "practice", "--auto", "--units", "1", "--speed", "2000", "--journal", str(file))
    with closing(sqlite3.connect(file)) as base:
        kept = base.execute("select count(*) from event").fetchone()[0]
    small = str(file.stat().st_size + 8192)
    script = ("import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
              f"resource.setrlimit(resource.RLIMIT_FSIZE, ({small}, {small})); "
              "from ui.entry import main; sys.exit(main())")
    done = subprocess.run([sys.executable, "-c", script, "practice", "--auto", "--units", "8", "--speed", "2000",
                           "--journal", str(file)], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "HOME": str(tmp_path), "LANG": "C.UTF-8"})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "journal.disk" in done.stderr
    with closing(sqlite3.connect(file)) as base:
        assert base.execute("select count(*) from event").fetchone()[0] >= kept
    assert holobench(tmp_path, "journal", "verify", "--journal", str(file)).returncode == 0


def test_a_port_that_is_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = holobench(tmp_path, "practice", "--auto", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "practice.port-in-use" in complaint(done)


def test_a_station_that_is_open_already_is_not_opened_a_second_time(tmp_path: Path) -> None:
    file = tmp_path / "shared.sqlite"
    words = ("practice", "--auto", "--units", "1", "--speed", "2000", "--journal", str(file))
    first = OnlyOne(Path(f"{file}.lock"))
    done = holobench(tmp_path, *words)
    assert done.returncode == 1
    assert "bench.open-elsewhere" in complaint(done)
    assert not file.exists()
    first.close()
    assert holobench(tmp_path, *words).returncode == 0


@pytest.mark.parametrize("words", [("practice", "--auto", "--units", "0"), ("practice", "--auto", "--units", "9999"),
                                   ("practice", "--auto", "--faults", "no-such-thing"), ("paths", "--build", "tomorrow")])
def test_numbers_and_names_out_of_range_are_usage_errors(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = holobench(tmp_path, *words)
    assert done.returncode == 2
    complaint(done)


def test_a_word_that_is_no_command_is_a_usage_error(tmp_path: Path) -> None:
    done = holobench(tmp_path, "teleport")
    assert done.returncode == 2
    assert "usage:" in done.stderr


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_no_machine_has_is_a_usage_error(tmp_path: Path, port: str) -> None:
    done = holobench(tmp_path, "practice", "--auto", "--port", port)
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_serial_that_nobody_knows_says_once_that_no_tenant_can_be_asked(tmp_path: Path) -> None:
    done = holobench(tmp_path, "unit", "status", "004599195056")
    assert done.returncode == 2
    assert "configuration.no-tenant" in complaint(done)


WRITERS = [("practice", "--list-faults"), ("practice", "--auto", "--units", "1", "--speed", "2000", "--json"),
           ("practice", "--auto", "--units", "1", "--speed", "2000"), ("fault", "wifi"), ("paths", "--json")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", WRITERS)
def test_an_output_that_takes_nothing_more_is_one_clear_error(tmp_path: Path, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = holobench(tmp_path, *words, out=full)
    assert done.returncode == 1
    assert done.stderr.count("station.output-failed") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", WRITERS)
def test_a_reader_that_has_seen_enough_ends_the_program_quietly(tmp_path: Path, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody_reads:
        done = holobench(tmp_path, *words, out=nobody_reads)
    assert done.returncode == 141
    assert done.stderr == ""


def test_a_bug_is_shown_as_one_and_its_trace_is_kept_for_the_developers(tmp_path: Path) -> None:
    script = ("import sys; from station.cli import paths; from station.cli.main import main; "
              "paths.offers = lambda *_: 1 / 0; sys.exit(main(['paths']))")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "LANG": "C.UTF-8", "TMPDIR": str(tmp_path)})
    assert done.returncode == 1
    assert "station.bug" in complaint(done)
    trace, = tmp_path.glob("holobench-bug-*.txt")
    assert str(trace) in done.stderr
    assert "ZeroDivisionError" in trace.read_text(encoding="utf-8")
