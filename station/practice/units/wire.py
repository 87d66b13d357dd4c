"""Messages between a virtual bus in one process and a station in another: a JSON object and a run of bytes each way.

Over `multiprocessing.connection` on loopback, which checks a shared key before anything else; no pickled objects travel.
"""

import json
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from station.practice.units.usb_shapes import Attachment, EndpointShape, InterfaceShape, UsbShape


@dataclass(frozen=True, slots=True)
class WorldAddress:
    """Where a world listens on loopback, and the key that opens it."""

    port: int
    key: bytes = field(repr=False)


Message = tuple[dict[str, Any], bytes]


def prompt(connection: Connection) -> Connection:
    """Send small messages at once: without this every exchange waits for a delayed acknowledgement."""
    with _socket_of(connection) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def hang_up(connection: Connection) -> None:
    """End a connection even while another thread waits on it."""
    with suppress(OSError):
        with _socket_of(connection) as sock:
            sock.shutdown(socket.SHUT_RDWR)
        connection.close()


def _socket_of(connection: Connection) -> socket.socket:
    return socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)


def send(connection: Connection, head: dict[str, Any], body: bytes = b"") -> None:
    """Send one message: u32le length of the JSON text, the text, the bytes. Raises OSError when the other end is gone."""
    text = json.dumps(head).encode()
    connection.send_bytes(len(text).to_bytes(4, "little") + text + body)


def receive(connection: Connection) -> Message:
    """Receive one message. Raises EOFError or OSError when the other end is gone, ValueError for one that is damaged."""
    message = connection.recv_bytes()
    end = 4 + int.from_bytes(message[:4], "little")
    head = json.loads(message[4:end])
    if not isinstance(head, dict):
        raise ValueError("not an object")
    return head, message[end:]


def packed_attachment(attachment: Attachment) -> dict[str, Any]:
    """An attachment as JSON."""
    return asdict(attachment)


def unpacked_attachment(data: dict[str, Any]) -> Attachment:
    """An attachment out of JSON."""
    shape = data["shape"]
    interfaces = tuple(InterfaceShape(i["klass"], i["subclass"], i["protocol"], i["name"],
                                      tuple(EndpointShape(**e) for e in i["endpoints"])) for i in shape["interfaces"])
    whole = UsbShape(**{**shape, "interfaces": interfaces, "ms_os": tuple(shape["ms_os"])})
    return Attachment(data["port"], data["address"], whole)
