"""Opening a unit: address in, `DeviceStorage` out."""

from usb.backend import IBackend

from station.links.mtp.initiator import READ_BACK_LIMIT, MtpStorage
from station.links.mtp.pyusb_pipe import PyusbPipe, UsbAddress
from station.links.mtp.session import MtpSession
from station.links.mtp.transactions import Limits
from station.model.timing import Deadline


def open_storage(backend: IBackend, address: UsbAddress, deadline: Deadline, *, limits: Limits | None = None,
                 read_back_limit: int = READ_BACK_LIMIT) -> MtpStorage:
    """Claim the unit at an address and open a session; the caller closes what it gets.

    Raises LinkLost `mtp.unplugged`, LinkError `usb.no-rights`, `usb.held-by-other-program`, `usb.no-mtp-interface`,
    `mtp.no-session`, OverBudget `mtp.no-answer`.
    """
    session = MtpSession(PyusbPipe(backend, address), limits)
    try:
        session.open(deadline)
    except BaseException:
        session.close()
        raise
    return MtpStorage(session, read_back_limit=read_back_limit)
