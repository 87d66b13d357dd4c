"""The ten states as a person meets them: the fixed word, its glyph and its sound. Colours stand in `tokens`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from station.model.words import N_, StateWord


class Sound(StrEnum):
    """Pulse-count codes (facts/bench-tools §5): 1 a person is wanted, 2 the input was not understood, 3 a fault, rising: done."""

    SILENT = ""
    CALL = "call"
    WRONG = "wrong"
    FAULT = "fault"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Mark:
    """How a state is told: `word` (a msgid), `glyph` (an icon's name), `sound` when a slot enters it."""

    word: str
    glyph: str
    sound: Sound = Sound.SILENT


MARKS: Mapping[StateWord, Mark] = MappingProxyType({
    StateWord.EMPTY: Mark(N_("Empty"), "state-empty"),
    StateWord.IDENTIFYING: Mark(N_("Identifying"), "state-identifying"),
    StateWord.NEEDS_YOU: Mark(N_("Needs you"), "state-needs-you", Sound.CALL),
    StateWord.READY: Mark(N_("Ready"), "state-ready"),
    StateWord.WORKING: Mark(N_("Working"), "state-working"),
    StateWord.RESTARTING: Mark(N_("Restarting, keep plugged"), "state-restarting"),
    StateWord.WAITING_FOR_CLOUD: Mark(N_("Waiting for cloud"), "state-cloud"),
    StateWord.DONE: Mark(N_("Done"), "state-done", Sound.DONE),
    StateWord.FAILED: Mark(N_("Failed"), "state-failed", Sound.FAULT),
    StateWord.SKIPPED: Mark(N_("Skipped"), "state-skipped"),
})
