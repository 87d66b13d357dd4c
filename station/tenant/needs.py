"""What a readiness check says about the needs of enrolment paths (`station.paths.choosing.NEEDS`). Pure."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from station.tenant.checks import Line
from station.tenant.verdicts import Verdict

CHECKED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "autopilot-profile": ("mdm-authority", "autopilot-profile", "profile-assignment"),
    "auto-enrolment": ("subscription", "auto-enrolment", "mdm-addresses"),
    "entra-p1": ("entra-p1",),
    "windows-allowed": ("windows-allowed",),
    "join-rights": ("join-rights",),
})
"""The checks that a need rests on; needs of the bench, such as a package, are no matter of the tenant."""


def needs_met(lines: Iterable[Line]) -> Mapping[str, bool]:
    """By need whether it is there: not where one of its checks is blocked, and left out where one is not known."""
    verdicts = {line.check.key: line.finding.verdict for line in lines}
    found = {}
    for need, checks in CHECKED_BY.items():
        said = [verdicts.get(check, Verdict.NOT_KNOWN) for check in checks]
        if Verdict.BLOCKED in said:
            found[need] = False
        elif Verdict.NOT_KNOWN not in said:
            found[need] = True
    return MappingProxyType(found)
