"""Certificates and PFX files: what the compiler and the lint need to know of them."""

import base64
import datetime
from dataclasses import dataclass

from station.model.errors import DataError


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """DER bytes, SHA-1 thumbprint (upper-case hexadecimal), subject and days of validity.

    `is_authority`: it says so, or, without saying anything, is its own issuer as old roots are.
    """

    der: bytes
    thumbprint: str
    subject: str
    not_before: datetime.datetime
    not_after: datetime.datetime
    is_authority: bool

    @property
    def base64(self) -> str:
        """DER in base64 on one line, as EncodedCertificate wants it."""
        return base64.b64encode(self.der).decode("ascii")


def read_certificate(data: bytes, name: str) -> CertificateFacts:
    """A certificate in DER or PEM. Raises DataError `package.bad-certificate`."""
    import hashlib

    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        found = (x509.load_pem_x509_certificate(data) if data.lstrip().startswith(b"-----")
                 else x509.load_der_x509_certificate(data))
        der = found.public_bytes(Encoding.DER)
        try:
            authority = found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        except x509.ExtensionNotFound:
            authority = found.issuer == found.subject
        return CertificateFacts(der, hashlib.sha1(der, usedforsecurity=False).hexdigest().upper(),
                                found.subject.rfc4514_string(), found.not_valid_before_utc, found.not_valid_after_utc, authority)
    except (ValueError, TypeError) as e:
        raise DataError("package.bad-certificate", name) from e


def pfx_opens(data: bytes, password: str) -> bool | None:
    """Whether a PFX opens with a password: None where it is no PFX at all."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        pkcs12.load_pkcs12(data, password.encode("utf-8"))
    except ValueError as e:
        return False if "password" in str(e).lower() else None
    except (TypeError, OverflowError):
        return None
    return True
