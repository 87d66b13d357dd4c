"""The virtual technician: stands at the practice bench and does what the cards say, with the virtual units' own buttons.

Used by `holobench practice --auto`, by demonstrations and by tests of whole runs. It sees what a person sees (the card, the page
of the headset) and touches only what a person can touch; how it does each step is a table by step key
(`station.practice.technician_steps`), how it cures a fault a table by fault code. What no table names it leaves to a real person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from station.bench.bench import Bench
from station.model.board import Tile
from station.model.errors import HoloBenchError
from station.model.words import StateWord
from station.practice.technician_steps import OVER_ETHERNET, STEPS, Do, Hands, check_build, check_edition, look, tap_chord
from station.practice.units.unit import VirtualUnit

PATIENCE = 2
"""How often one fault of one run is cured before it is left to a real person."""
ACTS_AT = frozenset({StateWord.NEEDS_YOU, StateWord.WORKING, StateWord.WAITING_FOR_CLOUD, StateWord.RESTARTING})


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


CURES: Mapping[str, Do] = MappingProxyType({
    "usb.unplugged": _plug_in_again,
    "mtp.unplugged": _plug_in_again,
    "mtp.no-storage": tap_chord,
    "bench.collection-cut-off": _retry,
    "enrolment.build-not-told": check_build,
    "enrolment.edition-not-told": check_edition,
    "enrolment.battery-low": _charge,
    "enrolment.battery-40": _charge,
    "enrolment.eula-shown": _restart,
    "enrolment.failed": look,
    "autopilot.storage-error": _retry,
    "autopilot.harvest-truncated": _retry,
})
"""How a technician cures a fault, by fault code."""


@dataclass(slots=True)
class Technician:
    """Looks over the tiles and acts where a card asks a person."""

    bench: Bench
    unit_in: Callable[[str], VirtualUnit | None]
    blueprint: str
    _cured: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    _started: set[int] = field(default_factory=set)
    _confirmed: set[tuple[str, str, int]] = field(default_factory=set)

    def round(self) -> None:
        """One walk along the bench."""
        for tile in self.bench.tiles():
            unit = self.unit_in(tile.unit)
            if unit is not None:
                try:
                    self._act(Hands(self.bench, tile, unit, self._confirmed))
                except HoloBenchError:
                    continue    # the tile moved on while the technician walked

    def _act(self, hands: Hands) -> None:
        tile = hands.tile
        if tile.word is StateWord.READY and tile.slot not in self._started:
            self._started.add(tile.slot)
            plan = self.bench.blueprints[self.blueprint]
            self.bench.start(tile.slot, self.blueprint, owner=self.bench.paths[plan.path].owner_to_confirm)
        elif tile.fault and not tile.stuck and tile.word is not StateWord.RESTARTING:
            self._cure(hands)
        elif tile.word in ACTS_AT and tile.step_key:
            self._step(hands)

    def _step(self, hands: Hands) -> None:
        ethernet = hands.step.key in OVER_ETHERNET and hands.step.picture == "power-tap"
        do = (OVER_ETHERNET if ethernet else STEPS).get(hands.step.key)
        if do is not None:
            do(hands)

    def _cure(self, hands: Hands) -> None:
        tile = hands.tile
        if tile.fault not in CURES:
            return
        if tile.word is StateWord.FAILED:
            cured = self._cured_attempts(tile)
            if self._attempt(tile) in cured or len(cured) >= PATIENCE:
                return
            cured.add(self._attempt(tile))
        CURES[tile.fault](hands)

    def leaves(self, tile: Tile) -> bool:
        """Whether there is nothing more this technician would do for a tile."""
        if tile.word is StateWord.FAILED:
            cured = self._cured_attempts(tile)
            return tile.fault not in CURES or (len(cured) >= PATIENCE and self._attempt(tile) not in cured)
        return tile.word in (StateWord.DONE, StateWord.SKIPPED, StateWord.EMPTY)

    def _cured_attempts(self, tile: Tile) -> set[int]:
        """Attempts at which this fault was cured already: the tile shows a failure until the retry stands in the record."""
        return self._cured.setdefault((tile.run, tile.fault), set())

    def _attempt(self, tile: Tile) -> int:
        return self.bench.board.runs[tile.run].attempt
