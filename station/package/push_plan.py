"""What pushing a package means, decided before anything is copied: where it goes, under which name, and what else lies there.

Sources: facts/enrolment §2.4 (root of the internal storage while the first page shows), §2.5 (root of a stick; a folder is
ignored; all
packages found there are applied), §2.6 (Documents after set-up). The copying itself is `station.bench.push`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from station.model.errors import UsageError
from station.package.lint.rules import KnownPackage
from station.package.wim_read import safe_name

SUFFIX = ".ppkg"


class Place(StrEnum):
    """Where a package goes."""

    ROOT = "root"
    """Root of the unit's internal storage: first set-up."""
    DOCUMENTS = "documents"
    """Documents of the unit: after set-up."""
    STICK = "stick"
    """Root of a USB stick: HoloLens 2 from 19041.1103."""


FOLDERS: dict[Place, tuple[str, ...]] = {Place.ROOT: (), Place.DOCUMENTS: ("Documents",), Place.STICK: ()}


@dataclass(frozen=True, slots=True)
class PushPlan:
    """`others` are packages that lie there and would be applied too; `elsewhere` ones that lie where they are not applied;
    `replaces` tells that one of the same name is there.
    """

    place: Place
    name: str
    size: int
    replaces: bool
    others: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    @property
    def folder(self) -> tuple[str, ...]:
        return FOLDERS[self.place]

    @property
    def known(self) -> tuple[KnownPackage, ...]:
        """The others, as the lint wants them."""
        return tuple(KnownPackage(name) for name in self.others)


def plan_push(name: str, size: int, place: Place, there: Iterable[str], elsewhere: Iterable[str] = ()) -> PushPlan:
    """The plan for a package file of that name and size, given the files in the place and the packages in other places.

    Raises UsageError `package.name-not-ppkg`.
    """
    if not name.casefold().endswith(SUFFIX) or not safe_name(name) or not name.isprintable():
        raise UsageError("package.name-not-ppkg", name[:80])
    packages = [n for n in there if n.casefold().endswith(SUFFIX)]
    return PushPlan(place, name, size, any(n.casefold() == name.casefold() for n in packages),
                    tuple(n for n in packages if n.casefold() != name.casefold()),
                    tuple(n for n in elsewhere if n.casefold().endswith(SUFFIX)))
