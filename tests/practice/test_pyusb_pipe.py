"""The pipe: which interface it takes, and what libusb's failures are called."""

import errno
from typing import Any

import pytest
import usb.core
from hypothesis import given
from hypothesis import strategies as st

from station.links.mtp import ms_os
from station.links.mtp.operations import ClassRequest
from station.links.mtp.pyusb_pipe import PyusbPipe, UsbAddress, port_of
from station.model.errors import DataError, HoloBenchError, LinkError, LinkLost
from station.practice.units.bus import Handle, VirtualBackend, VirtualBus
from station.practice.units.usb_shapes import MTP_INTERFACE, WINUSB_INTERFACE, UsbShape
from tests.hand_clock import HandClock
from tests.practice.bench_of_units import bus_of, unit


class Failing(VirtualBackend):
    """A virtual bus whose next reads fail as told."""

    def __init__(self, bus: VirtualBus) -> None:
        super().__init__(bus)
        self.error: Exception | None = None
        self.timeouts: list[int] = []

    def bulk_read(self, dev_handle: Handle, ep: int, intf: int, buff: Any, timeout: int) -> int:
        self.timeouts.append(timeout)
        if self.error is not None:
            raise self.error
        return super().bulk_read(dev_handle, ep, intf, buff, timeout)


def piped(*quirks: str) -> tuple[PyusbPipe, Failing]:
    one = unit(*quirks)
    backend = Failing(bus_of(one))
    attachment = one.attachment()
    assert attachment is not None
    return PyusbPipe(backend, UsbAddress("1-2.3", 0x045E, attachment.shape.product_id)), backend


@pytest.mark.parametrize(("number", "kind", "code"), [
    (errno.ENODEV, LinkLost, "mtp.unplugged"), (errno.ESHUTDOWN, LinkLost, "mtp.unplugged"),
    (errno.EACCES, LinkError, "usb.no-rights"), (errno.EBUSY, LinkError, "usb.held-by-other-program"),
    (errno.EPIPE, LinkError, "mtp.stalled"), (errno.EOVERFLOW, DataError, "mtp.bad-container"),
    (errno.ENOSYS, LinkError, "usb.not-openable"), (errno.EIO, LinkError, "mtp.transfer-failed"),
])
def test_every_failure_of_libusb_has_a_name(number: int, kind: type[HoloBenchError], code: str) -> None:
    pipe, backend = piped()
    backend.error = usb.core.USBError("failed", -1, number)
    with pytest.raises(kind) as caught:
        pipe.read(512, 0.1)
    assert caught.value.code == code
    assert isinstance(caught.value.__cause__, usb.core.USBError)
    pipe.close()


def test_a_back_end_that_cannot_is_told_as_not_openable() -> None:
    pipe, backend = piped()
    backend.error = NotImplementedError("bulk_read")
    with pytest.raises(LinkError, match=r"usb\.not-openable"):
        pipe.read(512, 0.1)
    pipe.close()


def test_an_input_error_of_a_unit_that_leaves_the_bus_is_an_unplugging() -> None:
    one = unit()
    backend = Failing(bus_of(one))
    attachment = one.attachment()
    assert attachment is not None
    pipe = PyusbPipe(backend, UsbAddress("1-2.3", 0x045E, attachment.shape.product_id))
    backend.error = usb.core.USBError("Input/Output Error", -1, errno.EIO)
    one.unplug()
    with pytest.raises(LinkLost, match=r"mtp\.unplugged"):
        pipe.read(512, 0.1)
    pipe.close()


def test_no_time_left_is_never_for_ever() -> None:
    pipe, backend = piped()
    assert pipe.read(512, 0.0) is None
    assert backend.timeouts == [1]
    pipe.close()


def test_a_closed_pipe_says_that_the_unit_is_gone() -> None:
    pipe, _ = piped()
    pipe.close()
    pipe.close()
    with pytest.raises(LinkLost):
        pipe.write(b"x", 1)


def test_the_status_is_asked_over_the_control_endpoint() -> None:
    pipe, _ = piped()
    assert pipe.control(ClassRequest.GET_DEVICE_STATUS, 32, 1.0) == b"\x04\x00\x01\x20"
    pipe.close()


def test_a_port_reset_finds_the_unit_again() -> None:
    pipe, _ = piped()
    pipe.reset(5.0)
    assert pipe.read(512, 0.0) is None
    pipe.close()


def test_the_vendor_interface_that_the_descriptors_name_is_taken_and_not_the_first_with_three_endpoints() -> None:
    pipe, _ = piped("vendor-class")
    assert (pipe._ends.interface, pipe._ends.bulk_in, pipe._ends.bulk_out) == (1, 0x81, 0x02)
    pipe.close()


@pytest.mark.parametrize("shape", [
    UsbShape(0x045E, 1, "", "HoloLens", "", (WINUSB_INTERFACE,)), UsbShape(0x045E, 1, "", "HoloLens", "", ()),
])
def test_a_device_without_an_mtp_interface_is_let_go(shape: UsbShape) -> None:
    bus = bus_of()
    bus.add_foreign("1-1", shape)
    with pytest.raises(LinkError, match=r"usb\.no-mtp-interface"):
        PyusbPipe(bus.backend(), UsbAddress("1-1", 0x045E, 1))
    assert not bus.open_handles


def test_ports_are_named_as_linux_names_them() -> None:
    bus = VirtualBus([unit(port="3-1.4.2")], HandClock())
    bus.add_foreign("2-7", UsbShape(1, 2, "", "", "", (MTP_INTERFACE,)))
    assert [port_of(d) for d in usb.core.find(find_all=True, backend=bus.backend())] == ["3-1.4.2", "2-7"]


@given(st.integers(0, 255), st.lists(st.integers(0, 255), max_size=10, unique=True).map(tuple))
def test_ms_os_descriptors_come_back_as_they_went(code: int, interfaces: tuple[int, ...]) -> None:
    assert ms_os.vendor_code(ms_os.pack_string(code)) == code
    assert ms_os.mtp_interfaces(ms_os.pack_compatible_ids(interfaces)) == frozenset(interfaces)


@given(st.binary(max_size=300))
def test_any_bytes_are_some_descriptor_or_none(data: bytes) -> None:
    ms_os.vendor_code(data)
    assert len(ms_os.mtp_interfaces(data)) <= 12
