"""The pipe over pyusb: finds the unit on its port, claims its MTP interface, moves bytes, says why not.

The back end is handed in: libusb-package's libusb for a real bus, a virtual bus in practice, a remote one between processes.
Source: facts/device-io §2.1 (binding), §2.5 (block sizes, resets), §2.6 (which interface), §4 (rights and rivals).
"""

import array
import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import usb.core
import usb.util
from usb.backend import IBackend

from station.links.mtp import ms_os
from station.links.mtp.inlet import BLOCK
from station.links.mtp.operations import ClassRequest
from station.model.errors import DataError, HoloBenchError, LinkError, LinkLost
from station.model.timing import Deadline

_OUT, _IN = 0x21, 0xA1
_EVENT_SIZE = 64
_GONE_SECONDS = 0.5
_LEAVING_SECONDS = 2.0
"""How long a unit that is being unplugged may stay on the list after its transfers failed; it takes longer on a busy machine."""

_RESET_PAUSE = 1.0
_VANISHED = frozenset({errno.ENODEV, errno.ENXIO, errno.ESHUTDOWN})


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """Where a unit is: topology path such as `1-2.3`, and who must be there."""

    port: str
    vendor_id: int
    product_id: int


@dataclass(frozen=True, slots=True)
class Endpoints:
    """One MTP interface: its number and endpoint addresses; `event` is None where it has no interrupt endpoint."""

    interface: int
    alternate: int
    bulk_in: int
    bulk_out: int
    event: int | None
    packet_size: int


def default_backend() -> IBackend:
    """The libusb that ships with the program. Raises LinkError `usb.no-libusb`."""
    import libusb_package
    backend = libusb_package.get_libusb1_backend()
    if backend is None:
        raise LinkError("usb.no-libusb")
    return backend


def port_of(device: Any) -> str:
    """Topology path of a pyusb device, as Linux writes it; `3-0` for a root hub."""
    return f"{device.bus}-{'.'.join(map(str, device.port_numbers or (0,)))}"


def endpoints_of(configuration: Any, interface_name: Callable[[int], str],
                 told: Callable[[], frozenset[int]]) -> Endpoints | None:
    """The MTP interface of a configuration: class 06/01, else one called MTP, else one that `told` (MS OS descriptors) names.

    facts/device-io §2.6: the rule of android-file-transfer, not "anything with three endpoints".
    """
    rules: tuple[Callable[[Any], bool], ...] = (
        lambda i: (i.bInterfaceClass, i.bInterfaceSubClass) == (0x06, 0x01),
        lambda i: "MTP" in interface_name(i.iInterface).upper(),
        lambda i: i.bInterfaceClass == 0xFF and i.bInterfaceNumber in told(),
    )
    for rule in rules:
        for interface in configuration:
            if rule(interface) and (found := _bulk_pair(interface)):
                return found
    return None


def _bulk_pair(interface: Any) -> Endpoints | None:
    ins: list[Any] = []
    outs: list[Any] = []
    events: list[Any] = []
    for endpoint in interface:
        kind = usb.util.endpoint_type(endpoint.bmAttributes)
        inward = usb.util.endpoint_direction(endpoint.bEndpointAddress) == usb.util.ENDPOINT_IN
        if kind == usb.util.ENDPOINT_TYPE_BULK:
            (ins if inward else outs).append(endpoint)
        elif kind == usb.util.ENDPOINT_TYPE_INTR and inward:
            events.append(endpoint)
    if len(ins) != 1 or len(outs) != 1:
        return None
    return Endpoints(interface.bInterfaceNumber, interface.bAlternateSetting, ins[0].bEndpointAddress,
                     outs[0].bEndpointAddress, events[0].bEndpointAddress if events else None, ins[0].wMaxPacketSize & 0x7FF)


class PyusbPipe:
    """`Pipe` over one claimed interface."""

    def __init__(self, backend: IBackend, address: UsbAddress) -> None:
        self._backend = backend
        self._address = address
        self._device: Any = None
        self._ends = Endpoints(0, 0, 0, 0, None, 512)
        self._buffer = array.array("B", bytes(BLOCK))
        self._claim()

    @property
    def packet_size(self) -> int:
        return self._ends.packet_size

    def write(self, data: bytes, seconds: float) -> int | None:
        with self._errors():
            try:
                return int(self._opened().write(self._ends.bulk_out, data, _milliseconds(seconds)))
            except usb.core.USBTimeoutError:
                return None

    def read(self, size: int, seconds: float) -> bytes | None:
        buffer = self._buffer if size == BLOCK else array.array("B", bytes(size))
        with self._errors():
            try:
                count = int(self._opened().read(self._ends.bulk_in, buffer, _milliseconds(seconds)))
            except usb.core.USBTimeoutError:
                return None
        return memoryview(buffer)[:count].tobytes()

    def control(self, request: ClassRequest, data: bytes | int, seconds: float) -> bytes:
        with self._errors():
            try:
                answer = self._opened().ctrl_transfer(_IN if isinstance(data, int) else _OUT, request, 0, self._ends.interface,
                                                      data, _milliseconds(seconds))
            except usb.core.USBTimeoutError as error:
                raise LinkError("mtp.no-answer", f"class request 0x{request:02X}") from error
        return bytes(answer) if isinstance(data, int) else b""

    def read_event(self, seconds: float) -> bytes | None:
        if self._ends.event is None:
            return None
        with self._errors():
            try:
                return bytes(self._opened().read(self._ends.event, _EVENT_SIZE, _milliseconds(seconds)))
            except usb.core.USBTimeoutError:
                return None

    def clear_halt(self, endpoint: int | None = None) -> None:
        with self._errors():
            for address in (self._ends.bulk_in, self._ends.bulk_out) if endpoint is None else (endpoint,):
                self._opened().clear_halt(address)

    def reset(self, seconds: float) -> None:
        deadline = Deadline(seconds)
        with self._errors():
            self._opened().reset()
        self._dispose()
        deadline.pause(_RESET_PAUSE)
        while True:
            try:
                self._claim()
                return
            except LinkLost:
                deadline.pause(_GONE_SECONDS)

    def cut_off(self) -> None:
        self._dispose()

    def close(self) -> None:
        self._dispose()

    # -- opening

    def _opened(self) -> Any:
        if self._device is None:
            raise LinkLost("mtp.unplugged", self._address.port)
        return self._device

    def _find(self) -> Any:
        def here(device: Any) -> bool:
            return (port_of(device), device.idVendor, device.idProduct) == (
                self._address.port, self._address.vendor_id, self._address.product_id)
        return next(iter(usb.core.find(find_all=True, backend=self._backend, custom_match=here)), None)

    def _claim(self) -> None:
        with self._errors():
            self._device = self._find()
            device = self._opened()
        try:
            with self._errors():
                ends = endpoints_of(self._configuration(device), lambda index: self._string(device, index),
                                    lambda: self._told_by_microsoft(device))
                if ends is None:
                    raise LinkError("usb.no-mtp-interface", self._address.port)
                self._ends = ends
                usb.util.claim_interface(device, ends.interface)
                if ends.alternate:
                    device.set_interface_altsetting(ends.interface, ends.alternate)
        except HoloBenchError:
            self._dispose()
            raise

    @staticmethod
    def _configuration(device: Any) -> Any:
        try:
            return device.get_active_configuration()
        except usb.core.USBError as error:
            if error.errno is not None:
                raise
            device.set_configuration()
            return device.get_active_configuration()

    @staticmethod
    def _string(device: Any, index: int) -> str:
        with suppress(usb.core.USBError, ValueError):
            return usb.util.get_string(device, index) or ""
        return ""

    @staticmethod
    def _told_by_microsoft(device: Any) -> frozenset[int]:
        """MTP interfaces by MS OS descriptors; devices that know none of them stall, which is an answer."""
        with suppress(usb.core.USBError):
            code = ms_os.vendor_code(bytes(device.ctrl_transfer(0x80, 0x06, 0x0300 | ms_os.STRING_INDEX, 0, ms_os.STRING_SIZE)))
            if code is not None:
                return ms_os.mtp_interfaces(bytes(device.ctrl_transfer(0xC0, code, 0, ms_os.COMPATIBLE_IDS,
                                                                       ms_os.COMPATIBLE_IDS_SIZE)))
        return frozenset()

    def _dispose(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            with suppress(usb.core.USBError):
                usb.util.dispose_resources(device)

    # -- errors

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """pyusb's errors as the station's."""
        try:
            yield
        except usb.core.USBError as error:
            raise self._explain(error) from error
        except NotImplementedError as error:         # libusb has no way to this device under the driver that holds it
            raise LinkError("usb.not-openable", str(error)) from error

    def _explain(self, error: Any) -> HoloBenchError:
        where = self._address.port
        match error.errno:
            case number if number in _VANISHED:
                return LinkLost("mtp.unplugged", where)
            case errno.EACCES | errno.EPERM:
                return LinkError("usb.no-rights", self._node())
            case errno.EBUSY:
                return LinkError("usb.held-by-other-program", where)
            case errno.EPIPE:
                return LinkError("mtp.stalled", where)
            case errno.EOVERFLOW:
                return DataError("mtp.bad-container", "more bytes than the transfer holds")
            case errno.ENOSYS:
                return LinkError("usb.not-openable", where)
        if self._has_gone():
            return LinkLost("mtp.unplugged", where)
        return LinkError("mtp.transfer-failed", f"{where}: {error.strerror}")

    def _node(self) -> str:
        device = self._device
        return f"/dev/bus/usb/{device.bus:03d}/{device.address:03d}" if device is not None and device.bus else self._address.port

    def _has_gone(self) -> bool:
        """After an input/output error: a unit that is being unplugged leaves the list a moment later."""
        if self._device is None:
            return True
        before = (self._device.bus, self._device.address)
        leaving = Deadline(_LEAVING_SECONDS)
        while leaving.remaining():
            with suppress(usb.core.USBError):
                now = self._find()
                if now is None or (now.bus, now.address) != before:
                    return True
            leaving.token.wait(0.05)
        return False


def _milliseconds(seconds: float) -> int:
    """libusb's time-out; 0 would mean for ever."""
    return max(1, int(seconds * 1000))
