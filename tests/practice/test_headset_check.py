"""The script that records what a real headset says, tried on a virtual one."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from station.links.mtp.opening import open_storage
from station.links.mtp.pyusb_pipe import UsbAddress
from station.links.mtp.storage import DeviceStorage
from station.links.usb.desk import Eyes
from station.links.usb.readers import BackendReader
from station.links.usb.sighting import UsbSighting
from station.model.timing import Deadline
from station.practice.units.headset import Page
from tests.practice.bench_of_units import QUICK, bus_of, unit

SCRIPT = Path(__file__).parents[2] / "packaging" / "headset_check.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("headset_check", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["headset_check"] = module
    spec.loader.exec_module(module)
    return module


def test_every_state_is_recorded_without_a_whole_serial(script: ModuleType) -> None:
    one = unit()
    bus = bus_of(one)

    def nothing() -> None:
        """The unit stays as it is."""

    def into_flash_mode() -> None:
        one.press_power()
        one.press_power(hold=15)
        one.press_flash()

    hands = iter((nothing, one.press_chord, lambda: one.gesture("Next"), nothing, nothing, nothing, nothing, one.press_power,
                  into_flash_mode))

    def ask(question: str) -> str:
        next(hands)()
        return ""

    def opener(seen: UsbSighting, deadline: Deadline) -> DeviceStorage:
        return open_storage(bus.backend(), UsbAddress(seen.port, seen.vendor_id, seen.product_id), deadline, limits=QUICK)

    report = script.check(Eyes(BackendReader(bus.backend()), bus.signal()), opener, ask, lambda text: None)
    first = report["states"]["setup-first-page"]
    assert first["devices"][0]["product"] == "Microsoft HoloLens"
    assert first["opened"]["description"]["model"] == "HoloLens 2"
    assert (first["opened"]["root_writable"], first["opened"]["documents_writable"]) == (True, True)
    assert report["states"]["asleep"]["devices"] == []
    assert report["states"]["flash-mode"]["devices"][0]["kind"] == "flash"
    assert one.page is Page.FLASH
    text = json.dumps(report)
    assert one.serial not in text
    assert one.identity.usb_serial not in text
    assert "holobench-check.txt" not in one.files()


def test_a_headset_that_cannot_be_opened_is_an_answer_too(script: ModuleType) -> None:
    one = unit("held-by-other-program")
    bus = bus_of(one)

    def opener(seen: UsbSighting, deadline: Deadline) -> DeviceStorage:
        return open_storage(bus.backend(), UsbAddress(seen.port, seen.vendor_id, seen.product_id), deadline, limits=QUICK)

    answers = iter(("", "q"))
    report = script.check(Eyes(BackendReader(bus.backend()), bus.signal()), opener, lambda q: next(answers), lambda text: None)
    assert report["states"]["setup-first-page"]["opened"]["error"] == "usb.held-by-other-program"


def test_serials_lose_their_middle_and_words_do_not(script: ModuleType) -> None:
    assert script.mask(r"USB\VID_045E&PID_0652\0123456789AB") == r"USB\VID_045E&PID_0652\01********AB"
    assert script.mask("Documents") == "Documents"
