"""Where widgets die: on the thread of the window, however busy the workers are."""

import asyncio
import gc
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ui import garbage

InLoop = Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]


class Cycle:
    """Something that only the collector of cycles can free; notes on which thread it died."""

    died: list[int] = []  # noqa: RUF012 - the note outlives the instances

    def __init__(self) -> None:
        self.myself = self

    def __del__(self) -> None:
        Cycle.died.append(threading.get_ident())


def allocate() -> int:
    """Enough containers for many automatic collections."""
    return sum(len([{i: [i]} for i in range(1000)]) for _ in range(200))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "COLLECT_S", 0.02)


def test_garbage_dies_on_the_thread_of_the_loop(quick: None, in_loop: InLoop) -> None:
    Cycle.died.clear()

    async def main() -> None:
        assert not gc.isenabled()
        with ThreadPoolExecutor(2) as pool:
            for _ in range(20):
                Cycle()
                await asyncio.get_running_loop().run_in_executor(pool, allocate)
        async with asyncio.timeout(10):
            while len(Cycle.died) < 20:  # noqa: ASYNC110 - the collector tells nobody
                await asyncio.sleep(0.01)

    in_loop(main)
    assert set(Cycle.died) == {threading.get_ident()}


def test_the_collector_is_left_as_it_was_found(in_loop: InLoop) -> None:
    gc.enable()

    async def main() -> None:
        assert not gc.isenabled()

    in_loop(main)
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
