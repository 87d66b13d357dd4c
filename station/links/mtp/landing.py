"""A file that comes from a unit lands whole or not at all, whichever link brought it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from station.model.errors import LinkError


@contextmanager
def landing(target: Path) -> Iterator[BinaryIO]:
    """A stream beside `target` that takes its place once everything is written and on disk; else nothing is left.

    Raises LinkError `mtp.target-unwritable`.
    """
    partial = target.with_name(f"{target.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        with partial.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, target)
    except OSError as error:
        raise LinkError("mtp.target-unwritable", f"{target.name}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
