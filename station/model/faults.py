"""Catalogued failures: how one is recognised, its cause, its cure, who can cure it, and where that is documented.

The catalogue is data: `resources/faults/*.toml`, one file an area, texts in English (translated at the edges). Parsing is pure;
`catalogue()` reads the files that ship with the program.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import resources
from station.model import spelling
from station.model.words import Who


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of the catalogue.

    `code` is `<area>.<words-with-hyphens>`; `codes`, `names` and `texts` (regular expressions) recognise the fault in what
    a device or a service answers; `source` names the document; `verified` is False where the source itself is unsure.
    """

    code: str
    title: str
    cause: str
    cure: str
    who: Who
    source: str
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    verified: bool = True

    def recognises(self, said: str) -> bool:
        """Whether this fault is meant by what a device, a service or a person said: a code, a name or a message."""
        return self.has_code(said) or any(re.search(t, said, re.IGNORECASE) for t in self.texts)

    def has_code(self, said: str) -> bool:
        """Whether a code or name of this fault stands in what was said, however it is spelled."""
        return not spelling.codes(said).isdisjoint(spelling.code(c) for c in (*self.codes, *self.names, self.code))


class Catalogue(Mapping[str, Fault]):
    """All faults by code. An unknown code is a bug of ours and answers `station.unknown-fault`, so no screen goes blank."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults: dict[str, Fault] = {}
        for fault in faults:
            if self._faults.setdefault(fault.code, fault) is not fault:
                raise ValueError(f"fault {fault.code} stands twice in the catalogue")

    def __getitem__(self, code: str) -> Fault:
        return self._faults[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._faults)

    def __len__(self) -> int:
        return len(self._faults)

    def explain(self, code: str) -> Fault:
        """The fault of a code; `station.unknown-fault` where the catalogue has none."""
        return self._faults.get(code) or self._faults["station.unknown-fault"]


def parse(text: str) -> list[Fault]:
    """Faults of one TOML file: `[[fault]]` tables with the field names of `Fault`. Raises ValueError that names the fault."""
    return [_fault(table) for table in tomllib.loads(text).get("fault", [])]


def _fault(table: dict[str, Any]) -> Fault:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    try:
        return Fault(**{**values, "who": Who(table.get("who", ""))})
    except (TypeError, ValueError) as e:
        raise ValueError(f"fault {table.get('code', 'without a code')}: {e}") from e


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships with the program."""
    return Catalogue(f for name in resources.names("faults", ".toml") for f in parse(resources.text(name)))
