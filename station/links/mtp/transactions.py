"""One transaction after another over a pipe: command, data one way or the other, response; and the way out of a broken one.

Source: facts/device-io §2.1 (header and payload sent together), §2.3 (response in place of data), §2.4 (cancel recipe), §2.5.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from station.links.mtp import codec
from station.links.mtp.codec import DeviceStatus, Header
from station.links.mtp.inlet import BLOCK, Inlet
from station.links.mtp.operations import ClassRequest, ContainerKind, EventCode, ResponseCode
from station.links.mtp.pipe import Pipe
from station.model.errors import DataError, HoloBenchError, LinkError, LinkLost, OverBudget
from station.model.timing import Deadline

Sink = Callable[[bytes], object]
"""Takes the next bytes of a data phase."""

Source = Callable[[int], bytes]
"""Gives at most so many next bytes of a data phase; b"" at the end."""

_MOST_STALE = 16
_SLICE = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Wall seconds. Defaults follow facts/device-io §2.5: 10 s to open, 20 s per answer, 60 s where a unit must work first.

    `settle_seconds` is how long a unit that has just been plugged in may be refused by the system before that counts.
    `event_seconds` is longer than the interrupt endpoint's interval: an event that lies there is seen by one look.
    """

    open_patience: float = 10.0
    answer_patience: float = 20.0
    long_patience: float = 60.0
    cancel_seconds: float = 5.0
    drain_pause: float = 0.3
    status_pause: float = 0.2
    close_seconds: float = 2.0
    busy_pause: float = 0.5
    settle_seconds: float = 2.0
    event_seconds: float = 0.1


@dataclass(frozen=True, slots=True)
class DataOut:
    """A data phase to the unit."""

    size: int
    source: Source


@dataclass(frozen=True, slots=True)
class DataIn:
    """A data phase from the unit: at most `most` bytes, or exactly so many."""

    most: int
    sink: Sink
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """How a transaction ended. `with_data` is False where a response came in place of the data expected."""

    code: int
    parameters: tuple[int, ...]
    with_data: bool


class Transactions:
    """Numbers and runs transactions; knows whether the responder is still in step."""

    def __init__(self, pipe: Pipe, limits: Limits) -> None:
        self._pipe = pipe
        self._limits = limits
        self._inlet = Inlet(pipe)
        self._next = 0
        self.in_step = False

    def start_over(self, number: int = 0) -> None:
        """Forget what was received; the next transaction has this number (OpenSession: 0)."""
        self._inlet.clear()
        self._next = number
        self.in_step = True

    def run(self, operation: int, parameters: tuple[int, ...], deadline: Deadline, patience: float,
            data: DataOut | DataIn | None = None) -> Answer:
        """Run one transaction. `patience` is the longest silence borne before an answer.

        Raises LinkLost, OverBudget `mtp.no-answer`, Cancelled, DataError, LinkError; after any of them the responder has been
        told to cancel, and `in_step` says whether it followed.
        """
        number = self._number()
        try:
            self._write(codec.pack_command(operation, number, parameters), deadline, patience)
            if isinstance(data, DataOut):
                self._send(operation, number, data, deadline, patience)
            return self._finish(operation, number, data if isinstance(data, DataIn) else None, deadline, patience)
        except LinkLost:
            self.in_step = False
            self._pipe.cut_off()
            raise
        except BaseException:
            self.in_step = False
            self._abandon(number, deadline)
            raise

    def _number(self) -> int:
        number = self._next
        self._next = number + 1 if number < 0xFFFF_FFFE else 1
        return number

    # -- out

    def _write(self, data: bytes, deadline: Deadline, patience: float) -> None:
        waiting = deadline.part(patience)
        while data:
            deadline.token.check()
            left = waiting.remaining()
            if left <= 0:
                raise OverBudget("mtp.no-answer", "the unit does not take data")
            gone = self._pipe.write(data, min(_SLICE, left))
            if gone:
                data = data[gone:]
                waiting = deadline.part(patience)

    def _send(self, operation: int, number: int, data: DataOut, deadline: Deadline, patience: float) -> None:
        """Header and first bytes go in one transfer; a data phase that fills its last packet ends with an empty one."""
        try:
            block = codec.pack_header(ContainerKind.DATA, operation, number, data.size)
            block += self._exactly(data, min(data.size, BLOCK - len(block)))
            total = codec.HEADER_SIZE + data.size
            written = 0
            while block:
                self._write(block, deadline, patience)
                written += len(block)
                block = self._exactly(data, min(total - written, BLOCK))
            if total % self._pipe.packet_size == 0:
                self._pipe.write(b"", deadline.share(_SLICE))
        except LinkError as error:
            if error.code != "mtp.stalled":
                raise
            self._pipe.clear_halt()

    @staticmethod
    def _exactly(data: DataOut, size: int) -> bytes:
        block = b""
        while len(block) < size:
            piece = data.source(size - len(block))
            if not piece:
                raise LinkError("mtp.source-unreadable", "the file became shorter while it was being copied")
            block = block + piece if block else piece
        return block

    # -- in

    def _finish(self, operation: int, number: int, data: DataIn | None, deadline: Deadline, patience: float) -> Answer:
        with_data = False
        for _ in range(_MOST_STALE):
            header = self._inlet.header(deadline, patience)
            if header.transaction != number or header.kind in (ContainerKind.COMMAND, ContainerKind.EVENT):
                self._drop(header, deadline, patience)
            elif header.kind == ContainerKind.RESPONSE:
                return Answer(header.code, self._parameters(header, deadline, patience), with_data)
            elif data is None or with_data or header.code != operation:
                raise DataError("mtp.out-of-step", f"data of operation 0x{header.code:04X} that nobody asked for")
            else:
                self._receive(header, data, deadline, patience)
                with_data = True
        raise DataError("mtp.out-of-step", "only answers to other questions")

    def _drop(self, header: Header, deadline: Deadline, patience: float) -> None:
        for _ in self._inlet.payload(header, deadline, patience):
            deadline.check("mtp.no-answer")

    def _parameters(self, header: Header, deadline: Deadline, patience: float) -> tuple[int, ...]:
        if header.length > codec.HEADER_SIZE + 4 * codec.MAX_PARAMETERS:
            raise DataError("mtp.bad-container", f"a response of {header.length} bytes")
        return codec.unpack_parameters(b"".join(self._inlet.payload(header, deadline, patience)))

    def _receive(self, header: Header, data: DataIn, deadline: Deadline, patience: float) -> None:
        announced = header.length - codec.HEADER_SIZE
        unknown = header.length == 0xFFFF_FFFF
        if not unknown and (announced > data.most or (data.exact and announced != data.most)):
            raise DataError("mtp.wrong-size", f"{announced} bytes announced, {data.most} expected")
        seen = 0
        for piece in self._inlet.payload(header, deadline, patience):
            seen += len(piece)
            if seen > data.most:
                raise DataError("mtp.wrong-size", f"more than {data.most} bytes")
            data.sink(piece)
            deadline.check("mtp.no-answer", "the copy takes longer than its budget")
        if data.exact and seen != data.most:
            raise DataError("mtp.wrong-size", f"{seen} bytes, {data.most} expected")

    # -- the way out

    def _abandon(self, number: int, deadline: Deadline) -> None:
        """Cancel recipe: cancel request, drain, ask the status until it is OK, clear the halts it names, take the event.

        Has an allowance of its own, for the deadline is over by now; what fails here is cured by the reset of the next call.
        """
        allowance = deadline.afresh(self._limits.cancel_seconds)
        try:
            self._pipe.control(ClassRequest.CANCEL, struct.pack("<HI", EventCode.CANCEL_TRANSACTION, number),
                               allowance.share(self._limits.close_seconds))
            while self._pipe.read(BLOCK, allowance.share(self._limits.drain_pause)) is not None:
                allowance.check("mtp.no-answer")
            self.in_step = self._settled(allowance)
            self._pipe.read_event(allowance.share(self._limits.drain_pause))
            self._inlet.clear()
        except HoloBenchError:
            self.in_step = False

    def _settled(self, allowance: Deadline) -> bool:
        while True:
            status = DeviceStatus.unpack(self._pipe.control(ClassRequest.GET_DEVICE_STATUS, 32,
                                                            allowance.share(self._limits.close_seconds)))
            for endpoint in status.halted:
                allowance.check("mtp.no-answer")
                self._pipe.clear_halt(endpoint & 0xFF)
            if status.code in (ResponseCode.OK, ResponseCode.TRANSACTION_CANCELLED):
                return True
            allowance.pause(self._limits.status_pause)
