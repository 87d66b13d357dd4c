"""Proofs: pure predicates over facts with three answers: True, False, None (not known).

Nothing is done because nobody objected: only True moves a run on, and None is never a failure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from station.model.build import OsBuild
from station.model.facts import Facts, FactValue, Known
from station.model.words import Link


@runtime_checkable
class Proof(Protocol):
    """A predicate over facts. `since` is the sequence number at which the step was entered."""

    def judge(self, facts: Facts, since: int) -> bool | None:
        """True: proved. False: proved to be otherwise. None: not known."""

    def keys(self) -> Iterator[str]:
        """The fact keys this proof looks at."""


def _known(facts: Facts, key: str, fresh: bool, since: int) -> Known | None:
    known = facts.get(key)
    return None if known is None or (fresh and known.seq <= since) else known


@dataclass(frozen=True, slots=True)
class Is:
    """The fact has this value; with `fresh`, observed after the step was entered."""

    key: str
    value: FactValue = True
    fresh: bool = False

    def judge(self, facts: Facts, since: int) -> bool | None:
        known = _known(facts, self.key, self.fresh, since)
        return None if known is None else known.fact.value == self.value

    def keys(self) -> Iterator[str]:
        yield self.key


@dataclass(frozen=True, slots=True)
class OneOf:
    """The fact has one of these values."""

    key: str
    values: tuple[FactValue, ...]
    fresh: bool = False

    def judge(self, facts: Facts, since: int) -> bool | None:
        known = _known(facts, self.key, self.fresh, since)
        return None if known is None else known.fact.value in self.values

    def keys(self) -> Iterator[str]:
        yield self.key


@dataclass(frozen=True, slots=True)
class Seen:
    """The fact is known at all; with `fresh`, observed after the step was entered. Never False."""

    key: str
    fresh: bool = False

    def judge(self, facts: Facts, since: int) -> bool | None:
        return True if _known(facts, self.key, self.fresh, since) else None

    def keys(self) -> Iterator[str]:
        yield self.key


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The fact is a number of at least `least`."""

    key: str
    least: float

    def judge(self, facts: Facts, since: int) -> bool | None:
        value = facts.value(self.key)
        return None if not isinstance(value, int | float) or isinstance(value, bool) else value >= self.least

    def keys(self) -> Iterator[str]:
        yield self.key


@dataclass(frozen=True, slots=True)
class BuildAtLeast:
    """The unit's build is this one or newer; None where documents do not let us compare."""

    build: OsBuild
    key: str = "unit.build"

    def judge(self, facts: Facts, since: int) -> bool | None:
        value = facts.text(self.key)
        return OsBuild.parse(value).at_least(self.build) if value else None

    def keys(self) -> Iterator[str]:
        yield self.key


@dataclass(frozen=True, slots=True)
class Same:
    """Two facts are both known and equal, such as the serial of the unit and the serial inside its hash."""

    one: str
    other: str

    def judge(self, facts: Facts, since: int) -> bool | None:
        one, other = facts.value(self.one), facts.value(self.other)
        return None if one is None or other is None else one == other

    def keys(self) -> Iterator[str]:
        yield from (self.one, self.other)


@dataclass(frozen=True, slots=True)
class Attested:
    """A person said so, at this step, because no link can know. Facts of other sources do not count."""

    what: str

    def judge(self, facts: Facts, since: int) -> bool | None:
        known = facts.get(f"attested.{self.what}")
        if known is None or known.fact.source is not Link.PERSON or known.seq <= since:
            return None
        return bool(known.fact.value)

    def keys(self) -> Iterator[str]:
        yield f"attested.{self.what}"


@dataclass(frozen=True, slots=True)
class Vouched:
    """The proof itself; only where it knows nothing, a person's word. What a link knows no word can change."""

    proof: Proof
    by: Attested

    def judge(self, facts: Facts, since: int) -> bool | None:
        verdict = self.proof.judge(facts, since)
        return self.by.judge(facts, since) if verdict is None else verdict

    def keys(self) -> Iterator[str]:
        yield from self.proof.keys()
        yield from self.by.keys()


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown stays unknown."""

    proof: Proof

    def judge(self, facts: Facts, since: int) -> bool | None:
        verdict = self.proof.judge(facts, since)
        return None if verdict is None else not verdict

    def keys(self) -> Iterator[str]:
        yield from self.proof.keys()


@dataclass(frozen=True, slots=True, init=False)
class Every:
    """All of them (Kleene's and)."""

    proofs: tuple[Proof, ...]

    def __init__(self, *proofs: Proof) -> None:
        object.__setattr__(self, "proofs", proofs)

    def judge(self, facts: Facts, since: int) -> bool | None:
        verdicts = [p.judge(facts, since) for p in self.proofs]
        return False if False in verdicts else None if None in verdicts else True

    def keys(self) -> Iterator[str]:
        for proof in self.proofs:
            yield from proof.keys()


@dataclass(frozen=True, slots=True, init=False)
class Either:
    """At least one of them (Kleene's or)."""

    proofs: tuple[Proof, ...]

    def __init__(self, *proofs: Proof) -> None:
        object.__setattr__(self, "proofs", proofs)

    def judge(self, facts: Facts, since: int) -> bool | None:
        verdicts = [p.judge(facts, since) for p in self.proofs]
        return True if True in verdicts else None if None in verdicts else False

    def keys(self) -> Iterator[str]:
        for proof in self.proofs:
            yield from proof.keys()
