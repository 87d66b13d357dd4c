"""Checks of files and secrets that settings name: certificates, apps, whether they are there at all."""

import datetime
import re
from collections.abc import Iterator

from station.model.errors import DataError
from station.package.credentials import pfx_opens, read_certificate
from station.package.lint.rules import Finding, Subject
from station.package.settings import CertificateStore, Headset
from station.package.settings_file import secret_names
from station.package.wim_read import safe_name

_SOON = datetime.timedelta(days=30)
_FAMILY = re.compile(r"^[A-Za-z0-9.-]{3,50}_[a-z0-9]{13}\Z")
_KINDS = (".appx", ".msix", ".appxbundle", ".msixbundle")
_ARCHITECTURES = {Headset.HOLOLENS_1: {"x86", "neutral"}, Headset.HOLOLENS_2: {"arm64", "arm", "neutral"}}


def named_files(subject: Subject) -> list[tuple[str, str]]:
    """(field, path) of every file that the settings name."""
    s = subject.settings
    found = [(f"wifi_profile[{n}].file", p.file) for n, p in enumerate(s.wifi_profile)]
    found += [(f"certificate[{n}].file", c.file) for n, c in enumerate(s.certificate)]
    found += [(f"client_certificate[{n}].file", c.file) for n, c in enumerate(s.client_certificate)]
    found += [("edition.licence", s.edition.licence)] if s.edition and s.edition.licence else []
    found += [("kiosk.configuration", s.kiosk.configuration)] if s.kiosk and s.kiosk.configuration else []
    for n, app in enumerate(s.app):
        found += [(f"app[{n}].file", app.file), *((f"app[{n}].dependencies", d) for d in app.dependencies)]
        found += [(f"app[{n}].licence", app.licence)] if app.licence else []
    return found


def present(subject: Subject) -> Iterator[Finding]:
    if subject.files is not None:
        for where, path in named_files(subject):
            if not path or not subject.files.exists(path):
                yield Finding("file-missing", where, path)
    if subject.secret is not None:
        for where, name in secret_names(subject.settings):
            if subject.secret(name) is None:
                yield Finding("secret-missing", where, name)
    if secret_names(subject.settings):
        yield Finding("package-is-a-secret", "package")


def certificates(subject: Subject) -> Iterator[Finding]:
    for number, item in enumerate(subject.settings.certificate):
        data = subject.read(item.file)
        if not data:
            continue
        where = f"certificate[{number}]"
        try:
            facts = read_certificate(data, item.file)
        except DataError:
            yield Finding("certificate-unreadable", where, item.file)
            continue
        if facts.not_after.date() < subject.today:
            yield Finding("certificate-expired", where, facts.not_after.date().isoformat())
        elif facts.not_after.date() - subject.today <= _SOON:
            yield Finding("certificate-expires-soon", where, facts.not_after.date().isoformat())
        if facts.not_before.date() > subject.today:
            yield Finding("certificate-not-yet-valid", where, facts.not_before.date().isoformat())
        if item.store is CertificateStore.ROOT and not facts.is_authority:
            yield Finding("certificate-no-authority", where, item.name)


def client_certificates(subject: Subject) -> Iterator[Finding]:
    for number, item in enumerate(subject.settings.client_certificate):
        data = subject.read(item.file)
        password = subject.secret(item.password) if subject.secret and item.password else None
        if not data or password is None:
            continue
        opens = pfx_opens(data, password)
        if opens is None:
            yield Finding("pfx-unreadable", f"client_certificate[{number}].file", item.file)
        elif not opens:
            yield Finding("pfx-password-wrong", f"client_certificate[{number}].password", item.name)


def apps(subject: Subject) -> Iterator[Finding]:
    settings = subject.settings
    for number, app in enumerate(settings.app):
        where = f"app[{number}]"
        if not _FAMILY.match(app.family):
            yield Finding("app-family-malformed", f"{where}.family", app.family[:80])
        for path in (app.file, *app.dependencies):
            if not safe_name(path.replace("\\", "/").rsplit("/", 1)[-1]):
                yield Finding("file-name-unsafe", where, path[:80])
        if not app.file.casefold().endswith(_KINDS):
            yield Finding("app-file-kind", f"{where}.file", app.file)
        if not app.licence and not settings.certificate:
            yield Finding("app-without-certificate", where, app.family[:80])
        if not app.licence and subject.policy("ApplicationManagement", "AllowAllTrustedApps") != 1:
            yield Finding("app-not-trusted", where, app.family[:80])
        yield from _architecture(subject, app.file, where)
    if settings.app and subject.headset is Headset.HOLOLENS_1:
        yield Finding("app-only-during-setup", "app")


def _architecture(subject: Subject, path: str, where: str) -> Iterator[Finding]:
    headset = subject.headset
    found = subject.files.architecture(path) if subject.files and headset is not None else ""
    if found and headset is not None and found not in _ARCHITECTURES[headset]:
        yield Finding("app-architecture", f"{where}.file", f"{found}, {headset}")


CHECKS = (present, certificates, client_certificates, apps)
