"""The station's data folder: for this account only, and without what a killed station had at hand."""

import sys
from pathlib import Path

import pytest

from station.bench.data_folder import COPIES, DataFolder
from station.model.errors import LinkError


def test_copies_that_a_killed_station_left_go_at_the_next_opening(tmp_path: Path) -> None:
    left = DataFolder(tmp_path).path(COPIES) / "holobench-x" / "AutopilotDiagnostics.zip.1-2.part"
    left.parent.mkdir()
    left.write_bytes(b"a hardware hash")

    DataFolder(tmp_path).without_leavings()

    assert not left.exists()


def test_harvested_rows_stay_at_the_next_opening(tmp_path: Path) -> None:
    kept = DataFolder(tmp_path).path("hashes") / "DeviceHash_1.csv"
    kept.write_text("a row")

    DataFolder(tmp_path).without_leavings()

    assert kept.read_text() == "a row"


@pytest.mark.skipif(sys.platform == "win32", reason="rights of a folder are the account's there")
def test_a_folder_is_for_this_account_only(tmp_path: Path) -> None:
    assert DataFolder(tmp_path / "data").path(COPIES).stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(LinkError, match=r"bench\.no-files"):
        DataFolder(tmp_path / "file").path("hashes")
