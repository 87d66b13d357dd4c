"""A unit's storage in memory, and a bus with that one unit."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from station.bench.ports import BusChange, Seen
from station.links.mtp.storage import (
    DeviceDescription,
    GetReceipt,
    Progress,
    PutReceipt,
    StorageDescription,
    StoredFile,
)
from station.model.errors import LinkLost, NotFound, Refused
from station.model.timing import Deadline


class MemoryStorage:
    """A unit with a root and Documents. `fail_at` cuts the next copies off after so many bytes; `shown` hides the storage."""

    def __init__(self, serial: str) -> None:
        self.files: dict[tuple[tuple[str, ...], str], bytes] = {}
        self.serial = serial
        self.closed = False
        self.shown = True
        self.fail_at: int | None = None

    def names(self, folder: tuple[str, ...]) -> list[str]:
        return sorted(n for f, n in self.files if f == folder)

    def describe(self, deadline: Deadline) -> DeviceDescription:
        return DeviceDescription("Microsoft", "HoloLens 2", "10.0.22621.0", self.serial, "HOLOLENS-1", 80)

    def storages(self, deadline: Deadline) -> tuple[StorageDescription, ...]:
        return (StorageDescription(65537, "Internal Storage", 64 << 30, 50 << 30),) if self.shown else ()

    def list(self, storage_id: int, folder: tuple[str, ...], deadline: Deadline) -> tuple[StoredFile, ...]:
        deadline.check()
        if folder not in ((), ("Documents",)):
            raise NotFound("mtp.no-such-folder")
        return tuple(StoredFile(n, len(d), False, None) for (f, n), d in self.files.items() if f == folder)

    def put(self, source: BinaryIO | Path, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline, *,
            replace: bool, progress: Progress | None = None) -> PutReceipt:
        deadline.check()
        data = source.read_bytes() if isinstance(source, Path) else source.read()
        if self.fail_at is not None:
            raise LinkLost("mtp.unplugged")
        if (folder, name) in self.files and not replace:
            raise Refused("mtp.name-taken", name)
        self.files[folder, name] = data
        if progress:
            progress(len(data), len(data))
        return PutReceipt(name, len(data), hashlib.sha256(data).hexdigest(), True)

    def get(self, storage_id: int, folder: tuple[str, ...], name: str, target: Path, deadline: Deadline,
            progress: Progress | None = None) -> GetReceipt:
        raise NotImplementedError

    def delete(self, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline) -> None:
        if self.files.pop((folder, name), None) is None:
            raise NotFound("mtp.no-such-file", name)

    def news(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True


class OneUnitBus:
    """A bus with one unit in slot 1."""

    serial = "123456789012"

    def __init__(self) -> None:
        self.storage = MemoryStorage(self.serial)

    def watch(self, changed: Callable[[BusChange], None]) -> None:
        changed(BusChange(Seen(1, "1-1", "unit-1", "normal", 0x045E, 0x0653, "HoloLens 2", "x"), True))

    def open(self, port: str, deadline: Deadline) -> MemoryStorage:
        return self.storage

    def expect_restart(self, unit: str, seconds: float) -> None:
        """It never leaves."""

    def slots(self) -> Sequence[int]:
        return (1,)

    def close(self) -> None:
        """Nothing is held."""
