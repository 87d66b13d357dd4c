"""What the lab measures of watching the bus and keeping slots; figures only, nothing is asserted here."""

import json
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from station.links.usb.allow_list import AllowList
from station.links.usb.desk import BusDesk, linux_eyes
from station.links.usb.slots import Notice, SlotNotice
from station.model.timing import WallClock
from tests.lab.inside.gadgets import Gadget, ports
from tests.lab.inside.kernel_log import KernelLog

_SHOWN = frozenset({Notice.ARRIVED, Notice.RETURNED, Notice.MOVED})
HOLOBENCH = (sys.executable, "-c", "import sys; from station.cli.main import main; sys.exit(main())")


class Desk:
    """The product's own bus desk over the kernel's events, with the time of every notice."""

    def __init__(self, allowed: AllowList | None = None) -> None:
        self.notices: list[tuple[float, SlotNotice]] = []
        self._changed = threading.Condition()
        self.desk = BusDesk(linux_eyes(), WallClock(), allowed or AllowList(), None, self._told)
        self.desk.start()

    def _told(self, notice: SlotNotice) -> None:
        with self._changed:
            self.notices.append((time.monotonic(), notice))
            self._changed.notify_all()

    def wait_for(self, wanted: Callable[[SlotNotice], bool], seconds: float = 30.0) -> tuple[float, SlotNotice]:
        """The first notice for which this is true, and when it came. Raises TimeoutError."""
        def found() -> tuple[float, SlotNotice] | None:
            return next(((at, n) for at, n in self.notices if wanted(n)), None)

        with self._changed:
            if not self._changed.wait_for(lambda: found() is not None, seconds):
                raise TimeoutError(f"no such notice among {[n.notice for _, n in self.notices]}")
            answer = found()
            assert answer is not None
            return answer

    def forget(self) -> None:
        with self._changed:
            self.notices.clear()

    def close(self) -> None:
        self.desk.close()


def shown(unit: Gadget) -> Callable[[SlotNotice], bool]:
    """Notices by which a unit's tile is lit."""
    return lambda n: unit.serial in n.occupant.unit and n.notice in _SHOWN


def plug_to_tile(units: Sequence[Gadget], times: int, seed: int = 2) -> list[float]:
    """Milliseconds from the kernel's log line to the notice that lights the tile, one unit at a time, all others plugged in."""
    dice = random.Random(seed)
    waits = []
    desk, log = Desk(), KernelLog()
    try:
        for unit in units:
            unit.plug()
            desk.wait_for(shown(unit))
        for _ in range(times):
            unit = dice.choice(list(units))
            unit.unplug()
            log.enumerated()
            desk.forget()
            unit.plug()
            at, notice = desk.wait_for(shown(unit))
            waits.append((at - log.enumerated()[notice.port]) * 1000)
    finally:
        desk.close()
        log.close()
    return waits


def idle_share(seconds: float) -> float:
    """Share of one core that watching takes while nothing happens."""
    desk = Desk()
    try:
        time.sleep(5.0)         # what has just been plugged in has settled by then
        before, begun = _cpu(), time.monotonic()
        time.sleep(seconds)     # idleness is what is measured
        return (_cpu() - before) / (time.monotonic() - begun)
    finally:
        desk.close()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def replugs(units: Sequence[Gadget], times: int, seed: int = 1) -> tuple[int, int]:
    """Random moves between ports, all others plugged in: after how many every unit was in the slot of its port, and how many."""
    dice = random.Random(seed)
    desk = Desk()
    good = 0
    try:
        for unit in units:
            unit.plug()
            desk.wait_for(shown(unit))
        numbered = {notice.port: notice.slot for _, notice in desk.notices}
        for _ in range(times):
            one, other = dice.sample(list(units), 2)
            places = one.controller, other.controller
            one.unplug()
            other.unplug()
            desk.forget()
            for unit, place in ((one, places[1]), (other, places[0])):
                unit.plug(place)
                desk.wait_for(shown(unit))
            good += _all_in_place(desk, units, numbered)
    finally:
        desk.close()
    return good, times


def _all_in_place(desk: Desk, units: Sequence[Gadget], numbered: Mapping[str, int]) -> bool:
    """Whether every serial is in the slot that its port was given at first, by what the kernel says of where it is."""
    slots = desk.desk.map
    there = {o.sighting.serial: slots.number(o.sighting.port) for o in desk.desk.occupants() if o.left_at is None}
    where = ports()
    return all(unit.serial in there and there[unit.serial] == numbered[where[unit.serial]] for unit in units)


def devices_command(units: Sequence[Gadget]) -> dict[str, Any]:
    """What `holobench devices --json` says of two plugged units, and `--watch` of a third that comes and moves."""
    for unit in units[:2]:
        unit.plug()
        unit.enumerated()
    done = subprocess.run([*HOLOBENCH, "devices", "--json"], capture_output=True, text=True, timeout=120, check=True)
    listed = [json.loads(line) for line in done.stdout.splitlines()]
    with subprocess.Popen([*HOLOBENCH, "devices", "--watch", "--json"], stdout=subprocess.PIPE, text=True) as watching:
        try:
            watched = _watched(watching, units)
        finally:
            watching.kill()
    return {"listed": listed, "watched": watched}


def _watched(watching: "subprocess.Popen[str]", units: Sequence[Gadget]) -> list[dict[str, Any]]:
    assert watching.stdout is not None
    lines: list[dict[str, Any]] = [json.loads(watching.stdout.readline()) for _ in range(2)]
    moving, left = units[2], units[3].number - 1
    moving.plug()
    lines.append(json.loads(watching.stdout.readline()))
    moving.unplug()
    moving.plug(left)
    lines.append(json.loads(watching.stdout.readline()))
    return lines[2:]
