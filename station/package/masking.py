"""Which values of a package are secret, and how one shows that they are there without showing them."""

import re

MASK = "••••••"
_SECRET = re.compile(r"^(?!allow|disable|enable|require|use)(.*password|.*passphrase|.*secret|.*token|.*sharedkey|securitykey"
                     r"|bprt|.*productkey|pfxcertblob|keymaterial|pin)\Z", re.IGNORECASE)
_WORD = (r"[\w.-]{0,60}(?:password|passwort|passwd|passphrase|passcode|pwd|secret|token"
         r"|(?:api|product|licen[cs]e|shared|activation|enrol\w{0,9})[_-]?key)|pass")
_VALUE = r"(?:\"(?P<a>[^\"]+)\"|'(?P<b>[^']+)'|(?P<c>[^\s\"';,&|<>/-][^\s\"';,&|<>]*))"
_INSIDE = tuple(re.compile(pattern, re.IGNORECASE) for pattern in (
    r"<[\w:]{0,60}(?:keymaterial|password|passphrase|secret|sharedkey)[\w:]{0,60}(?:\s[^>]{0,500})?>(?P<a>[^<]+)<",
    r"\bkey\s*=\s*(?P<q>[\"'])(?P<a>[^\"']+)(?P=q)",
    rf"(?<![\w.-])(?:{_WORD})[\"']?\s*[=:]\s*{_VALUE}",                      # password=…, /pass:…, "token": "…"
    rf"(?<!\S)[-/]{{1,2}}(?:{_WORD})\s+{_VALUE}",                            # -Password …
    rf"/v\s+[\"']?(?:{_WORD})[\"']?\s.{{0,200}}?/d\s+{_VALUE}",                      # reg add … /v DefaultPassword /t REG_SZ /d …
    rf"\bnet1?(?:\.exe)?[\"']?\s+user\s+(?:\"[^\"]{{1,80}}\"|'[^']{{1,80}}'|\S{{1,80}})\s+{_VALUE}",
    rf"\bConvertTo-SecureString\s+(?:-String\s+)?{_VALUE}",
    rf"(?<!\S)/rp\s+{_VALUE}"))                                              # schtasks
"""Secrets that stand inside a value: in profiles and other XML, and in the commands that packages for desktops run. Repeats are
bounded, since the values are of packages that nobody vouches for."""


def is_secret(name: str) -> bool:
    """Whether a parm or setting of that name holds a secret."""
    return bool(_SECRET.match(name))


def masked(name: str, value: str) -> str:
    """A value as it may be shown: secrets masked, also where they stand inside XML (WLAN and VPN profiles) and commands."""
    if is_secret(name):
        return MASK if value else ""
    pieces, at = [], 0
    for start, end in _spans(value):
        pieces += [value[at:start], MASK]
        at = end
    return "".join([*pieces, value[at:]])


def secrets_in(name: str, value: str) -> list[str]:
    """The secret texts that a value holds."""
    if is_secret(name):
        return [value] if value else []
    return [value[start:end] for start, end in _spans(value)]


def _spans(value: str) -> list[tuple[int, int]]:
    """Where secrets stand inside a value, without overlaps."""
    found = sorted(m.span(group) for pattern in _INSIDE for m in pattern.finditer(value)
                   for group in m.re.groupindex if group != "q" and m[group] is not None)
    spans: list[tuple[int, int]] = []
    for start, end in found:
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans
