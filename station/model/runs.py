"""Runs: one unit going through one path. `reduce` folds events into the state of a run; nothing else makes that state.

Promises, each held by a property test: Done is reachable only when every step's proof was true while that step was current;
what is unknown or skipped never becomes failed; an event that was seen before changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import singledispatch
from types import MappingProxyType

from station.model.events import (
    Body,
    Ended,
    Event,
    Faulted,
    Intended,
    Observed,
    Result,
    Retried,
    RunCancelled,
    RunSkipped,
    RunStarted,
)
from station.model.facts import Fact, Facts
from station.model.path import Attestation, Path, Severity, Step


class Phase(StrEnum):
    """Where a run stands as a whole."""

    ACTIVE = "active"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Raised:
    """A fault as it happened to this run."""

    code: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proved:
    """A step whose proof became true: when, and by which event."""

    step: str
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Run:
    """The state of a run. `attempt` is 1 plus the retries; `open_intents` are actions begun and not ended, `interrupted` those
    that were cut off at least once; `hold` is what it waits for; `marks` are the highest event numbers folded in, by station."""

    id: str
    unit: str
    slot: int
    path: str
    blueprint: str
    started: datetime
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    phase: Phase = Phase.ACTIVE
    index: int = 0
    entered_at: datetime | None = None
    entered_seq: int = 0
    attempt: int = 1
    facts: Facts = field(default_factory=Facts)
    fault: Raised | None = None
    hold: Raised | None = None
    proved: tuple[Proved, ...] = ()
    open_intents: Mapping[str, Intended] = field(default_factory=lambda: MappingProxyType({}))
    ended_actions: frozenset[str] = frozenset()
    interrupted: frozenset[str] = frozenset()
    finished: datetime | None = None
    marks: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def open(self) -> bool:
        """Whether the run may still go on (a failed run may be retried)."""
        return self.phase in (Phase.ACTIVE, Phase.FAILED)

    def step(self, path: Path) -> Step | None:
        """The current step; None once every step is proved."""
        return path.steps[self.index] if self.index < len(path.steps) else None

    def intent_key(self, step: Step) -> str:
        """The key under which this step's action is journalled at this attempt."""
        return f"{self.id}/{step.key}/{step.action}/{self.attempt}"


def asked(path: Path, run: Run) -> Attestation | None:
    """What a person is asked at the current step. The check asks only where no link decides the precondition that a person can
    vouch for: what the cable has told is never asked again."""
    step = run.step(path)
    if step is None or step.attestation is None or run.index > 0:
        return step.attestation if step else None
    word = f"attested.{step.attestation.what}"
    vouched = (p.proof for p in path.preconditions if word in tuple(p.proof.keys()))
    return step.attestation if any(proof.judge(run.facts, run.entered_seq) is None for proof in vouched) else None


def reduce(path: Path, events: Iterable[Event]) -> Run | None:
    """The state after these events; None where none of them starts a run. Events of other runs are ignored."""
    run: Run | None = None
    for event in events:
        run = advance(path, run, event)
    return run


def advance(path: Path, run: Run | None, event: Event) -> Run | None:
    """The state after one more event."""
    if run is None:
        return _begin(path, event) if isinstance(event.body, RunStarted) else None
    if event.run != run.id or event.seq <= run.marks.get(event.station, 0):
        return run
    run = replace(run, marks=MappingProxyType({**run.marks, event.station: event.seq}))
    if not run.open:
        return run
    return _settle(path, _apply(event.body, run, path, event), event)


def _begin(path: Path, event: Event) -> Run:
    body = event.body
    assert isinstance(body, RunStarted)  # noqa: S101 - narrowed by the caller
    run = Run(id=event.run, unit=event.unit, slot=event.slot, path=body.path, blueprint=body.blueprint, started=event.at,
              options=MappingProxyType(dict(body.options)), entered_at=event.at, entered_seq=event.seq,
              marks=MappingProxyType({event.station: event.seq}))
    return _settle(path, _learn(run, body.facts, event.seq), event)


def _learn(run: Run, facts: Iterable[Fact], seq: int) -> Run:
    return replace(run, facts=run.facts.learnt(facts, seq))


@singledispatch
def _apply(body: Body, run: Run, path: Path, event: Event) -> Run:
    return run


@_apply.register
def _(body: Observed, run: Run, path: Path, event: Event) -> Run:
    return _learn(run, body.facts, event.seq)


@_apply.register
def _(body: Intended, run: Run, path: Path, event: Event) -> Run:
    return replace(run, hold=None, open_intents=MappingProxyType({**run.open_intents, body.key: body}))


@_apply.register
def _(body: Ended, run: Run, path: Path, event: Event) -> Run:
    still_open = {k: v for k, v in run.open_intents.items() if k != body.key}
    run = _learn(replace(run, open_intents=MappingProxyType(still_open)), body.facts, event.seq)
    raised = Raised(body.fault, body.detail, event.at)
    if body.result is Result.INTERRUPTED:
        return replace(run, hold=raised if body.fault else run.hold, interrupted=run.interrupted | {body.key})
    run = replace(run, ended_actions=run.ended_actions | {body.key})
    return _fail(run, raised) if body.result is Result.FAILED else run


@_apply.register
def _(body: Faulted, run: Run, path: Path, event: Event) -> Run:
    return _fail(run, Raised(body.code, body.detail, event.at))


@_apply.register
def _(body: Retried, run: Run, path: Path, event: Event) -> Run:
    step = run.step(path)
    if step is None:
        return run
    index = path.index(step.retry_from) if step.retry_from else run.index
    forgotten = frozenset[str]().union(*(s.forgets for s in path.steps[index:run.index + 1]))
    return replace(run, phase=Phase.ACTIVE, fault=None, hold=None, index=index, attempt=run.attempt + 1,
                   entered_at=event.at, entered_seq=event.seq, facts=run.facts.without(forgotten), proved=run.proved[:index])


@_apply.register
def _(body: RunCancelled, run: Run, path: Path, event: Event) -> Run:
    return replace(run, phase=Phase.CANCELLED, finished=event.at)


@_apply.register
def _(body: RunSkipped, run: Run, path: Path, event: Event) -> Run:
    return replace(run, phase=Phase.SKIPPED, finished=event.at)


def _fail(run: Run, raised: Raised) -> Run:
    return replace(run, phase=Phase.FAILED, fault=run.fault or raised)


def _settle(path: Path, run: Run, event: Event) -> Run:
    """Move over every step that is proved, then look for faults of the step where the run stands."""
    while run.phase is Phase.ACTIVE:
        step = run.step(path)
        if step is None:
            return replace(run, phase=Phase.DONE, hold=None, finished=event.at)
        if step.proof.judge(run.facts, run.entered_seq) is not True:
            return _recognise(step, run, event)
        run = replace(run, index=run.index + 1, hold=None, entered_at=event.at, entered_seq=event.seq,
                      proved=(*run.proved, Proved(step.key, event.at, event.seq)))
    return run


def _recognise(step: Step, run: Run, event: Event) -> Run:
    by_rule = {r.code for r in step.faults if r.severity is Severity.HOLD}
    for rule in step.faults:
        if rule.when.judge(run.facts, run.entered_seq) is True:
            same = run.hold is not None and run.hold.code == rule.code
            raised = run.hold if same and run.hold else Raised(rule.code, "", event.at)
            return _fail(run, raised) if rule.severity is Severity.FAIL else replace(run, hold=raised)
    return replace(run, hold=None) if run.hold and run.hold.code in by_rule else run
