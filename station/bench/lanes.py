"""Lanes: one thread per unit that owns its storage handle; nobody else may touch it.

A lane opens the storage on first use, keeps it while the unit stays, and drops it when a call says that the link is lost, so that
the next call opens it anew. Time-outs: the caller's `Deadline` covers opening and call alike.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from station.bench.ports import Bus
from station.links.mtp.storage import DeviceStorage
from station.model.errors import LinkLost, OverBudget
from station.model.timing import Deadline

T = TypeVar("T")
log = logging.getLogger(__name__)


class Lane:
    """The lane of one unit. `port` may change when the unit is plugged elsewhere."""

    def __init__(self, bus: Bus, unit: str, port: str) -> None:
        self._bus = bus
        self._storage: DeviceStorage | None = None
        self._closed = False
        self.unit = unit
        self.port = port
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"lane-{port}")

    async def call(self, work: Callable[[DeviceStorage], T], deadline: Deadline) -> T:
        """Run `work` with the unit's storage in the lane's thread.

        Raises what `work` raises, and LinkLost `usb.unplugged` once the lane was closed because its unit left the bus.
        """
        if self._closed:
            raise LinkLost("usb.unplugged", self.port)
        try:
            done = asyncio.get_running_loop().run_in_executor(self._thread, self._call, work, deadline)
        except RuntimeError as e:
            raise LinkLost("usb.unplugged", self.port) from e    # the lane was closed between the look and the call
        return await done

    def _call(self, work: Callable[[DeviceStorage], T], deadline: Deadline) -> T:
        deadline.check()
        if self._storage is None:
            self._storage = self._bus.open(self.port, deadline)
        try:
            return work(self._storage)
        except (LinkLost, OverBudget):
            self._drop()
            raise

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
