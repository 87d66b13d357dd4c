"""A session byte by byte against a scripted pipe: numbering, joining and splitting, stale answers, cancelling, opening anyway."""

import pytest

from station.links.mtp import codec
from station.links.mtp.inlet import BLOCK
from station.links.mtp.operations import ClassRequest, EventCode, Operation, ResponseCode
from station.links.mtp.session import MtpSession
from station.model.errors import Cancelled, DataError, LinkError, LinkLost, OverBudget, Refused
from station.model.timing import CancelToken
from tests.unit.scripted_pipe import QUICK, Script, data, deadline, response


def opened(*reads: bytes | Exception | None) -> tuple[MtpSession, Script]:
    """A session that is open; the script goes on with `reads`."""
    pipe = Script(response(0), *reads)
    session = MtpSession(pipe, QUICK)
    session.open(deadline(pipe))
    pipe.done.clear()
    return session, pipe


def test_opening_asks_as_a_lumia_was_asked() -> None:
    pipe = Script(response(0))
    MtpSession(pipe, QUICK).open(deadline(pipe))
    assert pipe.written == [bytes.fromhex("10000000 0100 0210 00000000 01000000")]


def test_transactions_are_numbered_from_one() -> None:
    session, pipe = opened(response(1), response(2))
    session.order(Operation.DELETE_OBJECT, (7, 0), deadline(pipe))
    session.order(Operation.DELETE_OBJECT, (8, 0), deadline(pipe))
    assert [codec.unpack_header(w).transaction for w in pipe.written] == [1, 2]


def test_numbers_skip_zero_and_all_ones() -> None:
    session, pipe = opened(response(0xFFFF_FFFE), response(1))
    session._transactions.start_over(0xFFFF_FFFE)
    session.order(Operation.DELETE_OBJECT, (7, 0), deadline(pipe))
    session.order(Operation.DELETE_OBJECT, (8, 0), deadline(pipe))
    assert [codec.unpack_header(w).transaction for w in pipe.written] == [0xFFFF_FFFE, 1]


IDS = codec.pack_array((0x10001,), 4)
WHOLE = data(Operation.GET_STORAGE_IDS, 1, IDS)


@pytest.mark.parametrize("reads", [
    (WHOLE, response(1)),
    (WHOLE[:12], WHOLE[12:], response(1)),
    (WHOLE[:5], WHOLE[5:13], WHOLE[13:], response(1)),
    (WHOLE + response(1),),
    (WHOLE, b"", response(1)),
    (b"", b"", WHOLE, b"", response(1)),
    (WHOLE + response(1)[:7], response(1)[7:]),
    (response(0), WHOLE, response(1)),
    (data(Operation.GET_OBJECT, 0, b"x" * 900) + WHOLE, response(1)),
])
def test_an_answer_is_read_however_it_is_cut_or_joined(reads: tuple[bytes, ...]) -> None:
    session, pipe = opened(*reads)
    assert session.ask(Operation.GET_STORAGE_IDS, (), deadline(pipe)) == IDS
    assert session.in_step


def test_surplus_bytes_are_the_beginning_of_the_next_answer() -> None:
    session, pipe = opened(WHOLE + response(1) + response(2))
    session.ask(Operation.GET_STORAGE_IDS, (), deadline(pipe))
    session.order(Operation.DELETE_OBJECT, (7, 0), deadline(pipe))
    assert pipe.kinds.count("read") == 1


@pytest.mark.parametrize("reads", [
    (b"\xff\xff\xff\xff" + WHOLE[4:], response(1)),
    (b"\xff\xff\xff\xff" + WHOLE[4:12], WHOLE[12:], response(1)),
    (b"\xff\xff\xff\xff" + WHOLE[4:12], b"", WHOLE[12:], response(1)),
])
def test_an_answer_of_unknown_length_ends_with_a_short_packet(reads: tuple[bytes, ...]) -> None:
    session, pipe = opened(*reads)
    got = bytearray()
    session.receive(Operation.GET_STORAGE_IDS, (), len(IDS), got.extend, deadline(pipe))
    assert got == IDS


def test_header_and_first_bytes_leave_together_and_full_packets_are_closed_by_an_empty_one() -> None:
    session, pipe = opened(response(1))
    session.send_once(Operation.SEND_OBJECT, (), bytes(500), deadline(pipe))
    assert [len(w) for w in pipe.written] == [12, 512, 0]


def test_a_data_phase_that_ends_short_needs_no_empty_packet() -> None:
    session, pipe = opened(response(1))
    session.send_once(Operation.SEND_OBJECT, (), bytes(501), deadline(pipe))
    assert [len(w) for w in pipe.written] == [12, 513]


def test_large_data_leave_in_blocks() -> None:
    session, pipe = opened(response(1))
    session.send_once(Operation.SEND_OBJECT, (), bytes(2 * BLOCK), deadline(pipe))
    assert [len(w) for w in pipe.written] == [12, BLOCK, BLOCK, 12]


def test_a_response_in_place_of_data_means_locked() -> None:
    session, pipe = opened(response(1, ResponseCode.GENERAL_ERROR), response(2))
    for _ in range(2):
        with pytest.raises(LinkError, match=r"mtp\.locked"):
            session.ask(Operation.GET_STORAGE_IDS, (), deadline(pipe))
    assert session.in_step


def test_a_refusal_leaves_the_session_in_step() -> None:
    session, pipe = opened(response(1, ResponseCode.STORE_FULL), response(2))
    with pytest.raises(Refused, match=r"mtp\.no-space"):
        session.order(Operation.SEND_OBJECT_INFO, (), deadline(pipe))
    session.order(Operation.DELETE_OBJECT, (7, 0), deadline(pipe))


def test_a_busy_unit_is_asked_again() -> None:
    session, pipe = opened(response(1, ResponseCode.DEVICE_BUSY), response(2, ResponseCode.DEVICE_BUSY), response(3))
    session.order(Operation.DELETE_OBJECT, (7, 0), deadline(pipe))
    assert len(pipe.written) == 3


def test_a_session_that_is_open_already_is_closed_and_opened() -> None:
    pipe = Script(response(0, ResponseCode.SESSION_ALREADY_OPEN), response(1), response(0))
    MtpSession(pipe, QUICK).open(deadline(pipe))
    assert [codec.unpack_header(w).code for w in pipe.written] == [
        Operation.OPEN_SESSION, Operation.CLOSE_SESSION, Operation.OPEN_SESSION]


DROPPED = response(1, ResponseCode.SESSION_NOT_OPEN)


def test_a_session_that_the_responder_drops_before_its_first_use_is_opened_once_more() -> None:
    session, pipe = opened(DROPPED, response(0), WHOLE, response(1))
    assert session.ask(Operation.GET_STORAGE_IDS, (), deadline(pipe)) == IDS
    assert [codec.unpack_header(w).code for w in pipe.written] == [
        Operation.GET_STORAGE_IDS, Operation.OPEN_SESSION, Operation.GET_STORAGE_IDS]


def test_a_description_is_no_use_of_a_session_since_it_needs_none() -> None:
    session, pipe = opened(data(Operation.GET_DEVICE_INFO, 1, b"x"), response(1), response(2, ResponseCode.SESSION_NOT_OPEN),
                           response(0), WHOLE, response(1))
    session.ask(Operation.GET_DEVICE_INFO, (), deadline(pipe))
    assert session.ask(Operation.GET_STORAGE_IDS, (), deadline(pipe)) == IDS


def test_a_session_that_is_dropped_again_is_lost() -> None:
    session, pipe = opened(DROPPED, response(0), DROPPED)
    with pytest.raises(LinkError, match=r"mtp\.session-lost"):
        session.ask(Operation.GET_STORAGE_IDS, (), deadline(pipe))
    assert not session.in_step


def test_a_session_that_was_used_is_not_opened_once_more_since_its_handles_would_be_others() -> None:
    session, pipe = opened(WHOLE, response(1), response(2, ResponseCode.SESSION_NOT_OPEN))
    session.ask(Operation.GET_STORAGE_IDS, (), deadline(pipe))
    with pytest.raises(LinkError, match=r"mtp\.session-lost"):
        session.order(Operation.DELETE_OBJECT, (7, 0), deadline(pipe))
    assert not session.in_step


def test_a_responder_that_wants_a_higher_number_gets_one() -> None:
    pipe = Script(response(0, ResponseCode.INVALID_TRANSACTION_ID), response(1))
    MtpSession(pipe, QUICK).open(deadline(pipe))
    assert [codec.unpack_header(w).transaction for w in pipe.written] == [0, 1]


def test_garbage_at_opening_is_cured_by_the_class_reset() -> None:
    pipe = Script(b"\x01" * 40, None, response(0))
    MtpSession(pipe, QUICK).open(deadline(pipe))
    assert ClassRequest.DEVICE_RESET in pipe.kinds
    assert "reset" not in pipe.kinds


def test_a_unit_that_needs_more_gets_a_port_reset_and_then_is_given_up() -> None:
    pipe = Script(*[b"\x01" * 40, None] * 3)
    with pytest.raises(LinkError, match=r"mtp\.no-session"):
        MtpSession(pipe, QUICK).open(deadline(pipe))
    assert [k for k in pipe.kinds if k in (ClassRequest.DEVICE_RESET, "reset")] == [ClassRequest.DEVICE_RESET, "reset"]


def test_silence_at_opening_ends_with_the_deadline() -> None:
    pipe = Script()
    with pytest.raises(OverBudget, match=r"mtp\.no-answer"):
        MtpSession(pipe, QUICK).open(deadline(pipe, 3.0))
    assert pipe.now <= 3.0 + QUICK.cancel_seconds


def test_a_cancel_follows_the_recipe_and_the_session_goes_on() -> None:
    token = CancelToken()
    rest = [b"y" * 512, b"z" * 100, None]
    session, pipe = opened(data(Operation.GET_OBJECT, 1, b"x" * 5000)[:1000], *rest, response(2))

    def take(piece: bytes) -> None:
        token.cancel()

    with pytest.raises(Cancelled):
        session.receive(Operation.GET_OBJECT, (9,), 5000, take, deadline(pipe, token=token))
    cancel = pipe.kinds.index(ClassRequest.CANCEL)
    assert pipe.done[cancel][2] == bytes.fromhex("0140 01000000")
    assert pipe.kinds[cancel:] == [ClassRequest.CANCEL, "read", "read", "read", ClassRequest.GET_DEVICE_STATUS, "event"]
    session.order(Operation.DELETE_OBJECT, (7, 0), deadline(pipe))


def test_halts_that_the_status_names_are_cleared() -> None:
    session, pipe = opened(b"\x01" * 40)
    pipe.status = b"\x08\x00\x01\x20\x81\x00\x00\x00"
    with pytest.raises(DataError):
        session.order(Operation.DELETE_OBJECT, (7, 0), deadline(pipe))
    assert ("clear", 0x81) in pipe.done


def test_a_unit_that_never_settles_is_reset_before_the_next_operation() -> None:
    session, pipe = opened(b"\x01" * 40, None, response(0), response(1))
    pipe.status = b""
    with pytest.raises(DataError):
        session.order(Operation.DELETE_OBJECT, (7, 0), deadline(pipe))
    assert not session.in_step
    session.order(Operation.DELETE_OBJECT, (7, 0), deadline(pipe))
    assert ClassRequest.DEVICE_RESET in pipe.kinds


@pytest.mark.parametrize(("answer", "code"), [
    (data(Operation.GET_OBJECT, 1, b"x" * 20), "mtp.wrong-size"),
    (data(Operation.GET_OBJECT, 1, b"x" * 5), "mtp.wrong-size"),
    (data(Operation.GET_OBJECT_INFO, 1, b"x" * 10), "mtp.out-of-step"),
    (b"\x40\x00\x00\x00\x03\x00\x01\x20\x01\x00\x00\x00" + bytes(52), "mtp.bad-container"),
    (b"\x05\x00\x00\x00" + bytes(20), "mtp.bad-container"),
    (b"\x20\x00\x00\x00\x09\x00" + bytes(26), "mtp.bad-container"),
])
def test_an_answer_that_cannot_be_is_refused(answer: bytes, code: str) -> None:
    session, pipe = opened(answer, response(1))
    with pytest.raises(DataError) as caught:
        session.receive(Operation.GET_OBJECT, (9,), 10, lambda piece: None, deadline(pipe))
    assert caught.value.code == code


def test_a_unit_that_has_gone_is_not_asked_anything_more() -> None:
    session, pipe = opened(LinkLost("mtp.unplugged"))
    for _ in range(2):
        with pytest.raises(LinkLost):
            session.order(Operation.DELETE_OBJECT, (7, 0), deadline(pipe))
    session.close()
    assert pipe.kinds == ["write", "read", "cut off", "close"]


def test_closing_says_goodbye_once() -> None:
    session, pipe = opened(response(1))
    session.close()
    session.close()
    assert [codec.unpack_header(w).code for w in pipe.written] == [Operation.CLOSE_SESSION]
    assert pipe.kinds[-1] == "close"


def test_a_halted_data_phase_is_cleared_and_its_response_read() -> None:
    session, pipe = opened(response(1, ResponseCode.STORE_FULL))

    def halt(written: bytes) -> None:
        if len(written) > 100:
            raise LinkError("mtp.stalled")

    pipe.on_write = halt
    with pytest.raises(Refused, match=r"mtp\.no-space"):
        session.send_once(Operation.SEND_OBJECT, (), bytes(1000), deadline(pipe))
    assert ("clear", None) in pipe.done
    assert session.in_step


def told(code: int) -> bytes:
    return codec.Event(code, 0xFFFF_FFFF, (0x10001,)).pack()


@pytest.mark.parametrize(("events", "news"), [
    ([], False), ([told(EventCode.STORE_ADDED)], True), ([told(EventCode.CANCEL_TRANSACTION)], False), ([told(0xC801)], False),
    ([b"no event at all"], False), ([b"short", told(EventCode.OBJECT_ADDED), told(EventCode.CANCEL_TRANSACTION)], True),
    ([told(EventCode.STORE_REMOVED), LinkError("mtp.stalled")], True), ([DataError("mtp.bad-container")], False),
])
def test_events_tell_of_a_change_and_whatever_else_lies_there_is_taken_with_them(events: list[bytes], news: bool) -> None:
    session, pipe = opened()
    pipe.events = list(events)
    assert session.news() is news
    assert pipe.events == []
    assert not session.news()


def test_a_unit_that_tells_without_end_is_listened_to_for_a_bounded_time() -> None:
    session, pipe = opened()
    pipe.events = [told(EventCode.OBJECT_ADDED)] * 10_000
    assert session.news()
    assert len(pipe.events) > 9_000


def test_a_unit_that_has_gone_is_no_silent_unit() -> None:
    session, pipe = opened()
    pipe.events = [LinkLost("mtp.unplugged")]
    with pytest.raises(LinkLost):
        session.news()
