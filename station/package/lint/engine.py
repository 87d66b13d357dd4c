"""Running the checks over settings or a package."""

import datetime
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from station.model.errors import DataError, Refused
from station.package.contents import read_package
from station.package.import_files import FileView, package_files
from station.package.importer import import_contents
from station.package.lint import accounts, carried, device, identity, network, source
from station.package.lint.rules import Check, Finding, KnownPackage, Severity, Subject
from station.package.schema import Schema, shipped
from station.package.settings import Headset, Identity, PackageSettings

CHECKS: tuple[Check, ...] = (*identity.CHECKS, *network.CHECKS, *accounts.CHECKS, *device.CHECKS, *carried.CHECKS,
                              *source.CHECKS)
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_READ_LIMIT = 4 << 20
_NO_ARCHIVE = (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError, RuntimeError, EOFError)
"""All that zipfile raises for an archive that is damaged, encrypted, of an unknown kind or without the file."""


def check(subject: Subject) -> tuple[Finding, ...]:
    """All findings, errors first; within a severity in the order of the checks."""
    found = dict.fromkeys(f for run in CHECKS for f in run(subject))
    return tuple(sorted(found, key=lambda f: _ORDER[f.severity]))


def check_settings(settings: PackageSettings, *, today: datetime.date, folder: Path | None = None,
                   secret: Callable[[str], str | None] | None = None, schema: Schema | None = None,
                   present: Iterable[KnownPackage] = (), earlier: Iterable[KnownPackage] = (),
                   generation: Headset | None = None, build: str = "") -> tuple[Finding, ...]:
    """Judge settings. `folder` is where their files are; without it files are not looked at, nor secrets without `secret`."""
    files = FolderFiles(folder) if folder else None
    return check(Subject(settings, today, secret, files, schema or shipped(), present=tuple(present), earlier=tuple(earlier),
                         generation=generation, build=build))


def check_package(path: Path, *, today: datetime.date, password: str | None = None, schema: Schema | None = None,
                  present: Iterable[KnownPackage] = (), earlier: Iterable[KnownPackage] = (),
                  generation: Headset | None = None, build: str = "") -> tuple[Finding, ...]:
    """Judge a package of any origin; nothing is written. Raises what `read_package` raises, except for encrypted ones.

    An encrypted package without its password gives the one finding that matters.
    """
    try:
        contents = read_package(path, password)
    except DataError as e:
        if e.code != "package.encrypted":
            raise
        return (Finding("encrypted", path.name),)
    secrets: dict[str, str] = {}

    def keep(name: str, value: str) -> str:
        while secrets.get(name, value) != value:
            name += "+"
        secrets[name] = value
        return name
    known = schema or shipped()
    files = FileView(package_files(path, password, contents.main))
    imported = import_contents(contents, keep=keep, files=files, schema=known)
    settings = imported.settings
    if not settings.package.name:
        name = contents.name.rpartition(".")[0]
        settings = replace(settings, package=Identity(name, settings.package.id, settings.package.version))
    return check(Subject(settings, today, secrets.get, files, known, contents, imported.left_out, tuple(present),
                         tuple(earlier), generation, build))


def refuse_errors(findings: Iterable[Finding], accepted: frozenset[str] = frozenset()) -> None:
    """Raise Refused `package.lint-errors` naming the rules that nobody accepted."""
    broken = list(dict.fromkeys(f.rule for f in findings if f.severity is Severity.ERROR and f.rule not in accepted))
    if broken:
        raise Refused("package.lint-errors", ", ".join(broken))


class FolderFiles:
    """The files of settings in their folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def exists(self, path: str) -> bool:
        return self._at(path).is_file()

    def read(self, path: str) -> bytes | None:
        try:
            return self._at(path).read_bytes() if self._at(path).stat().st_size <= _READ_LIMIT else None
        except OSError:
            return None

    def architecture(self, path: str) -> str:
        """From the manifest; bundles and whatever cannot be read give ""."""
        try:
            with zipfile.ZipFile(self._at(path)) as archive:
                info = archive.getinfo("AppxManifest.xml")
                manifest = archive.read(info) if info.file_size <= _READ_LIMIT else b""
        except _NO_ARCHIVE:     # whether the app installs is another rule's
            return ""
        found = re.search(rb"ProcessorArchitecture\s*=\s*[\"'](\w{1,12})[\"']", manifest)
        return found[1].decode("ascii").casefold() if found else ""

    def _at(self, path: str) -> Path:
        return self._folder / path.replace("\\", "/")
