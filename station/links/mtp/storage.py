"""What every way to a unit's storage offers: the values and the `DeviceStorage` Protocol.

Implementations: `station.links.mtp.initiator.MtpStorage` (own MTP initiator over libusb) and
`station.links.mtp.wpd.storage.WpdStorage` (Windows Portable Devices). All calls block, take one `Deadline` that covers the whole
call, raise only the error family of `station.model.errors`, and must come from the one thread (lane) that opened the storage.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from station.model.errors import LinkError
from station.model.timing import Deadline

Progress = Callable[[int, int], None]
"""Told (bytes done, bytes in all) about every 256 KiB; in all is 0 where it is not known."""

ROOT: tuple[str, ...] = ()
"""The root folder of a storage."""

LARGEST_FILE = 0xFFFF_FFFE - 12
"""Bytes that fit one MTP data container; facts/device-io §2.2: files over 4 GB are refused."""


@dataclass(frozen=True, slots=True)
class DeviceDescription:
    """What the unit says about itself at device level, readable even where no storage is shown.

    `version` is the firmware as told (HoloLens: `10.0.19041.0`, major build only; facts/enrolment §4.1). `serial` is the MTP
    serial, which need not be the label's (facts/device-io §5). `battery_percent` is None where the unit does not tell.
    """

    manufacturer: str
    model: str
    version: str
    serial: str
    friendly_name: str
    battery_percent: int | None


@dataclass(frozen=True, slots=True)
class StorageDescription:
    """One storage; sizes in bytes."""

    id: int
    description: str
    max_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One entry of a folder. `size` in bytes (0 for folders); `modified` is None where the unit tells no readable time."""

    name: str
    size: int
    is_folder: bool
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class PutReceipt:
    """Proof of a copy to the unit. `read_back` tells whether the bytes were read back and their SHA-256 compared."""

    name: str
    size: int
    sha256: str
    read_back: bool


@dataclass(frozen=True, slots=True)
class GetReceipt:
    """Proof of a copy from the unit: where it lies, its size in bytes and SHA-256."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class UnfinishedCopy:
    """A copy to the unit that was cut off before its proof; carried as `unfinished` in the values of the error raised."""

    storage_id: int
    folder: tuple[str, ...]
    name: str
    size: int


class DeviceStorage(Protocol):
    """The storage of one opened unit."""

    def describe(self, deadline: Deadline) -> DeviceDescription:
        """What the unit says about itself. Raises LinkError, LinkLost, OverBudget, DataError."""

    def storages(self, deadline: Deadline) -> tuple[StorageDescription, ...]:
        """The storages now shown; () is a state (locked, nobody signed in, wrong page), not an error."""

    def list(self, storage_id: int, folder: tuple[str, ...], deadline: Deadline) -> tuple[StoredFile, ...]:
        """Entries of a folder, in the unit's order. Raises NotFound `mtp.no-such-folder`, LinkError `mtp.locked`."""

    def put(self, source: BinaryIO | Path, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline, *,
            replace: bool, progress: Progress | None = None) -> PutReceipt:
        """Copy to the unit and prove it; an object that could not be proved is removed again.

        Raises Refused `mtp.name-taken` (and `replace` was not given), `mtp.no-space`, `mtp.too-large`;
        DataError `mtp.read-back-differs`; LinkLost with `values["unfinished"]` where the unit went away half-way.
        """

    def get(self, storage_id: int, folder: tuple[str, ...], name: str, target: Path, deadline: Deadline,
            progress: Progress | None = None) -> GetReceipt:
        """Copy from the unit into a temporary file beside `target`, then rename. Raises NotFound `mtp.no-such-file`."""

    def delete(self, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline) -> None:
        """Delete one file. Raises NotFound `mtp.no-such-file`, Refused `mtp.is-folder`."""

    def news(self) -> bool:
        """Whether the unit has told, since the last question, that something on it changed. Takes about a tenth of a second.

        A hint and no fact: not every unit tells, and what changed is found by reading. Raises LinkLost.
        """

    def close(self) -> None:
        """Give the unit back. Never raises; a second call does nothing."""


def remove_unfinished(storage: DeviceStorage, copy: UnfinishedCopy, deadline: Deadline, *, whole: bool = True) -> bool:
    """Delete what an interrupted copy left behind. True if something was deleted.

    Not `whole`: one of the full size is left alone, since a later copy may have taken its place.
    """
    entries = storage.list(copy.storage_id, copy.folder, deadline)
    for entry in entries:
        named = not entry.is_folder and entry.name.casefold() == copy.name.casefold()
        if named and (whole or entry.size != copy.size):
            storage.delete(copy.storage_id, copy.folder, entry.name, deadline)
            return True
    return False


class Lane:
    """Asserts that one thread owns a handle: the one that first uses it."""

    def __init__(self) -> None:
        self._owner: int | None = None

    def enter(self) -> None:
        """Note or check the owner; another thread is a bug of the caller and raises RuntimeError."""
        current = threading.get_ident()
        if self._owner is None:
            self._owner = current
        elif self._owner != current:
            raise RuntimeError("this storage belongs to the lane (thread) that opened it")


def source_size(source: BinaryIO | Path) -> int:
    """Bytes from the current position of `source` to its end. Raises LinkError `mtp.source-unreadable`."""
    try:
        if isinstance(source, Path):
            return source.stat().st_size
        here = source.tell()
        end = source.seek(0, 2)
        source.seek(here)
    except (OSError, ValueError) as error:
        raise LinkError("mtp.source-unreadable", str(error)) from error
    return end - here
