"""COM of this machine. Windows only; imported where it is used."""

import ctypes
from typing import Any

from station.links.mtp.wpd.com import ComError, Pointer
from station.links.mtp.wpd.types import Guid, PropVariant
from station.links.mtp.wpd.vtables import Interface

_MULTITHREADED = 0
_INPROC_SERVER = 1


class SystemCom:
    """`Com` by ole32. Raises OSError where there is no Windows."""

    def __init__(self) -> None:
        loader: Any = getattr(ctypes, "WinDLL", None)
        if loader is None:
            raise OSError("COM is part of Windows")
        self._ole32: Any = loader("ole32")
        self._ole32.CoTaskMemFree.argtypes = (ctypes.c_void_p,)
        self._ole32.CoTaskMemFree.restype = None

    def initialize(self) -> None:
        self._check(self._ole32.CoInitializeEx(None, _MULTITHREADED), "CoInitializeEx")

    def uninitialize(self) -> None:
        self._ole32.CoUninitialize()

    def create(self, clsid: str, interface: Interface) -> Pointer:
        out = ctypes.c_void_p()
        self._check(self._ole32.CoCreateInstance(ctypes.byref(Guid.of(clsid)), None, _INPROC_SERVER,
                                                 ctypes.byref(Guid.of(interface.iid)), ctypes.byref(out)), "CoCreateInstance")
        return Pointer(interface, out.value or 0)

    def free(self, address: int) -> None:
        self._ole32.CoTaskMemFree(address)

    def clear(self, variant: PropVariant) -> None:
        self._ole32.PropVariantClear(ctypes.byref(variant))

    @staticmethod
    def _check(hresult: int, method: str) -> None:
        if hresult & 0x8000_0000:
            raise ComError(hresult & 0xFFFF_FFFF, method)
