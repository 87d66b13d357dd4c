"""What the readiness check says of one thing: a verdict and what was seen, and how several of them are told together."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from station.model.faults import catalogue
from station.model.words import N_


class Verdict(StrEnum):
    """What a line of the check says."""

    OK = N_("ok")
    ATTENTION = N_("attention")
    BLOCKED = N_("blocked")
    NOT_KNOWN = N_("not known")


GRAVEST_FIRST = (Verdict.BLOCKED, Verdict.ATTENTION, Verdict.NOT_KNOWN, Verdict.OK)


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict and what was seen: an English text with `{names}` for the values."""

    verdict: Verdict
    seen: str
    values: Mapping[str, object] = field(default_factory=dict)


def seen(finding: Finding, translate: Callable[[str], str]) -> str:
    """What was seen, in the language in use; a reason is told by the title of its fault."""
    values = dict(finding.values)
    if "reason" in values:
        values["reason"] = translate(catalogue().explain(str(values["reason"])).title)
    return translate(finding.seen).format(**values)


def summary(findings: Sequence[Finding], translate: Callable[[str], str]) -> str:
    """How many lines have which verdict, the gravest first, in the language in use."""
    counts = Counter(finding.verdict for finding in findings)
    return " · ".join(f"{counts[verdict]} {translate(verdict.value)}" for verdict in GRAVEST_FIRST if counts[verdict])


def worst(findings: Sequence[Finding]) -> Verdict:
    """The gravest verdict: blocked, attention, not known, ok."""
    return next((v for v in GRAVEST_FIRST if any(f.verdict is v for f in findings)), Verdict.OK)
