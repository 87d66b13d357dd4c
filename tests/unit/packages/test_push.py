"""Pushing packages: where they go, what else lies there, read-back, wiping, history."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from station.bench import one_unit, push
from station.bench.one_unit import opened_unit
from station.bench.ports import BusChange, Seen
from station.links.mtp.storage import DeviceDescription
from station.model.errors import Cancelled, DataError, LinkError, LinkLost, NotFound, OverBudget, Refused, UsageError
from station.model.events import Event
from station.model.timing import CancelToken, Deadline
from station.package.push_plan import Place, plan_push
from tests.hand_clock import HandClock, HandDeadline
from tests.unit.packages import making
from tests.unit.packages.push_fakes import MemoryStorage, OneUnitBus


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return making.make(making.simple_settings(), tmp_path, "lab.ppkg")[0]


@pytest.fixture
def unit() -> MemoryStorage:
    return MemoryStorage("123456789012")


def test_a_plan_tells_what_else_would_be_applied() -> None:
    plan = plan_push("lab.ppkg", 10, Place.ROOT, ["old.PPKG", "photo.jpg", "LAB.ppkg"], ["later.ppkg", "x.txt"])
    assert (plan.replaces, plan.others, plan.elsewhere) == (True, ("old.PPKG",), ("later.ppkg",))
    assert [k.name for k in plan.known] == ["old.PPKG"]


@pytest.mark.parametrize("name", ["lab.zip", "lab", "../lab.ppkg", "con.ppkg", "a:b.ppkg", "line\nbreak.ppkg"])
def test_only_packages_under_safe_names_are_pushed(name: str) -> None:
    with pytest.raises(UsageError):
        plan_push(name, 10, Place.ROOT, [])


@pytest.mark.parametrize(("place", "folder"), [(Place.ROOT, ()), (Place.DOCUMENTS, ("Documents",))])
def test_a_package_goes_to_the_root_or_to_documents(unit: MemoryStorage, package: Path, place: Place,
                                                    folder: tuple[str, ...]) -> None:
    told: list[tuple[int, int]] = []
    receipt = push.push_to_unit(unit, package, place, Deadline(5), lambda d, t: told.append((d, t)))
    assert unit.files[folder, "lab.ppkg"] == package.read_bytes()
    assert receipt.package.id == making.ID
    assert told[-1] == (package.stat().st_size,) * 2


def test_packages_on_the_unit_are_listed_before(unit: MemoryStorage, package: Path) -> None:
    unit.files[(), "old.ppkg"] = b"1"
    unit.files[("Documents",), "other.ppkg"] = b"22"
    unit.files[("Documents",), "photo.jpg"] = b"3"
    receipt = push.push_to_unit(unit, package, Place.ROOT, Deadline(5))
    assert (receipt.plan.others, receipt.plan.elsewhere) == (("old.ppkg",), ("other.ppkg",))
    assert {(f.place, f.name, f.size) for f in push.unit_packages(unit, Deadline(5))} >= {(Place.DOCUMENTS, "other.ppkg", 2)}


def test_a_unit_without_documents_is_no_obstacle(unit: MemoryStorage, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = unit.list

    def without(storage_id: int, folder: tuple[str, ...], deadline: Deadline) -> object:
        if folder:
            raise NotFound("mtp.no-such-folder")
        return whole(storage_id, folder, deadline)
    monkeypatch.setattr(unit, "list", without)
    assert push.push_to_unit(unit, package, Place.ROOT, Deadline(5)).plan.elsewhere == ()


def test_a_unit_that_hides_its_storage_is_told(unit: MemoryStorage, package: Path) -> None:
    unit.shown = False
    with pytest.raises(LinkError) as caught:
        push.push_to_unit(unit, package, Place.ROOT, Deadline(5))
    assert caught.value.code == "mtp.no-storage"


def test_a_cut_copy_is_not_told_as_pushed(unit: MemoryStorage, package: Path) -> None:
    unit.fail_at = 10
    with pytest.raises(LinkLost):
        push.push_to_unit(unit, package, Place.ROOT, Deadline(5))


def test_an_encrypted_package_is_refused_before_anything_is_copied(unit: MemoryStorage, package: Path) -> None:
    package.write_bytes(making.encrypted(package.read_bytes(), "12345678"))
    with pytest.raises(DataError) as caught:
        push.push_to_unit(unit, package, Place.ROOT, Deadline(5))
    assert caught.value.code == "package.encrypted"
    assert unit.files == {}


def test_a_package_is_wiped_from_the_unit(unit: MemoryStorage, package: Path) -> None:
    push.push_to_unit(unit, package, Place.ROOT, Deadline(5))
    push.wipe_from_unit(unit, Place.ROOT, "lab.ppkg", Deadline(5))
    assert unit.files == {}
    with pytest.raises(NotFound):
        push.wipe_from_unit(unit, Place.ROOT, "lab.ppkg", Deadline(5))


def test_a_stick_gets_the_package_in_its_root(tmp_path: Path, package: Path) -> None:
    stick = tmp_path / "stick"
    (stick / "folder").mkdir(parents=True)
    (stick / "old.ppkg").write_bytes(b"1")
    (stick / "folder" / "deep.ppkg").write_bytes(b"1")
    receipt = push.push_to_stick(stick, package, Deadline(5))
    assert (stick / "lab.ppkg").read_bytes() == package.read_bytes()
    assert (receipt.plan.others, receipt.plan.elsewhere) == (("old.ppkg",), ("folder/deep.ppkg",))
    assert sorted(p.name for p in stick.iterdir()) == ["folder", "lab.ppkg", "old.ppkg"], "nothing half-written stays"


def test_a_stick_that_gives_other_bytes_back_is_told(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stick").mkdir()
    monkeypatch.setattr(push, "_digest", lambda *_: "0" * 64)
    with pytest.raises(DataError) as caught:
        push.push_to_stick(tmp_path / "stick", package, Deadline(5))
    assert caught.value.code == "package.read-back-differs"
    assert list((tmp_path / "stick").iterdir()) == []


def test_a_full_stick_is_told_before_anything_is_written(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stick").mkdir()
    monkeypatch.setattr(push.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10})())
    with pytest.raises(Refused) as caught:
        push.push_to_stick(tmp_path / "stick", package, Deadline(5))
    assert caught.value.code == "package.no-room"


def test_a_stick_push_ends_with_its_deadline_or_when_it_is_cancelled(tmp_path: Path, package: Path) -> None:
    (tmp_path / "stick").mkdir()
    token = CancelToken()
    token.cancel()
    with pytest.raises(OverBudget):
        push.push_to_stick(tmp_path / "stick", package, Deadline(0))
    with pytest.raises(Cancelled):
        push.push_to_stick(tmp_path / "stick", package, Deadline(5, token))
    assert list((tmp_path / "stick").iterdir()) == []


def test_a_wiped_package_is_overwritten_before_it_goes(tmp_path: Path, package: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    push.push_to_stick(stick, package, Deadline(5))
    os.link(stick / "lab.ppkg", tmp_path / "seen")
    push.wipe_from_stick(stick, "lab.ppkg")
    assert not (stick / "lab.ppkg").exists()
    assert set((tmp_path / "seen").read_bytes()) == {0}


@pytest.mark.parametrize("name", ["none.ppkg", "../lab.ppkg", "photo.jpg"])
def test_only_packages_of_the_stick_are_wiped(tmp_path: Path, package: Path, name: str) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "photo.jpg").write_bytes(b"1")
    with pytest.raises(NotFound):
        push.wipe_from_stick(stick, name)
    assert package.exists()


def test_a_missing_stick_is_told(tmp_path: Path, package: Path) -> None:
    with pytest.raises(NotFound) as caught:
        push.push_to_stick(tmp_path / "none", package, Deadline(5))
    assert caught.value.code == "package.stick-not-found"


def test_the_history_knows_what_went_to_which_serial(package: Path, unit: MemoryStorage) -> None:
    receipt = push.push_to_unit(unit, package, Place.ROOT, Deadline(5))
    clock = HandClock(making.MOMENT)
    drafts = [push.noted(push.PUSHED, clock, push.about_receipt(receipt, serial=unit.serial), unit="unit-1", slot=3),
              push.noted(push.PUSHED, clock, push.about_receipt(receipt, serial="other")),
              push.noted("sign-in", clock, {"serial": unit.serial})]
    events = [Event(n, "bench", d.at, d.unit, d.run, d.slot, d.body) for n, d in enumerate(drafts, 1)]
    found = push.history(events, unit.serial)
    assert [e.seq for e in found] == [1]
    assert [e.seq for e in push.history(events, "unit-1")] == [1]
    assert [e.seq for e in push.history(events)] == [1, 2]
    assert "sha256" in repr(found[0].body)


def test_a_unit_is_found_by_slot_or_by_serial() -> None:
    for how in ({"slot": 1}, {"serial": OneUnitBus.serial}):
        bus = OneUnitBus()
        with opened_unit(bus, Deadline(5), **how) as unit:  # type: ignore[arg-type]
            assert unit.seen.slot == 1
        assert bus.storage.closed


def test_a_unit_that_does_not_come_is_not_found() -> None:
    for how, code in (({"slot": 2}, "bench.no-unit"), ({"serial": "nobody"}, "bench.no-unit-of-serial")):
        with pytest.raises(NotFound) as caught, opened_unit(OneUnitBus(), Deadline(0), **how):  # type: ignore[arg-type]
            pass
        assert caught.value.code == code


def test_a_unit_that_comes_later_is_waited_for() -> None:
    class LateBus(OneUnitBus):
        def watch(self, changed: object) -> None:
            import threading

            seen = Seen(1, "1-1", "unit-1", "normal", 1, 2, "x", "x")
            threading.Timer(0.1, lambda: changed(BusChange(seen, True))).start()  # type: ignore[operator]
    with opened_unit(LateBus(), Deadline(10), slot=1) as unit:
        assert unit.storage.serial == OneUnitBus.serial  # type: ignore[attr-defined]


class ClosedDoors(OneUnitBus):
    """Two units: the first can be opened, the second cannot; by the time that both were looked at twice, the time is up."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__()
        self._clock = clock

    def watch(self, changed: Callable[[BusChange], None]) -> None:
        for slot in (1, 2):
            changed(BusChange(Seen(slot, f"1-{slot}", f"unit-{slot}", "normal", 1, 2, "x", "x"), True))

    def open(self, port: str, deadline: Deadline) -> MemoryStorage:
        if port == "1-2":
            self._clock.move(40)
            raise LinkError("usb.no-rights", port)
        return self.storage


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    monkeypatch.setattr(one_unit, "LOOKS_AGAIN_S", 0.001)
    return HandClock()


def test_where_a_unit_cannot_be_opened_that_may_be_the_wanted_one_this_is_told(clock: HandClock) -> None:
    with pytest.raises(LinkError) as caught, opened_unit(ClosedDoors(clock), HandDeadline(clock, 60), serial="nobody"):
        pass
    assert caught.value.code == "usb.no-rights"


def test_a_unit_that_cannot_tell_its_serial_is_given_back(clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    bus = ClosedDoors(clock)

    def silent(deadline: Deadline) -> DeviceDescription:
        raise LinkLost("mtp.unplugged")
    monkeypatch.setattr(bus.storage, "describe", silent)
    with pytest.raises(LinkError), opened_unit(bus, HandDeadline(clock, 60), serial="nobody"):
        pass
    assert bus.storage.closed
