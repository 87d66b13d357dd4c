"""The MTP responder of a virtual unit: bulk, interrupt and control endpoint, byte for byte.

It is as strict as the responders in the documents: a data phase whose header comes alone freezes it, one that fills its last
packet is not over before the empty packet, and nothing but the description is told without a session. Source: facts/device-io §2.
"""

from collections import deque
from dataclasses import dataclass

from station.links.mtp import codec
from station.links.mtp.codec import DeviceStatus, Event
from station.links.mtp.operations import ClassRequest, ContainerKind, Operation, ResponseCode
from station.model.errors import DataError
from station.practice.units.answers import ANSWERS, Reply, announced
from station.practice.units.face import UnitFace
from station.practice.units.outbox import Outbox
from station.practice.units.usb_shapes import PACKET_SIZE

_MOST_EVENTS = 64
_LEFTOVER = bytes(range(256)) * 8


@dataclass(slots=True)
class DataPhase:
    """A data phase from the station that is under way. `left` is -1 before its header has come."""

    operation: int
    transaction: int
    parameters: tuple[int, ...]
    left: int = -1
    wants_empty: bool = False
    received: bytearray | None = None


class Responder:
    """Not thread-safe: the unit's lock is held around every call."""

    def __init__(self, face: UnitFace) -> None:
        self._face = face
        self.outbox = Outbox(face)
        self.events: deque[bytes] = deque()
        self._session = 1 if face.quirk("stale-session") else 0
        self._owes = face.quirk("out-of-step")
        self._phase: DataPhase | None = None
        self._sending = 0
        self._frozen = False
        if self._owes:
            self.outbox.push(_LEFTOVER)

    # -- endpoints

    def bulk_out(self, data: bytes) -> None:
        """One transfer from the station; empty is a zero-length packet."""
        if self._frozen or self._owes or self._face.quirk("silent"):
            return
        if self._phase is not None:
            self._data(self._phase, data)
        elif data:
            self._command(data)

    def control_out(self, request: int, data: bytes) -> bool:
        """A class request with or without data; False stalls."""
        if request == ClassRequest.CANCEL:
            self._phase = None
            self.outbox.clear()
            return True
        if request == ClassRequest.DEVICE_RESET:
            self.reset()
            return True
        return False

    def control_in(self, request: int) -> bytes | None:
        """A class request that is answered; None stalls."""
        return DeviceStatus(ResponseCode.OK, ()).pack() if request == ClassRequest.GET_DEVICE_STATUS else None

    def reset(self) -> None:
        """What a class or port reset does: session, phases and queues are forgotten; a half-sent file stays."""
        self.outbox.clear()
        self.events.clear()
        self._phase = None
        self._session = 0
        self._owes = self._frozen = False

    def tell(self, code: int, *parameters: int) -> None:
        """Queue an event; the oldest go when nobody reads them."""
        if self._session:
            while len(self.events) >= _MOST_EVENTS:
                self.events.popleft()
            self.events.append(Event(code, 0xFFFF_FFFF, parameters).pack())

    # -- commands

    def _command(self, data: bytes) -> None:
        try:
            header = codec.unpack_header(data)
            parameters = codec.unpack_parameters(data[codec.HEADER_SIZE:header.length])
        except DataError:
            self._frozen = True
            return
        if header.kind != ContainerKind.COMMAND:
            self._frozen = True
        elif header.code in (Operation.SEND_OBJECT_INFO, Operation.SEND_OBJECT):
            self._phase = DataPhase(header.code, header.transaction, parameters)
        else:
            self._reply(header.code, header.transaction, self._answered(header.code, (*parameters, 0, 0, 0, 0, 0)[:5]))

    def _answered(self, operation: int, parameters: tuple[int, ...]) -> Reply:
        if operation == Operation.OPEN_SESSION:
            return self._open(parameters[0])
        if not self._session and operation != Operation.GET_DEVICE_INFO:
            return Reply(ResponseCode.SESSION_NOT_OPEN)
        if operation == Operation.CLOSE_SESSION:
            self._session = self._sending = 0
            return Reply()
        answer = ANSWERS.get(operation)
        return answer(self._face, parameters) if answer else Reply(ResponseCode.OPERATION_NOT_SUPPORTED)

    def _open(self, session: int) -> Reply:
        if self._session:
            return Reply(ResponseCode.SESSION_ALREADY_OPEN, (self._session,))
        if not session:
            return Reply(ResponseCode.INVALID_PARAMETER)
        self._session = session
        return Reply()

    # -- data from the station

    def _data(self, phase: DataPhase, data: bytes) -> None:
        if phase.left < 0:
            if not self._sane(data):
                self._frozen = True
                return
            data = self._begin(phase, data)
        elif not data and phase.left == 0:
            phase.wants_empty = False
        phase.left -= len(data)
        if phase.received is not None and data:
            phase.received += data[:self._face.through(len(data))] if phase.operation == Operation.SEND_OBJECT else data
        if phase.left <= 0 and not phase.wants_empty and self._phase is phase:
            self._phase = None
            self._reply(phase.operation, phase.transaction, self._end(phase))

    @staticmethod
    def _sane(data: bytes) -> bool:
        """facts/device-io §2.1: "any MTP enabled phone just freezes" when header and payload come apart."""
        try:
            header = codec.unpack_header(data)
        except DataError:
            return False
        return header.kind == ContainerKind.DATA and (len(data) > codec.HEADER_SIZE or header.length == codec.HEADER_SIZE)

    def _begin(self, phase: DataPhase, data: bytes) -> bytes:
        header = codec.unpack_header(data)
        phase.left = header.length - codec.HEADER_SIZE
        phase.wants_empty = header.length % PACKET_SIZE == 0
        if phase.operation == Operation.SEND_OBJECT_INFO:
            phase.received = bytearray()
        else:
            stored = self._face.drive.get(self._sending)
            phase.received = stored.data if stored else None
        return data[codec.HEADER_SIZE:]

    def _end(self, phase: DataPhase) -> Reply:
        if not self._session:
            return Reply(ResponseCode.SESSION_NOT_OPEN)
        if phase.operation == Operation.SEND_OBJECT_INFO:
            reply = announced(self._face, phase.parameters, bytes(phase.received or b""))
            self._sending = reply.parameters[2] if reply.code == ResponseCode.OK else 0
            return reply
        stored = self._face.drive.get(self._sending)
        self._sending = 0
        if stored is None:
            return Reply(ResponseCode.NO_VALID_OBJECT_INFO)
        self._face.stored(stored.name)
        return Reply()

    # -- out

    def _reply(self, operation: int, transaction: int, reply: Reply) -> None:
        """Data, if there is any, and the response. Data that fill their last packet are followed by an empty one, unless the
        stack swallows it."""
        if reply.data is not None:
            self._push_data(operation, transaction, reply.data)
        self.outbox.push(codec.pack_container(ContainerKind.RESPONSE, reply.code, transaction,
                                              codec.pack_parameters(reply.parameters)))

    def _push_data(self, operation: int, transaction: int, payload: bytes | bytearray) -> None:
        header = codec.pack_header(ContainerKind.DATA, operation, transaction, len(payload))
        file = operation == Operation.GET_OBJECT
        pieces = [header, payload] if self._face.quirk("split-header") and payload else [header + payload]
        swallowed = len(pieces[-1]) % PACKET_SIZE == 0 and self._face.quirk("zlp-swallowed")
        for piece in pieces[:-1]:
            self.outbox.push(piece)
        self.outbox.push(pieces[-1], joins=swallowed, file=file)
        if len(pieces[-1]) % PACKET_SIZE == 0 and not swallowed:
            self.outbox.push(b"")
