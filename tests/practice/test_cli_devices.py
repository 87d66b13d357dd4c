"""`holobench devices` over a virtual bus: the same command, classes and words as on a real one."""

import argparse
import io
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from station.bench.configuration import defaults
from station.cli import devices
from station.cli.context import Context
from station.links.mtp.opening import open_storage
from station.links.mtp.pyusb_pipe import UsbAddress
from station.links.mtp.storage import DeviceStorage
from station.links.usb.desk import Eyes
from station.links.usb.readers import BackendReader
from station.links.usb.sighting import UsbSighting
from station.links.usb.slot_store import SlotStore
from station.links.usb.slots import SlotMap
from station.model.timing import Deadline
from station.practice.units.bus import VirtualBus
from station.practice.units.unit import VirtualUnit
from tests.hand_clock import HandClock
from tests.practice.bench_of_units import QUICK, bus_of, unit
from tests.practice.test_unplugging import FOREIGN


class Terminal:
    """The command with its streams and a bus."""

    def __init__(self, folder: Path, *units: VirtualUnit, allow: tuple[str, ...] = ()) -> None:
        self.clock = HandClock()
        self.bus: VirtualBus = bus_of(*units, clock=self.clock)
        self.folder = folder
        self.context = Context(True, "en", io.StringIO(), io.StringIO(), self.clock,
                               lambda: replace(defaults(), data=folder, allow=allow))

    def opener(self, seen: UsbSighting, deadline: Deadline) -> DeviceStorage:
        return open_storage(self.bus.backend(), UsbAddress(seen.port, seen.vendor_id, seen.product_id), deadline, limits=QUICK)

    def run(self, *words: str) -> list[dict[str, Any]]:
        parser = argparse.ArgumentParser()
        devices.add_parser(parser.add_subparsers())
        args = parser.parse_args(["devices", *words])
        self.context.json = args.json
        eyes = Eyes(BackendReader(self.bus.backend()), self.bus.signal())
        assert devices.show(args, self.context, eyes, self.opener) == 0
        return [json.loads(line) for line in self.text.splitlines()] if args.json else []

    @property
    def text(self) -> str:
        return self.context.out.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_a_headset_is_listed_with_its_slot_and_what_it_is(tmp_path: Path) -> None:
    (told,) = Terminal(tmp_path, unit()).run("--json")
    assert (told["slot"], told["port"], told["kind"], told["mode"]) == (1, "1-2.3", "hololens", "normal")
    assert told["product"] == "Microsoft HoloLens"
    assert "model" not in told


def test_looking_opens_nothing_and_writes_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, unit())
    terminal.run("--json", "--all")
    assert list(tmp_path.iterdir()) == []
    assert not terminal.bus.open_handles


def test_describing_reads_what_the_headset_says(tmp_path: Path) -> None:
    one = unit()
    (told,) = Terminal(tmp_path, one).run("--json", "--describe")
    assert (told["model"], told["serial"], told["firmware"], told["battery"]) == ("HoloLens 2", one.serial, "10.0.20348.0", 87)
    assert [s["name"] for s in told["storages"]] == ["Internal Storage"]
    assert told["generation"] == "HoloLens 2"


def test_a_headset_that_another_program_holds_is_listed_with_the_exact_fix(tmp_path: Path) -> None:
    (told,) = Terminal(tmp_path, unit("held-by-other-program")).run("--json", "--describe")
    assert told["problem"]["code"] == "usb.held-by-other-program"
    assert "gio mount -u" in told["problem"]["cure"]


def test_a_headset_that_may_not_be_opened_is_listed_with_the_exact_fix(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, unit("no-rights"), allow=("045e:f0f2",))
    (told,) = terminal.run("--json", "--describe")
    assert (told["problem"]["code"], told["problem"]["detail"]) == ("usb.no-rights", "/dev/bus/usb/001/001")
    assert "udevadm control --reload" in told["problem"]["cure"]


def test_other_devices_are_shown_only_when_asked_for(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    for number, shape in enumerate(FOREIGN, 1):
        terminal.bus.add_foreign(f"2-{number}", shape)
    assert terminal.run("--json") == []
    assert [t["usb_id"] for t in terminal.run("--json", "--all")] == [f"{s.vendor_id:04x}:{s.product_id:04x}" for s in FOREIGN]


def test_a_headset_whose_usb_name_says_nothing_is_listed_as_perhaps_one_and_not_opened(tmp_path: Path) -> None:
    (told,) = Terminal(tmp_path, unit("unnamed-product")).run("--json", "--describe")
    assert (told["slot"], told["kind"], told["verified"], "model" in told) == (0, "maybe", False, False)
    assert "devices --number" in told["next_step"]


def test_in_a_numbered_port_its_mtp_model_says_what_it_is(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, unit("unnamed-product"))
    terminal.run("--number", "--for", "0.2")
    (told,) = Terminal(tmp_path, unit("unnamed-product")).run("--json", "--describe")
    assert (told["slot"], told["kind"], told["generation"]) == (1, "maybe", "HoloLens 2")


def test_kept_numbers_are_shown_and_a_new_port_has_none(tmp_path: Path) -> None:
    SlotStore(tmp_path / "slots.json").save(SlotMap(("1-9", "1-2.3"), locked=True))
    told = Terminal(tmp_path, unit(), unit(number=2, port="1-5")).run("--json")
    assert [(t["slot"], t["port"]) for t in told] == [(2, "1-2.3"), (0, "1-5")]


def test_watching_tells_changes_until_its_time_is_up(tmp_path: Path) -> None:
    one = unit()
    terminal = Terminal(tmp_path, one)
    threading.Timer(0.3, lambda: one.plug("1-7")).start()
    told = terminal.run("--json", "--watch", "--for", "1.0")
    assert [t.get("event") for t in told] == [None, "moved"]
    assert (told[1]["port"], told[1]["from_port"]) == ("1-7", "1-2.3")


def test_numbering_keeps_the_order_of_touching(tmp_path: Path) -> None:
    first, second = unit(port="1-4"), unit(number=2, port=None)
    terminal = Terminal(tmp_path, first, second)
    threading.Timer(0.2, lambda: second.plug("1-1")).start()
    assert [(t["slot"], t["port"]) for t in terminal.run("--json", "--number", "--for", "0.8")] == [(1, "1-4"), (2, "1-1")]
    assert SlotStore(tmp_path / "slots.json").load() == SlotMap(("1-4", "1-1"), locked=True)


def test_a_person_reads_one_line_a_headset_and_the_cure_of_its_trouble(tmp_path: Path) -> None:
    one = unit()
    one.press_power(hold=15)
    one.press_flash()
    terminal = Terminal(tmp_path, one)
    terminal.run()
    assert "1-2.3" in terminal.text
    assert "Advanced Recovery Companion" in terminal.text


def test_an_empty_bus_is_said_on_standard_error(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run()
    assert terminal.text == ""
    assert "No headset" in terminal.context.err.getvalue()  # type: ignore[attr-defined]
