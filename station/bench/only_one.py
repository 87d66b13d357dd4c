"""Only one program at a time works as a station: two windows on one record would both take up the same runs.

The lock falls with the program, however that ends.
"""

from pathlib import Path

from station.model.errors import LinkError, Refused
from station.vault.lock_file import try_lock


class OnlyOne:
    """Held from the making until `close`. Raises Refused `bench.open-elsewhere`, LinkError `bench.no-files`."""

    def __init__(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._held = file.open("a+b")
        except OSError as e:
            raise LinkError("bench.no-files", f"{file}: {e.strerror}") from e
        if not try_lock(self._held):
            self._held.close()
            raise Refused("bench.open-elsewhere", str(file))

    def close(self) -> None:
        """Let another program in."""
        self._held.close()
