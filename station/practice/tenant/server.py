"""A small HTTPS server on loopback: one thread a connection, keep-alive, and a stop that leaves no thread behind."""

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from typing import IO

from station.model.errors import LinkError
from station.practice.tenant.http import Answer, Request

Handler = Callable[[Request], Answer]

log = logging.getLogger(__name__)

_IDLE = 120.0          # wall seconds that a silent connection is kept
_LONGEST_LINE = 32_768
_LARGEST_BODY = 4 * 1024 * 1024   # Graph's usual cap of a body (facts: tenant §2.4)


class TooLarge(Exception):
    """A body above the cap."""


class LoopbackServer:
    """Serves `handler` over TLS on 127.0.0.1, and on ::1 where there is one: Windows tries that first for `localhost` and takes
    two seconds to give up. `start` returns at once; `stop` closes every connection and joins. Raises LinkError
    `practice.port-in-use`.
    """

    def __init__(self, handler: Handler, context: ssl.SSLContext, port: int = 0) -> None:
        self._handler, self._context = handler, context
        try:
            self._listeners = [socket.create_server(("127.0.0.1", port), backlog=128)]
        except OSError as e:
            raise LinkError("practice.port-in-use", str(port)) from e
        self.port: int = self._listeners[0].getsockname()[1]
        self._listeners += _also_on_ipv6(self.port)
        self._stopping = threading.Event()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._acceptors = [threading.Thread(target=self._accept, args=(listener,), name="practice-tenant", daemon=True)
                           for listener in self._listeners]

    def start(self) -> None:
        for acceptor in self._acceptors:
            acceptor.start()

    def stop(self) -> None:
        """Close the listener and every connection; wait for the threads."""
        self._stopping.set()
        for acceptor, listener in zip(self._acceptors, self._listeners, strict=True):
            if acceptor.is_alive():
                socket.create_connection(listener.getsockname()[:2]).close()   # wakes accept on every platform
                acceptor.join()
            listener.close()
        with self._lock:
            open_now = dict(self._open)
        for connection in open_now:
            _shut(connection)
        for thread in open_now.values():
            thread.join(10)

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopping.is_set():
            connection, _ = listener.accept()
            if self._stopping.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._serve, args=(connection,), name="practice-tenant-connection", daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        secured: ssl.SSLSocket | None = None
        try:
            connection.settimeout(_IDLE)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # The raw socket stays ours so that `stop` can shut it down from another thread.
            secured = self._context.wrap_socket(connection.dup(), server_side=True)
            with secured.makefile("rb") as stream:
                while not self._stopping.is_set() and self._one(secured, stream):
                    pass
        except (OSError, ValueError) as error:
            log.debug("connection ended: %s", error)
        finally:
            if secured is not None:
                secured.close()
            with self._lock:
                self._open.pop(connection, None)
            connection.close()

    def _one(self, connection: ssl.SSLSocket, stream: IO[bytes]) -> bool:
        """Serve one request; whether the connection stays open."""
        try:
            request = read_request(stream)
        except TooLarge:
            connection.sendall(Answer(413).wire(Request.of("GET", "/", {}), keep=False))
            return False
        if request is None:
            return False
        answer = self._handler(request)
        if answer.delay:
            self._stopping.wait(answer.delay)
        if answer.cut:
            return False
        keep = request.headers.get("connection", "").lower() != "close"
        connection.sendall(answer.wire(request, keep=keep))
        return keep


def read_request(stream: IO[bytes]) -> Request | None:
    """Read one request; None where the other end closed, also in the middle of it: half a request is none.

    Raises TooLarge, or ValueError on what is no HTTP/1.1.
    """
    line = stream.readline(_LONGEST_LINE)
    if not line.strip():
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := stream.readline(_LONGEST_LINE)) not in (b"\r\n", b"\n"):
        if not line:
            return None
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    if length > _LARGEST_BODY:
        raise TooLarge
    body = stream.read(length) if length else b""
    return Request.of(method, target, headers, body) if len(body) == length else None


def _also_on_ipv6(port: int) -> list[socket.socket]:
    """A listener on ::1 with the same port; none where the machine has no IPv6 or the port is taken there."""
    try:
        return [socket.create_server(("::1", port), family=socket.AF_INET6, backlog=128)] if socket.has_ipv6 else []
    except OSError as error:
        log.debug("not on ::1: %s", error)
        return []


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        log.debug("already closed: %s", error)
