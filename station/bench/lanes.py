"""Lanes: one thread per unit that owns its storage handle; nobody else may touch it.

A lane opens the storage on first use, keeps it while the unit stays, and drops it when a call says that the link is lost, so that
the next call opens it anew. What a copy left that was cut off is removed before the next call that finds a storage, also by the
lane that the unit has once it is plugged in again. Time-outs: the caller's `Deadline` covers opening and call alike.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

from station.bench.ports import Bus
from station.links.mtp.storage import DeviceStorage, UnfinishedCopy, remove_unfinished
from station.model.errors import HoloBenchError, LinkLost, NotFound, OverBudget
from station.model.timing import Deadline

T = TypeVar("T")
log = logging.getLogger(__name__)


class Lane:
    """The lane of one unit at one port. `unfinished` is kept for all lanes: what was cut off, by unit."""

    def __init__(self, bus: Bus, unit: str, port: str, unfinished: dict[str, UnfinishedCopy]) -> None:
        self._bus = bus
        self._unfinished = unfinished
        self._storage: DeviceStorage | None = None
        self._closed = False
        self.unit = unit
        self.port = port
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"lane-{port}")

    async def call(self, work: Callable[[DeviceStorage], T], deadline: Deadline) -> T:
        """Run `work` with the unit's storage in the lane's thread.

        Raises what `work` raises, and LinkLost `usb.unplugged` once the lane was closed because its unit left the bus.
        """
        return await self._in_thread(partial(self._call, work, deadline))

    async def in_turn(self, work: Callable[[DeviceStorage, Deadline], T], wall_seconds: float) -> T:
        """As `call`, but the budget begins when the lane comes to it: what queues behind a long copy is not late for that."""
        def within(deadline: Deadline) -> T:
            return self._call(lambda storage: work(storage, deadline), deadline)
        return await self._in_thread(lambda: within(Deadline(wall_seconds)))

    async def news(self) -> bool:
        """Whether the unit is worth reading again before its time: it told of a change, or its link broke.

        False where its storage is not open. Raises LinkLost `usb.unplugged` once the lane was closed.
        """
        return await self._in_thread(self._news)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise LinkLost("usb.unplugged", self.port)
        try:
            done = asyncio.get_running_loop().run_in_executor(self._thread, work)
        except RuntimeError as e:
            raise LinkLost("usb.unplugged", self.port) from e    # the lane was closed between the look and the call
        return await done

    def _news(self) -> bool:
        try:
            return self._storage is not None and self._storage.news()
        except LinkLost:
            self._drop()
            return True

    def _call(self, work: Callable[[DeviceStorage], T], deadline: Deadline) -> T:
        deadline.check()
        if self._storage is None:
            self._storage = self._bus.open(self.port, deadline)
        try:
            self._clear_up(self._storage, deadline)
            return work(self._storage)
        except HoloBenchError as error:
            if isinstance(copy := error.values.get("unfinished"), UnfinishedCopy):
                self._unfinished[self.unit] = copy
            if isinstance(error, LinkLost | OverBudget):
                self._drop()
            raise

    def _clear_up(self, storage: DeviceStorage, deadline: Deadline) -> None:
        copy = self._unfinished.get(self.unit)
        if copy is None or not storage.storages(deadline):
            return
        with suppress(NotFound):
            if remove_unfinished(storage, copy, deadline, whole=False):
                log.info("unit at %s: what a copy left that was cut off is removed", self.port)
        del self._unfinished[self.unit]

    def _drop(self) -> None:
        storage, self._storage = self._storage, None
        if storage is not None:
            storage.close()

    def end(self) -> None:
        """Take no more calls; `close` waits for the one under way."""
        self._closed = True

    def close(self) -> None:
        """End the lane after what it is doing now; blocks until then."""
        self._closed = True
        self._thread.submit(self._drop)
        self._thread.shutdown(wait=True)
