"""A registry that answers from memory: records end after so many reads of the list; answers can be lost, cut or refused."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from station.links.graph import routes
from station.links.graph.autopilot_calls import SyncOutcome
from station.links.graph.failures import GraphError, OutcomeUnknown
from station.links.graph.request import GraphRequest
from station.links.graph.values import AutopilotDevice, ImportedIdentity, NewIdentity, NotKnown
from station.model.timing import Deadline

GOOD = ("", 0)


def device(serial: str, tag: str = "", profile: str | None = "assignedInSync", detail: str | None = "none") -> AutopilotDevice:
    return AutopilotDevice(f"dev-{serial}", serial, "HoloLens 2", "Microsoft Corporation", tag, "notContacted", None,
                           "", "", "", "", profile, detail)


def record(serial: str, status: str = "unknown", *, id: str = "") -> ImportedIdentity:
    return ImportedIdentity(id or f"old-{serial}", serial, "", "", status, "", 0, "")


@dataclass
class ScriptedRegistry:
    """`ends_with` names the error of a serial; `lose` says which submissions (by number, from 1) lose their answer and
    whether they arrived; `refuse` gives the error of a submission."""

    registered: dict[str, AutopilotDevice] = field(default_factory=dict)
    queue: dict[str, ImportedIdentity] = field(default_factory=dict)
    reads_to_end: int = 2
    ends_with: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    lose: Mapping[int, bool] = field(default_factory=dict)
    refuse: Mapping[int, int] = field(default_factory=dict)
    bad_serials: frozenset[str] = frozenset()
    too_large: int = 10**9
    keeps_import_id: bool = True
    hidden_reads: int = 0
    profile_after: int = 0
    undeletable: int = 0
    beta: NotKnown | None = None
    submissions: list[tuple[NewIdentity, ...]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    retagged: dict[str, str] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _reads: dict[str, int] = field(default_factory=dict)
    _device_reads: int = 0

    def devices(self, serials: Sequence[str], deadline: Deadline) -> tuple[tuple[AutopilotDevice, ...], NotKnown | None]:
        self.calls.append("devices")
        self._device_reads += 1
        wanted = {s.casefold() for s in serials}
        found = [d for s, d in self.registered.items() if s.casefold() in wanted]
        if self.beta is not None or self._device_reads <= self.profile_after:
            word = None if self.beta is not None else "pending"
            found = [replace(d, profile_status=word) for d in found]
        return tuple(found), self.beta

    def records(self, deadline: Deadline) -> tuple[ImportedIdentity, ...]:
        self.calls.append("records")
        for id_, held in list(self.queue.items()):
            if not held.finished and not held.id.startswith("old-"):
                self._reads[id_] = self._reads.get(id_, 0) + 1
                if self._reads[id_] >= self.reads_to_end:
                    self._end(held)
        return tuple(self.queue.values())

    def _end(self, held: ImportedIdentity) -> None:
        name, code = self.ends_with.get(held.serial, GOOD)
        if name or code:
            self.queue[held.id] = replace(held, status="error", error_name=name, error_code=code)
            return
        self.queue[held.id] = replace(held, status="complete", registration_id=f"dev-{held.serial}")
        self.registered.setdefault(held.serial, device(held.serial, held.group_tag))

    def submit(self, rows: Sequence[NewIdentity], deadline: Deadline) -> tuple[ImportedIdentity, ...]:
        self.calls.append("submit")
        self.submissions.append(tuple(rows))
        number = len(self.submissions)
        if status := self.refuse.get(number):
            raise GraphError("graph.refused", status=status)
        if len(rows) > self.too_large:
            raise GraphError("graph.too-large", status=413)
        if any(row.serial in self.bad_serials for row in rows):
            raise GraphError("graph.refused", status=400)
        arrived = self.lose.get(number, True)
        made = []
        for row in rows if arrived else ():
            id_ = f"rec-{next(self._numbers)}"
            made.append(ImportedIdentity(id_, row.serial, row.group_tag, row.import_id if self.keeps_import_id else "", "unknown",
                                         "", 0, ""))
            self.queue[id_] = made[-1]
        if number in self.lose:
            raise OutcomeUnknown(GraphRequest(routes.IMPORTED_IMPORT), "cut")
        return tuple(reversed(made))

    def delete_records(self, ids: Sequence[str], deadline: Deadline) -> frozenset[str]:
        self.calls.append("delete")
        if self.undeletable:
            self.undeletable -= 1
            return frozenset()
        self.deleted += ids
        for id_ in ids:
            self.queue.pop(id_, None)
        return frozenset(ids)

    def retag(self, tags: Mapping[str, str], deadline: Deadline) -> frozenset[str]:
        self.calls.append("retag")
        self.retagged |= tags
        self.registered = {s: replace(d, group_tag=tags.get(d.id, d.group_tag)) for s, d in self.registered.items()}
        return frozenset(tags)

    def sync(self, deadline: Deadline) -> SyncOutcome:
        self.calls.append("sync")
        return SyncOutcome.STARTED

    def sent(self) -> list[str]:
        return [row.serial for rows in self.submissions for row in rows]
