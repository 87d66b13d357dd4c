"""A pipe whose other end is a real responder with a bad character, or no responder at all. Time is its own and costs nothing."""

import random
from collections.abc import Callable

import usb.core

from station.links.mtp.operations import ClassRequest
from station.model.errors import DataError, LinkError, LinkLost
from station.practice.units.unit import VirtualUnit

LENGTHS = tuple(n.to_bytes(4, "little") for n in (0, 11, 13, 0x7FFF_FFFE, 0x8000_0000, 0xFFFF_FFFF))
CODES = tuple(n.to_bytes(2, "little") for n in (0x2002, 0x200F, 0x2019, 0x201E, 0x2003, 0x1009))
CUTS = (1, 4, 11, 12, 13, 512)


class HostilePipe:
    """Between initiator and a virtual unit's responder; `evil` of 0 to 1 is how often something is done to what passes."""

    packet_size = 512

    def __init__(self, unit: VirtualUnit, seed: int, evil: float) -> None:
        self.now = 0.0
        self.allocated = 0
        self._unit = unit
        self._dice = random.Random(seed)
        self._evil = evil
        self._gone = False
        self._waiting: list[bytes] = []
        self._tricks: tuple[Callable[[bytes], bytes | None], ...] = (
            self._flip, self._cut, self._insert, self._double, self._length, self._transaction, self._kind, self._code,
            self._silence, self._endless, self._nothing, self._stall, self._fail, self._vanish, self._garbage)

    def monotonic(self) -> float:
        return self.now

    # -- the pipe

    def write(self, data: bytes, seconds: float) -> int | None:
        self._step()
        if self._strikes(0.2):
            self.now += seconds
            return self._dice.choice((None, min(len(data), 7)))
        with self._unit.lock:
            self._unit.responder.bulk_out(data)
        return len(data)

    def read(self, size: int, seconds: float) -> bytes | None:
        self._step()
        piece = self._waiting.pop(0) if self._waiting else self._from_unit(size)
        if piece is not None and self._strikes(1.0):
            piece = self._dice.choice(self._tricks)(piece)
        if piece is None:
            self.now += seconds
            return None
        if len(piece) > size:
            self._waiting.insert(0, piece[size:])
            piece = piece[:size]
        self.allocated = max(self.allocated, len(piece))
        return piece

    def control(self, request: ClassRequest, data: bytes | int, seconds: float) -> bytes:
        self._step()
        if self._strikes(0.5):
            return self._dice.choice((self._stall, self._fail, self._garbage))(b"") or b""
        if isinstance(data, bytes):
            self._waiting.clear()
            with self._unit.lock:
                self._unit.responder.control_out(request, data)
            return b""
        return (self._unit.responder.control_in(request) or b"")[:data]

    def read_event(self, seconds: float) -> bytes | None:
        self._step()
        self.now += seconds
        return self._dice.choice((None, b"", self._dice.randbytes(20), self._unit.responder.events.popleft()
                                  if self._unit.responder.events else None))

    def clear_halt(self, endpoint: int | None = None) -> None:
        self._step()

    def reset(self, seconds: float) -> None:
        self._step()
        self.now += 1.0
        self._waiting.clear()
        self._unit.responder.reset()

    def cut_off(self) -> None:
        self._gone = True

    def close(self) -> None:
        self._gone = True

    def _from_unit(self, size: int) -> bytes | None:
        buffer = bytearray(size)
        count = self._unit.responder.outbox.pull(memoryview(buffer))
        return None if count is None else bytes(buffer[:count])

    def _step(self) -> None:
        if self._gone:
            raise LinkLost("mtp.unplugged")
        self.now += 0.001

    def _strikes(self, part: float) -> bool:
        return self._dice.random() < self._evil * part

    # -- tricks

    def _flip(self, piece: bytes) -> bytes:
        if not piece:
            return piece
        at = self._dice.randrange(len(piece))
        return piece[:at] + bytes([piece[at] ^ (1 << self._dice.randrange(8))]) + piece[at + 1:]

    def _cut(self, piece: bytes) -> bytes:
        return piece[:self._dice.choice(CUTS)]

    def _insert(self, piece: bytes) -> bytes:
        at = self._dice.randrange(len(piece) + 1)
        return piece[:at] + self._dice.randbytes(self._dice.choice(CUTS)) + piece[at:]

    def _double(self, piece: bytes) -> bytes:
        self._waiting.append(piece)
        return piece

    def _length(self, piece: bytes) -> bytes:
        return self._dice.choice(LENGTHS) + piece[4:]

    def _transaction(self, piece: bytes) -> bytes:
        return piece[:8] + self._dice.randbytes(4) + piece[12:]

    def _kind(self, piece: bytes) -> bytes:
        return piece[:4] + bytes([self._dice.randrange(6), 0]) + piece[6:]

    def _code(self, piece: bytes) -> bytes:
        return piece[:6] + self._dice.choice(CODES) + piece[8:]

    def _silence(self, piece: bytes) -> None:
        self.now += self._dice.choice((0.1, 30.0))

    def _endless(self, piece: bytes) -> bytes:
        self._waiting += [piece or b"\xff" * 512] * 200
        return piece

    def _nothing(self, piece: bytes) -> bytes:
        self._waiting += [b""] * self._dice.choice((1, 3, 500))
        self._waiting.append(piece)
        return b""

    def _stall(self, piece: bytes) -> bytes:
        raise LinkError("mtp.stalled")

    def _fail(self, piece: bytes) -> bytes:
        if self._dice.random() < 0.3:
            raise DataError("mtp.bad-container", "overflow")
        raise LinkError("mtp.transfer-failed") from usb.core.USBError("Input/Output Error", -1, 5)

    def _vanish(self, piece: bytes) -> bytes:
        if self._dice.random() < 0.2:
            self._gone = True
            raise LinkLost("mtp.unplugged")
        return piece

    def _garbage(self, piece: bytes) -> bytes:
        return self._dice.randbytes(self._dice.choice((0, 3, 12, 600, 70_000)))
