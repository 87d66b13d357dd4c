"""The digest beside a copy."""

import hashlib
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.links.mtp.digest import Digest


@given(st.lists(st.binary(max_size=50)))
def test_it_is_the_sha_256_of_all_pieces_in_their_order(pieces: list[bytes]) -> None:
    with Digest() as digest:
        for piece in pieces:
            digest.add(piece)
    assert digest.hexdigest() == hashlib.sha256(b"".join(pieces)).hexdigest()


def _broken_off(pieces: int) -> None:
    with Digest() as digest:
        for _ in range(pieces):
            digest.add(bytes(10_000))
        raise RuntimeError("unplugged")


def test_its_thread_ends_with_a_copy_that_breaks_off() -> None:
    with pytest.raises(RuntimeError, match="unplugged"):
        _broken_off(100)
    assert "sha256" not in {t.name for t in threading.enumerate()}
