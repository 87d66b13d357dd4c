"""Facts: one observation each, with source and time; and the latest of each key as a unit's or run's knowledge.

A fact is never "false because nobody looked": what is not known is absent. Keys are `<subject>.<thing>`; the table `KEYS` names
every key the product uses, what it means and its unit, so that paths, sensors, screens and exports agree.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from station.model.words import Link

FactValue = str | int | float | bool

KEYS: Mapping[str, str] = MappingProxyType({
    "bus.present": "whether the unit is on the bus now (bool)",
    "bus.mode": "how the bus names it: normal, flash, recovery, edl",
    "bus.port": "topology path of the port, such as 1-2.3",
    "unit.serial": "serial as the MTP device information gives it; the label serial where the two were compared",
    "unit.label-serial": "serial of column 1 of the DeviceHash file: the authoritative one",
    "unit.model": "MTP model, such as HoloLens 2",
    "unit.name": "friendly name, such as HOLOLENS-6RMKVO",
    "unit.build": "OS build; major number only from MTP, with revision from the Device Portal or diagnostics",
    "unit.battery": "battery in percent (int)",
    "unit.storages": "number of storages the unit shows (int); 0 means nobody is signed in or the page hides them",
    "unit.free-bytes": "free bytes of the first storage (int)",
    "unit.trouble": "fault code while the station cannot talk to the unit; empty when it can",
    "unit.packages": "names of .ppkg files seen on the unit, joined with |",
    "hash.collecting": "whether HoloLensDiagnostics.temp is there (bool)",
    "hash.baseline": "diagnostics archive as listed when the watch began: name|size|modified, empty for none",
    "hash.zip": "name of the diagnostics archive that is newer than the start of the run",
    "hash.file": "where the harvested CSV row is kept (file name in the station's data folder)",
    "hash.verdict": "ok, warn or stop, as the hash check says",
    "hash.serial": "serial inside the hash (record 14)",
    "hash.siblings": "fault code of a sibling archive that could not be read; never a reason to refuse the hash",
    "report.enrolled": "whether MDMDiagReport.xml names a management server (bool; a hint, never a proof)",
    "report.server": "management server that MDMDiagReport.xml names",
    "report.last-contact": "last successful contact with it, as MDMDiagReport.xml writes it",
    "autopilot.registration": "none, submitted, importing, registered, refused",
    "autopilot.import.error": "name of the import error, such as ZtdDeviceAssignedToOtherTenant",
    "autopilot.profile": "unknown, not-assigned, assigning, assigned",
    "autopilot.profile-detail": "deploymentProfileAssignmentDetailedStatus, where it names a reason",
    "autopilot.contacted": "whether the headset has asked the Autopilot service since the run began (bool)",
    "autopilot.group-tag": "group tag as read back from the tenant",
    "autopilot.enrolment": "enrollmentState of the Autopilot record",
    "tenant.enrolled": "whether a managedDevice newer than the start of the run exists (bool)",
    "tenant.earlier-record": "whether a managedDevice older than the start of the run exists and no newer one (bool)",
    "tenant.enrolment-type": "deviceEnrollmentType of that managedDevice",
    "tenant.compliance": "complianceState of that managedDevice",
    "tenant.doubles": "records of this serial beyond the one that counts, in Intune and Autopilot (int)",
    "tenant.device-name": "deviceName of that managedDevice",
    "tenant.error": "error code or name that the tenant or headset gives for the enrolment",
    "package.pushed": "name of the package that was copied and read back",
    "package.sha256": "SHA-256 of that package as read back, hexadecimal",
    "tenant.return": "goal of the return that was carried out: leave or reuse",
    "unit.edition": "edition: of a HoloLens 2 by its model, of a first generation as its Device Portal tells it",
    "unit.wifi": "name of the Wi-Fi network it is on as its Device Portal tells it, empty for none",
    "unit.wifi-mac": "hardware address of its Wi-Fi adapter as its Device Portal tells it",
    "unit.apps": "installed apps with versions as its Device Portal tells them, joined by |",
    "package.wiped": "name of the package that was removed again",
})
"""Known keys. `attested.<step or question>` (from Link.PERSON) and `seen.<answer>` are open families beside them."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One observation. `at` is bench time, UTC; `source` the link it came over."""

    key: str
    value: FactValue
    source: Link
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A fact with the sequence number of the event that brought it: freshness is order, never clock time."""

    fact: Fact
    seq: int


class Facts(Mapping[str, Known]):
    """The latest fact of every key; immutable."""

    __slots__ = ("_known",)

    def __init__(self, known: Mapping[str, Known] | None = None) -> None:
        self._known: Mapping[str, Known] = MappingProxyType(dict(known or {}))

    def __getitem__(self, key: str) -> Known:
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Facts) and dict(self._known) == dict(other._known)

    def __hash__(self) -> int:
        return hash(frozenset(self._known.items()))

    def value(self, key: str) -> FactValue | None:
        """The latest value of a key, or None where it is not known."""
        known = self._known.get(key)
        return known.fact.value if known else None

    def text(self, key: str) -> str:
        """The latest value of a key as text; empty where it is not known."""
        known = self._known.get(key)
        return str(known.fact.value) if known else ""

    def learnt(self, facts: Iterable[Fact], seq: int) -> "Facts":
        """These facts with those that one event brought; an older event never replaces a newer one."""
        known = dict(self._known)
        for fact in facts:
            old = known.get(fact.key)
            if old is None or old.seq <= seq:
                known[fact.key] = Known(fact, seq)
        return Facts(known)

    def without(self, keys: frozenset[str]) -> "Facts":
        """These facts less some keys, or whole families where a key ends in `.`."""
        families = tuple(k for k in keys if k.endswith("."))
        return Facts({k: v for k, v in self._known.items() if k not in keys and not (families and k.startswith(families))})
