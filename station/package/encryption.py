"""Encrypted packages: recognised, and opened with their password. This program never makes one: on HoloLens they fail.

Source: facts/packages §1.7 (read from public listings, not confirmed with a package encrypted by ICD, so `verified` is
false in the
fault catalogue): IV (16) + AES-128-CBC of the container, zero-padded to a multiple of 160 + HMAC-SHA256 of the ciphertext.
The key of
both is the password, at most 16 ASCII characters, padded with zeros.
"""

import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from station.model.errors import DataError, UsageError
from station.package.wim_format import MAGIC

_IV, _MAC, _UNIT, _KEY = 16, 32, 160, 16
_PIECE = 1 << 20


def looks_encrypted(stream: BinaryIO) -> bool:
    """Whether a file has the shape of an encrypted package: no container magic, and a length that only encryption gives."""
    size = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(len(MAGIC))
    stream.seek(0)
    return head != MAGIC and size >= _IV + _UNIT + _MAC and (size - _IV - _MAC) % _UNIT == 0


def decrypt(stream: BinaryIO, password: str) -> BinaryIO:
    """The container inside, as an unnamed temporary file that is gone when it is closed.

    Raises DataError `package.wrong-password`, UsageError `package.bad-password`.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, hmac
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if not password.isascii() or not 1 <= len(password) <= _KEY:
        raise UsageError("package.bad-password", "1 to 16 ASCII characters")
    key = password.encode("ascii").ljust(_KEY, b"\0")
    size = stream.seek(0, 2)
    length = size - _IV - _MAC
    mac = hmac.HMAC(key, hashes.SHA256())
    for piece in _pieces(stream, _IV, length):
        mac.update(piece)
    try:
        mac.verify(stream.read(_MAC))
    except InvalidSignature as e:
        raise DataError("package.wrong-password", "the checksum does not match") from e
    stream.seek(0)
    decryptor = Cipher(algorithms.AES128(key), modes.CBC(stream.read(_IV))).decryptor()
    plain = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, who closes it
    for piece in _pieces(stream, _IV, length):
        plain.write(decryptor.update(piece))
    plain.write(decryptor.finalize())
    plain.seek(0)
    return plain


def _pieces(stream: BinaryIO, offset: int, length: int) -> Iterator[bytes]:
    stream.seek(offset)
    while length:
        piece = stream.read(min(length, _PIECE))
        if not piece:
            raise DataError("package.damaged", "the file ends early")
        length -= len(piece)
        yield piece
