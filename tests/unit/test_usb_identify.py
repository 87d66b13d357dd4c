"""What a device on the bus is, told from its descriptors alone."""

import pytest

import resources
from station.links.usb.allow_list import AllowList, DeviceKind
from station.links.usb.identify import generation, identify
from station.links.usb.sighting import InterfaceSeen, UsbSighting
from station.model.errors import ConfigurationError
from station.model.faults import catalogue
from station.model.words import Generation

MTP = InterfaceSeen(0x06, 0x01, 0x01)
VENDOR = InterfaceSeen(0xFF, 0xFF, 0xFF)
MOUSE = InterfaceSeen(0x03, 0x01, 0x02)
SHIPPED = AllowList.parse(resources.text("usb/allowed-devices.toml"))
EMPTY = AllowList()


def device(ids: str, product: str = "", *interfaces: InterfaceSeen, manufacturer: str = "") -> UsbSighting:
    vendor, product_id = (int(part, 16) for part in ids.split(":"))
    return UsbSighting("1-2", 5, vendor, product_id, manufacturer, product, "", interfaces)


@pytest.mark.parametrize(("seen", "kind"), [
    (device("045e:f0f2", "Microsoft HoloLens", MTP), DeviceKind.HOLOLENS),
    (device("045e:0abc", "HoloLens 2", MTP), DeviceKind.HOLOLENS_2),
    (device("045e:0652", "", MTP), DeviceKind.HOLOLENS_1),
    (device("045e:ffe5", "Windows 10 Mobile Device", MTP), DeviceKind.HOLOLENS_1),
    (device("045e:0abc", "Microsoft HoloLens Recovery", VENDOR), DeviceKind.FLASH),
    (device("045e:062a", "Microsoft HoloLens Recovery", VENDOR), DeviceKind.FLASH),
    (device("045e:062a", "sakura", VENDOR), DeviceKind.FLASH),
    (device("045e:062a", "Windows Phone", VENDOR), DeviceKind.MAYBE_FLASH),
    (device("05c6:9008", "QUSB_BULK", VENDOR), DeviceKind.EMERGENCY),
    (device("045e:0abc", "Windows 10 Mobile Device", MTP), DeviceKind.MAYBE),
    (device("045e:0abc", "", MTP), DeviceKind.MAYBE),
    (device("045e:0040", "Microsoft Mouse", MOUSE), DeviceKind.OTHER),
    (device("045e:028e", "Controller", VENDOR), DeviceKind.OTHER),
    (device("04e8:6860", "Galaxy", MTP), DeviceKind.OTHER),
    (device("1234:5678", "HoloLens look-alike", MTP), DeviceKind.OTHER),
    (device("46f4:0004", "QEMU USB MTP", MTP), DeviceKind.OTHER),
])
def test_a_device_is_told_by_vendor_name_and_list(seen: UsbSighting, kind: DeviceKind) -> None:
    assert identify(seen, SHIPPED).kind is kind


def test_an_id_on_the_list_makes_a_headset_of_anything() -> None:
    listed = SHIPPED.joined([AllowList.parse('[[device]]\nid = "46F4:0004"\nkind = "hololens"')])
    assert identify(device("46f4:0004", "QEMU USB MTP", MTP), listed).is_headset
    assert identify(device("045e:0652", "", MTP), listed).kind is DeviceKind.HOLOLENS_1


def test_without_the_list_a_first_generation_without_a_name_is_only_perhaps_one() -> None:
    assert identify(device("045e:0652", "", MTP), EMPTY).kind is DeviceKind.MAYBE


def test_a_listed_headset_in_recovery_is_in_recovery() -> None:
    assert identify(device("045e:0652", "Microsoft HoloLens Recovery", VENDOR), SHIPPED).kind is DeviceKind.FLASH


@pytest.mark.parametrize("seen", [device("045e:f0f2", "HoloLens", MTP), device("05c6:9008"), device("045e:062a", "x"),
                                  device("045e:062a", "HoloLens"), device("045e:1", "", MTP), device("1:1")])
def test_every_identity_has_a_next_step_and_its_fault_is_catalogued(seen: UsbSighting) -> None:
    identity = identify(seen, SHIPPED)
    assert identity.reason
    assert identity.next_step
    assert not identity.fault or identity.fault in catalogue()


@pytest.mark.parametrize(("kind", "model", "maker", "told"), [
    (DeviceKind.HOLOLENS, "HoloLens 2", "Microsoft Corporation", Generation.HOLOLENS_2),
    (DeviceKind.HOLOLENS, "Windows Device", "Microsoft Corporation", Generation.HOLOLENS_1),
    (DeviceKind.HOLOLENS, "Windows Device", "Acme", Generation.UNKNOWN),
    (DeviceKind.HOLOLENS_1, "", "", Generation.HOLOLENS_1),
    (DeviceKind.HOLOLENS_1, "HoloLens 2", "Microsoft Corporation", Generation.HOLOLENS_2),
    (DeviceKind.HOLOLENS, "", "", Generation.UNKNOWN),
])
def test_the_model_decides_the_generation_where_it_is_known(kind: DeviceKind, model: str, maker: str, told: Generation) -> None:
    assert generation(kind, model, maker) is told


@pytest.mark.parametrize("text", [
    "not toml =", '[[device]]\nid = "45e:1"', '[[device]]\nkind = "hololens"', '[[device]]\nid = "045e:0652"\nkind = "edl"',
    'device = "x"', "device = [1]",
])
def test_a_list_that_cannot_be_read_says_so(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"usb\.bad-list"):
        AllowList.parse(text)
