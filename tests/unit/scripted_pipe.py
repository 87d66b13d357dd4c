"""A pipe whose answers are written down beforehand, and the containers to write them with."""

from collections.abc import Callable

from station.links.mtp import codec
from station.links.mtp.operations import ClassRequest, ContainerKind, ResponseCode
from station.links.mtp.transactions import Limits
from station.model.timing import CancelToken, Deadline

OK = ResponseCode.OK
QUICK = Limits(open_patience=5.0, answer_patience=5.0, long_patience=5.0, cancel_seconds=2.0, drain_pause=0.3, status_pause=0.0,
               busy_pause=0.0)


def response(number: int, code: int = OK, *parameters: int) -> bytes:
    return codec.pack_container(ContainerKind.RESPONSE, code, number, codec.pack_parameters(parameters))


def data(operation: int, number: int, payload: bytes) -> bytes:
    return codec.pack_container(ContainerKind.DATA, operation, number, payload)


class Script:
    """A pipe that answers reads from a list (None: nothing comes in time) and keeps everything that is done to it."""

    packet_size = 512

    def __init__(self, *reads: bytes | Exception | None) -> None:
        self.reads = list(reads)
        self.done: list[tuple[object, ...]] = []
        self.now = 0.0
        self.events: list[bytes | Exception] = []
        self.on_write: Callable[[bytes], None] = lambda data: None
        self.status = b"\x04\x00\x01\x20"

    def monotonic(self) -> float:
        return self.now

    @property
    def written(self) -> list[bytes]:
        return [d[1] for d in self.done if d[0] == "write"]  # type: ignore[misc]

    @property
    def kinds(self) -> list[object]:
        return [d[0] if d[0] != "control" else d[1] for d in self.done]

    def write(self, data: bytes, seconds: float) -> int | None:
        self.done.append(("write", data))
        self.on_write(data)
        return len(data)

    def read(self, size: int, seconds: float) -> bytes | None:
        self.done.append(("read",))
        answer = self.reads.pop(0) if self.reads else None
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            self.now += seconds
        return answer

    def control(self, request: ClassRequest, data: bytes | int, seconds: float) -> bytes:
        self.done.append(("control", request, data))
        return self.status if request == ClassRequest.GET_DEVICE_STATUS else b""

    def read_event(self, seconds: float) -> bytes | None:
        self.done.append(("event",))
        event = self.events.pop(0) if self.events else None
        if isinstance(event, Exception):
            raise event
        return event

    def clear_halt(self, endpoint: int | None = None) -> None:
        self.done.append(("clear", endpoint))

    def reset(self, seconds: float) -> None:
        self.done.append(("reset",))

    def cut_off(self) -> None:
        self.done.append(("cut off",))

    def close(self) -> None:
        self.done.append(("close",))


def deadline(pipe: Script, seconds: float = 60.0, token: CancelToken | None = None) -> Deadline:
    """A deadline in the pipe's own time."""
    return Deadline(seconds, token, pipe.monotonic)
