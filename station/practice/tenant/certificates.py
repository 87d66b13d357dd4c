"""Keys and certificates of the virtual tenant: its own authority for HTTPS, and a key pair for an app of the tenant."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class AppCertificate:
    """A certificate of an app registration: PEM texts, and the SHA-1 thumbprint in hex as the portal shows it."""

    private_key: str
    certificate: str
    thumbprint: str


def make_server_files(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make an authority and a server certificate for localhost; return the authority's PEM file and the server's context."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _authority(authority_key)
    server = _server(server_key, authority, authority_key)
    authority_file, chain_file = folder / "practice-authority.pem", folder / "practice-server.pem"
    authority_file.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    chain_file.write_bytes(_private_pem(server_key) + server.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain_file)
    chain_file.unlink()
    return authority_file, context


def make_app_certificate() -> AppCertificate:
    """A self-signed RSA certificate such as an admin uploads to an app registration."""
    key = signing_key()
    name = _name("HoloBench practice app")
    certificate = _builder(name, name, key.public_key()).sign(key, hashes.SHA256())
    return AppCertificate(
        _private_pem(key).decode(), certificate.public_bytes(serialization.Encoding.PEM).decode(),
        certificate.fingerprint(hashes.SHA1()).hex())  # noqa: S303


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """The RSA key of this process; making one takes long enough to do it once."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject: x509.Name, issuer: x509.Name,
             key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1)).not_valid_after(now + _LIFE)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=signs_certificates, crl_sign=signs_certificates, encipher_only=False, decipher_only=False)


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("HoloBench practice authority")
    return (_builder(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True).sign(key, hashes.SHA256()))


def _server(key: ec.EllipticCurvePrivateKey, authority: x509.Certificate,
            authority_key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (_builder(_name("localhost"), authority.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(names, critical=False).add_extension(issuer, critical=False)
            .sign(authority_key, hashes.SHA256()))


def _private_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
