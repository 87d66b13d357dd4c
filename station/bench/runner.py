"""The runner: starts the action that each run's current step asks for, and journals intent before and outcome after it.

A killed station leaves an intent without outcome. On the next start the action is taken up again: a repeatable one simply runs,
any other begins by looking what had already happened (`Due.resumed`). One action at a time per run.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from station.bench.lanes import Lane
from station.bench.work import Action, Due, Progress, Services, Task, current_key, due
from station.model.blueprint import Blueprint
from station.model.board import BoardState
from station.model.errors import BUG, Cancelled, HoloBenchError, LinkLost, Refused
from station.model.events import Body, Draft, Ended, Faulted, Intended, Observed, Result
from station.model.facts import Fact
from station.model.path import Path
from station.model.runs import Run

log = logging.getLogger(__name__)

BREATH_S = 5.0
"""Bench seconds before an interrupted action is taken up again: the glitch grace of the bus."""
LOSSES_ALLOWED = 5
"""How often one action may lose its link before that counts as a failure of unit, cable or port."""


@dataclass(slots=True)
class _Under:
    """An action under way."""

    due: Due
    task: Task
    future: "asyncio.Task[None]"
    unplugged: bool = False


@dataclass(slots=True)
class Runner:
    """Keeps every open run moving. Lives on the bench's loop; `consider` is called after every change of a run."""

    intend: Callable[[Run, Draft], Awaitable[object]]
    write: Callable[[Draft], Awaitable[object]]
    actions: Mapping[str, Action]
    paths: Mapping[str, Path]
    blueprints: Mapping[str, Blueprint]
    services: Services
    board: Callable[[], BoardState]
    lane: Callable[[str], Lane | None]
    progressed: Callable[[str, Progress | None], None]
    later: Callable[[Draft], None]
    _under: dict[str, _Under] = field(default_factory=dict)
    _losses: dict[str, int] = field(default_factory=dict)
    _closing: bool = False

    def consider(self, run: Run) -> None:
        """Start what is due for a run; cancel what is under way for a step that it has left."""
        path = self.paths.get(run.path)
        if path is None or self._closing:
            return
        now_due = due(run, path, self._present(run.unit))
        under = self._under.get(run.id)
        if under is not None:
            if not run.open or current_key(run, path) != under.due.key:
                under.task.token.cancel()
            return
        if now_due is not None:
            self._start(run, now_due)

    def interrupt(self, unit: str) -> None:
        """The unit left the bus: end what needs its cable; it is taken up again when the unit is back."""
        for under in self._under.values():
            if under.task.run.unit == unit and under.due.step.cable:
                under.unplugged = True
                under.task.token.cancel()

    @property
    def working(self) -> bool:
        """Whether any action is under way."""
        return bool(self._under)

    async def close(self) -> None:
        """Let no new action begin, cancel those under way, and wait until each has journalled how it ended."""
        self._closing = True
        for under in self._under.values():
            under.task.token.cancel()
        await asyncio.gather(*(u.future for u in list(self._under.values())), return_exceptions=True)

    def _present(self, unit: str) -> bool:
        known = self.board().units.get(unit)
        return known is not None and known.present

    def _start(self, run: Run, now_due: Due) -> None:
        action, loop = self.actions[now_due.step.action], asyncio.get_running_loop()
        intent = Intended(now_due.key, now_due.step.key, action.name, run.attempt, action.repeatable)
        task = Task(run, now_due, self._blueprint(run), lambda: self.lane(run.unit), self.services,
                    tell=lambda facts: self._tell(run, facts),
                    progress=lambda p: self._from_lane(loop, run.unit, p),
                    pause=self._pause, facts=lambda: self.board().runs.get(run.id, run))
        future = loop.create_task(self._perform(action, task, intent))
        self._under[run.id] = _Under(now_due, task, future)

    def _from_lane(self, loop: asyncio.AbstractEventLoop, unit: str, progress: Progress | None) -> None:
        """Progress is told by the lane's thread; those who watch the bench belong to the loop."""
        if not loop.is_closed():
            loop.call_soon_threadsafe(self.progressed, unit, progress)

    def _blueprint(self, run: Run) -> Blueprint:
        return self.blueprints.get(run.blueprint) or Blueprint(run.blueprint, run.blueprint, run.path)

    async def _pause(self, bench_seconds: float) -> None:
        await asyncio.sleep(max(0.02, bench_seconds / self.services.clock.speed))

    async def _perform(self, action: Action, task: Task, intent: Intended) -> None:
        run = task.run
        try:
            await self.intend(run, self._draft(run, intent))
        except Refused as e:
            await self.write(self._draft(run, Faulted(e.code, e.detail)))
        else:
            await self._to_its_end(action, task)
        self._under.pop(run.id, None)
        current = self.board().runs.get(run.id)
        if current is not None:
            self.consider(current)

    async def _to_its_end(self, action: Action, task: Task) -> None:
        ended = await self._outcome(action, task)
        self.progressed(task.run.unit, None)
        if ended is not None:
            await self.write(self._draft(task.run, ended))
        if ended is not None and ended.result is Result.INTERRUPTED and not self._closing:
            await self._pause(BREATH_S)

    async def _outcome(self, action: Action, task: Task) -> Ended | None:
        """How the action ended; None where the station is closing and the open intent must stay open for the next start."""
        key = task.due.key
        try:
            facts = await action.perform(task)
        except Cancelled:
            return None if self._closing else self._cancelled(task)
        except LinkLost as e:
            return self._lost(task, e)
        except HoloBenchError as e:
            return Ended(key, Result.FAILED, e.code, e.detail)
        except Exception as e:
            log.exception("action %s of run %s failed with a bug", action.name, task.run.id)
            return Ended(key, Result.FAILED, BUG, type(e).__name__)
        return Ended(key, Result.DONE, facts=tuple(facts))

    def _cancelled(self, task: Task) -> Ended:
        if self._under[task.run.id].unplugged:
            return Ended(task.due.key, Result.INTERRUPTED, "usb.unplugged")
        return Ended(task.due.key, Result.CANCELLED)

    def _lost(self, task: Task, error: LinkLost) -> Ended:
        """A lost link is taken up again, but a link that is lost time after time is a failure."""
        losses = self._losses[task.due.key] = self._losses.get(task.due.key, 0) + 1
        result = Result.FAILED if losses > LOSSES_ALLOWED else Result.INTERRUPTED
        return Ended(task.due.key, result, error.code, error.detail)

    def _draft(self, run: Run, body: Body) -> Draft:
        return Draft(body, self.services.clock.now(), run.unit, run.id, run.slot)

    def _tell(self, run: Run, facts: Sequence[Fact]) -> None:
        self.later(self._draft(run, Observed(tuple(facts))))
