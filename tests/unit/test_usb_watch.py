"""Looking at the bus and being told: sysfs, the kernel's events, and a watcher that never misses and never lies."""

import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from station.links.usb.readers import SysfsReader
from station.links.usb.sighting import BusEvent, Change, InterfaceSeen, UsbSighting, differences
from station.links.usb.signals import KernelSignal, PollSignal
from station.links.usb.watch import BusWatcher

SYSFS_NAMES = pytest.mark.skipif(sys.platform == "win32", reason="names in sysfs hold colons")
HEADSET = {"busnum": "1", "devnum": "7", "idVendor": "045e", "idProduct": "0652", "bDeviceClass": "00", "speed": "480",
           "manufacturer": "Microsoft Corporation", "product": "Microsoft HoloLens", "serial": "0123456789abcdef"}


def put(folder: Path, **attributes: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in attributes.items():
        (folder / name).write_text(value + "\n")


def headset(root: Path, port: str = "1-2.3", **changes: str) -> None:
    put(root / port, **{**HEADSET, **changes})
    put(root / port / f"{port}:1.0", bInterfaceClass="06", bInterfaceSubClass="01", bInterfaceProtocol="01", interface="MTP")


@SYSFS_NAMES
def test_sysfs_tells_everything_without_opening_anything(tmp_path: Path) -> None:
    headset(tmp_path)
    assert SysfsReader(tmp_path).read() == (UsbSighting(
        "1-2.3", 7, 0x045E, 0x0652, "Microsoft Corporation", "Microsoft HoloLens", "0123456789abcdef",
        (InterfaceSeen(6, 1, 1, "MTP"),), 480),)


@SYSFS_NAMES
def test_hubs_roots_and_half_gone_devices_are_passed_over(tmp_path: Path) -> None:
    headset(tmp_path)
    put(tmp_path / "usb1", **HEADSET)
    put(tmp_path / "1-1", **{**HEADSET, "bDeviceClass": "09"})
    put(tmp_path / "1-9", idVendor="045e")
    put(tmp_path / "1-2.3:1.0", bInterfaceClass="06")
    assert [s.port for s in SysfsReader(tmp_path).read()] == ["1-2.3"]


@SYSFS_NAMES
def test_a_device_that_has_settled_is_not_read_again_until_it_comes_anew(tmp_path: Path) -> None:
    clock = [0.0]
    reader = SysfsReader(tmp_path, lambda: clock[0])
    headset(tmp_path)
    reader.read()
    put(tmp_path / "1-2.3", product="told a moment later")
    clock[0] = 1.5
    assert reader.read()[0].product == "told a moment later"
    put(tmp_path / "1-2.3", product="never looked at")
    assert reader.read()[0].product == "told a moment later"
    (tmp_path / "1-2.3").rename(tmp_path.parent / "pulled")
    headset(tmp_path, devnum="8")
    assert (reader.read()[0].address, reader.read()[0].product) == (8, "Microsoft HoloLens")


@SYSFS_NAMES
def test_an_interface_that_comes_late_makes_its_device_read_again(tmp_path: Path) -> None:
    clock = [0.0]
    reader = SysfsReader(tmp_path, lambda: clock[0])
    put(tmp_path / "1-2.3", **HEADSET)
    reader.read()
    clock[0] = 5.0
    assert reader.read()[0].interfaces == ()
    put(tmp_path / "1-2.3" / "1-2.3:1.0", bInterfaceClass="06", bInterfaceSubClass="01", bInterfaceProtocol="01", interface="MTP")
    (tmp_path / "1-2.3:1.0").symlink_to(tmp_path / "1-2.3" / "1-2.3:1.0")
    assert reader.read()[0].speaks_mtp


def test_a_machine_without_usb_has_an_empty_bus(tmp_path: Path) -> None:
    assert SysfsReader(tmp_path / "nothing").read() == ()


def sighting(port: str, address: int = 1, product: str = "x") -> UsbSighting:
    return UsbSighting(port, address, 1, 1, product=product)


def test_differences_tell_departures_before_arrivals() -> None:
    before, after = [sighting("1-1", 1), sighting("1-2", 2)], [sighting("1-1", 3), sighting("1-3", 2)]
    assert [(e.change, e.sighting.port) for e in differences(before, after)] == [
        (Change.UNPLUGGED, "1-1"), (Change.UNPLUGGED, "1-2"), (Change.PLUGGED, "1-1"), (Change.PLUGGED, "1-3")]


def test_a_device_that_tells_more_later_has_changed() -> None:
    assert [e.change for e in differences([sighting("1-1")], [sighting("1-1", product="HoloLens")])] == [Change.CHANGED]


class Table:
    """A reader whose bus a test sets, and a signal that a test gives."""

    def __init__(self) -> None:
        self.devices: tuple[UsbSighting, ...] = ()
        self.fails: OSError | None = None
        self.rung = threading.Event()
        self.closed = False
        self.broken: OSError | None = None

    def read(self) -> tuple[UsbSighting, ...]:
        if self.fails:
            raise self.fails
        return self.devices

    def wait(self, seconds: float) -> bool:
        if self.broken:
            raise self.broken
        rang = self.rung.wait(seconds)
        self.rung.clear()
        return rang

    def close(self) -> None:
        self.closed = True
        self.rung.set()


class Ear:
    """Keeps what it is told, and waits for it."""

    def __init__(self) -> None:
        self.events: list[BusEvent] = []
        self._changed = threading.Condition()

    def __call__(self, event: BusEvent) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def hears(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.events) >= count, 5)


@pytest.fixture
def watching() -> "Callable[[Table, Ear], BusWatcher]":
    return lambda table, ear: BusWatcher(table, table, ear)


def test_a_watcher_begins_with_what_is_there_and_tells_every_change(watching: Callable[[Table, Ear], BusWatcher]) -> None:
    table, ear = Table(), Ear()
    table.devices = (sighting("1-1"),)
    watcher = watching(table, ear)
    watcher.start()
    assert ear.hears(1)
    table.devices = ()
    table.rung.set()
    assert ear.hears(2)
    watcher.close()
    assert [e.change for e in ear.events] == [Change.PLUGGED, Change.UNPLUGGED]
    assert table.closed
    assert not any(t.name == "usb-watch" for t in threading.enumerate())


def test_a_look_that_fails_is_not_taken_for_an_empty_bus() -> None:
    table, ear = Table(), Ear()
    table.devices = (sighting("1-1"),)
    watcher = BusWatcher(table, table, ear)
    watcher.look_once()
    table.fails = OSError(13, "no")
    with pytest.raises(OSError, match="no"):
        watcher.look_once()
    table.fails = None
    assert watcher.look_once() == ()


def test_when_events_stop_coming_it_says_so_and_goes_on_looking() -> None:
    table, ear = Table(), Ear()
    table.broken = OSError(9, "gone")
    told = threading.Event()
    watcher = BusWatcher(table, table, ear, failed=lambda why: told.set())
    watcher.start()
    assert told.wait(5)
    table.devices = (sighting("1-1"),)
    assert ear.hears(1)
    watcher.close()


def test_a_closed_poll_ends_its_wait() -> None:
    signal = PollSignal(interval=60)
    threading.Timer(0.01, signal.close).start()
    assert not signal.wait(60)


@pytest.mark.skipif(sys.platform != "linux", reason="netlink is Linux'")
def test_the_kernels_events_are_believed_only_from_the_kernel() -> None:
    signal = KernelSignal()
    forger = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 15)
    try:
        forger.sendto(b"add@/x\0ACTION=add\0SUBSYSTEM=usb\0", (signal._socket.getsockname()[0], 0))
    except OSError:
        pytest.skip("this machine lets nobody send there")
    finally:
        forger.close()
    assert not signal.wait(0.2)
    signal.close()


@pytest.mark.skipif(sys.platform != "linux", reason="netlink is Linux'")
def test_closing_ends_a_wait_for_the_kernel() -> None:
    signal = KernelSignal()
    threading.Timer(0.01, signal.close).start()
    assert not signal.wait(30)
