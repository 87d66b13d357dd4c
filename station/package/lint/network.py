"""Checks of Wi-Fi, and of what the network is needed for."""

import re
from collections import Counter
from collections.abc import Iterator

from station.model.errors import DataError
from station.package import wlan
from station.package.credentials import read_certificate
from station.package.lint.rules import Finding, Subject
from station.package.settings import WifiNetwork, WifiSecurity

_HEX_KEY = re.compile(r"^[0-9A-Fa-f]{64}\Z")


def networks(subject: Subject) -> Iterator[Finding]:
    for number, network in enumerate(subject.settings.wifi):
        where = f"wifi[{number}]"
        if not 1 <= len(network.ssid.encode("utf-8", "surrogatepass")) <= 32:
            yield Finding("wifi-name-length", f"{where}.ssid")
        if network.security is WifiSecurity.OPEN:
            yield Finding("wifi-open", where, network.ssid)
        elif network.security is WifiSecurity.WEP:
            yield Finding("wifi-wep", where, network.ssid)
        yield from _key(subject, network, where)
    for ssid, count in Counter(n.ssid for n in subject.settings.wifi).items():
        if count > 1:
            yield Finding("wifi-twice", "wifi", ssid)


def _key(subject: Subject, network: WifiNetwork, where: str) -> Iterator[Finding]:
    if network.security is WifiSecurity.OPEN:
        return
    if not network.key:
        yield Finding("wifi-key-missing", f"{where}.key", network.ssid)
        return
    key = subject.secret(network.key) if subject.secret else None
    if key is None or network.security is WifiSecurity.WEP:
        return
    if not (8 <= len(key) <= 63 and key.isascii() and key.isprintable()) and not _HEX_KEY.match(key):
        yield Finding("wifi-key-length", f"{where}.key", network.ssid)
    elif len(set(key)) < 4 or key.casefold() == network.ssid.casefold():
        yield Finding("wifi-key-weak", f"{where}.key", network.ssid)


def profiles(subject: Subject) -> Iterator[Finding]:
    for number, item in enumerate(subject.settings.wifi_profile):
        data = subject.read(item.file)
        if data is None:
            continue
        where = f"wifi_profile[{number}]"
        try:
            profile = wlan.parse(data.decode("utf-8-sig", "replace"), item.file)
        except DataError:
            yield Finding("wifi-profile-unreadable", where, item.file)
            continue
        if not profile.hex_matches:
            yield Finding("wifi-profile-hex-differs", where, profile.ssid)
        if profile.security is None and not profile.trusted_roots:
            yield Finding("wifi-profile-trusts-anybody", where, profile.name)
        for missing in sorted(set(profile.trusted_roots) - _thumbprints(subject)):
            yield Finding("wifi-profile-root-missing", where, missing)


def _thumbprints(subject: Subject) -> set[str]:
    found = set()
    for certificate in subject.settings.certificate:
        data = subject.read(certificate.file)
        try:
            if data is not None:
                found.add(read_certificate(data, certificate.file).thumbprint)
        except DataError:
            continue
    return found


def reachable(subject: Subject) -> Iterator[Finding]:
    settings = subject.settings
    online = bool(settings.entra_join or settings.enrolment)
    skip = bool(settings.first_experience and settings.first_experience.skip_wifi)
    if online and not subject.has_network:
        yield Finding("skip-wifi-with-online-account" if skip else "join-without-network",
                      "first_experience.skip_wifi" if skip else "wifi")
    if subject.policy("WiFi", "AllowWiFi") == 0 and (online or subject.has_network):
        yield Finding("wifi-forbidden-but-needed", "policy", "WiFi/AllowWiFi")


CHECKS = (networks, profiles, reachable)
