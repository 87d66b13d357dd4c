"""The station's data folder on disk: files that runs make (harvested rows), outside the journal."""

from pathlib import Path

from station.model.errors import LinkError


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
