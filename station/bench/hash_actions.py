"""Actions from the chord to the registration: watch Documents, copy the diagnostics, read the hash, hand it to the tenant.

Each waits by looking, pausing, looking again, in bench time.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from station.autopilot.diagnostics import Baseline, Sighting, Stage, judge
from station.autopilot.harvest import Harvested, UnitDocuments, harvest, keep
from station.autopilot.hash_file import read as read_hash_file
from station.bench.data_folder import COPIES
from station.bench.ports import HashRow
from station.bench.work import Progress, Task
from station.links.mtp.storage import DeviceStorage
from station.model.errors import DataError, LinkError, OverBudget
from station.model.facts import Fact
from station.model.words import Link

LOOK_S = 2.0
LOOK_BUDGET_S = 30.0
COPY_BUDGET_S = 180.0
ENDED_WITHOUT: Mapping[Stage, str] = MappingProxyType({
    Stage.LOW_SPACE: "autopilot.harvest-low-space", Stage.NO_ARCHIVE: "autopilot.harvest-no-archive"})
"""How a collection ends that leaves no Autopilot archive, and the fault that means."""
PATIENCE = 3
"""How many looks in a row may go unanswered before that is told: the first answer of a unit can take seconds."""


async def _look(task: Task) -> Sighting:
    """One look at Documents; a unit that shows nothing now is a state, not an error."""
    lane = task.own_lane()
    for patience in range(PATIENCE, 0, -1):
        deadline = task.deadline(LOOK_BUDGET_S)
        try:
            return await lane.call(lambda storage, d=deadline: UnitDocuments(storage).look(d), deadline)  # type: ignore[misc]
        except OverBudget:
            if patience == 1:
                raise
    raise AssertionError("unreachable")


async def _baseline(task: Task) -> Baseline:
    """The listing of the start of the step. Kept as a fact, so that a restarted station compares with the same start."""
    known = task.facts().facts.get("hash.baseline")
    if known is not None:
        return Baseline.parse(str(known.fact.value))
    while True:
        sighting = await _look(task)
        if sighting.reachable:
            break
        task.tell((task.fact("unit.storages", 0, Link.MTP),))
        await task.pause(LOOK_S)
    start = Baseline.of(sighting.files)
    task.tell((task.fact("hash.baseline", str(start), Link.MTP),))
    return start


async def await_chord(task: Task) -> Sequence[Fact]:
    """Until the unit begins to collect its diagnostics, or has just done so."""
    start = await _baseline(task)
    while True:
        sighting = await _look(task)
        found = judge(sighting, start, None)
        if sighting.reachable and task.facts().facts.value("unit.storages") == 0:
            task.tell((task.fact("unit.storages", 1, Link.MTP),))
        if found.stage in (Stage.COLLECTING, Stage.READY) or sighting.collecting:
            return (task.fact("hash.collecting", True, Link.MTP),)
        await task.pause(LOOK_S)


async def await_diagnostics(task: Task) -> Sequence[Fact]:
    """Until a new archive stands still. Raises LinkError `autopilot.harvest-low-space`, `autopilot.harvest-no-archive`;
    where the collecting ended without any archive, `bench.collection-cut-off` (it restarted) or `autopilot.harvest-blocked`."""
    start = await _baseline(task)
    before: Sighting | None = None
    nothing = doomed = 0
    while True:
        now = await _look(task)
        found = judge(now, start, before)
        before = now
        nothing = nothing + 1 if found.stage in (Stage.ABSENT, Stage.STALE) else 0
        if nothing > PATIENCE:
            raise LinkError("bench.collection-cut-off" if task.due.resumed else "autopilot.harvest-blocked")
        if found.archive is not None:
            return (task.fact("hash.collecting", False, Link.MTP), task.fact("hash.zip", found.archive.name, Link.MTP))
        doomed = doomed + 1 if found.stage in ENDED_WITHOUT else 0
        if doomed > 1:      # one look may fall between the old archive's end and the new one's beginning
            raise LinkError(ENDED_WITHOUT[found.stage])
        await task.pause(LOOK_S)


async def harvest_hash(task: Task) -> Sequence[Fact]:
    """Copy the archive, read and check the hash, keep its row in the station's folder."""
    lane = task.own_lane()
    deadline = task.deadline(COPY_BUDGET_S)
    wanted = task.facts().facts.text("hash.zip")
    serial = task.facts().facts.text("unit.serial")

    copies = task.services.folder.path(COPIES)

    def work(storage: DeviceStorage) -> Harvested:
        documents = UnitDocuments(storage)
        archive = documents.look(deadline).file(wanted)
        if archive is None:
            raise LinkError("autopilot.harvest-absent", wanted)
        return harvest(documents, archive, deadline, unit_serial=serial if _is_label(serial) else "",
                       progress=lambda done, total: task.progress(Progress(done, total, "bytes")), copies=copies)

    harvested = await lane.call(work, deadline)
    return harvested.facts(task.now(), _keep(task, harvested))


def _is_label(serial: str) -> bool:
    """Whether a serial that MTP reports looks like the label's (12 digits); 32 hex digits are the bus's own (device-io §5)."""
    return serial.isdigit() and len(serial) <= 14


def _keep(task: Task, harvested: Harvested) -> str:
    try:
        return keep(harvested, task.services.folder.path("hashes")).name
    except OSError as e:
        raise DataError("bench.no-files", str(e.strerror or e)) from e


async def register(task: Task) -> Sequence[Fact]:
    """Register the harvested hash, together with other units that come to this step within seconds."""
    kept = task.services.folder.path("hashes") / task.facts().facts.text("hash.file")
    try:
        with kept.open("rb") as stream:
            row = next(iter(read_hash_file(stream, kept.name)))
    except (OSError, StopIteration) as e:
        raise DataError("bench.no-files", kept.name) from e
    told = await task.services.register(HashRow(row.serial, row.hash_text, task.blueprint.group_tag), task.run.id)
    return tuple(task.fact(key, value, Link.GRAPH) for key, value in told.items())
