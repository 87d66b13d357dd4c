"""Every rule of the lint, once broken and once kept. The tables below are the specification: a rule without both fails a test."""

import dataclasses
import datetime
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from station.model.errors import DataError, Refused
from station.package.contents import ImageInfo, PackageContents, PackageImage, Problem, ProvDocument
from station.package.customizations import Customizations, Element, PackageConfig
from station.package.lint import Finding, KnownPackage, Severity, Subject, check_package, check_settings, refuse_errors, rules
from station.package.lint.engine import FolderFiles, check
from station.package.provxml import Characteristic, Parm
from station.package.settings import (
    App,
    AuthPolicy,
    Certificate,
    CertificateStore,
    ClientCertificate,
    Developer,
    DeviceName,
    Edition,
    Enrolment,
    EntraJoin,
    FirstExperience,
    Headset,
    Identity,
    Kiosk,
    LocalUser,
    NameSetting,
    OtherSetting,
    Owner,
    Policy,
    PortalAuthentication,
    Target,
    WifiNetwork,
    WifiProfile,
    WifiSecurity,
)
from tests.unit.packages import making
from tests.unit.packages.rewriting import rewritten

DAY = datetime.timedelta(days=1)
FAMILY = "Contoso.App_8wekyb3d8bbwe"
HL1 = Target(Headset.HOLOLENS_1, "17763.380", 1)
NET = (WifiNetwork("LAB", key="wifi/lab"),)
BOB = (LocalUser("bob", "user/bob"),)
TRUST = Policy("ApplicationManagement", "AllowAllTrustedApps", 1)
SIGNED = {"app": (App(FAMILY, "arm.appx"),), "certificate": (Certificate("S", "signer.cer", CertificateStore.TRUSTED_PEOPLE),),
          "policy": (TRUST,)}
ROOTED: "Change" = {"certificate": (Certificate("R", "corp.cer"),)}
PASSWORDS = {"weak/short": "abc", "weak/same": "aaaaaaaaaaaa", "weak/bob": "bob-bob-1", **making.SECRETS}


def app_package(architecture: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("AppxManifest.xml", f'<Package><Identity Name="x" ProcessorArchitecture="{architecture}"/></Package>')
    return stream.getvalue()


def kiosk_file(change: tuple[str, str]) -> bytes:
    """A kiosk file with one thing in it that is otherwise; UTF-16, as some editors save it."""
    pattern, new = change
    assert re.search(pattern, making.KIOSK_XML)
    return re.sub(pattern, new, making.KIOSK_XML).encode("utf-16")


KIOSKS = {
    "visitor.xml": ("<UserGroup [^>]*>", "<SpecialGroup Name='Visitor'/>"),
    "visitor-in-comment.xml": ("<UserGroup", '<!-- <SpecialGroup Name="Visitor" /> --><UserGroup'),
    "everybody.xml": ("<Config>.*</Config>", '<GlobalProfile Id="{a0b1c2d3-0000-4000-8000-000000000001}" />'),
    "bob.xml": ("<UserGroup [^>]*>", "<Account>bob</Account>"), "eve.xml": ("<UserGroup [^>]*>", "<Account>eve</Account>"),
    "nobody.xml": ("<UserGroup [^>]*>", "<!-- <Account>bob</Account> -->"),
    "no-profile.xml": ("A0B1C2D3-0000-4000-8000-000000000001", "A0B1C2D3-0000-4000-8000-000000000009"),
    "no-apps.xml": ("<App [^>]*>", "<!-- <App /> -->"), "one-app.xml": ("<AllAppsList>.*</AllAppsList>", "<KioskModeApp />"),
    "dash.xml": ("<Profiles>", "<Profiles><!\u2014any id -->"), "prefix.xml": ("<Configs>", "<Configs><v5:Exclusions />"),
}


class MemoryFiles:
    """Files of a subject, without a disk."""

    contents: ClassVar[dict[str, bytes]] = {
        **making.files(), "arm.appx": app_package("arm64"), "x86.appx": app_package("x86"), "notes.txt": b"no app",
        "licence.xml": b"<L/>", "junk": b"junk", "expired.cer": making.certificate("old", days=-1),
        "soon.cer": making.certificate("soon", days=20),
        "future.cer": making.certificate("future", starts=5), "leaf.cer": making.certificate("leaf", authority=False),
        "hex.xml": making.files()["corp-wlan.xml"].replace(b"436F7270", b"436F7271"),
        "trusting.xml": re.sub(rb"<TrustedRootCA>.*</TrustedRootCA>", b"", making.files()["corp-wlan.xml"]),
        **{name: kiosk_file(change) for name, change in KIOSKS.items()},
        "other.xml": b"<Other/>"}

    def exists(self, path: str) -> bool:
        return path in self.contents

    def read(self, path: str) -> bytes | None:
        return self.contents.get(path)

    def architecture(self, path: str) -> str:
        return {"arm.appx": "arm64", "x86.appx": "x86"}.get(path, "")


def contents(*, encrypted: bool = False, images: int = 1, problems: tuple[Problem, ...] = (), notes: str = "",
             variants: int = 0) -> PackageContents:
    custom = Customizations(PackageConfig(making.ID, "Lab", "1.0"), variants=variants)
    image = PackageImage(1, ImageInfo("Lab", "1.0", "5000", making.ID, notes), (), (), custom, problems)
    return PackageContents("x.ppkg", 1, encrypted, (image,) * images)


def told_otherwise(enabled: str) -> PackageContents:
    """A package whose source says that profiles are managed, and whose provxml says this."""
    common = Element("Common", children=(Element("AccountManagement", children=(Element("UserProfilePolicies", children=(
        Element("EnableProfileManager", "True"),)),)),))
    path = (Characteristic("AccountManagement"), Characteristic("UserProfileManagement"))
    document = ProvDocument("RunTime", "x.provxml", "", (Parm(path, "EnableProfileManager", enabled, "boolean"),))
    image = PackageImage(1, ImageInfo(), (), (document,), Customizations(PackageConfig(making.ID, "Lab", "1.0"), common))
    return PackageContents("x.ppkg", 1, False, (image,))


Change = dict[str, object]
OUTSIDE = frozenset({"contents", "left_out", "present", "earlier", "generation", "build"})


def judge(change: Change) -> tuple[Finding, ...]:
    outside = {k: v for k, v in change.items() if k in OUTSIDE}
    inside = {k: v for k, v in change.items() if k not in OUTSIDE}
    return check(Subject(making.simple_settings(**inside), making.TODAY, PASSWORDS.get, MemoryFiles(), **outside))  # type: ignore[arg-type]


def join(**values: object) -> EntraJoin:
    return EntraJoin(**{"token": "bulk/lab", "expires": making.TODAY + 60 * DAY, **values})  # type: ignore[arg-type]


def identity(**values: object) -> Change:
    return {"package": Identity(**{"name": "Lab", "id": making.ID, **values})}  # type: ignore[arg-type]


def policy(area: str, name: str, value: int | str, **more: object) -> Change:
    return {"policy": (Policy(area, name, value),), **more}


def enrolment(**values: object) -> Change:
    return {"enrolment": (Enrolment(**{"upn": "svc@contoso.com", "secret": "mdm/svc", **values}),)}  # type: ignore[arg-type]


def named(template: str, by: NameSetting = NameSetting.DNS_COMPUTER_NAME) -> Change:
    return {"device_name": DeviceName(template, by)}


# rule: (settings that break it, settings that keep it)
CASES: dict[str, tuple[Change, Change]] = {
    "encrypted": ({"contents": contents(encrypted=True)}, {"contents": contents()}),
    "source-differs": ({"contents": told_otherwise("false")}, {"contents": told_otherwise("true")}),
    "unusual-compression": ({"contents": dataclasses.replace(contents(), compression="LZX 32 KiB")}, {"contents": contents()}),
    "several-images": ({"contents": contents(images=2)}, {"contents": contents()}),
    "damaged-inside": ({"contents": contents(problems=(Problem("package.no-bom", "x"),))}, {"contents": contents()}),
    "conditional-settings": ({"contents": contents(variants=1)}, {"contents": contents()}),
    "made-for-another-windows": ({"contents": contents(notes="TargetSkus=Desktop;")},
                                 {"contents": contents(notes="TargetSkus=HoloLens;")}),
    "name-missing": (identity(name=" "), identity()),
    "owner-not-it-admin": (identity(owner=Owner.OEM), identity()),
    "rank-out-of-range": (identity(rank=100), identity(rank=99)),
    "version-malformed": (identity(version="1"), identity(version="1.2.3.4")),
    "no-package-id": (identity(id=""), identity()),
    "package-id-malformed": (identity(id="not-a-guid"), identity(id="{" + making.ID.upper() + "}")),
    "version-not-raised": ({"earlier": (KnownPackage("old", making.ID, "1.0"),)},
                           {"earlier": (KnownPackage("old", making.ID, "0.9"), KnownPackage("other", "", "9.0"))}),
    "other-package-present": ({"present": (KnownPackage("old.ppkg"),)}, {}),
    "not-understood": ({"left_out": ("Some/Place",)}, {}),
    "wifi-name-length": ({"wifi": (WifiNetwork("é" * 17, key="wifi/lab"),)}, {"wifi": (WifiNetwork("é" * 16, key="wifi/lab"),)}),
    "wifi-open": ({"wifi": (WifiNetwork("LAB", WifiSecurity.OPEN),)}, {}),
    "wifi-wep": ({"wifi": (WifiNetwork("LAB", WifiSecurity.WEP, "wifi/lab"),)}, {}),
    "wifi-key-missing": ({"wifi": (WifiNetwork("LAB"),)}, {"wifi": (WifiNetwork("LAB", WifiSecurity.OPEN),)}),
    "wifi-key-length": ({"wifi": (WifiNetwork("LAB", key="weak/short"),)}, {}),
    "wifi-key-weak": ({"wifi": (WifiNetwork("LAB", key="weak/same"),)}, {}),
    "wifi-twice": ({"wifi": NET * 2}, {"wifi": (*NET, WifiNetwork("lab", key="wifi/lab"))}),
    "wifi-profile-unreadable": ({"wifi_profile": (WifiProfile("junk"),)}, {"wifi_profile": (WifiProfile("corp-wlan.xml"),)}),
    "wifi-profile-hex-differs": ({"wifi_profile": (WifiProfile("hex.xml"),)}, {"wifi_profile": (WifiProfile("corp-wlan.xml"),)}),
    "wifi-profile-trusts-anybody": ({"wifi_profile": (WifiProfile("trusting.xml"),)},
                                    {"wifi_profile": (WifiProfile("corp-wlan.xml"),)}),
    "wifi-profile-root-missing": ({"wifi_profile": (WifiProfile("corp-wlan.xml"),)},
                                  {"wifi_profile": (WifiProfile("corp-wlan.xml"),), **ROOTED}),
    "skip-wifi-with-online-account": ({"first_experience": FirstExperience(skip_wifi=True), "entra_join": join(), "wifi": ()},
                                      {"first_experience": FirstExperience(skip_wifi=True), "entra_join": join()}),
    "join-without-network": ({"entra_join": join(), "wifi": ()}, {"entra_join": join()}),
    "wifi-forbidden-but-needed": (policy("WiFi", "AllowWiFi", 0), policy("WiFi", "AllowWiFi", 0, wifi=(), user=BOB)),
    "token-missing": ({"entra_join": join(token="")}, {"entra_join": join()}),
    "authority-no-address": ({"entra_join": join(authority="contoso")}, {"entra_join": join()}),
    "token-expiry-unknown": ({"entra_join": join(expires=None)}, {"entra_join": join()}),
    "token-expired": ({"entra_join": join(expires=making.TODAY - DAY)}, {"entra_join": join(expires=making.TODAY)}),
    "token-expires-soon": ({"entra_join": join(expires=making.TODAY + 7 * DAY)},
                           {"entra_join": join(expires=making.TODAY + 8 * DAY)}),
    "token-expiry-implausible": ({"entra_join": join(expires=making.TODAY + 181 * DAY)}, {"entra_join": join()}),
    "token-uses-below-batch": ({"entra_join": join(uses=7)}, {"entra_join": join(uses=8)}),
    "two-kinds-of-account": ({"entra_join": join(), "user": BOB}, {"user": BOB}),
    "join-and-enrolment": ({"entra_join": join(), **enrolment()}, enrolment()),
    "tenant-lockdown": ({"tenant_lockdown": True}, {}),
    "domain-join": ({"setting": (OtherSetting("Accounts/ComputerAccount/DomainName", "contoso.local"),)},
                    {"setting": (OtherSetting("Policies/System/AllowLocation", "1"),)}),
    "enrolment-into-intune": (enrolment(discovery_url="https://enrollment.manage.microsoft.com/x"), enrolment()),
    "enrolment-without-secret": (enrolment(secret=""), enrolment()),
    "enrolment-upn-malformed": (enrolment(upn="svc"), enrolment()),
    "enrolment-certificate-missing": (enrolment(auth_policy=AuthPolicy.CERTIFICATE),
                                      {**enrolment(auth_policy=AuthPolicy.CERTIFICATE),
                                       "client_certificate": (ClientCertificate("Dev", "dev.pfx", "pfx/dev"),)}),
    "user-name-malformed": ({"user": (LocalUser("a/b", "user/bob"),)}, {"user": BOB}),
    "user-without-password": ({"user": (LocalUser("bob"),)}, {"user": BOB}),
    "user-password-weak": ({"user": (LocalUser("bob", "weak/bob"),)}, {"user": BOB}),
    "user-twice": ({"user": (*BOB, LocalUser("Bob", "user/bob"))}, {"user": (*BOB, LocalUser("eve", "user/bob"))}),
    "user-only-during-setup": ({"user": BOB}, {}),
    "several-users-on-first-generation": ({"user": (*BOB, LocalUser("eve", "user/bob")), "target": HL1},
                                          {"user": (*BOB, LocalUser("eve", "user/bob"))}),
    "kiosk-twice": ({"kiosk": Kiosk("kiosk.xml", "bob", FAMILY + "!App")}, {"kiosk": Kiosk("kiosk.xml")}),
    "kiosk-incomplete": ({"kiosk": Kiosk(account="bob")}, {"kiosk": Kiosk(account="bob", app=FAMILY + "!App")}),
    "kiosk-app-malformed": ({"kiosk": Kiosk(account="bob", app=FAMILY)}, {"kiosk": Kiosk(account="bob", app=FAMILY + "!App")}),
    "kiosk-account-unknown": ({"kiosk": Kiosk(account="eve", app=FAMILY + "!App"), "user": BOB},
                              {"kiosk": Kiosk(account=".\\bob", app=FAMILY + "!App"), "user": BOB}),
    "kiosk-file-unreadable": ({"kiosk": Kiosk("other.xml")}, {"kiosk": Kiosk("kiosk.xml")}),
    "kiosk-for-nobody": ({"kiosk": Kiosk("nobody.xml")}, {"kiosk": Kiosk("everybody.xml")}),
    "kiosk-profile-missing": ({"kiosk": Kiosk("no-profile.xml")}, {"kiosk": Kiosk("everybody.xml")}),
    "kiosk-without-apps": ({"kiosk": Kiosk("no-apps.xml")}, {"kiosk": Kiosk("one-app.xml")}),
    "visitor-kiosk-with-local-user": ({"kiosk": Kiosk("visitor.xml"), "user": BOB}, {"kiosk": Kiosk("visitor.xml")}),
    "visitor-kiosk-with-join": (policy("MixedReality", "VisitorAutoLogon", 1, entra_join=join()),
                                policy("MixedReality", "VisitorAutoLogon", 1)),
    "portal-user-malformed": ({"developer": Developer(user="a:b")}, {"developer": Developer(user="admin")}),
    "portal-without-credentials": ({"developer": Developer(portal=PortalAuthentication.BASIC, user="admin")},
                                   {"developer": Developer(True, PortalAuthentication.BASIC, "admin", "portal/pw")}),
    "portal-open": ({"developer": Developer(portal=PortalAuthentication.NONE)}, {"developer": Developer(mode=True)}),
    "portal-password-weak": ({"developer": Developer(password="weak/short")}, {"developer": Developer(password="portal/pw")}),
    "device-name-too-long": (named("HoloLens-LAB-%RAND:4%"), named("HoloLens-%RAND:6%")),
    "device-name-characters": (named("HL_%RAND:4%"), named("HL-%RAND:4%")),
    "device-name-macro-case": (named("HL-%serial%"), named("HL-%SERIAL%")),
    "device-name-not-unique": (named("HL-LAB"), named("HL-%SERIAL%")),
    "device-name-desktop-setting": (named("HL-%SERIAL%", NameSetting.COMPUTER_NAME), named("HL-%SERIAL%")),
    "build-malformed": ({"target": Target(Headset.HOLOLENS_2, "23H2")}, {}),
    "no-target": ({"target": Target()}, {"target": Target(), "generation": Headset.HOLOLENS_2}),
    "first-generation-without-licence": ({"target": HL1}, {"target": HL1, "edition": Edition("licence.xml")}),
    "build-1903": ({"build": "18362.1039"}, {"build": "19041.1103"}),
    "setting-unknown": ({"setting": (OtherSetting("Nothing/Known", "1"),)}, {}),
    "setting-path-malformed": ({"setting": (OtherSetting("Foo//[[Bar", "1"),), "policy": (Policy("X Y", "Z", 1),)},
                               {"setting": (OtherSetting("Policies/A-b/C.d", "1"),)}),
    "character-unwritable": ({"wifi": (WifiNetwork("LAB\x01", key="wifi/lab"),)}, {}),
    "setting-not-on-a-headset": ({"setting": (OtherSetting("Accounts/ComputerAccount/Account", "x"),)}, {}),
    "setting-not-for-generation": ({"edition": Edition("licence.xml")}, {"edition": Edition("licence.xml"), "target": HL1}),
    "setting-needs-newer-build": ({**named("HL-%SERIAL%"), "build": "19041.1103"},
                                  {**named("HL-%SERIAL%"), "build": "19041.1113"}),
    "setting-experimental": ({"developer": Developer(mode=True)}, {}),
    "setting-needs-store": ({"first_experience": FirstExperience(skip_training=True)}, {}),
    "policy-twice": ({"policy": (TRUST, TRUST)}, {"policy": (TRUST,)}),
    "policy-value-unknown": (policy("Connectivity", "AllowBluetooth", 1), policy("Connectivity", "AllowBluetooth", 2)),
    "policy-value-is-a-word": (policy("Camera", "AllowCamera", "No"), policy("Camera", "AllowCamera", 0)),
    "no-more-packages": (policy("Security", "AllowAddProvisioningPackage", 0),
                         policy("Security", "AllowAddProvisioningPackage", 1)),
    "package-cannot-be-removed": (policy("Security", "AllowRemoveProvisioningPackage", 0),
                                  policy("Security", "AllowRemoveProvisioningPackage", 1)),
    "unsigned-packages-refused": (policy("Security", "RequireProvisioningPackageSignature", 1),
                                  policy("Security", "RequireProvisioningPackageSignature", 0)),
    "stick-unreadable": (policy("System", "AllowStorageCard", 0), policy("System", "AllowStorageCard", 1)),
    "usb-forbidden": (policy("Connectivity", "AllowUSBConnection", 0), policy("Connectivity", "AllowUSBConnection", 1)),
    "auto-logon-needs-online-user": (policy("MixedReality", "AutoLogonUser", "a@b.c", user=BOB),
                                     policy("MixedReality", "AutoLogonUser", "a@b.c")),
    "file-missing": ({"certificate": (Certificate("R", "none.cer"),)}, ROOTED),
    "secret-missing": ({"wifi": (WifiNetwork("LAB", key="wifi/none"),)}, {}),
    "package-is-a-secret": ({}, {"wifi": (WifiNetwork("LAB", WifiSecurity.OPEN),)}),
    "certificate-unreadable": ({"certificate": (Certificate("R", "junk"),)}, ROOTED),
    "certificate-expired": ({"certificate": (Certificate("R", "expired.cer"),)}, ROOTED),
    "certificate-expires-soon": ({"certificate": (Certificate("R", "soon.cer"),)}, ROOTED),
    "certificate-not-yet-valid": ({"certificate": (Certificate("R", "future.cer"),)},
                                  ROOTED),
    "certificate-no-authority": ({"certificate": (Certificate("R", "leaf.cer"),)},
                                 {"certificate": (Certificate("R", "leaf.cer", CertificateStore.TRUSTED_PEOPLE),)}),
    "pfx-unreadable": ({"client_certificate": (ClientCertificate("D", "junk", "pfx/dev"),)},
                       {"client_certificate": (ClientCertificate("D", "dev.pfx", "pfx/dev"),)}),
    "pfx-password-wrong": ({"client_certificate": (ClientCertificate("D", "dev.pfx", "wifi/lab"),)},
                           {"client_certificate": (ClientCertificate("D", "dev.pfx", "pfx/dev"),)}),
    "app-family-malformed": ({**SIGNED, "app": (App("Contoso.App", "arm.appx"),)}, SIGNED),
    "file-name-unsafe": ({**SIGNED, "app": (App(FAMILY, "arm.appx", ("con.appx",)),)}, SIGNED),
    "app-file-kind": ({**SIGNED, "app": (App(FAMILY, "notes.txt"),)}, SIGNED),
    "app-without-certificate": ({**SIGNED, "certificate": ()}, SIGNED),
    "app-not-trusted": ({**SIGNED, "policy": ()}, SIGNED),
    "app-architecture": ({**SIGNED, "app": (App(FAMILY, "x86.appx"),)}, SIGNED),
    "app-only-during-setup": ({**SIGNED, "app": (App(FAMILY, "x86.appx"),), "target": HL1}, SIGNED),
}


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_broken_rule_is_found(rule: str) -> None:
    assert rule in {f.rule for f in judge(CASES[rule][0])}


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_kept_rule_is_not_found(rule: str) -> None:
    assert rule not in {f.rule for f in judge(CASES[rule][1])}


def test_every_rule_has_a_failing_and_a_passing_case() -> None:
    assert set(CASES) == set(rules())
    assert len(rules()) >= 30


@pytest.mark.parametrize(("file", "why"), [
    ("other.xml", "other.xml: Other"), ("dash.xml", "not well-formed (invalid token), line 1"),
    ("prefix.xml", "unbound prefix, line 1")])
def test_a_kiosk_file_that_cannot_be_read_tells_where(file: str, why: str) -> None:
    found = [f.detail for f in judge({"kiosk": Kiosk(file)}) if f.rule == "kiosk-file-unreadable"]
    assert [d.endswith(why) for d in found] == [True]


@pytest.mark.parametrize(("file", "unknown"), [("bob.xml", []), ("eve.xml", ["eve"]), ("kiosk.xml", [])])
def test_the_local_account_of_a_kiosk_file_has_to_be_a_user_of_the_package(file: str, unknown: list[str]) -> None:
    found = judge({"kiosk": Kiosk(file), "user": BOB})
    assert [f.detail for f in found if f.rule == "kiosk-account-unknown"] == unknown


def test_a_visitor_in_a_comment_is_none() -> None:
    assert "visitor-kiosk-with-local-user" not in {f.rule for f in judge({"kiosk": Kiosk("visitor-in-comment.xml"), "user": BOB})}


@pytest.mark.parametrize("sku", ["", "TargetSkus=Invalid;", "TargetSkus=Holographic;"])
def test_a_package_that_does_not_tell_its_windows_is_not_taken_for_another_one(sku: str) -> None:
    """ICD.exe without its window writes “Invalid”."""
    assert "made-for-another-windows" not in {f.rule for f in judge({"contents": contents(notes=sku)})}


def test_a_date_as_a_version_is_one() -> None:
    """Windows Configuration Designer builds it: a package of 2022 that many install has 20221006.6."""
    assert "version-malformed" not in {f.rule for f in judge(identity(version="20221006.6"))}


def test_every_rule_tells_why_and_what_to_do_and_from_where() -> None:
    for rule in rules().values():
        assert rule.title
        assert rule.why
        assert rule.fix
        assert re.match(r"(facts: (enrolment|packages) |design )§", rule.source), rule.id


def test_a_sound_package_has_nothing_against_it_but_that_it_is_a_secret() -> None:
    assert {f.rule for f in judge({})} == {"package-is-a-secret"}


def test_findings_never_hold_a_secret() -> None:
    for change, _ in CASES.values():
        said = repr(judge(change))
        assert not any(value in said for value in PASSWORDS.values())


def test_one_malformed_path_does_not_hide_what_else_is_wrong() -> None:
    found = [f.rule for f in judge({"setting": (OtherSetting("Foo//[[Bar", "1"), OtherSetting("Nothing/Known", "1")),
                                    "policy": (Policy("a<b", "c", 1),)})]
    assert found.count("setting-path-malformed") == 2
    assert "setting-unknown" in found


def test_errors_come_first() -> None:
    order = [Severity.ERROR, Severity.WARNING, Severity.NOTE]
    mixed = {"user": (LocalUser("bob"),), "target": Target(), **identity(owner=Owner.OEM)}
    found = [order.index(f.severity) for f in judge(mixed)]
    assert found == sorted(found)


def test_nothing_is_judged_that_nobody_gave() -> None:
    found = check_settings(making.simple_settings(certificate=(Certificate("R", "none.cer"),)), today=making.TODAY)
    assert not {"file-missing", "secret-missing"} & {f.rule for f in found}


def test_errors_stop_a_build_until_somebody_accepts_them() -> None:
    found = judge({"user": (LocalUser("bob"),)})
    with pytest.raises(Refused) as caught:
        refuse_errors(found)
    assert caught.value.detail == "user-without-password"
    refuse_errors(found, frozenset({"user-without-password"}))


def test_a_package_is_judged_as_its_settings_are(tmp_path: Path) -> None:
    making.write_files(tmp_path)
    settings = dataclasses.replace(making.full_settings(), target=Target(Headset.HOLOLENS_2, "19041.1103", 200))
    package, _ = making.make(settings, tmp_path)
    asked: Callable[[str], str | None] = making.SECRETS.get
    inside = {f.rule for f in check_package(package, today=making.TODAY)}
    outside = {f.rule for f in check_settings(settings, today=making.TODAY, folder=tmp_path, secret=asked)}
    assert inside == outside
    assert {"token-uses-below-batch", "setting-needs-newer-build", "two-kinds-of-account"} <= inside


@pytest.mark.parametrize(("old", "new", "where"), [
    (b"Quite-Long-Pass-7", b"Other-Long-Pass-8", "Accounts/Users/User[bob]/Password"),
    (b'type="bob"', b'type="eve"', "Accounts/Users/User[eve]/Password"),
    (b'value="0.AAAtokenAAA"', b'value="0.BBBtokenBBB"', "Accounts/Azure/BPRT")])
def test_a_package_that_was_changed_behind_its_source_is_told(tmp_path: Path, old: bytes, new: bytes, where: str) -> None:
    making.write_files(tmp_path)
    package, _ = making.make(making.full_settings(), tmp_path)
    (tmp_path / "changed.ppkg").write_bytes(rewritten(
        package.read_bytes(), lambda path, data: data.replace(old, new) if path.endswith(".provxml") else data))
    found = [f.where for f in check_package(tmp_path / "changed.ppkg", today=making.TODAY) if f.rule == "source-differs"]
    assert where in found
    assert not [f for f in check_package(package, today=making.TODAY) if f.rule == "source-differs"]


@pytest.mark.parametrize(("said", "done"), [
    ("<AllowNFC>Yes<", 'type="connectivity">\r\n        <parm name="AllowNFC" value="1"'),
    ("<AllowNFC>True<", 'type="Connectivity">\r\n        <parm name="AllowNFC" value="true"')])
def test_letter_case_is_no_difference_between_source_and_provxml(tmp_path: Path, said: str, done: str) -> None:
    """The tool writes a CSP's path and a truth in another case than the settings."""
    package, _ = making.make(making.simple_settings(policy=(Policy("Connectivity", "AllowNFC", 1),)), tmp_path)
    old = 'type="Connectivity">\r\n        <parm name="AllowNFC" value="1"'

    def spelt(path: str, data: bytes) -> bytes:
        return data.replace(old.encode(), done.encode()).replace(b"<AllowNFC>1<", said.encode())
    (tmp_path / "spelt.ppkg").write_bytes(rewritten(package.read_bytes(), spelt))
    assert (tmp_path / "spelt.ppkg").read_bytes() != package.read_bytes()
    assert not [f for f in check_package(tmp_path / "spelt.ppkg", today=making.TODAY) if f.rule == "source-differs"]


def test_an_encrypted_package_gives_the_one_finding_that_matters(tmp_path: Path) -> None:
    package, _ = making.make(making.simple_settings(), tmp_path)
    (tmp_path / "e.ppkg").write_bytes(making.encrypted(package.read_bytes(), "12345678"))
    assert [f.rule for f in check_package(tmp_path / "e.ppkg", today=making.TODAY)] == ["encrypted"]
    with_password = check_package(tmp_path / "e.ppkg", today=making.TODAY, password="12345678")
    assert {"encrypted", "package-is-a-secret"} <= {f.rule for f in with_password}


def test_what_is_no_package_is_an_error_and_no_finding(tmp_path: Path) -> None:
    (tmp_path / "x.ppkg").write_bytes(b"hello")
    with pytest.raises(DataError):
        check_package(tmp_path / "x.ppkg", today=making.TODAY)


def test_files_of_a_folder_are_judged_from_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a.appx").write_bytes(app_package("ARM64"))
    (tmp_path / "b.appx").write_bytes(b"no archive")
    files = FolderFiles(tmp_path)
    assert (files.architecture("a.appx"), files.architecture("b.appx"), files.architecture("c.appx")) == ("arm64", "", "")
    assert files.read("none") is None
    assert not files.exists("none")
