"""What the records of a unit say, object by object, as names and texts for people: one table for screen and command line.

Labels and headings are English; whoever shows them translates. Field words of Graph (`compliant`, `AzureAd`) stay as they are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from station.links.graph.values import AutopilotDevice, EntraDevice, ImportedIdentity, ManagedDevice
from station.model.words import N_
from station.tenant.records import UnitRecords

T = TypeVar("T")
Translate = Callable[[str], str]

IMPORT = N_("Import record")
ONE = N_("Record {n} of {count}")
NEWEST = N_("Record {n} of {count}: newest, counts")
STALE = N_("Record {n} of {count}: stale double")
YES, NO = N_("yes"), N_("no")


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a record says; `word` marks a value that is a word of the station and is translated like the label."""

    label: str
    value: str
    word: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """One object: its heading ("" where it is the only one), which of how many of its kind it is, and what it says."""

    heading: str
    lines: tuple[Said, ...]
    n: int = 1
    count: int = 1

    def title(self, translate: Translate) -> str:
        """The heading in the language in use."""
        return translate(self.heading).format(n=self.n, count=self.count) if self.heading else ""

    def texts(self, translate: Translate) -> tuple[tuple[str, str], ...]:
        """Label and value of each line in the language in use."""
        return tuple((translate(line.label), translate(line.value) if line.word else line.value) for line in self.lines)


SOURCES: Mapping[str, str] = MappingProxyType({"autopilot": "Autopilot", "intune": "Intune", "entra": "Entra"})
PROGRESS: Mapping[str, str] = MappingProxyType({
    "": N_("planned"), "sent": N_("sent"), "waiting": N_("waiting for proof"), "proved": N_("done and proved"),
    "already": N_("was done already"), "started": N_("started"), "running": N_("runs already"),
    "too-soon": N_("not yet: the last was a moment ago"), "not-known": N_("not known")})
"""What the state of a step of a return is called."""


def described(records: UnitRecords) -> dict[str, tuple[Described, ...]]:
    """Every object by source: autopilot (with the records of the import queue), intune, entra; doubles told apart."""
    return {
        "autopilot": (*_each(records.autopilot, _autopilot),
                      *(Described(IMPORT, _filled(_imported(record))) for record in records.imports)),
        "intune": _each(records.managed, _managed, (NEWEST, STALE)),
        "entra": _each(records.entra, _entra),
    }


def _each(records: Sequence[T], say: Callable[[T], Iterable[Said]],
          headings: tuple[str, str] = (ONE, ONE)) -> tuple[Described, ...]:
    count = len(records)
    return tuple(Described(headings[n > 1] if count > 1 else "", _filled(say(record)), n, count)
                 for n, record in enumerate(records, 1))


def _autopilot(d: AutopilotDevice) -> Iterable[Said]:
    return (Said(N_("Model"), d.model), Said(N_("Group tag"), d.group_tag), Said(N_("User"), d.user),
            Said(N_("Enrolment"), d.enrolment), Said(N_("Profile"), d.profile_status or ""),
            Said(N_("Last contact"), when(d.last_contact)), Said(N_("Userless enrolment"), d.userless or ""),
            Said(N_("Name"), d.display_name), Said(N_("Id"), d.id))


def _imported(d: ImportedIdentity) -> Iterable[Said]:
    return (Said(N_("Import"), d.status), Said(N_("Group tag"), d.group_tag), Said(N_("Import error"), d.error_name),
            Said(N_("Id"), d.id))


def _managed(d: ManagedDevice) -> Iterable[Said]:
    return (Said(N_("Name"), d.name), Said(N_("Model"), d.model), Said(N_("System"), d.os_version),
            Said(N_("Enrolled"), when(d.enrolled)), Said(N_("Last contact"), when(d.last_sync)),
            Said(N_("Compliance"), d.compliance), Said(N_("Management"), d.management), Said(N_("User"), d.user),
            Said(N_("Id"), d.id))


def _entra(d: EntraDevice) -> Iterable[Said]:
    return (Said(N_("Name"), d.name), Said(N_("Joined"), d.trust), Said(N_("System"), d.os_version),
            _yes(N_("Managed"), d.managed), _yes(N_("Compliance"), d.compliant), _yes(N_("Enabled"), d.enabled),
            Said(N_("Last sign-in"), when(d.last_sign_in)), Said(N_("Object id"), d.id), Said(N_("Device id"), d.device_id))


def _filled(lines: Iterable[Said]) -> tuple[Said, ...]:
    return tuple(line for line in lines if line.value)


def _yes(label: str, value: bool | None) -> Said:
    return Said(label, "" if value is None else YES if value else NO, word=True)


def when(moment: datetime | None) -> str:
    """A time on this bench's wall; empty where there was none (Graph's year 1 included)."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment is not None and moment.year > 1900 else ""
