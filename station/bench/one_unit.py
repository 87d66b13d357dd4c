"""One unit for one piece of work, without a running bench: found by slot or serial, opened, given back."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from station.bench.ports import Bus, BusChange, Seen
from station.links.mtp.storage import DeviceStorage
from station.model.errors import HoloBenchError, NotFound
from station.model.timing import Deadline

LOOKS_AGAIN_S = 0.5
"""Wall seconds after which units that are here are looked at again: one that was refused may open by now."""


@dataclass(frozen=True, slots=True)
class OpenUnit:
    """A unit that is open: where it was seen, and its storage."""

    seen: Seen
    storage: DeviceStorage


@contextmanager
def opened_unit(bus: Bus, deadline: Deadline, *, slot: int | None = None, serial: str = "",
                waits: Callable[[], None] = lambda: None) -> Iterator[OpenUnit]:
    """The unit in a slot, or the one whose MTP serial is `serial`; waits for it until the deadline, and says so once by `waits`.

    Raises NotFound `bench.no-unit` or `bench.no-unit-of-serial`, and what opening raises where the wanted unit is, or may be, one
    that cannot be opened. The bus is closed afterwards.
    """
    here: dict[str, Seen] = {}
    came = threading.Event()

    def changed(change: BusChange) -> None:
        if change.present:
            here[change.seen.port] = change.seen
            came.set()
    trouble: HoloBenchError | None = None
    bus.watch(changed)
    told = False
    try:
        while True:
            came.clear()
            units = sorted(here.copy().values(), key=lambda seen: seen.slot)
            found, met = _in_slot(bus, units, slot, deadline) if slot is not None else _named(bus, units, serial, deadline)
            if found is not None:
                break
            trouble = met or trouble
            if not came.wait(deadline.share(LOOKS_AGAIN_S)):
                if deadline.remaining() <= 0:
                    raise trouble or _nobody(slot, serial)
                if not told:
                    told = True
                    waits()
            deadline.token.check()
        try:
            yield found
        finally:
            found.storage.close()
    finally:
        bus.close()


def _nobody(slot: int | None, serial: str) -> NotFound:
    return NotFound("bench.no-unit-of-serial", serial) if slot is None else NotFound("bench.no-unit", str(slot))


def _in_slot(bus: Bus, units: Sequence[Seen], slot: int, deadline: Deadline) -> tuple[OpenUnit | None, None]:
    for seen in units:
        if seen.slot == slot:
            return OpenUnit(seen, bus.open(seen.port, deadline)), None
    return None, None


def _named(bus: Bus, units: Sequence[Seen], serial: str, deadline: Deadline) -> tuple[OpenUnit | None, HoloBenchError | None]:
    """The unit of a serial, or else why one could not be asked for its own: it may be the one."""
    trouble: HoloBenchError | None = None
    for seen in units:
        try:
            storage = bus.open(seen.port, deadline)
            try:
                own = storage.describe(deadline).serial
            except BaseException:
                storage.close()
                raise
        except HoloBenchError as e:
            trouble = e if deadline.remaining() > 0 else trouble    # at the end of the time it says no more than that
            continue
        if own == serial:
            return OpenUnit(seen, storage), None
        storage.close()
    return None, trouble
