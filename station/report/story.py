"""The story of one run as reports tell it: who, what, which steps were proved by what, what went wrong, how it ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from station.journal.chain import Head, Row
from station.journal.journal import Journal
from station.model.events import Event, Faulted, Retried, RunStarted
from station.model.facts import Facts
from station.model.path import IdentityKind, Path, Purpose, Step
from station.model.proofs import Either
from station.model.runs import Phase, Raised, Run, advance
from station.model.words import Actor, Link


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step: when its proof became true (None: not proved) and over which links its facts came."""

    key: str
    verb: str
    at: datetime | None
    links: tuple[Link, ...]

    @property
    def attested(self) -> bool:
        """Whether only a person's word stands behind it."""
        return self.at is not None and self.links == (Link.PERSON,)


@dataclass(frozen=True, slots=True)
class Story:
    """One run, folded. `faults` are all that were met, also those cured by a retry; `path` None for a path unknown here."""

    run: Run
    path: Path | None
    station: str
    operator: str
    steps: tuple[StepTold, ...]
    faults: tuple[Raised, ...]
    retries: int
    last: datetime
    anchor: Head
    """The last row of the run in the journal: what `holobench journal verify --anchor` proves to be there still."""

    @property
    def serial(self) -> str:
        """The label serial where it was read, else what MTP reports, else the unit's key."""
        return self.run.facts.text("unit.label-serial") or self.run.facts.text("unit.serial") or self.run.unit

    @property
    def outcome(self) -> Phase:
        return self.run.phase

    @property
    def seconds(self) -> float:
        """Bench seconds from start to end, or to the last event of a run that goes on."""
        return ((self.run.finished or self.last) - self.run.started).total_seconds()

    @property
    def first_pass(self) -> bool:
        """Done without any fault and without any retry."""
        return self.run.phase is Phase.DONE and not self.faults and not self.retries


def tell(rows: Sequence[Row], paths: Mapping[str, Path]) -> Story | None:
    """The story in the rows of one run; None where they do not begin one."""
    events = [row.event() for row in rows]
    start = next((e for e in events if isinstance(e.body, RunStarted)), None)
    if start is None or not isinstance(start.body, RunStarted):
        return None
    path = paths.get(start.body.path)
    run, faults = _fold(path or _unknown(start.body.path), events)
    if run is None:
        return None
    last = rows[-1]
    return Story(
        run=run, path=path, station=start.station, operator=start.body.operator,
        steps=tuple(_steps(path, run)) if path else (), faults=tuple(faults),
        retries=sum(isinstance(e.body, Retried) for e in events), last=events[-1].at,
        anchor=Head(last.station, last.seq, last.hash))


def _fold(path: Path, events: Iterable[Event]) -> tuple[Run | None, list[Raised]]:
    run: Run | None = None
    faults: list[Raised] = []
    for event in events:
        before, run = run, advance(path, run, event)
        if run is not None and run.fault is not None and (before is None or run.fault != before.fault):
            faults.append(run.fault)
        elif run is not None and isinstance(event.body, Faulted) and not run.open:
            faults.append(Raised(event.body.code, event.body.detail, event.at))
    return run, faults


def _steps(path: Path, run: Run) -> Iterable[StepTold]:
    proved = {p.step: p.at for p in run.proved}
    for step in path.steps:
        at = proved.get(step.key)
        yield StepTold(step.key, step.verb, at, _links(step, run.facts) if at else ())


def _links(step: Step, facts: Facts) -> tuple[Link, ...]:
    known = (facts.get(key) for key in set(step.proof.keys()))
    return tuple(sorted({k.fact.source for k in known if k is not None}))


def _unknown(key: str) -> Path:
    """A path of a newer or older version: its runs are told without steps, and never end by themselves."""
    never = Step("unknown", key, "", actor=Actor.STATION, proof=Either(), budget=0)
    return Path(key, key, "", (), None, (IdentityKind.NONE,), Purpose.ENROL, "", "", "", "", (), (never,))


def stories(journal: Journal, paths: Mapping[str, Path], *, limit: int = 200, about: str = "", runs: Iterable[str] = (),
            since: datetime | None = None, until: datetime | None = None) -> tuple[Story, ...]:
    """Stories out of a journal, newest first: all of the latest `limit`, those about a serial, or the named runs."""
    wanted = set(runs)
    starts = journal.run_starts(limit, about)
    chosen = [e.run for e in starts if (not wanted or e.run in wanted)
              and (since is None or e.at >= since) and (until is None or e.at < until)]
    told = (tell(tuple(journal.rows(run=run)), paths) for run in dict.fromkeys(chosen))
    return tuple(story for story in told if story is not None)
