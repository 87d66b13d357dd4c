"""Carries a return out: confirmed, guarded, journalled, resumable, every step proved by reading back.

Before a step: the object is read anew by id and its serial and model compared with what the person saw. Then the intent is
written, the request sent, the outcome read back until it holds, and written too. A lost answer is settled by the same reading
back, so nothing is ever sent twice blindly. A killed station finds its unfinished return in the log and plans anew from what is
left.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from station.links.graph.autopilot_calls import sync
from station.links.graph.client import GraphClient
from station.links.graph.failures import GraphError, OutcomeUnknown
from station.links.graph.pacer import pause
from station.links.graph.request import Json
from station.links.graph.values import AutopilotDevice, EntraDevice, ManagedDevice
from station.model.errors import NotFound, OverBudget, Refused, SignInNeeded
from station.model.timing import Clock, Deadline
from station.tenant.plan import WIPED, Goal, Kind, Lockdown, Step, Where, plan
from station.tenant.records import UnitRecords, guard, read_records

log = logging.getLogger(__name__)

FIRST_LOOK = 2.0
SLOWEST_LOOK = 30.0
UNKNOWN_PAUSE = 60.0
"""Bench seconds of reading back after a lost answer before "not done" is believed."""
_LACKS_A_RIGHT = frozenset({"graph.sign-in-needed", "graph.consent-missing", "graph.forbidden"})
REFUSED_PAUSE = 15.0
"""Bench seconds before a deletion that was refused with 400 is asked again: the record is still being untied (§1.1, §1.2)."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a person ordered: which unit, what for, where it is, what is known of its lockdown, and its model on the bench."""

    serial: str
    goal: Goal
    where: Where
    lockdown: Lockdown
    bench_model: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """One thing that happened to a step: `sent`, `waiting`, `proved` or `already`."""

    step: Step
    state: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a return did: the steps with how each ended, and what the tenant still knows of the serial."""

    order: Order
    done: tuple[tuple[str, str], ...]
    left: UnitRecords


class ReturnLog(Protocol):
    """Where a return is remembered across a crash. The journal's is in `station.tenant.return_log`."""

    def begin(self, order: Order, object_ids: tuple[str, ...]) -> None:
        """An ordered return begins; `object_ids` are its Entra objects, which nothing else connects with the serial later."""

    def unfinished(self, serial: str) -> tuple[Order, tuple[str, ...]] | None:
        """The order and Entra objects of a return of this serial that began and did not end."""

    def intend(self, order: Order, step: Step) -> None:
        """A step's request is about to be sent."""

    def outcome(self, order: Order, step: Step, how: str) -> None:
        """A step is proved."""

    def end(self, order: Order) -> None:
        """Every step is proved."""

    def rest(self, order: Order) -> None:
        """Work stops for now, ended or not."""


@dataclass(slots=True)
class Returning:
    """Carries returns out against one tenant. Blocking; one return at a time a thread."""

    client: GraphClient
    clock: Clock
    log: ReturnLog
    tell: Callable[[Progress], None] = field(default=lambda progress: None)

    def look(self, serial: str, deadline: Deadline) -> UnitRecords:
        """Everything the tenant knows of the serial, with what an unfinished return remembers."""
        unfinished = self.log.unfinished(serial)
        return read_records(self.client, serial, deadline, unfinished[1] if unfinished else ())

    def plan(self, order: Order, deadline: Deadline) -> tuple[Step, ...]:
        """The steps, for showing; nothing is changed. Raises as `execute` does."""
        return self._consider(order, deadline)[1]

    def execute(self, order: Order, confirmed: str, deadline: Deadline) -> Report:
        """Carry the order out. `confirmed` is the serial as a person typed or scanned it.

        Raises Refused (`tenant.not-confirmed`, `tenant.lockdown…`, `tenant.ambiguous`, `tenant.not-hololens`, `tenant.changed`,
        `tenant.not-readable`) and SignInNeeded (a right of the plan is missing) before anything is changed, SignInNeeded
        `tenant.entra-right` where an Entra object stays behind and its further right is missing, OverBudget `tenant.not-proved`
        where a proof does not come in time, and what `GraphClient.call` raises. Call again to resume.
        """
        if confirmed.strip() != order.serial:
            raise Refused("tenant.not-confirmed", order.serial)
        records, steps = self._consider(order, deadline)
        self.client.check_rights(step.request.route for step in steps if not step.asked_late)
        self.log.begin(order, tuple(device.id for device in records.entra))
        try:
            done = tuple((step.key, self._carry_out(order, records, step, deadline)) for step in steps)
            self.log.end(order)
        finally:
            self.log.rest(order)
        return Report(order, done, self.look(order.serial, deadline))

    def _consider(self, order: Order, deadline: Deadline) -> tuple[UnitRecords, tuple[Step, ...]]:
        records = self.look(order.serial, deadline)
        if not (records.nothing and self.log.unfinished(order.serial)):
            guard(records, order.bench_model)
        return records, plan(records, order.goal, order.where, order.lockdown)

    def _carry_out(self, order: Order, records: UnitRecords, step: Step, deadline: Deadline) -> str:
        if step.kind is Kind.SYNC:
            return self._sync(order, step, deadline)
        if self._settled(records, step, step.settle, deadline):
            how = "already"
        else:
            how = (self._do_late if step.asked_late else self._do)(order, records, step, deadline)
        self.log.outcome(order, step, how)
        self.tell(Progress(step, how))
        return how

    def _do(self, order: Order, records: UnitRecords, step: Step, deadline: Deadline) -> str:
        self.log.intend(order, step)
        return self._send_until_proved(records, step, deadline)

    def _do_late(self, order: Order, records: UnitRecords, step: Step, deadline: Deadline) -> str:
        """A step whose right is asked for only now. Right and role are named together: Graph's refusal tells neither."""
        try:
            self.client.check_rights([step.request.route])
            return self._do(order, records, step, deadline)
        except SignInNeeded as error:
            if error.code not in _LACKS_A_RIGHT or not error.values.get("scopes"):
                raise
            rights = step.request.route.rights(self.client.app_only)
            raise SignInNeeded("tenant.entra-right", f"{', '.join(rights)} · {error.detail}", scopes=rights) from error

    def _sync(self, order: Order, step: Step, deadline: Deadline) -> str:
        """Not before ten minutes after the last, and never a failure: it only hastens (facts: tenant §1.3)."""
        self.log.intend(order, step)
        try:
            how = sync(self.client, deadline, self.clock.now()).value
        except OutcomeUnknown:
            how = "not-known"
        self.log.outcome(order, step, how)
        self.tell(Progress(step, how))
        return how

    def _send_until_proved(self, records: UnitRecords, step: Step, deadline: Deadline) -> str:
        """Send, read back; send again only when the reading says that nothing was done and enough time has passed for it."""
        until = self.clock.monotonic() + step.budget
        while True:
            self.tell(Progress(step, "sent"))
            left = until - self.clock.monotonic()
            if self._settled(records, step, min(left, self._send(step, deadline) or left), deadline):
                return "proved"
            if self.clock.monotonic() >= until:
                raise OverBudget("tenant.not-proved", f"{step.key} after {timedelta(seconds=int(step.budget))}")

    def _send(self, step: Step, deadline: Deadline) -> float:
        """Bench seconds after which an unproved request may be sent again; 0 where it was accepted and only time is needed."""
        try:
            self.client.call(step.request, deadline)
        except OutcomeUnknown as error:
            log.info("reading back: %s", error)
            return UNKNOWN_PAUSE
        except GraphError as error:
            if error.status != 400 or step.request.route.method != "DELETE":
                raise
            return REFUSED_PAUSE
        return 0.0

    def _settled(self, records: UnitRecords, step: Step, seconds: float, deadline: Deadline) -> bool:
        """Whether the step's proof holds now or within so many bench seconds; each look compares the object first."""
        until, wait = self.clock.monotonic() + seconds, FIRST_LOOK
        while not _proved(records, step, self._read(step, deadline)):
            if self.clock.monotonic() >= until:
                return False
            self.tell(Progress(step, "waiting"))
            pause(min(wait, max(0.5, until - self.clock.monotonic())), self.clock, deadline)
            wait = min(SLOWEST_LOOK, wait * 2)
        return True

    def _read(self, step: Step, deadline: Deadline) -> Json | None:
        try:
            return self.client.call(step.read_back, deadline)
        except NotFound:
            return None


def _proved(records: UnitRecords, step: Step, row: Json | None) -> bool:
    """Whether what was read back proves the step. Raises Refused `tenant.changed` where it is another device now."""
    if row is None:
        return True
    match step.kind:
        case Kind.WIPE:
            managed = ManagedDevice.read(row)
            _same_device(records, managed.serial, managed.model)
            return managed.management in WIPED
        case Kind.DELETE_INTUNE:
            managed = ManagedDevice.read(row)
            _same_device(records, managed.serial, managed.model)
            return False
        case Kind.UNASSIGN_USER:
            device = AutopilotDevice.read(row)
            _same_device(records, device.serial, device.model)
            return not device.user
        case Kind.ALLOW_NEXT:
            device = AutopilotDevice.read(row)
            _same_device(records, device.serial, device.model)
            return device.userless == "allowed"
        case Kind.DELETE_AUTOPILOT:
            device = AutopilotDevice.read(row)
            _same_device(records, device.serial, device.model)
            return False
        case Kind.DELETE_ENTRA:
            entra = EntraDevice.read(row)
            if entra.device_id not in {d.device_id for d in records.entra if d.id == step.target}:
                raise Refused("tenant.changed", f"Entra object {step.target}")
            return False
        case _:
            return False


def _same_device(records: UnitRecords, serial: str, model: str) -> None:
    """The object still is the device that the person saw."""
    if serial.strip().casefold() != records.serial.casefold() or (model and records.models and model not in records.models):
        raise Refused("tenant.changed", f"{records.serial}: the record now tells {serial} {model}")

