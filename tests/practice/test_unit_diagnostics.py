"""What the chord leaves in Documents: the temp file first, then archives with a hash that the product's own checker accepts."""

import csv
import io
import zipfile

import pytest

from station.autopilot.hardware_hash import decode
from station.model.errors import DataError
from station.practice.units.drive import DOCUMENTS
from station.practice.units.hash_maker import damaged, hardware_hash
from station.practice.units.identity import make_identity
from station.practice.units.unit import VirtualUnit
from tests.hand_clock import HandClock
from tests.practice.bench_of_units import unit


def archive(one: VirtualUnit, name: str = "AutopilotDiagnostics.zip") -> zipfile.ZipFile:
    found = one.drive.find(one.drive.folder(DOCUMENTS), name)
    assert found is not None
    return zipfile.ZipFile(io.BytesIO(bytes(found.data)))


def row(one: VirtualUnit) -> dict[str, str]:
    zipped = archive(one)
    (name,) = (n for n in zipped.namelist() if n.startswith("DeviceHash_"))
    (found,) = csv.DictReader(io.StringIO(zipped.read(name).decode("ascii")))
    return found


def collected(*quirks: str) -> VirtualUnit:
    clock = HandClock()
    one = unit(*quirks, clock=clock)
    one.press_chord()
    clock.move(61)
    one.catch_up()
    return one


def test_the_temp_file_is_there_for_a_minute_and_then_the_archives() -> None:
    clock = HandClock()
    one = unit(clock=clock)
    one.press_chord()
    assert one.files() == ("Documents", "HoloLensDiagnostics.temp")
    clock.move(59)
    assert "HoloLensDiagnostics.temp" in one.files()
    clock.move(1)
    assert set(one.files()) == {"Documents", "HololensDiagnostics.zip", "DeviceEnrollmentDiagnostics.zip", "TPMDiagnostics.zip",
                                "AutopilotDiagnostics.zip"}


def test_the_hash_file_names_the_unit_and_decodes() -> None:
    one = collected()
    told = row(one)
    decoded = decode(told["Hardware Hash"])
    assert told["Device Serial Number"] == one.serial
    assert (decoded.serial, decoded.manufacturer, decoded.model, decoded.size) == (
        one.serial, "Microsoft Corporation", "HoloLens 2", 3000)


def test_two_hashes_of_one_unit_differ_and_name_the_same_serial() -> None:
    identity = make_identity(7, 1)
    first, second = hardware_hash(identity, made=1), hardware_hash(identity, made=2)
    assert first != second
    assert decode(first).serial == decode(second).serial


def test_a_damaged_hash_is_not_accepted() -> None:
    with pytest.raises(DataError):
        decode(damaged(hardware_hash(make_identity(7, 1))))


def test_the_wrong_serial_quirk_spoils_the_row_and_not_the_hash() -> None:
    one = collected("wrong-serial-in-csv")
    told = row(one)
    assert told["Device Serial Number"] != one.serial
    assert decode(told["Hardware Hash"]).serial == one.serial


def test_a_truncated_archive_cannot_be_opened() -> None:
    with pytest.raises(zipfile.BadZipFile):
        archive(collected("truncated-zip"))


def test_a_temp_file_that_never_goes_brings_no_archive() -> None:
    clock = HandClock()
    one = unit("temp-file-never-goes", clock=clock)
    one.press_chord()
    clock.move(3600)
    assert one.files() == ("Documents", "HoloLensDiagnostics.temp")


def test_a_stale_archive_is_older_than_the_bench_and_is_replaced() -> None:
    clock = HandClock()
    one = unit("stale-zip", clock=clock)
    documents = one.drive.folder(DOCUMENTS)
    before = one.drive.find(documents, "AutopilotDiagnostics.zip")
    assert before is not None
    assert (clock.now() - before.modified).days == 3
    one.press_chord()
    clock.move(60)
    one.files()
    after = one.drive.find(documents, "AutopilotDiagnostics.zip")
    assert after is not None
    assert after.modified == clock.now()


@pytest.mark.parametrize(("quirks", "files"), [
    (("diagnostics-disabled",), {"Documents"}),
    (("low-space",), {"Documents", "StorageDiagnostics.zip"}),
    (("old-build",), {"Documents", "HololensDiagnostics.zip", "DeviceEnrollmentDiagnostics.zip"}),
])
def test_what_is_left_depends_on_policy_space_and_build(quirks: tuple[str, ...], files: set[str]) -> None:
    assert set(collected(*quirks).files()) == files


def test_a_restart_half_way_leaves_nothing_and_the_next_chord_collects() -> None:
    clock = HandClock()
    one = unit("reboot-mid-step", clock=clock)
    one.press_chord()
    clock.move(30 + 25)
    assert one.files() == ("Documents",)
    one.press_chord()
    clock.move(60)
    assert "AutopilotDiagnostics.zip" in one.files()
