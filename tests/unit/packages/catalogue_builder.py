"""Catalogues as Windows writes them (facts/packages §1.6): a certificate trust list in PKCS#7, unsigned or signed."""

import datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from tests.unit.packages.making import TODAY

SIGNED_DATA = "2a864886f70d010702"
TRUST_LIST = "2b060104018237 0a01".replace(" ", "")
MEMBERS = "2b060104018237 0c0103".replace(" ", "")
SHA256 = "608648016503040201"
SERIAL = 99


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def oid(hexadecimal: str) -> bytes:
    return tlv(6, bytes.fromhex(hexadecimal))


def integer(value: int) -> bytes:
    return tlv(2, value.to_bytes(max(1, (value.bit_length() + 8) // 8), "big"))


def catalogue(package: bytes, sign: str = "") -> bytes:
    """The catalogue of a package; `sign` is "", rsa or ec."""
    members = [tlv(0x30, tlv(4, hashlib.new(name, package).digest())) for name in ("sha256", "sha1")]
    inner = tlv(0x30, tlv(0x30, oid(MEMBERS)), tlv(4, bytes(16)), tlv(0x17, b"261123030000Z"), tlv(0x30, *members))
    content = tlv(0x30, oid(TRUST_LIST), tlv(0xA0, inner))
    digests = tlv(0x31, tlv(0x30, oid(SHA256))) if sign else tlv(0x31)
    rest = _signer(inner, sign) if sign else tlv(0x31)
    return tlv(0x30, oid(SIGNED_DATA), tlv(0xA0, tlv(0x30, integer(1), digests, content, rest)))


def _signer(inner: bytes, kind: str) -> bytes:
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Signer")])
    noon = datetime.datetime.combine(TODAY, datetime.time(12), datetime.UTC)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(SERIAL).not_valid_before(noon)
                   .not_valid_after(noon + datetime.timedelta(days=9)).sign(key, hashes.SHA256()))
    body_at = 2 + (inner[1] & 0x7F if inner[1] & 0x80 else 0)
    digest = hashlib.sha256(inner[body_at:]).digest()
    attributes = (tlv(0x30, oid("2a864886f70d010903"), tlv(0x31, oid(TRUST_LIST)))
                  + tlv(0x30, oid("2a864886f70d010904"), tlv(0x31, tlv(4, digest))))
    covered = tlv(0x31, attributes)
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(covered, padding.PKCS1v15(), hashes.SHA256())
    else:
        signature = key.sign(covered, ec.ECDSA(hashes.SHA256()))
    info = tlv(0x30, integer(1), tlv(0x30, name.public_bytes(), integer(SERIAL)), tlv(0x30, oid(SHA256)), tlv(0xA0, attributes),
               tlv(0x30, oid("2a864886f70d010101")), tlv(4, signature))
    return tlv(0xA0, certificate.public_bytes(serialization.Encoding.DER)) + tlv(0x31, info)
