"""The catalogue beside a package (`<name>.cat`): whose checksums it lists, and whether it is signed.

Source: facts/packages §1.6: a PKCS#7 certificate trust list (OID 1.3.6.1.4.1.311.10.1) with two members, SHA-256 and SHA-1
of the whole
package; unsigned ones have no signer. PKCS#7: RFC 2315 §9. Trust in the signer is the device's business
(TrustedProvisioners); here
only the mathematics are checked.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from station.model.errors import DataError, NotFound

_LARGEST = 1 << 20
_DEPTH = 24
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_HASHES = {bytes.fromhex("608648016503040201"): "sha256", bytes.fromhex("608648016503040202"): "sha384",
           bytes.fromhex("608648016503040203"): "sha512", bytes.fromhex("2b0e03021a"): "sha1"}


@dataclass(frozen=True, slots=True)
class CatalogueCheck:
    """`matches`: a checksum of this very package is listed. `valid` is None where nobody signed, or with a method that is
    not read.
    """

    matches: bool
    signed: bool
    valid: bool | None = None
    signer: str = ""
    thumbprint: str = ""


@dataclass(frozen=True, slots=True)
class _Tlv:
    tag: int
    start: int
    body: int
    end: int


def check_catalogue(catalogue: Path, package: Path) -> CatalogueCheck:
    """Compare a catalogue with its package. Raises NotFound `package.no-file`, DataError `package.bad-catalogue`."""
    try:
        if catalogue.stat().st_size > _LARGEST:
            raise DataError("package.bad-catalogue", "too large")
        data = catalogue.read_bytes()
        with package.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").digest()
            stream.seek(0)
            sha1 = hashlib.file_digest(stream, "sha1").digest()
    except OSError as e:
        raise NotFound("package.no-file", catalogue.name) from e
    return _check(data, sha256, sha1)


def _check(data: bytes, sha256: bytes, sha1: bytes) -> CatalogueCheck:
    outer = _read(data, 0, len(data))
    parts = list(_children(data, outer))
    if len(parts) < 2 or data[parts[0].start:parts[0].end] != _SIGNED_DATA:
        raise DataError("package.bad-catalogue", "not a PKCS#7 signed message")
    signed = list(_children(data, next(_children(data, parts[1]), parts[1])))
    if len(signed) < 3:
        raise DataError("package.bad-catalogue", "parts are missing")
    content = signed[2]
    listed = {data[t.body:t.end] for t in _octets(data, content, 0)}
    signers = [t for t in _children(data, signed[-1])] if signed[-1].tag == 0x31 and len(signed) > 3 else []
    matches = sha256 in listed or sha1 in listed
    if not signers:
        return CatalogueCheck(matches, signed=False)
    certificates = next((t for t in signed if t.tag == 0xA0), None)
    return _signer(data, content, certificates, signers[0], matches)


def _signer(data: bytes, content: _Tlv, certificates: _Tlv | None, signer: _Tlv, matches: bool) -> CatalogueCheck:
    """RFC 2315 §9.2: the signature covers the attributes, which hold the digest of the content without its outer tag and
    length.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    fields = list(_children(data, signer))
    if certificates is None or len(fields) < 5:
        return CatalogueCheck(matches, signed=True, valid=None)
    serial = int.from_bytes(_nth(data, fields[1], 1), "big")
    found = None
    for tlv in _children(data, certificates):
        try:
            candidate = x509.load_der_x509_certificate(data[tlv.start:tlv.end])
        except ValueError:
            continue
        if candidate.serial_number == serial:
            found = candidate
    if found is None:
        return CatalogueCheck(matches, signed=True, valid=False)
    method = _HASHES.get(_nth(data, fields[2], 0))
    attributes = fields[3] if fields[3].tag == 0xA0 else None
    signature = next((data[t.body:t.end] for t in reversed(fields) if t.tag == 0x04), b"")
    thumbprint = hashlib.sha1(found.public_bytes(Encoding.DER), usedforsecurity=False).hexdigest().upper()
    valid = _valid(data, content, attributes, signature, found, method) if method else None
    return CatalogueCheck(matches, True, valid, found.subject.rfc4514_string(), thumbprint)


def _valid(data: bytes, content: _Tlv, attributes: _Tlv | None, signature: bytes, certificate: object,
           method: str) -> bool | None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    inner = [t for t in _children(data, content)]
    explicit = next(_children(data, inner[1]), None) if len(inner) > 1 else None
    if explicit is None:
        return None
    covered = data[explicit.body:explicit.end]
    if attributes is not None:
        at = data.find(_MESSAGE_DIGEST, attributes.body, attributes.end)
        if at < 0 or hashlib.new(method, covered).digest() not in data[at:attributes.end]:
            return False
        covered = b"\x31" + data[attributes.start + 1:attributes.end]
    algorithm = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[method]  # noqa: S303 - checked, not made
    key = certificate.public_key()  # type: ignore[attr-defined]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, covered, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, covered, ec.ECDSA(algorithm))
        else:
            return None
    except InvalidSignature:
        return False
    return True


def _nth(data: bytes, tlv: _Tlv, number: int) -> bytes:
    children = list(_children(data, tlv))
    return data[children[number].body:children[number].end] if number < len(children) else b""


def _read(data: bytes, at: int, end: int) -> _Tlv:
    if at + 2 > end:
        raise DataError("package.bad-catalogue", "cut short")
    length = data[at + 1]
    body = at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or body + count > end:
            raise DataError("package.bad-catalogue", "an impossible length")
        length = int.from_bytes(data[body:body + count], "big")
        body += count
    if body + length > end:
        raise DataError("package.bad-catalogue", "cut short")
    return _Tlv(data[at], at, body, body + length)


def _children(data: bytes, tlv: _Tlv) -> Iterator[_Tlv]:
    at = tlv.body
    while at < tlv.end:
        child = _read(data, at, tlv.end)
        yield child
        at = child.end


def _octets(data: bytes, tlv: _Tlv, depth: int) -> Iterator[_Tlv]:
    """All octet strings inside constructed values."""
    if depth > _DEPTH:
        raise DataError("package.bad-catalogue", "nested too deeply")
    for child in _children(data, tlv):
        if child.tag == 0x04:
            yield child
        elif child.tag & 0x20:
            yield from _octets(data, child, depth + 1)
