"""Bulk-in as a stream of containers.

Responders differ in how they cut containers into transfers: header and payload together or apart, zero-length packets sent or
lost, the next container joined to the end of the last. So nothing here relies on transfer boundaries except where a container
does not tell its length. Source: facts/device-io §2.1, §2.5.
"""

from collections.abc import Iterator

from station.links.mtp.codec import HEADER_SIZE, Header, unpack_header
from station.links.mtp.operations import UNKNOWN_LENGTH
from station.links.mtp.pipe import Pipe
from station.model.errors import DataError, OverBudget
from station.model.timing import Deadline

BLOCK = 256 * 1024
"""Bytes of one transfer, a multiple of every packet size.

Large, so that the system is asked seldom (libmtp moves 16 KiB); not larger, so that 32 units copying at once hold 8 of the 16 MiB
that Linux gives to all of them together (usbfs_memory_mb).
"""

_SLICE = 1.0
_MOST_EMPTY_READS = 64


class Inlet:
    """Reads containers; keeps surplus bytes for the next one."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._buffer = bytearray()
        self._ended = True

    def clear(self) -> None:
        """Forget surplus bytes."""
        self._buffer.clear()
        self._ended = True

    def header(self, deadline: Deadline, patience: float) -> Header:
        """The next header; waits at most `patience` seconds for it.

        Raises OverBudget `mtp.no-answer`, DataError `mtp.bad-container`.
        """
        waiting = deadline.part(patience)
        while len(self._buffer) < HEADER_SIZE:
            self._buffer += self._transfer(waiting)
        header = unpack_header(bytes(self._buffer[:HEADER_SIZE]))
        del self._buffer[:HEADER_SIZE]
        return header

    def payload(self, header: Header, deadline: Deadline, patience: float) -> Iterator[bytes]:
        """The bytes after a header, piece by piece, each waited for at most `patience` seconds."""
        if header.length == UNKNOWN_LENGTH:
            yield from self._until_short(deadline, patience)
            return
        left = header.length - HEADER_SIZE
        while left:
            if not self._buffer:
                piece = self._transfer(deadline.part(patience))
                if len(piece) <= left:
                    left -= len(piece)
                    yield piece
                    continue
                self._buffer += piece
            piece = bytes(self._buffer[:left])
            del self._buffer[:left]
            left -= len(piece)
            yield piece

    def _until_short(self, deadline: Deadline, patience: float) -> Iterator[bytes]:
        """A container of unknown length ends with a short packet; one that held only the header does not count."""
        seen = bool(self._buffer)
        if seen:
            yield bytes(self._buffer)
            self._buffer.clear()
        while not (seen and self._ended):
            piece = self._transfer(deadline.part(patience), empty_counts=seen)
            seen = True
            yield piece

    def _transfer(self, deadline: Deadline, *, empty_counts: bool = False) -> bytes:
        """One transfer that holds something; zero-length ones are passed over a bounded number of times."""
        for _ in range(_MOST_EMPTY_READS):
            piece = self._read(deadline)
            self._ended = len(piece) < BLOCK
            if piece or empty_counts:
                return piece
        raise DataError("mtp.bad-container", "nothing but empty transfers")

    def _read(self, deadline: Deadline) -> bytes:
        """One transfer, in slices so that a cancel is noticed."""
        while True:
            deadline.token.check()
            left = deadline.remaining()
            if left <= 0:
                raise OverBudget("mtp.no-answer", "the unit does not answer")
            piece = self._pipe.read(BLOCK, min(_SLICE, left))
            if piece is not None:
                return piece
