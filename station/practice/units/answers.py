"""What a virtual unit answers to each MTP operation: functions from unit and parameters to a reply, and their table.

Source: facts/device-io §2.2, §2.3; §2.7 for what a locked unit hides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from station.links.mtp import codec
from station.links.mtp.codec import ObjectInfo
from station.links.mtp.operations import UNKNOWN_LENGTH, WHOLE_STORAGE_ROOT, Format, Operation, ResponseCode
from station.model.errors import DataError
from station.practice.units.drive import STORAGE_ID, StoredObject
from station.practice.units.face import UnitFace

ANY_STORAGE = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Reply:
    """Response code, response parameters, and the data before it (None: no data phase)."""

    code: int = ResponseCode.OK
    parameters: tuple[int, ...] = ()
    data: bytes | bytearray | None = None


Answer = Callable[[UnitFace, tuple[int, ...]], Reply]


def _hidden(face: UnitFace, storage: int) -> Reply | None:
    """How storage questions are refused now; None if they are not. A locked unit answers by a bare response."""
    if face.quirk("response-in-place-of-data"):
        return Reply(ResponseCode.GENERAL_ERROR)
    if not face.storage_shown():
        return Reply(ResponseCode.STORE_NOT_AVAILABLE)
    return None if storage in (STORAGE_ID, ANY_STORAGE) else Reply(ResponseCode.INVALID_STORAGE_ID)


def _device_info(face: UnitFace, parameters: tuple[int, ...]) -> Reply:
    return Reply(data=face.device_info().pack())


def _property(face: UnitFace, parameters: tuple[int, ...]) -> Reply:
    value = face.device_property(parameters[0])
    return Reply(ResponseCode.DEVICE_PROP_NOT_SUPPORTED) if value is None else Reply(data=value)


def _storage_ids(face: UnitFace, parameters: tuple[int, ...]) -> Reply:
    if face.quirk("response-in-place-of-data"):
        return Reply(ResponseCode.GENERAL_ERROR)
    return Reply(data=codec.pack_array((STORAGE_ID,) if face.storage_shown() else (), 4))


def _storage_info(face: UnitFace, parameters: tuple[int, ...]) -> Reply:
    drive = face.drive
    info = codec.StorageInfo(3, 2, 1 if drive.read_only else 0, drive.capacity, drive.free, 0, "Internal Storage",
                             f"MTP Volume - {STORAGE_ID}")
    return _hidden(face, parameters[0]) or Reply(data=info.pack())


def _listed(face: UnitFace, parent: int) -> tuple[int, ...] | None:
    """Handles in a folder; parent 0 means every object, all ones the root."""
    if parent == 0:
        return tuple(o.handle for o in face.drive.everything())
    if parent == WHOLE_STORAGE_ROOT:
        return tuple(o.handle for o in face.drive.children(0))
    found = face.drive.get(parent)
    return tuple(o.handle for o in face.drive.children(parent)) if found and found.is_folder else None


def _handles(face: UnitFace, parameters: tuple[int, ...]) -> Reply:
    handles = _listed(face, parameters[2])
    found = Reply(ResponseCode.INVALID_PARENT_OBJECT) if handles is None else Reply(data=codec.pack_array(handles, 4))
    return _hidden(face, parameters[0]) or found


def _count(face: UnitFace, parameters: tuple[int, ...]) -> Reply:
    handles = _listed(face, parameters[2])
    found = Reply(ResponseCode.INVALID_PARENT_OBJECT) if handles is None else Reply(parameters=(len(handles),))
    return _hidden(face, parameters[0]) or found


def _of_object(answer: Callable[[StoredObject, tuple[int, ...]], Reply], *, files_only: bool = True) -> Answer:
    """An answer about one object: refused while hidden or when there is no such object."""
    def reply(face: UnitFace, parameters: tuple[int, ...]) -> Reply:
        stored = face.drive.get(parameters[0])
        if hidden := _hidden(face, ANY_STORAGE):
            return hidden
        if stored is None or (files_only and stored.is_folder):
            return Reply(ResponseCode.INVALID_OBJECT_HANDLE)
        return answer(stored, parameters)
    return reply


def _object_info(stored: StoredObject, parameters: tuple[int, ...]) -> Reply:
    kind = Format.ASSOCIATION if stored.is_folder else Format.UNDEFINED
    return Reply(data=ObjectInfo(STORAGE_ID, kind, 0, len(stored.data), stored.parent, 1 if stored.is_folder else 0, stored.name,
                                 stored.modified, stored.modified).pack())


def _delete(face: UnitFace, parameters: tuple[int, ...]) -> Reply:
    if hidden := _hidden(face, ANY_STORAGE):
        return hidden
    if face.drive.read_only:
        return Reply(ResponseCode.STORE_READ_ONLY)
    if face.drive.get(parameters[0]) is None:
        return Reply(ResponseCode.INVALID_OBJECT_HANDLE)
    face.drive.remove(parameters[0])
    return Reply()


ANSWERS: Mapping[int, Answer] = MappingProxyType({
    Operation.GET_DEVICE_INFO: _device_info,
    Operation.GET_DEVICE_PROP_VALUE: _property,
    Operation.GET_STORAGE_IDS: _storage_ids,
    Operation.GET_STORAGE_INFO: _storage_info,
    Operation.GET_NUM_OBJECTS: _count,
    Operation.GET_OBJECT_HANDLES: _handles,
    Operation.GET_OBJECT_INFO: _of_object(_object_info, files_only=False),
    Operation.GET_OBJECT: _of_object(lambda stored, parameters: Reply(data=stored.data)),
    Operation.GET_PARTIAL_OBJECT: _of_object(lambda stored, p: Reply(data=stored.data[p[1]:p[1] + p[2]])),
    Operation.DELETE_OBJECT: _delete,
})
"""Answers by operation; sessions and data from the station are the responder's own."""


def announced(face: UnitFace, parameters: tuple[int, ...], dataset: bytes) -> Reply:
    """SendObjectInfo: make room for a file. The third response parameter is its handle."""
    storage, parent = (*parameters, 0, 0)[:2]
    if hidden := _hidden(face, storage or STORAGE_ID):
        return hidden
    try:
        info = ObjectInfo.unpack(dataset)
    except DataError:
        return Reply(ResponseCode.INVALID_PARAMETER)
    folder = 0 if parent == WHOLE_STORAGE_ROOT else parent
    refused = _refused(face, folder, info)
    if refused is not None:
        return Reply(refused)
    stored = face.drive.add(folder, info.name, face.now(), announced=info.size)
    return Reply(parameters=(STORAGE_ID, parent, stored.handle))


def _refused(face: UnitFace, folder: int, info: ObjectInfo) -> ResponseCode | None:
    drive = face.drive
    holder = drive.get(folder)
    checks = (
        (bool(folder) and not (holder and holder.is_folder), ResponseCode.INVALID_PARENT_OBJECT),
        (drive.read_only, ResponseCode.STORE_READ_ONLY),
        (drive.find(folder, info.name) is not None, ResponseCode.ACCESS_DENIED),
        (info.size == UNKNOWN_LENGTH, ResponseCode.OBJECT_TOO_LARGE),
        (info.size > drive.free, ResponseCode.STORE_FULL),
    )
    return next((code for fails, code in checks if fails), None)
