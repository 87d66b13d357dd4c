"""Checks of a package's identity, its container, and its neighbours on a unit or stick."""

import re
from collections.abc import Iterator

from station.package.contents import USUAL_COMPRESSION
from station.package.customizations import package_id
from station.package.lint.rules import Finding, Subject
from station.package.settings import Owner

_UNTOLD = "Invalid"
"""What ICD.exe writes for the Windows that a package is for, where its window is not used (seen in a package of 2024)."""
_VERSION = re.compile(r"^\d{1,9}\.\d{1,9}(\.\d{1,9}){0,2}\Z")


def container(subject: Subject) -> Iterator[Finding]:
    contents = subject.contents
    if contents is None:
        return
    if contents.encrypted:
        yield Finding("encrypted", contents.name)
    if contents.compression != USUAL_COMPRESSION:
        yield Finding("unusual-compression", contents.name, contents.compression)
    if len(contents.images) > 1:
        yield Finding("several-images", contents.name, str(len(contents.images)))
    for image in contents.images:
        for problem in image.problems:
            yield Finding("damaged-inside", problem.detail, problem.code)
        if image.customizations is not None and image.customizations.variants:
            yield Finding("conditional-settings", contents.name)
        sku = image.info.keys.get("TargetSkus", "")
        if sku and sku != _UNTOLD and not sku.casefold().startswith("holo"):
            yield Finding("made-for-another-windows", "TargetSkus", sku[:40])


def identity(subject: Subject) -> Iterator[Finding]:
    package = subject.settings.package
    if not package.name.strip() or len(package.name) > 100:
        yield Finding("name-missing", "package.name")
    if package.owner is not Owner.IT_ADMIN:
        yield Finding("owner-not-it-admin", "package.owner", package.owner)
    if not 0 <= package.rank <= 99:
        yield Finding("rank-out-of-range", "package.rank", str(package.rank))
    if not _VERSION.match(package.version):
        yield Finding("version-malformed", "package.version", package.version[:40])
    if not package.id:
        yield Finding("no-package-id", "package.id")
    elif not package_id(package.id):
        yield Finding("package-id-malformed", "package.id")


def raised(subject: Subject) -> Iterator[Finding]:
    """The same id with a version that is not higher does not update what is installed."""
    mine = package_id(subject.settings.package.id)
    for other in subject.earlier:
        if mine and package_id(other.id) == mine and _numbers(subject.settings.package.version) <= _numbers(other.version):
            yield Finding("version-not-raised", "package.version", f"{other.name} {other.version}")
            return


def neighbours(subject: Subject) -> Iterator[Finding]:
    """All packages that lie there are applied, in an order that nobody documents."""
    for other in subject.present:
        yield Finding("other-package-present", other.name)


def unknown(subject: Subject) -> Iterator[Finding]:
    for place in subject.left_out:
        yield Finding("not-understood", place[:120])


def _numbers(version: str) -> tuple[int, ...]:
    found = [int(n) for n in re.findall(r"\d{1,9}", version)][:4]
    return tuple(found + [0] * (4 - len(found)))


CHECKS = (container, identity, raised, neighbours, unknown)
