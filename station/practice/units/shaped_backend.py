"""The descriptor half of a pyusb back end whose devices are described by shapes; the transfers are left to its heirs."""

from types import SimpleNamespace
from typing import Protocol

from usb.backend import IBackend

from station.practice.units import usb_shapes
from station.practice.units.usb_shapes import Attachment


class Attached(Protocol):
    """A device as a back end lists it."""

    @property
    def attachment(self) -> Attachment:
        """Where it is and what it tells about itself."""


class ShapedBackend(IBackend):  # type: ignore[misc]
    """Descriptors are read without opening anything."""

    def get_parent(self, dev: Attached) -> None:
        return None

    def get_device_descriptor(self, dev: Attached) -> SimpleNamespace:
        number, _, path = dev.attachment.port.partition("-")
        return usb_shapes.device_descriptor(dev.attachment.shape, int(number), dev.attachment.address,
                                            tuple(int(p) for p in path.split(".")))

    def get_configuration_descriptor(self, dev: Attached, config: int) -> SimpleNamespace:
        return usb_shapes.configuration_descriptor(dev.attachment.shape, config)

    def get_interface_descriptor(self, dev: Attached, intf: int, alt: int, config: int) -> SimpleNamespace:
        return usb_shapes.interface_descriptor(dev.attachment.shape, intf, alt)

    def get_endpoint_descriptor(self, dev: Attached, ep: int, intf: int, alt: int, config: int) -> SimpleNamespace:
        return usb_shapes.endpoint_descriptor(dev.attachment.shape, ep, intf)
