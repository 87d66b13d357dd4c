"""Actions around a package: push the blueprint's package to the unit, and take it away again afterwards."""

from collections.abc import Sequence
from pathlib import Path

from station.bench import push
from station.bench.work import Progress, Task
from station.links.mtp.storage import DeviceStorage
from station.model.blueprint import Blueprint
from station.model.errors import ConfigurationError, LinkError, NotFound
from station.model.facts import Fact
from station.model.words import Link
from station.package.push_plan import Place

PUSH_BUDGET_S = 600.0
NO_STORAGE = "mtp.no-storage"


async def push_to_root(task: Task) -> Sequence[Fact]:
    """Copy the package to the root: applied on the first page of setup."""
    return await _push(task, Place.ROOT)


async def push_to_documents(task: Task) -> Sequence[Fact]:
    """Copy the package to Documents: added through Settings after setup."""
    return await _push(task, Place.DOCUMENTS)


async def wipe(task: Task) -> Sequence[Fact]:
    """Remove the package wherever it lies; a unit that hides its storage or left the bus cannot be reached and says so."""
    name = task.facts().facts.text("package.pushed")
    lane = task.lane()
    if lane is None:
        return (task.fact("unit.storages", 0, Link.MTP),)
    deadline = task.deadline(PUSH_BUDGET_S)

    def work(storage: DeviceStorage) -> bool:
        try:
            for found in push.unit_packages(storage, deadline):
                if found.name == name:
                    push.wipe_from_unit(storage, found.place, name, deadline)
        except LinkError as e:
            if e.code != NO_STORAGE:
                raise
            return False
        return True

    if not await lane.call(work, deadline):
        return (task.fact("unit.storages", 0, Link.MTP),)
    return (task.fact("package.wiped", name, Link.MTP),)


async def _push(task: Task, place: Place) -> Sequence[Fact]:
    package = _package(task.blueprint)
    deadline = task.deadline(PUSH_BUDGET_S)

    def work(storage: DeviceStorage) -> push.PushReceipt:
        return push.push_to_unit(storage, package, place, deadline,
                                 lambda done, total: task.progress(Progress(done, total, "bytes")))

    receipt = await task.own_lane().call(work, deadline)
    return (task.fact("package.pushed", receipt.plan.name, Link.MTP), task.fact("package.sha256", receipt.sha256, Link.MTP),
            task.fact("unit.packages", "|".join(sorted({*receipt.plan.others, receipt.plan.name})), Link.MTP))


def _package(blueprint: Blueprint) -> Path:
    """The blueprint's package file. Raises ConfigurationError `bench.no-package`, NotFound `package.not-found`."""
    if not blueprint.package:
        raise ConfigurationError("bench.no-package", blueprint.key)
    package = Path(blueprint.package).expanduser()
    if not package.is_file():
        raise NotFound("package.not-found", package.name)
    return package
