"""`MtpStorage`: the storage of a unit through the station's own MTP initiator.

Upload rules of facts/device-io §2.5: list the folder, delete a file of the same name only with consent, send, verify the size
and read back; whatever could not be proved is deleted again.
"""

from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from station.links.mtp.codec import DeviceInfo, ObjectInfo, Reader, StorageInfo
from station.links.mtp.digest import Digest
from station.links.mtp.landing import landing
from station.links.mtp.operations import UNKNOWN_LENGTH, WHOLE_STORAGE_ROOT, DeviceProperty, Format, Operation
from station.links.mtp.session import MtpSession
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
    remove_unfinished,
    source_size,
)
from station.model.errors import DataError, HoloBenchError, LinkError, LinkLost, NotFound, OverBudget, Refused
from station.model.timing import Deadline

READ_BACK_LIMIT = 64 * 1024 * 1024
"""Files up to so many bytes are read back and their SHA-256 compared; larger ones are proved by their size alone."""

MOST_ENTRIES = 10_000
"""Entries of one folder that are believed."""

_CLEAN_UP_SECONDS = 20.0
_HIDDEN = frozenset({"mtp.locked", "mtp.refused"})
_MISSING = frozenset({"mtp.not-supported", "mtp.locked", "mtp.refused", "mtp.busy", "mtp.bad-dataset"})


class MtpStorage:
    """`DeviceStorage` over one MTP session. Belongs to the lane that first uses it."""

    def __init__(self, session: MtpSession, *, read_back_limit: int = READ_BACK_LIMIT) -> None:
        self._session = session
        self._lane = Lane()
        self._read_back_limit = read_back_limit
        self._closed = False

    def describe(self, deadline: Deadline) -> DeviceDescription:
        self._lane.enter()
        info = DeviceInfo.unpack(self._session.ask(Operation.GET_DEVICE_INFO, (), deadline))
        name = self._property(info, DeviceProperty.FRIENDLY_NAME, deadline)
        battery = self._property(info, DeviceProperty.BATTERY_LEVEL, deadline)
        percent = battery.u8() if battery else None
        return DeviceDescription(info.manufacturer, info.model, info.device_version, info.serial,
                                 name.string() if name else "", percent if percent is not None and percent <= 100 else None)

    def storages(self, deadline: Deadline) -> tuple[StorageDescription, ...]:
        self._lane.enter()
        try:
            ids = Reader(self._session.ask(Operation.GET_STORAGE_IDS, (), deadline)).array(4)
            found = []
            for id_ in ids[:64]:
                if id_ & 0xFFFF:
                    info = StorageInfo.unpack(self._session.ask(Operation.GET_STORAGE_INFO, (id_,), deadline))
                    found.append(StorageDescription(id_, info.description or info.volume, info.max_bytes, info.free_bytes))
        except OverBudget:
            raise
        except LinkError as error:
            if error.code in _HIDDEN:
                return ()
            raise
        return tuple(found)

    def list(self, storage_id: int, folder: tuple[str, ...], deadline: Deadline) -> tuple[StoredFile, ...]:
        self._lane.enter()
        entries = self._entries(storage_id, self._folder(storage_id, folder, deadline), deadline)
        return tuple(StoredFile(e.name, 0 if e.is_folder else e.size, e.is_folder, e.modified) for _, e in entries)

    def put(self, source: BinaryIO | Path, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline, *,
            replace: bool, progress: Progress | None = None) -> PutReceipt:
        self._lane.enter()
        size = source_size(source)
        if size > LARGEST_FILE:
            raise Refused("mtp.too-large", name)
        parent = self._folder(storage_id, folder, deadline)
        self._make_way(storage_id, parent, name, deadline, replace=replace)
        self._check_space(storage_id, size, name, deadline)
        if isinstance(source, Path):
            try:
                with source.open("rb") as stream:
                    return self._copy_in(stream, size, storage_id, folder, parent, name, deadline, progress)
            except OSError as error:
                raise LinkError("mtp.source-unreadable", f"{source.name}: {error.strerror}") from error
        return self._copy_in(source, size, storage_id, folder, parent, name, deadline, progress)

    def get(self, storage_id: int, folder: tuple[str, ...], name: str, target: Path, deadline: Deadline,
            progress: Progress | None = None) -> GetReceipt:
        self._lane.enter()
        handle, info = self._file(storage_id, folder, name, deadline)
        if info.size == UNKNOWN_LENGTH:
            raise Refused("mtp.too-large", name)
        with landing(target) as stream:
            digest = self._receive(handle, info.size, stream, deadline, progress)
        return GetReceipt(target, info.size, digest)

    def delete(self, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline) -> None:
        self._lane.enter()
        handle, _ = self._file(storage_id, folder, name, deadline)
        self._session.order(Operation.DELETE_OBJECT, (handle, 0), deadline)

    def news(self) -> bool:
        self._lane.enter()
        return self._session.news()

    def close(self) -> None:
        if not self._closed:
            self._lane.enter()
            self._closed = True
            self._session.close()

    # -- finding things

    def _property(self, info: DeviceInfo, wanted: DeviceProperty, deadline: Deadline) -> Reader | None:
        """A device property, None where the unit does not have it or will not tell now."""
        if wanted not in info.device_properties:
            return None
        try:
            data = self._session.ask(Operation.GET_DEVICE_PROP_VALUE, (wanted,), deadline)
        except (LinkLost, OverBudget):
            raise
        except (LinkError, DataError) as error:
            if error.code in _MISSING:
                return None
            raise
        return Reader(data) if data else None

    def _entries(self, storage_id: int, parent: int, deadline: Deadline) -> tuple[tuple[int, ObjectInfo], ...]:
        handles = Reader(self._session.ask(Operation.GET_OBJECT_HANDLES, (storage_id, 0, parent), deadline)).array(4)
        if len(handles) > MOST_ENTRIES:
            raise DataError("mtp.bad-dataset", f"{len(handles)} entries in one folder")
        found = []
        for handle in handles:
            with suppress(NotFound):     # deleted by the unit between the two questions
                found.append((handle, ObjectInfo.unpack(self._session.ask(Operation.GET_OBJECT_INFO, (handle,), deadline))))
        return tuple(found)

    def _folder(self, storage_id: int, folder: tuple[str, ...], deadline: Deadline) -> int:
        parent = WHOLE_STORAGE_ROOT
        for name in folder:
            entry = self._entry(storage_id, parent, name, deadline)
            if entry is None or not entry[1].is_folder:
                raise NotFound("mtp.no-such-folder", "/".join(folder))
            parent = entry[0]
        return parent

    def _entry(self, storage_id: int, parent: int, name: str, deadline: Deadline) -> tuple[int, ObjectInfo] | None:
        """An entry by name; Windows' file systems do not tell upper from lower case."""
        wanted = name.casefold()
        return next((e for e in self._entries(storage_id, parent, deadline) if e[1].name.casefold() == wanted), None)

    def _file(self, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline) -> tuple[int, ObjectInfo]:
        entry = self._entry(storage_id, self._folder(storage_id, folder, deadline), name, deadline)
        if entry is None:
            raise NotFound("mtp.no-such-file", name)
        if entry[1].is_folder:
            raise Refused("mtp.is-folder", name)
        return entry

    # -- copying

    def _make_way(self, storage_id: int, parent: int, name: str, deadline: Deadline, *, replace: bool) -> None:
        entry = self._entry(storage_id, parent, name, deadline)
        if entry is None:
            return
        if entry[1].is_folder:
            raise Refused("mtp.is-folder", name)
        if not replace:
            raise Refused("mtp.name-taken", name)
        self._session.order(Operation.DELETE_OBJECT, (entry[0], 0), deadline)

    def _check_space(self, storage_id: int, size: int, name: str, deadline: Deadline) -> None:
        info = StorageInfo.unpack(self._session.ask(Operation.GET_STORAGE_INFO, (storage_id,), deadline))
        if size > info.free_bytes:
            raise Refused("mtp.no-space", f"{name}: {size} bytes, {info.free_bytes} free")

    def _copy_in(self, stream: BinaryIO, size: int, storage_id: int, folder: tuple[str, ...], parent: int, name: str,
                 deadline: Deadline, progress: Progress | None) -> PutReceipt:
        unfinished = UnfinishedCopy(storage_id, folder, name, size)
        handle = 0
        try:
            handle = self._announce(storage_id, parent, name, size, deadline)
            digest = self._send(stream, size, deadline, progress)
            read_back = self._prove(handle, name, size, digest, deadline)
        except LinkLost as error:
            error.values["unfinished"] = unfinished
            raise
        except BaseException as error:
            if handle and not self._removed(handle, unfinished, deadline) and isinstance(error, HoloBenchError):
                error.values["unfinished"] = unfinished
            raise
        return PutReceipt(name, size, digest, read_back)

    def _announce(self, storage_id: int, parent: int, name: str, size: int, deadline: Deadline) -> int:
        info = ObjectInfo(0, Format.UNDEFINED, 0, size, 0, 0, name)
        answer = self._session.send_once(Operation.SEND_OBJECT_INFO, (storage_id, parent), info.pack(), deadline)
        if len(answer) < 3:
            raise DataError("mtp.bad-container", "no handle for the new file")
        return answer[2]

    def _send(self, stream: BinaryIO, size: int, deadline: Deadline, progress: Progress | None) -> str:
        done = 0

        def next_bytes(most: int) -> bytes:
            nonlocal done
            piece = stream.read(most)
            digest.add(piece)
            done += len(piece)
            deadline.check("mtp.no-answer", "the copy takes longer than its budget")
            if progress:
                progress(done, size)
            return piece

        with Digest() as digest:
            self._session.send(Operation.SEND_OBJECT, (), size, next_bytes, deadline)
        return digest.hexdigest()

    def _prove(self, handle: int, name: str, size: int, digest: str, deadline: Deadline) -> bool:
        info = ObjectInfo.unpack(self._session.ask(Operation.GET_OBJECT_INFO, (handle,), deadline))
        if info.size != size:
            raise DataError("mtp.read-back-differs", f"{name}: {info.size} bytes on the unit, {size} sent")
        if size > self._read_back_limit:
            return False
        if self._receive(handle, size, None, deadline, None) != digest:
            raise DataError("mtp.read-back-differs", f"{name}: SHA-256 differs")
        return True

    def _removed(self, handle: int, copy: UnfinishedCopy, deadline: Deadline) -> bool:
        """Delete what could not be proved, with an allowance of its own. False if the unit did not let us.

        By its handle only in the session that gave it: the next one may have given the number to another file.
        """
        allowance = deadline.afresh(_CLEAN_UP_SECONDS)
        try:
            if self._session.in_step:
                self._session.order(Operation.DELETE_OBJECT, (handle, 0), allowance)
            else:
                remove_unfinished(self, copy, allowance)
        except NotFound:
            return True
        except HoloBenchError:
            return False
        return True

    def _receive(self, handle: int, size: int, stream: BinaryIO | None, deadline: Deadline, progress: Progress | None) -> str:
        done = 0

        def take(piece: bytes) -> None:
            nonlocal done
            digest.add(piece)
            if stream is not None:
                stream.write(piece)
            done += len(piece)
            if progress:
                progress(done, size)

        with Digest() as digest:
            self._session.receive(Operation.GET_OBJECT, (handle,), size, take, deadline)
        return digest.hexdigest()
