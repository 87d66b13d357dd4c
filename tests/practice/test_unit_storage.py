"""The product's own initiator against virtual units, through pyusb: every operation, under every quirk of the cable."""

import hashlib
import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from station.links.mtp.opening import open_storage
from station.links.mtp.pyusb_pipe import UsbAddress
from station.links.mtp.storage import ROOT, DeviceStorage, remove_unfinished
from station.model.errors import Cancelled, DataError, LinkError, LinkLost, NotFound, OverBudget, Refused
from station.model.timing import CancelToken, Deadline, ScaledClock
from station.practice.units.bus import VirtualBus
from station.practice.units.headset import Page
from station.practice.units.identity import make_identity
from station.practice.units.unit import VirtualUnit
from tests.hand_clock import HandClock
from tests.practice.bench_of_units import QUICK, STORAGE, bus_of, opened, unit

LATER = 5.0
SIZES = (0, 1, 499, 500, 501, 512, 1012, 65_536, 262_132, 262_144, 262_145, 786_420)
"""Around every edge: full packets with and without their header, full blocks."""

BORNE = ("split-header", "zlp-swallowed", "stale-session", "out-of-step", "mtp-serial-hex", "unnamed-product", "vendor-class")


@pytest.fixture(params=("no quirk", *BORNE))
def storage(request: pytest.FixtureRequest) -> Iterator[DeviceStorage]:
    """An opened unit with one odd behaviour after the other, which must make no difference."""
    one = unit(request.param)
    opened_storage = opened(bus_of(one), one)
    yield opened_storage
    opened_storage.close()


def test_a_unit_describes_itself() -> None:
    one = unit()
    told = opened(bus_of(one), one).describe(Deadline(LATER))
    assert (told.manufacturer, told.model, told.version) == ("Microsoft Corporation", "HoloLens 2", "10.0.20348.0")
    assert (told.serial, told.friendly_name, told.battery_percent) == (one.serial, one.snapshot().name, 87)


def test_a_storage_tells_its_sizes(storage: DeviceStorage) -> None:
    (found,) = storage.storages(Deadline(LATER))
    assert (found.id, found.description) == (STORAGE, "Internal Storage")
    assert 0 < found.free_bytes < found.max_bytes


@pytest.mark.parametrize("size", SIZES)
def test_a_file_of_any_size_comes_back_as_it_went(storage: DeviceStorage, size: int, tmp_path: Path) -> None:
    data = bytes(i * 7 & 0xFF for i in range(size))
    receipt = storage.put(io.BytesIO(data), STORAGE, ROOT, "a.ppkg", Deadline(LATER), replace=False)
    assert (receipt.size, receipt.sha256, receipt.read_back) == (size, hashlib.sha256(data).hexdigest(), True)
    got = storage.get(STORAGE, ROOT, "A.PPKG", tmp_path / "back.ppkg", Deadline(LATER))
    assert got.path.read_bytes() == data
    assert got.sha256 == receipt.sha256


def test_a_listing_names_folders_and_files(storage: DeviceStorage) -> None:
    storage.put(io.BytesIO(b"x" * 10), STORAGE, ("Documents",), "b.txt", Deadline(LATER), replace=False)
    (folder,) = storage.list(STORAGE, ROOT, Deadline(LATER))
    (file,) = storage.list(STORAGE, ("documents",), Deadline(LATER))
    assert (folder.name, folder.is_folder, folder.size) == ("Documents", True, 0)
    assert (file.name, file.is_folder, file.size) == ("b.txt", False, 10)
    assert file.modified is not None


def test_a_file_of_the_same_name_is_replaced_only_with_consent(storage: DeviceStorage) -> None:
    storage.put(io.BytesIO(b"old"), STORAGE, ROOT, "a.ppkg", Deadline(LATER), replace=False)
    with pytest.raises(Refused, match=r"mtp\.name-taken"):
        storage.put(io.BytesIO(b"newer"), STORAGE, ROOT, "A.ppkg", Deadline(LATER), replace=False)
    storage.put(io.BytesIO(b"newer"), STORAGE, ROOT, "A.ppkg", Deadline(LATER), replace=True)
    assert [f.size for f in storage.list(STORAGE, ROOT, Deadline(LATER)) if not f.is_folder] == [5]


def test_a_deleted_file_is_gone(storage: DeviceStorage) -> None:
    storage.put(io.BytesIO(b"x"), STORAGE, ROOT, "a.ppkg", Deadline(LATER), replace=False)
    storage.delete(STORAGE, ROOT, "a.ppkg", Deadline(LATER))
    with pytest.raises(NotFound, match=r"mtp\.no-such-file"):
        storage.delete(STORAGE, ROOT, "a.ppkg", Deadline(LATER))


def test_what_is_not_there_or_not_a_file_is_said_so(storage: DeviceStorage, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"mtp\.no-such-folder"):
        storage.list(STORAGE, ("Pictures",), Deadline(LATER))
    with pytest.raises(Refused, match=r"mtp\.is-folder"):
        storage.get(STORAGE, ROOT, "Documents", tmp_path / "x", Deadline(LATER))
    with pytest.raises(Refused, match=r"mtp\.is-folder"):
        storage.put(io.BytesIO(b""), STORAGE, ROOT, "Documents", Deadline(LATER), replace=True)
    assert not list(tmp_path.iterdir())


def test_progress_ends_at_the_whole(storage: DeviceStorage) -> None:
    told: list[tuple[int, int]] = []
    storage.put(io.BytesIO(bytes(700_000)), STORAGE, ROOT, "a.bin", Deadline(LATER), replace=False,
                progress=lambda done, whole: told.append((done, whole)))
    assert told[-1] == (700_000, 700_000)
    assert [d for d, _ in told] == sorted(d for d, _ in told)


def test_a_file_larger_than_the_free_space_is_refused_before_anything_is_sent() -> None:
    one = unit("low-space")
    one.drive.fill(1000)
    storage = opened(bus_of(one), one)
    with pytest.raises(Refused, match=r"mtp\.no-space"):
        storage.put(io.BytesIO(bytes(5000)), STORAGE, ROOT, "a.ppkg", Deadline(LATER), replace=False)
    assert one.files() == ("Documents",)


def test_a_read_only_storage_is_told_as_such() -> None:
    one = unit("read-only-storage")
    with pytest.raises(Refused, match=r"mtp\.write-protected"):
        opened(bus_of(one), one).put(io.BytesIO(b"x"), STORAGE, ROOT, "a", Deadline(LATER), replace=False)


def test_no_storage_is_a_state_and_not_an_error() -> None:
    one = unit("zero-storages")
    assert opened(bus_of(one), one).storages(Deadline(LATER)) == ()


def test_a_response_in_place_of_data_means_locked() -> None:
    one = unit("response-in-place-of-data")
    storage = opened(bus_of(one), one)
    assert storage.storages(Deadline(LATER)) == ()
    with pytest.raises(LinkError, match=r"mtp\.locked"):
        storage.list(STORAGE, ROOT, Deadline(LATER))


def test_a_locked_unit_still_describes_itself() -> None:
    one = unit(page=Page.OTHER_USER_SIGN_IN)
    storage = opened(bus_of(one), one)
    assert storage.describe(Deadline(LATER)).model == "HoloLens 2"
    assert storage.storages(Deadline(LATER)) == ()


@pytest.mark.parametrize("quirk", ["no-rights", "held-by-other-program"])
def test_a_unit_that_may_not_be_opened_says_why(quirk: str) -> None:
    one = unit(quirk)
    bus = bus_of(one)
    with pytest.raises(LinkError, match=rf"usb\.{quirk}"):
        opened(bus, one)
    assert not bus.open_handles


def test_rights_that_come_a_moment_after_plugging_are_waited_for() -> None:
    one = unit("no-rights")
    threading.Timer(0.3, lambda: one.set_quirk("no-rights", on=False)).start()
    assert opened(bus_of(one), one, limits=replace(QUICK, settle_seconds=5.0)).describe(Deadline(LATER)).model == "HoloLens 2"


def test_a_silent_unit_is_given_up_within_the_budget() -> None:
    one = unit("silent")
    bus = bus_of(one)
    with pytest.raises(OverBudget, match=r"mtp\.no-answer"):
        opened(bus, one, seconds=0.3)
    assert not bus.open_handles


def test_a_unit_that_wakes_slowly_is_waited_for() -> None:
    clock = ScaledClock(speed=40)
    one = VirtualUnit(make_identity(7, 1), clock, quirks=("slow-first-answer",), port="1-1")
    assert opened(VirtualBus([one], clock), one).describe(Deadline(LATER)).model == "HoloLens 2"


def test_a_unit_that_is_not_there_is_said_to_be_unplugged() -> None:
    one = unit(port=None)
    with pytest.raises(LinkLost, match=r"mtp\.unplugged"):
        open_storage(bus_of(one).backend(), UsbAddress("1-2.3", 0x045E, 0x0652), Deadline(1))


def test_another_device_in_the_port_is_not_opened() -> None:
    one = unit()
    bus = bus_of(one)
    with pytest.raises(LinkLost):
        open_storage(bus.backend(), UsbAddress("1-2.3", 0x046D, 0xC52B), Deadline(1))


def test_a_copy_that_is_cut_off_says_what_is_left_and_is_cleaned_up_after_the_reconnect() -> None:
    clock = HandClock()
    one = unit("unplug-during-copy", clock=clock)
    bus = bus_of(one, clock=clock)
    storage = opened(bus, one)
    with pytest.raises(LinkLost) as caught:
        storage.put(io.BytesIO(bytes(600_000)), STORAGE, ROOT, "a.ppkg", Deadline(LATER), replace=False)
    storage.close()
    assert one.files() == ("Documents", "a.ppkg")
    clock.move(10)
    again = opened(bus, one)
    assert remove_unfinished(again, caught.value.values["unfinished"], Deadline(LATER))  # type: ignore[arg-type]
    assert one.files() == ("Documents",)


def test_a_cancelled_copy_leaves_nothing_and_the_session_goes_on() -> None:
    one = unit()
    storage = opened(bus_of(one), one)
    token = CancelToken()

    def stop(done: int, whole: int) -> None:
        if done > whole // 2:
            token.cancel()

    with pytest.raises(Cancelled):
        storage.put(io.BytesIO(bytes(2_000_000)), STORAGE, ROOT, "a.ppkg", Deadline(LATER, token), replace=False, progress=stop)
    assert one.files() == ("Documents",)
    assert storage.storages(Deadline(LATER))


def test_a_source_that_becomes_shorter_leaves_nothing() -> None:
    class Shrinking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 100)) if self.tell() < 300 else b""

    one = unit()
    storage = opened(bus_of(one), one)
    with pytest.raises(LinkError, match=r"mtp\.source-unreadable"):
        storage.put(Shrinking(bytes(500_000)), STORAGE, ROOT, "a.ppkg", Deadline(LATER), replace=False)
    assert one.files() == ("Documents",)


def test_a_copy_that_differs_when_read_back_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = unit()
    storage = opened(bus_of(one), one)

    def spoil(name: str) -> None:
        found = one.drive.find(0, name)
        assert found is not None
        found.data[3] ^= 0x10

    monkeypatch.setattr(one, "stored", spoil)
    with pytest.raises(DataError, match=r"mtp\.read-back-differs"):
        storage.put(io.BytesIO(bytes(1000)), STORAGE, ROOT, "a.ppkg", Deadline(LATER), replace=False)
    assert one.files() == ("Documents",)


def test_a_large_copy_is_proved_by_its_size_alone() -> None:
    one = unit()
    storage = opened(bus_of(one), one, read_back_limit=100)
    assert not storage.put(io.BytesIO(bytes(1000)), STORAGE, ROOT, "a.bin", Deadline(LATER), replace=False).read_back


def test_a_target_that_cannot_be_written_leaves_the_session_in_step(tmp_path: Path) -> None:
    one = unit()
    storage = opened(bus_of(one), one)
    storage.put(io.BytesIO(b"abc"), STORAGE, ROOT, "a.ppkg", Deadline(LATER), replace=False)
    with pytest.raises(LinkError, match=r"mtp\.target-unwritable"):
        storage.get(STORAGE, ROOT, "a.ppkg", tmp_path / "no" / "such" / "folder", Deadline(LATER))
    assert storage.get(STORAGE, ROOT, "a.ppkg", tmp_path / "a", Deadline(LATER)).size == 3


def test_a_storage_belongs_to_the_thread_that_uses_it_first() -> None:
    one = unit()
    storage = opened(bus_of(one), one)
    storage.storages(Deadline(LATER))
    caught: list[BaseException] = []

    def trespass() -> None:
        try:
            storage.storages(Deadline(LATER))
        except RuntimeError as error:
            caught.append(error)

    thread = threading.Thread(target=trespass)
    thread.start()
    thread.join()
    assert "lane" in str(caught[0])


def test_closing_gives_everything_back_and_may_be_repeated() -> None:
    one = unit()
    bus = bus_of(one)
    storage = opened(bus, one)
    storage.close()
    storage.close()
    assert not bus.open_handles
    assert opened(bus, one, limits=QUICK).storages(Deadline(LATER))
