"""What a virtual device tells about itself on the bus: descriptors and strings, in the shapes that pyusb reads."""

from dataclasses import dataclass
from types import SimpleNamespace

from station.links.mtp import ms_os

BULK, INTERRUPT = 2, 3
HIGH_SPEED = 3
PACKET_SIZE = 512

_LANGUAGE = b"\x04\x03\x09\x04"


@dataclass(frozen=True, slots=True)
class EndpointShape:
    """Address (bit 7: towards the station), kind and packet size."""

    address: int
    kind: int
    packet_size: int = PACKET_SIZE


@dataclass(frozen=True, slots=True)
class InterfaceShape:
    """Class triple, name ("" for none) and endpoints."""

    klass: int
    subclass: int
    protocol: int
    name: str = ""
    endpoints: tuple[EndpointShape, ...] = ()


@dataclass(frozen=True, slots=True)
class UsbShape:
    """One face of a device on the bus."""

    vendor_id: int
    product_id: int
    manufacturer: str
    product: str
    serial: str
    interfaces: tuple[InterfaceShape, ...]
    speed: int = HIGH_SPEED
    ms_os: tuple[int, ...] = ()
    """Interfaces that MS OS descriptors name as MTP; none: no such descriptors."""

    @property
    def strings(self) -> tuple[str, ...]:
        """String descriptors by index - 1: manufacturer, product, serial, then interface names."""
        return (self.manufacturer, self.product, self.serial, *(i.name for i in self.interfaces))


VENDOR_CODE = 0x20
"""What a device with MS OS descriptors answers its vendor request by."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A device as it is on the bus now; a new address whenever it comes back."""

    port: str
    address: int
    shape: UsbShape


MTP_INTERFACE = InterfaceShape(0x06, 0x01, 0x01, "MTP", (
    EndpointShape(0x81, BULK), EndpointShape(0x02, BULK), EndpointShape(0x83, INTERRUPT, 64)))


VENDOR_MTP_INTERFACE = InterfaceShape(0xFF, 0xFF, 0x00, "", MTP_INTERFACE.endpoints)
WINUSB_INTERFACE = InterfaceShape(0xFF, 0x01, 0x01, "", (EndpointShape(0x84, BULK), EndpointShape(0x05, BULK),
                                                         EndpointShape(0x86, INTERRUPT, 64)))
"""A vendor interface with three endpoints that is no MTP: what a greedy matcher would open."""


def device_descriptor(shape: UsbShape, bus: int, address: int, ports: tuple[int, ...]) -> SimpleNamespace:
    """Device descriptor plus the place on the bus."""
    return SimpleNamespace(
        bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0, bMaxPacketSize0=64,
        idVendor=shape.vendor_id, idProduct=shape.product_id, bcdDevice=0x0100, iManufacturer=1 if shape.manufacturer else 0,
        iProduct=2 if shape.product else 0, iSerialNumber=3 if shape.serial else 0, bNumConfigurations=1, bus=bus,
        address=address, port_number=ports[-1], port_numbers=ports, speed=shape.speed)


def configuration_descriptor(shape: UsbShape, index: int) -> SimpleNamespace:
    """The one configuration. Raises IndexError for another."""
    if index:
        raise IndexError(index)
    return SimpleNamespace(bLength=9, bDescriptorType=2, wTotalLength=9, bNumInterfaces=len(shape.interfaces),
                           bConfigurationValue=1, iConfiguration=0, bmAttributes=0x80, bMaxPower=250, extra_descriptors=b"")


def interface_descriptor(shape: UsbShape, index: int, alternate: int) -> SimpleNamespace:
    """An interface. Raises IndexError past the last."""
    if alternate:
        raise IndexError(alternate)
    interface = shape.interfaces[index]
    return SimpleNamespace(
        bLength=9, bDescriptorType=4, bInterfaceNumber=index, bAlternateSetting=0, bNumEndpoints=len(interface.endpoints),
        bInterfaceClass=interface.klass, bInterfaceSubClass=interface.subclass, bInterfaceProtocol=interface.protocol,
        iInterface=4 + index if interface.name else 0, extra_descriptors=b"")


def endpoint_descriptor(shape: UsbShape, endpoint: int, interface: int) -> SimpleNamespace:
    """An endpoint. Raises IndexError past the last."""
    found = shape.interfaces[interface].endpoints[endpoint]
    return SimpleNamespace(bLength=7, bDescriptorType=5, bEndpointAddress=found.address, bmAttributes=found.kind,
                           wMaxPacketSize=found.packet_size, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=b"")


def string_descriptor(shape: UsbShape, index: int) -> bytes | None:
    """A string descriptor, index 0 being the languages; None if there is none."""
    if index == ms_os.STRING_INDEX:
        return ms_os.pack_string(VENDOR_CODE) if shape.ms_os else None
    if index == 0:
        return _LANGUAGE
    if not 1 <= index <= len(shape.strings) or not shape.strings[index - 1]:
        return None
    text = shape.strings[index - 1].encode("utf-16-le")[:252]
    return bytes([2 + len(text), 3]) + text


def vendor_answer(shape: UsbShape, request: int, index: int) -> bytes | None:
    """The answer to a vendor request of the device; None stalls."""
    wanted = (request, index) == (VENDOR_CODE, ms_os.COMPATIBLE_IDS)
    return ms_os.pack_compatible_ids(shape.ms_os) if shape.ms_os and wanted else None
