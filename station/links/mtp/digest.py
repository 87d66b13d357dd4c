"""SHA-256 beside a copy: taken in a thread of its own, so that the bus does not wait for the processor."""

import hashlib
from queue import Queue
from threading import Thread
from types import TracebackType

_MOST_WAITING = 8
"""Pieces handed over and not hashed yet; with pieces of 256 KiB, 2 MiB of memory a copy."""


class Digest:
    """A SHA-256 that grows piece by piece, for the length of a `with`: its thread has ended and all is hashed after it."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._pieces: Queue[bytes] = Queue(_MOST_WAITING)
        self._thread = Thread(target=self._hash, name="sha256", daemon=True)

    def __enter__(self) -> "Digest":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pieces.put(b"")
        self._thread.join()

    def add(self, piece: bytes) -> None:
        """The next bytes; waits only where hashing is slower than the copy."""
        if piece:
            self._pieces.put(piece)

    def hexdigest(self) -> str:
        """Of everything added, in hexadecimal; asked after the `with`."""
        return self._sha256.hexdigest()

    def _hash(self) -> None:
        while piece := self._pieces.get():
            self._sha256.update(piece)
