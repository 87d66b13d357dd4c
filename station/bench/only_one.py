"""Only one program at a time works as a station: two windows on one record would both take up the same runs.

The lock is the system's on an open file, so it falls with the program, however that ends.
"""

import os
import sys
from pathlib import Path
from typing import BinaryIO

from station.model.errors import LinkError, Refused


class OnlyOne:
    """Held from the making until `close`. Raises Refused `bench.open-elsewhere`, LinkError `bench.no-files`."""

    def __init__(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._held = file.open("ab")
        except OSError as e:
            raise LinkError("bench.no-files", f"{file}: {e.strerror}") from e
        try:
            _lock(self._held)
        except OSError as e:
            self._held.close()
            raise Refused("bench.open-elsewhere", str(file)) from e

    def close(self) -> None:
        """Let another program in."""
        self._held.close()


def _lock(file: BinaryIO) -> None:
    """Raises OSError where another program holds it."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(0, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
