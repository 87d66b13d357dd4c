"""What the guide shows for one slot, as a value: decided from the board alone, so that every card can be tested without a window.

Texts are English msgids. A card asks for at most one decision: the button that `ask` names; everything else beside it is a way
out (`ways`) or "this is not what I see" (`otherwise`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from station.model.board import BoardState, Tile
from station.model.faults import Catalogue, Fault
from station.model.path import Alternative, Attestation, Path, Timer
from station.model.runs import Run, asked
from station.model.words import N_, Actor, StateWord


class Way(StrEnum):
    """What a person may do with a run beside what the card asks."""

    START = "start"
    RETRY = "retry"
    SKIP = "skip"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Card:
    """`title` is the verb, `text` says how, `why` the cause of a fault, `who` can cure it. Exactly one of `timer` and `no_timer`.

    `ask` is the one decision: an attestation, or a way (start, retry) as the main button. `timer_runs` says that the time counts
    from `since`; else the person starts it when the moment comes. `notes` are for reading when there is time: title and text.
    """

    slot: int
    word: StateWord
    title: str
    text: str
    picture: str
    timer: Timer | None = None
    timer_runs: bool = False
    no_timer: str = ""
    since: datetime | None = None
    step: int = 0
    steps: int = 0
    path: str = ""
    why: str = ""
    who: str = ""
    source: str = ""
    detail: str = ""
    code: str = ""
    verified: bool = True
    ask: Attestation | Way | None = None
    otherwise: tuple[Alternative, ...] = ()
    ways: tuple[Way, ...] = ()
    proof_keys: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> int:
        """How many words the card's verb and text have."""
        return len(f"{self.title} {self.text}".split())


_STILL = {
    StateWord.EMPTY: (N_("Plug a unit in"), N_("Switch the headset on (the very first time hold Power "
                                                     "for 4 seconds), then plug its USB cable into this slot."), "plug-usb-c",
                      N_("Nothing is timed while the slot is empty.")),
    StateWord.IDENTIFYING: (N_("Wait while the station reads the unit"),
                            N_("It asks model, serial and battery over the cable. Leave the unit plugged in and on."),
                            "reading-unit", N_("Reading takes a few seconds; there is nothing to time.")),
    StateWord.READY: (N_("Choose a blueprint and press Start"), N_("The unit is known and nothing has been done to it yet."),
                      "unit-ready", N_("The unit can wait; nothing is running.")),
    StateWord.SKIPPED: (N_("Unplug it and put it aside"), N_("This unit was taken out of the batch. Skipped is not failed."),
                        "take-away", N_("Nothing is running.")),
}
_RESTARTING = (N_("Leave it plugged in"), N_("The unit has left the cable for a moment, as it does when it restarts. "
                                              "The station goes on as soon as it is back."), "restarting")


def card_of(board: BoardState, paths: Mapping[str, Path], tile: Tile, faults: Catalogue) -> Card:
    """The card of a tile. `paths` maps keys to paths."""
    unit = board.unit_at(tile.slot)
    run = board.run_of(unit.key) if unit and tile.run else None
    path = paths.get(run.path) if run else None
    if run is not None and path is not None and tile.word is StateWord.DONE:
        return _done(tile, path)
    if run is not None and path is not None and tile.word not in (StateWord.EMPTY, StateWord.SKIPPED):
        return _of_step(tile, run, path, faults)
    if tile.fault:
        return _of_fault(_plain(tile, StateWord.IDENTIFYING), faults.explain(tile.fault), "")
    return _plain(tile, tile.word)


def _plain(tile: Tile, word: StateWord) -> Card:
    title, text, picture, no_timer = _STILL[word]
    ask = Way.START if tile.word is StateWord.READY else None
    ways = (Way.START,) if tile.word is StateWord.SKIPPED else ()
    return Card(tile.slot, tile.word, title, text, picture, no_timer=no_timer, since=tile.since, ask=ask, ways=ways,
                steps=tile.steps, step=tile.step)


def _done(tile: Tile, path: Path) -> Card:
    return Card(tile.slot, tile.word, N_("Unplug it and take it to its place"), N_("Every step of the path is proved."), "done",
                no_timer=N_("Nothing is running."), since=tile.since, step=tile.steps, steps=tile.steps, path=path.title,
                ways=(Way.START,), notes=((N_("How success is seen"), path.verify), (N_("How to undo it"), path.undo)))


def _of_step(tile: Tile, run: Run, path: Path, faults: Catalogue) -> Card:
    step = run.step(path)
    if step is None:
        return _done(tile, path)
    card = Card(tile.slot, tile.word, step.verb, step.instruction, step.picture, step.timer,
                step.timer is not None and step.actor is not Actor.PERSON, step.no_timer, tile.since, tile.step, tile.steps,
                path.title, ask=asked(path, run), otherwise=step.otherwise,
                ways=(Way.SKIP, Way.CANCEL), proof_keys=tuple(dict.fromkeys(step.proof.keys())))
    if tile.word is StateWord.RESTARTING:
        title, text, picture = _RESTARTING
        return replace(card, title=title, text=text, picture=picture, ask=None, otherwise=())
    if tile.word is StateWord.FAILED:
        return _of_fault(replace(card, otherwise=()), faults.explain(tile.fault), tile.detail, Way.RETRY)
    if tile.stuck:
        stuck = faults.explain(tile.fault)
        return replace(card, why=stuck.cause, who=stuck.who.value, code=tile.fault, source=stuck.source,
                       ways=(Way.RETRY, Way.SKIP, Way.CANCEL))
    if tile.fault:
        held = _of_fault(card, faults.explain(tile.fault), tile.detail)
        return replace(held, ask=card.ask if isinstance(card.ask, Attestation) else None)
    return card


def _of_fault(card: Card, fault: Fault, detail: str, ask: Way | None = None) -> Card:
    """The card of a fault: its title is what happened, its text the cure, its cause stands beside it."""
    return replace(card, title=fault.title, text=fault.cure, why=fault.cause, who=fault.who.value, source=fault.source,
                   detail=detail, code=fault.code, verified=fault.verified, ask=ask, timer=None, timer_runs=False,
                   no_timer=N_("Take the time that the cure needs."), picture=fault_picture(fault.code, card.picture))


_PICTURES = {
    "usb.unplugged": "plug-usb-c", "usb.flash-mode": "leds-flash-mode", "usb.recovery-mode": "leds-flash-mode",
    "usb.edl-mode": "leds-flash-mode", "enrolment.battery-low": "charge", "mtp.no-storage": "sign-in",
    "enrolment.eula-shown": "license-page", "enrolment.chord-held": "chord-tap", "enrolment.tenant-lockdown": "locked",
    "autopilot.other-tenant": "locked",
}


def fault_picture(code: str, otherwise: str) -> str:
    """The drawing that goes with a cure, else the step's own."""
    return _PICTURES.get(code, otherwise)
