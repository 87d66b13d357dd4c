"""The internal storage of a virtual unit: a tree of objects in memory, numbered as a responder numbers them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

STORAGE_ID = 0x0001_0001
DOCUMENTS = "Documents"


@dataclass(slots=True)
class StoredObject:
    """A file or folder. `announced` is the size that SendObjectInfo promised; `parent` 0 is the root."""

    handle: int
    parent: int
    name: str
    is_folder: bool
    modified: datetime
    data: bytearray = field(default_factory=bytearray)
    announced: int = 0


class VirtualDrive:
    """Objects by handle; handles are never used twice."""

    def __init__(self, capacity: int, used: int, at: datetime, *, read_only: bool = False) -> None:
        self._capacity = capacity
        self._used = used
        self._objects: dict[int, StoredObject] = {}
        self._next = 1
        self.read_only = read_only
        self.add(0, DOCUMENTS, at, folder=True)

    @property
    def capacity(self) -> int:
        """Bytes in all."""
        return self._capacity

    @property
    def free(self) -> int:
        """Free bytes."""
        return max(0, self._capacity - self._used - sum(len(o.data) for o in self._objects.values()))

    def fill(self, free: int) -> None:
        """Use space up until only `free` bytes are left."""
        self._used += max(0, self.free - free)

    def get(self, handle: int) -> StoredObject | None:
        """The object of a handle."""
        return self._objects.get(handle)

    def children(self, parent: int) -> Iterator[StoredObject]:
        """Objects of a folder (0: root), oldest first."""
        return (o for o in tuple(self._objects.values()) if o.parent == parent)

    def everything(self) -> Iterator[StoredObject]:
        """All objects, oldest first."""
        return iter(tuple(self._objects.values()))

    def folder(self, name: str) -> int:
        """Handle of a folder in the root, 0 if it is not there."""
        return next((o.handle for o in self.children(0) if o.is_folder and o.name.casefold() == name.casefold()), 0)

    def find(self, parent: int, name: str) -> StoredObject | None:
        """An object of a folder by name; upper and lower case are one."""
        return next((o for o in self.children(parent) if o.name.casefold() == name.casefold()), None)

    def add(self, parent: int, name: str, at: datetime, data: bytes = b"", *, folder: bool = False,
            announced: int | None = None) -> StoredObject:
        """A new object."""
        promised = len(data) if announced is None else announced
        stored = StoredObject(self._next, parent, name, folder, at, bytearray(data), promised)
        self._objects[self._next] = stored
        self._next += 1
        return stored

    def write(self, folder: str, name: str, data: bytes, at: datetime) -> StoredObject:
        """A file in a root folder ("" is the root itself), in place of one of the same name."""
        parent = self.folder(folder) if folder else 0
        self.remove_named(parent, name)
        return self.add(parent, name, at, data)

    def remove_named(self, parent: int, name: str) -> None:
        """Delete an object of a folder by name, if it is there."""
        old = self.find(parent, name)
        if old:
            self.remove(old.handle)

    def remove(self, handle: int) -> None:
        """Delete an object and what it contains."""
        for child in tuple(self.children(handle)):
            self.remove(child.handle)
        self._objects.pop(handle, None)

    def clear(self, at: datetime) -> None:
        """What a reset does: everything goes, Documents is new."""
        self._objects.clear()
        self.add(0, DOCUMENTS, at, folder=True)
