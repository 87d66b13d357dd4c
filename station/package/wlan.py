"""WLAN profile XML: made from name, security and key, and read back.

Source: Microsoft, “WLAN_profile schema” (namespace http://www.microsoft.com/networking/WLAN/profile/v1); facts/packages §3.
WPA3 in a package is a guess (facts: the shape of Profiles/Profile is marked G).
"""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from station.model.errors import DataError
from station.package.customizations import parse_xml
from station.package.settings import WifiSecurity

NAMESPACE = "http://www.microsoft.com/networking/WLAN/profile/v1"
_SECURITY = {WifiSecurity.OPEN: ("open", "none"), WifiSecurity.WEP: ("open", "WEP"), WifiSecurity.WPA2: ("WPA2PSK", "AES"),
             WifiSecurity.WPA3: ("WPA3SAE", "AES")}
SECURITY_TYPES = {WifiSecurity.OPEN: "Open", WifiSecurity.WEP: "WEP", WifiSecurity.WPA2: "WPA2-Personal"}
"""How the settings store calls them (facts/packages §3); WPA3 has no name there."""


@dataclass(frozen=True, slots=True)
class WlanProfile:
    """What a profile says. `security` is None for enterprise and anything else that has no simple name."""

    name: str
    ssid: str
    security: WifiSecurity | None
    key: str = field(default="", repr=False)
    hidden: bool = False
    auto_connect: bool = True
    authentication: str = ""
    hex_matches: bool = True
    trusted_roots: tuple[str, ...] = ()


def render(profile: WlanProfile) -> str:
    """The profile XML of a network with a simple security. One line a level, as the Windows export writes it."""
    if profile.security is None:
        raise ValueError("enterprise profiles are files, not built here")
    authentication, encryption = _SECURITY[profile.security]
    key = "" if profile.security is WifiSecurity.OPEN else (
        "<sharedKey>" f"<keyType>{'networkKey' if profile.security is WifiSecurity.WEP else 'passPhrase'}</keyType>"
        f"<protected>false</protected><keyMaterial>{escape(profile.key)}</keyMaterial></sharedKey>")
    return ('<?xml version="1.0"?>'
            f'<WLANProfile xmlns="{NAMESPACE}"><name>{escape(profile.name)}</name><SSIDConfig><SSID>'
            f"<hex>{profile.ssid.encode('utf-8').hex().upper()}</hex><name>{escape(profile.ssid)}</name></SSID>"
            f"<nonBroadcast>{str(profile.hidden).lower()}</nonBroadcast></SSIDConfig><connectionType>ESS</connectionType>"
            f"<connectionMode>{'auto' if profile.auto_connect else 'manual'}</connectionMode><MSM><security>"
            f"<authEncryption><authentication>{authentication}</authentication><encryption>{encryption}</encryption>"
            f"<useOneX>false</useOneX></authEncryption>{key}</security></MSM></WLANProfile>")


def parse(text: str, name: str) -> WlanProfile:
    """Read a profile. Raises DataError `package.bad-wlan-profile`."""
    try:
        root = parse_xml(text.encode("utf-8", "surrogatepass"), name)
    except DataError as e:
        raise DataError("package.bad-wlan-profile", name) from e
    values: dict[str, str] = {}
    roots: list[str] = []
    for element in root.iter():
        tag = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
        text_ = (element.text or "").strip("\r\n\t ") if tag != "keyMaterial" else (element.text or "")
        if tag == "TrustedRootCA":
            roots.append(text_.replace(" ", "").upper())
        values.setdefault(tag, text_)
    if not root.tag.endswith("WLANProfile") or "SSIDConfig" not in values or not values.get("name"):
        raise DataError("package.bad-wlan-profile", name)
    ssid_names = [(e.text or "") for e in root.iter() if e.tag.rsplit("}", 1)[-1] == "name"]
    ssid = ssid_names[1] if len(ssid_names) > 1 else ssid_names[0]
    return WlanProfile(ssid_names[0], ssid, _security(values), values.get("keyMaterial", ""),
                       values.get("nonBroadcast", "false") == "true", values.get("connectionMode", "auto") == "auto",
                       values.get("authentication", ""), _hex_matches(values.get("hex", ""), ssid), tuple(roots))


def _security(values: dict[str, str]) -> WifiSecurity | None:
    if values.get("useOneX", "false") == "true":
        return None
    found = (values.get("authentication", ""), values.get("encryption", ""))
    return next((s for s, pair in _SECURITY.items() if pair == found), None)


def _hex_matches(text: str, ssid: str) -> bool:
    return not text or text.upper() == ssid.encode("utf-8", "surrogatepass").hex().upper()
