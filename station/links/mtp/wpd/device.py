"""One opened portable device: the COM calls behind a dozen plain methods. Raises ComError; `storage` turns that into words.

Everything is made, used and released in the thread that opens it; only `cancel` may come from another one.
"""

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from station.links.mtp.wpd import types as t
from station.links.mtp.wpd import vtables as v
from station.links.mtp.wpd.com import S_FALSE, Com, ComError, Pointer

_DENIED = 0x8007_0005
_BATCH = 32
_USUAL_BLOCK = 256 * 1024

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A portable device as the manager lists it: PnP id (an interface path) and its names, "" where there is none."""

    pnp_id: str
    friendly_name: str
    description: str
    manufacturer: str


def listed(com: Com) -> tuple[Listed, ...]:
    """Every portable device that Windows shows now. The thread must have been initialised."""
    with com.create(t.CLSID_MANAGER, v.MANAGER) as manager:
        manager.call("RefreshDeviceList")
        return tuple(Listed(i, *(_name(manager, m, i) for m in ("GetDeviceFriendlyName", "GetDeviceDescription",
                                                                "GetDeviceManufacturer"))) for i in _ids(com, manager))


def _ids(com: Com, manager: Pointer) -> list[str]:
    count = ctypes.c_uint32(0)
    manager.call("GetDevices", None, ctypes.byref(count))
    array = (ctypes.c_void_p * max(1, count.value))()
    manager.call("GetDevices", ctypes.byref(array), ctypes.byref(count))
    return [_taken(com, address) for address in array[:count.value] if address]


def _name(manager: Pointer, method: str, pnp_id: str) -> str:
    """A name by the two-call pattern; a device without one fails with ERROR_INVALID_DATA."""
    id_, size = t.wide(pnp_id), ctypes.c_uint32(0)
    try:
        manager.call(method, id_, None, ctypes.byref(size))
        buffer = ctypes.create_string_buffer(2 * size.value + 2)
        manager.call(method, id_, buffer, ctypes.byref(size))
    except ComError:
        return ""
    return t.wide_at(ctypes.addressof(buffer), size.value)


def _taken(com: Com, address: int) -> str:
    """A string that Windows allocated, freed after reading."""
    try:
        return t.wide_at(address)
    finally:
        com.free(address)


class WpdStream:
    """A stream of an object's bytes; `block` is the size that the driver likes best."""

    def __init__(self, com: Com, stream: Pointer, block: int) -> None:
        self._com = com
        self._stream = stream
        self.block = block or _USUAL_BLOCK

    def read(self, most: int) -> bytes:
        """The next bytes, b"" at the end."""
        buffer, got = ctypes.create_string_buffer(most), ctypes.c_uint32(0)
        self._stream.call("Read", buffer, most, ctypes.byref(got))
        return buffer.raw[:min(got.value, most)]

    def write(self, data: bytes) -> None:
        """All of the bytes."""
        while data:
            done = ctypes.c_uint32(0)
            self._stream.call("Write", data, len(data), ctypes.byref(done))
            if not 0 < done.value <= len(data):
                raise ComError(0x8007_001D, "IStream.Write")
            data = data[done.value:]

    def commit(self) -> str:
        """Make the object exist; its id."""
        self._stream.call("Commit", 0)
        with self._stream.query(v.DATA_STREAM) as whole:
            out = ctypes.c_void_p()
            whole.call("GetObjectID", ctypes.byref(out))
            return _taken(self._com, out.value or 0) if out.value else ""

    def revert(self) -> None:
        """Give up an object that was not committed."""
        self._stream.call("Revert")

    def close(self) -> None:
        """Release the stream."""
        self._stream.release()


class WpdDevice:
    """An opened device. `close` releases everything, in the thread that opened it."""

    def __init__(self, com: Com, pnp_id: str) -> None:
        self._com = com
        self._open: list[Pointer] = []
        com.initialize()
        try:
            self._device = self._kept(com.create(t.CLSID_DEVICE, v.DEVICE))
            self.read_only = self._opened(pnp_id)
            self._content = self._kept(self._device.get(v.CONTENT, "Content"))
            self._properties = self._kept(self._content.get(v.PROPERTIES, "Properties"))
            self._resources = self._kept(self._content.get(v.RESOURCES, "Transfer"))
        except BaseException:
            self._release()
            com.uninitialize()
            raise

    def children(self, object_id: str) -> Iterator[str]:
        """Ids of the objects directly under one."""
        with self._content.get(v.OBJECT_IDS, "EnumObjects", 0, t.wide(object_id), None) as found:
            more = True
            while more:
                array, count = (ctypes.c_void_p * _BATCH)(), ctypes.c_uint32(0)
                more = found.call("Next", _BATCH, ctypes.byref(array), ctypes.byref(count)) != S_FALSE and count.value > 0
                yield from [_taken(self._com, address) for address in array[:min(count.value, _BATCH)] if address]

    def values(self, object_id: str, keys: Sequence[t.Key]) -> Mapping[t.Key, Value]:
        """Properties of an object; None for those that it does not have."""
        with self._com.create(t.CLSID_KEYS, v.KEYS) as wanted:
            for key in keys:
                wanted.call("Add", ctypes.byref(key.packed()))
            with self._properties.get(v.VALUES, "GetValues", t.wide(object_id), wanted.address) as found:
                return {key: self._value(found, key) for key in keys}

    def create(self, parent: str, name: str, size: int) -> WpdStream:
        """A new file; it exists after `commit` only."""
        with self._values() as values:
            for key, text in ((t.OBJECT_PARENT, parent), (t.OBJECT_NAME, name), (t.OBJECT_FILE_NAME, name)):
                values.call("SetStringValue", ctypes.byref(key.packed()), t.wide(text))
            for key, guid in ((t.OBJECT_TYPE, t.TYPE_FILE), (t.OBJECT_FORMAT, t.FORMAT_UNSPECIFIED)):
                values.call("SetGuidValue", ctypes.byref(key.packed()), ctypes.byref(t.Guid.of(guid)))
            values.call("SetUnsignedLargeIntegerValue", ctypes.byref(t.OBJECT_SIZE.packed()), size)
            block = ctypes.c_uint32(0)
            stream = self._content.get(v.STREAM, "CreateObjectWithPropertiesAndData", values.address,
                                       after=(ctypes.byref(block), None))
        return WpdStream(self._com, stream, block.value)

    def read(self, object_id: str) -> WpdStream:
        """The bytes of a file."""
        out, block = ctypes.c_void_p(), ctypes.c_uint32(0)
        self._resources.call("GetStream", t.wide(object_id), ctypes.byref(t.RESOURCE_DEFAULT.packed()), t.STGM_READ,
                             ctypes.byref(block), ctypes.byref(out))
        return WpdStream(self._com, Pointer(v.STREAM, out.value or 0), block.value)

    def delete(self, object_id: str) -> None:
        """Delete one object that holds no others; looks at the result of that object too."""
        name = t.wide(object_id)
        variant = t.PropVariant(t.VT_LPWSTR)
        variant.value.address = ctypes.addressof(name)
        with self._com.create(t.CLSID_VARIANTS, v.VARIANTS) as ids:
            ids.call("Add", ctypes.byref(variant))
            with self._content.get(v.VARIANTS, "Delete", 0, ids.address) as results:
                result = t.PropVariant()
                results.call("GetAt", 0, ctypes.byref(result))
                if result.vt == t.VT_ERROR and result.value.number & 0x8000_0000:
                    raise ComError(result.value.number, "IPortableDeviceContent.Delete")

    def cancel(self) -> None:
        """End a call that is under way in the device's own thread (the object is free-threaded)."""
        self._device.call("Cancel", anywhere=True)

    def close(self) -> None:
        """Close and release; a device that has gone is released all the same."""
        if self._open:
            with suppress(ComError):
                self._device.call("Close")
            self._release()
            self._com.uninitialize()

    # -- parts

    def _kept(self, pointer: Pointer) -> Pointer:
        self._open.append(pointer)
        return pointer

    def _release(self) -> None:
        while self._open:
            self._open.pop().release()

    def _opened(self, pnp_id: str) -> bool:
        """Open for reading and writing, else for reading; True if only for reading."""
        for access in (t.GENERIC_READ | t.GENERIC_WRITE, t.GENERIC_READ):
            with self._values() as client:
                client.call("SetStringValue", ctypes.byref(t.CLIENT_NAME.packed()), t.wide("HoloBench"))
                for key, number in ((t.CLIENT_MAJOR, 1), (t.CLIENT_MINOR, 0), (t.CLIENT_REVISION, 0),
                                    (t.CLIENT_SECURITY, t.SECURITY_IMPERSONATION), (t.CLIENT_ACCESS, access)):
                    client.call("SetUnsignedIntegerValue", ctypes.byref(key.packed()), number)
                try:
                    self._device.call("Open", t.wide(pnp_id), client.address)
                except ComError as error:
                    if error.hresult != _DENIED or access == t.GENERIC_READ:
                        raise
                else:
                    return access == t.GENERIC_READ
        return True

    @contextmanager
    def _values(self) -> Iterator[Pointer]:
        with self._com.create(t.CLSID_VALUES, v.VALUES) as values:
            yield values

    def _value(self, found: Pointer, key: t.Key) -> Value:
        variant = t.PropVariant()
        try:
            found.call("GetValue", ctypes.byref(key.packed()), ctypes.byref(variant))
        except ComError:
            return None
        try:
            return _plain(variant)
        finally:
            self._com.clear(variant)


def _plain(variant: t.PropVariant) -> Value:
    """A PROPVARIANT as a Python value; None for an error value and for kinds that nobody asks for."""
    match variant.vt:
        case t.VT_LPWSTR:
            return t.wide_at(variant.value.address) if variant.value.address else ""
        case t.VT_UI4 | t.VT_BOOL:
            return int(variant.value.number)
        case t.VT_UI8:
            return int(variant.value.large)
        case t.VT_DATE:
            return float(variant.value.real)
        case t.VT_CLSID:
            return t.Guid.from_address(variant.value.address).text if variant.value.address else None
    return None
