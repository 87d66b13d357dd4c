"""The station's data folder on disk: files that runs make (harvested rows), outside the journal."""

import shutil
from pathlib import Path

from station.model.errors import LinkError

COPIES = "copies"
"""Copies of a headset's archives while they are read. They hold hardware hashes: they lie nowhere else, and never for long."""


class DataFolder:
    """Folders are made on first use, for this account only."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, name: str) -> Path:
        """Full path of a folder of the data folder. Raises LinkError `bench.no-files`."""
        full = self._root / name
        try:
            full.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as e:
            raise LinkError("bench.no-files", f"{full}: {e.strerror}") from e
        return full

    def without_leavings(self) -> "DataFolder":
        """Itself, rid of the copies that a station which was killed had at hand: only where no other has the folder open."""
        shutil.rmtree(self._root / COPIES, ignore_errors=True)
        return self
