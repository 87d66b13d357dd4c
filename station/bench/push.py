"""Packages to a unit or a stick, and away again: the effects of `station.package.push_plan`.

Blocking functions for a unit's lane (its `DeviceStorage`), plain folders for sticks. Every copy is read back; what is
recorded are the
package's name, id, version and checksum, never what is inside (design §7).
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from station.links.mtp.storage import DeviceStorage
from station.model.errors import DataError, HoloBenchError, LinkError, NotFound, Refused, UsageError
from station.model.events import Draft, Event, Noted
from station.model.timing import Clock, Deadline
from station.package.contents import read_package
from station.package.customizations import PackageConfig
from station.package.push_plan import FOLDERS, SUFFIX, Place, PushPlan, plan_push

BEGUN, PUSHED, FAILED, WIPED = "package-push-begun", "package-pushed", "package-push-failed", "package-wiped"
TOPICS = frozenset({BEGUN, PUSHED, FAILED, WIPED})
_PIECE = 1 << 20

Progress = Callable[[int, int], None]
"""Told (bytes done, bytes in all)."""


@dataclass(frozen=True, slots=True)
class PushReceipt:
    """Proof of a push: what lies where, with its SHA-256 as read back, and what else lies there."""

    plan: PushPlan
    package: PackageConfig
    sha256: str


@dataclass(frozen=True, slots=True)
class FoundPackage:
    """A package on a unit or stick."""

    place: Place
    name: str
    size: int


def identify(package: Path) -> PackageConfig:
    """Name, id and version of a package that is to be pushed. Raises what `read_package` raises; an encrypted one is
    refused there.
    """
    return replace(read_package(package).main.config, notes="")


def unit_packages(storage: DeviceStorage, deadline: Deadline) -> tuple[FoundPackage, ...]:
    """Packages that lie in the root and in Documents of a unit. Raises LinkError `mtp.no-storage` where none is shown."""
    number = _storage(storage, deadline)
    found: list[FoundPackage] = []
    for place in (Place.ROOT, Place.DOCUMENTS):
        try:
            entries = storage.list(number, FOLDERS[place], deadline)
        except NotFound:
            continue
        found += [FoundPackage(place, e.name, e.size) for e in entries if not e.is_folder and e.name.casefold().endswith(SUFFIX)]
    return tuple(found)


def plan_for_unit(storage: DeviceStorage, package: Path, place: Place, deadline: Deadline) -> PushPlan:
    """What a push to a unit would do. Raises as `unit_packages`, NotFound `package.not-found`, UsageError
    `package.name-not-ppkg`.
    """
    there = unit_packages(storage, deadline)
    return plan_push(package.name, _size(package), place, [f.name for f in there if f.place is place],
                     [f.name for f in there if f.place is not place])


def push_to_unit(storage: DeviceStorage, package: Path, place: Place, deadline: Deadline,
                 progress: Progress | None = None) -> PushReceipt:
    """Copy a package to a unit; the link reads it back. One of the same name is replaced.

    Raises what `identify`, `plan_for_unit` and `DeviceStorage.put` raise.
    """
    if place is Place.STICK:
        raise UsageError("package.stick-not-found", "a unit has a root and Documents")
    config = identify(package)
    plan = plan_for_unit(storage, package, place, deadline)
    receipt = storage.put(package, _storage(storage, deadline), plan.folder, plan.name, deadline, replace=True, progress=progress)
    return PushReceipt(plan, config, receipt.sha256)


def wipe_from_unit(storage: DeviceStorage, place: Place, name: str, deadline: Deadline) -> None:
    """Remove a package from a unit. Raises NotFound `mtp.no-such-file` where it is not there."""
    storage.delete(_storage(storage, deadline), FOLDERS[place], name, deadline)


def stick_packages(stick: Path) -> tuple[FoundPackage, ...]:
    """Packages in the root of a stick. Raises NotFound `package.stick-not-found`."""
    return tuple(FoundPackage(Place.STICK, p.name, p.stat().st_size) for p in _packages(_root(stick).glob("*")))


def push_to_stick(stick: Path, package: Path, deadline: Deadline, progress: Progress | None = None) -> PushReceipt:
    """Copy a package to the root of a stick, through to the medium, and read it back.

    Raises NotFound `package.stick-not-found`, Refused `package.no-room`, DataError `package.read-back-differs`, OverBudget,
    Cancelled;
    what `identify` raises. An unfinished copy does not stay.
    """
    root = _root(stick)
    config = identify(package)
    size = _size(package)
    deeper = [p.relative_to(root).as_posix() for p in _packages(root.glob("*/*"))]
    plan = plan_push(package.name, size, Place.STICK, [f.name for f in stick_packages(root)], deeper)
    if shutil.disk_usage(root).free < size:
        raise Refused("package.no-room", f"{size} bytes")
    partial = root / f".{plan.name}.partial"
    try:
        written = _copy(package, partial, size, deadline, progress)
        read = _digest(partial, deadline)
        if read != written:
            raise DataError("package.read-back-differs", plan.name)
        partial.replace(root / plan.name)
    except OSError as e:
        raise NotFound("package.stick-not-found", e.strerror or type(e).__name__) from e
    finally:
        partial.unlink(missing_ok=True)
    return PushReceipt(plan, config, written)


def wipe_from_stick(stick: Path, name: str) -> None:
    """Overwrite a package on a stick once, then remove it. Flash memory may keep old cells, so a lost stick still means a
    new token.

    Raises NotFound `package.not-found`, `package.stick-not-found`.
    """
    path = _root(stick) / name
    if name not in {f.name for f in stick_packages(stick)}:
        raise NotFound("package.not-found", name)
    try:
        left = path.stat().st_size
        with path.open("r+b") as stream:
            while left > 0:
                left -= stream.write(bytes(min(left, _PIECE)))
            stream.flush()
            os.fsync(stream.fileno())
        path.unlink()
    except OSError as e:
        raise NotFound("package.stick-not-found", e.strerror or type(e).__name__) from e


def noted(topic: str, clock: Clock, about: Mapping[str, str], *, unit: str = "", slot: int = 0) -> Draft:
    """A journal event of a push. `about` holds names, ids and checksums."""
    return Draft(Noted(topic, dict(about)), clock.now(), unit=unit, slot=slot)


def about_package(package: PackageConfig, name: str, place: Place, **more: str) -> dict[str, str]:
    """What the journal keeps of a package."""
    return {"file": name, "package": package.name, "id": package.id, "version": package.version, "place": place.value, **more}


def about_receipt(receipt: PushReceipt, **more: str) -> dict[str, str]:
    """What the journal keeps of a push."""
    return about_package(receipt.package, receipt.plan.name, receipt.plan.place, sha256=receipt.sha256,
                         others="|".join(receipt.plan.others), **more)


def about_failure(error: HoloBenchError, name: str, place: Place) -> dict[str, str]:
    """What the journal keeps of a push that failed."""
    return {"file": name, "place": place.value, "fault": error.code}


def history(events: Iterable[Event], serial: str = "") -> tuple[Event, ...]:
    """The events of pushes and wipes, all or those of one serial (unit key or `serial` noted with it)."""
    return tuple(e for e in events if isinstance(e.body, Noted) and e.body.topic in TOPICS
                 and (not serial or serial in (e.unit, e.body.about.get("serial"))))


def _storage(storage: DeviceStorage, deadline: Deadline) -> int:
    shown = storage.storages(deadline)
    if not shown:
        raise LinkError("mtp.no-storage")
    return shown[0].id


def _root(stick: Path) -> Path:
    if not stick.is_dir():
        raise NotFound("package.stick-not-found", str(stick))
    return stick


def _packages(paths: Iterable[Path]) -> list[Path]:
    return sorted(p for p in paths if p.suffix.casefold() == SUFFIX and p.is_file())


def _size(package: Path) -> int:
    try:
        return package.stat().st_size
    except OSError as e:
        raise NotFound("package.not-found", package.name) from e


def _copy(source: Path, target: Path, size: int, deadline: Deadline, progress: Progress | None) -> str:
    digest = hashlib.sha256()
    done = 0
    with source.open("rb") as read, target.open("wb") as write:
        while piece := read.read(_PIECE):
            deadline.check()
            digest.update(piece)
            write.write(piece)
            done += len(piece)
            if progress is not None:
                progress(done, size)
        write.flush()
        os.fsync(write.fileno())
    return digest.hexdigest()


def _digest(path: Path, deadline: Deadline) -> str:
    """The SHA-256 of what the medium gives back; the system is asked to forget what it has of the file in memory."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while piece := stream.read(_PIECE):
            deadline.check()
            digest.update(piece)
    return digest.hexdigest()
