"""What the practice tenant's server takes for a request: a station that dies while it speaks has not asked for anything."""

import io

import pytest

from station.practice.tenant.server import read_request

WHOLE = b"POST /v1.0/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7\r\n\r\n{\"a\":1}"


def test_a_whole_request_is_read_with_its_body():
    request = read_request(io.BytesIO(WHOLE))

    assert request is not None
    assert request.body == b'{"a":1}'


@pytest.mark.parametrize("length", range(len(WHOLE.partition(b"\r\n")[0]) + 2, len(WHOLE)))
def test_half_a_request_is_no_request(length):
    assert read_request(io.BytesIO(WHOLE[:length])) is None
