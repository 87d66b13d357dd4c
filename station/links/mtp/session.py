"""A session with a responder: robust opening, operations, refusals as errors, coming back into step.

Whatever a responder answers, a call ends within its deadline plus `Limits.cancel_seconds`, memory stays bounded, and the
session knows whether it is still in step; if not, the next call resets the responder first. Source: facts/device-io §2.3–2.5.
"""

from collections.abc import Callable
from io import BytesIO
from typing import TypeVar

from station.links.mtp.codec import Event
from station.links.mtp.operations import CHANGES, REFUSALS, ClassRequest, Operation, ResponseCode, name_of
from station.links.mtp.pipe import Pipe
from station.links.mtp.transactions import DataIn, DataOut, Limits, Sink, Source, Transactions
from station.model.errors import (
    Cancelled,
    DataError,
    HoloBenchError,
    LinkError,
    LinkLost,
    NotFound,
    OverBudget,
    Refused,
)
from station.model.timing import Deadline

LARGEST_DATASET = 16 * 1024 * 1024
"""Bytes of the largest dataset that is believed (four million object handles)."""

SESSION_ID = 1

_BUSY_TRIES = 5
_MOST_EVENTS = 64
_CLASSES: dict[str, type[HoloBenchError]] = {
    "mtp.no-such-file": NotFound, "mtp.no-such-folder": NotFound, "mtp.no-such-storage": NotFound,
    "mtp.no-space": Refused, "mtp.too-large": Refused, "mtp.write-protected": Refused,
}
_LOST = frozenset({"mtp.session-lost", "mtp.out-of-step"})
_T = TypeVar("_T")


def refusal(operation: int, code: int, *, in_place_of_data: bool) -> HoloBenchError:
    """The error for a response that is not OK, or that stands where data was expected (facts/device-io §2.3: locked)."""
    fault = REFUSALS.get(code, "mtp.refused")
    if in_place_of_data and fault == "mtp.refused":
        fault = "mtp.locked"
    detail = f"{Operation(operation).name.title().replace('_', '')}: {name_of(code)}"
    return _CLASSES.get(fault, LinkError)(fault, detail)


def _tells_of_a_change(data: bytes) -> bool:
    try:
        return Event.unpack(data).code in CHANGES
    except DataError:
        return False


class MtpSession:
    """One session over one pipe. Not thread-safe: it belongs to a lane."""

    def __init__(self, pipe: Pipe, limits: Limits | None = None) -> None:
        self._pipe = pipe
        self._limits = limits or Limits()
        self._transactions = Transactions(pipe, self._limits)
        self._closed = False
        self._lost = False
        self._used = False
        self._latest = Deadline(0)

    @property
    def in_step(self) -> bool:
        """Whether the next operation can start without a reset."""
        return self._transactions.in_step

    def open(self, deadline: Deadline) -> None:
        """Open the session: as it is, then after a class reset, then after a port reset.

        Raises LinkLost, Cancelled, OverBudget `mtp.no-answer`, LinkError `mtp.no-session`.
        """
        self._latest = deadline
        self._climb((None, self._class_reset, self._port_reset), deadline)

    def close(self) -> None:
        """Close session and pipe. Never raises; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            if self.in_step:
                allowance = self._latest.afresh(self._limits.close_seconds)
                self._transactions.run(Operation.CLOSE_SESSION, (), allowance, self._limits.close_seconds)
        except HoloBenchError:
            self._transactions.in_step = False
        finally:
            self._pipe.close()

    def _climb(self, cures: tuple[Callable[[Deadline], None] | None, ...], deadline: Deadline) -> None:
        last: HoloBenchError = OverBudget("mtp.no-answer", "no time left to open the unit")
        for cure in cures:
            if deadline.remaining() <= 0:
                break
            attempt = deadline.part(self._limits.open_patience)
            try:
                if cure:
                    cure(attempt)
                self._open_session(attempt)
                return
            except (LinkLost, Cancelled):
                raise
            except HoloBenchError as error:
                last = error
        self._transactions.in_step = False
        if isinstance(last, OverBudget):
            raise last
        raise LinkError("mtp.no-session", last.detail) from last

    def _open_session(self, deadline: Deadline) -> None:
        code = self._open_once(0, deadline)
        if code == ResponseCode.SESSION_ALREADY_OPEN:
            self._transactions.run(Operation.CLOSE_SESSION, (), deadline, self._limits.open_patience)
            code = self._open_once(0, deadline)
        elif code == ResponseCode.INVALID_TRANSACTION_ID:
            code = self._open_once(1, deadline)
        if code != ResponseCode.OK:
            raise refusal(Operation.OPEN_SESSION, code, in_place_of_data=False)
        self._used = False

    def _open_once(self, number: int, deadline: Deadline) -> int:
        self._transactions.start_over(number)
        return self._transactions.run(Operation.OPEN_SESSION, (SESSION_ID,), deadline, self._limits.open_patience).code

    def _class_reset(self, deadline: Deadline) -> None:
        self._pipe.control(ClassRequest.DEVICE_RESET, b"", deadline.share(self._limits.close_seconds))
        self._pipe.clear_halt()

    def _port_reset(self, deadline: Deadline) -> None:
        self._pipe.reset(deadline.remaining())

    # -- operations

    def ask(self, operation: Operation, parameters: tuple[int, ...], deadline: Deadline) -> bytes:
        """An operation that answers a dataset of at most 16 MiB."""
        def run() -> bytes:
            data = bytearray()
            self._run(operation, parameters, deadline, DataIn(LARGEST_DATASET, data.extend))
            return bytes(data)
        return self._while_busy(run, deadline)

    def order(self, operation: Operation, parameters: tuple[int, ...], deadline: Deadline) -> tuple[int, ...]:
        """An operation without data; returns the parameters of the response."""
        return self._while_busy(lambda: self._run(operation, parameters, deadline, None), deadline)

    def receive(self, operation: Operation, parameters: tuple[int, ...], size: int, sink: Sink, deadline: Deadline) -> None:
        """An operation that answers exactly `size` bytes, handed to `sink` as they come.

        Raises DataError `mtp.wrong-size` where the responder announces or sends another size.
        """
        self._run(operation, parameters, deadline, DataIn(size, sink, exact=True))

    def send(self, operation: Operation, parameters: tuple[int, ...], size: int, source: Source,
             deadline: Deadline) -> tuple[int, ...]:
        """An operation with `size` bytes of data out, taken from `source(most)`; returns the parameters of the response."""
        return self._run(operation, parameters, deadline, DataOut(size, source))

    def send_once(self, operation: Operation, parameters: tuple[int, ...], data: bytes, deadline: Deadline) -> tuple[int, ...]:
        """An operation with a small dataset out."""
        rest = BytesIO(data)
        return self.send(operation, parameters, len(data), rest.read, deadline)

    def news(self) -> bool:
        """Whether events have come since the last question that tell of a change; takes all that lie there.

        Takes `Limits.event_seconds` where there are none. Raises LinkLost; an endpoint that fails otherwise tells nothing.
        """
        changed = False
        try:
            for _ in range(_MOST_EVENTS):
                data = self._pipe.read_event(self._limits.event_seconds)
                if not data:
                    break
                changed |= _tells_of_a_change(data)
        except (LinkError, DataError) as error:
            if isinstance(error, LinkLost):
                raise
        return changed

    def _run(self, operation: Operation, parameters: tuple[int, ...], deadline: Deadline,
             data: DataIn | DataOut | None) -> tuple[int, ...]:
        """Run a transaction, in step.

        A responder that was reset may drop the session that it has just opened (umtp-responder is late to hear of the reset). So
        a session that has answered nothing yet is opened once more; one that has been used is not: its handles were others.
        """
        deadline.check("mtp.no-answer")
        if not self.in_step:
            self._resume(deadline)
        patience = self._limits.answer_patience if isinstance(data, DataIn) else self._limits.long_patience
        try:
            answer = self._transactions.run(operation, parameters, deadline, patience, data)
            if answer.code == ResponseCode.SESSION_NOT_OPEN and not self._used and not isinstance(data, DataOut):
                self._open_session(deadline)
                answer = self._transactions.run(operation, parameters, deadline, patience, data)
        except LinkLost:
            self._lost = True
            raise
        self._used |= operation != Operation.GET_DEVICE_INFO and answer.code != ResponseCode.SESSION_NOT_OPEN
        in_place = isinstance(data, DataIn) and not answer.with_data
        if answer.code == ResponseCode.OK and not in_place:
            return answer.parameters
        error = refusal(operation, answer.code, in_place_of_data=in_place)
        if error.code in _LOST:
            self._transactions.in_step = False
        raise error

    def _resume(self, deadline: Deadline) -> None:
        """Back into step after a broken transaction. A unit that has gone stays gone: another open finds it again."""
        if self._lost or self._closed:
            raise LinkLost("mtp.unplugged", "the unit was unplugged")
        self._climb((self._class_reset, self._port_reset), deadline)

    def _while_busy(self, run: Callable[[], _T], deadline: Deadline) -> _T:
        for _ in range(_BUSY_TRIES - 1):
            try:
                return run()
            except LinkError as error:
                if error.code != "mtp.busy":
                    raise
            deadline.pause(self._limits.busy_pause)
        return run()
