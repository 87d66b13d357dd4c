"""What lies in the Documents folder of a headset while it collects its diagnostics, and what that means.

Pure: a `Sighting` is one look at the folder, `judge` compares it with the look taken at the start. The clock of a headset may be
years off (facts/enrolment §1.11), so an archive is new when it was not there before or has changed, never because of its date.
Source: facts/enrolment §3.3, §7 rows 21 to 23; facts/device-io §2.7.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from station.links.mtp.storage import StoredFile

AUTOPILOT_ARCHIVE = "AutopilotDiagnostics.zip"
TEMP_FILE = "HoloLensDiagnostics.temp"
LOW_SPACE_ARCHIVE = "StorageDiagnostics.zip"
ENROLMENT_ARCHIVE = "DeviceEnrollmentDiagnostics.zip"
DIAGNOSTICS_ARCHIVE = "HololensDiagnostics.zip"
TPM_ARCHIVE = "TPMDiagnostics.zip"
ARCHIVES = frozenset(n.casefold() for n in (
    AUTOPILOT_ARCHIVE, LOW_SPACE_ARCHIVE, ENROLMENT_ARCHIVE, DIAGNOSTICS_ARCHIVE, TPM_ARCHIVE))


@dataclass(frozen=True, slots=True)
class Baseline:
    """The archives as listed when the watch began: `name|size|modified` by lower-case name. Empty is a good baseline too."""

    marks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, files: Iterable[StoredFile]) -> "Baseline":
        """The baseline of a listing."""
        return cls(MappingProxyType({f.name.casefold(): mark(f) for f in files if f.name.casefold() in ARCHIVES}))

    @classmethod
    def parse(cls, text: str) -> "Baseline":
        """From the value of fact `hash.baseline`."""
        marks = [line for line in text.split("\n") if line]
        return cls(MappingProxyType({m.split("|", 1)[0].casefold(): m for m in marks}))

    def __str__(self) -> str:
        return "\n".join(sorted(self.marks.values()))

    def changed(self, file: StoredFile) -> bool:
        """Whether a file was not there at the start, or is another one now."""
        return self.marks.get(file.name.casefold()) != mark(file)


def mark(file: StoredFile) -> str:
    """What tells one version of a file from another."""
    return f"{file.name}|{file.size}|{file.modified.isoformat() if file.modified else ''}"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look. `reachable` is False where the unit shows no storage (nobody signed in, locked, wrong page)."""

    files: tuple[StoredFile, ...] = ()
    reachable: bool = True

    def file(self, name: str) -> StoredFile | None:
        """The file of a name in any spelling of its letters (documents disagree); None where it is absent."""
        return next((f for f in self.files if f.name.casefold() == name.casefold() and not f.is_folder), None)

    @property
    def collecting(self) -> bool:
        """Whether the temporary file is there: it must not be touched."""
        return self.file(TEMP_FILE) is not None


class Stage(StrEnum):
    """How far the collecting has come."""

    READY = "ready"
    COLLECTING = "collecting"
    LOW_SPACE = "low-space"
    NO_ARCHIVE = "no-archive"      # a collection ended and made everything but the Autopilot archive
    STALE = "stale"
    ABSENT = "absent"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Finding:
    """The stage, and the new archive once it is ready."""

    stage: Stage
    archive: StoredFile | None = None


def judge(sighting: Sighting, baseline: Baseline, before: Sighting | None = None) -> Finding:
    """What a look means. An archive is ready when it is new, no temporary file is left, and its size did not change since
    the look `before` (None: not looked before, then the size cannot be known to stand still and it counts as collecting)."""
    if not sighting.reachable:
        return Finding(Stage.UNREACHABLE)
    if sighting.collecting:
        return Finding(Stage.COLLECTING)
    archive = sighting.file(AUTOPILOT_ARCHIVE)
    if archive is not None and baseline.changed(archive):
        earlier = before.file(AUTOPILOT_ARCHIVE) if before else None
        settled = earlier is not None and mark(earlier) == mark(archive) and archive.size > 0
        return Finding(Stage.READY, archive) if settled else Finding(Stage.COLLECTING)
    low = sighting.file(LOW_SPACE_ARCHIVE)
    if low is not None and baseline.changed(low):
        return Finding(Stage.LOW_SPACE)
    if any(f.name.casefold() in ARCHIVES and baseline.changed(f) for f in sighting.files):
        return Finding(Stage.NO_ARCHIVE)
    return Finding(Stage.STALE if archive is not None else Stage.ABSENT)
