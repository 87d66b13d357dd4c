"""What an enrolment path is made of. The paths themselves are data in `station.paths`.

Every text is English and marked with N_; the edges translate it. Budgets and timers are seconds of bench time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from station.model.build import OsBuild
from station.model.proofs import Every, Not, Proof
from station.model.words import N_, Actor, Generation


class Severity(StrEnum):
    """What a recognised fault does to a run."""

    HOLD = "hold"
    """The run waits and says what is needed; it goes on by itself as soon as the facts change."""
    FAIL = "fail"
    """The run has failed at this step; a person retries, skips or cancels."""


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A pattern of facts that means a catalogued fault."""

    when: Proof
    code: str
    severity: Severity = Severity.FAIL


@dataclass(frozen=True, slots=True)
class Timer:
    """The one timer of a card: how long, what the time means, and where that is documented."""

    seconds: float
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """One answer to "this is not what I see": what the person sees instead, what to do then, the fault it means (or "")."""

    sees: str
    then: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a person is asked to confirm, only where no link can know. The fact is `attested.<what>`. With `by_scan`, scanning the
    label of the unit whose card is open confirms it as the button does."""

    what: str
    button: str
    by_scan: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what the person does, what the station does, and the proof that it is done.

    `action` names an action of `station.bench.actions`; `forgets` are fact keys dropped when the step is retried (a key that
    ends in `.` drops its family); `no_timer` says why a card has no timer; `expects_restart` widens the grace for a unit that
    leaves the bus; `cable` says that the step needs the unit on the bus. A retry begins again at `retry_from` (default: here).
    """

    key: str
    verb: str
    instruction: str
    actor: Actor
    proof: Proof
    budget: float
    action: str = ""
    faults: tuple[FaultRule, ...] = ()
    picture: str = ""
    timer: Timer | None = None
    no_timer: str = ""
    otherwise: tuple[Alternative, ...] = ()
    attestation: Attestation | None = None
    forgets: frozenset[str] = frozenset()
    expects_restart: bool = False
    cable: bool = False
    retry_from: str = ""


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must hold before a unit is touched, and the fault that is shown while it does not.

    `ask` is what a person may vouch for where no link decides, `unsure` the fault that explains the question meanwhile.
    """

    key: str
    about: str
    proof: Proof
    code: str
    ask: Attestation | None = None
    unsure: FaultRule | None = None


class IdentityKind(StrEnum):
    """Whose account the headset will be used with."""

    ENTRA = N_("Entra user")
    NONE = N_("no user (device only)")
    MSA = N_("Microsoft account")
    LOCAL = N_("local user")
    SHARED = N_("shared Entra account")


class Purpose(StrEnum):
    """What a path is for."""

    ENROL = N_("enrol")
    PREPARE = N_("prepare")
    RETURN = N_("return")


@dataclass(frozen=True)
class Path:
    """An enrolment path: an ordered list of steps with preconditions, for given generations and builds.

    `owner` says who becomes device owner, `verify` how success is seen on device and in the tenant, `undo` how to take it
    back, `source` where the path is documented; `enrolment_types` are the Graph `deviceEnrollmentType` values that prove it;
    `identities` are the kinds of account that may use the headset afterwards, the one that is needed during the path first.
    """

    key: str
    title: str
    summary: str
    generations: tuple[Generation, ...]
    minimum: OsBuild | None
    identities: tuple[IdentityKind, ...]
    purpose: Purpose
    owner: str
    verify: str
    undo: str
    source: str
    preconditions: tuple[Precondition, ...]
    own_steps: tuple[Step, ...]
    needs: frozenset[str] = field(default_factory=frozenset)
    enrolment_types: tuple[str, ...] = ()

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps; the first is the check of the preconditions, which a path never writes itself."""
        return (self._check(), *self.own_steps)

    def _check(self) -> Step:
        return Step(
            key="check",
            verb=N_("Check the unit"),
            instruction=N_("The station reads model, build and battery over the cable. Leave the unit plugged in and on."),
            actor=Actor.STATION,
            proof=Every(*(p.proof for p in self.preconditions)),
            budget=60,
            faults=(*(FaultRule(Not(p.proof), p.code, Severity.HOLD) for p in self.preconditions),
                    *(p.unsure for p in self.preconditions if p.unsure)),
            picture="plug-usb-c",
            cable=True,
            no_timer=N_("Reading takes a few seconds; there is nothing to time."),
            attestation=next((p.ask for p in self.preconditions if p.ask), None),
        )

    @property
    def pushes_package(self) -> bool:
        """Whether a package of the blueprint is copied on the way."""
        return any(step.action.startswith("push-package") for step in self.own_steps)

    @property
    def owner_to_confirm(self) -> str:
        """Who becomes device owner, where that is decided by this path and a person has to agree before a unit is touched."""
        return self.owner if self.purpose is Purpose.ENROL else ""

    def index(self, key: str) -> int:
        """Where a step stands. Raises KeyError for a key that is no step of this path."""
        for index, step in enumerate(self.steps):
            if step.key == key:
                return index
        raise KeyError(key)

    def step_of(self, key: str) -> Step:
        """The step of a key. Raises KeyError for a key that is no step of this path."""
        return self.steps[self.index(key)]

    def proofs(self) -> Iterator[tuple[str, Proof]]:
        """Every step's proof with the step's key."""
        for step in self.steps:
            yield step.key, step.proof
