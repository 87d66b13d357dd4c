"""Settings go into a package and come out again as they were."""

import dataclasses
import datetime
import shutil
import string
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.model.errors import DataError, NotFound
from station.package.customizations import Customizations, render
from station.package.importer import Imported, import_settings
from station.package.lint import check_package
from station.package.schema import Kind, Schema, Setting, shipped
from station.package.settings import (
    AccountManagement,
    App,
    AuthPolicy,
    Certificate,
    CertificateStore,
    ClientCertificate,
    DeletionPolicy,
    Developer,
    DeviceName,
    Edition,
    Enrolment,
    EntraJoin,
    Headset,
    Identity,
    KeyLocation,
    Kiosk,
    LocalUser,
    NameSetting,
    Owner,
    PackageSettings,
    Policy,
    PortalAuthentication,
    Target,
    UserGroup,
    WifiNetwork,
    WifiProfile,
    WifiSecurity,
)
from station.package.settings_tree import STORES, to_tree
from tests.unit.packages import making
from tests.unit.packages.rewriting import rewritten

NAMES = {value: name for name, value in making.SECRETS.items()}


def keep(_: str, value: str) -> str:
    return NAMES[value]


def round_trip(some: PackageSettings, folder: Path, **options: object) -> Imported:
    package, _ = making.make(some, folder, **options)
    return import_settings(package, keep=keep, folder=folder / "imported")


def test_everything_comes_back(tmp_path: Path) -> None:
    making.write_files(tmp_path)
    found = round_trip(making.full_settings(), tmp_path)
    assert found.settings == making.full_settings()
    assert found.left_out == ()
    for name, data in making.files().items():
        assert (tmp_path / "imported" / name).read_bytes() == data, name


def test_a_package_without_its_source_gives_all_but_the_names_of_certificates_and_files(tmp_path: Path) -> None:
    making.write_files(tmp_path)
    before, after = making.full_settings(), round_trip(making.full_settings(), tmp_path, strip_source=True).settings
    for field in ("target", "wifi", "entra_join", "enrolment", "user", "device_name", "account_management", "app"):
        assert getattr(after, field) == getattr(before, field), field
    assert set(after.policy) == set(before.policy)
    assert [c.store for c in after.certificate] == [c.store for c in before.certificate]
    assert [(tmp_path / "imported" / c.file).read_bytes() for c in after.certificate] == [
        making.files()[c.file] for c in before.certificate]
    assert after.client_certificate[0].name == "Dev"
    assert (tmp_path / "imported" / after.wifi_profile[0].file).read_bytes() == making.files()["corp-wlan.xml"]


WORDS = st.text(string.ascii_letters + string.digits + "äß -_.&<>\"'", min_size=1, max_size=14).map(str.strip).filter(bool)
PLAIN = st.text(string.ascii_letters + string.digits + "-_.", min_size=1, max_size=14).filter(lambda s: s.strip(".") == s)
NUMBERS = st.integers(0, 100)


def uniquely(strategy: st.SearchStrategy, key: str, most: int = 3) -> st.SearchStrategy:
    return st.lists(strategy, max_size=most, unique_by=lambda v: getattr(v, key).casefold()).map(tuple)


@st.composite
def networks(draw: st.DrawFn) -> WifiNetwork:
    security = draw(st.sampled_from(WifiSecurity))
    key = "" if security is WifiSecurity.OPEN else draw(st.sampled_from(["wifi/lab", "wifi/other"]))
    return WifiNetwork(draw(WORDS), security, key, draw(st.booleans()), draw(st.booleans()),
                       "" if security is WifiSecurity.WPA3 else draw(st.sampled_from(["", "proxy:8080"])))


def in_the_order_of_an_import(settings: PackageSettings) -> PackageSettings:
    """WPA3 networks last, certificates by store, policies by area."""
    order = list(STORES)
    return dataclasses.replace(
        settings, wifi=tuple(sorted(settings.wifi, key=lambda w: w.security is WifiSecurity.WPA3)),
        certificate=tuple(sorted(settings.certificate, key=lambda c: order.index(c.store))),
        policy=tuple(sorted(settings.policy, key=lambda p: p.area)))


@st.composite
def all_settings(draw: st.DrawFn) -> PackageSettings:
    """Any settings that the native engine carries, in the order of an import."""
    certificates = uniquely(st.builds(Certificate, WORDS, st.sampled_from(["corp.cer", "issuing/ca.cer", "signer.cer"]),
                                      st.sampled_from(CertificateStore)), "name")
    apps = uniquely(st.builds(
        App, PLAIN, st.just("app.msix"), st.sampled_from([(), ("dep.appx",)]),
        deployment_options=st.sampled_from([0, 1, 2, 32, 64]), launch_at_sign_in=st.booleans()), "family", 2)
    policies = st.lists(st.builds(Policy, st.sampled_from(["Some", "Other", "Third"]), st.sampled_from(["A", "B", "C"]),
                                  st.one_of(st.integers(-5, 99999), WORDS), st.booleans()),
                        max_size=4, unique_by=lambda p: (p.area, p.name)).map(tuple)
    values = {
        "package": draw(st.builds(Identity, WORDS, st.just(making.ID), st.sampled_from(["1.0", "2.13", "1.2.3.4"]),
                                  st.sampled_from(Owner), st.integers(0, 99), st.sampled_from(["", "some notes"]))),
        "target": draw(st.builds(Target, st.sampled_from([None, *Headset]), st.sampled_from(["", "22621.1244"]), NUMBERS)),
        "wifi": draw(uniquely(networks(), "ssid")),
        "wifi_profile": draw(st.sampled_from([(), (WifiProfile("corp-wlan.xml"),)])),
        "certificate": draw(certificates),
        "client_certificate": draw(uniquely(st.builds(
            ClientCertificate, PLAIN, st.just("dev.pfx"), st.just("pfx/dev"), st.booleans(),
            st.sampled_from(KeyLocation)), "name", 2)),
        "entra_join": draw(st.none() | st.builds(
            EntraJoin, st.just("bulk/lab"), st.just("https://login.microsoftonline.com/common"),
            st.none() | st.dates(datetime.date(2020, 1, 1)), NUMBERS)),
        "enrolment": draw(uniquely(st.builds(Enrolment, PLAIN.map(lambda s: s + "@x.com"), st.sampled_from(["", "mdm/svc"]),
                                             st.sampled_from(AuthPolicy), st.sampled_from(["", "https://m"])), "upn", 2)),
        "user": draw(uniquely(st.builds(LocalUser, PLAIN, st.sampled_from(["user/bob"]), st.sampled_from(UserGroup),
                                        st.sampled_from(["", "C:\\Users\\x"])), "name")),
        "device_name": draw(st.none() | st.builds(
            DeviceName, st.sampled_from(["HL-%SERIAL%", "X%RAND:5%"]), st.sampled_from(NameSetting))),
        "edition": draw(st.sampled_from([None, Edition("kiosk.xml"), Edition(product_key="portal/pw")])),
        "kiosk": draw(st.sampled_from([None, Kiosk("kiosk.xml"), Kiosk(account="bob", app="A_8wekyb3d8bbwe!App")])),
        "account_management": draw(st.none() | st.builds(
            AccountManagement, st.booleans(), st.none() | st.sampled_from(DeletionPolicy), st.none() | NUMBERS,
            st.none() | NUMBERS, st.none() | NUMBERS)),
        "developer": draw(st.none() | st.builds(Developer, st.booleans(), st.none() | st.sampled_from(PortalAuthentication),
                                                http_port=st.none() | NUMBERS)),
        "tenant_lockdown": draw(st.sampled_from([None, True, False])), "app": draw(apps), "policy": draw(policies)}
    return in_the_order_of_an_import(PackageSettings(**values))  # type: ignore[arg-type]


@given(all_settings())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_settings_come_back_as_they_were(some: PackageSettings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        making.write_files(Path(folder))
        found = round_trip(some, Path(folder))
        for field in dataclasses.fields(some):
            assert getattr(found.settings, field.name) == getattr(some, field.name), field.name
        assert found.left_out == ()
        judged = check_package(next(Path(folder).glob("*.ppkg")), today=making.TODAY)
        assert "source-differs" not in {f.rule for f in judged}


def test_an_import_builds_the_same_bytes_again(tmp_path: Path) -> None:
    making.write_files(tmp_path)
    first, _ = making.make(making.full_settings(), tmp_path, reproducible=True)
    found = import_settings(first, keep=keep, folder=tmp_path / "imported")
    again, _ = making.make(found.settings, tmp_path / "imported", reproducible=True)
    assert first.read_bytes() == again.read_bytes()


def test_a_policy_whose_area_the_device_spells_in_another_case_keeps_its_value(tmp_path: Path) -> None:
    """Stores of 2021 and later place Privacy under `privacy`: both name one policy, and neither file lies."""
    package, _ = making.make(making.simple_settings(policy=(Policy("Privacy", "LetAppsRun", 1),)), tmp_path)
    (tmp_path / "spelt.ppkg").write_bytes(rewritten(package.read_bytes(), _as_the_tool_spells))
    found = import_settings(tmp_path / "spelt.ppkg", keep=keep, folder=tmp_path / "imported")
    assert found.settings.policy == (Policy("Privacy", "LetAppsRun", 1),)
    assert found.left_out == ()


def _as_the_tool_spells(path: str, data: bytes) -> bytes:
    if path.endswith(".provxml"):
        return data.replace(b'type="Privacy"', b'type="privacy"')
    return data.replace(b"<LetAppsRun>1<", b"<LetAppsRun>Yes<")


def test_secrets_go_to_the_keeper_and_only_names_stay(tmp_path: Path) -> None:
    making.write_files(tmp_path)
    package, _ = making.make(making.full_settings(), tmp_path)
    kept: dict[str, str] = {}

    def keep_new(name: str, value: str) -> str:
        kept[name] = value
        return name
    found = import_settings(package, keep=keep_new, folder=tmp_path / "imported")
    assert set(kept.values()) == set(making.SECRETS.values()) - {making.SECRETS["portal/pw"]}
    assert all(name.startswith("package/Lab-co/") for name in kept)
    assert not any(value in repr(found) for value in kept.values())


def test_customizations_alone_are_imported_with_the_files_beside_them(tmp_path: Path) -> None:
    making.write_files(tmp_path / "project")
    tree = to_tree(making.full_settings(), making.secret, shipped())
    package, _ = making.make(making.full_settings(), tmp_path / "project")
    from station.package.contents import read_package
    custom = read_package(package).main.customizations
    assert custom is not None
    for name, data in tree.made.items():
        (tmp_path / "project" / name).write_bytes(data)
    (tmp_path / "project" / "customizations.xml").write_bytes(render(Customizations(custom.config, custom.common)))
    found = import_settings(tmp_path / "project" / "customizations.xml", keep=keep, folder=tmp_path / "imported").settings
    assert found.certificate == making.full_settings().certificate
    assert found.wifi == making.full_settings().wifi
    assert found.app == making.full_settings().app
    assert (tmp_path / "imported" / "app.msix").read_bytes() == making.files()["app.msix"]


def test_a_project_that_was_moved_finds_its_files_beside_it_and_names_the_others(tmp_path: Path) -> None:
    """Windows Configuration Designer writes whole paths of the machine where the project was made."""
    base = "Tools/Scripts/Script"
    store = Schema("store", [*shipped(), Setting("Tools/Scripts", Kind.LIST), Setting(base, Kind.FILE, carried=True)])
    moved = "C:\\Users\\eve\\Lab\\"
    certificate = (f'<RootCertificate CertificateName="R"><CertificatePath>{moved}corp.cer</CertificatePath></RootCertificate>')
    scripts = f'<Script Name="a">{moved}here.cmd</Script><Script Name="b">{moved}gone.cmd</Script>'
    (tmp_path / "c.xml").write_text(
        "<WindowsCustomizations><Settings><Customizations><Common><Certificates><RootCertificates>"
        f"{certificate}</RootCertificates></Certificates><Tools><Scripts>{scripts}</Scripts></Tools>"
        "</Common></Customizations></Settings></WindowsCustomizations>")
    (tmp_path / "corp.cer").write_bytes(making.certificate())
    (tmp_path / "here.cmd").write_bytes(b"rem")
    found = import_settings(tmp_path / "c.xml", keep=keep, folder=tmp_path / "in", schema=store)
    assert [c.file for c in found.settings.certificate] == ["corp.cer"]
    assert [s.value for s in found.settings.setting] == ["here.cmd", "gone.cmd"]
    assert sorted(p.name for p in (tmp_path / "in").iterdir()) == ["corp.cer", "here.cmd"]
    assert found.left_out == (f"{moved}gone.cmd",)


def test_paths_in_a_package_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    making.write_files(tmp_path)
    package, _ = making.make(making.full_settings(), tmp_path)
    data = package.read_bytes()
    evil = tmp_path / "evil.ppkg"
    from tests.unit.packages.rewriting import rewritten
    evil.write_bytes(rewritten(data, lambda path, text: text.replace(b">corp.cer<", b">../../escaped.cer<")))
    folder = tmp_path / "deep" / "er" / "imported"
    found = import_settings(evil, keep=keep, folder=folder)
    assert found.settings.certificate[0].file == "escaped.cer"
    written = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("escaped*")}
    assert written == {"deep/er/imported/escaped.cer"}


def test_two_files_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    making.write_files(tmp_path)
    (tmp_path / "b").mkdir()
    shutil.copy(tmp_path / "signer.cer", tmp_path / "b" / "corp.cer")
    absolute = str(tmp_path / "b" / "corp.cer")
    some = making.simple_settings(certificate=(Certificate("One", "corp.cer"), Certificate("Two", absolute)))
    found = round_trip(some, tmp_path)
    names = [c.file for c in found.settings.certificate]
    assert names == ["corp.cer", "corp-2.cer"]
    assert (tmp_path / "imported" / "corp-2.cer").read_bytes() == making.files()["signer.cer"]


def test_a_missing_package_is_not_found(tmp_path: Path) -> None:
    for name in ("none.ppkg", "none.xml"):
        with pytest.raises(NotFound):
            import_settings(tmp_path / name, keep=keep, folder=tmp_path)


CUSTOMIZATIONS = ('<WindowsCustomizations><PackageConfig xmlns="urn:schemas-Microsoft-com:Windows-ICD-Package-Config.v1.0">'
                  "<Name>Gäste</Name></PackageConfig></WindowsCustomizations>")


@pytest.mark.parametrize(("declared", "saved"), [
    ("", "utf-8"), ("utf-8", "utf-8"), ("UTF-8", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-8", "utf-16"), ("utf-16", "utf-8"),
    ("unicode", "utf-8-sig"), ("windows-1252", "cp1252"), ("gb18030", "gb18030"), ("utf-8", "utf-32")])
def test_customizations_are_read_as_they_were_saved(tmp_path: Path, declared: str, saved: str) -> None:
    """Editors and scripts of Windows declare one encoding and save another."""
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    (tmp_path / "c.xml").write_bytes((head + CUSTOMIZATIONS).encode(saved))
    found = import_settings(tmp_path / "c.xml", keep=lambda n, _: n, folder=tmp_path)
    assert found.settings.package.name == "Gäste"


@pytest.mark.parametrize(("data", "code", "said"), [
    (b"", "package.bad-xml", "no element found, line 1"), (b"\xff\xfe", "package.bad-xml", "no element found, line 1"),
    (b'<?xml version="1.0" encoding="utf-8"?>\n<a>\xe4</a>', "package.bad-xml", "not well-formed (invalid token), line 2"),
    (b"<a>pass&word;</a>", "package.bad-xml", "undefined entity, line 1"),
    (b"<ICDProject><Name>x</Name></ICDProject>", "package.not-customizations", "ICDProject"),
    (b'<?xml version="1.0" encoding="none-such"?><a/>', "package.bad-xml", "LookupError")])
def test_what_is_no_customizations_is_told_without_repeating_it(tmp_path: Path, data: bytes, code: str, said: str) -> None:
    (tmp_path / "c.xml").write_bytes(data)
    with pytest.raises(DataError) as caught:
        import_settings(tmp_path / "c.xml", keep=lambda n, _: n, folder=tmp_path)
    assert caught.value.code == code
    assert caught.value.detail.endswith(said)
    assert "word" not in caught.value.detail


def test_a_customizations_of_no_reasonable_size_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "c.xml").open("wb") as stream:
        stream.truncate(17 << 20)
    with pytest.raises(DataError) as caught:
        import_settings(tmp_path / "c.xml", keep=lambda n, _: n, folder=tmp_path)
    assert caught.value.code == "package.too-large"


def test_settings_under_conditions_are_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "c.xml").write_text(CUSTOMIZATIONS.replace("</WindowsCustomizations>", (
        "<Settings><Customizations><Common/><Variant/><Variant/></Customizations></Settings></WindowsCustomizations>")))
    found = import_settings(tmp_path / "c.xml", keep=lambda n, _: n, folder=tmp_path)
    assert found.left_out[-2:] == ("Variant 1", "Variant 2")
