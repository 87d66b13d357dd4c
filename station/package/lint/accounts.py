"""Checks of joins, enrolments, local users and kiosks."""

import datetime
from collections import Counter
from collections.abc import Generator, Iterator

from station.model.errors import DataError
from station.package.lint.kiosk_file import judge, read_kiosk_file
from station.package.lint.rules import Finding, Subject
from station.package.settings import AuthPolicy, Headset, PortalAuthentication

_SOON = datetime.timedelta(days=7)
_LONGEST = datetime.timedelta(days=180)
_SHORTEST_PASSWORD = 8


def token(subject: Subject) -> Iterator[Finding]:
    join = subject.settings.entra_join
    if join is None:
        return
    if not join.token:
        yield Finding("token-missing", "entra_join.token")
    if not join.authority.startswith("https://"):
        yield Finding("authority-no-address", "entra_join.authority")
    if join.expires is None:
        yield Finding("token-expiry-unknown", "entra_join.expires")
    elif join.expires < subject.today:
        yield Finding("token-expired", "entra_join.expires", join.expires.isoformat())
    elif join.expires - subject.today <= _SOON:
        yield Finding("token-expires-soon", "entra_join.expires", join.expires.isoformat())
    elif join.expires - subject.today > _LONGEST:
        yield Finding("token-expiry-implausible", "entra_join.expires", join.expires.isoformat())
    batch = subject.settings.target.batch
    if batch and join.uses and join.uses < batch:
        yield Finding("token-uses-below-batch", "entra_join.uses", f"{join.uses} < {batch}")


def joins(subject: Subject) -> Iterator[Finding]:
    settings = subject.settings
    if settings.entra_join and settings.user:
        yield Finding("two-kinds-of-account", "user")
    if settings.entra_join and settings.enrolment:
        yield Finding("join-and-enrolment", "enrolment")
    if settings.tenant_lockdown is not None:
        yield Finding("tenant-lockdown", "tenant_lockdown")
    if any(s.path.startswith("Accounts/ComputerAccount/Domain") for s in settings.setting):
        yield Finding("domain-join", "setting", "Accounts/ComputerAccount")
    for number, enrolment in enumerate(settings.enrolment):
        where = f"enrolment[{number}]"
        if "manage.microsoft.com" in enrolment.discovery_url.casefold():
            yield Finding("enrolment-into-intune", f"{where}.discovery_url")
        if not enrolment.secret:
            yield Finding("enrolment-without-secret", f"{where}.secret", enrolment.upn)
        if "@" not in enrolment.upn:
            yield Finding("enrolment-upn-malformed", f"{where}.upn", enrolment.upn[:60])
        if enrolment.auth_policy is AuthPolicy.CERTIFICATE and not settings.client_certificate:
            yield Finding("enrolment-certificate-missing", where, enrolment.upn)


def users(subject: Subject) -> Iterator[Finding]:
    settings = subject.settings
    for number, user in enumerate(settings.user):
        where = f"user[{number}]"
        if not 1 <= len(user.name) <= 20 or any(c in '"/\\[]:;|=,+*?<>@' for c in user.name):
            yield Finding("user-name-malformed", f"{where}.name", user.name[:40])
        if not user.password:
            yield Finding("user-without-password", f"{where}.password", user.name)
            continue
        password = subject.secret(user.password) if subject.secret else None
        if password is not None and (len(password) < _SHORTEST_PASSWORD or user.name.casefold() in password.casefold()
                                     or len(set(password)) < 4):
            yield Finding("user-password-weak", f"{where}.password", user.name)
    for name, count in Counter(u.name.casefold() for u in settings.user).items():
        if count > 1:
            yield Finding("user-twice", "user", name)
    if settings.user:
        yield Finding("user-only-during-setup", "user")
    if len(settings.user) > 1 and subject.headset is Headset.HOLOLENS_1:
        yield Finding("several-users-on-first-generation", "user")


def kiosk(subject: Subject) -> Iterator[Finding]:
    settings = subject.settings
    visitor = subject.policy("MixedReality", "VisitorAutoLogon") == 1
    found = settings.kiosk
    if found is not None:
        if found.configuration and (found.app or found.account):
            yield Finding("kiosk-twice", "kiosk")
        if bool(found.app) != bool(found.account) or not (found.app or found.configuration):
            yield Finding("kiosk-incomplete", "kiosk")
        if found.app and "!" not in found.app:
            yield Finding("kiosk-app-malformed", "kiosk.app", found.app[:80])
        known = {u.name.casefold() for u in settings.user}
        if found.account and known and found.account.casefold().split("\\")[-1] not in known:
            yield Finding("kiosk-account-unknown", "kiosk.account", found.account[:40])
        visitor = (yield from _configuration(subject, found.configuration, frozenset(known))) or visitor
    if visitor and settings.user:
        yield Finding("visitor-kiosk-with-local-user", "user")
    if visitor and settings.entra_join:
        yield Finding("visitor-kiosk-with-join", "entra_join")


def _configuration(subject: Subject, name: str, users: frozenset[str]) -> Generator[Finding, None, bool]:
    """Findings about a kiosk file; gives whether visitors are signed in."""
    data = subject.read(name)
    if data is None:
        return False
    try:
        file = read_kiosk_file(data, name)
    except DataError as e:
        yield Finding("kiosk-file-unreadable", "kiosk.configuration", e.detail)
        return False
    yield from judge(file, name, users)
    return file.visitor


def portal(subject: Subject) -> Iterator[Finding]:
    developer = subject.settings.developer
    if developer is None:
        return
    if developer.user and (":" in developer.user or not developer.user.isascii()):
        yield Finding("portal-user-malformed", "developer.user")
    if developer.portal is PortalAuthentication.BASIC and not (developer.user and developer.password):
        yield Finding("portal-without-credentials", "developer")
    if developer.portal is PortalAuthentication.NONE:
        yield Finding("portal-open", "developer.portal")
    password = subject.secret(developer.password) if subject.secret and developer.password else None
    if password is not None and len(password) < _SHORTEST_PASSWORD:
        yield Finding("portal-password-weak", "developer.password")


CHECKS = (token, joins, users, kiosk, portal)
