"""The virtual USB bus: units and other people's devices on ports, behind pyusb's `IBackend`.

Everything above libusb is the product's own: pyusb, pipe, session, storage. Errors are libusb's (codes and errno), transfers end
where real ones end. Lock order: a unit's lock, then the bus's; never the other way round.
"""

import array
import errno
import itertools
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import usb.core

from station.model.errors import NotFound
from station.model.timing import Clock
from station.practice.units import usb_shapes
from station.practice.units.shaped_backend import ShapedBackend
from station.practice.units.unit import VirtualUnit
from station.practice.units.usb_shapes import Attachment, UsbShape

_LONGEST_WAIT = 0.25
_EVENT_ENDPOINT = 0x83


@dataclass(slots=True)
class ForeignDevice:
    """Somebody else's device; counts how often the station opened it, which must stay 0."""

    port: str
    shape: UsbShape
    address: int = 0
    opened: int = 0


@dataclass(frozen=True, slots=True)
class DeviceId:
    """What the back end calls a device: the unit or foreign device and how it was attached when it was listed."""

    owner: VirtualUnit | ForeignDevice
    attachment: Attachment


@dataclass(slots=True)
class Handle:
    """An opened device."""

    device: DeviceId
    claimed: set[int] = field(default_factory=set)
    closed: bool = False


class VirtualBus:
    """Units and foreign devices on one bus. `start()` lets time pass by itself; tests may leave it to the callers."""

    def __init__(self, units: Iterable[VirtualUnit], clock: Clock) -> None:
        self.units = tuple(units)
        self.foreign: list[ForeignDevice] = []
        self.clock = clock
        self._addresses = itertools.count(1)
        self._condition = threading.Condition()
        self._changes = 0
        self._stopped = False
        self._thread: threading.Thread | None = None
        self.open_handles: set[int] = set()
        for unit in self.units:
            unit.on_change(self._changed)
            unit.join(self.next_address)

    def next_address(self) -> int:
        """The address of the next device that appears."""
        return next(self._addresses)

    def backend(self) -> "VirtualBackend":
        """The bus as pyusb sees it."""
        return VirtualBackend(self)

    def unit(self, serial: str) -> VirtualUnit:
        """A unit by its label serial. Raises NotFound `usb.not-on-bus`."""
        for unit in self.units:
            if unit.serial == serial:
                return unit
        raise NotFound("usb.not-on-bus", serial)

    def add_foreign(self, port: str, shape: UsbShape) -> ForeignDevice:
        """Plug in a device that is none of ours."""
        device = ForeignDevice(port, shape, self.next_address())
        self.foreign.append(device)
        self._changed()
        return device

    def devices(self) -> Iterator[DeviceId]:
        """Everything that is on the bus now."""
        for unit in self.units:
            attachment = unit.attachment()
            if attachment is not None:
                yield DeviceId(unit, attachment)
        for device in tuple(self.foreign):
            yield DeviceId(device, Attachment(device.port, device.address, device.shape))

    # -- time

    def start(self) -> None:
        """Let timers run by themselves."""
        if self._thread is None:
            self._stopped = False
            self._thread = threading.Thread(target=self._run, name="practice-bus", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop time."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> "VirtualBus":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def signal(self) -> "VirtualSignal":
        """Change events for a watcher of its own."""
        return VirtualSignal(self)

    def wait_for_change(self, seen: int, seconds: float) -> int:
        """Wait at most `seconds` (wall) for the number of changes to pass `seen`; returns the number."""
        with self._condition:
            self._condition.wait_for(lambda: self._changes != seen, seconds)
            return self._changes

    def nudge(self) -> None:
        """End every wait for changes."""
        self._changed()

    def _changed(self) -> None:
        with self._condition:
            self._changes += 1
            self._condition.notify_all()

    def _run(self) -> None:
        while not self._stopped:
            for unit in self.units:
                unit.catch_up()
            due = min((d for u in self.units if (d := u.next_due()) is not None), default=None)
            wait = _LONGEST_WAIT if due is None else (due - self.clock.monotonic()) / self.clock.speed
            with self._condition:
                if not self._stopped and wait > 0:
                    self._condition.wait(min(_LONGEST_WAIT, wait))


class VirtualSignal:
    """`BusSignal` of a virtual bus."""

    def __init__(self, bus: VirtualBus) -> None:
        self._bus = bus
        self._seen = 0
        self._closed = False

    def wait(self, seconds: float) -> bool:
        if self._closed:
            return False
        before = self._seen
        self._seen = self._bus.wait_for_change(before, seconds)
        return self._seen != before

    def close(self) -> None:
        self._closed = True
        self._bus.nudge()


class VirtualBackend(ShapedBackend):
    """pyusb's view of a virtual bus."""

    def __init__(self, bus: VirtualBus) -> None:
        self._bus = bus

    def enumerate_devices(self) -> Iterator[DeviceId]:
        return self._bus.devices()

    # -- opening

    def open_device(self, dev: DeviceId) -> Handle:
        if isinstance(dev.owner, ForeignDevice):
            dev.owner.opened += 1
        elif dev.owner.attachment() != dev.attachment:
            raise _gone()
        elif dev.owner.quirk("no-rights"):
            raise usb.core.USBError("Access denied (insufficient permissions)", -3, errno.EACCES)
        handle = Handle(dev)
        self._bus.open_handles.add(id(handle))
        return handle

    def close_device(self, dev_handle: Handle) -> None:
        dev_handle.closed = True
        self._bus.open_handles.discard(id(dev_handle))

    def set_configuration(self, dev_handle: Handle, config_value: int) -> None:
        self._check(dev_handle)

    def get_configuration(self, dev_handle: Handle) -> int:
        return 1

    def set_interface_altsetting(self, dev_handle: Handle, intf: int, altsetting: int) -> None:
        self._check(dev_handle)

    def claim_interface(self, dev_handle: Handle, intf: int) -> None:
        self._check(dev_handle)
        owner = dev_handle.device.owner
        if isinstance(owner, VirtualUnit) and owner.held():
            raise usb.core.USBError("Resource busy", -6, errno.EBUSY)
        dev_handle.claimed.add(intf)

    def release_interface(self, dev_handle: Handle, intf: int) -> None:
        dev_handle.claimed.discard(intf)

    def is_kernel_driver_active(self, dev_handle: Handle, intf: int) -> bool:
        return False

    # -- transfers

    def bulk_write(self, dev_handle: Handle, ep: int, intf: int, data: Any, timeout: int) -> int:
        unit = self._unit(dev_handle)
        with unit.lock:
            self._check(dev_handle)
            raw = data.tobytes()
            unit.responder.bulk_out(raw)
            unit.lock.notify_all()
            return len(raw)

    def bulk_read(self, dev_handle: Handle, ep: int, intf: int, buff: Any, timeout: int) -> int:
        unit = self._unit(dev_handle)
        end = time.monotonic() + timeout / 1000
        with unit.lock, memoryview(buff).cast("B") as view:
            while True:
                self._check(dev_handle)
                count = unit.responder.outbox.pull(view)
                if count is not None:
                    return count
                self._wait(unit, end)

    def intr_read(self, dev_handle: Handle, ep: int, intf: int, buff: Any, timeout: int) -> int:
        unit = self._unit(dev_handle)
        end = time.monotonic() + timeout / 1000
        with unit.lock:
            while True:
                self._check(dev_handle)
                if unit.responder.events:
                    event = unit.responder.events.popleft()
                    buff[:len(event)] = array.array("B", event)
                    return len(event)
                self._wait(unit, end)

    def ctrl_transfer(self, dev_handle: Handle, bmRequestType: int, bRequest: int, wValue: int, wIndex: int,  # noqa: N803
                      data: Any, timeout: int) -> int:
        self._check(dev_handle)
        if bmRequestType == 0x80 and bRequest == 6 and wValue >> 8 == 3:
            answer = usb_shapes.string_descriptor(dev_handle.device.attachment.shape, wValue & 0xFF)
        elif bmRequestType == 0xC0:
            answer = usb_shapes.vendor_answer(dev_handle.device.attachment.shape, bRequest, wIndex)
        elif bmRequestType == 0xA1:
            unit = self._unit(dev_handle)
            with unit.lock:
                answer = unit.responder.control_in(bRequest)
        elif bmRequestType == 0x21:
            unit = self._unit(dev_handle)
            with unit.lock:
                taken = unit.responder.control_out(bRequest, data.tobytes())
                unit.lock.notify_all()
            if not taken:
                raise _stalled()
            return len(data)
        else:
            answer = None
        if answer is None:
            raise _stalled()
        fitting = answer[:len(data)]
        data[:len(fitting)] = array.array("B", fitting)
        return len(fitting)

    def clear_halt(self, dev_handle: Handle, ep: int) -> None:
        self._check(dev_handle)

    def reset_device(self, dev_handle: Handle) -> None:
        unit = self._unit(dev_handle)
        with unit.lock:
            self._check(dev_handle)
            unit.responder.reset()
            unit.lock.notify_all()

    # -- checks

    @staticmethod
    def _unit(handle: Handle) -> VirtualUnit:
        owner = handle.device.owner
        if isinstance(owner, ForeignDevice):
            raise _stalled()
        return owner

    @staticmethod
    def _check(handle: Handle) -> None:
        owner = handle.device.owner
        if handle.closed or (isinstance(owner, VirtualUnit) and owner.attachment() != handle.device.attachment):
            raise _gone()

    def _wait(self, unit: VirtualUnit, end: float) -> None:
        """Wait for the unit to move, with its lock held; raise libusb's time-out at `end`."""
        left = end - time.monotonic()
        if left <= 0:
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        due = unit.next_due()
        clock = self._bus.clock
        until_due = _LONGEST_WAIT if due is None else max(0.001, (due - clock.monotonic()) / clock.speed)
        unit.lock.wait(min(left, until_due, _LONGEST_WAIT))


def _gone() -> usb.core.USBError:
    return usb.core.USBError("No such device (it may have been disconnected)", -4, errno.ENODEV)


def _stalled() -> usb.core.USBError:
    return usb.core.USBError("Pipe error", -9, errno.EPIPE)
