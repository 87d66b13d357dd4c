"""Cables that come out: at twenty points of a copy each way, and a hundred times in any port. Nothing half, nothing leaked."""

import io
import random
import threading
from pathlib import Path

import psutil
import pytest

import resources
from station.links.mtp.storage import ROOT, DeviceStorage, remove_unfinished
from station.links.usb.allow_list import AllowList
from station.links.usb.desk import BusDesk, Eyes
from station.links.usb.readers import BackendReader
from station.links.usb.sighting import UsbSighting
from station.links.usb.slots import Notice, SlotNotice
from station.model.errors import LinkLost
from station.model.timing import Deadline
from station.practice.units.fleet import make_units, port_name
from station.practice.units.unit import VirtualUnit
from station.practice.units.usb_shapes import BULK, EndpointShape, InterfaceShape, UsbShape
from tests.hand_clock import HandClock
from tests.practice.bench_of_units import STORAGE, bus_of, opened, unit

SIZE = 2_000_000
POINTS = 20
LATER = 10.0
SHIPPED = AllowList.parse(resources.text("usb/allowed-devices.toml"))


class Scissors:
    """Pulls the cable when so many bytes of file data have passed."""

    def __init__(self, one: VirtualUnit, after: int) -> None:
        self._one = one
        self._left = after

    def through(self, size: int) -> int:
        if size < self._left or self._one.snapshot().port == "":
            self._left -= size
            return size
        passed, self._left = self._left, 1 << 60
        self._one.unplug()
        return passed


def handles() -> int:
    process = psutil.Process()
    return process.num_fds() if hasattr(process, "num_fds") else process.num_handles()


def cut(one: VirtualUnit, point: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one, "through", Scissors(one, 1 + SIZE * point // POINTS).through)


@pytest.mark.parametrize("point", range(POINTS))
def test_a_copy_to_the_unit_cut_off_at_any_point_is_clear_and_leaves_nothing(point: int, monkeypatch: pytest.MonkeyPatch) -> None:
    one = unit()
    bus = bus_of(one)
    threads, files = threading.active_count(), handles()
    storage = opened(bus, one, seconds=LATER)
    cut(one, point, monkeypatch)
    with pytest.raises(LinkLost, match=r"mtp\.unplugged") as caught:
        storage.put(io.BytesIO(bytes(SIZE)), STORAGE, ROOT, "a.ppkg", Deadline(LATER), replace=False)
    storage.close()
    monkeypatch.undo()
    one.plug()
    again = opened(bus, one, seconds=LATER)
    remove_unfinished(again, caught.value.values["unfinished"], Deadline(LATER))  # type: ignore[arg-type]
    assert [f.name for f in again.list(STORAGE, ROOT, Deadline(LATER))] == ["Documents"]
    again.close()
    assert (threading.active_count(), handles(), bus.open_handles) == (threads, files, set())


@pytest.mark.parametrize("point", range(POINTS))
def test_a_copy_from_the_unit_cut_off_at_any_point_leaves_no_file(point: int, monkeypatch: pytest.MonkeyPatch,
                                                                  tmp_path: Path) -> None:
    one = unit()
    bus = bus_of(one)
    one.drive.write("", "a.zip", bytes(SIZE), one.now())
    threads, files = threading.active_count(), handles()
    storage = opened(bus, one, seconds=LATER)
    cut(one, point, monkeypatch)
    with pytest.raises(LinkLost, match=r"mtp\.unplugged"):
        storage.get(STORAGE, ROOT, "a.zip", tmp_path / "a.zip", Deadline(LATER))
    storage.close()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    one.plug()
    again = opened(bus, one, seconds=LATER)
    assert again.get(STORAGE, ROOT, "a.zip", tmp_path / "a.zip", Deadline(LATER)).size == SIZE
    again.close()
    assert (threading.active_count(), handles(), bus.open_handles) == (threads, files, set())


def test_a_storage_whose_unit_has_gone_says_so_at_once_and_for_ever() -> None:
    one = unit()
    storage: DeviceStorage = opened(bus_of(one), one)
    one.unplug()
    for _ in range(3):
        with pytest.raises(LinkLost):
            storage.storages(Deadline(LATER))
    one.plug()
    with pytest.raises(LinkLost):
        storage.storages(Deadline(LATER))
    storage.close()


class Desk:
    """A desk over a virtual bus, looked at by hand, with everything it told."""

    def __init__(self, *units: VirtualUnit, clock: HandClock, allowed: AllowList = SHIPPED) -> None:
        self.bus = bus_of(*units, clock=clock)
        self.told: list[SlotNotice] = []
        self.desk = BusDesk(Eyes(BackendReader(self.bus.backend()), self.bus.signal()), clock, allowed, None, self.told.append)

    def where(self) -> dict[str, str]:
        """Port by descriptor serial, of what is there now."""
        self.desk.look_once()
        return {o.sighting.serial: o.sighting.port for o in self.desk.occupants() if o.left_at is None}


@pytest.mark.parametrize("seed", range(4))
def test_a_hundred_replugs_of_sixteen_units_leave_every_serial_in_the_slot_of_its_port(seed: int) -> None:
    clock, dice = HandClock(), random.Random(seed)
    units = make_units(16, clock, seed=seed)
    desk = Desk(*units, clock=clock)
    desk.where()
    numbers = {p: desk.desk.map.number(p) for p in desk.desk.map.ports}
    ports = [port_name(n) for n in range(1, 21)]
    for _ in range(100):
        one = dice.choice(units)
        free = [p for p in ports if p not in {u.snapshot().port for u in units if u.snapshot().plugged and u is not one}]
        one.unplug()
        if dice.random() < 0.3:
            desk.where()
            clock.move(dice.choice((0.5, 4, 8, 40)))
        one.plug(dice.choice(free))
        found = desk.where()
        assert found == {u.identity.usb_serial: u.snapshot().port for u in units}
        assert {p: desk.desk.map.number(p) for p in numbers} == numbers
    assert {n.notice for n in desk.told} >= {Notice.ARRIVED, Notice.MOVED}
    assert not desk.bus.open_handles


def test_a_unit_that_moves_takes_its_slot_number_from_the_port_and_the_move_is_told() -> None:
    clock = HandClock()
    one, other = make_units(2, clock)
    desk = Desk(one, other, clock=clock)
    desk.where()
    other.unplug()
    one.unplug()
    one.plug("1-1.2")
    desk.where()
    moved = desk.told[-1]
    assert (moved.notice, moved.slot, moved.port, moved.from_port) == (Notice.MOVED, 2, "1-1.2", "1-1.1")


def test_a_restart_of_the_unit_is_told_as_away_and_back() -> None:
    clock = HandClock()
    (one,) = make_units(1, clock)
    desk = Desk(one, clock=clock)
    desk.where()
    one.press_chord(hold=15)
    desk.where()
    clock.move(25)
    desk.where()
    assert [n.notice for n in desk.told] == [Notice.ARRIVED, Notice.RETURNED]


FOREIGN = (
    UsbShape(0x045E, 0x0040, "Microsoft", "Mouse", "", (InterfaceShape(3, 1, 2),)),
    UsbShape(0x045E, 0x028E, "Microsoft", "Controller", "", (InterfaceShape(0xFF, 0x5D, 1, "", (EndpointShape(0x81, BULK),)),)),
    UsbShape(0x04E8, 0x6860, "Samsung", "Galaxy", "1", (InterfaceShape(6, 1, 1),)),
    UsbShape(0x46F4, 0x0004, "QEMU", "QEMU USB MTP", "1", (InterfaceShape(6, 1, 1),)),
)


def test_other_peoples_devices_are_seen_and_never_opened() -> None:
    clock = HandClock()
    (one,) = make_units(1, clock)
    desk = Desk(one, clock=clock)
    foreign = [desk.bus.add_foreign(f"2-{n}", shape) for n, shape in enumerate(FOREIGN, 1)]
    assert desk.where() == {one.identity.usb_serial: "1-1.1"}
    assert [f.opened for f in foreign] == [0, 0, 0, 0]
    assert [s.ids for s, _ in desk.desk.others()] == ["045e:0040", "045e:028e", "04e8:6860", "46f4:0004"]


def test_a_foreign_id_on_the_list_is_a_unit_and_off_the_list_is_ignored() -> None:
    listed = SHIPPED.joined([AllowList.parse('[[device]]\nid = "46f4:0004"')])
    for allowed, expected in ((SHIPPED, []), (listed, ["2-4"])):
        clock = HandClock()
        desk = Desk(clock=clock, allowed=allowed)
        desk.bus.add_foreign("2-4", FOREIGN[3])
        assert list(desk.where().values()) == expected


def test_a_unit_whose_strings_may_not_be_read_is_still_seen() -> None:
    clock = HandClock()
    one = unit("no-rights", clock=clock)
    reader = BackendReader(bus_of(one, clock=clock).backend())
    (seen,) = reader.read()
    assert isinstance(seen, UsbSighting)
    assert (seen.port, seen.product) == ("1-2.3", "")


def test_a_started_desk_tells_plugging_without_being_asked() -> None:
    clock = HandClock()
    (one,) = make_units(1, clock, plugged=False)
    heard = threading.Event()
    bus = bus_of(one, clock=clock)
    desk = BusDesk(Eyes(BackendReader(bus.backend()), bus.signal()), clock, SHIPPED, None, lambda notice: heard.set())
    desk.start()
    one.plug("1-1")
    assert heard.wait(5)
    desk.close()
    assert not any(t.name == "usb-watch" for t in threading.enumerate())
