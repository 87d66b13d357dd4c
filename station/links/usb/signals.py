"""Being told that something on the bus changed: the `BusSignal` Protocol, Linux' kernel events, and the clock.

The kernel's own events, not udev's: they need no service and no library and come first. That udev may not have given the rights
yet is the business of whoever opens a unit (`opening`). Source: facts/device-io §3.3; facts/usb-lab.
"""

import select
import socket
import threading
from typing import Protocol

_KOBJECT_UEVENT = 15
_KERNEL_GROUP = 1
_LARGEST = 8192


class BusSignal(Protocol):
    """Wakes the watcher."""

    def wait(self, seconds: float) -> bool:
        """Wait at most so many wall seconds; True when it is worth looking. Raises OSError when it cannot tell any more."""

    def close(self) -> None:
        """End a wait that is under way, and give everything back."""


class PollSignal:
    """No events: says "look" every `interval` seconds. A look reads descriptors only, so it is cheap."""

    def __init__(self, interval: float = 2.0) -> None:
        self._interval = interval
        self._closed = threading.Event()

    def wait(self, seconds: float) -> bool:
        return not self._closed.wait(min(seconds, self._interval))

    def close(self) -> None:
        self._closed.set()


class KernelSignal:
    """Linux: the kernel's uevents of subsystem usb, over netlink. Raises OSError where there is no such socket."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC, _KOBJECT_UEVENT)
        self._woken, self._waker = socket.socketpair()
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
            self._socket.bind((0, _KERNEL_GROUP))
            self._socket.setblocking(False)
        except OSError:
            self._release()
            raise

    def wait(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._socket, self._woken], [], [], seconds)
        return self._socket in ready and self._about_usb()

    def close(self) -> None:
        self._waker.close()

    def _about_usb(self) -> bool:
        """Take everything that waits; True if any of it is about a USB device and comes from the kernel itself."""
        found = False
        while True:
            try:
                message, sender = self._socket.recvfrom(_LARGEST)
            except BlockingIOError:
                return found
            except OSError:              # ENOBUFS: events were lost, so a look is due
                return True
            found |= sender[0] == 0 and b"SUBSYSTEM=usb\0" in message

    def _release(self) -> None:
        for name in ("_socket", "_woken", "_waker"):
            each = getattr(self, name, None)     # not there when the constructor failed
            if each is not None:
                each.close()

    def __del__(self) -> None:
        self._release()
