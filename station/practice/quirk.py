"""Named odd behaviours of the practice world: what a quirk is, how one is switched on, and when it strikes.

The virtual units and the virtual tenant each keep their quirks in one table (`units/quirks.py`, `tenant/quirks.py`).
A person or a test switches them on by a spec such as `other-tenant:2,throttle:5%,slow`; the same seed strikes the same
occasions.
"""

import random
import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from station.model.errors import UsageError

Side = Literal["tenant", "unit"]

_DOSE = re.compile(r"^(?:(?P<percent>\d+(?:\.\d+)?)%|(?P<count>\d+)|(?P<always>always))$")


@dataclass(frozen=True, slots=True)
class Quirk:
    """One odd behaviour. `about` says what it does in one sentence; `source` names the document it is read from."""

    name: str
    side: Side
    about: str
    source: str


@dataclass(frozen=True, slots=True)
class Dose:
    """How often a quirk strikes: the first `count` occasions (None: no limit), each with `probability` from 0 to 1."""

    count: int | None = None
    probability: float = 1.0

    @classmethod
    def parse(cls, text: str) -> "Dose":
        """Read `3` (the first three occasions), `2.5%` (that share of all occasions) or `always`.

        Raises UsageError `practice.bad-faults`.
        """
        match = _DOSE.match(text.strip())
        if not match or (match["percent"] and float(match["percent"]) > 100):
            raise UsageError("practice.bad-faults", text[:40])
        if match["percent"]:
            return cls(None, float(match["percent"]) / 100)
        return cls(int(match["count"])) if match["count"] else ALWAYS


ALWAYS = Dose()
NEVER = Dose(0)


def parse_faults(spec: str, known: Iterable[Quirk]) -> dict[str, Dose]:
    """Doses by quirk name out of `name[:dose],…`; a name alone strikes once.

    Raises UsageError `practice.unknown-quirk` or `practice.bad-faults`.
    """
    names = {q.name for q in known}
    doses: dict[str, Dose] = {}
    for part in filter(None, (p.strip() for p in spec.split(","))):
        name, _, dose = part.partition(":")
        if name not in names:
            raise UsageError("practice.unknown-quirk", name[:40])
        doses[name] = Dose.parse(dose or "1")
    return doses


class Strikes:
    """Decides, occasion by occasion, whether a quirk strikes. Same doses, seed and order of occasions: same strikes.

    `key` makes the decision stick to a thing (a serial, a record): asked again for it, the answer is the same.
    """

    def __init__(self, doses: Mapping[str, Dose], seed: int) -> None:
        self._doses = dict(doses)
        self._seed = seed
        self._occasions: Counter[str] = Counter()
        self._kept: dict[tuple[str, str], bool] = {}
        self._lock = threading.Lock()
        self.struck: Counter[str] = Counter()

    def set(self, name: str, dose: Dose) -> None:
        """Switch a quirk on or off from now on; its occasions count from here."""
        with self._lock:
            self._doses[name] = dose
            self._occasions[name] = 0
            self._kept = {k: v for k, v in self._kept.items() if k[0] != name}

    def dose(self, name: str) -> Dose:
        """The dose of a quirk; `NEVER` where it is off."""
        return self._doses.get(name, NEVER)

    def strikes(self, name: str, key: str | None = None) -> bool:
        """Whether the quirk strikes on this occasion."""
        with self._lock:
            if key is not None and (name, key) in self._kept:
                return self._kept[name, key]
            struck = self._decide(name)
            if key is not None:
                self._kept[name, key] = struck
            return struck

    def _decide(self, name: str) -> bool:
        dose = self._doses.get(name, NEVER)
        occasion = self._occasions[name]
        self._occasions[name] += 1
        if dose.count is not None and occasion >= dose.count:
            return False
        struck = dose.probability >= 1 or random.Random(f"{self._seed}/{name}/{occasion}").random() < dose.probability  # noqa: S311
        self.struck[name] += struck
        return struck
