"""What makes a proof true, what makes it false, and what stays of it when one part is taken away; for tests of paths.

The meaning of each proof is written down here once more, apart from the code under test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from station.model.build import OsBuild
from station.model.events import Body, Ended, Event, Intended, Observed, Result, RunStarted
from station.model.facts import Fact, FactValue
from station.model.path import Path, Step
from station.model.proofs import AtLeast, Attested, BuildAtLeast, Either, Every, Is, Not, OneOf, Proof, Same, Seen, Vouched
from station.model.words import Link

START = datetime(2026, 1, 1, tzinfo=UTC)
RUN, UNIT = "r1", "usb:1"
Evidence = dict[str, FactValue]
ANOTHER = "HoloLens 2"
"""What a fact with a list of values is instead, where it may be: a unit of the other generation is still a unit."""
NOTHING = Every()
"""Proves itself: what is left of a proof whose only part was taken away."""


def for_it(proof: Proof) -> Evidence:
    """Facts that make a proof true."""
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
        case Attested():
            return {f"attested.{proof.what}": True}
        case Same():
            return {proof.one: "same", proof.other: "same"}
        case Vouched():
            return for_it(proof.proof)
        case Every():
            return {k: v for p in proof.proofs for k, v in for_it(p).items()}
        case Either():
            return for_it(proof.proofs[0])
        case Not():
            return against(proof.proof)
    raise AssertionError(f"nothing is known that proves {proof}")


def against(proof: Proof) -> Evidence:
    """Facts that make a proof false."""
    match proof:
        case Is():
            return {proof.key: not proof.value if isinstance(proof.value, bool) else "something else"}
        case OneOf():
            return {proof.key: ANOTHER if ANOTHER not in proof.values else "something else"}
        case AtLeast():
            return {proof.key: int(proof.least) - 1}
        case BuildAtLeast():
            return {proof.key: str(OsBuild(proof.build.major - 1, 1))}
        case Same():
            return {proof.one: "one", proof.other: "another"}
        case Vouched():
            return against(proof.proof)
        case Either():
            return {k: v for p in proof.proofs for k, v in against(p).items()}
        case Not():
            return for_it(proof.proof)
    raise AssertionError(f"nothing is known that disproves {proof}")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a step's proof. Taken away, `left` is what is left; `evidence` is what is there then, and with it the whole
    proof is true (`enough`, an alternative) or not (a conjunct)."""

    name: str
    left: Proof
    evidence: Evidence
    enough: bool


def parts(proof: Proof) -> Iterator[Part]:
    """The proof as a whole, then every conjunct and every alternative of it."""
    yield Part("the whole proof", NOTHING, {}, False)
    if isinstance(proof, Every):
        for index, one in enumerate(proof.proofs):
            others = (*proof.proofs[:index], *proof.proofs[index + 1:])
            yield Part(_name(one), Every(*others), _all(others), False)
            for alternative, left, evidence in alternatives(one):
                whole = (*proof.proofs[:index], left, *proof.proofs[index + 1:])
                yield Part(alternative, Every(*whole), _all(others) | evidence, True)
    for alternative, left, evidence in alternatives(proof):
        yield Part(alternative, left, evidence, True)


def alternatives(proof: Proof) -> Iterator[tuple[str, Proof, Evidence]]:
    """Ways that suffice by themselves: name, what is left without it, and evidence of that way only."""
    if isinstance(proof, Either):
        for index, one in enumerate(proof.proofs):
            yield f"only {_name(one)}", Either(*proof.proofs[:index], *proof.proofs[index + 1:]), for_it(one)
    if isinstance(proof, Vouched):
        yield f"only {_name(proof.proof)}", proof.by, for_it(proof.proof)
        unsure = {"unit.build": str(proof.proof.build.major)} if isinstance(proof.proof, BuildAtLeast) else {}
        yield f"only {_name(proof.by)}", proof.proof, unsure | for_it(proof.by)


def _all(proofs: tuple[Proof, ...]) -> Evidence:
    return {k: v for p in proofs for k, v in for_it(p).items()}


def _name(proof: Proof) -> str:
    return f"{type(proof).__name__} {', '.join(dict.fromkeys(proof.keys()))}"


CARRIED: Evidence = {
    "bus.present": True, "bus.mode": "normal", "bus.port": "1-1", "unit.serial": "531231601001", "unit.name": "HOLOLENS-1",
    "unit.model": "", "unit.build": "", "unit.battery": 100, "unit.storages": 1, "unit.free-bytes": 10**11,
}
"""What a run takes over from its unit: old facts, which must not prove anything that has still to happen."""


def carried(path: Path) -> Evidence:
    """Facts of a unit that the path is for."""
    found = for_it(path.steps[0].proof)
    return {**CARRIED, "unit.model": "HoloLens 2", "unit.build": str(path.minimum or OsBuild(22621, 1266))} | found


def observed(evidence: Evidence) -> tuple[Fact, ...]:
    """As a person attests and links tell."""
    return tuple(Fact(k, v, Link.PERSON if k.startswith("attested.") else Link.STATION, START) for k, v in evidence.items())


def told(path: Path, step: Step, evidence: Evidence, *, further: bool) -> list[Event]:
    """A run with all its evidence, save that `step` has only this; `further`: and then on to the end of the path."""
    first = step.key == path.steps[0].key
    start = carried(path) if not first else {k: v for k, v in carried(path).items() if k not in set(step.proof.keys())}
    bodies: list[Body] = [RunStarted(path.key, "b", facts=observed(start))]
    for one in path.steps[: None if further else path.index(step.key) + 1]:
        if one.action:
            key = f"{RUN}/{one.key}/{one.action}/1"
            bodies += [Intended(key, one.key, one.action, 1, True), Ended(key, Result.DONE)]
        bodies.append(Observed(observed(evidence if one.key == step.key else for_it(one.proof))))
    return numbered(bodies)


def numbered(bodies: list[Body]) -> list[Event]:
    """As a journal numbers them."""
    return [Event(n, "bench", START + timedelta(seconds=n), UNIT, RUN, 1, body) for n, body in enumerate(bodies, 1)]
