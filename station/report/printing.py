"""Sending a print job to a label printer's raw port (9100): the one effect of this room."""

import socket

from station.model.errors import LinkError
from station.model.timing import Deadline

PORT = 9100


def send(job: str, host: str, deadline: Deadline, port: int = PORT) -> None:
    """Hand the job over and wait until the printer has taken every byte. Raises LinkError `report.printer-unreachable`."""
    deadline.check("report.printer-unreachable", host)
    try:
        with socket.create_connection((host, port), timeout=max(0.1, deadline.remaining())) as connection:
            connection.sendall(job.encode("utf-8"))
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(max(0.1, deadline.share(2.0)))
            _until_closed(connection)
    except OSError as e:
        raise LinkError("report.printer-unreachable", f"{host}:{port}: {e.strerror or e}") from e


def _until_closed(connection: socket.socket) -> None:
    """Some printers close once they have read everything, others keep the connection: either way the bytes are out."""
    try:
        while connection.recv(1024):
            continue
    except TimeoutError:
        return
