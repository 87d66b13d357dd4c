"""Copying a large file inside the kernel while two threads hash it: on Linux, between files of one file system.

The hashes read the source themselves, so nothing is handed from thread to thread; that the source did not change meanwhile
is checked.
"""

import errno
import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from station.model.errors import Cancelled, UsageError
from station.model.timing import CancelToken

_STEP = 8 << 20
_BUFFER = 256 << 10
_REFUSALS = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF})

Hashes = tuple[bytes, bytes, int]
"""SHA-1, SHA-256, bytes."""


def possible() -> bool:
    """Whether this system has the call."""
    return hasattr(os, "copy_file_range") and hasattr(os, "preadv")


def copy_hashed(source: int, target: int, at: int, token: CancelToken | None,
                progress: Callable[[int], None] | None) -> Hashes | None:
    """Copy a whole file behind offset `at` of the target; both are descriptors. None where the file system will not,
    nothing is copied then.

    Raises UsageError `package.file-changed`, Cancelled, OSError.
    """
    before = os.fstat(source)
    stop = threading.Event()
    with ThreadPoolExecutor(2, "hash") as pool:
        hashing = [pool.submit(_digest, name, source, before.st_size, stop) for name in ("sha1", "sha256")]
        try:
            copied = _copy(source, target, at, before.st_size, token, progress)
        except BaseException:
            stop.set()
            raise
        if not copied:
            stop.set()
            return None
        sha1, sha256 = (future.result() for future in hashing)
    after = os.fstat(source)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UsageError("package.file-changed")
    return sha1, sha256, before.st_size


def _copy(source: int, target: int, at: int, size: int, token: CancelToken | None,
          progress: Callable[[int], None] | None) -> bool:
    done = 0
    while done < size:
        if token is not None and token.cancelled:
            raise Cancelled
        try:
            count = os.copy_file_range(source, target, min(_STEP, size - done), done, at + done)
        except OSError as e:
            if done == 0 and e.errno in _REFUSALS:
                return False
            raise
        if count == 0:
            raise UsageError("package.file-changed")
        done += count
        if progress is not None:
            progress(done)
    return True


def _digest(name: str, source: int, size: int, stop: threading.Event) -> bytes:
    digest = hashlib.new(name, usedforsecurity=False)
    buffer = bytearray(_BUFFER)
    view = memoryview(buffer)
    done = 0
    while done < size and not stop.is_set():
        count = os.preadv(source, [buffer], done)
        if count == 0:
            break
        digest.update(view[:count])
        done += count
    return digest.digest()
