"""What must never be written down: values that look like tokens, keys or passwords are taken out before they are stored.

Secrets live in the keyring under a name, and only the name travels. This is the second line behind that rule: an error text of
a service may quote a token back. The event is kept, the secret is not, and the mark says so.
"""

import re
from collections.abc import Mapping
from typing import Any

MARK = "[removed: looks like a secret]"

_NAMES = frozenset({
    "accesstoken", "authorization", "bulktoken", "clientsecret", "cookie", "devicecode", "idtoken", "keymaterial",
    "networkkey", "passphrase", "passwd", "password", "pin", "presharedkey", "privatekey", "psk", "pwd", "refreshtoken",
    "secret", "sharedkey",
})
"""Names of values that are secrets whatever they look like, without case, hyphens and underscores."""

_SHAPES = tuple(re.compile(shape) for shape in (
    # JSON Web Token, signed or encrypted (RFC 7519)
    r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)*",
    # refresh token or authorization code of the Microsoft identity platform
    r"\b[01M]\.(?:[A-Z0-9_]{1,12}\.){0,4}[A-Za-z0-9_*!-]{60,}(?:\.[A-Za-z0-9_*!-]+)*",
    # client secret of an Entra application
    r"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    # Authorization header (RFC 6750, RFC 7617)
    r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9+/=._~-]{16,}",
    r"(?i)\b(?:password|passphrase|client_secret|access_token|refresh_token|id_token|assertion|sig)=[^&\s\"']{4,}",
    # WLAN profile and provisioning XML
    r"(?i)<(keyMaterial|Password|BPRT|AuthToken)>[^<]+</\1>",
    r"(?i)\bpostgres(?:ql)?(?:\+\w+)?://[^\s:/@]+:[^\s@]+@",
))


def without_secrets(value: Any) -> Any:
    """The same JSON value with `MARK` in place of everything that looks like a secret."""
    if isinstance(value, str):
        for shape in _SHAPES:
            value = shape.sub(MARK, value)
        return value
    if isinstance(value, Mapping):
        return {k: MARK if v and isinstance(v, str) and _named(k) else without_secrets(v) for k, v in value.items()}
    if isinstance(value, list):
        if len(value) == 4 and isinstance(value[0], str) and isinstance(value[1], str) and _named(value[0].rpartition(".")[2]):
            return [value[0], MARK if value[1] else "", *value[2:]]
        return [without_secrets(v) for v in value]
    return value


def _named(name: str) -> bool:
    return re.sub(r"[-_ ]", "", name).casefold() in _NAMES
