"""Looking into packages: masked secrets, problems, catalogues, encryption, several images, comparison."""

import hashlib
import io
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from station.model.errors import DataError, NotFound, UsageError
from station.package import wim_format as fmt
from station.package.comparison import Change, compare_packages
from station.package.contents import read_package, verify_files
from station.package.encryption import decrypt, looks_encrypted
from station.package.inspection import inspect_package
from station.package.masking import MASK, is_secret, masked, secrets_in
from station.package.settings import LocalUser, WifiNetwork
from station.package.signature import check_catalogue
from station.package.wim_read import WimReader
from tests.unit.packages import catalogue_builder, making
from tests.unit.packages.rewriting import rewritten


@pytest.fixture
def package(tmp_path: Path) -> Path:
    making.write_files(tmp_path)
    return making.make(making.full_settings(), tmp_path)[0]


def test_a_package_tells_who_it_is(package: Path) -> None:
    image = inspect_package(package).images[0]
    config = image.config
    assert (config.name, config.id, config.version, config.owner) == ("Lab & co", making.ID, "1.2", "ITAdmin")
    assert image.tool == "HoloBench"
    assert image.source
    assert image.notes["TokenUses"] == "100"


def test_what_we_build_is_sound(package: Path) -> None:
    assert inspect_package(package, verify=True).sound


def test_no_secret_is_shown_unless_asked_for(package: Path) -> None:
    hidden = json.dumps(inspect_package(package).as_json())
    shown = json.dumps(inspect_package(package, reveal=True).as_json())
    for name, value in making.SECRETS.items():
        assert value not in hidden, name
        assert value in shown or name == "portal/pw", name
    assert repr(inspect_package(package)).count(making.SECRETS["wifi/lab"]) == 0
    assert repr(read_package(package)).count(making.SECRETS["wifi/lab"]) == 0


@pytest.mark.parametrize(("name", "value", "shown"), [
    ("Password", "x", MASK), ("Secret", "", ""), ("BPRT", "0.A", MASK), ("UserName", "bob", "bob"), ("PFXCertBlob", "AAA", MASK),
    ("WlanXml", "<a><keyMaterial>k</keyMaterial></a>", f"<a><keyMaterial>{MASK}</keyMaterial></a>"),
    ("ProfileXML", "<x:SharedSecret a='1'>k</x:SharedSecret>", f"<x:SharedSecret a='1'>{MASK}</x:SharedSecret>"),
    ("CommandLine", "net use /user:x password='hunter2'", f"net use /user:x password='{MASK}'"),
    ("CommandLine", 'reg add "HKLM\\SOFTWARE" /v "DefaultPassword" /t REG_SZ /d "hunter2" /f',
     f'reg add "HKLM\\SOFTWARE" /v "DefaultPassword" /t REG_SZ /d "{MASK}" /f'),
    ("CommandLine", "net user Administrator p@ssw0rd /add", f"net user Administrator {MASK} /add"),
    ("CommandLine", "msiexec /i a.msi TOKEN=abc-1 /qn", f"msiexec /i a.msi TOKEN={MASK} /qn"),
    ("CommandLine", "set.ps1 -Password hunter2 -Force", f"set.ps1 -Password {MASK} -Force"),
    ("CommandLine", "set.ps1 -NoPassword -Force", "set.ps1 -NoPassword -Force"),
    ("CommandLine", 'ConvertTo-SecureString "hunter2" -AsPlainText', f'ConvertTo-SecureString "{MASK}" -AsPlainText'),
    ("CommandLine", "cmdkey /add:srv /user:x /pass:hunter2", f"cmdkey /add:srv /user:x /pass:{MASK}"),
    ("CommandLine", "schtasks /create /ru x /rp hunter2", f"schtasks /create /ru x /rp {MASK}"),
    ("Configuration", '{"name": "x", "apiKey": "hunter2"}', f'{{"name": "x", "apiKey": "{MASK}"}}'),
    ("CommandLine", "powershell -File .\\Set-Password.ps1", "powershell -File .\\Set-Password.ps1"),
    ("CommandLine", 'a.exe password="x" password=y', f'a.exe password="{MASK}" password={MASK}'),
])
def test_secrets_are_masked_wherever_they_stand(name: str, value: str, shown: str) -> None:
    assert masked(name, value) == shown
    assert bool(secrets_in(name, value)) == (shown != value)


@pytest.mark.parametrize("piece", ["/v password ", "<password", "password", "<password ", "net user ", "a.", 'password="', " "])
def test_values_made_to_be_slow_are_masked_like_others(piece: str) -> None:
    """A ratio, since machines differ: ten times the text may cost thirty times the time, not a hundred times."""
    def seconds(count: int) -> float:
        text = piece * count
        started = time.process_time()
        masked("CommandLine", text)
        return time.process_time() - started
    seconds(1000)
    assert seconds(20_000) < 30 * max(seconds(2000), 0.005)


def test_names_of_settings_are_no_secrets() -> None:
    assert not any(is_secret(n) for n in ("LocalUserGroup", "SSID", "Authority", "KeyLocation", "AuthPolicy", "Proxy",
                                          "AllowSimpleDevicePassword", "DevicePasswordEnabled"))


@pytest.mark.parametrize(("path", "change", "code"), [
    ("RunTime.xml", lambda d: d.replace(b"Accounts_Azure", b"Accounts_Gone"), "package.list-names-missing-file"),
    ("RunTime.xml", lambda d: b"<broken", "package.bad-xml"),
    ("Accounts_Azure.provxml", lambda d: d[3:], "package.no-bom"),
    ("Accounts_Azure.provxml", lambda d: d[:-5], "package.bad-xml"),
    ("Multivariant/Multivariant.xml", lambda d: d + b"\r\n", "package.unusual-file"),
    ("customizations.xml", lambda d: d.replace(making.ID.encode(), b"0" * 8 + making.ID[8:].encode()), "package.two-identities"),
    ("customizations.xml", lambda d: b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "package.bad-xml"),
])
def test_what_is_wrong_inside_is_told(package: Path, path: str, change: object, code: str) -> None:
    package.write_bytes(rewritten(package.read_bytes(), lambda p, d: change(d) if p.endswith(path) else d))  # type: ignore[operator]
    found = inspect_package(package)
    assert code in {p.code for p in found.images[0].problems}
    assert not found.sound


def test_settings_that_nothing_lists_are_told(package: Path) -> None:
    extra = {"Multivariant/0/Prov/RunTime/99__Hidden.provxml": b"\xef\xbb\xbf<wap-provisioningdoc />"}
    package.write_bytes(rewritten(package.read_bytes(), lambda p, d: d, extra=extra))
    assert "package.file-not-listed" in {p.code for p in inspect_package(package).images[0].problems}


def test_a_carried_file_under_a_false_checksum_is_told(package: Path) -> None:
    package.write_bytes(rewritten(package.read_bytes(), lambda p, d: d + b"!" if p.endswith("app.msix") else d))
    assert [p.code for p in verify_files(package)] == ["package.asset-checksum"]
    assert "package.asset-checksum" in {p.code for p in inspect_package(package, verify=True).problems}


def test_a_package_without_its_source_tells_its_identity_from_the_container(tmp_path: Path) -> None:
    package, _ = making.make(making.simple_settings(), tmp_path, strip_source=True)
    image = inspect_package(package).images[0]
    assert (image.config.name, image.config.id, image.config.owner, image.source) == ("Lab", making.ID, "ITAdmin", False)
    assert making.SECRETS["wifi/lab"].encode() in package.read_bytes(), "once, where the device needs it"
    assert package.read_bytes().count(making.SECRETS["wifi/lab"].encode()) == 1


def test_several_images_are_shown_each(tmp_path: Path) -> None:
    first, _ = making.make(making.simple_settings(), tmp_path)
    data = bytearray(first.read_bytes())
    header = fmt.Header.unpack(bytes(data))
    table = bytes(data[header.blob_table.offset:header.blob_table.offset + header.blob_table.size])
    rows = [fmt.Blob.unpack(table[i:i + fmt.BLOB_ENTRY_SIZE]) for i in range(0, len(table), fmt.BLOB_ENTRY_SIZE)]
    image = next(r for r in rows if r.resource.flags & fmt.RESOURCE_METADATA)
    twice = b"".join(r.pack() for r in (*rows, image))
    where = len(data)
    data += twice
    header = replace(header, images=2, blob_table=fmt.Resource(len(twice), 2, where, len(twice)))
    data[:fmt.HEADER_SIZE] = header.pack()
    first.write_bytes(bytes(data))
    found = inspect_package(first)
    assert [i.index for i in found.images] == [1, 2]
    assert len(found.images[1].settings) == len(found.images[0].settings) > 0


def test_an_encrypted_package_is_recognised_and_opened_with_its_password(package: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked.ppkg"
    locked.write_bytes(making.encrypted(package.read_bytes(), "Passw0rd"))
    with pytest.raises(DataError) as caught:
        inspect_package(locked)
    assert caught.value.code == "package.encrypted"
    with pytest.raises(DataError) as caught:
        inspect_package(locked, password="wrong")
    assert caught.value.code == "package.wrong-password"
    found = inspect_package(locked, password="Passw0rd")
    assert found.encrypted
    assert not found.sound
    assert found.images[0].config.name == "Lab & co"


@pytest.mark.parametrize("password", ["", "é", "x" * 17])
def test_what_cannot_be_a_password_is_told(password: str) -> None:
    with pytest.raises(UsageError):
        decrypt(io.BytesIO(making.encrypted(making.container({}), "x")), password)


def test_a_plain_package_is_not_taken_for_an_encrypted_one(package: Path) -> None:
    with package.open("rb") as stream:
        assert not looks_encrypted(stream)
    assert not looks_encrypted(io.BytesIO(b"x" * 100))
    assert looks_encrypted(io.BytesIO(b"x" * (48 + 160 * 3)))


def test_the_catalogue_beside_a_package_is_checked(package: Path) -> None:
    beside = package.with_suffix(".cat")
    beside.write_bytes(catalogue_builder.catalogue(package.read_bytes()))
    assert beside.stat().st_size < 400
    found = inspect_package(package).catalogue
    assert found is not None
    assert (found.matches, found.signed, found.valid) == (True, False, None)
    package.write_bytes(package.read_bytes() + b"x")
    assert "package.catalogue-differs" in {p.code for p in inspect_package(package).problems}


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_signature_is_verified(package: Path, kind: str) -> None:
    beside = package.with_suffix(".cat")
    good = catalogue_builder.catalogue(package.read_bytes(), sign=kind)
    beside.write_bytes(good)
    found = check_catalogue(beside, package)
    assert (found.matches, found.signed, found.valid, found.signer) == (True, True, True, "CN=Signer")
    assert len(found.thumbprint) == 40
    digest = hashlib.sha256(package.read_bytes()).digest()
    beside.write_bytes(good.replace(digest, bytes(32), 1))
    assert check_catalogue(beside, package).valid is False


@pytest.mark.parametrize("data", [b"", b"0", b"0\x84\xff\xff\xff\xff", b"\x30\x03\x02\x01\x01", b"\x30\x80" + bytes(40)])
def test_what_is_no_catalogue_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.cat").write_bytes(data)
    (tmp_path / "x.ppkg").write_bytes(b"x")
    with pytest.raises(DataError) as caught:
        check_catalogue(tmp_path / "x.cat", tmp_path / "x.ppkg")
    assert caught.value.code == "package.bad-catalogue"


def test_a_missing_package_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        inspect_package(tmp_path / "none.ppkg")


def test_packages_are_compared_setting_by_setting(tmp_path: Path) -> None:
    making.write_files(tmp_path)
    before = making.full_settings()
    after = replace(before, package=replace(before.package, version="1.3"), entra_join=None,
                    wifi=(WifiNetwork("LAB", key="wifi/other"), *before.wifi[1:]),
                    user=(*before.user, LocalUser("eve", "user/bob")))
    first, _ = making.make(before, tmp_path, "one.ppkg")
    (tmp_path / "app.msix").write_bytes(b"newer")
    second, _ = making.make(after, tmp_path, "two.ppkg")
    found = {d.place: d for d in compare_packages(first, second)}
    assert (found["version"].change, found["version"].first, found["version"].second) == (Change.CHANGED, "1.2", "1.3")
    assert found["name"].change is Change.SAME
    assert found["AADJ/BPRT"].change is Change.REMOVED
    assert found["Accounts/Users/eve/Password"].change is Change.ADDED
    assert found["WiFi/Profile/LAB/WlanXml"].change is Change.CHANGED
    assert found["app.msix"].change is Change.CHANGED
    said = repr(found)
    assert not any(value in said for value in making.SECRETS.values())
    assert found["WiFi/Profile/LAB/WlanXml"].first != found["WiFi/Profile/LAB/WlanXml"].second, "told as different, unseen"


def test_settings_under_a_condition_are_compared_beside_the_common_ones(package: Path, tmp_path: Path) -> None:
    """They stand in Multivariant/1 and may set the same place to something else."""
    source = next(d.path for d in read_package(package).main.documents if "Accounts_Users_bob" in d.path)
    with package.open("rb") as stream:
        reader = WimReader(stream)
        user = reader.images[0].find(source)
        assert user is not None
        data = reader.read(user)
    conditional = rewritten(package.read_bytes(), lambda _path, old: old,
                            extra={source.replace("Multivariant/0", "Multivariant/1"): data.replace(b'value="1"', b'value="2"')})
    (tmp_path / "two.ppkg").write_bytes(conditional)
    found = {d.place: d for d in compare_packages(package, tmp_path / "two.ppkg")}
    assert found["Accounts/Users/bob/LocalUserGroup"].change is Change.SAME
    assert found["Multivariant/1: not listed: Accounts/Users/bob/LocalUserGroup"].second == "2"


def test_a_package_equals_itself(package: Path) -> None:
    assert {d.change for d in compare_packages(package, package)} == {Change.SAME}
