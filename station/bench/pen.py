"""The bench's pen: everything that it writes goes to the journal through one thread, in the order in which it was said.

A journal that cannot be written at the moment (disk full, record locked, server away) is trouble, not loss: what was to be
written is tried again until it is durable or the bench closes. Lives on the bench's loop.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from station.bench.ports import Record
from station.model.errors import BUG, HoloBenchError, JournalError
from station.model.events import Draft

log = logging.getLogger(__name__)

RETRY_S = 1.0
"""Wall seconds between two tries."""

Trouble = Callable[[HoloBenchError | None], None]


class Pen:
    """`unwritable` hears when the journal cannot be written and (None) when it can again; `refused` of what it refuses to do."""

    def __init__(self, record: Record, unwritable: Trouble, refused: Trouble) -> None:
        self._record = record
        self._unwritable, self._refused = unwritable, refused
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._under: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    def later(self, draft: Draft) -> None:
        """An observation: with the next group commit."""
        self.do(partial(self._record.append_later, draft))

    def write(self, *drafts: Draft) -> None:
        """In one transaction, as soon as the thread comes to it."""
        self.do(partial(self._record.append, *drafts))

    def written(self, draft: Draft) -> Awaitable[object]:
        """Durable once awaited. Raises JournalError only where the bench closes before it could be written."""
        return self.done(partial(self._record.append, draft))

    def done(self, work: Callable[[], object]) -> Awaitable[object]:
        """Any blocking call to the journal in its turn, done once awaited. Raises as `written`, and what the journal refuses."""
        return self._until_done(self._try(work), work)

    def do(self, work: Callable[[], object]) -> None:
        """Any blocking call to the journal, in its turn."""
        task = asyncio.get_running_loop().create_task(self._told(self._try(work), work))
        self._under.add(task)
        task.add_done_callback(self._under.discard)

    def last_try(self) -> None:
        """From now on nothing is tried again: the bench closes."""
        self._closing.set()

    async def close(self) -> None:
        """Let what is under way end."""
        self._closing.set()
        await asyncio.gather(*self._under, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(None, partial(self._thread.shutdown, wait=True))

    def _try(self, work: Callable[[], object]) -> "asyncio.Future[object]":
        """Hand the call to the thread now: its place in the order is that of this call, whenever it is awaited."""
        return asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _told(self, first: Awaitable[object], work: Callable[[], object]) -> None:
        try:
            await self._until_done(first, work)
        except JournalError as e:
            log.error("not written before the bench closed: %s", e)
        except HoloBenchError as e:
            self._refused(e)
        except Exception as e:
            log.exception("the journal's thread met a bug")
            self._refused(HoloBenchError(BUG, type(e).__name__))

    async def _until_done(self, attempt: Awaitable[object], work: Callable[[], object]) -> object:
        while True:
            try:
                done = await attempt
            except JournalError as e:
                self._unwritable(e)
                if await self._closed_within(RETRY_S):
                    raise
            else:
                self._unwritable(self._record.trouble)
                return done
            attempt = self._try(work)

    async def _closed_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return False
        return True
