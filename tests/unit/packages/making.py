"""What the package tests are made of: certificates, settings with everything in them, packages, an XPRESS encoder."""

import datetime
import functools
import io
import struct
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import pkcs12

from station.package.build import BuildOptions, BuildReport, build
from station.package.settings import (
    AccountManagement,
    App,
    AuthPolicy,
    Certificate,
    CertificateStore,
    ClientCertificate,
    DeletionPolicy,
    DeviceName,
    Enrolment,
    EntraJoin,
    Headset,
    Identity,
    Kiosk,
    LocalUser,
    PackageSettings,
    Policy,
    Target,
    WifiNetwork,
    WifiProfile,
    WifiSecurity,
)
from station.package.wim_write import WimWriter

TODAY = datetime.date(2026, 11, 23)
MOMENT = datetime.datetime(2026, 11, 23, 3, 0, tzinfo=datetime.UTC)
PFX_PASSWORD = "pfx-password-1"
ID = "b84f2c39-eb59-4d4f-8ad1-0f93cec1384e"
SECRETS = {"wifi/lab": "correct horse battery", "wifi/other": "another long key", "pfx/dev": PFX_PASSWORD,
           "bulk/lab": "0.AAAtokenAAA", "user/bob": "Quite-Long-Pass-7", "mdm/svc": "mdm-secret-value",
           "portal/pw": "portal-pass-99"}
KIOSK_XML = (
    '<AssignedAccessConfiguration xmlns="http://schemas.microsoft.com/AssignedAccess/2017/config"><Profiles>'
    '<Profile Id="{a0b1c2d3-0000-4000-8000-000000000001}"><AllAppsList><AllowedApps>'
    '<App AppUserModelId="Contoso.App_8wekyb3d8bbwe!App" /></AllowedApps></AllAppsList></Profile></Profiles><Configs><Config>'
    '<UserGroup Type="AzureActiveDirectoryGroup" Name="a0b1c2d3-0000-4000-8000-000000000002" />'
    '<DefaultProfile Id="{A0B1C2D3-0000-4000-8000-000000000001}" /></Config></Configs></AssignedAccessConfiguration>')
EAP_PROFILE = ('<?xml version="1.0"?><WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1"><name>Corp</name>'
               "<SSIDConfig><SSID><hex>436F7270</hex><name>Corp</name></SSID></SSIDConfig><connectionType>ESS</connectionType>"
               "<connectionMode>auto</connectionMode><MSM><security><authEncryption><authentication>WPA2</authentication>"
               "<encryption>AES</encryption><useOneX>true</useOneX></authEncryption></security>"
               "<TrustedRootCA>{root}</TrustedRootCA></MSM></WLANProfile>")


def secret(name: str) -> str:
    return SECRETS[name]


@functools.cache
def certificate(name: str = "Corp root", *, days: int = 400, starts: int = -10, authority: bool | None = True) -> bytes:
    """A self-made certificate (DER), valid from `starts` to `days` days from TODAY; `authority` None says nothing about it."""
    key = _key()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer = subject if authority is not False else x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "somebody")])
    noon = datetime.datetime.combine(TODAY, datetime.time(12), datetime.UTC)
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
               .serial_number(4711).not_valid_before(noon + datetime.timedelta(days=starts))
               .not_valid_after(noon + datetime.timedelta(days=days)))
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@functools.cache
def pfx() -> bytes:
    key = _key()
    found = x509.load_der_x509_certificate(certificate("Dev"))
    locked = serialization.BestAvailableEncryption(PFX_PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(b"dev", key, found, None, locked)


@functools.cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def thumbprint(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).fingerprint(hashes.SHA1()).hex().upper()


def files() -> dict[str, bytes]:
    """The files that `full_settings` names."""
    return {"corp.cer": certificate(), "issuing/ca.cer": certificate("Issuing"), "signer.cer": certificate("Signer"),
            "dev.pfx": pfx(), "kiosk.xml": KIOSK_XML.encode(),
            "corp-wlan.xml": EAP_PROFILE.format(root=thumbprint(certificate())).encode(),
            "app.msix": b"app" * 5000, "dep.appx": b"dep" * 700}


def write_files(folder: Path, contents: Mapping[str, bytes] | None = None) -> Path:
    for name, data in (files() if contents is None else contents).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def simple_settings(**changes: object) -> PackageSettings:
    """A sound package with one network, which the lint has nothing to say against but that it is a secret."""
    values: dict[str, object] = {"package": Identity("Lab", ID), "target": Target(Headset.HOLOLENS_2, "22621.1244", 8),
                                 "wifi": (WifiNetwork("LAB", key="wifi/lab"),)}
    return PackageSettings(**{**values, **changes})  # type: ignore[arg-type]


def full_settings() -> PackageSettings:
    """Everything that the native engine carries, in the order in which an import gives it back."""
    return PackageSettings(
        package=Identity("Lab & co", ID, "1.2", notes="for the <bench>"), target=Target(Headset.HOLOLENS_2, "22621.1244", 20),
        wifi=(WifiNetwork("LAB", key="wifi/lab"), WifiNetwork("Gäste", WifiSecurity.OPEN, hidden=True, auto_connect=False),
              WifiNetwork("SAE", WifiSecurity.WPA3, "wifi/other")),
        wifi_profile=(WifiProfile("corp-wlan.xml"),),
        certificate=(Certificate("Corp", "corp.cer"), Certificate("Issuing", "issuing/ca.cer", CertificateStore.INTERMEDIATE),
                     Certificate("Signer", "signer.cer", CertificateStore.TRUSTED_PEOPLE)),
        client_certificate=(ClientCertificate("Dev", "dev.pfx", "pfx/dev"),),
        entra_join=EntraJoin("bulk/lab", expires=datetime.date(2027, 2, 1), uses=100),
        enrolment=(Enrolment("svc@contoso.com", "mdm/svc", AuthPolicy.ON_PREMISE, "https://mdm.contoso.com"),),
        user=(LocalUser("bob", "user/bob"),), device_name=DeviceName("HL-%SERIAL%"), kiosk=Kiosk("kiosk.xml"),
        account_management=AccountManagement(deletion=DeletionPolicy.AT_CAPACITY, start_deletion=25, stop_deletion=50),
        app=(App("Contoso.App_8wekyb3d8bbwe", "app.msix", ("dep.appx",), launch_at_sign_in=True),),
        policy=(Policy("ApplicationManagement", "AllowAllTrustedApps", 1), Policy("Experience", "AllowCortana", 0, user=True),
                Policy("Settings", "PageVisibilityList", "showonly:network-wifi;about")))


def make(settings: PackageSettings, folder: Path, name: str = "out.ppkg", **options: object) -> tuple[Path, BuildReport]:
    """Build a package beside its files."""
    target = folder / name
    return target, build(settings, target, secret=secret, folder=folder, options=BuildOptions(**options))  # type: ignore[arg-type]


def container(contents: Mapping[str, bytes]) -> bytes:
    """A bare container with these files."""
    stream = io.BytesIO()
    writer = WimWriter(stream, MOMENT)
    for path, data in contents.items():
        writer.place(path, writer.store(io.BytesIO(data)))
    writer.finish(lambda t: f'<WIM><TOTALBYTES>{t.container}</TOTALBYTES><IMAGE INDEX="1"><NAME>x</NAME></IMAGE></WIM>',
                  bytes(16))
    return stream.getvalue()


def xpress(data: bytes) -> bytes:
    """An XPRESS chunk with a flat code (every symbol 9 bits) and greedy matches: enough to test a decoder with."""
    symbols: list[tuple[int, int, int, int]] = []          # symbol, extra bits, their number, match length
    at = 0
    while at < len(data):
        length, distance = _match(data, at)
        if length >= 3:
            log = distance.bit_length() - 1
            symbols.append((256 | log << 4 | min(length - 3, 15), distance - (1 << log), log, length - 3))
            at += length
        else:
            symbols.append((data[at], 0, 0, 0))
            at += 1
    return bytes([0x99] * 256) + _bits(symbols)


def _match(data: bytes, at: int) -> tuple[int, int]:
    best, where = 0, 0
    for start in range(max(0, at - 300), at):
        length = 0
        while at + length < len(data) and length < 700 and data[start + length] == data[at + length]:
            length += 1
        if length > best:
            best, where = length, at - start
    return best, where


def _bits(symbols: list[tuple[int, int, int, int]]) -> bytes:
    """The bit stream: 16-bit words, with length bytes between them where the decoder will look for them ([MS-XCA] §2.1.4.3)."""
    out = bytearray(4)
    word_at, next_at = 0, 2
    value, free = 0, 16

    def put(bits: int, count: int) -> None:
        nonlocal value, free, word_at, next_at
        while count:
            if not free:
                struct.pack_into("<H", out, word_at, value)
                word_at, next_at = next_at, len(out)
                out.extend(b"\0\0")
                value, free = 0, 16
            take = min(count, free)
            value = value << take | bits >> (count - take) & (1 << take) - 1
            count -= take
            free -= take

    for symbol, extra, count, run in symbols:
        put(symbol, 9)
        if symbol >= 256 and run >= 15:
            out.extend(bytes([min(run - 15, 255)]))
            if run - 15 >= 255:
                out.extend(struct.pack("<H", run))
        put(extra, count)
    struct.pack_into("<H", out, word_at, value << free & 0xFFFF)
    return bytes(out)


def encrypted(data: bytes, password: str) -> bytes:
    """A package as facts/packages §1.7 says that encryption makes it."""
    key = password.encode("ascii").ljust(16, b"\0")
    iv = bytes(range(16))
    encryptor = Cipher(algorithms.AES128(key), modes.CBC(iv)).encryptor()
    body = encryptor.update(data + bytes(-len(data) % 160)) + encryptor.finalize()
    mac = hmac.HMAC(key, hashes.SHA256())
    mac.update(body)
    return iv + body + mac.finalize()
