"""Opening a unit: address in, `DeviceStorage` out."""

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from usb.backend import IBackend

from station.links.mtp.initiator import READ_BACK_LIMIT, MtpStorage
from station.links.mtp.pyusb_pipe import PyusbPipe, UsbAddress, default_backend
from station.links.mtp.session import MtpSession
from station.links.mtp.storage import DeviceStorage
from station.links.mtp.transactions import Limits
from station.model.errors import LinkError
from station.model.timing import Deadline

_PASSING = frozenset({"usb.no-rights", "usb.held-by-other-program"})
_SETTLE_PAUSE = 0.2


class Seen(Protocol):
    """A device as the bus shows it: enough to find it again."""

    @property
    def port(self) -> str: ...
    @property
    def vendor_id(self) -> int: ...
    @property
    def product_id(self) -> int: ...
    @property
    def system_ids(self) -> tuple[str, ...]: ...


def open_unit(seen: Seen, deadline: Deadline) -> DeviceStorage:
    """Open a unit on this machine's own bus by the link that this system has: MTP over libusb, or Windows Portable Devices.

    Raises as `open_storage` does.
    """
    return _LINKS.get(sys.platform, _open_over_libusb)(seen, deadline)


def _open_over_libusb(seen: Seen, deadline: Deadline) -> DeviceStorage:
    return open_storage(default_backend(), UsbAddress(seen.port, seen.vendor_id, seen.product_id), deadline)


def _open_over_windows(seen: Seen, deadline: Deadline) -> DeviceStorage:
    from station.links.mtp.wpd.opening import open_portable_device
    from station.links.mtp.wpd.system import SystemCom
    return open_portable_device(SystemCom(), seen.system_ids, deadline)


_LINKS: Mapping[str, Callable[[Seen, Deadline], DeviceStorage]] = MappingProxyType({"win32": _open_over_windows})


def open_storage(backend: IBackend, address: UsbAddress, deadline: Deadline, *, limits: Limits | None = None,
                 read_back_limit: int = READ_BACK_LIMIT) -> MtpStorage:
    """Claim the unit at an address and open a session; the caller closes what it gets.

    Raises LinkLost `mtp.unplugged`, LinkError `usb.no-rights`, `usb.held-by-other-program`, `usb.no-mtp-interface`,
    `mtp.no-session`, OverBudget `mtp.no-answer`.
    """
    chosen = limits or Limits()
    session = MtpSession(_claimed(backend, address, deadline, chosen), chosen)
    try:
        session.open(deadline)
    except BaseException:
        session.close()
        raise
    return MtpStorage(session, read_back_limit=read_back_limit)


def _claimed(backend: IBackend, address: UsbAddress, deadline: Deadline, limits: Limits) -> PyusbPipe:
    """The pipe. Just after plugging, udev may not have given the rights yet and a prober may hold the unit for a moment."""
    patience = deadline.part(limits.settle_seconds)
    while True:
        try:
            return PyusbPipe(backend, address)
        except LinkError as error:
            if error.code not in _PASSING or patience.remaining() <= 0:
                raise
        deadline.pause(min(_SETTLE_PAUSE, patience.remaining()))
