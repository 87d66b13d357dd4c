"""The libusb that ships with the program, for looking at the bus."""

import libusb_package
from usb.backend import IBackend

from station.model.errors import LinkError


def shipped_libusb() -> IBackend:
    """libusb-package's back end for pyusb. Raises LinkError `usb.no-libusb`."""
    backend = libusb_package.get_libusb1_backend()
    if backend is None:
        raise LinkError("usb.no-libusb")
    return backend
