"""The bus as Windows tells it, over recorded shapes; and which portable device belongs to which port."""

import ctypes

import pytest

from station.links.mtp.wpd.opening import belongs, open_portable_device
from station.links.usb.allow_list import AllowList, DeviceKind
from station.links.usb.desk import windows_eyes
from station.links.usb.identify import identify
from station.links.usb.sighting import InterfaceSeen
from station.links.usb.windows import WindowsReader, port_of
from station.links.usb.windows_calls import _Filter
from station.model.errors import LinkError
from station.model.timing import Deadline
from tests.unit.wpd_fake import FakeCom

HEADSET = r"USB\VID_045E&PID_F0F2\0123456789ABCDEF"
MTP_FUNCTION = r"USB\VID_045E&PID_F0F2&MI_00\7&1A2B3C&0&0000"
NCM_FUNCTION = r"USB\VID_045E&PID_F0F2&MI_01\7&1A2B3C&0&0001"
MOUSE = r"USB\VID_045E&PID_0040\5&2C1D&0&4"
ROOT = r"USB\ROOT_HUB30\4&1"
AT = "PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(3)#USB(2)"


class Recorded:
    """A configuration manager that tells what was written down."""

    def __init__(self) -> None:
        self.parents = {MTP_FUNCTION: HEADSET, NCM_FUNCTION: HEADSET}
        self.told = {
            (HEADSET, "location-paths"): (AT, "ACPI(_SB_)#ACPI(PCI0)"), (HEADSET, "bus-description"): ("Microsoft HoloLens",),
            (HEADSET, "manufacturer"): ("(Standard USB Host Controller)",), (HEADSET, "compatible-ids"): (r"USB\COMPOSITE",),
            (MTP_FUNCTION, "compatible-ids"): (r"USB\MS_COMP_MTP", r"USB\Class_06&SubClass_01&Prot_01", r"USB\Class_06"),
            (NCM_FUNCTION, "compatible-ids"): (r"USB\Class_02&SubClass_0D&Prot_00",),
            (MOUSE, "location-paths"): ("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(4)",),
            (MOUSE, "compatible-ids"): (r"USB\Class_03&SubClass_01&Prot_02",),
        }

    def present(self) -> tuple[str, ...]:
        return (ROOT, HEADSET, MTP_FUNCTION, NCM_FUNCTION, MOUSE)

    def parent(self, id_: str) -> str:
        return self.parents.get(id_, "")

    def texts(self, id_: str, property_: str) -> tuple[str, ...]:
        return self.told.get((id_, property_), ())

    def arrived(self, id_: str) -> int:
        return 133_000_000_000_000_000


def test_a_composite_headset_is_one_device_with_its_functions() -> None:
    headset, mouse = WindowsReader(Recorded()).read()
    assert (headset.port, headset.ids, headset.product, headset.serial) == (
        "5120-3.2", "045e:f0f2", "Microsoft HoloLens", "0123456789ABCDEF")
    assert headset.interfaces == (InterfaceSeen(6, 1, 1, "MTP"), InterfaceSeen(2, 13, 0))
    assert headset.system_ids == (HEADSET, MTP_FUNCTION, NCM_FUNCTION)
    assert (mouse.port, mouse.serial) == ("5120-4", "")


def test_the_same_rules_tell_it_as_on_linux() -> None:
    headset, mouse = WindowsReader(Recorded()).read()
    assert identify(headset, AllowList()).kind is DeviceKind.HOLOLENS
    assert identify(mouse, AllowList()).kind is DeviceKind.OTHER


@pytest.mark.parametrize(("location", "port"), [
    (AT, "5120-3.2"), ("PCIROOT(0)#PCI(0801)#PCI(0003)#USBROOT(0)#USB(1)", "3-1"), ("PCIROOT(0)#PCI(1400)#USBROOT(0)", ""),
    ("ACPI(_SB_)#USB(2)", ""), ("", ""),
])
def test_a_location_path_is_a_port_path(location: str, port: str) -> None:
    assert port_of(location) == port


def test_a_portable_device_belongs_to_the_unit_whose_instance_it_is() -> None:
    path = r"\\?\usb#vid_045e&pid_f0f2&mi_00#7&1a2b3c&0&0000#{6ac27878-a6fa-4155-ba85-f98f491d4f33}"
    assert belongs(path, (HEADSET, MTP_FUNCTION))
    assert not belongs(path, (HEADSET, NCM_FUNCTION))
    assert not belongs(path, (r"USB\VID_045E&PID_F0F2&MI_00\7&1A2B3C&0&00",))


def test_a_unit_without_a_portable_device_is_told_so() -> None:
    com = FakeCom()
    with pytest.raises(LinkError, match=r"usb\.no-mtp-interface"):
        open_portable_device(com, (HEADSET,), Deadline(1))
    open_portable_device(com, (r"USB\VID_045E&PID_F0F2\x",), Deadline(1)).close()
    com.done()


def test_the_notification_filter_has_the_size_that_windows_checks() -> None:
    assert ctypes.sizeof(_Filter) == 416


@pytest.mark.skipif(hasattr(ctypes, "WinDLL"), reason="this is Windows")
def test_elsewhere_it_says_that_there_is_no_windows() -> None:
    with pytest.raises(OSError, match="part of Windows"):
        windows_eyes()
