"""What is known of the unit that comes back, and what is being done. Lives as long as the window; screens come and go over it.

Failures are kept for the screen, with cause and cure beside what was done so far; only bugs rise further.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from station.model.errors import Cancelled, HoloBenchError, SignInNeeded
from station.model.timing import CancelToken, Deadline
from station.model.words import N_
from station.tenant.known import PROGRESS
from station.tenant.plan import Step
from station.tenant.returning import Order, Progress, Report
from ui.context import Kind, Shell
from ui.language import _
from ui.returns.desk import LOOK_SECONDS, RETURN_SECONDS, Found, ReturnDesk
from ui.tasks import Tasks


class Doing(StrEnum):
    """What is under way."""

    NOTHING = ""
    LOOKING = "looking"
    RETURNING = "returning"


FAILED = "failed"
_MARKS = {
    "": ("clock", "soft"), "sent": ("upload", "accent_ink"), "waiting": ("timer", "accent_ink"), "proved": ("check", "good"),
    "already": ("check", "good"), "started": ("check", "good"), "running": ("check", "good"), "too-soon": ("skip", "soft"),
    "not-known": ("question", "soft")}
STATES: Mapping[str, tuple[str, str, str]] = MappingProxyType({
    **{state: (word, *_MARKS[state]) for state, word in PROGRESS.items()}, FAILED: (N_("not proved"), "error", "danger")})
"""What a step's progress is called, its glyph and its tone."""
UNDER_WAY = frozenset({"sent", "waiting"})


def _still() -> None:
    """Nobody watches."""


class Work:
    """See the module. `on_change` hears of every change, on the loop's thread."""

    def __init__(self, desk: ReturnDesk, tasks: Tasks, shell: Shell) -> None:
        self.desk = desk
        self._tasks, self._shell = tasks, shell
        self.doing, self.stopping = Doing.NOTHING, False
        self.serial = ""
        self.found: Found | None = None
        self.order: Order | None = None
        self.steps: tuple[Step, ...] = ()
        self.states: dict[str, str] = {}
        self.report: Report | None = None
        self.trouble: HoloBenchError | None = None
        self.need: SignInNeeded | None = None
        self.on_change: Callable[[], None] = _still
        self._token = CancelToken()
        self._begun = False     # from the press of a button until the loop comes to it

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._begun or self.doing is not Doing.NOTHING

    @property
    def begun(self) -> bool:
        """Whether a return was ordered since the unit was looked up: its steps are shown, not a new plan."""
        return self.order is not None

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do one of the things below unless another is under way."""
        if self.busy:
            work.close()
            return
        self._begun = True
        self._tasks.start(work, "return")

    def stop(self) -> None:
        """Stop between two requests; what was sent goes on in the cloud, and the same return is taken up again later."""
        if self.busy:
            self.stopping = True
            self._token.cancel()
            self.on_change()

    async def look(self, serial: str) -> None:
        """Read everything about a serial."""
        self.serial, self.found, self.order, self.report, self.steps, self.states = serial, None, None, None, (), {}
        async with _Doing(self, Doing.LOOKING):
            self.found = await self._tasks.blocking(self.desk.look, serial, Deadline(LOOK_SECONDS, self._token))

    async def carry_out(self, order: Order, confirmed: str, steps: tuple[Step, ...]) -> None:
        """Carry the plan out that was shown."""
        self.order, self.steps, self.report = order, steps, None
        self.states = {key: state for key, state in self.states.items() if state not in (*UNDER_WAY, FAILED)}
        async with _Doing(self, Doing.RETURNING):
            loop = asyncio.get_running_loop()

            def tell(progress: Progress) -> None:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(self._hear, progress)

            deadline = Deadline(RETURN_SECONDS, self._token)
            self.report = await self._tasks.blocking(self.desk.carry_out, order, confirmed, tell, deadline)
            self.states |= dict(self.report.done)
            self.found = replace(self.found, records=self.report.left, read=self.desk.clock.now(),
                                 unfinished=None) if self.found else None

    def _hear(self, progress: Progress) -> None:
        if progress.step.key not in {step.key for step in self.steps}:
            self.steps += (progress.step,)
        changed = self.states.get(progress.step.key) != progress.state
        self.states[progress.step.key] = progress.state
        if changed:
            self.on_change()

    def begin(self, doing: Doing) -> None:
        """Something begins."""
        self.doing, self.stopping, self._begun = doing, False, False
        self.trouble = self.need = None
        self._token = CancelToken()
        self.on_change()

    def end(self, failure: BaseException | None) -> bool:
        """It is over; whether nobody else needs to hear of the failure. What still blocks in a thread ends too."""
        self._token.cancel()
        was, self.doing, self.stopping = self.doing, Doing.NOTHING, False
        if failure is not None:
            self.states = {key: FAILED if state in UNDER_WAY else state for key, state in self.states.items()}
        if isinstance(failure, SignInNeeded):
            self.need = failure
        elif isinstance(failure, Cancelled):
            self._shell.notify(_("Stopped. The same return goes on where it stopped.") if was is Doing.RETURNING
                               else _("Stopped."), Kind.WARN)
        elif isinstance(failure, HoloBenchError):
            self.trouble = failure
        self.on_change()
        return isinstance(failure, HoloBenchError)


class _Doing:
    """Marks begin and end of one thing."""

    def __init__(self, work: Work, doing: Doing) -> None:
        self._work, self._doing = work, doing

    async def __aenter__(self) -> None:
        self._work.begin(self._doing)

    async def __aexit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: object) -> bool:
        return self._work.end(failure)
