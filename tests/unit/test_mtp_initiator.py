"""The storage over a scripted pipe: what depends on which session a handle came from."""

import io

import pytest

from station.links.mtp import codec
from station.links.mtp.codec import ObjectInfo, StorageInfo
from station.links.mtp.initiator import MtpStorage
from station.links.mtp.operations import Format, Operation
from station.links.mtp.session import MtpSession
from station.model.errors import DataError
from tests.unit.scripted_pipe import QUICK, Script, data, deadline, response

STORAGE = 0x10001
SENT, OTHERS_NOW, OURS_NOW = 5, 5, 9


def _entry(number: int, handle: int, name: str) -> tuple[bytes, bytes]:
    info = ObjectInfo(STORAGE, Format.UNDEFINED, 0, 3, 0, 0, name)
    return data(Operation.GET_OBJECT_INFO, number, info.pack()), response(number)


def _handles(number: int, *handles: int) -> tuple[bytes, bytes]:
    return data(Operation.GET_OBJECT_HANDLES, number, codec.pack_array(handles, 4)), response(number)


def test_a_remnant_is_looked_for_by_name_once_the_session_that_gave_its_handle_is_over() -> None:
    room = StorageInfo(3, 2, 0, 1 << 30, 1 << 30, 0, "Internal Storage", "")
    pipe = Script(
        response(0), *_handles(1),
        data(Operation.GET_STORAGE_INFO, 2, room.pack()), response(2),
        response(3, 0x2001, STORAGE, 0, SENT),
        b"\x01" * 40, None,                                           # nonsense for an answer to SendObject, then silence
        response(0), *_handles(1, OTHERS_NOW, OURS_NOW), *_entry(2, OTHERS_NOW, "precious.zip"), *_entry(3, OURS_NOW, "a.ppkg"),
        *_handles(4, OTHERS_NOW, OURS_NOW), *_entry(5, OTHERS_NOW, "precious.zip"), *_entry(6, OURS_NOW, "a.ppkg"),
        response(7))
    session = MtpSession(pipe, QUICK)
    session.open(deadline(pipe))
    pipe.status = b""                                                  # nor does it come back into step
    with pytest.raises(DataError):
        MtpStorage(session).put(io.BytesIO(b"abc"), STORAGE, (), "a.ppkg", deadline(pipe), replace=False)
    deletions = [codec.unpack_parameters(w[codec.HEADER_SIZE:])[0] for w in pipe.written
                 if len(w) >= codec.HEADER_SIZE and codec.unpack_header(w).code == Operation.DELETE_OBJECT]
    assert deletions == [OURS_NOW]
