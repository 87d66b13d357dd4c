"""One unit for one piece of work, without a running bench: found by slot or serial, opened, given back."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from station.bench.ports import Bus, BusChange, Seen
from station.links.mtp.storage import DeviceStorage
from station.model.errors import HoloBenchError, NotFound
from station.model.timing import Deadline


@dataclass(frozen=True, slots=True)
class OpenUnit:
    """A unit that is open: where it was seen, and its storage."""

    seen: Seen
    storage: DeviceStorage


@contextmanager
def opened_unit(bus: Bus, deadline: Deadline, *, slot: int | None = None, serial: str = "") -> Iterator[OpenUnit]:
    """The unit in a slot, or the one whose MTP serial is `serial`; waits for it until the deadline.

    Raises NotFound `bench.no-unit`, and what opening raises where the unit that was named by its slot cannot be opened. The
    bus is
    closed afterwards.
    """
    here: dict[str, Seen] = {}
    came = threading.Event()

    def changed(change: BusChange) -> None:
        if change.present:
            here[change.seen.port] = change.seen
            came.set()
    bus.watch(changed)
    try:
        while True:
            found = _find(list(here.values()), lambda seen: bus.open(seen.port, deadline), deadline, slot, serial)
            if found is not None:
                break
            came.clear()
            if not came.wait(deadline.share(0.5)) and deadline.remaining() <= 0:
                raise NotFound("bench.no-unit", str(slot) if slot is not None else serial)
            deadline.token.check()
        try:
            yield found
        finally:
            found.storage.close()
    finally:
        bus.close()


def _find(units: list[Seen], opener: Callable[[Seen], DeviceStorage], deadline: Deadline, slot: int | None,
          serial: str) -> OpenUnit | None:
    for seen in sorted(units, key=lambda s: s.slot):
        if slot is not None:
            if seen.slot == slot:
                return OpenUnit(seen, opener(seen))
            continue
        try:
            storage = opener(seen)
        except HoloBenchError:
            continue
        if storage.describe(deadline).serial == serial:
            return OpenUnit(seen, storage)
        storage.close()
    return None
