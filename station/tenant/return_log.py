"""Where returns are remembered: in the journal, so that a killed station or another bench takes them up; or in memory."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from station.model.events import Body, Draft, Ended, Event, Intended, Noted, Result
from station.model.timing import Clock
from station.tenant.plan import Goal, Lockdown, Step, Where
from station.tenant.returning import Order

if TYPE_CHECKING:
    from station.journal import Journal

LEASE_S = 900.0
BEGAN, ENDED = "return-began", "return-ended"


@dataclass(slots=True)
class MemoryReturnLog:
    """Remembers until the program closes: practice, tests, and a look without a journal. `lines` tell what happened, in order."""

    lines: list[str] = field(default_factory=list)
    _open: dict[str, tuple[Order, tuple[str, ...]]] = field(default_factory=dict)

    def begin(self, order: Order, object_ids: tuple[str, ...]) -> None:
        self._open[order.serial] = (order, object_ids)
        self.lines.append("began")

    def unfinished(self, serial: str) -> tuple[Order, tuple[str, ...]] | None:
        return self._open.get(serial)

    def intend(self, order: Order, step: Step) -> None:
        self.lines.append(f"intend {step.kind}")

    def outcome(self, order: Order, step: Step, how: str) -> None:
        self.lines.append(f"{how} {step.kind}")

    def end(self, order: Order) -> None:
        self._open.pop(order.serial, None)
        self.lines.append("ended")

    def rest(self, order: Order) -> None:
        return None


@dataclass(frozen=True, slots=True)
class _Job:
    """An unfinished return as the journal tells it."""

    id: str
    order: Order
    object_ids: tuple[str, ...]
    intents: tuple[Intended, ...]
    ended: frozenset[str]


class JournalReturnLog:
    """Remembers in the journal, and claims the serial so that two benches cannot return one unit; `held` where a run of this
    station holds the claim already."""

    def __init__(self, journal: "Journal", clock: Clock, operator: str = "", *, held: bool = False) -> None:
        self._journal = journal
        self._clock = clock
        self._operator = operator
        self._held = held
        self._job = ""

    def begin(self, order: Order, object_ids: tuple[str, ...]) -> None:
        """Raises Refused `journal.claimed` while another bench works on the serial."""
        earlier = self._unfinished(order.serial)
        self._job = earlier.id if earlier else f"return-{uuid.uuid4().hex}"
        if not self._held:
            self._journal.claim(order.serial, self._job, LEASE_S)
        remembered = dict.fromkeys((*(earlier.object_ids if earlier else ()), *object_ids))
        left_open = [i for i in earlier.intents if i.key not in earlier.ended] if earlier else []
        self._append(order, *(Ended(i.key, Result.INTERRUPTED) for i in left_open), Noted(BEGAN, {
            "serial": order.serial, "goal": order.goal, "where": order.where, "lockdown": order.lockdown,
            "model": order.bench_model, "objects": json.dumps(list(remembered)), "operator": self._operator}))

    def unfinished(self, serial: str) -> tuple[Order, tuple[str, ...]] | None:
        job = self._unfinished(serial)
        return (job.order, job.object_ids) if job else None

    def intend(self, order: Order, step: Step) -> None:
        """The intent and the prolonged claim in one transaction: a return takes longer than a lease, and a step that another
        bench may be at already must not begin. Raises Refused `journal.claim-lost`, having written nothing."""
        job = self._unfinished(order.serial)
        attempt = 1 + sum(i.step == step.key for i in job.intents) if job else 1
        intent = Intended(f"{self._job}/{step.key}/{attempt}", step.key, step.kind, attempt, False,
                          {"request": step.request.line()})
        if self._held:
            self._append(order, intent)
        else:
            self._journal.renew(order.serial, self._job, LEASE_S, *self._drafts(order, intent))

    def outcome(self, order: Order, step: Step, how: str) -> None:
        job = self._unfinished(order.serial)
        key = next((i.key for i in reversed(job.intents) if i.step == step.key and i.key not in job.ended), "") if job else ""
        if key:
            self._append(order, Ended(key, Result.DONE, detail=how))
        else:
            self._append(order, Noted("return-step", {"step": step.key, "how": how}))

    def end(self, order: Order) -> None:
        self._append(order, Noted(ENDED, {"serial": order.serial}))

    def rest(self, order: Order) -> None:
        """Give the claim back, whether the return ended or is to be taken up later."""
        if not self._held:
            self._journal.release(order.serial, self._job)

    def _append(self, order: Order, *bodies: Body) -> None:
        self._journal.append(*self._drafts(order, *bodies))

    def _drafts(self, order: Order, *bodies: Body) -> tuple[Draft, ...]:
        now = self._clock.now()
        return tuple(Draft(body, now, _unit(order.serial), self._job) for body in bodies)

    def _unfinished(self, serial: str) -> _Job | None:
        events = self._journal.events(unit=_unit(serial))
        began = [n for n, event in enumerate(events) if _noted(event, BEGAN)]
        if not began or any(_noted(event, ENDED) for event in events[began[-1]:]):
            return None
        last = events[began[-1]]
        about, run = getattr(last.body, "about", {}), last.run
        order = Order(serial, Goal(about["goal"]), Where(about["where"]), Lockdown(about["lockdown"]), about.get("model", ""))
        return _Job(run, order, tuple(json.loads(about["objects"])), _intents(events, run), _ended(events, run))


def _unit(serial: str) -> str:
    """The unit key under which the journal keeps returns: no unit of the bus, since the unit may be anywhere."""
    return f"return:{serial}"


def _noted(event: Event, topic: str) -> bool:
    return isinstance(event.body, Noted) and event.body.topic == topic


def _intents(events: Sequence[Event], run: str) -> tuple[Intended, ...]:
    return tuple(e.body for e in events if e.run == run and isinstance(e.body, Intended))


def _ended(events: Sequence[Event], run: str) -> frozenset[str]:
    return frozenset(e.body.key for e in events if e.run == run and isinstance(e.body, Ended))
