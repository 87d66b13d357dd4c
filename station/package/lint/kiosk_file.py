"""What a kiosk file (AssignedAccessConfiguration) does, and what is missing in it.

Source: Microsoft's AssignedAccess CSP. Its own samples for HoloLens are templates: apps and accounts stand in comments only, some
comments begin with a dash that XML does not know, and prefixes are used that nothing declares.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from station.model.errors import DataError
from station.package.customizations import as_utf8, parse_xml
from station.package.lint.rules import Finding

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_WHERE = "kiosk.configuration"
_WHO = frozenset({"Account", "AutoLogonAccount", "UserGroup", "SpecialGroup"})


@dataclass(frozen=True, slots=True)
class KioskFile:
    """Profiles by id with how many apps they allow, the profiles that are given to somebody, and to whom."""

    apps: dict[str, int]
    given: tuple[str, ...]
    accounts: tuple[str, ...]
    visitor: bool


def read_kiosk_file(data: bytes, name: str) -> KioskFile:
    """Raises DataError `package.bad-xml`, also where the document is about something else."""
    root = parse_xml(as_utf8(data), name)
    if _local(root) != "AssignedAccessConfiguration":
        raise DataError("package.bad-xml", f"{name}: {_local(root)[:40]}")
    configs = [c for c in _all(root, "Config") if any(_local(who) in _WHO for who in c)]
    given = [*_all(root, "GlobalProfile"), *(p for c in configs for p in _all(c, "DefaultProfile"))]
    return KioskFile(
        {_id(p): len(_all(p, "App")) + len(_all(p, "KioskModeApp")) for p in _all(root, "Profile")},
        tuple(_id(p) for p in given),
        tuple((who.text or "").strip() for c in configs for who in c if _local(who) == "Account"),
        any(who.get("Name") == "Visitor" for c in configs for who in c if _local(who) == "SpecialGroup"))


def judge(file: KioskFile, name: str, users: frozenset[str]) -> Iterator[Finding]:
    """Findings about a readable file; `users` are the names, in small letters, of the local users of the package."""
    if not file.given:
        yield Finding("kiosk-for-nobody", _WHERE, name)
    for profile in dict.fromkeys(file.given):
        if profile not in file.apps:
            yield Finding("kiosk-profile-missing", _WHERE, f"{{{profile}}}")
        elif not file.apps[profile]:
            yield Finding("kiosk-without-apps", _WHERE, f"{{{profile}}}")
    for account in file.accounts:
        domain, _, user = account.casefold().rpartition("\\")
        if users and domain in ("", ".") and "@" not in user and user not in users:
            yield Finding("kiosk-account-unknown", _WHERE, account[:40])


def _all(element: "Element", name: str) -> list["Element"]:
    """Elements of a name anywhere below, whatever version's namespace they are in; comments are none."""
    return [e for e in element.iter() if _local(e) == name]


def _local(element: "Element") -> str:
    return element.tag.rsplit("}", 1)[-1]


def _id(element: "Element") -> str:
    return element.get("Id", "").strip("{} ").casefold()[:40]
