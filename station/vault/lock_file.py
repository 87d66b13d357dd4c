"""A file that one program of this computer holds at a time; the system lets go of it however that program ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from station.model.timing import Deadline

TICK_S = 0.02


@contextmanager
def held(path: Path, deadline: Deadline, code: str, detail: str = "") -> Iterator[None]:
    """Hold the lock file, waiting for it as long as the deadline allows. The folder must exist.

    Raises OverBudget with this fault code, Cancelled, OSError where the file cannot be made.
    """
    with path.open("a+b") as stream:
        while not try_lock(stream):
            deadline.check(code, detail)
            deadline.token.wait(TICK_S)
        try:
            yield
        finally:
            _unlock(stream)


if sys.platform == "win32":
    import msvcrt

    def try_lock(stream: IO[bytes]) -> bool:
        """Hold an open file at once or not at all; it is let go with the stream."""
        stream.seek(0)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(stream: IO[bytes]) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def try_lock(stream: IO[bytes]) -> bool:
        """Hold an open file at once or not at all; it is let go with the stream."""
        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(stream: IO[bytes]) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
