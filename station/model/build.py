"""Windows Holographic builds and how they compare.

Retail and Insider builds of one major number are separate series (facts/enrolment §6.1: Insider 19041.13xx and 22621.13xx
"are a separate series: do not compare naively with retail"), so ordering across the series is refused.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import total_ordering

from station.model.errors import DataError

_BUILD = re.compile(r"^(?:10\.0\.)?(?P<major>\d{5})(?:\.(?P<revision>\d{1,5}))?(?P<insider>-insider)?$")


class Series(StrEnum):
    """Which train a build belongs to."""

    RETAIL = "retail"
    INSIDER = "insider"


@total_ordering
@dataclass(frozen=True, slots=True)
class OsBuild:
    """A build such as 19041.1128. `revision` is None where a link tells only the major number (MTP firmware `10.0.19041.0`)."""

    major: int
    revision: int | None = None
    series: Series = Series.RETAIL

    @classmethod
    def parse(cls, text: str) -> "OsBuild":
        """Read `19041.1128`, `10.0.19041.1128`, `22621.1303-insider`; a revision of 0 means "not told" (MTP firmware).

        Raises DataError `model.bad-build`.
        """
        match = _BUILD.match(text.strip())
        if not match:
            raise DataError("model.bad-build", text[:40])
        revision = int(match["revision"]) if match["revision"] and int(match["revision"]) else None
        return cls(int(match["major"]), revision, Series.INSIDER if match["insider"] else Series.RETAIL)

    def comparable(self, other: "OsBuild") -> bool:
        """Whether an order between the two is documented: another major always, the same major within one series."""
        return self.major != other.major or (
            self.series is other.series and self.revision is not None and other.revision is not None)

    def at_least(self, minimum: "OsBuild") -> bool | None:
        """Whether this build is `minimum` or newer; None where the documents do not let us know."""
        if self.major != minimum.major:
            return self.major > minimum.major
        if self.series is not minimum.series:
            return None
        if minimum.revision is None:
            return True
        if self.revision is None:
            return None
        return self.revision >= minimum.revision

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, OsBuild):
            return NotImplemented
        if self == other:
            return False
        if not self.comparable(other):
            raise TypeError(f"{self} and {other} are not comparable")
        return (self.major, self.revision or 0) < (other.major, other.revision or 0)

    def __str__(self) -> str:
        revision = "" if self.revision is None else f".{self.revision}"
        return f"{self.major}{revision}{'-insider' if self.series is Series.INSIDER else ''}"
