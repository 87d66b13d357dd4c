"""What waits to be read from a virtual unit: transfers that end where real ones end."""

from collections import deque
from dataclasses import dataclass

from station.practice.units.face import UnitFace
from station.practice.units.usb_shapes import PACKET_SIZE

SLOW_SECONDS = 4.0


@dataclass(slots=True)
class Outgoing:
    """One transfer. `ready` is in bench seconds; `joins` lets the next one follow without a boundary; `file` is file data."""

    data: memoryview
    size: int
    ready: float
    joins: bool = False
    file: bool = False


class Outbox:
    """A queue of transfers. A read ends at a short packet, at an empty one, or when its buffer is full."""

    def __init__(self, face: UnitFace) -> None:
        self._face = face
        self._waiting: deque[Outgoing] = deque()
        self._first = True

    def push(self, data: bytes | bytearray, *, joins: bool = False, file: bool = False) -> None:
        """Queue one transfer."""
        wait = SLOW_SECONDS if self._first and self._face.quirk("slow-first-answer") else 0.0
        self._first = False
        self._waiting.append(Outgoing(memoryview(bytes(data)), len(data), self._face.bench_seconds() + wait, joins, file))

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()

    def pull(self, buffer: memoryview) -> int | None:
        """Fill a read of the station: bytes that fit, up to the end of the transfer; None if nothing is ready."""
        if not self._ready():
            return None
        filled = 0
        while self._ready():
            first = self._waiting[0]
            piece = first.data[:len(buffer) - filled]
            buffer[filled:filled + len(piece)] = piece
            filled += self._face.through(len(piece)) if first.file else len(piece)
            first.data = first.data[len(piece):]
            if first.data or not self._waiting:      # emptied at once when the cable came out meanwhile
                break
            self._waiting.popleft()
            if first.size % PACKET_SIZE or not first.size or (filled == len(buffer) and not first.joins):
                break
        return filled

    def next_ready(self) -> float | None:
        """When the first waiting transfer may be read, in bench seconds."""
        return self._waiting[0].ready if self._waiting else None

    def _ready(self) -> bool:
        return bool(self._waiting) and self._waiting[0].ready <= self._face.bench_seconds()
