"""The MTP responder of a virtual unit: bulk, interrupt and control endpoint, byte for byte.

It is as strict as the responders in the documents: a data phase whose header comes alone freezes it, one that fills its last
packet is not over before the empty packet, a session is needed, transaction ids must follow. Source: facts/device-io §2.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from station.links.mtp import codec
from station.links.mtp.codec import DeviceInfo, DeviceStatus, Event, ObjectInfo
from station.links.mtp.operations import (
    UNKNOWN_LENGTH,
    ClassRequest,
    ContainerKind,
    Operation,
    ResponseCode,
)
from station.model.errors import DataError
from station.practice.units.drive import STORAGE_ID, VirtualDrive
from station.practice.units.usb_shapes import PACKET_SIZE

_MOST_PENDING = 64


class Headset(Protocol):
    """What the responder asks of the unit that it belongs to."""

    drive: VirtualDrive

    def device_info(self) -> DeviceInfo:
        """The dataset of GetDeviceInfo."""

    def device_property(self, code: int) -> bytes | None:
        """The packed value of a device property, None if there is none."""

    def storage_shown(self) -> bool:
        """Whether the page and the signed-in user let the storage be seen."""

    def quirk(self, name: str) -> bool:
        """Whether an odd behaviour is on."""

    def bench_seconds(self) -> float:
        """The clock's monotonic bench seconds."""

    def now(self) -> datetime:
        """Bench time."""

    def through(self, size: int) -> int:
        """So many bytes of file data are on the cable; how many of them get through before it comes out."""

    def stored(self, name: str) -> None:
        """A file is complete."""


@dataclass(slots=True)
class Outgoing:
    """A transfer that waits to be read. `ready` is in bench seconds; `joins` lets the next one follow without a boundary."""

    data: memoryview
    size: int
    ready: float
    joins: bool = False
    file: bool = False


@dataclass(slots=True)
class DataPhase:
    """A data phase from the station that is under way."""

    operation: int
    transaction: int
    parameters: tuple[int, ...]
    left: int = -1
    wants_empty: bool = False
    received: bytearray | None = None


class Responder:
    """Not thread-safe: the unit's lock is held around every call."""

    def __init__(self, headset: Headset) -> None:
        self._headset = headset
        self.outgoing: deque[Outgoing] = deque()
        self.events: deque[bytes] = deque()
        self._stale = headset.quirk("stale-session")
        self._owes = headset.quirk("out-of-step")
        self._first = True
        self._session = 1 if self._stale else 0
        self._phase: DataPhase | None = None
        self._sending = 0
        self._frozen = False
        if self._owes:
            self._push(bytes(range(256)) * 8)
        self._answers: dict[int, Callable[[int, tuple[int, ...]], None]] = {
            Operation.GET_DEVICE_INFO: self._device_info,
            Operation.OPEN_SESSION: self._open_session,
            Operation.CLOSE_SESSION: self._close_session,
            Operation.GET_STORAGE_IDS: self._storage_ids,
            Operation.GET_STORAGE_INFO: self._storage_info,
            Operation.GET_NUM_OBJECTS: self._count,
            Operation.GET_OBJECT_HANDLES: self._handles,
            Operation.GET_OBJECT_INFO: self._object_info,
            Operation.GET_OBJECT: self._object,
            Operation.GET_PARTIAL_OBJECT: self._partial,
            Operation.DELETE_OBJECT: self._delete,
            Operation.GET_DEVICE_PROP_VALUE: self._property,
        }

    # -- endpoints

    def bulk_out(self, data: bytes) -> None:
        """One transfer from the station; empty is a zero-length packet."""
        if self._frozen or self._headset.quirk("silent"):
            return
        if self._owes:
            return
        if self._phase is None:
            if data:
                self._command(data)
        else:
            self._data(self._phase, data)

    def control_out(self, request: int, data: bytes) -> bool:
        """A class request with or without data; False stalls."""
        if request == ClassRequest.CANCEL:
            self._phase = None
            self.outgoing.clear()
            return True
        if request == ClassRequest.DEVICE_RESET:
            self.reset()
            return True
        return False

    def control_in(self, request: int) -> bytes | None:
        """A class request that is answered; None stalls."""
        if request == ClassRequest.GET_DEVICE_STATUS:
            return DeviceStatus(ResponseCode.OK, ()).pack()
        return None

    def reset(self) -> None:
        """What a class or port reset does: session, phases and queues are forgotten; a half-sent file stays."""
        self.outgoing.clear()
        self.events.clear()
        self._phase = None
        self._session = 0
        self._owes = self._frozen = False

    def tell(self, code: int, *parameters: int) -> None:
        """Queue an event; the oldest go when nobody reads them."""
        if self._session:
            while len(self.events) >= _MOST_PENDING:
                self.events.popleft()
            self.events.append(Event(code, 0xFFFF_FFFF, parameters).pack())

    def _command(self, data: bytes) -> None:
        try:
            header = codec.unpack_header(data)
            parameters = codec.unpack_parameters(data[codec.HEADER_SIZE:header.length])
        except DataError:
            self._frozen = True
            return
        if header.kind != ContainerKind.COMMAND:
            self._frozen = True
            return
        if header.code in (Operation.SEND_OBJECT_INFO, Operation.SEND_OBJECT):
            self._phase = DataPhase(header.code, header.transaction, parameters)
            return
        if not self._session and header.code not in (Operation.GET_DEVICE_INFO, Operation.OPEN_SESSION):
            self._respond(header.transaction, ResponseCode.SESSION_NOT_OPEN)
            return
        answer = self._answers.get(header.code)
        if answer is None:
            self._respond(header.transaction, ResponseCode.OPERATION_NOT_SUPPORTED)
        else:
            answer(header.transaction, (*parameters, 0, 0, 0, 0, 0)[:5])

    def _data(self, phase: DataPhase, data: bytes) -> None:
        if phase.left < 0:
            if len(data) < codec.HEADER_SIZE:
                self._frozen = True
                return
            header = codec.unpack_header(data)
            payload = data[codec.HEADER_SIZE:]
            if header.length > codec.HEADER_SIZE and not payload:
                self._frozen = True      # a lone header: "any MTP enabled phone just freezes"
                return
            phase.left = header.length - codec.HEADER_SIZE
            phase.wants_empty = header.length % PACKET_SIZE == 0
            self._begin_data(phase)
            data = payload
        elif not data and phase.left == 0:
            phase.wants_empty = False
        phase.left -= len(data)
        if phase.received is not None and data:
            if phase.operation == Operation.SEND_OBJECT:
                data = data[:self._headset.through(len(data))]
            phase.received += data
        if phase.left <= 0 and not phase.wants_empty:
            self._phase = None
            self._end_data(phase)

    def _begin_data(self, phase: DataPhase) -> None:
        if phase.operation == Operation.SEND_OBJECT_INFO:
            phase.received = bytearray()
        else:
            stored = self._headset.drive.get(self._sending)
            phase.received = stored.data if stored else None

    def _end_data(self, phase: DataPhase) -> None:
        if not self._session:
            self._respond(phase.transaction, ResponseCode.SESSION_NOT_OPEN)
        elif phase.operation == Operation.SEND_OBJECT_INFO:
            self._announced(phase)
        elif phase.received is None:
            self._respond(phase.transaction, ResponseCode.NO_VALID_OBJECT_INFO)
        else:
            stored = self._headset.drive.get(self._sending)
            self._sending = 0
            self._respond(phase.transaction, ResponseCode.OK)
            if stored:
                self._headset.stored(stored.name)

    def pull(self, buffer: memoryview) -> int | None:
        """Fill a read of the station: bytes that fit, up to the end of the transfer; None if nothing is ready."""
        if not self._ready():
            return None
        filled = 0
        while self._ready():
            first = self.outgoing[0]
            piece = first.data[:len(buffer) - filled]
            buffer[filled:filled + len(piece)] = piece
            filled += self._headset.through(len(piece)) if first.file else len(piece)
            first.data = first.data[len(piece):]
            if first.data or not self.outgoing:      # emptied at once when the cable came out meanwhile
                break
            self.outgoing.popleft()
            if first.size % PACKET_SIZE or not first.size or (filled == len(buffer) and not first.joins):
                break
        return filled

    def next_ready(self) -> float | None:
        """When the first waiting transfer may be read, in bench seconds."""
        return self.outgoing[0].ready if self.outgoing else None

    def _ready(self) -> bool:
        return bool(self.outgoing) and self.outgoing[0].ready <= self._headset.bench_seconds()

    # -- answers

    def _push(self, data: bytes, *, joins: bool = False, file: bool = False) -> None:
        wait = 4.0 if self._first and self._headset.quirk("slow-first-answer") else 0.0
        self._first = False
        self.outgoing.append(Outgoing(memoryview(data), len(data), self._headset.bench_seconds() + wait, joins, file))

    def _respond(self, transaction: int, code: int, *parameters: int) -> None:
        self._push(codec.pack_container(ContainerKind.RESPONSE, code, transaction, codec.pack_parameters(parameters)))

    def _answer(self, operation: int, transaction: int, payload: bytes | bytearray) -> None:
        """Data and OK. A payload that fills its last packet is followed by an empty one, unless the stack swallows it."""
        header = codec.pack_header(ContainerKind.DATA, operation, transaction, len(payload))
        fills = (len(header) + len(payload)) % PACKET_SIZE == 0
        file = operation == Operation.GET_OBJECT
        swallowed = fills and self._headset.quirk("zlp-swallowed")
        if self._headset.quirk("split-header"):
            self._push(header)
            if payload:
                self._push(bytes(payload), file=file)
            fills = bool(payload) and len(payload) % PACKET_SIZE == 0
        else:
            self._push(header + payload, joins=swallowed, file=file)
        if fills and not swallowed:
            self._push(b"")
        self._respond(transaction, ResponseCode.OK)

    def _device_info(self, transaction: int, _: tuple[int, ...]) -> None:
        self._answer(Operation.GET_DEVICE_INFO, transaction, self._headset.device_info().pack())

    def _open_session(self, transaction: int, parameters: tuple[int, ...]) -> None:
        if self._session:
            self._respond(transaction, ResponseCode.SESSION_ALREADY_OPEN, self._session)
        elif not parameters[0]:
            self._respond(transaction, ResponseCode.INVALID_PARAMETER)
        else:
            self._session = parameters[0]
            self._respond(transaction, ResponseCode.OK)

    def _close_session(self, transaction: int, _: tuple[int, ...]) -> None:
        self._session = 0
        self._sending = 0
        self._respond(transaction, ResponseCode.OK)

    def _hidden(self, transaction: int) -> bool:
        """A locked unit answers storage questions by a bare response."""
        if self._headset.quirk("response-in-place-of-data"):
            self._respond(transaction, ResponseCode.GENERAL_ERROR)
            return True
        return False

    def _storage_ids(self, transaction: int, _: tuple[int, ...]) -> None:
        if not self._hidden(transaction):
            ids = (STORAGE_ID,) if self._headset.storage_shown() else ()
            self._answer(Operation.GET_STORAGE_IDS, transaction, codec.pack_array(ids, 4))

    def _shown(self, transaction: int, storage: int) -> bool:
        if self._hidden(transaction):
            return False
        if not self._headset.storage_shown():
            self._respond(transaction, ResponseCode.STORE_NOT_AVAILABLE)
            return False
        if storage not in (STORAGE_ID, 0xFFFF_FFFF):
            self._respond(transaction, ResponseCode.INVALID_STORAGE_ID)
            return False
        return True

    def _storage_info(self, transaction: int, parameters: tuple[int, ...]) -> None:
        if self._shown(transaction, parameters[0]):
            drive = self._headset.drive
            info = codec.StorageInfo(3, 2, 1 if drive.read_only else 0, drive.capacity, drive.free, 0, "Internal Storage",
                                     f"MTP Volume - {STORAGE_ID}")
            self._answer(Operation.GET_STORAGE_INFO, transaction, info.pack())

    def _listed(self, parameters: tuple[int, ...]) -> tuple[int, ...] | None:
        drive, parent = self._headset.drive, parameters[2]
        if parent == 0:
            return tuple(o.handle for o in drive.everything())
        if parent == 0xFFFF_FFFF:
            return tuple(o.handle for o in drive.children(0))
        found = drive.get(parent)
        return tuple(o.handle for o in drive.children(parent)) if found and found.is_folder else None

    def _handles(self, transaction: int, parameters: tuple[int, ...]) -> None:
        if self._shown(transaction, parameters[0]):
            handles = self._listed(parameters)
            if handles is None:
                self._respond(transaction, ResponseCode.INVALID_PARENT_OBJECT)
            else:
                self._answer(Operation.GET_OBJECT_HANDLES, transaction, codec.pack_array(handles, 4))

    def _count(self, transaction: int, parameters: tuple[int, ...]) -> None:
        if self._shown(transaction, parameters[0]):
            handles = self._listed(parameters)
            if handles is None:
                self._respond(transaction, ResponseCode.INVALID_PARENT_OBJECT)
            else:
                self._respond(transaction, ResponseCode.OK, len(handles))

    def _object_info(self, transaction: int, parameters: tuple[int, ...]) -> None:
        stored = self._headset.drive.get(parameters[0])
        if not self._shown(transaction, 0xFFFF_FFFF):
            return
        if stored is None:
            self._respond(transaction, ResponseCode.INVALID_OBJECT_HANDLE)
            return
        info = ObjectInfo(STORAGE_ID, 0x3001 if stored.is_folder else 0x3000, 0, len(stored.data), stored.parent,
                          1 if stored.is_folder else 0, stored.name, stored.modified, stored.modified)
        self._answer(Operation.GET_OBJECT_INFO, transaction, info.pack())

    def _object(self, transaction: int, parameters: tuple[int, ...]) -> None:
        stored = self._headset.drive.get(parameters[0])
        if not self._shown(transaction, 0xFFFF_FFFF):
            return
        if stored is None or stored.is_folder:
            self._respond(transaction, ResponseCode.INVALID_OBJECT_HANDLE)
        else:
            self._answer(Operation.GET_OBJECT, transaction, stored.data)

    def _partial(self, transaction: int, parameters: tuple[int, ...]) -> None:
        stored = self._headset.drive.get(parameters[0])
        if not self._shown(transaction, 0xFFFF_FFFF):
            return
        if stored is None or stored.is_folder:
            self._respond(transaction, ResponseCode.INVALID_OBJECT_HANDLE)
        else:
            self._answer(Operation.GET_PARTIAL_OBJECT, transaction, stored.data[parameters[1]:parameters[1] + parameters[2]])

    def _delete(self, transaction: int, parameters: tuple[int, ...]) -> None:
        drive = self._headset.drive
        if not self._shown(transaction, 0xFFFF_FFFF):
            return
        if drive.read_only:
            self._respond(transaction, ResponseCode.STORE_READ_ONLY)
        elif drive.get(parameters[0]) is None:
            self._respond(transaction, ResponseCode.INVALID_OBJECT_HANDLE)
        else:
            drive.remove(parameters[0])
            self._respond(transaction, ResponseCode.OK)

    def _property(self, transaction: int, parameters: tuple[int, ...]) -> None:
        value = self._headset.device_property(parameters[0])
        if value is None:
            self._respond(transaction, ResponseCode.DEVICE_PROP_NOT_SUPPORTED)
        else:
            self._answer(Operation.GET_DEVICE_PROP_VALUE, transaction, value)

    def _announced(self, phase: DataPhase) -> None:
        drive = self._headset.drive
        storage, parent = (*phase.parameters, 0, 0)[:2]
        if not self._shown(phase.transaction, storage or STORAGE_ID):
            return
        try:
            info = ObjectInfo.unpack(bytes(phase.received or b""))
        except DataError:
            self._respond(phase.transaction, ResponseCode.INVALID_PARAMETER)
            return
        folder = 0 if parent == 0xFFFF_FFFF else parent
        holder = drive.get(folder)
        if folder and not (holder and holder.is_folder):
            self._respond(phase.transaction, ResponseCode.INVALID_PARENT_OBJECT)
        elif drive.read_only:
            self._respond(phase.transaction, ResponseCode.STORE_READ_ONLY)
        elif drive.find(folder, info.name):
            self._respond(phase.transaction, ResponseCode.ACCESS_DENIED)
        elif info.size == UNKNOWN_LENGTH:
            self._respond(phase.transaction, ResponseCode.OBJECT_TOO_LARGE)
        elif info.size > drive.free:
            self._respond(phase.transaction, ResponseCode.STORE_FULL)
        else:
            stored = drive.add(folder, info.name, self._headset.now(), announced=info.size)
            self._sending = stored.handle
            self._respond(phase.transaction, ResponseCode.OK, STORAGE_ID, parent, stored.handle)
