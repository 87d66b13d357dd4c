"""Work that waits, started from the screen: coroutines on the window's loop, blocking calls in a small pool of threads.

A failure of the house's family goes to `on_error`; anything else is a bug and goes to `sys.excepthook`, which shows it as one.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from PySide6.QtCore import QObject

from station.model.errors import Cancelled, HoloBenchError

P = ParamSpec("P")
T = TypeVar("T")
THREADS = 4


class Tasks:
    """Owns what is under way, so that nothing is collected half-way and everything ends with the window."""

    def __init__(self, on_error: Callable[[HoloBenchError], None]) -> None:
        self._on_error = on_error
        self._running: set[asyncio.Task[Any]] = set()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="screen")

    def start(self, work: Coroutine[Any, Any, Any], name: str = "", shown_by: QObject | None = None) -> asyncio.Task[Any]:
        """Run a coroutine on the window's loop. The loop's thread only.

        `shown_by`: what shows the answer; when it goes (another language or look builds the screens anew) nobody waits any more.
        """
        task = asyncio.get_running_loop().create_task(work, name=name or None)
        self._running.add(task)
        task.add_done_callback(self._finished)
        if shown_by is not None:
            shown_by.destroyed.connect(lambda: task.cancel())
        return task

    async def blocking(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that blocks in a thread of the pool and wait for it without holding the screen."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: function(*args, **kwargs))

    def attempt(self, function: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Call something quick; a failure of the family is shown. Whether it went well."""
        try:
            function(*args, **kwargs)
        except HoloBenchError as failure:
            self._on_error(failure)
            return False
        return True

    async def close(self) -> None:
        """Cancel what is under way and wait for it; blocking calls end by their own deadlines."""
        current = asyncio.current_task()
        pending = [t for t in self._running if t is not current]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is None or isinstance(failure, Cancelled):
            return
        if isinstance(failure, HoloBenchError):
            self._on_error(failure)
        else:
            sys.excepthook(type(failure), failure, failure.__traceback__)
