"""The lab: gadget headsets and QEMU's own MTP device on a real Linux USB stack, measured in one boot of a guest.

A rate is asserted beside another of the same boot, a wait beside what the station's own poll would take, and by their medians, so
that a busy machine fails nobody; all figures are printed (`pytest -s`, or the benchmark).
"""

from statistics import median
from typing import Any

import pytest

from station.links.usb.watch import LONGEST_PAUSE
from tests.lab.benchmark import measure, ratio, told

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1150)]


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    measured = measure(small=True)
    print("\n".join(told(measured)))
    return measured


def test_plugged_headsets_are_listed_with_slot_and_port(figures: dict[str, Any]) -> None:
    listed = figures["devices command"]["listed"]
    assert [(d["slot"], d["port"], d["usb_serial"]) for d in listed] == [(1, "1-1", "HLSIM0001"), (2, "2-1", "HLSIM0002")]


def test_a_unit_that_comes_and_changes_ports_is_told_while_watching(figures: dict[str, Any]) -> None:
    came, moved = figures["devices command"]["watched"]
    assert (came["event"], came["port"], came["usb_serial"]) == ("arrived", "3-1", "HLSIM0003")
    assert (moved["event"], moved["port"], moved["from_port"], moved["usb_serial"]) == ("moved", "4-1", "3-1", "HLSIM0003")


def test_a_plugged_unit_is_told_long_before_a_poll_would_have_seen_it(figures: dict[str, Any]) -> None:
    assert median(figures["plug to tile ms"]) < LONGEST_PAUSE * 1000 / 4


def test_units_that_rest_on_the_bus_cost_little_to_watch(figures: dict[str, Any]) -> None:
    assert figures["idle share, all units"] < 0.03


def test_listening_for_events_in_vain_disturbs_no_question(figures: dict[str, Any]) -> None:
    assert figures["listening"] == [[False, True]] * 20


@pytest.mark.parametrize("way", ["to", "from"])
def test_copies_are_in_the_range_of_libmtps(figures: dict[str, Any], way: str) -> None:
    assert ratio(figures["copy MB/s"], way) > 0.5


def test_units_that_copy_at_once_share_the_bus(figures: dict[str, Any]) -> None:
    assert max(figures["fair seconds"]) < 3 * median(figures["fair seconds"])


def test_every_unit_is_always_in_the_slot_of_its_port(figures: dict[str, Any]) -> None:
    good, times = figures["replugs"]
    assert good == times


@pytest.mark.parametrize("way", ["cut to the unit", "cut from the unit"])
def test_a_cable_pulled_anywhere_in_a_copy_leaves_nothing_half(figures: dict[str, Any], way: str) -> None:
    assert figures[way]["wrong"] == [""] * len(figures[way]["wrong"])


@pytest.mark.parametrize("way", ["cut to the unit", "cut from the unit"])
def test_pulled_cables_leave_no_thread_and_no_handle(figures: dict[str, Any], way: str) -> None:
    assert figures[way]["leaked"]["threads"] <= 0
    assert figures[way]["leaked"]["handles"] <= 0


def test_a_foreign_mtp_device_is_ignored_until_its_id_is_on_the_list(figures: dict[str, Any]) -> None:
    unit = figures["foreign unit"]
    assert (unit["ignored"], unit["shown"], unit["read back"], unit["names"]) == (True, True, True, ["pushed.ppkg"])
