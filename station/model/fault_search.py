"""Finding a fault by what a device, a service or a person said: a code in any spelling, a name, a message, words in any language.

Three kinds of answer, in this order: what is recognised (code, name, message), what begins like the code or name that was typed,
and what tells of the same words, nearest first; small slips of the keyboard are forgiven. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from math import log

import resources
from station.model import spelling
from station.model.faults import Fault, catalogue

LEAST_BEGINNING = 4
"""Characters of a code or name that must be typed before those that begin so are shown."""
SHARES = (0.6, 0.5)
"""Of several words, how many a fault must tell of; fewer only where no fault tells of so many."""
SLIP = 0.82
"""How alike two words must be to be taken for the same with a slip."""
MOST = 10
WEIGHTS: Mapping[str, int] = {"title": 5, "texts": 5, "code": 4, "cause": 2, "cure": 1}


@dataclass(slots=True)
class FaultSearch:
    """An index over faults, in English and in every language that ships."""

    faults: Sequence[Fault]
    _weights: dict[str, dict[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, fault in enumerate(self.faults):
            for weight, text in _texts(fault):
                for word in spelling.words(text):
                    known = self._weights.setdefault(word, {})
                    known[number] = max(weight, known.get(number, 0))

    def find(self, said: str) -> list[Fault]:
        """Faults that are meant, likeliest first; empty where nothing fits."""
        recognised = sorted((f for f in self.faults if f.recognises(said)), key=lambda f: not f.has_code(said))
        beginning = [f for f in self._beginning(said) if f not in recognised]
        if any(f.has_code(said) for f in recognised):
            return recognised
        told = [f for f in self._by_words(said) if f not in recognised and f not in beginning]
        return [*recognised, *beginning, *told][:max(MOST, len(recognised))]

    def _beginning(self, said: str) -> Iterable[Fault]:
        start = spelling.code(said)
        if len(start) < LEAST_BEGINNING or " " in start:
            return []
        return [f for f in self.faults if any(spelling.code(c).startswith(start) for c in (*f.codes, *f.names))]

    def _by_words(self, said: str) -> list[Fault]:
        asked = spelling.words(said)
        matched: dict[int, list[float]] = {}
        for word in asked:
            for number, weight in self._told(word).items():
                matched.setdefault(number, []).append(weight)
        for share in SHARES:
            hits = [(sum(found), -number) for number, found in matched.items() if len(found) >= share * len(asked)]
            if hits:
                return [self.faults[-number] for _, number in sorted(hits, reverse=True)]
        return []

    def _told(self, word: str) -> dict[int, float]:
        """How strongly each fault tells of a word, or else of one that is like it; a word that few tell of counts more."""
        found: dict[int, float] = {}
        for known, numbers in self._weights.items():
            likeness = _likeness(word, known) * log(1 + len(self.faults) / len(numbers))
            for number, weight in numbers.items() if likeness else ():
                found[number] = max(found.get(number, 0.0), likeness * weight)
        return found


def _likeness(asked: str, known: str) -> float:
    """1 for the same word, less for one that begins so, still less for one with a slip; 0 for another word."""
    if asked == known:
        return 1.0
    if len(asked) >= 3 and known.startswith(asked):
        return 0.8
    if len(asked) >= 5 and abs(len(asked) - len(known)) <= 2 and asked[0] == known[0]:
        matcher = SequenceMatcher(None, asked, known, autojunk=False)
        return 0.6 if matcher.quick_ratio() >= SLIP and matcher.ratio() >= SLIP else 0.0
    return 0.0


def _texts(fault: Fault) -> Iterable[tuple[int, str]]:
    for language in resources.LANGUAGES:
        said = resources.translations(language).gettext
        for name, text in (("title", fault.title), ("cause", fault.cause), ("cure", fault.cure)):
            yield WEIGHTS[name], said(text)
    yield WEIGHTS["texts"], " ".join((*fault.texts, *fault.names))
    yield WEIGHTS["code"], fault.code.replace(".", " ").replace("-", " ")


@cache
def _shipped() -> FaultSearch:
    return FaultSearch(tuple(catalogue().values()))


def find(said: str) -> list[Fault]:
    """Search in the catalogue that ships with the program."""
    return _shipped().find(said)
