"""What a tile says, in words: state with count, time in state, the whole tile for those who hear it."""

from datetime import datetime

from station.model.board import Tile
from station.model.words import StateWord
from ui.language import _
from ui.theme.marks import MARKS


def state_text(tile: Tile) -> str:
    """The state word in the language in use; `Working n/m` with its count."""
    word = _(MARKS[tile.word].word)
    return f"{word} {tile.step}/{tile.steps}" if tile.word is StateWord.WORKING and tile.steps else word


def seconds_in_state(tile: Tile, now: datetime | None) -> float | None:
    """Bench seconds since the state began; None where that is not known."""
    return None if tile.since is None or now is None else max(0.0, (now - tile.since).total_seconds())


def clock_text(seconds: float) -> str:
    """`2:05`, `1:02:05`; whole seconds."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def time_text(tile: Tile, now: datetime | None) -> str:
    """The time in state as a tile shows it; nothing for an empty slot."""
    seconds = seconds_in_state(tile, now)
    return "" if seconds is None or tile.word is StateWord.EMPTY else clock_text(seconds)


def spoken_tile(tile: Tile, now: datetime | None) -> str:
    """The whole tile as one line for assistive technology."""
    parts = [_("Slot {slot}").format(slot=tile.slot), state_text(tile)]
    if tile.serial:
        parts.append(_("serial {serial}").format(serial=tile.serial))
    if tile.battery is not None:
        parts.append(_("battery {percent} %").format(percent=tile.battery))
    time = time_text(tile, now)
    if time:
        parts.append(_("for {time}").format(time=time))
    if tile.next_action:
        parts.append(_(tile.next_action))
    return ", ".join(parts)
