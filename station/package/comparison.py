"""Two packages side by side, setting by setting, as the device would see them.

Secrets are compared, never shown: a changed one is told as changed.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from station.package.contents import PackageContents, PackageImage, read_package
from station.package.inspection import shown
from station.package.masking import MASK


class Change(StrEnum):
    """How the second differs from the first."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line: section (identity, settings, files), place, value in the first and in the second ("" where it is not
    there).
    """

    section: str
    place: str
    change: Change
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class _Value:
    text: str
    display: str


def compare_packages(first: Path, second: Path, *, passwords: tuple[str | None, str | None] = (None, None),
                     reveal: bool = False) -> tuple[Difference, ...]:
    """Every identity field, setting and file of either package. Raises what `read_package` raises."""
    return compare_contents(read_package(first, passwords[0]), read_package(second, passwords[1]), reveal=reveal)


def compare_contents(first: PackageContents, second: PackageContents, *, reveal: bool = False) -> tuple[Difference, ...]:
    """As `compare_packages`, for packages that are read already. Images are compared by their number."""
    found: list[Difference] = []
    for number in range(max(len(first.images), len(second.images))):
        one = first.images[number] if number < len(first.images) else None
        two = second.images[number] if number < len(second.images) else None
        prefix = f"{number + 1}: " if max(len(first.images), len(second.images)) > 1 else ""
        for section, read in (("identity", _identity), ("settings", _settings), ("files", _files)):
            found += _compared(section, prefix, read(one, reveal), read(two, reveal))
    return tuple(found)


def _compared(section: str, prefix: str, first: dict[str, _Value], second: dict[str, _Value]) -> list[Difference]:
    rows = []
    for place in dict.fromkeys([*first, *second]):
        one, two = first.get(place), second.get(place)
        if one is None or two is None:
            change = Change.ADDED if one is None else Change.REMOVED
        else:
            change = Change.SAME if one.text == two.text else Change.CHANGED
        left, right = (one.display if one else ""), (two.display if two else "")
        if change is Change.CHANGED and left == right:
            right = f"{right} ≠" if MASK in right else right
        rows.append(Difference(section, prefix + place, change, left, right))
    return rows


def _identity(image: PackageImage | None, reveal: bool) -> dict[str, _Value]:
    if image is None:
        return {}
    config = image.config
    return {name: _Value(text, text) for name, text in (
        ("name", config.name), ("id", config.id), ("version", config.version), ("owner", config.owner),
        ("rank", str(config.rank)), ("notes", config.notes))}


def _settings(image: PackageImage | None, reveal: bool) -> dict[str, _Value]:
    found: dict[str, _Value] = {}
    for document in image.documents if image else ():
        for parm in document.parms:
            row = shown(document, parm, reveal=reveal)
            place = f"{row.context}: {row.place}" if row.context != "RunTime" else row.place
            place = _conditional(document.path) + place
            while place in found:
                place += " +"
            found[place] = _Value(parm.value, row.value)
    return found


def _conditional(path: str) -> str:
    """Settings under a condition stand in a numbered folder of their own."""
    parts = path.split("/")
    return "" if len(parts) < 2 or parts[0] != "Multivariant" or parts[1] == "0" else f"{parts[0]}/{parts[1]}: "


def _files(image: PackageImage | None, reveal: bool) -> dict[str, _Value]:
    """Carried files by name: their folders hold a checksum, which changes with the contents."""
    return {f.path.rsplit("/", 1)[-1]: _Value(f.sha1.hex(), f"{f.size} bytes, SHA-1 {f.sha1.hex()[:12]}…")
            for f in (image.assets if image else ())}
