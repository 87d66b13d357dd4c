"""A bus, a tenant and units of the tests' own: small, scripted, without threads of their own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from station.bench.ports import BusChange, HashRow, Seen
from station.links.mtp.storage import DeviceDescription, GetReceipt, Progress, PutReceipt, StorageDescription, StoredFile
from station.model.errors import LinkLost, NotFound
from station.model.facts import FactValue
from station.model.timing import Deadline, ScaledClock


@dataclass
class FakeUnit:
    """A unit with a Documents folder; `broken` is raised by the next calls, one each."""

    serial: str
    battery: int = 80
    version: str = "10.0.20348.0"
    files: dict[str, bytes] = field(default_factory=dict)
    storages_shown: int = 1
    broken: list[Exception] = field(default_factory=list)
    gets: int = 0

    def check(self) -> None:
        if self.broken:
            raise self.broken.pop(0)


class FakeStorage:
    """`DeviceStorage` over a fake unit."""

    def __init__(self, unit: FakeUnit) -> None:
        self._unit = unit

    def describe(self, deadline: Deadline) -> DeviceDescription:
        self._unit.check()
        return DeviceDescription("Microsoft Corporation", "HoloLens 2", self._unit.version, self._unit.serial,
                                 "HOLOLENS-TEST", self._unit.battery)

    def storages(self, deadline: Deadline) -> tuple[StorageDescription, ...]:
        return (StorageDescription(1, "Internal Storage", 1 << 36, 1 << 35),)[:self._unit.storages_shown]

    def list(self, storage_id: int, folder: tuple[str, ...], deadline: Deadline) -> tuple[StoredFile, ...]:
        self._unit.check()
        return tuple(StoredFile(n, len(b), False, None) for n, b in dict(self._unit.files).items())

    def put(self, source: BinaryIO | Path, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline, *,
            replace: bool, progress: Progress | None = None) -> PutReceipt:
        content = source.read_bytes() if isinstance(source, Path) else source.read()
        self._unit.files[name] = content
        return PutReceipt(name, len(content), "", True)

    def get(self, storage_id: int, folder: tuple[str, ...], name: str, target: Path, deadline: Deadline,
            progress: Progress | None = None) -> GetReceipt:
        self._unit.gets += 1
        self._unit.check()
        if name not in self._unit.files:
            raise NotFound("mtp.no-such-file", name)
        if progress is not None:
            progress(len(self._unit.files[name]), len(self._unit.files[name]))
        target.write_bytes(self._unit.files[name])
        return GetReceipt(target, len(self._unit.files[name]), "")

    def delete(self, storage_id: int, folder: tuple[str, ...], name: str, deadline: Deadline) -> None:
        del self._unit.files[name]

    def news(self) -> bool:
        return False

    def close(self) -> None:
        pass


class FakeBus:
    """Slots and units; `plug` and `unplug` tell the bench."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._units: dict[str, FakeUnit] = {}
        self._changed: Callable[[BusChange], None] = lambda _: None
        self.expected: list[tuple[str, float]] = []

    def expect_restart(self, unit: str, seconds: float) -> None:
        self.expected.append((unit, seconds))

    def watch(self, changed: Callable[[BusChange], None]) -> None:
        self._changed = changed
        for port, unit in self._units.items():
            changed(BusChange(self._seen(port, unit), True))

    def plug(self, slot: int, unit: FakeUnit) -> None:
        self._units[f"1-{slot}"] = unit
        self._changed(BusChange(self._seen(f"1-{slot}", unit), True))

    def unplug(self, slot: int) -> None:
        unit = self._units.pop(f"1-{slot}")
        self._changed(BusChange(self._seen(f"1-{slot}", unit), False))

    def open(self, port: str, deadline: Deadline) -> FakeStorage:
        if port not in self._units:
            raise LinkLost("usb.unplugged", port)
        return FakeStorage(self._units[port])

    def slots(self) -> Sequence[int]:
        return range(1, self._slots + 1)

    def close(self) -> None:
        pass

    def _seen(self, port: str, unit: FakeUnit) -> Seen:
        return Seen(int(port[2:]), port, f"usb:{unit.serial}", "normal", 0x045E, 0x0652, "Microsoft HoloLens", unit.serial)


@dataclass
class FakeCloud:
    """Answers with `facts` by serial; counts what it was asked. `broken` is raised by the next registrations, `unseen` by the
    next looks, one each."""

    facts: dict[str, dict[str, FactValue]] = field(default_factory=dict)
    registered: list[str] = field(default_factory=list)
    returned: list[tuple[str, str]] = field(default_factory=list)
    calls: int = 0
    broken: list[Exception] = field(default_factory=list)
    unseen: list[Exception] = field(default_factory=list)

    def register(self, rows: Sequence[HashRow], deadline: Deadline) -> Mapping[str, Mapping[str, FactValue]]:
        self.calls += 1
        if self.broken:
            raise self.broken.pop(0)
        self.registered += [r.serial for r in rows]
        return {r.serial: {"autopilot.registration": "submitted"} for r in rows}

    def observe(self, since: Mapping[str, datetime], deadline: Deadline) -> Mapping[str, Mapping[str, FactValue]]:
        if self.unseen:
            raise self.unseen.pop(0)
        return {serial: self.facts.get(serial, {}) for serial in since}

    def give_back(self, serial: str, goal: str, model: str, deadline: Deadline) -> None:
        self.returned.append((serial, goal))

    def close(self) -> None:
        pass


class FakeFolder:
    """The station's data folder in a temporary place."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, name: str) -> Path:
        full = self._root / name
        full.mkdir(parents=True, exist_ok=True)
        return full


def fast_clock() -> ScaledClock:
    """A thousand times faster than the wall."""
    return ScaledClock(1000)


async def until(condition: Callable[[], bool], wall_seconds: float = 20.0) -> None:
    """Wait for a condition of the bench; the test fails with a time-out otherwise."""
    async with asyncio.timeout(wall_seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.005)
