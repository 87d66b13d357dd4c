"""`WpdStorage`: the storage of a unit through Windows Portable Devices, with the rules of the station's own initiator.

Source: facts/device-io §3.2 (call sequence), §2.5 (upload safety). Not yet confirmed on a headset: see docs/windows-check.md.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from station.links.mtp.digest import Digest
from station.links.mtp.initiator import MOST_ENTRIES, READ_BACK_LIMIT
from station.links.mtp.landing import landing
from station.links.mtp.storage import (
    LARGEST_FILE,
    DeviceDescription,
    GetReceipt,
    Lane,
    Progress,
    PutReceipt,
    StorageDescription,
    StoredFile,
    UnfinishedCopy,
    source_size,
)
from station.links.mtp.wpd import types as t
from station.links.mtp.wpd.com import Com, ComError
from station.links.mtp.wpd.device import Value, WpdDevice, WpdStream
from station.links.mtp.wpd.refusals import explain
from station.model.errors import DataError, LinkError, LinkLost, NotFound, Refused
from station.model.timing import Deadline

_DEVICE_KEYS = (t.DEVICE_MAKER, t.DEVICE_MODEL, t.DEVICE_FIRMWARE, t.DEVICE_SERIAL, t.DEVICE_NAME, t.DEVICE_POWER)
_STORAGE_KEYS = (t.OBJECT_TYPE, t.FUNCTIONAL_CATEGORY, t.OBJECT_NAME, t.STORAGE_CAPACITY, t.STORAGE_FREE)
_FILE_KEYS = (t.OBJECT_FILE_NAME, t.OBJECT_NAME, t.OBJECT_TYPE, t.OBJECT_SIZE, t.OBJECT_MODIFIED)
_STORAGE_ID = re.compile(r"^s([0-9a-fA-F]{1,8})$")
_WATCH_PAUSE = 0.1


class WpdStorage:
    """`DeviceStorage` over one opened portable device. COM objects live in the lane that first uses it."""

    def __init__(self, com: Com, pnp_id: str, *, read_back_limit: int = READ_BACK_LIMIT) -> None:
        self._com = com
        self._pnp_id = pnp_id
        self._read_back_limit = read_back_limit
        self._lane = Lane()
        self._device: WpdDevice | None = None
        self._storages: dict[int, str] = {}
        self._closed = False

    def describe(self, deadline: Deadline) -> DeviceDescription:
        with self._guarded(deadline) as device:
            said = device.values(t.DEVICE_OBJECT, _DEVICE_KEYS)
        battery = said[t.DEVICE_POWER]
        return DeviceDescription(
            _text(said[t.DEVICE_MAKER]), _text(said[t.DEVICE_MODEL]), _text(said[t.DEVICE_FIRMWARE]),
            _text(said[t.DEVICE_SERIAL]), _text(said[t.DEVICE_NAME]),
            battery if isinstance(battery, int) and battery <= 100 else None)

    def storages(self, deadline: Deadline) -> tuple[StorageDescription, ...]:
        with self._guarded(deadline) as device:
            found = []
            self._storages = {}
            for number, object_id in enumerate(device.children(t.DEVICE_OBJECT), 1):
                said = device.values(object_id, _STORAGE_KEYS)
                if said[t.OBJECT_TYPE] == t.TYPE_FUNCTIONAL and said[t.FUNCTIONAL_CATEGORY] == t.CATEGORY_STORAGE:
                    match = _STORAGE_ID.match(object_id)
                    id_ = int(match[1], 16) if match else number
                    self._storages[id_] = object_id
                    found.append(StorageDescription(id_, _text(said[t.OBJECT_NAME]), _number(said[t.STORAGE_CAPACITY]),
                                                    _number(said[t.STORAGE_FREE])))
            return tuple(found)

    def list(self, storage_id: int, folder: tuple[str, ...], deadline: Deadline) -> tuple[StoredFile, ...]:
        parent = self._folder(storage_id, folder, deadline)
        with self._guarded(deadline) as device:
            return tuple(entry for _, entry in _entries(device, parent))

    def put(self, source: BinaryIO | Path, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline, *,
            replace: bool, progress: Progress | None = None) -> PutReceipt:
        size = source_size(source)
        if size > LARGEST_FILE:
            raise Refused("mtp.too-large", name)
        parent = self._folder(storage_id, folder, deadline)
        self._make_way(parent, name, deadline, replace=replace)
        unfinished = UnfinishedCopy(storage_id, folder, name, size)
        try:
            with self._guarded(deadline) as device:
                if isinstance(source, Path):
                    with source.open("rb") as stream:
                        return self._copy_in(device, stream, size, parent, name, deadline, progress)
                return self._copy_in(device, source, size, parent, name, deadline, progress)
        except LinkLost as error:
            error.values["unfinished"] = unfinished
            raise
        except OSError as error:
            raise LinkError("mtp.source-unreadable", f"{name}: {error.strerror}") from error

    def get(self, storage_id: int, folder: tuple[str, ...], name: str, target: Path, deadline: Deadline,
            progress: Progress | None = None) -> GetReceipt:
        parent = self._folder(storage_id, folder, deadline)
        with landing(target) as stream, self._guarded(deadline) as device:
            object_id, entry = _file(device, parent, name)
            digest = _receive(device, object_id, entry.size, stream.write, deadline, progress)
        return GetReceipt(target, entry.size, digest)

    def delete(self, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline) -> None:
        parent = self._folder(storage_id, folder, deadline)
        with self._guarded(deadline) as device:
            device.delete(_file(device, parent, name)[0])

    def news(self) -> bool:
        return False        # WPD tells events to a callback of another COM apartment; a Windows bench finds out by reading

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            if self._device is not None:
                self._lane.enter()
                self._device.close()

    # -- the device

    @contextmanager
    def _guarded(self, deadline: Deadline) -> Iterator[WpdDevice]:
        """The device, opened when first needed; a call that outlasts the deadline is cancelled from a thread beside it."""
        self._lane.enter()
        if self._closed:
            raise LinkLost("mtp.unplugged", "this storage was closed")
        deadline.check("mtp.no-answer")
        try:
            if self._device is None:
                self._device = WpdDevice(self._com, self._pnp_id)
            with _watched(self._device.cancel, deadline):
                yield self._device
        except ComError as error:
            deadline.check("mtp.no-answer", str(error))
            raise explain(error) from error

    # -- finding

    def _folder(self, storage_id: int, folder: tuple[str, ...], deadline: Deadline) -> str:
        if storage_id not in self._storages:
            self.storages(deadline)
        parent = self._storages.get(storage_id)
        if parent is None:
            raise LinkError("mtp.locked", f"storage {storage_id:#x} is not shown") if not self._storages else \
                NotFound("mtp.no-such-storage", f"{storage_id:#x}")
        with self._guarded(deadline) as device:
            for name in folder:
                entry = _find(device, parent, name)
                if entry is None or not entry[1].is_folder:
                    raise NotFound("mtp.no-such-folder", "/".join(folder))
                parent = entry[0]
        return parent

    def _make_way(self, parent: str, name: str, deadline: Deadline, *, replace: bool) -> None:
        with self._guarded(deadline) as device:
            entry = _find(device, parent, name)
            if entry is None:
                return
            if entry[1].is_folder:
                raise Refused("mtp.is-folder", name)
            if not replace:
                raise Refused("mtp.name-taken", name)
            device.delete(entry[0])

    # -- copying

    def _copy_in(self, device: WpdDevice, source: BinaryIO, size: int, parent: str, name: str, deadline: Deadline,
                 progress: Progress | None) -> PutReceipt:
        stream = device.create(parent, name, size)
        object_id = ""
        try:
            try:
                digest = _send(stream, source, size, deadline, progress)
                object_id = stream.commit()
            except BaseException:
                with suppress(ComError):
                    stream.revert()
                raise
            finally:
                stream.close()
            return PutReceipt(name, size, digest, self._prove(device, object_id, parent, name, size, digest, deadline))
        except LinkLost:
            raise
        except BaseException:
            with suppress(ComError):
                left = object_id or (_find(device, parent, name) or ("",))[0]
                if left:
                    device.delete(left)
            raise

    def _prove(self, device: WpdDevice, object_id: str, parent: str, name: str, size: int, digest: str,
               deadline: Deadline) -> bool:
        object_id = object_id or _file(device, parent, name)[0]
        there = _number(device.values(object_id, (t.OBJECT_SIZE,))[t.OBJECT_SIZE])
        if there != size:
            raise DataError("mtp.read-back-differs", f"{name}: {there} bytes on the unit, {size} sent")
        if size > self._read_back_limit:
            return False
        if _receive(device, object_id, size, lambda piece: len(piece), deadline, None) != digest:
            raise DataError("mtp.read-back-differs", f"{name}: SHA-256 differs")
        return True


@contextmanager
def _watched(cancel: Callable[[], None], deadline: Deadline) -> Iterator[None]:
    """Cancel what happens inside when the deadline passes or its token is set."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(min(_WATCH_PAUSE, max(0.001, deadline.remaining()))):
            if deadline.remaining() <= 0 or deadline.token.cancelled:
                with suppress(ComError):
                    cancel()
                return

    thread = threading.Thread(target=watch, name="wpd-deadline", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _entries(device: WpdDevice, parent: str) -> Iterator[tuple[str, StoredFile]]:
    for number, object_id in enumerate(device.children(parent)):
        if number >= MOST_ENTRIES:
            raise DataError("mtp.bad-dataset", f"more than {MOST_ENTRIES} entries in one folder")
        said = device.values(object_id, _FILE_KEYS)
        folder = said[t.OBJECT_TYPE] in (t.TYPE_FOLDER, t.TYPE_FUNCTIONAL)
        modified = said[t.OBJECT_MODIFIED]
        yield object_id, StoredFile(_text(said[t.OBJECT_FILE_NAME]) or _text(said[t.OBJECT_NAME]),
                                    0 if folder else _number(said[t.OBJECT_SIZE]), folder,
                                    t.time_of(modified) if isinstance(modified, float) else None)


def _find(device: WpdDevice, parent: str, name: str) -> tuple[str, StoredFile] | None:
    wanted = name.casefold()
    return next((e for e in _entries(device, parent) if e[1].name.casefold() == wanted), None)


def _file(device: WpdDevice, parent: str, name: str) -> tuple[str, StoredFile]:
    entry = _find(device, parent, name)
    if entry is None:
        raise NotFound("mtp.no-such-file", name)
    if entry[1].is_folder:
        raise Refused("mtp.is-folder", name)
    return entry


def _send(stream: WpdStream, source: BinaryIO, size: int, deadline: Deadline, progress: Progress | None) -> str:
    done = 0
    with Digest() as digest:
        while done < size:
            deadline.check("mtp.no-answer", "the copy takes longer than its budget")
            piece = source.read(min(stream.block, size - done))
            if not piece:
                raise LinkError("mtp.source-unreadable", "the file became shorter while it was being copied")
            digest.add(piece)
            stream.write(piece)
            done += len(piece)
            if progress:
                progress(done, size)
    return digest.hexdigest()


def _receive(device: WpdDevice, object_id: str, size: int, take: Callable[[bytes], object], deadline: Deadline,
             progress: Progress | None) -> str:
    done = 0
    stream = device.read(object_id)
    try:
        with Digest() as digest:
            while piece := stream.read(stream.block):
                deadline.check("mtp.no-answer", "the copy takes longer than its budget")
                done += len(piece)
                if done > size:
                    break
                digest.add(piece)
                take(piece)
                if progress:
                    progress(done, size)
    finally:
        stream.close()
    if done != size:
        raise DataError("mtp.wrong-size", f"{done} bytes, {size} expected")
    return digest.hexdigest()


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0
