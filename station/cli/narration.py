"""What a bench tells in a terminal: a line an event with `--json`, else a line a change of a tile; and a closing summary."""

from collections.abc import Mapping
from typing import Any

from station.bench.bench import Bench
from station.cli.context import Context
from station.model.board import Tile
from station.model.errors import HoloBenchError, LinkError
from station.model.events import Event, Noted, encode
from station.model.runs import Phase, Run
from station.model.words import N_, StateWord

FINISHED = {Phase.DONE: StateWord.DONE, Phase.FAILED: StateWord.FAILED, Phase.SKIPPED: StateWord.SKIPPED}


class Narrator:
    """Tells what happens on a bench, or in one slot of it."""

    def __init__(self, bench: Bench, context: Context, slot: int = 0) -> None:
        self._bench = bench
        self._context = context
        self._slot = slot
        self._shown: dict[int, str] = {}
        self._unheard: Exception | None = None

    def check(self) -> None:
        """Raises what kept the last words from being written: nobody can hear the rest either."""
        if self._unheard is not None:
            raise self._unheard

    def events(self, events: tuple[Event, ...]) -> None:
        """Journal events as NDJSON; told in the journal's thread, so that trouble with the output waits for `check`."""
        try:
            for event in events if self._unheard is None else ():
                if not isinstance(event.body, Noted) and self._tells(event):
                    self._context.emit(event=event.body.kind, seq=event.seq, at=event.at.isoformat(), slot=event.slot,
                                       unit=event.unit, run=event.run, **encode(event.body))
        except (LinkError, BrokenPipeError) as e:
            self._unheard = e

    def tiles(self, slots: frozenset[int]) -> None:
        """Changed tiles for a person."""
        try:
            for slot in sorted(slots) if self._unheard is None else ():
                line = self.line(self._bench.tile(slot))
                if self._shown.get(slot) != line:
                    self._shown[slot] = line
                    self._context.say(line)
        except (LinkError, BrokenPipeError) as e:
            self._unheard = e

    def trouble(self, error: HoloBenchError | None) -> None:
        """The station's own trouble."""
        if error is not None:
            self._context.complain(error)

    def line(self, tile: Tile) -> str:
        """What a tile shows; under it what is wrong and what to do about it."""
        tr = self._context.translate
        step = f" {tile.step}/{tile.steps}" if tile.steps and tile.word is not StateWord.DONE else ""
        line = f"{tile.slot:>3}  {tile.serial or '–':<14} {tr(tile.word) + step:<28} {tr(tile.next_action)}".rstrip()
        if not tile.fault:
            return line
        fault = self._context.explain(HoloBenchError(tile.fault))
        return f"{line}\n       {self._context.pair(fault['title'], fault['cure'])}"

    def _tells(self, event: Event) -> bool:
        return not self._slot or event.unit == self._bench.board.slots.get(self._slot)


def summary(bench: Bench, context: Context, slot: int = 0) -> list[dict[str, Any]]:
    """One object a unit that had a run or needs something first: slot, serial, state, steps, seconds, and its fault with cause
    and cure. Of one `slot` only where that is given.
    """
    units = []
    for number, unit_key in bench.board.slots.items():
        if slot not in (0, number):
            continue
        run, tile = bench.board.run_of(unit_key), bench.tile(number)
        if run is not None:
            units.append({"slot": number, **_of_run(run, tile, bench, context)})
        elif tile.fault:
            units.append({"slot": number, "serial": tile.serial, "state": str(tile.word),
                          "fault": context.explain(HoloBenchError(tile.fault, tile.detail))})
    return units


def _of_run(run: Run, tile: Tile, bench: Bench, context: Context) -> dict[str, Any]:
    path = bench.paths[run.path]
    end = run.finished or bench.clock.now()
    told: dict[str, Any] = {
        "serial": run.facts.text("unit.label-serial") or run.facts.text("unit.serial"),
        "state": str(FINISHED.get(run.phase, tile.word)), "path": run.path,
        "step": len(run.proved), "steps": len(path.steps), "seconds": round((end - run.started).total_seconds(), 1),
    }
    if run.fault is not None:
        told["fault"] = context.explain(HoloBenchError(run.fault.code, run.fault.detail))
    elif tile.fault:
        told["fault"] = context.explain(HoloBenchError(tile.fault, tile.detail))
    return told


def close(bench: Bench, context: Context, slot: int = 0) -> int:
    """Print the summary; 0 when every run is Done, 1 otherwise."""
    units = summary(bench, context, slot)
    done = sum(u["state"] == StateWord.DONE for u in units)
    if context.json:
        context.emit(summary={"units": units, "done": done, "of": len(units)})
    else:
        _for_a_person(units, done, context)
    return 0 if units and done == len(units) else 1


def _for_a_person(units: list[dict[str, Any]], done: int, context: Context) -> None:
    context.say()
    for unit in units:
        context.say(f"{unit['slot']:>3}  {unit['serial']:<14} {context.translate(unit['state'])}")
        fault: Mapping[str, str] = unit.get("fault", {})
        for key in ("title", "cause", "cure") if fault else ():
            context.say(f"       {fault[key]}")
    context.say(context.translate(N_("%(done)d of %(all)d units are Done")) % {"done": done, "all": len(units)})


