"""The USB bus as the bench takes it: slots and storages behind the `Bus` port. Practice and the lab hand in other eyes."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from usb.backend import IBackend

from station.bench.ports import BusChange, Seen
from station.links.mtp.opening import open_storage, open_unit
from station.links.mtp.pyusb_pipe import UsbAddress
from station.links.mtp.storage import DeviceStorage
from station.links.usb.allow_list import AllowList
from station.links.usb.desk import BusDesk, Eyes
from station.links.usb.slot_store import SlotStore
from station.links.usb.slots import Notice, Occupant, SlotMap, SlotNotice
from station.model.errors import HoloBenchError, LinkLost
from station.model.timing import Clock, Deadline

log = logging.getLogger(__name__)

SLOT_FILE = "slots.json"


class UsbBus:
    """A watched bus. `count` is how many slots the bench shows; `ports` numbers ports beforehand and closes the list."""

    def __init__(self, eyes: Eyes, folder: Path, clock: Clock, *, count: int = 8, ports: Mapping[str, int] | None = None,
                 allowed: AllowList | None = None, backend: IBackend | None = None) -> None:
        self._backend = backend
        self._count = count
        self._here: dict[str, Occupant] = {}
        self._changed: Callable[[BusChange], None] = _nobody
        self._desk = BusDesk(eyes, clock, allowed or AllowList(), SlotStore(folder / SLOT_FILE), self._told, _slot_trouble)
        if ports:
            self._desk.number(tuple(sorted(ports, key=lambda p: ports[p])), locked=True)

    @property
    def map(self) -> SlotMap:
        """Which port has which slot number."""
        return self._desk.map

    def watch(self, changed: Callable[[BusChange], None]) -> None:
        """Begin to watch; see `Bus.watch`."""
        self._changed = changed
        self._desk.start()

    def open(self, port: str, deadline: Deadline) -> DeviceStorage:
        """Open the unit at a port; see `Bus.open`."""
        occupant = self._here.get(port)
        if occupant is None:
            raise LinkLost("usb.unplugged", port)
        if self._backend is None:
            return open_unit(occupant.sighting, deadline)
        return open_storage(self._backend, UsbAddress(port, occupant.sighting.vendor_id, occupant.sighting.product_id), deadline)

    def expect_restart(self, unit: str, seconds: float) -> None:
        """Keep a unit's place for so long whenever it leaves; see `Bus.expect_restart`."""
        self._desk.expect_restart(unit, seconds)

    def slots(self) -> Sequence[int]:
        """Slot numbers shown from the start."""
        return range(1, max(self._count, len(self._desk.map.ports)) + 1)

    def close(self) -> None:
        """Stop watching."""
        self._desk.close()

    def _told(self, notice: SlotNotice) -> None:
        if notice.slot == 0:
            self._moved_away(notice)
            return
        if notice.notice in (Notice.AWAY, Notice.LEFT):
            if self._here.pop(notice.port, None) is not None:
                self._changed(BusChange(_seen(notice), present=False))
            return
        self._here.pop(notice.from_port, None)
        self._here[notice.port] = notice.occupant
        self._changed(BusChange(_seen(notice), present=True))

    def _moved_away(self, notice: SlotNotice) -> None:
        """Into a port that is no slot of this bench: from its slot here the unit has left."""
        if self._here.pop(notice.from_port, None) is not None:
            seen = replace(_seen(notice), slot=self.map.number(notice.from_port), port=notice.from_port)
            self._changed(BusChange(seen, present=False))


def _seen(notice: SlotNotice) -> Seen:
    device = notice.occupant.sighting
    return Seen(notice.slot, notice.port, notice.occupant.unit, notice.occupant.identity.mode, device.vendor_id,
                device.product_id, device.product, device.serial)


def _nobody(change: BusChange) -> None:
    """Nobody watches yet."""


def _slot_trouble(error: HoloBenchError) -> None:
    log.warning("slot numbers: %s", error)
