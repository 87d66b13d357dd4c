"""Runs: the promises of the reducer, over every path of the house."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from station.model.facts import Fact, FactValue
from station.model.path import Path
from station.model.proofs import AtLeast, Attested, BuildAtLeast, Either, Every, Is, Not, OneOf, Proof, Same, Seen, Vouched
from station.model.runs import Phase, Run, advance, reduce
from station.model.words import Link
from station.paths.registry import PATHS

START = datetime(2026, 1, 1, tzinfo=UTC)
RUN, UNIT = "r1", "usb:1"


def satisfying(proof: Proof) -> dict[str, FactValue]:
    """Facts that make a proof true; the test's own reading of what each proof means."""
    match proof:
        case Is():
            return {proof.key: proof.value}
        case OneOf():
            return {proof.key: proof.values[0]}
        case Seen():
            return {proof.key: "x"}
        case AtLeast():
            return {proof.key: int(proof.least)}
        case BuildAtLeast():
            return {proof.key: str(proof.build)}
        case Vouched():
            return satisfying(proof.proof)
        case Attested():
            return {f"attested.{proof.what}": True}
        case Same():
            return {proof.one: "same", proof.other: "same"}
        case Every():
            return {k: v for p in proof.proofs for k, v in satisfying(p).items()}
        case Either():
            return satisfying(proof.proofs[0])
        case Not():
            return {k: "something else" for k in tuple(proof.keys())}
    raise AssertionError(f"no facts are known that satisfy {proof}")


def fact(key: str, value: FactValue) -> Fact:
    return Fact(key, value, Link.PERSON if key.startswith("attested.") else Link.STATION, START)


def numbered(bodies: list[Body]) -> list[Event]:
    return [Event(n, "bench", START + timedelta(seconds=n), UNIT, RUN, 1, body) for n, body in enumerate(bodies, 1)]


def whole_run(path: Path) -> list[Body]:
    """The events of a run without trouble: for each step an action with its outcome where it has one, then its facts."""
    bodies: list[Body] = [RunStarted(path.key, "b")]
    for step in path.steps:
        facts = tuple(fact(k, v) for k, v in satisfying(step.proof).items())
        if step.action:
            key = f"{RUN}/{step.key}/{step.action}/1"
            bodies += [Intended(key, step.key, step.action, 1, True), Ended(key, Result.DONE)]
        bodies.append(Observed(facts))
    return bodies


def trouble() -> st.SearchStrategy[Body]:
    return st.one_of(
        st.builds(Faulted, st.just("station.over-budget")), st.builds(Retried), st.builds(RunCancelled),
        st.builds(RunSkipped, st.just("broken visor")),
        st.builds(Ended, st.just("other"), st.sampled_from(Result), st.just("usb.unplugged")))


def folded(path: Path, events: list[Event]) -> Iterator[Run]:
    run: Run | None = None
    for event in events:
        run = advance(path, run, event)
        if run is not None:
            yield run


paths = st.sampled_from(sorted(PATHS)).map(lambda key: PATHS[key])


@pytest.mark.parametrize("key", sorted(PATHS))
def test_a_run_whose_steps_are_all_proved_is_done(key: str) -> None:
    run = reduce(PATHS[key], numbered(whole_run(PATHS[key])))
    assert run is not None
    assert run.phase is Phase.DONE
    assert [p.step for p in run.proved] == [s.key for s in PATHS[key].steps]


@given(paths, st.randoms(use_true_random=False), st.lists(trouble(), max_size=4), st.data())
def test_no_order_of_events_reaches_done_without_every_proof(path: Path, chance: random.Random, extra: list[Body],
                                                             data: st.DataObject) -> None:
    bodies = whole_run(path)[1:] + extra
    chance.shuffle(bodies)
    runs = list(folded(path, numbered([RunStarted(path.key, "b"), *bodies])))
    if runs[-1].phase is Phase.DONE:
        for index, step in enumerate(path.steps):
            assert any(r.index > index or step.proof.judge(r.facts, r.entered_seq) is True for r in runs)
        assert len(runs[-1].proved) == len(path.steps)


@given(paths, st.data())
def test_without_the_facts_that_a_proof_looks_at_no_run_is_done(path: Path, data: st.DataObject) -> None:
    step = data.draw(st.sampled_from(path.steps))
    missing = set(step.proof.keys())
    bodies = [replace(b, facts=tuple(f for f in b.facts if f.key not in missing)) if isinstance(b, Observed) else b
              for b in whole_run(path)]
    run = reduce(path, numbered(bodies))
    assert run is not None
    assert run.phase is not Phase.DONE


@given(paths, st.lists(trouble(), max_size=3), st.integers(0, 60), st.randoms(use_true_random=False))
def test_replaying_any_prefix_twice_changes_nothing(path: Path, extra: list[Body], cut: int, chance: random.Random) -> None:
    bodies = whole_run(path)
    for body in extra:
        bodies.insert(chance.randint(1, len(bodies)), body)
    events = numbered(bodies)
    assert reduce(path, events[:cut] + events) == reduce(path, events)


@given(paths, st.lists(st.one_of(st.builds(RunSkipped, st.just("later")), st.builds(Observed, st.just(()))), max_size=5))
def test_unknown_and_skipped_never_become_failed(path: Path, bodies: list[Body]) -> None:
    run = reduce(path, numbered([RunStarted(path.key, "b"), *bodies, RunSkipped("later"), Faulted("station.over-budget")]))
    assert run is not None
    assert run.phase is Phase.SKIPPED


@given(paths, st.data())
def test_a_failed_run_is_done_only_after_somebody_retried(path: Path, data: st.DataObject) -> None:
    bodies = whole_run(path)
    at = data.draw(st.integers(1, len(bodies) - 1))
    run = reduce(path, numbered([*bodies[:at], Faulted("station.over-budget"), *bodies[at:]]))
    assert run is not None
    assert run.phase is Phase.FAILED
    assert run.fault is not None
    assert run.fault.code == "station.over-budget"


def test_the_first_cause_stays_with_the_run() -> None:
    path = PATHS["autopilot"]
    run = reduce(path, numbered([RunStarted(path.key, "b"), Faulted("enrolment.failed"), Faulted("station.over-budget")]))
    assert run is not None
    assert run.fault is not None
    assert run.fault.code == "enrolment.failed"


def test_a_retry_begins_where_the_step_says_and_forgets_what_was_observed_since() -> None:
    path = PATHS["autopilot"]
    bodies = whole_run(path)
    until_import = bodies[:next(i for i, b in enumerate(bodies)
                                if isinstance(b, Observed) and any(f.value == "registered" for f in b.facts))]
    refused = Observed((fact("autopilot.import.error", "ZtdDeviceAssignedToOtherTenant"),))
    run = reduce(path, numbered([*until_import, refused]))
    assert run is not None
    assert run.fault is not None
    assert run.fault.code == "autopilot.other-tenant"
    again = reduce(path, numbered([*until_import, refused, Retried()]))
    assert again is not None
    step = again.step(path)
    assert step is not None
    assert (again.phase, step.key) == (Phase.ACTIVE, "register")
    assert again.facts.value("autopilot.import.error") is None


def test_events_of_other_runs_are_ignored() -> None:
    path = PATHS["autopilot"]
    run = reduce(path, numbered([RunStarted(path.key, "b")]))
    assert run is not None
    foreign = replace(numbered([Faulted("enrolment.failed")])[0], seq=99, run="r2")
    assert advance(path, run, foreign) == run
