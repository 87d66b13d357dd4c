"""Harvest: from a headset's Documents folder, or a folder of zips, to one checked row of a hash file.

Blocking; give it the deadline of the step. Two sources stand behind `DiagnosticsFolder`: a unit over MTP and a plain folder.
Faults of the catalogue tell apart what a technician must do differently: `autopilot.harvest-absent`, `-harvest-stale`,
`-harvest-busy`, `-harvest-locked`, `-harvest-low-space`, `-harvest-blocked`, `-harvest-no-archive`, `-harvest-truncated`.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from station.autopilot import archives, hash_file_writer
from station.autopilot.diagnostics import (
    AUTOPILOT_ARCHIVE,
    DIAGNOSTICS_ARCHIVE,
    ENROLMENT_ARCHIVE,
    Baseline,
    Finding,
    Sighting,
    Stage,
    judge,
)
from station.autopilot.enrolment_report import read_report
from station.autopilot.hash_check import CheckedRow, check
from station.autopilot.intake import rows_of
from station.autopilot.verdicts import Gravity
from station.links.mtp.storage import DeviceStorage, Progress, StoredFile
from station.model.build import OsBuild
from station.model.errors import DataError, HoloBenchError, LinkError, LinkLost, NotFound, OverBudget
from station.model.facts import Fact, FactValue
from station.model.timing import Deadline
from station.model.words import Link

DOCUMENTS = ("Documents",)
LOOK_SECONDS = 2.0
_TRUNCATED = frozenset({"autopilot.zip-cut-short", "autopilot.zip-damaged", "autopilot.zip-not-a-zip"})
_LARGEST_REPORT_ARCHIVE = 64 * 1024 * 1024

_AT_THE_END: Mapping[Stage, str] = MappingProxyType({
    Stage.COLLECTING: "autopilot.harvest-busy",
    Stage.NO_ARCHIVE: "autopilot.harvest-no-archive",
    Stage.STALE: "autopilot.harvest-stale",
    Stage.ABSENT: "autopilot.harvest-absent",
    Stage.UNREACHABLE: "autopilot.harvest-locked",
    Stage.LOW_SPACE: "autopilot.harvest-low-space",
})


class DiagnosticsFolder(Protocol):
    """Where diagnostics appear."""

    def look(self, deadline: Deadline) -> Sighting:
        """What is there now. Raises LinkError, LinkLost, OverBudget."""

    def fetch(self, name: str, target: Path, deadline: Deadline, progress: Progress | None = None) -> Path:
        """Copy one file to `target`. Raises NotFound, LinkError, LinkLost, OverBudget."""


class UnitDocuments:
    """The Documents folder of a unit over its storage link."""

    def __init__(self, storage: DeviceStorage) -> None:
        self._storage = storage
        self._id = 0

    def look(self, deadline: Deadline) -> Sighting:
        """List Documents on the first storage; no storage, no folder or a locked unit is a state, not an error."""
        storages = self._storage.storages(deadline)
        if not storages:
            return Sighting(reachable=False)
        self._id = storages[0].id
        try:
            return Sighting(self._storage.list(self._id, DOCUMENTS, deadline))
        except NotFound:
            return Sighting()
        except LinkError as e:
            if e.code == "mtp.locked":
                return Sighting(reachable=False)
            raise

    def fetch(self, name: str, target: Path, deadline: Deadline, progress: Progress | None = None) -> Path:
        """Copy from the unit; the link itself goes through a temporary file."""
        return self._storage.get(self._id, DOCUMENTS, name, target, deadline, progress).path


class PlainFolder:
    """A folder of zips on disk: a stick, a share, a test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def look(self, deadline: Deadline) -> Sighting:
        """List the folder. Raises LinkError `autopilot.file-unreadable`."""
        deadline.check()
        try:
            return Sighting(tuple(_stored(p) for p in sorted(self._folder.iterdir())))
        except OSError as e:
            raise LinkError("autopilot.file-unreadable", f"{self._folder.name}: {e.strerror or e}") from e

    def fetch(self, name: str, target: Path, deadline: Deadline, progress: Progress | None = None) -> Path:
        """The file itself: it is not copied."""
        deadline.check()
        return self._folder / name


def _stored(path: Path) -> StoredFile:
    status = path.stat()
    return StoredFile(path.name, status.st_size, path.is_dir(), datetime.fromtimestamp(status.st_mtime, UTC))


@dataclass(frozen=True, slots=True)
class Harvested:
    """A harvested hash: the checked row, the archive it was in, and what the sibling archives tell (facts by key)."""

    row: CheckedRow
    archive: str
    told: Mapping[str, FactValue] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def verdict(self) -> str:
        """Value of fact `hash.verdict`: ok, warn or stop."""
        worst = self.row.worst()
        return worst.value if worst in (Gravity.STOP, Gravity.WARN) else "ok"

    def values(self, file: str = "") -> dict[str, FactValue]:
        """All it observed, by fact key; `file` is the name under which the row was kept."""
        known: dict[str, FactValue] = {**self.told, "hash.zip": self.archive, "hash.verdict": self.verdict}
        known |= {"hash.file": file} if file else {}
        known |= {"unit.label-serial": self.row.row.serial} if self.row.row.serial else {}
        if self.row.hash is not None:
            known["hash.serial"] = self.row.hash.serial
        return known

    def facts(self, at: datetime, file: str = "") -> tuple[Fact, ...]:
        """The same as facts of the MTP link."""
        return tuple(Fact(key, value, Link.MTP, at) for key, value in self.values(file).items())


def baseline(folder: DiagnosticsFolder, deadline: Deadline) -> Baseline:
    """The look at the start, to be kept as fact `hash.baseline`."""
    return Baseline.of(folder.look(deadline).files)


def await_archive(folder: DiagnosticsFolder, start: Baseline, deadline: Deadline,
                  told: Callable[[Finding], None] | None = None, *, tapped: bool = False,
                  pause: float = LOOK_SECONDS) -> StoredFile:
    """Look every `pause` wall seconds until a new archive stands still; `told` hears of every change of stage.

    `tapped`: a person says that the buttons were pressed. Raises OverBudget at the deadline (LinkError at once for low space)
    with the fault that the last look means; a tap, or a collection that was seen, without any new archive: policy forbids it.
    """
    before: Sighting | None = None
    seen: Finding | None = None
    collected = False
    while True:
        try:
            now = folder.look(deadline)
            found = judge(now, start, before)
            if told is not None and found != seen:
                told(found)
            before, seen = now, found
            collected = collected or found.stage is Stage.COLLECTING
            if found.archive is not None:
                return found.archive
            if found.stage is Stage.LOW_SPACE:
                raise LinkError("autopilot.harvest-low-space")
            deadline.pause(pause)
        except OverBudget as e:
            raise OverBudget(_verdict_at_the_end(seen, collected or tapped)) from e


def _verdict_at_the_end(seen: Finding | None, begun: bool) -> str:
    stage = seen.stage if seen else Stage.UNREACHABLE
    if stage in (Stage.ABSENT, Stage.STALE) and begun:
        return "autopilot.harvest-blocked"
    return _AT_THE_END.get(stage, "autopilot.harvest-busy")


def harvest(folder: DiagnosticsFolder, archive: StoredFile, deadline: Deadline, *, unit_serial: str = "",
            progress: Progress | None = None, copies: Path | None = None) -> Harvested:
    """Copy the archive into a folder of its own in `copies` (None: where the system keeps such things), read its hash file, check
    the row against `unit_serial` (where the label's serial is known).

    A first copy that comes cut short is copied once more, since the headset may just have closed it. Raises DataError as
    `archives.hash_files`, `autopilot.harvest-truncated`, and what the link raises. The copy is removed again.
    """
    with tempfile.TemporaryDirectory(prefix="holobench-", dir=copies) as scratch:
        try:
            rows = _fetch_rows(folder, archive, Path(scratch), deadline, progress)
        except DataError as e:
            if e.code not in _TRUNCATED:
                raise
            try:
                rows = _fetch_rows(folder, archive, Path(scratch), deadline, progress)
            except DataError as again:
                raise DataError("autopilot.harvest-truncated", again.detail) from again
        chosen = next((r for r in rows if r.serial == unit_serial), rows[-1]) if unit_serial else rows[-1]
        told = _siblings(folder, Path(scratch), deadline)
    row = check(chosen.row, unit_serial) if unit_serial else chosen
    return Harvested(row, archive.name, MappingProxyType(_build(row) | told))


def _fetch_rows(folder: DiagnosticsFolder, archive: StoredFile, scratch: Path, deadline: Deadline,
                progress: Progress | None) -> list[CheckedRow]:
    path = folder.fetch(archive.name, scratch / AUTOPILOT_ARCHIVE, deadline, progress)
    with path.open("rb") as stream:
        size = path.stat().st_size
        if size < archive.size:
            raise DataError("autopilot.zip-cut-short", f"{archive.name}: {size} of {archive.size} bytes")
        rows = [check(row) for row in rows_of(stream, archive.name)]
    if not rows:
        raise DataError("autopilot.zip-no-hash", archive.name)
    return rows


def _build(row: CheckedRow) -> dict[str, FactValue]:
    """The build that record 1 of the hash tells, with its revision, which MTP does not tell."""
    versions = row.hash.versions if row.hash else None
    if versions is None:
        return {}
    try:
        build = OsBuild.parse(versions.system)
    except DataError:
        return {}
    return {"unit.build": str(build)} if build.revision else {}


def _siblings(folder: DiagnosticsFolder, scratch: Path, deadline: Deadline) -> dict[str, FactValue]:
    """Facts of the archives beside it. They are a gift: whatever is wrong with one is no reason to refuse the hash."""
    told: dict[str, FactValue] = {}
    try:
        seen = folder.look(deadline)
        for name in (ENROLMENT_ARCHIVE, DIAGNOSTICS_ARCHIVE):
            file = seen.file(name)
            if file is None or file.size > _LARGEST_REPORT_ARCHIVE:
                continue
            path = folder.fetch(file.name, scratch / name, deadline)
            with path.open("rb") as stream:
                for entry in archives.read_named(stream, name, frozenset({"mdmdiagreport.xml"})):
                    told |= read_report(entry.content)
    except (LinkLost, OverBudget):
        raise
    except HoloBenchError as e:
        told["hash.siblings"] = e.code
    return told


def keep(harvested: Harvested, folder: Path) -> Path:
    """Keep the row as `DeviceHash_<serial>.csv` in Intune's format, for the fact `hash.file`. Raises as `hash_file_writer.write`.

    A row that a verdict stops is kept too: somebody will want to look at it.
    """
    path, = hash_file_writer.write([harvested.row], folder / f"DeviceHash_{_safe(harvested.row.serial)}.csv")
    return path


def _safe(serial: str) -> str:
    return "".join(c for c in serial if c.isascii() and (c.isalnum() or c in "-_")) or "unknown"
