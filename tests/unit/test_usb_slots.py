"""Slots: ports numbered once, units followed through glitches, restarts and other ports."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.links.usb.allow_list import AllowList
from station.links.usb.identify import Identity, identify
from station.links.usb.sighting import BusEvent, Change, InterfaceSeen, UsbSighting, differences
from station.links.usb.slot_store import SlotStore
from station.links.usb.slots import GLITCH_GRACE, RESTART_GRACE, Notice, SlotMap, SlotNotice, Slots
from station.model.errors import DataError

MTP = (InterfaceSeen(0x06, 0x01, 0x01),)


def seen(port: str, serial: str = "a", address: int = 1, product: str = "Microsoft HoloLens") -> UsbSighting:
    return UsbSighting(port, address, 0x045E, 0xF0F2, "Microsoft Corporation", product, serial, MTP)


def what(sighting: UsbSighting) -> Identity:
    return identify(sighting, AllowList())


class Story:
    """Slots with what they have told."""

    def __init__(self, slots: Slots | None = None) -> None:
        self.slots = slots or Slots()
        self.told: list[SlotNotice] = []
        self.now = 0.0

    def happens(self, change: Change, sighting: UsbSighting) -> "Story":
        self.slots, notices = self.slots.after(BusEvent(change, sighting), what(sighting), self.now)
        self.told += notices
        return self

    def plug(self, sighting: UsbSighting) -> "Story":
        return self.happens(Change.PLUGGED, sighting)

    def unplug(self, sighting: UsbSighting) -> "Story":
        return self.happens(Change.UNPLUGGED, sighting)

    def after(self, seconds: float) -> "Story":
        self.now += seconds
        self.slots, notices = self.slots.at(self.now)
        self.told += notices
        return self

    @property
    def notices(self) -> list[Notice]:
        return [n.notice for n in self.told]


def test_ports_are_numbered_in_the_order_in_which_they_are_touched() -> None:
    story = Story().plug(seen("1-4", "a")).plug(seen("1-2", "b")).plug(seen("1-3", "c"))
    assert [(n.slot, n.port) for n in story.told] == [(1, "1-4"), (2, "1-2"), (3, "1-3")]


def test_a_port_keeps_its_number_when_another_unit_comes() -> None:
    story = Story().plug(seen("1-4", "a")).unplug(seen("1-4", "a")).after(40).plug(seen("1-4", "b"))
    assert story.slots.map.number("1-4") == 1
    assert story.notices == [Notice.ARRIVED, Notice.AWAY, Notice.LEFT, Notice.ARRIVED]


def test_a_locked_bench_gives_no_number_to_a_new_port() -> None:
    story = Story(Slots(SlotMap(("1-1",), locked=True))).plug(seen("1-9"))
    assert story.told[0].slot == 0


def test_a_glitch_is_told_as_a_return_and_never_as_a_departure() -> None:
    story = Story().plug(seen("1-1")).unplug(seen("1-1")).after(GLITCH_GRACE - 0.1).plug(seen("1-1", address=2))
    assert story.notices == [Notice.ARRIVED, Notice.RETURNED]
    assert not story.told[-1].after_away


def test_a_restart_is_away_and_then_back() -> None:
    story = Story().plug(seen("1-1")).unplug(seen("1-1")).after(25).plug(seen("1-1", address=2))
    assert story.notices == [Notice.ARRIVED, Notice.AWAY, Notice.RETURNED]
    assert story.told[-1].after_away


def test_a_unit_that_stays_away_has_left() -> None:
    assert Story().plug(seen("1-1")).unplug(seen("1-1")).after(6).after(30).notices == [Notice.ARRIVED, Notice.AWAY, Notice.LEFT]


def test_a_step_may_let_a_unit_restart_for_longer_until_the_step_is_over() -> None:
    story = Story().plug(seen("1-1"))
    story.slots = story.slots.expecting_restart("usb:a", 600)
    for _ in range(2):
        story.unplug(seen("1-1")).after(599).plug(seen("1-1", address=2))
        assert story.notices[-2:] == [Notice.AWAY, Notice.RETURNED]
    story.slots = story.slots.expecting_restart("usb:a", 0)
    story.unplug(seen("1-1")).after(RESTART_GRACE + 1)
    assert story.notices[-1] is Notice.LEFT


def test_what_a_step_lets_a_unit_do_goes_with_it_into_another_port() -> None:
    story = Story().plug(seen("1-1"))
    story.slots = story.slots.expecting_restart("usb:a", 600)
    story.unplug(seen("1-1")).plug(seen("1-2")).unplug(seen("1-2")).after(599)
    assert story.notices[-1] is Notice.AWAY


def test_a_unit_is_followed_into_another_port() -> None:
    story = Story().plug(seen("1-1")).unplug(seen("1-1")).plug(seen("1-2"))
    moved = story.told[-1]
    assert (moved.notice, moved.slot, moved.from_port) == (Notice.MOVED, 2, "1-1")
    assert set(story.slots.occupants) == {"1-2"}


def test_another_unit_in_the_port_makes_the_first_one_leave_at_once() -> None:
    story = Story().plug(seen("1-1", "a")).unplug(seen("1-1", "a")).plug(seen("1-1", "b"))
    assert [(n.notice, n.occupant.unit) for n in story.told[1:]] == [(Notice.LEFT, "usb:a"), (Notice.ARRIVED, "usb:b")]


def test_two_devices_with_one_serial_are_two_units() -> None:
    story = Story().plug(seen("1-1")).plug(seen("1-2"))
    assert [o.unit for o in story.slots.occupants.values()] == ["usb:a", "usb:a@1-2"]


def test_a_unit_in_flash_mode_is_the_unit_that_was_in_the_port() -> None:
    flash = UsbSighting("1-1", 2, 0x045E, 0x062A, "Microsoft Corporation", "Microsoft HoloLens Recovery", "")
    story = Story().plug(seen("1-1")).unplug(seen("1-1")).after(20).plug(flash)
    assert (story.told[-1].notice, story.told[-1].occupant.unit) == (Notice.RETURNED, "usb:a")
    assert story.told[-1].occupant.identity.mode == "flash"


def test_a_step_that_lets_it_restart_gives_hands_the_time_to_bring_it_into_flash_mode() -> None:
    flash = UsbSighting("1-1", 2, 0x045E, 0x062A, "Microsoft Corporation", "Microsoft HoloLens Recovery", "")
    story = Story().plug(seen("1-1"))
    story.slots = story.slots.expecting_restart("usb:a", 1800)
    story.unplug(seen("1-1")).after(120).plug(seen("1-1", address=2))        # Volume Up was let go too early
    story.unplug(seen("1-1", address=2)).after(120).plug(flash)
    assert (story.told[-1].notice, story.told[-1].occupant.unit) == (Notice.RETURNED, "usb:a")


def test_a_unit_that_restarts_within_flash_mode_stays_the_unit_that_it_was() -> None:
    flash = UsbSighting("1-1", 2, 0x045E, 0x062A, "Microsoft Corporation", "Microsoft HoloLens Recovery", "")
    story = Story().plug(seen("1-1")).unplug(seen("1-1")).after(20).plug(flash)
    story.unplug(flash).after(3).plug(replace(flash, address=9))
    assert (story.told[-1].notice, story.told[-1].occupant.unit) == (Notice.RETURNED, "usb:a")


def test_a_unit_in_flash_mode_whose_descriptors_are_read_again_stays_the_unit_that_it_was() -> None:
    flash = UsbSighting("1-1", 2, 0x045E, 0x062A, "Microsoft Corporation", "Microsoft HoloLens Recovery", "")
    story = Story().plug(seen("1-1")).unplug(seen("1-1")).after(20).plug(flash)
    story.happens(Change.CHANGED, replace(flash, speed=480))
    assert (story.told[-1].notice, story.told[-1].occupant.unit) == (Notice.CHANGED, "usb:a")


def test_what_is_no_headset_takes_no_slot() -> None:
    mouse = UsbSighting("1-7", 3, 0x045E, 0x0040, "Microsoft", "Mouse", "")
    story = Story().plug(mouse).unplug(mouse)
    assert (story.told, story.slots.map.ports) == ([], ())


UNNAMED = seen("1-7", product="Windows 10 Mobile Device")


@pytest.mark.parametrize(("slots", "takes"), [
    (Slots(), False),
    (Slots(SlotMap(("1-7",))), False),
    (Slots(SlotMap(("1-1",), locked=True)), False),
    (Slots(SlotMap(("1-7",), locked=True)), True),
    (Slots(numbering=True), True),
], ids=["open bench", "touched only", "another port", "numbered port", "while numbering"])
def test_what_may_be_a_headset_takes_a_slot_only_where_people_said_that_headsets_are(slots: Slots, takes: bool) -> None:
    told = Story(slots).plug(UNNAMED).told
    assert [n.notice for n in told] == ([Notice.ARRIVED] if takes else [])


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(("1-1", "1-2", "1-3", None)), st.floats(0, 60)), max_size=60))
def test_whatever_is_plugged_where_every_unit_is_in_the_slot_of_its_port(moves: list[tuple[int, str | None, float]]) -> None:
    """Six units, three ports, any order of hands: numbers never change, and present units are where the bus shows them."""
    story = Story()
    bus: dict[str, UsbSighting] = {}
    numbers: dict[str, int] = {}
    for address, (unit, port, pause) in enumerate(moves):
        after = {p: s for p, s in bus.items() if s.serial != str(unit)}
        if port is not None:
            after[port] = seen(port, str(unit), address)
        for event in differences(bus.values(), after.values()):
            story.happens(event.change, event.sighting)
        bus = after
        story.after(pause)
        present = {p: o.unit for p, o in story.slots.occupants.items() if o.left_at is None}
        assert present == {p: f"usb:{s.serial}" for p, s in bus.items()}
        for known, number in numbers.items():
            assert story.slots.map.number(known) == number
        numbers = {p: story.slots.map.number(p) for p in story.slots.map.ports}
    assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))


def test_the_numbers_are_kept_on_disk(tmp_path: Path) -> None:
    store = SlotStore(tmp_path / "deep" / "slots.json")
    assert store.load() == SlotMap()
    store.save(SlotMap(("1-1.4", "2-3"), locked=True))
    assert SlotStore(tmp_path / "deep" / "slots.json").load() == SlotMap(("1-1.4", "2-3"), locked=True)


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2, "ports": []}', '{"version": 1, "ports": ["../x"]}',
                                  '{"version": 1, "ports": ["1-1", "1-1"]}', '{"version": 1}'])
def test_a_damaged_file_is_kept_aside_and_the_next_start_is_fresh(text: str, tmp_path: Path) -> None:
    path = tmp_path / "slots.json"
    path.write_text(text)
    with pytest.raises(DataError, match=r"usb\.bad-slots"):
        SlotStore(path).load()
    assert (tmp_path / "slots.damaged.json").read_text() == text
    assert SlotStore(path).load() == SlotMap()
