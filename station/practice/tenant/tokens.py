"""Real RS256 tokens: making, publishing the key, checking. JSON Web Signature (RFC 7515) and JSON Web Key (RFC 7517)."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from station.practice.tenant.certificates import signing_key

KEY_ID = "holobench-practice"


class BadToken(Exception):
    """A token that is not one, or whose signature is wrong."""


def encode(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Base64url with or without padding. Raises BadToken."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadToken("not base64url") from error


def sign(claims: Mapping[str, Any]) -> str:
    """A signed token of the tenant."""
    header = {"typ": "JWT", "alg": "RS256", "kid": KEY_ID}
    text = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{text}.{encode(signing_key().sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def published_keys() -> dict[str, Any]:
    """The key set (JWKS) that anybody checks the tokens with."""
    numbers = signing_key().public_key().public_numbers()
    return {"keys": [{"kty": "RSA", "use": "sig", "kid": KEY_ID, "alg": "RS256",
                      "n": encode(numbers.n.to_bytes(256, "big")), "e": encode(numbers.e.to_bytes(3, "big"))}]}


def read(token: str) -> dict[str, Any]:
    """Claims of a token of the tenant, its signature checked. Raises BadToken."""
    return _checked(token, signing_key().public_key(), padding.PKCS1v15())


def read_assertion(token: str, certificate: x509.Certificate) -> dict[str, Any]:
    """Claims of a client assertion signed with an app's certificate (PS256 or RS256). Raises BadToken."""
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadToken("the certificate holds no RSA key")
    algorithm = header(token).get("alg")
    if algorithm not in ("PS256", "RS256"):
        raise BadToken(f"algorithm {algorithm!r:.20}")
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO) if algorithm == "PS256" else padding.PKCS1v15()
    return _checked(token, key, scheme)


def header(token: str) -> dict[str, Any]:
    """The header of a token, unchecked. Raises BadToken."""
    return _object(token.split(".")[0])


def _checked(token: str, key: rsa.RSAPublicKey, scheme: padding.AsymmetricPadding) -> dict[str, Any]:
    text, _, signature = token.rpartition(".")
    if text.count(".") != 1:
        raise BadToken("three parts are needed")
    try:
        key.verify(decode(signature), text.encode(), scheme, hashes.SHA256())
    except InvalidSignature as error:
        raise BadToken("signature") from error
    return _object(text.split(".")[1])


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(decode(part))
    except ValueError as error:
        raise BadToken("not JSON") from error
    if not isinstance(found, dict):
        raise BadToken("not an object")
    return found
