"""Harvest of the hardware hash from a unit's diagnostics: what is taken, what is waited for, what is refused and why."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from station.autopilot.diagnostics import Baseline, Finding, Sighting, Stage, judge
from station.autopilot.harvest import PlainFolder, UnitDocuments, await_archive, baseline, harvest, keep
from station.links.mtp.storage import DeviceDescription, GetReceipt, Progress, PutReceipt, StorageDescription, StoredFile
from station.model.errors import Cancelled, DataError, HoloBenchError, LinkError, NotFound
from station.model.timing import CancelToken, Deadline
from tests.unit import hash_builder

SERIAL = "012345678912"
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)
TEMP = "HololensDiagnostics.temp"
ZIP = "AutopilotDiagnostics.zip"
NOTHING = Baseline()
NEXT_YEAR = datetime(2027, 6, 1, tzinfo=UTC)


def diagnostics_zip(csv: str = "", *, serial: str = SERIAL, name: str = "DeviceHash_HoloLens-U5603.csv", seed: int = 1) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LicensingDiag_Output.txt", f"licensing {seed}\n" * 20)
        archive.writestr(name, csv or hash_builder.csv([serial]))
    return stream.getvalue()


def report_zip(server: str) -> bytes:
    stream = io.BytesIO()
    enrolment = f"<Enrollment><ProtectedInformation><MDMServerName>{server}</MDMServerName></ProtectedInformation></Enrollment>"
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("MDMDiagReport.xml", f"<MDMEnterpriseDiagnosticsReport>{enrolment}</MDMEnterpriseDiagnosticsReport>")
    return stream.getvalue()


@dataclass
class Shelf:
    """Documents of a unit as a list of scenes; each look moves to the next, the last one stays."""

    scenes: list[dict[str, bytes] | None]
    modified: datetime = LONG_AGO
    locked: bool = False
    truncate_first: int = 0
    now: int = -1
    fetched: list[str] = field(default_factory=list)

    def describe(self, deadline: Deadline) -> DeviceDescription:
        return DeviceDescription("Microsoft", "HoloLens 2", "10.0.19041.0", SERIAL, "HOLOLENS-1", 80)

    def storages(self, deadline: Deadline) -> tuple[StorageDescription, ...]:
        self.now = min(self.now + 1, len(self.scenes) - 1)
        return () if self.scenes[self.now] is None else (StorageDescription(1, "Internal Storage", 64 << 30, 32 << 30),)

    def list(self, storage_id: int, folder: tuple[str, ...], deadline: Deadline) -> tuple[StoredFile, ...]:
        if self.locked:
            raise LinkError("mtp.locked")
        return tuple(StoredFile(n, len(c), False, self.modified) for n, c in (self.scenes[self.now] or {}).items())

    def get(self, storage_id: int, folder: tuple[str, ...], name: str, target: Path, deadline: Deadline,
            progress: Progress | None = None) -> GetReceipt:
        content = (self.scenes[self.now] or {}).get(name)
        if content is None:
            raise NotFound("mtp.no-such-file", name)
        self.fetched.append(name)
        if len(self.fetched) <= self.truncate_first:
            content = content[:len(content) // 2]
        target.write_bytes(content)
        return GetReceipt(target, len(content), "")

    def put(self, source: BinaryIO | Path, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline, *,
            replace: bool, progress: Progress | None = None) -> PutReceipt:
        raise AssertionError("a harvest never writes to the unit")

    def delete(self, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline) -> None:
        raise AssertionError("a harvest never deletes on the unit")

    def close(self) -> None:
        pass


def soon(seconds: float = 5.0) -> Deadline:
    return Deadline(seconds)


def ticking(looks: int) -> Deadline:
    """A deadline that passes after so many questions for the time, so that no test waits for the wall."""
    ticks: Iterator[float] = iter(range(10**9))
    return Deadline(float(looks * 6), monotonic=lambda: float(next(ticks)))


def taken(shelf: Shelf, start: Baseline = NOTHING, told: Callable[[Finding], None] | None = None) -> StoredFile:
    return await_archive(UnitDocuments(shelf), start, soon(), told, pause=0.0)


def fault(shelf: Shelf, start: Baseline = NOTHING, *, tapped: bool = False) -> str:
    with pytest.raises(HoloBenchError) as caught:
        await_archive(UnitDocuments(shelf), start, ticking(5), tapped=tapped, pause=0.0)
    return caught.value.code


def test_the_archive_is_awaited_while_the_temporary_file_is_there() -> None:
    stages: list[Stage] = []
    zipped = diagnostics_zip()
    shelf = Shelf([{}, {TEMP: b"x"}, {TEMP: b"xx", ZIP: zipped}, {ZIP: zipped}])
    assert taken(shelf, told=lambda f: stages.append(f.stage)).size == len(zipped)
    assert stages == [Stage.ABSENT, Stage.COLLECTING, Stage.READY]
    assert shelf.fetched == []


def test_an_archive_that_still_grows_is_not_taken() -> None:
    zipped = diagnostics_zip()
    half = zipped[:300]
    shelf = Shelf([{ZIP: half}, {ZIP: zipped}, {ZIP: zipped}])
    assert taken(shelf).size == len(zipped)


def test_the_name_is_found_in_any_spelling() -> None:
    assert taken(Shelf([{"AutoPilotDiagnostics.ZIP": diagnostics_zip()}])).name == "AutoPilotDiagnostics.ZIP"


def test_an_archive_of_before_the_start_is_stale_however_new_its_date() -> None:
    old = {ZIP: diagnostics_zip()}
    start = baseline(UnitDocuments(Shelf([old], modified=NEXT_YEAR)), soon())
    shelf = Shelf([old], modified=NEXT_YEAR)
    assert fault(shelf, start) == "autopilot.harvest-stale"


def test_an_archive_that_changed_is_new_however_old_its_date() -> None:
    start = baseline(UnitDocuments(Shelf([{ZIP: diagnostics_zip()}])), soon())
    shelf = Shelf([{ZIP: diagnostics_zip(seed=2222)}])
    assert taken(shelf, start).modified == LONG_AGO


def test_a_baseline_survives_its_text() -> None:
    shelf = Shelf([{ZIP: b"1", "TPMDiagnostics.zip": b"22", "notes.txt": b""}])
    start = baseline(UnitDocuments(shelf), soon())
    assert Baseline.parse(str(start)) == start
    assert "notes.txt" not in str(start)
    assert Baseline.parse("") == Baseline()


@pytest.mark.parametrize(("scenes", "tapped", "code"), [
    ([{}], False, "autopilot.harvest-absent"),
    ([{}], True, "autopilot.harvest-blocked"),
    ([{TEMP: b"x"}], False, "autopilot.harvest-busy"),
    ([{}, {TEMP: b"x"}, {}], False, "autopilot.harvest-blocked"),
    ([None], False, "autopilot.harvest-locked"),
    ([{}, {"StorageDiagnostics.zip": b"PK"}], False, "autopilot.harvest-low-space"),
    ([{}, {"HololensDiagnostics.zip": b"PK"}], False, "autopilot.harvest-no-archive"),
], ids=["absent", "blocked, chord attested", "busy", "blocked", "locked", "low space", "no Autopilot archive"])
def test_each_way_to_have_no_archive_has_its_own_fault(scenes: list[dict[str, bytes] | None], tapped: bool, code: str) -> None:
    assert fault(Shelf(scenes), tapped=tapped) == code


def test_a_locked_unit_is_told_from_an_empty_one() -> None:
    assert fault(Shelf([{}], locked=True)) == "autopilot.harvest-locked"


def test_a_cancel_ends_the_wait() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        await_archive(UnitDocuments(Shelf([{}])), Baseline(), Deadline(60, token), pause=0.0)


def harvested_from(shelf: Shelf, unit_serial: str = "") -> object:
    folder = UnitDocuments(shelf)
    return harvest(folder, await_archive(folder, Baseline(), soon(), pause=0.0), soon(), unit_serial=unit_serial)


def test_a_harvest_gives_the_checked_row_and_its_facts(tmp_path: Path) -> None:
    folder = UnitDocuments(Shelf([{ZIP: diagnostics_zip()}]))
    found = harvest(folder, await_archive(folder, Baseline(), soon(), pause=0.0), soon(), unit_serial=SERIAL)
    path = keep(found, tmp_path)
    assert path.name == f"DeviceHash_{SERIAL}.csv"
    assert path.read_text() == hash_builder.csv([SERIAL]).replace("\r\n", "\n")
    assert found.values(path.name) == {
        "hash.zip": ZIP, "hash.verdict": "ok", "hash.file": path.name, "unit.label-serial": SERIAL,
        "hash.serial": SERIAL, "unit.build": "22621.1272"}


def test_a_hash_of_another_unit_stops() -> None:
    folder = UnitDocuments(Shelf([{ZIP: diagnostics_zip(serial="999999999999")}]))
    found = harvest(folder, await_archive(folder, Baseline(), soon(), pause=0.0), soon(), unit_serial=SERIAL)
    assert found.verdict == "stop"
    assert [v.code for v in found.row.verdicts] == ["autopilot.serial-mismatch"]


def test_a_copy_cut_short_once_is_copied_again() -> None:
    shelf = Shelf([{ZIP: diagnostics_zip()}], truncate_first=1)
    harvested_from(shelf)
    assert shelf.fetched == [ZIP] * 2


def test_an_archive_that_stays_cut_short_is_told() -> None:
    with pytest.raises(DataError) as caught:
        harvested_from(Shelf([{ZIP: diagnostics_zip()}], truncate_first=9))
    assert caught.value.code == "autopilot.harvest-truncated"


def test_an_archive_without_a_hash_is_told() -> None:
    with pytest.raises(DataError) as caught:
        harvested_from(Shelf([{ZIP: diagnostics_zip(name="LicensingDiag.txt")}]))
    assert caught.value.code == "autopilot.zip-no-hash"


def test_the_report_beside_it_is_read_as_a_hint() -> None:
    scene = {ZIP: diagnostics_zip(), "DeviceEnrollmentDiagnostics.zip": report_zip("https://r.manage.microsoft.com")}
    folder = UnitDocuments(Shelf([scene]))
    found = harvest(folder, await_archive(folder, Baseline(), soon(), pause=0.0), soon())
    assert found.told["report.enrolled"] is True
    assert found.told["report.server"] == "https://r.manage.microsoft.com"


def test_a_damaged_sibling_does_not_cost_the_hash() -> None:
    scene = {ZIP: diagnostics_zip(), "DeviceEnrollmentDiagnostics.zip": b"PK\x03\x04 cut"}
    folder = UnitDocuments(Shelf([scene]))
    found = harvest(folder, await_archive(folder, Baseline(), soon(), pause=0.0), soon())
    assert found.verdict == "ok"
    assert found.told["hash.siblings"] == "autopilot.zip-cut-short"


def test_a_plain_folder_is_a_source_too(tmp_path: Path) -> None:
    (tmp_path / "autopilotdiagnostics.zip").write_bytes(diagnostics_zip())
    folder = PlainFolder(tmp_path)
    found = harvest(folder, await_archive(folder, Baseline(), soon(), pause=0.0), soon())
    assert found.row.serial == SERIAL


def test_a_first_look_is_never_enough_to_take_an_archive() -> None:
    file = StoredFile(ZIP, 10, False, None)
    assert judge(Sighting((file,)), Baseline()).stage is Stage.COLLECTING
    assert judge(Sighting((file,)), Baseline(), Sighting((file,))).archive == file
