"""cfgmgr32: properties of devices and notifications of their coming and going. Windows only; imported where it is used."""

import ctypes
import threading
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_ENUMERATOR_PRESENT = 0x1 | 0x100
_SUCCESS, _BUFFER_SMALL = 0, 0x1A
_TRIES = 3
_INTERFACE_FILTER = 0
_USB_DEVICE = "a5dcbf10-6530-11d2-901f-00c04fb951ed"
_DEVICE = "a45c254e-df1c-4efd-8020-67d146a850e0"
_PROPERTIES: Mapping[str, tuple[str, int]] = MappingProxyType({
    "compatible-ids": (_DEVICE, 4),
    "manufacturer": (_DEVICE, 13),
    "location-paths": (_DEVICE, 37),
    "bus-description": ("540b947e-8b40-45bc-a8a2-6a0b894cbda2", 4),
    "arrived": ("83da6326-97a6-4088-9453-a1923f573b29", 102),
})


class _Key(ctypes.Structure):
    _fields_ = (("fmtid", ctypes.c_ubyte * 16), ("pid", ctypes.c_uint32))


class _Filter(ctypes.Structure):
    """CM_NOTIFY_FILTER: 416 bytes, the union being as large as an instance id of 200 characters."""

    _fields_ = (("size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("type", ctypes.c_uint32), ("reserved", ctypes.c_uint32),
                ("klass", ctypes.c_ubyte * 16), ("rest", ctypes.c_ubyte * 384))


def _library() -> Any:
    loader: Any = getattr(ctypes, "WinDLL", None)
    if loader is None:
        raise OSError("the configuration manager is part of Windows")
    return loader("cfgmgr32")


class SystemConfigurationManager:
    """`ConfigurationManager` of this machine. Raises OSError where there is no Windows."""

    def __init__(self) -> None:
        self._cfg = _library()

    def present(self) -> tuple[str, ...]:
        for _ in range(_TRIES):                  # the list may grow between the two calls
            size = ctypes.c_uint32(0)
            self._check(self._cfg.CM_Get_Device_ID_List_SizeW(ctypes.byref(size), "USB", _ENUMERATOR_PRESENT))
            buffer = ctypes.create_unicode_buffer(size.value)
            result = self._cfg.CM_Get_Device_ID_ListW("USB", buffer, size, _ENUMERATOR_PRESENT)
            if result != _BUFFER_SMALL:
                self._check(result)
                return tuple(filter(None, "".join(buffer[:]).split("\0")))
        return ()

    def parent(self, id_: str) -> str:
        node, above, buffer = self._node(id_), ctypes.c_uint32(0), ctypes.create_unicode_buffer(256)
        if node is None or self._cfg.CM_Get_Parent(ctypes.byref(above), node, 0) != _SUCCESS:
            return ""
        return buffer.value if self._cfg.CM_Get_Device_IDW(above, buffer, len(buffer), 0) == _SUCCESS else ""

    def texts(self, id_: str, property_: str) -> tuple[str, ...]:
        return tuple(filter(None, self._property(id_, property_).decode("utf-16-le", errors="replace").split("\0")))

    def arrived(self, id_: str) -> int:
        return int.from_bytes(self._property(id_, "arrived")[:8], "little")

    def _node(self, id_: str) -> Any:
        node = ctypes.c_uint32(0)
        return node if self._cfg.CM_Locate_DevNodeW(ctypes.byref(node), id_, 0) == _SUCCESS else None

    def _property(self, id_: str, property_: str) -> bytes:
        node = self._node(id_)
        if node is None:
            return b""
        category, pid = _PROPERTIES[property_]
        key = _Key((ctypes.c_ubyte * 16).from_buffer_copy(uuid.UUID(category).bytes_le), pid)
        kind, size = ctypes.c_uint32(0), ctypes.c_uint32(4096)
        buffer = ctypes.create_string_buffer(size.value)
        done = self._cfg.CM_Get_DevNode_PropertyW(node, ctypes.byref(key), ctypes.byref(kind), buffer, ctypes.byref(size), 0)
        return buffer.raw[:size.value] if done == _SUCCESS else b""

    @staticmethod
    def _check(result: int) -> None:
        if result != _SUCCESS:
            raise OSError(f"the configuration manager answers {result:#x}")


class NotifiedSignal:
    """`BusSignal` from CM_Register_Notification: no window, no message pump. Raises OSError where it cannot be had."""

    def __init__(self) -> None:
        self._cfg = _library()
        self._rung = threading.Event()
        self._closed = False
        prototype: Any = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)(
            ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint32)
        self._callback = prototype(self._told)
        self._handle = ctypes.c_void_p()
        wanted = _Filter(ctypes.sizeof(_Filter), 0, _INTERFACE_FILTER, 0,
                         (ctypes.c_ubyte * 16).from_buffer_copy(uuid.UUID(_USB_DEVICE).bytes_le))
        result = self._cfg.CM_Register_Notification(ctypes.byref(wanted), None, self._callback, ctypes.byref(self._handle))
        if result != _SUCCESS:
            raise OSError(f"the configuration manager answers {result:#x}")

    def wait(self, seconds: float) -> bool:
        rang = self._rung.wait(seconds) and not self._closed
        self._rung.clear()
        return rang

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._cfg.CM_Unregister_Notification(self._handle)
            self._rung.set()

    def _told(self, *_: Any) -> int:
        self._rung.set()
        return 0
