"""What is to be done next for a run, decided without doing it; and what an action gets to do it with."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from station.bench.lanes import Lane
from station.bench.ports import Cloud, Folder, HashRow
from station.model.blueprint import Blueprint
from station.model.errors import LinkLost
from station.model.facts import Fact, FactValue
from station.model.path import Path, Step
from station.model.runs import Phase, Run
from station.model.timing import CancelToken, Clock, Deadline
from station.model.words import Link


@dataclass(frozen=True, slots=True)
class Due:
    """An action that is to run now: for which step, under which journal key, and whether an earlier try was cut off."""

    step: Step
    key: str
    resumed: bool


def due(run: Run, path: Path, present: bool) -> Due | None:
    """The action that the run's current step asks for and that has not ended yet; None where there is nothing to do."""
    step = run.step(path)
    if run.phase is not Phase.ACTIVE or step is None or not step.action:
        return None
    key = run.intent_key(step)
    if key in run.ended_actions or (step.cable and not present):
        return None
    return Due(step, key, key in run.open_intents or key in run.interrupted)


def current_key(run: Run, path: Path) -> str:
    """The journal key of the action that the run's current step asks for; empty where it asks for none."""
    step = run.step(path)
    return run.intent_key(step) if step is not None and step.action else ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long action is: units of `about` (bytes, units) done and in all (0: not known). Never journalled."""

    done: int
    total: int
    about: str


@dataclass(slots=True)
class Services:
    """What actions may use. `register` brings several units' registrations into one call."""

    clock: Clock
    cloud: Cloud
    folder: Folder
    register: Callable[[HashRow, str], Awaitable[Mapping[str, FactValue]]]


@dataclass(slots=True)
class Task:
    """One action under way."""

    run: Run
    due: Due
    blueprint: Blueprint
    lane: Callable[[], Lane | None]
    services: Services
    tell: Callable[[Sequence[Fact]], None]
    progress: Callable[[Progress | None], None]
    pause: Callable[[float], Awaitable[None]]
    facts: Callable[[], Run]
    token: CancelToken = field(default_factory=CancelToken)

    def deadline(self, bench_seconds: float) -> Deadline:
        """A deadline so many seconds of bench time from now, but never under 5 s of the wall's: links run in real time."""
        return Deadline(max(5.0, bench_seconds / self.services.clock.speed), self.token)

    def own_lane(self) -> Lane:
        """The unit's lane as of now: a replug makes a new one. Raises LinkLost `usb.unplugged` where the unit is gone."""
        lane = self.lane()
        if lane is None:
            raise LinkLost("usb.unplugged")
        return lane

    def fact(self, key: str, value: FactValue, source: Link) -> Fact:
        """A fact observed now."""
        return Fact(key, value, source, self.now())

    def now(self) -> datetime:
        """Bench time, UTC."""
        return self.services.clock.now()


@dataclass(frozen=True, slots=True)
class Action:
    """A named action of the bench. `repeatable` actions may simply run again after a crash; the others look first."""

    name: str
    perform: Callable[[Task], Awaitable[Sequence[Fact]]]
    repeatable: bool = True
