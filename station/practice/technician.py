"""The virtual technician: stands at the practice bench and does what the cards say, with the virtual units' own buttons.

Used by `holobench practice --auto`, by demonstrations and by tests of whole runs. It sees what a person sees (the card, the page
of the headset) and touches only what a person can touch; how it does each step is a table by step key, how it cures a fault a
table by fault code. What no table names it leaves to a real person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from station.bench.bench import Bench
from station.model.board import Tile
from station.model.errors import HoloBenchError
from station.model.faults import catalogue
from station.model.words import StateWord
from station.practice.units.headset import Page
from station.practice.units.remote import RemoteUnit
from station.practice.units.unit import VirtualUnit

WIFI = "Bench"
Headset = VirtualUnit | RemoteUnit
PATIENCE = 2
"""How often one fault of one run is cured before it is left to a real person."""


@dataclass(slots=True)
class Hands:
    """One tile with the unit in its slot and the bench to answer to."""

    bench: Bench
    tile: Tile
    unit: Headset

    def say(self, what: str) -> None:
        """Confirm a card."""
        self.bench.attest(self.tile.slot, what)

    def report(self, code: str) -> None:
        """"This is not what I see"."""
        self.bench.report_fault(self.tile.slot, code)


def _tap_chord(hands: Hands) -> None:
    page = hands.unit.page
    if page in (Page.OFF, Page.SLEEP):
        hands.unit.press_power()
    elif page is Page.PROVISIONING:
        hands.unit.gesture("Cancel")
    elif not any(name.casefold().endswith(".temp") for name in hands.unit.files()):
        hands.unit.press_chord()


_SETUP_GESTURES: Mapping[Page, str] = MappingProxyType({
    Page.HUMMINGBIRD: "Next", Page.LANGUAGE: "Next", Page.REGION: "Next", Page.BIOMETRICS: "Next", Page.EYE_CALIBRATION: "Skip",
})
_ON_ITS_WAY = frozenset({Page.AUTOPILOT_WELCOME, Page.ESP_DEVICE_PREPARATION, Page.ESP_DEVICE_SETUP, Page.OTHER_USER_SIGN_IN})
_SEEN_FAULTS: Mapping[Page, str] = MappingProxyType({
    Page.EULA: "enrolment.eula-shown", Page.WHO_OWNS: "enrolment.eula-shown", Page.NEEDS_INTERNET: "enrolment.clock-too-old",
    Page.TENANT_LOCK_WAIT: "enrolment.tenant-lockdown",
})


def _through_setup(hands: Hands) -> None:
    """Pages of setup up to the network, then off with the headset."""
    for _ in range(len(_SETUP_GESTURES) + 2):
        page = hands.unit.page
        if page in (Page.OFF, Page.SLEEP):
            hands.unit.press_power()
        elif page in _SETUP_GESTURES:
            hands.unit.gesture(_SETUP_GESTURES[page])
        elif page is Page.NETWORK:
            hands.unit.connect_wifi(WIFI)
        else:
            break
    _look(hands)
    if hands.unit.page in _ON_ITS_WAY:
        hands.say("online")


def _look(hands: Hands) -> None:
    """Report what is not as the card says."""
    page = hands.unit.page
    if page in _SEEN_FAULTS:
        hands.report(_SEEN_FAULTS[page])
    elif page is Page.ESP_FAILED:
        shown = hands.unit.snapshot().error
        named = next((f.code for f in catalogue().values() if shown and shown.casefold() in {c.casefold() for c in f.codes}), "")
        hands.report(named or "enrolment.esp-failed")


def _look_for_sign_in(hands: Hands) -> None:
    if hands.unit.page is Page.OTHER_USER_SIGN_IN:
        hands.say("other-user")
    else:
        _look(hands)


STEPS: Mapping[str, Callable[[Hands], None]] = MappingProxyType({
    "chord": _tap_chord,
    "go-online": _through_setup,
    "deploy": _look,
    "sign-in-page": _look_for_sign_in,
})
"""What the technician does at a step, by step key."""


def _plug_in_again(hands: Hands) -> None:
    if not hands.unit.snapshot().plugged:
        hands.unit.plug()


def _charge(hands: Hands) -> None:
    hands.unit.set_battery(80)


def _restart(hands: Hands) -> None:
    hands.unit.press_power(hold=10)
    hands.bench.retry(hands.tile.slot)


def _retry(hands: Hands) -> None:
    hands.bench.retry(hands.tile.slot)


CURES: Mapping[str, Callable[[Hands], None]] = MappingProxyType({
    "usb.unplugged": _plug_in_again,
    "usb.unplugged-during-copy": _plug_in_again,
    "mtp.no-storage": _tap_chord,
    "bench.collection-cut-off": _retry,
    "enrolment.battery-low": _charge,
    "enrolment.eula-shown": _restart,
    "autopilot.storage-error": _retry,
    "autopilot.harvest-truncated": _retry,
})
"""How a technician cures a fault, by fault code."""


@dataclass(slots=True)
class Technician:
    """Looks over the tiles and acts where a card asks a person."""

    bench: Bench
    unit_in: Callable[[str], Headset | None]
    blueprint: str
    _tried: dict[tuple[str, str], int] = field(default_factory=dict)
    _started: set[int] = field(default_factory=set)

    def round(self) -> None:
        """One walk along the bench."""
        for tile in self.bench.tiles():
            unit = self.unit_in(tile.unit)
            if unit is not None:
                try:
                    self._act(Hands(self.bench, tile, unit))
                except HoloBenchError:
                    continue    # the tile moved on while the technician walked

    def _act(self, hands: Hands) -> None:
        tile = hands.tile
        if tile.word is StateWord.READY and tile.slot not in self._started:
            self._started.add(tile.slot)
            self.bench.start(tile.slot, self.blueprint)
        elif tile.fault and not tile.stuck:
            self._cure(hands)
        elif tile.word in (StateWord.NEEDS_YOU, StateWord.WORKING, StateWord.WAITING_FOR_CLOUD) and tile.step_key in STEPS:
            STEPS[tile.step_key](hands)

    def _cure(self, hands: Hands) -> None:
        key = (hands.tile.run, hands.tile.fault)
        tried = self._tried.get(key, 0)
        if hands.tile.fault in CURES and tried < PATIENCE:
            if hands.tile.word is StateWord.FAILED:
                self._tried[key] = tried + 1
            CURES[hands.tile.fault](hands)

    def leaves(self, tile: Tile) -> bool:
        """Whether there is nothing more this technician would do for a tile."""
        if tile.word is StateWord.FAILED:
            return tile.fault not in CURES or self._tried.get((tile.run, tile.fault), 0) >= PATIENCE
        return tile.word in (StateWord.DONE, StateWord.SKIPPED, StateWord.EMPTY)
