"""Which values of a package are secret, and how one shows that they are there without showing them."""

import re

MASK = "••••••"
_SECRET = re.compile(r"^(.*password|.*passphrase|.*secret|securitykey|bprt|.*productkey|pfxcertblob|keymaterial|pin)$",
                     re.IGNORECASE)
_INSIDE = re.compile(r"(<\s*([\w:]*(?:keymaterial|password|passphrase|secret|sharedkey|presharedkey)[\w:]*)[^>]*>)([^<]+)(<)",
                     re.IGNORECASE)
_ATTRIBUTE = re.compile(r"((?:password|secret|passphrase|key)\s*=\s*)([\"'])([^\"']+)\2", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Whether a parm or setting of that name holds a secret."""
    return bool(_SECRET.match(name))


def masked(name: str, value: str) -> str:
    """A value as it may be shown: secrets masked, also where they stand inside XML (WLAN and VPN profiles, commands)."""
    if is_secret(name):
        return MASK if value else ""
    return _ATTRIBUTE.sub(rf"\1\2{MASK}\2", _INSIDE.sub(rf"\1{MASK}\4", value))


def secrets_in(name: str, value: str) -> list[str]:
    """The secret texts that a value holds."""
    if is_secret(name):
        return [value] if value else []
    return [m[3] for m in _INSIDE.finditer(value)] + [m[3] for m in _ATTRIBUTE.finditer(value)]
