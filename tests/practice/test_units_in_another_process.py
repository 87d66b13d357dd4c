"""One practice world, stations in other processes: the same bytes, the same errors; headsets outlive a killed station."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.links.mtp.opening import open_storage
from station.links.mtp.pyusb_pipe import UsbAddress
from station.links.mtp.storage import ROOT
from station.links.usb.readers import BackendReader
from station.model.errors import LinkError, LinkLost
from station.model.timing import Deadline
from station.practice.units.bus import VirtualBus
from station.practice.units.headset import Page
from station.practice.units.machine import MADE_UP_PRODUCT_ID
from station.practice.units.remote import World
from station.practice.units.unit import VirtualUnit
from station.practice.units.wire import WorldAddress
from station.practice.units.world_server import WorldServer
from tests.hand_clock import HandClock
from tests.practice.bench_of_units import QUICK, STORAGE, bus_of, unit

ADDRESS = UsbAddress("1-2.3", 0x045E, MADE_UP_PRODUCT_ID)
LATER = 10.0


class Apart:
    """A world with a server and one connection to it."""

    def __init__(self, *quirks: str) -> None:
        self.clock = HandClock()
        self.unit: VirtualUnit = unit(*quirks, clock=self.clock)
        self.bus: VirtualBus = bus_of(self.unit, clock=self.clock)
        self.server = WorldServer(self.bus)
        self.world = World(self.server.address)

    def close(self) -> None:
        self.world.close()
        self.server.close()


@pytest.fixture
def apart() -> Iterator[Apart]:
    made = Apart()
    yield made
    made.close()


def test_a_storage_works_over_the_wire_as_beside_it(apart: Apart, tmp_path: Path) -> None:
    data = bytes(i & 0xFF for i in range(700_000))
    storage = open_storage(apart.world.backend(), ADDRESS, Deadline(LATER), limits=QUICK)
    assert storage.describe(Deadline(LATER)).serial == apart.unit.serial
    assert storage.put(io.BytesIO(data), STORAGE, ROOT, "a.ppkg", Deadline(LATER), replace=False).read_back
    assert storage.get(STORAGE, ROOT, "a.ppkg", tmp_path / "a", Deadline(LATER)).path.read_bytes() == data
    storage.close()
    assert not apart.bus.open_handles


def test_descriptors_and_strings_are_the_same_on_both_sides(apart: Apart) -> None:
    assert BackendReader(apart.world.backend()).read() == BackendReader(apart.bus.backend()).read()


def test_unplugging_is_told_over_the_wire_as_libusb_does(apart: Apart) -> None:
    storage = open_storage(apart.world.backend(), ADDRESS, Deadline(LATER), limits=QUICK)
    apart.unit.unplug()
    with pytest.raises(LinkLost, match=r"mtp\.unplugged"):
        storage.storages(Deadline(LATER))
    storage.close()


def test_refusals_of_the_system_pass_the_wire() -> None:
    apart = Apart("no-rights")
    with pytest.raises(LinkError, match=r"usb\.no-rights"):
        open_storage(apart.world.backend(), ADDRESS, Deadline(LATER), limits=QUICK)
    apart.close()


def test_hands_reach_through_the_wire(apart: Apart) -> None:
    (remote,) = apart.world.units()
    assert remote.gesture("Next")
    assert remote.page is Page.LANGUAGE
    remote.press_chord()
    assert "HoloLensDiagnostics.temp" in remote.files()
    assert remote.snapshot() == apart.unit.snapshot()


def test_only_hands_reach_through_the_wire(apart: Apart) -> None:
    with pytest.raises(OSError, match="No such device"):
        apart.world.units()[0].do("catch_up")


def test_a_signal_tells_changes_and_ends_when_closed(apart: Apart) -> None:
    bell = apart.world.signal()
    while bell.wait(0.05):
        pass
    threading.Timer(0.02, apart.unit.unplug).start()
    assert bell.wait(5)
    threading.Timer(0.02, bell.close).start()
    assert not any(bell.wait(5) for _ in range(2))


def test_a_wrong_key_gets_nothing_and_the_world_goes_on(apart: Apart) -> None:
    with pytest.raises(Exception, match="digest"):
        World(WorldAddress(apart.server.address.port, b"wrong"))
    assert apart.world.units()


def test_a_stranger_that_says_nothing_keeps_nobody_out(apart: Apart) -> None:
    with socket.create_connection(("127.0.0.1", apart.server.address.port)):
        other = World(apart.server.address)
        assert other.units()
        other.close()


def test_a_world_that_ends_is_a_unit_that_is_unplugged(apart: Apart) -> None:
    storage = open_storage(apart.world.backend(), ADDRESS, Deadline(LATER), limits=QUICK)
    apart.server.close()
    with pytest.raises(LinkLost):
        storage.storages(Deadline(LATER))
    storage.close()


STATION = """
import io, sys
from station.links.mtp.opening import open_storage
from station.links.mtp.pyusb_pipe import UsbAddress
from station.model.timing import Deadline
from station.practice.units.remote import World
from station.practice.units.wire import WorldAddress
port, key, product = sys.argv[1:]
backend = World(WorldAddress(int(port), bytes.fromhex(key))).backend()
storage = open_storage(backend, UsbAddress("1-2.3", 0x045E, int(product)), Deadline(20))
def half(done, whole):
    if done > whole // 2:
        print("half", flush=True)
        sys.stdin.read()
storage.put(io.BytesIO(bytes(3_000_000)), 0x00010001, (), "a.ppkg", Deadline(60), replace=False, progress=half)
"""


def test_a_station_killed_in_the_middle_of_a_copy_leaves_units_that_the_next_one_can_use(apart: Apart) -> None:
    address = apart.server.address
    station = subprocess.Popen(
        [sys.executable, "-c", STATION, str(address.port), address.key.hex(), str(MADE_UP_PRODUCT_ID)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])})
    assert station.stdout is not None
    assert station.stdin is not None
    assert station.stdout.readline() == b"half\n"
    station.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    station.wait(10)
    station.stdout.close()
    station.stdin.close()
    storage = open_storage(apart.world.backend(), ADDRESS, Deadline(LATER), limits=QUICK)
    (left,) = (f for f in storage.list(STORAGE, ROOT, Deadline(LATER)) if not f.is_folder)
    assert 0 < left.size < 3_000_000
    assert storage.put(io.BytesIO(b"whole"), STORAGE, ROOT, "a.ppkg", Deadline(LATER), replace=True).size == 5
    storage.close()
