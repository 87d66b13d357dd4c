"""What a registration asks of the tenant, as one small Protocol, and Microsoft Graph behind it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from station.links.graph import autopilot_calls
from station.links.graph.autopilot_calls import SyncOutcome
from station.links.graph.batch import batch
from station.links.graph.client import GraphClient
from station.links.graph.values import AutopilotDevice, ImportedIdentity, NewIdentity, NotKnown
from station.model.timing import Clock, Deadline


class Registry(Protocol):
    """The Autopilot side of a tenant. Every call blocks and takes a deadline; a lost answer raises `OutcomeUnknown`."""

    def devices(self, serials: Sequence[str], deadline: Deadline) -> tuple[tuple[AutopilotDevice, ...], NotKnown | None]:
        """Registered devices of these serials; the second part says why profile states are not known."""

    def records(self, deadline: Deadline) -> tuple[ImportedIdentity, ...]:
        """All import records, other people's too."""

    def submit(self, rows: Sequence[NewIdentity], deadline: Deadline) -> tuple[ImportedIdentity, ...]:
        """Hand rows to the import queue."""

    def delete_records(self, ids: Sequence[str], deadline: Deadline) -> frozenset[str]:
        """Delete import records; the ids that are gone."""

    def retag(self, tags: Mapping[str, str], deadline: Deadline) -> frozenset[str]:
        """Change group tags (device id: tag); the ids whose change was taken."""

    def sync(self, deadline: Deadline) -> SyncOutcome:
        """Ask for a synchronisation where one is allowed."""


class GraphRegistry:
    """Microsoft Graph."""

    def __init__(self, client: GraphClient, clock: Clock) -> None:
        self._client, self._clock = client, clock

    def devices(self, serials: Sequence[str], deadline: Deadline) -> tuple[tuple[AutopilotDevice, ...], NotKnown | None]:
        """By filter for a few serials, else the whole list (facts/tenant §1.9)."""
        return autopilot_calls.find_autopilot_devices(self._client, serials, deadline)

    def records(self, deadline: Deadline) -> tuple[ImportedIdentity, ...]:
        """One request per thousand records."""
        return autopilot_calls.list_imported(self._client, deadline)

    def submit(self, rows: Sequence[NewIdentity], deadline: Deadline) -> tuple[ImportedIdentity, ...]:
        """One `/import`."""
        return autopilot_calls.import_identities(self._client, rows, deadline)

    def delete_records(self, ids: Sequence[str], deadline: Deadline) -> frozenset[str]:
        """`$batch` of twenty; 400 right after an import is normal and leaves the record for the next time."""
        answers = autopilot_calls.delete_imported(self._client, ids, deadline)
        return frozenset(id_ for id_, answer in zip(ids, answers, strict=True) if answer.error is None)

    def retag(self, tags: Mapping[str, str], deadline: Deadline) -> frozenset[str]:
        """`$batch` of twenty updateDeviceProperties."""
        ids = list(tags)
        answers = batch(self._client, [autopilot_calls.update_request(i, group_tag=tags[i]) for i in ids], deadline)
        return frozenset(id_ for id_, answer in zip(ids, answers, strict=True) if answer.error is None)

    def sync(self, deadline: Deadline) -> SyncOutcome:
        """`windowsAutopilotSettings/sync`, at most one in ten minutes."""
        return autopilot_calls.sync(self._client, deadline, self._clock.now())

