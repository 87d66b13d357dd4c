"""Windows Portable Devices against COM objects in memory: order of calls, lifetimes, threads, refusals and the upload rules."""

import ctypes
import hashlib
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.links.mtp.storage import ROOT
from station.links.mtp.wpd import types as t
from station.links.mtp.wpd import vtables as v
from station.links.mtp.wpd.com import ComError, Pointer
from station.links.mtp.wpd.device import listed
from station.links.mtp.wpd.refusals import explain
from station.links.mtp.wpd.storage import WpdStorage
from station.model.errors import Cancelled, DataError, LinkError, LinkLost, NotFound, OverBudget, Refused
from station.model.faults import catalogue
from station.model.timing import CancelToken, Deadline
from tests.unit.wpd_fake import DENIED, GONE, FakeCom, Stored

STORAGE = 0x10001
LATER = 10.0


def soon() -> Deadline:
    return Deadline(LATER)


@pytest.fixture
def com() -> Iterator[FakeCom]:
    """A device in memory; afterwards nothing may be leaked and no rule broken."""
    made = FakeCom()
    yield made
    made.done()


@pytest.fixture
def storage(com: FakeCom) -> Iterator[WpdStorage]:
    made = WpdStorage(com, "pnp")
    yield made
    made.close()


def test_structures_are_as_large_as_windows_says() -> None:
    assert ctypes.sizeof(t.Guid) == 16
    assert ctypes.sizeof(t.PropertyKey) == 20
    assert ctypes.sizeof(t.PropVariant) == (24 if ctypes.sizeof(ctypes.c_void_p) == 8 else 16)


@pytest.mark.parametrize(("interface", "method", "index"), [
    (v.MANAGER, "RefreshDeviceList", 4), (v.DEVICE, "Open", 3), (v.DEVICE, "Cancel", 7), (v.CONTENT, "Delete", 8),
    (v.PROPERTIES, "GetValues", 5), (v.RESOURCES, "GetStream", 5), (v.VALUES, "SetStringValue", 7),
    (v.VALUES, "SetUnsignedLargeIntegerValue", 13), (v.VALUES, "SetGuidValue", 27), (v.VALUES, "Clear", 42),
    (v.KEYS, "Add", 5), (v.VARIANTS, "Add", 5), (v.OBJECT_IDS, "Next", 3), (v.STREAM, "Commit", 8),
    (v.DATA_STREAM, "GetObjectID", 14),
])
def test_methods_stand_where_the_sdk_has_them(interface: v.Interface, method: str, index: int) -> None:
    assert interface.index(method) == index


def test_the_manager_lists_devices_with_the_names_they_have(com: FakeCom) -> None:
    com.initialize()
    (found,) = listed(com)
    com.uninitialize()
    assert (found.friendly_name, found.description, found.manufacturer) == ("", "HoloLens 2", "Microsoft Corporation")
    assert "vid_045e" in found.pnp_id


def test_a_device_describes_itself_and_missing_values_are_borne(com: FakeCom, storage: WpdStorage) -> None:
    com.device_values = {t.DEVICE_MAKER: "Microsoft Corporation", t.DEVICE_MODEL: "HoloLens 2", t.DEVICE_FIRMWARE: "10.0.19041.0",
                         t.DEVICE_POWER: 64}
    told = storage.describe(soon())
    assert (told.model, told.version, told.serial, told.battery_percent) == ("HoloLens 2", "10.0.19041.0", "", 64)


def test_storages_are_the_functional_objects_of_category_storage(com: FakeCom, storage: WpdStorage) -> None:
    com.add("DEVICE", Stored("x", "DEVICE", "Rendering", t.TYPE_FUNCTIONAL))
    (found,) = storage.storages(soon())
    assert (found.id, found.description, found.free_bytes) == (STORAGE, "Internal Storage", 40_000_000_000)


def test_no_storage_is_a_state_and_not_an_error(com: FakeCom, storage: WpdStorage) -> None:
    com.files.clear()
    assert storage.storages(soon()) == ()
    with pytest.raises(LinkError, match=r"mtp\.locked"):
        storage.list(STORAGE, ROOT, soon())


def test_more_entries_than_one_batch_are_all_listed(com: FakeCom, storage: WpdStorage) -> None:
    for number in range(70):
        com.add("o1", Stored(f"f{number}", "o1", f"{number}.txt", more={t.OBJECT_MODIFIED: 44_000.5}))
    found = storage.list(STORAGE, ("Documents",), soon())
    assert len(found) == 70
    assert (found[0].modified.year, found[0].modified.hour) == (2020, 12)  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1001, 25_000])
def test_a_file_comes_back_as_it_went(size: int, com: FakeCom, storage: WpdStorage, tmp_path: Path) -> None:
    data = bytes(i & 0xFF for i in range(size))
    com.write_limit = 300
    receipt = storage.put(io.BytesIO(data), STORAGE, ROOT, "a.ppkg", soon(), replace=False)
    assert (receipt.size, receipt.sha256, receipt.read_back) == (size, hashlib.sha256(data).hexdigest(), True)
    assert storage.get(STORAGE, ROOT, "A.PPKG", tmp_path / "a", soon()).path.read_bytes() == data


def test_the_object_is_committed_before_its_id_is_asked_and_the_stream_released_before_reading_back(
        com: FakeCom, storage: WpdStorage) -> None:
    storage.put(io.BytesIO(b"abc"), STORAGE, ROOT, "a", soon(), replace=False)
    order = [c for c in com.calls if c.split(".")[1] in ("Write", "Commit", "GetObjectID", "GetStream")]
    assert order == ["IStream.Write", "IStream.Commit", "IPortableDeviceDataStream.GetObjectID",
                     "IPortableDeviceResources.GetStream"]


def test_a_taken_name_needs_consent(com: FakeCom, storage: WpdStorage) -> None:
    com.add("s10001", Stored("old", "s10001", "A.ppkg", data=b"old"))
    with pytest.raises(Refused, match=r"mtp\.name-taken"):
        storage.put(io.BytesIO(b"new"), STORAGE, ROOT, "a.ppkg", soon(), replace=False)
    storage.put(io.BytesIO(b"new"), STORAGE, ROOT, "a.ppkg", soon(), replace=True)
    assert [f.data for f in com.files.values() if f.kind == t.TYPE_FILE] == [b"new"]


def test_deleting_looks_at_the_result_of_the_object_too(com: FakeCom, storage: WpdStorage) -> None:
    com.add("s10001", Stored("f", "s10001", "a"))
    storage.delete(STORAGE, ROOT, "a", soon())
    with pytest.raises(NotFound, match=r"mtp\.no-such-file"):
        storage.delete(STORAGE, ROOT, "a", soon())


def test_a_write_that_fails_is_reverted_and_leaves_nothing(com: FakeCom, storage: WpdStorage) -> None:
    com.fail("IStream.Write", 0, 0x8007_0070)
    with pytest.raises(Refused, match=r"mtp\.no-space"):
        storage.put(io.BytesIO(bytes(5000)), STORAGE, ROOT, "a.ppkg", soon(), replace=False)
    assert com.counts["IStream.Revert"] == 1
    assert [f.name for f in com.files.values()] == ["Internal Storage", "Documents"]


def test_a_device_that_goes_in_the_middle_says_what_is_left(com: FakeCom, storage: WpdStorage) -> None:
    com.fail("IStream.Write", 0, GONE)
    with pytest.raises(LinkLost, match=r"mtp\.unplugged") as caught:
        storage.put(io.BytesIO(bytes(5000)), STORAGE, ROOT, "a.ppkg", soon(), replace=False)
    assert caught.value.values["unfinished"].name == "a.ppkg"  # type: ignore[attr-defined]


def test_a_copy_that_differs_when_read_back_is_removed(com: FakeCom, storage: WpdStorage,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    whole = com.add

    def spoiled(parent: str, stored: Stored) -> Stored:
        stored.data = stored.data[:-1] + b"?"
        return whole(parent, stored)

    monkeypatch.setattr(com, "add", spoiled)
    with pytest.raises(DataError, match=r"mtp\.read-back-differs"):
        storage.put(io.BytesIO(b"abc"), STORAGE, ROOT, "a", soon(), replace=False)
    assert [f.name for f in com.files.values()] == ["Internal Storage", "Documents"]


def test_a_file_longer_than_it_said_is_not_kept(com: FakeCom, storage: WpdStorage, tmp_path: Path) -> None:
    com.add("s10001", Stored("f", "s10001", "a", data=bytes(100), more={t.OBJECT_SIZE: 50}))
    with pytest.raises(DataError, match=r"mtp\.wrong-size"):
        storage.get(STORAGE, ROOT, "a", tmp_path / "a", soon())
    assert list(tmp_path.iterdir()) == []


def test_a_busy_device_is_opened_for_reading_only(com: FakeCom, storage: WpdStorage) -> None:
    com.fail("IPortableDevice.Open", DENIED, 0)
    assert storage.storages(soon())
    assert com.counts["IPortableDevice.Open"] == 2


def test_a_policy_that_denies_everything_is_named(com: FakeCom, storage: WpdStorage) -> None:
    com.fail("IPortableDevice.Open", DENIED, DENIED)
    with pytest.raises(LinkError, match=r"mtp\.windows-denied"):
        storage.storages(soon())


def test_a_call_that_outlasts_its_deadline_is_cancelled_from_beside(com: FakeCom, storage: WpdStorage) -> None:
    storage.storages(soon())
    com.blocks["IPortableDeviceProperties.GetValues"] = threading.Event()
    with pytest.raises(OverBudget, match=r"mtp\.no-answer"):
        storage.describe(Deadline(0.2))
    com.blocks.clear()
    assert com.counts["IPortableDevice.Cancel"] == 1


def test_a_cancel_of_the_person_ends_a_call_that_is_under_way(com: FakeCom, storage: WpdStorage) -> None:
    storage.storages(soon())
    com.blocks["IPortableDeviceProperties.GetValues"] = threading.Event()
    token = CancelToken()
    threading.Timer(0.1, token.cancel).start()
    with pytest.raises(Cancelled):
        storage.describe(Deadline(LATER, token))
    com.blocks.clear()


def test_another_thread_may_not_use_it(com: FakeCom, storage: WpdStorage) -> None:
    storage.storages(soon())
    caught: list[BaseException] = []

    def trespass() -> None:
        try:
            storage.storages(soon())
        except RuntimeError as error:
            caught.append(error)

    thread = threading.Thread(target=trespass)
    thread.start()
    thread.join()
    assert "lane" in str(caught[0])


def test_closing_closes_the_device_before_anything_is_released(com: FakeCom) -> None:
    storage = WpdStorage(com, "pnp")
    storage.storages(soon())
    before = len(com.calls)
    storage.close()
    storage.close()
    assert com.calls[before] == "IPortableDevice.Close"
    assert {c.split(".")[1] for c in com.calls[before + 1:]} == {"Release"}
    with pytest.raises(LinkLost):
        storage.storages(soon())


def test_a_device_that_cannot_be_opened_leaves_nothing_behind(com: FakeCom) -> None:
    com.fail("IPortableDevice.Content", GONE)
    storage = WpdStorage(com, "pnp")
    with pytest.raises(LinkLost):
        storage.storages(soon())
    storage.close()


def test_a_released_pointer_is_never_called_again(com: FakeCom) -> None:
    com.initialize()
    pointer: Pointer = com.create(t.CLSID_VALUES, v.VALUES)
    pointer.release()
    pointer.release()
    with pytest.raises(RuntimeError, match="released"):
        pointer.call("Clear")
    com.uninitialize()


@pytest.mark.parametrize(("hresult", "code"), [
    (0x8004_200C, "mtp.no-space"), (0x8004_2019, "mtp.busy"), (0x8004_A809, "mtp.too-large"), (0x8004_2003, "mtp.session-lost"),
    (0x8004_20FF, "mtp.refused"), (0x802A_0006, "mtp.no-answer"), (0x8007_00AA, "mtp.busy"), (0x8000_FFFF, "mtp.windows-failed"),
])
def test_every_failure_has_a_name_in_the_catalogue(hresult: int, code: str) -> None:
    assert explain(ComError(hresult, "x")).code == code
    assert code in catalogue()
