"""Eyes over libusb, for systems without sysfs: descriptors by libusb, a look every two seconds."""

import libusb_package

from station.links.usb.desk import Eyes
from station.links.usb.readers import BackendReader
from station.links.usb.signals import PollSignal
from station.model.errors import LinkError


def portable_eyes() -> Eyes:
    """This machine's bus through libusb. Raises LinkError `usb.no-libusb`."""
    backend = libusb_package.get_libusb1_backend()
    if backend is None:
        raise LinkError("usb.no-libusb")
    return Eyes(BackendReader(backend), PollSignal())
