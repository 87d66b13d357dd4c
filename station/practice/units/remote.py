"""The station's side of a virtual bus in two processes: pyusb back end, signal and hands.

So a station can be killed while the headsets live on, and two benches can share one world.
"""

import errno
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Client, Connection
from typing import Any

import usb.core

from station.practice.units.headset import Page
from station.practice.units.shaped_backend import ShapedBackend
from station.practice.units.unit import UnitSnapshot
from station.practice.units.usb_shapes import Attachment
from station.practice.units.wire import WorldAddress, hang_up, prompt, receive, send, unpacked_attachment


class World:
    """A connection to a world in another process. Raises ConnectionError where nobody listens."""

    def __init__(self, address: WorldAddress) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._connection = self.connect()

    def connect(self) -> Connection:
        """One more connection (a handle has its own, so that its waits block nobody else)."""
        return prompt(Client(("127.0.0.1", self._address.port), authkey=self._address.key))

    def ask(self, call: str, **values: Any) -> dict[str, Any]:
        """A short question over the shared connection."""
        with self._lock:
            return exchange(self._connection, {"call": call, **values})[0]

    def close(self) -> None:
        """End the shared connection."""
        self._connection.close()

    def backend(self) -> "RemoteBackend":
        """The bus as pyusb sees it."""
        return RemoteBackend(self)

    def signal(self) -> "RemoteSignal":
        """Change events for one watcher."""
        return RemoteSignal(self)

    def units(self) -> tuple["RemoteUnit", ...]:
        """The units of that world, in order."""
        return tuple(RemoteUnit(self, u["serial"]) for u in self.ask("snapshot")["units"])


def exchange(connection: Connection, head: dict[str, Any], body: bytes = b"") -> tuple[dict[str, Any], bytes]:
    """One question and its answer; libusb's errors come back as pyusb's. A world that has gone is a device that has gone."""
    try:
        send(connection, head, body)
        answer, data = receive(connection)
    except (EOFError, OSError) as error:
        raise usb.core.USBError("No such device (it may have been disconnected)", -4, errno.ENODEV) from error
    if "error" in answer:
        text, code, number = answer["error"]
        raise (usb.core.USBTimeoutError if number == errno.ETIMEDOUT else usb.core.USBError)(text, code, number)
    return answer, data


class RemoteSignal:
    """`BusSignal` of a world in another process."""

    def __init__(self, world: World) -> None:
        self._connection = world.connect()
        self._seen = 0
        self._closed = False

    def wait(self, seconds: float) -> bool:
        """Raises OSError when the world has gone."""
        if self._closed:
            return False
        before = self._seen
        try:
            self._seen = exchange(self._connection, {"call": "wait", "seen": before, "seconds": min(seconds, 0.5)})[0]["seen"]
        except usb.core.USBError:
            if not self._closed:
                raise
        return self._seen != before

    def close(self) -> None:
        self._closed = True
        hang_up(self._connection)


@dataclass(frozen=True, slots=True)
class RemoteDevice:
    """A device as the world listed it."""

    key: str
    attachment: Attachment


@dataclass(slots=True)
class RemoteHandle:
    """An opened device with its own connection."""

    connection: Connection
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, head: dict[str, Any], body: bytes = b"") -> tuple[dict[str, Any], bytes]:
        with self.lock:
            return exchange(self.connection, head, body)


class RemoteBackend(ShapedBackend):
    """pyusb's view of a virtual bus in another process."""

    def __init__(self, world: World) -> None:
        self._world = world

    def enumerate_devices(self) -> Iterator[RemoteDevice]:
        listed = self._world.ask("devices")["devices"]
        return iter([RemoteDevice(k, unpacked_attachment(a)) for k, a in listed.items()])

    def open_device(self, dev: RemoteDevice) -> RemoteHandle:
        handle = RemoteHandle(self._world.connect())
        try:
            handle.ask({"call": "open", "key": dev.key})
        except usb.core.USBError:
            handle.connection.close()
            raise
        return handle

    def close_device(self, dev_handle: RemoteHandle) -> None:
        with suppress(usb.core.USBError):
            dev_handle.ask({"call": "usb", "what": "close"})
        dev_handle.connection.close()

    def set_configuration(self, dev_handle: RemoteHandle, config_value: int) -> None:
        return None

    def get_configuration(self, dev_handle: RemoteHandle) -> int:
        return 1

    def set_interface_altsetting(self, dev_handle: RemoteHandle, intf: int, altsetting: int) -> None:
        return None

    def claim_interface(self, dev_handle: RemoteHandle, intf: int) -> None:
        dev_handle.ask({"call": "usb", "what": "claim", "interface": intf})

    def release_interface(self, dev_handle: RemoteHandle, intf: int) -> None:
        dev_handle.ask({"call": "usb", "what": "release", "interface": intf})

    def is_kernel_driver_active(self, dev_handle: RemoteHandle, intf: int) -> bool:
        return False

    def bulk_write(self, dev_handle: RemoteHandle, ep: int, intf: int, data: Any, timeout: int) -> int:
        head = {"call": "usb", "what": "write", "endpoint": ep, "timeout": timeout}
        return int(dev_handle.ask(head, data.tobytes())[0]["count"])

    def bulk_read(self, dev_handle: RemoteHandle, ep: int, intf: int, buff: Any, timeout: int) -> int:
        return self._fill(dev_handle, "read", ep, buff, timeout)

    def intr_read(self, dev_handle: RemoteHandle, ep: int, intf: int, buff: Any, timeout: int) -> int:
        return self._fill(dev_handle, "event", ep, buff, timeout)

    def ctrl_transfer(self, dev_handle: RemoteHandle, bmRequestType: int, bRequest: int, wValue: int, wIndex: int,  # noqa: N803
                      data: Any, timeout: int) -> int:
        head = {"call": "control", "type": bmRequestType, "request": bRequest, "value": wValue, "index": wIndex,
                "timeout": timeout}
        answer, body = dev_handle.ask(head, data.tobytes())
        memoryview(data).cast("B")[:len(body)] = body
        return int(answer["count"])

    def clear_halt(self, dev_handle: RemoteHandle, ep: int) -> None:
        dev_handle.ask({"call": "usb", "what": "clear", "endpoint": ep})

    def reset_device(self, dev_handle: RemoteHandle) -> None:
        dev_handle.ask({"call": "usb", "what": "reset"})

    @staticmethod
    def _fill(handle: RemoteHandle, call: str, endpoint: int, buffer: Any, timeout: int) -> int:
        _, body = handle.ask({"call": call, "endpoint": endpoint, "size": len(buffer), "timeout": timeout})
        memoryview(buffer).cast("B")[:len(body)] = body
        return len(body)


class RemoteUnit:
    """A person's hands on a unit in another process; the same words as `VirtualUnit`'s."""

    def __init__(self, world: World, serial: str) -> None:
        self._world = world
        self.serial = serial

    def do(self, what: str, *arguments: Any, **options: Any) -> bool:
        """One of `HANDS`. True if it made a difference."""
        answer = self._world.ask("hand", serial=self.serial, what=what, arguments=arguments, options=options)
        return bool(answer["done"])

    def gesture(self, word: str, value: str = "") -> bool:
        return self.do("gesture", word, value)

    def press_chord(self, hold: float = 0.3) -> bool:
        return self.do("press_chord", hold)

    def press_power(self, hold: float = 0.3) -> bool:
        return self.do("press_power", hold)

    def connect_wifi(self, ssid: str) -> bool:
        return self.do("connect_wifi", ssid)

    def plug(self, port: str | None = None) -> None:
        self.do("plug", port)

    def unplug(self) -> None:
        self.do("unplug")

    def set_battery(self, percent: int) -> None:
        self.do("set_battery", percent)

    def _told(self) -> dict[str, Any]:
        return next(u for u in self._world.ask("snapshot")["units"] if u["serial"] == self.serial)

    @property
    def page(self) -> Page:
        return Page(self._told()["page"])

    def files(self) -> tuple[str, ...]:
        return tuple(self._told()["files"])

    def snapshot(self) -> UnitSnapshot:
        told = self._told()
        del told["files"]
        return UnitSnapshot(**{**told, "page": Page(told["page"]), "choices": tuple(told["choices"]),
                               "quirks": frozenset(told["quirks"])})
