"""QEMU's own MTP device (46f4:0004), a second and independent responder: ignored until its id is on the list, then used."""

import subprocess
import time
from pathlib import Path
from typing import Any

from station.links.mtp.opening import open_unit
from station.links.usb.allow_list import AllowList, DeviceKind, shipped
from station.links.usb.desk import linux_eyes
from station.links.usb.sighting import UsbSighting
from station.model.timing import Deadline
from tests.lab.inside.watching import Desk

QEMU_UNIT = (0x46F4, 0x0004)
CONTENT = bytes(range(256)) * 64           # 16 KiB; some sizes end QEMU 7.2 itself: those where a packet is filled exactly


def foreign_unit() -> dict[str, Any]:
    """Whether it was ignored, whether it was shown once listed, and what a copy to it gave. Raises TimeoutError."""
    subprocess.run(["modprobe", "xhci_pci"], check=True)
    found = _found()
    return {"ignored": not _shown(shipped()), "shown": _shown(shipped().joined([AllowList({QEMU_UNIT: DeviceKind.HOLOLENS})])),
            **_used(found)}


def _found() -> UsbSighting:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for sighting in linux_eyes().reader.read():
            if (sighting.vendor_id, sighting.product_id) == QEMU_UNIT and sighting.interfaces:
                return sighting
        time.sleep(0.05)        # a poll with an end: the product's own events are under test and not waited by
    raise TimeoutError("QEMU's own unit never came")


def _shown(allowed: AllowList) -> bool:
    desk = Desk(allowed)
    try:
        time.sleep(1.0)         # that nothing is told has no event to wait for; a listed unit is told well within this
        return any((n.occupant.sighting.vendor_id, n.occupant.sighting.product_id) == QEMU_UNIT for _, n in desk.notices)
    finally:
        desk.close()


def _used(found: UsbSighting) -> dict[str, Any]:
    storage = open_unit(found, Deadline(60))
    try:
        number = storage.storages(Deadline(30))[0].id
        source = Path("/tmp/foreign.bin")
        source.write_bytes(CONTENT)
        receipt = storage.put(source, number, (), "pushed.ppkg", Deadline(60), replace=True)
        return {"read back": receipt.read_back, "names": [f.name for f in storage.list(number, (), Deadline(30))]}
    finally:
        storage.close()
