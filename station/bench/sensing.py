"""Sensors: what links tell without being asked by a step. Only what changed becomes an event.

`UnitSensor` reads description and storages of each unit in its lane; `TenantSensor` asks the tenant once for all units whose
current step looks at a tenant fact. Intervals are bench seconds (facts/tenant §1.9: 15 to 20 s per list call on the bench).
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from station.bench.lanes import Lane
from station.bench.ports import Cloud
from station.links.mtp.storage import DeviceStorage
from station.model.board import generation_of
from station.model.build import OsBuild
from station.model.errors import BUG, Cancelled, HoloBenchError, LinkLost
from station.model.facts import Fact, Facts, FactValue
from station.model.path import Path
from station.model.runs import Phase, Run
from station.model.timing import Clock, Deadline
from station.model.words import Generation, Link

log = logging.getLogger(__name__)

UNIT_INTERVAL_S = 20.0
LISTEN_S = 2.0
"""Wall seconds between two questions whether a unit told of a change; without one it is read at its interval."""
TENANT_INTERVAL_S = 15.0
TENANT_BACKED_OFF_S = 60.0
BACK_OFF_AFTER_S = 600.0
READ_BUDGET_S = 20.0
EDITION_OF_THE_SECOND = "Windows Holographic for Business"
"""Every HoloLens 2 carries it (facts/enrolment §1.1); of a first generation the cable does not tell."""
TENANT_FAMILIES = ("autopilot.", "tenant.")

Pause = Callable[[float], Awaitable[None]]


def changed(known: Facts, seen: Mapping[str, FactValue], source: Link, at: datetime) -> tuple[Fact, ...]:
    """The observations that say something new."""
    return tuple(Fact(key, value, source, at) for key, value in seen.items() if known.value(key) != value)


def read_unit(storage: DeviceStorage, deadline: Deadline) -> dict[str, FactValue]:
    """Facts of one reading of a unit: what it says about itself and which storages it shows."""
    described = storage.describe(deadline)
    storages = storage.storages(deadline)
    seen: dict[str, FactValue] = {
        "unit.serial": described.serial, "unit.model": described.model, "unit.name": described.friendly_name,
        "unit.storages": len(storages), "unit.trouble": "",
    }
    if generation_of(described.model) is Generation.HOLOLENS_2:
        seen["unit.edition"] = EDITION_OF_THE_SECOND
    if described.battery_percent is not None:
        seen["unit.battery"] = described.battery_percent
    if storages:
        seen["unit.free-bytes"] = storages[0].free_bytes
    return seen | _build(described.version)


def _build(version: str) -> dict[str, FactValue]:
    """The build where the firmware text is one; a unit with another text has no build, which is not an error."""
    try:
        return {"unit.build": str(OsBuild.parse(version))}
    except HoloBenchError:
        return {}


@dataclass(slots=True)
class UnitSensor:
    """Reads one unit again and again while it is plugged in, and at once when it tells of a change. Its first reading is told
    whole: what came back on the bus may be the same headset with another system on it, and a proof that it was read again
    needs a fresh fact."""

    lane: Lane
    clock: Clock
    known: Callable[[], Facts]
    tell: Callable[[Sequence[Fact]], None]
    pause: Pause
    _read_before: bool = False

    async def watch(self) -> None:
        """Until cancelled. A unit that cannot be read tells why by the fact `unit.trouble`."""
        while True:
            await self.read()
            await self._until_next()

    async def _until_next(self) -> None:
        end = self.clock.monotonic() + UNIT_INTERVAL_S
        listen = LISTEN_S * self.clock.speed
        while (left := end - self.clock.monotonic()) > 0:
            await self.pause(min(left, listen))
            if left > listen and await self._told_of_a_change():
                return

    async def _told_of_a_change(self) -> bool:
        try:
            return await self.lane.news()
        except LinkLost:
            return False

    async def read(self) -> None:
        """One reading."""
        try:
            seen = await self.lane.in_turn(read_unit, READ_BUDGET_S)
        except (LinkLost, Cancelled):
            return
        except HoloBenchError as e:
            if self.known().text("unit.trouble") != e.code:
                log.warning("unit at %s cannot be read: %s", self.lane.port, e)
            seen = {"unit.trouble": e.code}
        except Exception:
            log.exception("reading the unit at %s met a bug", self.lane.port)
            seen = {"unit.trouble": BUG}
        known = self.known() if self._read_before else Facts()
        self._read_before = self._read_before or "unit.serial" in seen
        facts = changed(known, _keep_finer_build(known, seen), Link.MTP, self.clock.now())
        if facts:
            self.tell(facts)


def _keep_finer_build(known: Facts, seen: dict[str, FactValue]) -> dict[str, FactValue]:
    """MTP tells the major build only; it must not replace a build with revision that another link told."""
    finer, told = known.text("unit.build"), str(seen.get("unit.build", ""))
    if told and finer.startswith(f"{told}."):
        return {k: v for k, v in seen.items() if k != "unit.build"}
    return seen


def asks_tenant(run: Run, path: Path) -> bool:
    """Whether the run's current step looks at a fact that only the tenant tells."""
    step = run.step(path)
    if run.phase is not Phase.ACTIVE or step is None:
        return False
    keys = set(step.proof.keys()).union(*(rule.when.keys() for rule in step.faults))
    return any(k.startswith(TENANT_FAMILIES) for k in keys) and step.action != "register"


@dataclass(slots=True)
class TenantSensor:
    """One question to the tenant for all units that wait for it."""

    cloud: Cloud
    clock: Clock
    waiting: Callable[[], Iterable[Run]]
    serial_of: Callable[[Run], str]
    tell: Callable[[Run, Sequence[Fact]], None]
    trouble: Callable[[HoloBenchError | None], None]
    pause: Pause
    call: Callable[[Callable[[], Mapping[str, Mapping[str, FactValue]]]], Awaitable[Mapping[str, Mapping[str, FactValue]]]]

    async def watch(self) -> None:
        """Until cancelled. Trouble with the tenant is told once and does not end the watch."""
        while True:
            runs = list(self.waiting())
            if runs:
                await self.ask(runs)
            await self.pause(self._interval(runs))

    def _interval(self, runs: Sequence[Run]) -> float:
        """Polite: every 15 s while something is fresh, every minute once all have waited over ten minutes."""
        now = self.clock.now()
        waits = [(now - r.entered_at).total_seconds() for r in runs if r.entered_at is not None]
        return TENANT_BACKED_OFF_S if waits and min(waits) > BACK_OFF_AFTER_S else TENANT_INTERVAL_S

    async def ask(self, runs: Sequence[Run]) -> None:
        """One question and what it brings."""
        since = {serial: run.started for run in runs if (serial := self.serial_of(run))}
        try:
            answers = await self.call(lambda: self.cloud.observe(since, Deadline(60.0)))
        except HoloBenchError as e:
            log.warning("the tenant cannot be asked: %s", e)
            self.trouble(e)
            return
        self.trouble(None)
        for run in runs:
            facts = changed(run.facts, answers.get(self.serial_of(run), {}), Link.GRAPH, self.clock.now())
            if facts:
                self.tell(run, facts)
