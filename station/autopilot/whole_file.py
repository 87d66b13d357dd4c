"""Files that are there in full or not at all: written beside their place, flushed to disk, then renamed."""

import os
import tempfile
from pathlib import Path

from station.model.errors import ConfigurationError


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in place in one move; an older one of that name stays whole until then.

    Raises ConfigurationError `autopilot.csv-not-written`.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as e:
        raise ConfigurationError("autopilot.csv-not-written", f"{path.name}: {e.strerror or e}") from e
