"""The one asyncio loop under Qt, and the one hook for bugs. The only file that knows qasync.

qasync is used for timers, futures and results of threads; sockets and processes belong to threads (facts/style §B3).
"""

import asyncio
import logging
import sys
import traceback
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any

import qasync
from PySide6.QtCore import QCoreApplication

from ui.garbage import collected_here

log = logging.getLogger(__name__)

LAG_TICK_S = 0.05
LAG_SAID_S = 0.1


def run(app: QCoreApplication, main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine with Qt's events until it returns its exit status."""
    with qasync.QEventLoop(app) as loop, collected_here(loop):
        loop.set_exception_handler(_report)
        return int(loop.run_until_complete(main()))


def _report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What asyncio would only log goes to the one hook, so that nothing is swallowed."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        sys.excepthook(type(error), error, error.__traceback__)
    else:
        log.warning("asyncio: %s", context.get("message"))


def hook(show: Callable[[str], None]) -> None:
    """Install the one hook for exceptions that nobody caught: they are logged and shown, and the program goes on."""

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        log.error("a bug:\n%s", text)
        show(text)

    sys.excepthook = caught


async def watch_lag(said: Callable[[float], None] | None = None) -> None:
    """Measure for ever how late the loop is; say what is over 100 ms (facts/style Part C, rule 7)."""
    clock = asyncio.get_running_loop().time
    while True:
        before = clock()
        await asyncio.sleep(LAG_TICK_S)
        late = clock() - before - LAG_TICK_S
        if said is not None:
            said(late)
        if late > LAG_SAID_S:
            log.warning("the window was held for %.0f ms", late * 1000)
