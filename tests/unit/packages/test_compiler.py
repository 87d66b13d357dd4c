"""From settings to provxml: groups, names, order, values."""

import base64

import pytest

from station.model.errors import DataError, UsageError
from station.package import wlan
from station.package.compiler import Compiled, Dialect, ProvFile, compile_settings
from station.package.customizations import Element
from station.package.provxml import Characteristic, Parm, parse, render, settings_group, split_csp
from station.package.schema import shipped
from station.package.settings import (
    App,
    DeviceName,
    Edition,
    Identity,
    NameSetting,
    OtherSetting,
    PackageSettings,
    Policy,
    WifiNetwork,
    WifiSecurity,
)
from station.package.settings_tree import to_tree
from tests.unit.packages import making


def compiled(settings: PackageSettings, dialect: Dialect = Dialect.PLAIN) -> Compiled:
    tree = to_tree(settings, making.secret, shipped())
    contents = {**making.files(), **tree.made}
    return compile_settings(tree.common, shipped(), contents.__getitem__, dialect)


def file_of(result: Compiled, part: str) -> ProvFile:
    return next(f for f in result.files if part in f.name)


@pytest.mark.parametrize(("path", "group"), [
    ("Accounts/Azure", "641c3728-5623-544a-9144-976a2dbf3ca9"),
    ("ConnectivityProfiles/WLAN/WLANSetting/WLANConfig", "ac17da61-38b8-5bb9-bdaf-7436ac4eb133"),
    ("Accounts/Users/User", "316e2a31-250a-5f09-a0e1-d2e5c6b03559"),
    ("Policies/Start/ConfigureStartPins", "d66ea0fd-afd5-5f17-a853-597f25399be1"),
    ("Policies/Security/RequireProvisioningPackageSignature", "4b8f0380-fb7b-5260-a2bc-8ee59ea45313"),
])
def test_groups_are_those_of_real_packages(path: str, group: str) -> None:
    assert settings_group(path) == group


def test_a_second_instance_gets_a_group_of_its_own() -> None:
    """Written behind the first one's, as real packages do."""
    groups = [f.group for f in compiled(making.full_settings()).files if "WLANSetting" in f.name]
    assert groups == ["ac17da61-38b8-5bb9-bdaf-7436ac4eb133", "ac17da61-38b8-5bb9-bdaf-7436ac4eb133_0"]


def test_an_atomic_group_is_one_file_an_instance() -> None:
    user = file_of(compiled(making.full_settings()), "Accounts_Users_bob")
    assert [(p.name, p.value, p.datatype) for p in user.parms] == [
        ("Password", making.SECRETS["user/bob"], "string"), ("LocalUserGroup", "1", "integer")]


def test_certificates_come_before_networks_and_networks_before_joins() -> None:
    names = [f.name.split("__")[1] for f in compiled(making.full_settings()).files]

    def last(part: str) -> int:
        return max(i for i, n in enumerate(names) if part in n)

    def first(part: str) -> int:
        return min(i for i, n in enumerate(names) if part in n)
    assert last("Certificates_") < first("WLAN_")
    assert last("WLAN_") < first("Accounts_Azure")
    assert last("WLAN_") < first("Workplace_")
    assert last("Accounts_Users") < first("AssignedAccess")


def test_files_are_numbered_through_the_package_with_user_settings_last() -> None:
    files = compiled(making.full_settings()).files
    assert [int(f.name.split("__")[0]) for f in files] == list(range(len(files)))
    contexts = [f.context for f in files]
    assert contexts == sorted(contexts)
    assert "User_RunTime" in contexts


def test_a_user_policy_carries_its_scope() -> None:
    policy = file_of(compiled(making.full_settings()), "AllowCortana")
    assert policy.parms[0].path[0] == Characteristic("Policy", "User")


def test_a_network_becomes_one_profile() -> None:
    network = file_of(compiled(making.full_settings()), "WLANSetting_LAB")
    profile = wlan.parse(network.parms[0].value, "x")
    assert [s.type for s in network.parms[0].path] == ["WiFi", "Profile", "LAB"]
    assert (profile.ssid, profile.security, profile.key) == ("LAB", WifiSecurity.WPA2, making.SECRETS["wifi/lab"])


def test_a_certificate_stands_under_its_thumbprint() -> None:
    parm = file_of(compiled(making.full_settings()), "RootCertificates").parms[0]
    assert parm.path == (Characteristic("RootCATrustedCertificates", "Device"), Characteristic("Root"),
                         Characteristic(making.thumbprint(making.certificate())))
    assert base64.b64decode(parm.value) == making.certificate()
    assert "\n" not in parm.value


def test_an_edition_licence_is_executed() -> None:
    from station.package.settings import Edition

    parm = compiled(making.simple_settings(edition=Edition("kiosk.xml"))).files[-1].parms[0]
    assert (parm.name, parm.execute, parm.value) == ("UpgradeEditionWithLicense", True, making.KIOSK_XML)
    assert b' exec="1" />' in render([parm])


@pytest.mark.parametrize(("change", "place", "name"), [
    ({"device_name": DeviceName("X-%SERIAL%", NameSetting.COMPUTER_NAME)}, "Domain", "ComputerName"),
    ({"device_name": DeviceName("X-%SERIAL%", NameSetting.DNS_COMPUTER_NAME)}, "Microsoft", "DNSComputerName"),
    ({"edition": Edition(product_key="portal/pw")}, "WindowsLicensing", "UpgradeEditionWithProductKey")])
def test_what_needs_a_restart_asks_for_a_reload(change: dict[str, object], place: str, name: str) -> None:
    """Seen in real packages for a computer's name (2018 to 2025) and an edition's product key (2021)."""
    file = file_of(compiled(making.simple_settings(**change)), name.replace("ComputerName", "Computer"))
    assert [(p.path[-1].type, p.name, p.datatype) for p in file.parms] == [
        (place, name, "string"), ("ForceSettingReload", name, "integer")]
    assert file.parms[1].value == "1"


def test_choices_become_their_numbers() -> None:
    some = making.simple_settings(policy=(Policy("Connectivity", "AllowBluetooth", "Yes"),))
    assert compiled(some).files[-1].parms[0].value == "2"


@pytest.mark.parametrize(("element", "code"), [
    (Element("Nothing", "1"), "package.unknown-setting"),
    (Element("FirstExperience", children=(Element("HoloLens", children=(Element("SkipWifi", "True"),)),)), "package.needs-store"),
    (Element("TenantLockdown", children=(Element("RequireNetworkInOOBE", "maybe"),)), "package.bad-value"),
    (Element("AccountManagement", children=(Element("UserProfilePolicies", children=(Element("DeletionPolicy", "often"),)),)),
     "package.bad-value"),
    (Element("Accounts", children=(Element("Users", children=(Element("User", children=(Element("Password", "x"),)),)),)),
     "package.bad-value"),
])
def test_what_cannot_be_compiled_is_told(element: Element, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        compile_settings(Element("Common", children=(element,)), shipped(), lambda _: b"")
    assert caught.value.code == code


def test_a_file_that_is_no_certificate_is_told() -> None:
    tree = to_tree(making.full_settings(), making.secret, shipped())
    with pytest.raises(DataError) as caught:
        compile_settings(tree.common, shipped(), lambda _: b"no certificate")
    assert caught.value.code == "package.bad-certificate"


def test_a_file_with_characters_that_xml_cannot_hold_is_refused() -> None:
    from station.package.settings import Kiosk

    tree = to_tree(making.simple_settings(kiosk=Kiosk("k.xml")), making.secret, shipped())
    with pytest.raises(UsageError) as caught:
        compile_settings(tree.common, shipped(), lambda _: b"<a>\x01</a>")
    assert caught.value.code == "package.bad-value"


def test_other_settings_go_the_same_way() -> None:
    some = PackageSettings(Identity("x"), setting=(OtherSetting("Policies/System/AllowLocation", "No"),))
    assert compiled(some).files[0].parms[0].value == "0"


def test_the_dialects_differ_as_the_tools_did() -> None:
    some = PackageSettings(Identity("x"), wifi=(WifiNetwork("LAB", key="wifi/lab"),),
                           policy=(Policy("Connectivity", "AllowNFC", 1),))
    assert [f.name for f in compiled(some, Dialect.WCD_2016).files] == ["ConnectivityProfiles_0", "Policies_1"]
    assert [f.group for f in compiled(some, Dialect.WCD_2016).files] == ["ConnectivityProfiles", "Policies"]
    assert compiled(some).files[-1].parms[0].settings_path == ""
    assert compiled(some, Dialect.WCD_2025).files[-1].parms[0].settings_path == "Policies/Connectivity/AllowNFC"


def test_documents_are_written_as_the_tools_write_them() -> None:
    data = render([Parm((Characteristic("A", "Device"), Characteristic("B")), "n", 'a<b>&"\r\n', "string"),
                   Parm((Characteristic("A", "Device"),), "m", "1", "integer")])
    assert data.startswith(b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<wap-provisioningdoc>\r\n')
    assert data.endswith(b"</wap-provisioningdoc>")
    assert b'value="a&lt;b&gt;&amp;&quot;&#xD;&#xA;"' in data
    assert b'  <characteristic type="A" scope="Device">\r\n    <characteristic type="B">\r\n      <parm name="n"' in data
    assert data.count(b'type="A"') == 1


def test_documents_are_read_back() -> None:
    parms = tuple(p for f in compiled(making.full_settings()).files for p in f.parms)
    assert parse(render(parms), "x") == parms


@pytest.mark.parametrize(("csp", "steps"), [
    ("./Vendor/MSFT/AADJ/BPRT", ["AADJ", "BPRT"]), ("./Device/Vendor/MSFT/A/B", ["A", "B"]),
    ("RootCATrustedCertificates!scope=Device/Root/X", ["RootCATrustedCertificates", "Root", "X"]),
])
def test_csp_paths_become_steps(csp: str, steps: list[str]) -> None:
    assert [s.type for s in split_csp(csp)] == steps


def test_profiles_of_every_security_are_read_back() -> None:
    for security in WifiSecurity:
        key = "" if security is WifiSecurity.OPEN else "a <key> & more"
        profile = wlan.WlanProfile("Ä & b", "Ä & b", security, key, True, False)
        again = wlan.parse(wlan.render(profile), "x")
        assert (again.name, again.ssid, again.security, again.key, again.hidden, again.auto_connect) == (
            "Ä & b", "Ä & b", security, key, True, False)
        assert again.hex_matches


@pytest.mark.parametrize("policy", [Policy("X Y", "Z", 1), Policy("A", "b<c", 1), Policy("", "x", 1), Policy("A/B", "x", 1)])
def test_what_can_be_no_name_of_an_element_is_refused(policy: Policy) -> None:
    """It would break customizations.xml, or say something else there."""
    with pytest.raises(UsageError) as caught:
        to_tree(making.simple_settings(policy=(policy,)), making.secret, shipped())
    assert caught.value.code == "package.bad-value"


@pytest.mark.parametrize("name", ["we:ird.msix", "con.msix", "a?.msix", "dir/trailing.msix "])
def test_a_carried_file_that_windows_could_not_have_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        compiled(making.simple_settings(app=(App("Contoso.App_8wekyb3d8bbwe", name),)))
    assert caught.value.code == "package.bad-value"


def test_nothing_that_holds_a_secret_on_the_way_shows_it() -> None:
    """Neither in a debugger nor in a message that somebody makes of it."""
    tree = to_tree(making.full_settings(), making.secret, shipped())
    result = compiled(making.full_settings())
    said = repr((tree, result, [p for f in result.files for p in f.parms],
                 wlan.WlanProfile("x", "x", WifiSecurity.WPA2, making.SECRETS["wifi/lab"])))
    assert not [name for name, value in making.SECRETS.items() if value in said]
