"""The bench as screens and command line see it: slots, tiles, and what a person may do to them.

One asyncio loop owns everything here. The journal is written by one thread in the order of the requests; what it has made durable
comes back as events, is folded into the board, and only then seen by screens and runner.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from station.bench.actions import ACTIONS
from station.bench.claims import CLAIMED_BY, LEASE_S, Claims
from station.bench.pen import Pen
from station.bench.portals import PortalSensor
from station.bench.ports import Bus, BusChange, Cloud, Folder, Portals, Record
from station.bench.presence import Presence
from station.bench.registering import Registering
from station.bench.runner import Runner
from station.bench.sensing import TenantSensor, asks_tenant
from station.bench.work import Progress, Services
from station.links.mtp.storage import DeviceStorage
from station.model.blueprint import Blueprint
from station.model.board import BoardState, Tile, empty_board, fold, nobody_present, tile
from station.model.errors import BUG, HoloBenchError, NotFound, Refused
from station.model.events import Body, Draft, Event, Faulted, Observed, Retried, RunCancelled, RunSkipped, RunStarted
from station.model.facts import Fact
from station.model.path import Path
from station.model.runs import Phase, Run
from station.model.timing import Clock, Deadline
from station.model.words import Link, StateWord

T = TypeVar("T")
log = logging.getLogger(__name__)

STARTS_FROM = frozenset({StateWord.READY, StateWord.DONE, StateWord.SKIPPED, StateWord.FAILED})
TROUBLES = ("record", "order", "tenant")
"""Where the station's own trouble comes from, the gravest first: record not writable, an order refused, tenant out of reach."""
CARRIED = ("unit.", "bus.")
"""Families of facts that a new run takes over from the unit; everything else must be observed again."""


class Bench:
    """One bench: a bus, a tenant, a journal, and the runs between them. All methods are called on the loop's thread."""

    def __init__(self, record: Record, bus: Bus, cloud: Cloud, folder: Folder, clock: Clock, paths: Mapping[str, Path],
                 blueprints: Mapping[str, Blueprint], history: Callable[[], Sequence[Event]],
                 portals: Portals | None = None, lease_s: float = LEASE_S) -> None:
        self.clock = clock
        self.paths = paths
        self._blueprints = dict(blueprints)
        self._record, self._bus, self._cloud, self._history = record, bus, cloud, history
        self._portals = portals
        self._board = empty_board(bus.slots())
        self._progress: dict[str, Progress] = {}
        self._watchers: list[Callable[[frozenset[int]], None]] = []
        self._troubles: dict[str, HoloBenchError] = {}
        self._trouble_watchers: list[Callable[[HoloBenchError | None], None]] = []
        self._pen = Pen(record, partial(self._set_trouble, "record"), partial(self._set_trouble, "order"))
        self._claims = Claims(record, self._pen, clock, lease_s)
        self._tasks: list[asyncio.Task[None]] = []
        self._unsubscribe: Callable[[], None] = lambda: None
        self._registering = Registering(cloud, clock, self._in_pool)
        services = Services(clock, cloud, folder, self._registering.register)
        self._presence = Presence(bus, clock, lambda: self._board, self._write, self._tell_unit, self._pause)
        self._runner = Runner(self._claims.intend, self._pen.written, ACTIONS, paths, self._blueprints, services,
                              lambda: self._board, self._presence.lane, self._progressed, self._pen.later)

    @property
    def blueprints(self) -> Mapping[str, Blueprint]:
        """What a unit can be started with, in the order of the configuration."""
        return self._blueprints

    def prepare(self, blueprints: Mapping[str, Blueprint]) -> None:
        """Offer these blueprints from now on. A run that is open goes on under the blueprint of the same key."""
        self._blueprints.clear()
        self._blueprints.update(blueprints)

    @property
    def board(self) -> BoardState:
        """The board as of the last durable event."""
        return self._board

    @property
    def trouble(self) -> HoloBenchError | None:
        """What keeps the station itself from working: tenant out of reach, journal not writable."""
        return next((self._troubles[source] for source in TROUBLES if source in self._troubles), None)

    @property
    def working(self) -> bool:
        """Whether any unit is on its way: an action runs, or a run waits for a person, the unit or the tenant."""
        return self._runner.working or any(run.phase is Phase.ACTIVE for run in self._latest_runs())

    def tile(self, slot: int) -> Tile:
        """What a slot shows now."""
        return tile(self._board, slot, self.clock.now(), self.paths)

    def tiles(self) -> tuple[Tile, ...]:
        """What every slot shows now, in slot order."""
        now = self.clock.now()
        return tuple(tile(self._board, slot, now, self.paths) for slot in self._board.slots)

    def progress(self, slot: int) -> Progress | None:
        """How far the long action of a slot's unit is."""
        return self._progress.get(self._board.slots.get(slot, ""))

    def subscribe(self, callback: Callable[[frozenset[int]], None]) -> Callable[[], None]:
        """Be told which slots changed; returns the way to stop."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def on_trouble(self, callback: Callable[[HoloBenchError | None], None]) -> Callable[[], None]:
        """Be told when the station's own trouble begins, changes or (None) ends."""
        self._trouble_watchers.append(callback)
        return lambda: self._trouble_watchers.remove(callback)

    def start(self, slot: int, blueprint: str, operator: str = "", owner: str = "") -> None:
        """Start a run of the blueprint for the unit in a slot. `owner` is who becomes device owner, as a person confirmed it;
        it goes into the record.

        Raises NotFound `bench.no-unit` or `bench.no-blueprint`, Refused `bench.not-ready`. A claim held by another bench shows
        as trouble, since it is found out by the journal.
        """
        unit = self._board.unit_at(slot)
        if unit is None or not unit.present:
            raise NotFound("bench.no-unit", str(slot))
        plan = self._blueprints.get(blueprint)
        if plan is None or plan.path not in self.paths:
            raise NotFound("bench.no-blueprint", blueprint)
        if self.tile(slot).word not in STARTS_FROM:
            raise Refused("bench.not-ready", f"slot {slot}: {self.tile(slot).word}")
        run = uuid.uuid4().hex
        facts = tuple(k.fact for k in unit.facts.values() if k.fact.key.startswith(CARRIED) and k.fact.key != "unit.label-serial")
        if owner:
            facts = (*facts, Fact("attested.device-owner", owner, Link.PERSON, self.clock.now()))
        body = RunStarted(plan.path, blueprint, operator, facts, dict(plan.options))
        draft = Draft(body, self.clock.now(), unit.key, run, slot)
        replaced = self._board.by_unit.get(unit.key, "")
        self._set_trouble("order", None)
        self._claims.start(unit.facts.text(CLAIMED_BY), draft, replaced)

    def retry(self, slot: int, operator: str = "") -> None:
        """Try the failed step again. Raises NotFound `bench.no-run`."""
        self._say(slot, Retried(operator))

    def cancel(self, slot: int, operator: str = "") -> None:
        """End the run. Raises NotFound `bench.no-run`."""
        self._say(slot, RunCancelled(operator))

    def skip(self, slot: int, reason: str, operator: str = "") -> None:
        """Take the unit out of the batch. Raises NotFound `bench.no-run`."""
        self._say(slot, RunSkipped(reason, operator))

    def attest(self, slot: int, what: str, value: bool = True) -> None:
        """A person confirms what no link can know. Raises NotFound `bench.no-run`."""
        self._say(slot, Observed((Fact(f"attested.{what}", value, Link.PERSON, self.clock.now()),)))

    def report_fault(self, slot: int, code: str) -> None:
        """A person sees what a fault of the catalogue describes. Raises NotFound `bench.no-run`."""
        self._say(slot, Faulted(code))

    def _say(self, slot: int, body: Body) -> None:
        unit = self._board.unit_at(slot)
        run = self._board.run_of(unit.key) if unit else None
        if unit is None or run is None or not run.open:
            raise NotFound("bench.no-run", str(slot))
        self._write((Draft(body, self.clock.now(), unit.key, run.id, slot),))

    async def open(self) -> None:
        """Restore the board from the journal, then watch bus and tenant."""
        loop = asyncio.get_running_loop()
        for event in await loop.run_in_executor(None, self._history):
            self._board, _ = fold(self._board, event, self.paths)
        self._board = nobody_present(self._board)
        self._unsubscribe = self._record.subscribe(
            lambda events: _ignore_closed(loop, self._fold, events))
        self._bus.watch(lambda change: _ignore_closed(loop, self._changed, change))
        sensor = TenantSensor(self._cloud, self.clock, self._waiting, self._serial, self._tell_run,
                              partial(self._set_trouble, "tenant"),
                              self._pause, self._in_pool)
        self._tasks = [loop.create_task(sensor.watch(), name="tenant"),
                       loop.create_task(self._claims.keep(self._latest_runs, self._claim_lost), name="claims"),
                       loop.create_task(self._registering.watch(), name="registrations")]
        if self._portals is not None:
            portals = PortalSensor(self._portals, self.clock, lambda: self._board.units.values(), self._tell_unit, self._pause,
                                   self._in_pool)
            self._tasks.append(loop.create_task(portals.watch(), name="portals"))
        for run in self._board.runs.values():
            self._runner.consider(run)

    async def close(self) -> None:
        """Stop: actions end with an outcome or stay as open intents, handles are given back, the journal is flushed."""
        loop = asyncio.get_running_loop()
        self._pen.last_try()
        for task in self._tasks:
            task.cancel()
        self._registering.close()
        await self._runner.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await loop.run_in_executor(None, self._bus.close)
        await self._presence.close()
        await self._pen.close()
        await asyncio.sleep(0)
        self._unsubscribe()
        await loop.run_in_executor(None, self._cloud.close)

    def _changed(self, change: BusChange) -> None:
        self._presence.change(change)
        if not change.present:
            self._runner.interrupt(change.seen.unit)

    def _fold(self, events: Sequence[Event]) -> None:
        """Fold what this bench has made durable; a record that several benches share tells of theirs as well."""
        before, slots = self._board, set[int]()
        own = [e for e in events if e.station == self._record.station]
        for event in own:
            self._board, changed = fold(self._board, event, self.paths)
            slots |= changed
        for run_id in {self._board.by_unit.get(e.unit, "") for e in own} - {""}:
            run = self._board.runs[run_id]
            self._runner.consider(run)
            was = before.runs.get(run_id)
            self._expect_restart(run, was)
            if not run.open and was is not None and was.open:
                self._claims.give_back(run)
        self._notify(frozenset(slots))

    def _expect_restart(self, run: Run, was: Run | None) -> None:
        """Tell the bus from when to when a step lets the unit restart: in flash mode it may come back without its serial."""
        grace = self._restart_grace(run)
        if grace != (self._restart_grace(was) if was is not None else 0.0):
            self._bus.expect_restart(run.unit, grace)

    def _restart_grace(self, run: Run) -> float:
        step = run.step(self.paths[run.path]) if run.open and run.path in self.paths else None
        return step.budget if step is not None and step.expects_restart else 0.0

    def _notify(self, slots: frozenset[int]) -> None:
        for watcher in tuple(self._watchers):
            watcher(slots)

    def _progressed(self, unit: str, progress: Progress | None) -> None:
        if progress is None:
            self._progress.pop(unit, None)
        else:
            self._progress[unit] = progress
        known = self._board.units.get(unit)
        self._notify(frozenset({known.slot} if known else ()))

    def _write(self, drafts: Sequence[Draft]) -> None:
        self._pen.write(*drafts)

    def _set_trouble(self, source: str, error: HoloBenchError | None) -> None:
        before = self.trouble
        if error is None:
            self._troubles.pop(source, None)
        else:
            self._troubles[source] = error
        now = self.trouble
        if (now.code if now else None) != (before.code if before else None):
            for watcher in tuple(self._trouble_watchers):
                watcher(now)

    def _tell_unit(self, unit: str, facts: Sequence[Fact]) -> None:
        known, run = self._board.units.get(unit), self._board.run_of(unit)
        self._pen.later(Draft(Observed(tuple(facts)), self.clock.now(), unit, run.id if run and run.open else "",
                              known.slot if known else 0))

    def _tell_run(self, run: Run, facts: Sequence[Fact]) -> None:
        self._pen.later(Draft(Observed(tuple(facts)), self.clock.now(), run.unit, run.id, run.slot))

    def _waiting(self) -> list[Run]:
        return [r for r in self._board.runs.values() if r.path in self.paths and asks_tenant(r, self.paths[r.path])]

    def _serial(self, run: Run) -> str:
        return run.facts.text("unit.label-serial") or run.facts.text("unit.serial")

    async def with_storage(self, slot: int, work: Callable[[DeviceStorage], T], deadline: Deadline) -> T:
        """Run blocking work with the storage of a slot's unit, in its lane. Raises NotFound `bench.no-unit`, else as `work`."""
        lane = self._presence.lane(self._board.slots.get(slot, ""))
        if lane is None:
            raise NotFound("bench.no-unit", str(slot))
        return await lane.call(work, deadline)

    async def _pause(self, bench_seconds: float) -> None:
        await asyncio.sleep(max(0.02, bench_seconds / self.clock.speed))

    async def _in_pool(self, work: Callable[[], T]) -> T:
        """Run blocking work. A bug in it is a fault like others to those who wait: they neither hang nor end for it."""
        try:
            return await asyncio.get_running_loop().run_in_executor(None, work)
        except HoloBenchError:
            raise
        except Exception as e:
            log.exception("work in the pool met a bug")
            raise HoloBenchError(BUG, type(e).__name__) from e

    def _latest_runs(self) -> list[Run]:
        return [self._board.runs[run] for run in self._board.by_unit.values()]

    def _claim_lost(self, run: Run, error: Refused) -> None:
        """A run that is under way fails; one that ended meanwhile has given its claim back itself."""
        if self._board.runs[run.id].phase is Phase.ACTIVE:
            self._write((Draft(Faulted(error.code, error.detail), self.clock.now(), run.unit, run.id, run.slot),))


def _ignore_closed(loop: asyncio.AbstractEventLoop, work: Callable[[T], None], value: T) -> None:
    """Hand a value to the loop; a watcher thread that outlives the loop by a moment has nobody to tell."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(work, value)
