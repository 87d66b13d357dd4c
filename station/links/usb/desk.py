"""The bus with its slots: watcher, identification, slot map and time together; tells notices, keeps the numbers.

The same class serves a real bus, the lab and practice: what differs is the reader and the signal handed in.
"""

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

from station.links.usb.allow_list import AllowList
from station.links.usb.identify import Identity, identify
from station.links.usb.readers import BackendReader, BusReader, SysfsReader
from station.links.usb.sighting import BusEvent, UsbSighting
from station.links.usb.signals import BusSignal, KernelSignal, PollSignal
from station.links.usb.slots import Occupant, SlotMap, SlotNotice, Slots
from station.links.usb.watch import LONGEST_PAUSE, BusWatcher
from station.model.errors import DataError, HoloBenchError
from station.model.timing import Clock


@dataclass(frozen=True, slots=True)
class Eyes:
    """How to look at a bus and how to be told that it is worth looking."""

    reader: BusReader
    signal: BusSignal


def linux_eyes() -> Eyes:
    """This machine's bus on Linux: sysfs and the kernel's events, or the clock where those are out of reach (containers)."""
    try:
        return Eyes(SysfsReader(), KernelSignal())
    except OSError:
        return Eyes(SysfsReader(), PollSignal())


def portable_eyes() -> Eyes:
    """A bus through libusb, for systems without sysfs: a look every two seconds. Raises LinkError `usb.no-libusb`."""
    from station.links.usb.portable import shipped_libusb
    return Eyes(BackendReader(shipped_libusb()), PollSignal())


def windows_eyes() -> Eyes:
    """This machine's bus on Windows. Raises OSError elsewhere."""
    from station.links.usb.windows import WindowsReader
    from station.links.usb.windows_calls import NotifiedSignal, SystemConfigurationManager
    return Eyes(WindowsReader(SystemConfigurationManager()), NotifiedSignal())


_EYES: Mapping[str, Callable[[], Eyes]] = MappingProxyType({"linux": linux_eyes, "win32": windows_eyes})


def system_eyes() -> Eyes:
    """This machine's bus. Raises LinkError `usb.no-libusb` where it takes libusb and there is none."""
    return _EYES.get(sys.platform, portable_eyes)()


class SlotKeeper(Protocol):
    """Where slot numbers are kept."""

    def load(self) -> SlotMap:
        """The numbers kept. Raises DataError `usb.bad-slots`."""

    def save(self, slots: SlotMap) -> None:
        """Keep the numbers. Raises LinkError `usb.slots-unwritable`."""


class BusDesk:
    """Watches and numbers. `told` is called from the watcher's thread; nothing is told after `close`.

    `problem` gets errors of the slot file, which never stop the watching. Units get numbers as they are first touched unless the
    map is locked; while people are `numbering`, whatever may be a headset is taken for one.
    """

    def __init__(self, eyes: Eyes, clock: Clock, allowed: AllowList, store: SlotKeeper | None, told: Callable[[SlotNotice], None],
                 problem: Callable[[HoloBenchError], None] = lambda error: None, *, numbering: bool = False) -> None:
        self._clock = clock
        self._allowed = allowed
        self._store = store
        self._told = told
        self._problem = problem
        self._lock = threading.RLock()
        self._slots = Slots(self._loaded(), numbering=numbering)
        self._watcher = BusWatcher(eyes.reader, eyes.signal, self._event, rested=self._rested)

    @property
    def map(self) -> SlotMap:
        """The slot numbers."""
        with self._lock:
            return self._slots.map

    def occupants(self) -> tuple[Occupant, ...]:
        """Who is there or only briefly away, in the order of slots."""
        with self._lock:
            return tuple(sorted(self._slots.occupants.values(), key=lambda o: (self._slots.map.number(o.sighting.port) or 10_000,
                                                                               o.sighting.port)))

    def others(self) -> tuple[tuple[UsbSighting, Identity], ...]:
        """Everything else on the bus, for the list of devices."""
        with self._lock:
            placed = {o.sighting for o in self._slots.occupants.values()}
        return tuple((s, identify(s, self._allowed)) for s in self._watcher.seen if s not in placed)

    def expect_restart(self, unit: str, seconds: float) -> None:
        """From now on a unit may leave the bus for up to so many bench seconds; 0: for the usual grace."""
        with self._lock:
            self._slots = self._slots.expecting_restart(unit, seconds)

    def number(self, ports: tuple[str, ...], *, locked: bool) -> None:
        """Set the numbers: slot 1 is the first port. Raises LinkError `usb.slots-unwritable`."""
        with self._lock:
            self._slots = replace(self._slots, map=SlotMap(ports, locked))
            if self._store:
                self._store.save(self._slots.map)

    def look_once(self) -> None:
        """Look without a thread."""
        self._watcher.look_once()

    def start(self) -> None:
        """Begin to watch."""
        self._watcher.start()

    def close(self) -> None:
        """Stop watching."""
        self._watcher.close()

    def _loaded(self) -> SlotMap:
        try:
            return self._store.load() if self._store else SlotMap()
        except DataError as error:
            self._problem(error)
            return SlotMap()

    def _event(self, event: BusEvent) -> None:
        with self._lock:
            before = self._slots.map
            self._slots, notices = self._slots.after(event, identify(event.sighting, self._allowed), self._clock.monotonic())
            changed = self._slots.map != before
        if changed and self._store:
            try:
                self._store.save(self._slots.map)
            except HoloBenchError as error:
                self._problem(error)
        for notice in notices:
            self._told(notice)

    def _rested(self) -> float:
        with self._lock:
            now = self._clock.monotonic()
            self._slots, notices = self._slots.at(now)
            due = self._slots.next_look()
        for notice in notices:
            self._told(notice)
        return LONGEST_PAUSE if due is None else max(0.0, due - now) / self._clock.speed
