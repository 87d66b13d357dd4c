"""The world's side of a virtual bus in two processes: serves one bus on loopback.

As the kernel does, the server closes what a killed station had open; the responder's session stays, as on real units.
"""

import array
import errno
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge
from typing import Any

import usb.core

from station.practice.units.bus import DeviceId, Handle, VirtualBackend, VirtualBus
from station.practice.units.wire import WorldAddress, hang_up, packed_attachment, prompt, receive, send

HANDS = frozenset({"gesture", "choose", "connect_wifi", "connect_ethernet", "disconnect_network", "press_chord", "press_power",
                   "press_flash", "flash", "plug", "unplug", "set_battery", "set_quirk"})
"""What a person in another process may do to a unit."""

WAITING = 128
"""Connections that may wait to be accepted: a station opens one a unit at once, and one that is turned away waits for ever."""


class WorldServer:
    """Serves one virtual bus on loopback, one thread per connection."""

    def __init__(self, bus: VirtualBus, port: int = 0) -> None:
        self._bus = bus
        self._backend = VirtualBackend(bus)
        self._key = secrets.token_bytes(32)
        self._listener = Listener(("127.0.0.1", port), backlog=WAITING)
        self._address = WorldAddress(int(self._listener.address[1]), self._key)
        self._stopped = threading.Event()
        self._connections: set[Connection] = set()
        self._threads: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._accept, name="practice-world", daemon=True)
        self._thread.start()

    @property
    def address(self) -> WorldAddress:
        """What the other process needs."""
        return self._address

    def close(self) -> None:
        """Stop listening and end every connection; a second call does nothing."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        with suppress(OSError, EOFError):
            Client(("127.0.0.1", self.address.port)).close()      # ends the accept that is under way
        self._thread.join()
        self._listener.close()
        for connection in tuple(self._connections):
            hang_up(connection)
        self._bus.nudge()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection: Connection = prompt(self._listener.accept())
            except OSError:                  # turned away again before it was let in
                continue
            if self._stopped.is_set():
                connection.close()
                return
            self._connections.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), name="practice-world-client", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: Connection) -> None:
        """The key is asked for here and not while accepting: a stranger that says nothing must not keep the others out."""
        guest = _Guest(self._bus, self._backend)
        try:
            deliver_challenge(connection, self._key)
            answer_challenge(connection, self._key)
            while True:
                head, body = receive(connection)
                send(connection, *guest.answer(head, body))
        except (AuthenticationError, EOFError, OSError, ValueError):
            pass                             # the station went away, killed or done, or it was a port scan
        finally:
            guest.leave()
            self._connections.discard(connection)
            with suppress(OSError):
                connection.close()


class _Guest:
    """One connection: what it has listed and opened."""

    def __init__(self, bus: VirtualBus, backend: VirtualBackend) -> None:
        self._bus = bus
        self._backend = backend
        self._listed: dict[str, DeviceId] = {}
        self._handle: Handle | None = None
        self._calls: dict[str, Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]] = {
            "devices": self._devices, "wait": self._wait, "open": self._open, "usb": self._usb, "read": self._read,
            "event": self._event, "control": self._control, "hand": self._hand, "snapshot": self._snapshot,
        }

    def answer(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        try:
            return self._calls[head["call"]](head, body)
        except usb.core.USBError as error:
            return {"error": [error.strerror, error.backend_error_code, error.errno]}, b""

    def leave(self) -> None:
        """Close what a station leaves open."""
        if self._handle is not None:
            self._backend.close_device(self._handle)
            self._handle = None

    def _devices(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        self._listed = {f"{d.attachment.port}/{d.attachment.address}": d for d in self._bus.devices()}
        return {"devices": {k: packed_attachment(d.attachment) for k, d in self._listed.items()}}, b""

    def _wait(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        return {"seen": self._bus.wait_for_change(head["seen"], head["seconds"])}, b""

    def _open(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        self._devices(head, body)
        device = self._listed.get(head["key"])
        if device is None:
            raise usb.core.USBError("No such device (it may have been disconnected)", -4, errno.ENODEV)
        self._handle = self._backend.open_device(device)
        return {}, b""

    def _opened(self) -> Handle:
        if self._handle is None:
            raise usb.core.USBError("No such device (it may have been disconnected)", -4, errno.ENODEV)
        return self._handle

    def _usb(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """Everything of a handle that answers no bytes."""
        handle = self._opened()
        match head["what"]:
            case "claim":
                self._backend.claim_interface(handle, head["interface"])
            case "release":
                self._backend.release_interface(handle, head["interface"])
            case "write":
                written = self._backend.bulk_write(handle, head["endpoint"], 0, array.array("B", body), head["timeout"])
                return {"count": written}, b""
            case "clear":
                self._backend.clear_halt(handle, head["endpoint"])
            case "reset":
                self._backend.reset_device(handle)
            case "close":
                self.leave()
        return {}, b""

    def _read(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        buffer = array.array("B", bytes(head["size"]))
        count = self._backend.bulk_read(self._opened(), head["endpoint"], 0, buffer, head["timeout"])
        return {}, buffer[:count].tobytes()

    def _event(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        buffer = array.array("B", bytes(head["size"]))
        count = self._backend.intr_read(self._opened(), head["endpoint"], 0, buffer, head["timeout"])
        return {}, buffer[:count].tobytes()

    def _control(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        data = array.array("B", body)
        count = self._backend.ctrl_transfer(self._opened(), head["type"], head["request"], head["value"], head["index"], data,
                                            head["timeout"])
        return {"count": count}, data.tobytes()

    def _hand(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        if head["what"] not in HANDS:
            raise ValueError(head["what"])
        done = getattr(self._bus.unit(head["serial"]), head["what"])(*head["arguments"], **head["options"])
        return {"done": bool(done)}, b""

    def _snapshot(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        found = []
        for unit in self._bus.units:
            told = asdict(unit.snapshot())
            told["quirks"] = sorted(told["quirks"])
            found.append({**told, "files": unit.files()})
        return {"units": found}, b""
