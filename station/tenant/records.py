"""Everything the tenant knows about one serial: the three objects side by side, and the guard before anything is destroyed.

Facts: tenant §1.2 (fuzzy matching once deleted the wrong device), §1.6, §1.10.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from station.links.graph.autopilot_calls import degrade, find_autopilot_devices, list_imported
from station.links.graph.client import GraphClient
from station.links.graph.device_calls import (
    find_entra_devices,
    find_managed_devices,
    get_entra_device,
    list_entra_named,
)
from station.links.graph.values import AutopilotDevice, EntraDevice, ImportedIdentity, ManagedDevice, NotKnown
from station.model.errors import NotFound, Refused
from station.model.timing import Deadline

T = TypeVar("T")
_HOLOLENS = "hololens"


@dataclass(frozen=True, slots=True)
class UnitRecords:
    """The objects of one serial. `unknown` names the sources that could not be read: imports, autopilot, intune, entra."""

    serial: str
    autopilot: tuple[AutopilotDevice, ...] = ()
    managed: tuple[ManagedDevice, ...] = ()
    entra: tuple[EntraDevice, ...] = ()
    imports: tuple[ImportedIdentity, ...] = ()
    unknown: Mapping[str, NotKnown] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether the tenant knows the serial nowhere."""
        return not (self.autopilot or self.managed or self.entra or self.imports)

    @property
    def models(self) -> frozenset[str]:
        """Every model that a record tells."""
        return frozenset(m for m in (*(d.model for d in self.autopilot), *(d.model for d in self.managed)) if m)


def read_records(client: GraphClient, serial: str, deadline: Deadline, object_ids: Iterable[str] = ()) -> UnitRecords:
    """Read the objects of exactly this serial. `object_ids` are Entra objects that an earlier reading connected with it.

    Raises only what concerns all sources: session, connection, time, cancellation.
    """
    unknown: dict[str, NotKnown] = {}

    def ask(source: str, call: Callable[[], T], nothing: T) -> T:
        answer = degrade(call)
        if isinstance(answer, NotKnown):
            unknown[source] = answer
            return nothing
        return answer

    nothing = UnitRecords(serial)
    devices = ask("autopilot", lambda: find_autopilot_devices(client, [serial], deadline)[0], nothing.autopilot)
    managed = ask("intune", lambda: find_managed_devices(client, [serial], deadline), nothing.managed)
    imports = ask("imports", lambda: list_imported(client, deadline), nothing.imports)
    ids = [i for i in (*(d.entra_device_id for d in devices), *(d.entra_device_id for d in managed)) if i]
    entra = ask("entra", lambda: _entra(client, serial, ids, tuple(object_ids), deadline), nothing.entra)
    return UnitRecords(serial, devices, managed, entra, tuple(r for r in imports if _same(r.serial, serial)), unknown)


def guard(records: UnitRecords, bench_model: str = "") -> None:
    """Refuse to go on unless it is certain which device is meant.

    Exactly one Autopilot record at most, every source read, every told model a HoloLens and at least one told (or seen on the
    bench). Raises NotFound `tenant.serial-unknown`, Refused `tenant.ambiguous`, `tenant.not-hololens`, `tenant.not-readable`.
    """
    if records.unknown:
        raise Refused("tenant.not-readable", ", ".join(f"{source}: {why.code}" for source, why in records.unknown.items()))
    if records.nothing:
        raise NotFound("tenant.serial-unknown", records.serial)
    if len(records.autopilot) > 1:
        raise Refused("tenant.ambiguous", f"{len(records.autopilot)} Autopilot records of {records.serial}")
    models = records.models | ({bench_model} if bench_model else set())
    if any(_HOLOLENS not in model.casefold() for model in models):
        raise Refused("tenant.not-hololens", f"{records.serial}: {', '.join(sorted(models))}")
    if not models and (records.autopilot or records.managed):
        raise Refused("tenant.not-hololens", f"{records.serial}: no model is told")


def _entra(client: GraphClient, serial: str, device_ids: list[str], object_ids: tuple[str, ...],
           deadline: Deadline) -> tuple[EntraDevice, ...]:
    """By device id, by object id, and by the serial as name, which registering gives and enrolling takes away."""
    found = [*find_entra_devices(client, device_ids, deadline), *list_entra_named(client, serial, deadline)]
    known = {device.id for device in found}
    found += [device for device in (get_entra_device(client, i, deadline) for i in object_ids if i not in known) if device]
    return tuple({device.id: device for device in found}.values())


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
