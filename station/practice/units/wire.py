"""Messages between a virtual bus in one process and a station in another: one JSON object and one run of bytes each way.

Over `multiprocessing.connection` on loopback, which checks a shared key before anything else; no pickled objects travel.
"""

import json
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


def send(connection: Connection, head: dict[str, Any], body: bytes = b"") -> None:
    """Send one message. Raises OSError when the other end is gone."""
    connection.send_bytes(json.dumps(head).encode())
    connection.send_bytes(body)


def receive(connection: Connection) -> Message:
    """Receive one message. Raises EOFError or OSError when the other end is gone."""
    head: dict[str, Any] = json.loads(connection.recv_bytes())
    return head, connection.recv_bytes()


def packed_attachment(attachment: Attachment) -> dict[str, Any]:
    """An attachment as JSON."""
    return asdict(attachment)


def unpacked_attachment(data: dict[str, Any]) -> Attachment:
    """An attachment out of JSON."""
    shape = data["shape"]
    interfaces = tuple(InterfaceShape(i["klass"], i["subclass"], i["protocol"], i["name"],
                                      tuple(EndpointShape(**e) for e in i["endpoints"])) for i in shape["interfaces"])
    return Attachment(data["port"], data["address"], UsbShape(**{**shape, "interfaces": interfaces}))
