"""Runs as a CSV table with every column there is: what was wanted, how it went, each fact with its source and time."""

import csv
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TextIO

from station.journal.export import harmless
from station.model.facts import KEYS
from station.report.story import Story

FIXED: Mapping[str, Callable[[Story], object]] = MappingProxyType({
    "serial": lambda s: s.serial,
    "unit": lambda s: s.run.unit,
    "slot": lambda s: s.run.slot,
    "station": lambda s: s.station,
    "operator": lambda s: s.operator,
    "run": lambda s: s.run.id,
    "path": lambda s: s.run.path,
    "blueprint": lambda s: s.run.blueprint,
    "options": lambda s: ";".join(f"{k}={v}" for k, v in sorted(s.run.options.items())),
    "outcome": lambda s: s.outcome.value,
    "started": lambda s: s.run.started.isoformat(timespec="seconds"),
    "finished": lambda s: s.run.finished.isoformat(timespec="seconds") if s.run.finished else "",
    "seconds": lambda s: round(s.seconds),
    "steps-proved": lambda s: len(s.run.proved),
    "steps": lambda s: len(s.steps),
    "step": lambda s: next((t.key for t in s.steps if t.at is None), ""),
    "attested-steps": lambda s: ";".join(t.key for t in s.steps if t.attested),
    "first-pass": lambda s: "yes" if s.first_pass else "no",
    "retries": lambda s: s.retries,
    "fault": lambda s: s.run.fault.code if s.run.fault else "",
    "fault-detail": lambda s: s.run.fault.detail if s.run.fault else "",
    "faults": lambda s: ";".join(f.code for f in s.faults),
    "journal-row": lambda s: f"{s.anchor.station}:{s.anchor.seq}",
    "journal-hash": lambda s: s.anchor.hash,
})
"""Columns of the run, in order. After them come, for every fact key, its value, source and time."""


def columns(stories: Iterable[Story]) -> list[str]:
    """All columns: fixed ones, every known fact key, and the open families (`attested.`, `seen.`) as far as they occur."""
    open_keys = sorted({key for s in stories for key in s.run.facts if key not in KEYS})
    return [*FIXED, *(f"{key}{part}" for key in (*KEYS, *open_keys) for part in ("", " source", " time"))]


def write(stories: Iterable[Story], stream: TextIO) -> int:
    """Write header and one row a run; returns how many runs. The stream is to be opened with `newline=""`."""
    told = list(stories)
    writer = csv.DictWriter(stream, columns(told), restval="")
    writer.writeheader()
    writer.writerows({k: harmless(v) for k, v in cells(story).items()} for story in told)
    return len(told)


def cells(story: Story) -> dict[str, object]:
    """One run by column; what is not known is absent."""
    row: dict[str, object] = {name: value(story) for name, value in FIXED.items()}
    for key, known in story.run.facts.items():
        fact = known.fact
        row |= {key: fact.value, f"{key} source": fact.source.value, f"{key} time": fact.at.isoformat(timespec="seconds")}
    return row
