"""Asks the tenant for all units of the bench at once: three list calls however many wait, up to paging (facts: tenant §1.9).

Readings are shared by everybody who asks (sensor, screens, command line) and kept for as long as the interval of the unit that
has waited least; a caller that asks more often gets the last reading with its age.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from station.links.graph.autopilot_calls import (
    FEW,
    degrade,
    find_autopilot_devices,
    list_autopilot_devices,
    list_imported,
)
from station.links.graph.client import GraphClient
from station.links.graph.device_calls import find_managed_devices, list_managed_devices
from station.links.graph.values import AutopilotDevice, ImportedIdentity, ManagedDevice, NotKnown
from station.model.facts import FactValue
from station.model.timing import Clock, Deadline
from station.tenant.tracking import Picture, Source, assemble, facts_of, interval

T = TypeVar("T")


class TenantTracker:
    """Follows units from registration to compliant. Thread-safe."""

    def __init__(self, client: GraphClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._picture = Picture()
        self._asked: frozenset[str] = frozenset()

    @property
    def picture(self) -> Picture:
        """The last reading, without asking."""
        return self._picture

    def observe(self, since: Mapping[str, datetime], deadline: Deadline) -> dict[str, dict[str, FactValue]]:
        """Facts by serial; what is older than a unit's `since` proves nothing for it.

        Raises SignInNeeded where a person must sign in, LinkLost where the tenant cannot be reached, OverBudget, Cancelled.
        """
        if not since:
            return {}
        picture = self.look(list(since), deadline, max_age=self._interval(since))
        read = frozenset(picture.read_at)
        return {serial: facts_of(picture.unit(serial), at, read) for serial, at in since.items()}

    def look(self, serials: Sequence[str], deadline: Deadline, max_age: float = 0.0) -> Picture:
        """A picture of these serials that is at most `max_age` bench seconds old."""
        with self._lock:
            wanted = frozenset(s.casefold() for s in serials)
            if not (wanted <= self._asked and self._fresh(max_age)):
                self._picture = self._read(serials, deadline)
                self._asked = wanted
            return self._picture

    def forget(self) -> None:
        """Read anew when next asked: after an import, a deletion, a sign-in."""
        with self._lock:
            self._asked = frozenset()

    def _interval(self, since: Mapping[str, datetime]) -> float:
        waited = self._clock.now() - max(since.values())
        return interval(waited) - 1.0

    def _fresh(self, max_age: float) -> bool:
        now = self._clock.now()
        return all(now - at <= timedelta(seconds=max_age) for at in self._picture.read_at.values())

    def _read(self, serials: Sequence[str], deadline: Deadline) -> Picture:
        unknown: dict[Source, NotKnown] = {}
        read_at: dict[Source, datetime] = {}

        def ask(source: Source, call: Callable[[], T], nothing: T) -> T:
            answer = degrade(call)
            if isinstance(answer, NotKnown):
                unknown[source] = answer
                return nothing
            read_at[source] = self._clock.now()
            return answer

        few = len(serials) <= FEW
        none: tuple[tuple[AutopilotDevice, ...], NotKnown | None] = ((), None)
        devices, profile_unknown = ask(Source.AUTOPILOT, lambda: (
            find_autopilot_devices(self._client, serials, deadline) if few else list_autopilot_devices(self._client, deadline)),
            none)
        managed: tuple[ManagedDevice, ...] = ask(Source.INTUNE, lambda: (
            find_managed_devices(self._client, serials, deadline) if few else list_managed_devices(self._client, deadline)), ())
        registered = {d.serial.casefold() for d in devices}
        imports: tuple[ImportedIdentity, ...] = ()
        if not all(s.casefold() in registered for s in serials):
            imports = ask(Source.IMPORTS, lambda: list_imported(self._client, deadline), ())
        return Picture(assemble(serials, imports, devices, managed), read_at, unknown, profile_unknown)

