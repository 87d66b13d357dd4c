"""What the person has on the list and what is being done with it. Lives as long as the window; screens come and go over it.

Coroutines on the window's loop; what blocks goes to the pool of threads. Failures of the family rise to `Tasks`, which shows
them.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from station.autopilot import refusals
from station.autopilot.hash_check import Merged
from station.autopilot.intake import Rejected
from station.autopilot.registration import Report
from station.autopilot.registration_plan import Plan
from station.autopilot.standing import Registration, Standing, key
from station.links.graph.values import NewIdentity
from station.model.errors import Cancelled, DataError, HoloBenchError, SignInNeeded
from station.model.faults import catalogue
from ui.context import Kind, Shell
from ui.language import _, ngettext
from ui.registrations.desk import RegistrationDesk
from ui.registrations.lines import Group, Line, of_row, of_submission, reasons, state
from ui.tasks import Tasks

FLUSH_S = 0.1
AGAIN_S = 2.0
SLOWEST_S = 30.0
Lines = Sequence[Line]


def _nothing(lines: Lines) -> None:
    """Nobody watches."""


def _still() -> None:
    """Nobody watches."""


class Work:
    """The list and the job over it. `on_lines` hears of lines that are new or changed, `on_busy` of begin, progress and end."""

    def __init__(self, desk: RegistrationDesk, tasks: Tasks, shell: Shell) -> None:
        self.desk = desk
        self._tasks, self._shell = tasks, shell
        self.lines: dict[str, Line] = {}
        self.job: frozenset[str] = frozenset()
        self.trouble: HoloBenchError | None = None
        self.need: SignInNeeded | None = None
        self.on_lines: Callable[[Lines], None] = _nothing
        self.on_busy: Callable[[], None] = _still
        self._heard: dict[str, Standing] = {}
        self._flushing: asyncio.TimerHandle | None = None

    @property
    def busy(self) -> bool:
        """Whether a job is sending or watching."""
        return bool(self.job)

    def progress(self) -> tuple[int, int]:
        """Lines of the job that are settled, and all of it."""
        mine = [self.lines[name] for name in self.job if name in self.lines]
        return sum(line.settled for line in mine), len(mine)

    # The list.

    async def add_files(self, paths: Sequence[Path]) -> None:
        """Read, check and list files; what cannot be read is told."""
        self._list(*await self._tasks.blocking(self.desk.open_files, paths))

    async def add_harvested(self, tag: str = "") -> None:
        """List what this bench took from its units; `tag` is the group tag of its blueprint, since the headset knows none."""
        merged, rejected = await self._tasks.blocking(self.desk.harvested)
        if not merged.kept and not merged.refused and not rejected:
            self._shell.notify(_("This bench has not taken a hash from any unit yet."))
            return
        self._list(merged, rejected, tag)

    async def add_queue(self) -> None:
        """List what waits for a lead or a connection."""
        queue = await self._tasks.blocking(self.desk.queue)
        known = {key(s.serial): s for s in queue.submissions}
        freed = [replace(line, waiting=None) for name, line in self.lines.items() if line.waiting and name not in known]
        listed = [replace(self.lines[name], waiting=s) if name in self.lines else of_submission(s) for name, s in known.items()]
        self._put([*freed, *listed])
        for name in queue.damaged:
            self._shell.show_error(DataError("autopilot.queue-damaged", name))

    def drop(self, lines: Lines) -> None:
        """Take lines off the list; nothing happens in the tenant."""
        for line in lines:
            self.lines.pop(line.key, None)

    def _list(self, merged: Merged, rejected: Sequence[Rejected], tag: str = "") -> None:
        fresh = [of_row(row) for row in (*merged.kept, *merged.refused)]
        self._put([replace(line, group_tag=line.group_tag or tag, standing=old.standing if old else None,
                           waiting=old.waiting if old else None) for line in fresh for old in [self.lines.get(line.key)]])
        for file in rejected:
            self._shell.show_error(DataError(file.code, file.told))
        if merged.dropped:
            self._shell.notify(ngettext("{n} double was left out.", "{n} doubles were left out.", len(merged.dropped)))

    def _put(self, lines: Lines) -> None:
        self.lines.update({line.key: line for line in lines})
        self.on_lines(lines)

    # The tenant.

    async def plan(self, lines: Lines, tag: str | None) -> Plan:
        """A dry run over usable lines."""
        return await self._tasks.blocking(self.desk.plan, self._rows(lines, tag))

    async def register(self, lines: Lines, tag: str | None, change_tags: bool) -> None:
        """Register usable lines and watch them."""
        rows = self._rows(lines, tag)
        self._put([replace(line, group_tag=line.group_tag if tag is None else tag) for line in lines if line.usable])
        told = self._tell()
        try:
            report = await self._in_job(rows, lambda: self.desk.register(rows, told, change_tags))
        except HoloBenchError as e:
            if e.code == "autopilot.offline":
                await self.add_queue()
            raise
        self._sum_up(report)

    async def drain(self) -> None:
        """Send everything that was released."""
        await self.add_queue()
        rows = [line.waiting.row for line in self.lines.values() if line.waiting is not None]
        told = self._tell()
        report = await self._in_job(rows, lambda: self.desk.drain(told))
        await self.add_queue()
        if report is None:
            self._shell.notify(_("Nothing waits."))
        else:
            self._sum_up(report)

    async def look_up(self, lines: Lines) -> None:
        """Ask the tenant where lines stand."""
        standings = await self._tasks.blocking(self.desk.look_up, lines)
        self._stand(standings.values())

    async def watch(self) -> None:
        """Look up what is under way and belongs to no job here; a failure is kept in `trouble`, not shown again and again."""
        lines = [line for line in self.lines.values() if line.standing is not None and state(line).group is Group.RUNNING]
        if not lines or self.busy or self.desk.client is None:
            return
        try:
            await self.look_up(lines)
            self.trouble = None
        except HoloBenchError as e:
            self.trouble = e
        self.on_busy()

    async def _in_job(self, rows: Sequence[NewIdentity], work: Callable[[], Report | None]) -> Report | None:
        self.job = frozenset(key(row.serial) for row in rows)
        self.on_busy()
        try:
            return await self._until_signed_in(work)
        except Cancelled:
            self._shell.notify(_("Stopped watching. What was sent goes on in the cloud."))
            return None
        finally:
            self._flush()
            self.job = frozenset()
            self.on_busy()

    async def _until_signed_in(self, work: Callable[[], Report | None]) -> Report | None:
        """Do the work. Where a person must sign in it pauses, says so, and goes on by itself once somebody has.

        Nothing is sent twice by that: a job that is run again goes on where it stopped.
        """
        while True:
            try:
                return await self._tasks.blocking(work)
            except SignInNeeded as need:
                if await self._tasks.blocking(self.desk.may_go_on):
                    raise       # the sign-in is there; what is lacking is a role, which no signing in brings
                self.need = need
            self.on_busy()
            try:
                await self._signed_in()
            finally:
                self.need = None
                self.on_busy()

    async def _signed_in(self) -> None:
        """Look ever less often whether somebody has signed in: a session that ended is asked for at the sign-in service."""
        wait = AGAIN_S
        while not await self._tasks.blocking(self.desk.may_go_on):
            await asyncio.sleep(wait)
            wait = min(2 * wait, SLOWEST_S)

    def _tell(self) -> Callable[[tuple[Standing, ...]], None]:
        """Standings from the thread of the job to the loop, many at once."""
        loop = asyncio.get_running_loop()
        return lambda standings: _call_soon(loop, self._hear, standings)

    def _hear(self, standings: tuple[Standing, ...]) -> None:
        self._heard.update({key(s.serial): s for s in standings})
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(FLUSH_S, self._flush)

    def _flush(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        heard, self._heard = self._heard, {}
        if heard:
            self._stand(heard.values())
            self.on_busy()

    def _stand(self, standings: Iterable[Standing]) -> None:
        known = [s for s in standings if key(s.serial) in self.lines]
        self._put([replace(self.lines[key(s.serial)], standing=s) for s in known])

    def _sum_up(self, report: Report | None) -> None:
        if report is None:
            return
        troubled = sum(bool(s.fault) or s.registration is Registration.REFUSED for s in report.standings.values())
        ready = ngettext("{n} unit may be powered on now.", "{n} units may be powered on now.", len(report.ready))
        more = " " + ngettext("{n} unit needs attention.", "{n} units need attention.", troubled) if troubled else ""
        self._shell.notify(ready + more, Kind.WARN if troubled else Kind.GOOD)

    @staticmethod
    def _rows(lines: Lines, tag: str | None) -> list[NewIdentity]:
        rows = [line.identity(tag) for line in lines if line.usable]
        if not rows:
            raise DataError("autopilot.csv-nothing-to-write")
        return rows

    # The queue.

    async def submit(self, lines: Lines, tag: str | None) -> None:
        """Keep usable lines for a lead."""
        made = await self._tasks.blocking(self.desk.submit, self._rows(lines, tag))
        await self.add_queue()
        self._shell.notify(ngettext("{n} unit waits for a lead.", "{n} units wait for a lead.", len(made)))

    async def release(self, lines: Lines) -> None:
        """Let waiting lines go to the tenant; they are sent with the next “Send what waits”."""
        ids = [line.waiting.id for line in lines if line.waiting is not None]
        await self._tasks.blocking(lambda: self.desk.room().release(ids, self.desk.person()))
        await self.add_queue()

    async def withdraw(self, lines: Lines, reason: str) -> None:
        """Turn waiting lines down."""
        ids = [line.waiting.id for line in lines if line.waiting is not None]
        moved = await self._tasks.blocking(lambda: self.desk.room().withdraw(ids, self.desk.person(), reason))
        self._put([replace(self.lines[key(s.serial)], waiting=s) for s in moved])

    # Files.

    async def save(self, lines: Lines, path: Path) -> None:
        """Write usable lines as Intune takes them."""
        written = await self._tasks.blocking(self.desk.save, lines, path)
        self._shell.notify(_("Saved: {files}").format(files=", ".join(p.name for p in written)), Kind.GOOD)

    async def save_refusals(self, lines: Lines, path: Path) -> None:
        """Write who cannot go on, why, and who can cure it."""
        count = await self._tasks.blocking(self.desk.save_refusals, lines, path, _, _refusals)
        self._shell.notify(ngettext("{n} line saved.", "{n} lines saved.", count), Kind.GOOD)


def _refusals(line: Line) -> tuple[refusals.Refusal, ...]:
    if state(line).group is not Group.ATTENTION:
        return ()
    return tuple(refusals.Refusal(line.serial, r.code, r.detail) for r in reasons(line)[:1] if r.code in catalogue())


def _call_soon(loop: asyncio.AbstractEventLoop, heard: Callable[[tuple[Standing, ...]], None],
               standings: tuple[Standing, ...]) -> None:
    """From a thread; a window that is closing has nobody left to tell."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(heard, standings)
