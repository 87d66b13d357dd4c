"""One program at a time works as a station."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from station.bench import wiring
from station.bench.configuration import Config
from station.bench.only_one import OnlyOne
from station.links.usb.desk import Eyes
from station.links.usb.readers import BackendReader
from station.links.usb.signals import PollSignal
from station.model.errors import JournalError, LinkError, Refused
from station.model.timing import WallClock
from station.practice.units.bus import VirtualBus
from station.vault.secrets import MemorySecrets

HOLD_AND_DIE = """
import os, sys
from pathlib import Path
from station.bench.only_one import OnlyOne
held = OnlyOne(Path(sys.argv[1]))
os.kill(os.getpid(), 9)
"""


def test_a_second_station_is_refused_until_the_first_is_closed(tmp_path: Path) -> None:
    first = OnlyOne(tmp_path / "station.lock")
    with pytest.raises(Refused, match=r"bench\.open-elsewhere"):
        OnlyOne(tmp_path / "station.lock")
    first.close()

    OnlyOne(tmp_path / "station.lock").close()


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_a_station_that_was_killed_keeps_nobody_out(tmp_path: Path) -> None:
    file = tmp_path / "station.lock"
    assert subprocess.run((sys.executable, "-c", HOLD_AND_DIE, str(file)), check=False).returncode == -9

    OnlyOne(file).close()


def test_a_place_where_no_file_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LinkError, match=r"bench\.no-files"):
        OnlyOne(tmp_path / "file" / "station.lock")


def test_a_station_whose_record_takes_nothing_more_at_its_end_keeps_nobody_out(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "system_eyes", lambda: Eyes(BackendReader(VirtualBus((), WallClock()).backend()), PollSignal()))
    monkeypatch.setattr(wiring, "open_secrets", MemorySecrets)
    station = wiring.put_together(Config("bench-1", tmp_path, str(tmp_path / "journal.sqlite")))
    really = station.journal.close

    def on_a_full_disk() -> None:
        really()
        raise JournalError("journal.disk-full")
    monkeypatch.setattr(station.journal, "close", on_a_full_disk)
    with pytest.raises(JournalError, match=r"journal\.disk-full"):
        asyncio.run(station.close())

    OnlyOne(tmp_path / wiring.LOCK_FILE).close()
