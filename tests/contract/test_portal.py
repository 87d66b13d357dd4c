"""The Device Portal as recorded and as documented: values, refusals, and a connection held to one certificate."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from station.links.portal import answers
from station.links.portal.client import PortalClient, PortalPlace
from station.links.portal.pinned import FilePins, MemoryPins
from station.model.build import OsBuild
from station.model.errors import ConfigurationError, DataError, LinkError, LinkLost, Refused
from station.model.timing import Deadline
from station.practice.portal import VirtualPortal
from station.practice.staging import OWNER
from station.practice.units.headset import Page
from station.practice.units.identity import make_identity
from station.practice.units.unit import VirtualUnit
from tests.hand_clock import HandClock

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "device"


def a_unit() -> VirtualUnit:
    return VirtualUnit(make_identity(1, 1), HandClock(), port="1-1", life=OWNER)


@pytest.fixture
def portal() -> Iterator[VirtualPortal]:
    with VirtualPortal(a_unit()) as running:
        yield running


def place(portal: VirtualPortal) -> PortalPlace:
    return PortalPlace(portal.url, "bench", "practice-only")


def client(portal: VirtualPortal, pins: MemoryPins | FilePins | None = None) -> PortalClient:
    return PortalClient(place(portal), pins or MemoryPins())


def soon() -> Deadline:
    return Deadline(10)


def test_a_unit_tells_its_whole_build_edition_battery_adapters_and_apps(portal: VirtualPortal) -> None:
    asking = client(portal)
    info = asking.os_info(soon())
    portal_build = OsBuild(20348, 1528)
    assert (info.build, info.edition, info.platform) == (portal_build, "Windows Holographic for Business", "HoloLens 2")
    assert asking.battery(soon()) == answers.Battery(87, True, True, None)
    (wifi,) = asking.adapters(soon())
    assert wifi.kind == "IEEE 802.11"
    assert wifi.addresses == ("192.168.0.121",)
    (app,) = asking.packages(soon())
    assert (app.name, app.version) == ("Remote Assist", "2212.1.0.0")
    asking.close()


def test_the_network_that_a_unit_is_on_is_told_apart_from_those_around_it(portal: VirtualPortal) -> None:
    asking = client(portal)
    assert asking.network(soon()) == answers.Network("Bench", 92)
    asking.close()


@pytest.mark.parametrize(("told", "found"), [
    ({"AvailableNetworks": []}, None), ({}, None), ({"AvailableNetworks": [{"AlreadyConnected": False, "SSID": "x"}]}, None),
    ({"AvailableNetworks": [{"AlreadyConnected": 1, "SSID": "x", "SignalQuality": 300}]}, answers.Network("x", 100)),
    ({"AvailableNetworks": [{"AlreadyConnected": True, "SSID": 5}]}, None),
])
def test_networks_in_odd_forms_are_read_leniently(told: dict[str, object], found: answers.Network | None) -> None:
    assert answers.network(told) == found


def test_an_adapter_whose_id_is_no_id_is_not_asked_for() -> None:
    guid = "01D4D335-AC90-4A87-9E79-B9359C14C5A0"
    assert answers.interfaces({"Interfaces": [{"GUID": f"{{{guid}}}"}, {"GUID": "x&y=1"}, {}]}) == (guid,)


def test_pairing_makes_the_user_by_the_pin_that_the_headset_shows(portal: VirtualPortal) -> None:
    asking = PortalClient(PortalPlace(portal.url, "station", "seven-and-more"), MemoryPins())
    with pytest.raises(Refused) as caught:
        asking.os_info(soon())
    assert caught.value.code == "portal.wrong-password"
    asking.begin_pairing(soon())
    asking.pair(f" {portal.pin}\n", soon())
    assert asking.os_info(soon()).platform == "HoloLens 2"
    asking.close()


@pytest.mark.parametrize(("pin", "password"), [("000000", "seven-and-more"), (None, "short")])
def test_a_pairing_that_is_refused_says_so_and_pairs_nobody(portal: VirtualPortal, pin: str | None, password: str) -> None:
    asking = PortalClient(PortalPlace(portal.url, "station", password), MemoryPins())
    asking.begin_pairing(soon())
    with pytest.raises(Refused) as caught:
        asking.pair(pin or portal.pin, soon())
    assert caught.value.code == "portal.not-paired"
    assert password not in str(caught.value)
    with pytest.raises(Refused):
        asking.os_info(soon())
    asking.close()


def test_the_password_of_a_pairing_is_in_no_log(portal: VirtualPortal, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    asking = PortalClient(PortalPlace(portal.url, "station", "seven-and-more"), MemoryPins())
    asking.begin_pairing(soon())
    asking.pair(portal.pin, soon())
    asking.close()
    assert "seven-and-more" not in caplog.text


def test_it_only_reads(portal: VirtualPortal) -> None:
    asking = client(portal)
    asking.os_info(soon())
    asking.packages(soon())
    asking.close()
    assert {line.split()[0] for line in portal.asked} == {"GET"}


def test_the_certificate_is_remembered_and_kept_to(portal: VirtualPortal, tmp_path: Path) -> None:
    pins = FilePins(tmp_path / "portal-pins.json")
    first = client(portal, pins)
    first.os_info(soon())
    first.close()
    kept = first.fingerprint
    assert kept is not None
    assert len(bytes.fromhex(kept)) == 32
    assert json.loads((tmp_path / "portal-pins.json").read_text()) == {f"127.0.0.1:{portal.port}": kept}
    again = client(portal, FilePins(tmp_path / "portal-pins.json"))
    assert again.os_info(soon()).platform == "HoloLens 2"
    again.close()


def test_another_certificate_at_the_same_address_gets_no_password(portal: VirtualPortal) -> None:
    pins = MemoryPins()
    client(portal, pins).os_info(soon())
    port = portal.port
    portal.stop()
    portal.start(port)
    heard = len(portal.asked)
    with pytest.raises(LinkError) as refused:
        client(portal, pins).os_info(soon())
    assert refused.value.code == "portal.certificate-changed"
    assert len(portal.asked) == heard


def test_a_damaged_list_of_pins_is_never_taken_for_an_empty_one(portal: VirtualPortal, tmp_path: Path) -> None:
    file = tmp_path / "pins.json"
    file.write_text("{")
    with pytest.raises(LinkError) as refused:
        client(portal, FilePins(file)).os_info(soon())
    assert refused.value.code == "portal.pins-unreadable"
    assert not portal.asked


def test_a_wrong_password_is_told_as_such(portal: VirtualPortal) -> None:
    with pytest.raises(Refused) as refused:
        PortalClient(replace(place(portal), password="another"), MemoryPins()).os_info(soon())
    assert refused.value.code == "portal.wrong-password"


@pytest.mark.parametrize(("odd", "says"), [
    ("error-code", "500 Access is denied. (0x80070005)"), ("reason-only", "403 Developer mode is off"),
    ("refused", "500 The parameter is incorrect. (0x80070057)")])
def test_every_form_of_a_refusal_is_read(portal: VirtualPortal, odd: str, says: str) -> None:
    portal.odd = odd
    with pytest.raises(Refused) as refused:
        client(portal).os_info(soon())
    assert (refused.value.code, refused.value.detail) == ("portal.refused", f"/api/os/info: {says}")


def test_an_answer_inside_a_reason_is_unpacked_and_html_is_refused(portal: VirtualPortal) -> None:
    portal.odd = "in-reason"
    assert client(portal).battery(soon()).percent == 87
    portal.odd = "no-json"
    with pytest.raises(DataError) as refused:
        client(portal).battery(soon())
    assert refused.value.code == "portal.not-understood"


@pytest.mark.parametrize("page", [Page.HUMMINGBIRD, Page.SLEEP])
def test_a_unit_in_setup_or_asleep_has_no_portal(page: Page) -> None:
    with VirtualPortal(VirtualUnit(make_identity(1, 1), HandClock(), port="1-1", page=page)) as portal, \
            pytest.raises(LinkLost) as lost:
        client(portal).os_info(soon())
    assert lost.value.code == "portal.unreachable"


def test_nobody_at_the_address_is_no_answer(portal: VirtualPortal) -> None:
    gone = place(portal)
    portal.stop()
    with pytest.raises(LinkError) as lost:
        PortalClient(gone, MemoryPins()).os_info(soon())
    assert lost.value.code == "portal.unreachable"


@pytest.mark.parametrize("url", ["http://192.168.0.121", "192.168.0.121", "ftp://127.0.0.1", "https://"])
def test_an_address_without_encryption_is_refused_save_on_this_machine(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        PortalClient(PortalPlace(url, "bench", "x"), MemoryPins())
    assert refused.value.code == "portal.bad-address"
    assert PortalClient(PortalPlace("http://127.0.0.1:10080", "bench", "x"), MemoryPins()).fingerprint is None


def test_a_place_never_shows_its_password() -> None:
    assert "geheim" not in repr(PortalPlace("https://127.0.0.1", "bench", "geheim"))


@pytest.mark.parametrize("body", [b"{}", b'{"OsVersion": 5}', b'{"OsEditionId": "136", "OsVersion": ""}'])
def test_what_is_missing_is_not_known(body: bytes) -> None:
    info = answers.os_info(answers.payload(body))
    assert (info.build, info.edition) == (None, "")
    assert answers.battery({}).percent is None
    assert answers.adapters({"Adapters": [5, {}]}) == (answers.Adapter("", "", "", ()),)


def recorded(name: str) -> dict[str, object]:
    file = RECORDED / name
    if not file.is_file():
        pytest.skip("no recorded samples here")
    return answers.payload(file.read_bytes())


def test_the_recorded_answers_of_a_first_generation_are_understood() -> None:
    info = answers.os_info(recorded("portal-hololens1/api_os_info_HoloLens_rs1_release.dat"))
    assert (info.build, info.edition) == (OsBuild(14393), "Windows Holographic")
    assert answers.battery(recorded("portal-hololens1/api_power_battery_HoloLens_rs1_release.dat")).percent == 99
    found = answers.adapters(recorded("portal-hololens1/api_networking_ipconfig_HoloLens_rs1_release.dat"))
    assert found[1].mac == "4c-0b-be-ff-96-13"
    assert found[1].addresses == ("192.168.0.121",)
    assert "CpuLoad" in recorded("portal-hololens1/api_resourcemanager_systemperf_HoloLens_rs1_release.dat")


def test_the_recorded_shapes_of_a_hololens_2_are_understood() -> None:
    assert answers.os_info(recorded("portal-shapes/hl2_os_info.json")).edition == "Windows Holographic for Business"
    (app,) = answers.packages(recorded("portal-shapes/packages.template.json"))
    assert app.version == "1.0.0.0"
