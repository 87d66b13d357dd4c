"""Calls through vtables, with lifetimes kept by hand: every pointer is released once, in the thread that got it.

`Com` is what Windows gives (`system.SystemCom`); tests give one whose objects live in memory.
"""

import ctypes
import threading
from types import TracebackType
from typing import Any, Protocol

from station.links.mtp.wpd.types import Guid, PropVariant
from station.links.mtp.wpd.vtables import Interface

PROTOTYPE: Any = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)
"""COM's calling convention: stdcall on 32-bit Windows, the only one there is on 64-bit."""

S_FALSE = 1


class ComError(Exception):
    """A failed HRESULT, as an unsigned number, of a method."""

    def __init__(self, hresult: int, method: str) -> None:
        super().__init__(f"{method}: 0x{hresult:08X}")
        self.hresult = hresult
        self.method = method


class Com(Protocol):
    """The part of the operating system that makes objects."""

    def initialize(self) -> None:
        """Enter the multi-threaded apartment of this thread. Raises ComError."""

    def uninitialize(self) -> None:
        """Leave it; everything made in this thread has been released."""

    def create(self, clsid: str, interface: Interface) -> "Pointer":
        """A new object. Raises ComError."""

    def free(self, address: int) -> None:
        """CoTaskMemFree."""

    def clear(self, variant: PropVariant) -> None:
        """PropVariantClear."""


class Pointer:
    """A counted reference to an interface of an object. Use it in a `with` block, or release it."""

    def __init__(self, interface: Interface, address: int) -> None:
        self._interface = interface
        self._address = address
        self._thread = threading.get_ident()

    @property
    def address(self) -> int:
        """What is handed to methods that take this object. Raises RuntimeError once it is released."""
        if not self._address:
            raise RuntimeError(f"{self._interface.name} was released")
        return self._address

    def call(self, method: str, *arguments: Any, anywhere: bool = False) -> int:
        """Call a method; the HRESULT if it is a success. `anywhere`: a free-threaded method from another thread.

        Raises ComError for a failure.
        """
        if not anywhere and threading.get_ident() != self._thread:
            raise RuntimeError(f"{self._interface.name}.{method} was called in another thread")
        hresult = self._raw(method, *arguments) & 0xFFFF_FFFF
        if hresult & 0x8000_0000:
            raise ComError(hresult, f"{self._interface.name}.{method}")
        return hresult

    def get(self, interface: Interface, method: str, *arguments: Any, after: tuple[Any, ...] = ()) -> "Pointer":
        """Call a method that hands out an object; `after` are arguments behind the out pointer."""
        out = ctypes.c_void_p()
        self.call(method, *arguments, ctypes.byref(out), *after)
        if not out.value:
            raise ComError(0x8000_4003, f"{self._interface.name}.{method}")
        return Pointer(interface, out.value)

    def query(self, interface: Interface) -> "Pointer":
        """Another interface of the same object."""
        return self.get(interface, "QueryInterface", ctypes.byref(Guid.of(interface.iid)))

    def release(self) -> None:
        """Give the reference back; a second call does nothing."""
        if self._address:
            if threading.get_ident() != self._thread:
                raise RuntimeError(f"{self._interface.name} was released in another thread")
            self._raw("Release")
            self._address = 0

    def __enter__(self) -> "Pointer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()

    def _raw(self, method: str, *arguments: Any) -> int:
        index = self._interface.index(method)
        vtable = ctypes.c_void_p.from_address(self.address).value or 0
        entry = ctypes.c_void_p.from_address(vtable + index * ctypes.sizeof(ctypes.c_void_p)).value
        prototype = PROTOTYPE(ctypes.c_int32, ctypes.c_void_p, *self._interface.methods[index][1])
        return int(prototype(entry)(self.address, *arguments))
