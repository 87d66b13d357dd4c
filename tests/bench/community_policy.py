"""What the usual community script does with the same rows, as a peer for measurements: its order of calls and its waits.

Policy as in facts/tenant §6.1 (steps 4, 6 to 10): the whole device list is read for each computer; each new one is POSTed
alone; while imports run, the whole import list is read for each of them every 30 s, and only `unknown` counts as running (here
`pending` too, or it would stop too early); then each device is asked for by id every 30 s until it is there, and with `$expand`
every 30 s until its profile is assigned. A sync that fails is followed by a sleep of 750 s and another POST. `squared` repeats
the POSTs for every computer, as its nested loops do. What was refused drops out, although the script would wait for it for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from station.links.graph import routes
from station.links.graph.client import GraphClient
from station.links.graph.request import GraphRequest
from station.links.graph.routes import IMPORTED_LIST, Route
from station.links.graph.values import AutopilotDevice, ImportedIdentity, NewIdentity
from station.model.errors import HoloBenchError, NotFound
from station.model.timing import Clock, Deadline

CREATE = Route("imported.create", routes.Version.V1, "POST", IMPORTED_LIST.path, (routes.SERVICE_WRITE,), (routes.SERVICE_WRITE,),
               good=(201,), repeatable=False)
POLL_S = 30.0
SYNC_SLEEP_S = 750.0


@dataclass
class CommunityPolicy:
    """One run of the script. Every wait is in bench seconds."""

    client: GraphClient
    clock: Clock
    deadline: Deadline
    squared: bool = False

    def run(self, rows: Sequence[NewIdentity]) -> int:
        """Register rows one by one; how many ended with an assigned profile."""
        new = [row for row in rows if not self._exists(row)]
        made: list[ImportedIdentity] = []
        for _ in new if self.squared else new[:1]:
            made = [self._post(row) for row in new]
        self._wait_for_import(made)
        self._sync()
        ids = self._wait_for_devices(made)
        return self._wait_for_profiles(ids)

    def _exists(self, row: NewIdentity) -> bool:
        devices = self.client.rows(GraphRequest(routes.AUTOPILOT_LIST_BETA), self.deadline)
        return any(d.get("serialNumber") == row.serial for d in devices)

    def _post(self, row: NewIdentity) -> ImportedIdentity:
        body = {"serialNumber": row.serial, "hardwareIdentifier": row.hash, "groupTag": row.group_tag}
        return ImportedIdentity.read(self.client.call(GraphRequest(CREATE, body=body), self.deadline))

    def _wait_for_import(self, made: Sequence[ImportedIdentity]) -> None:
        while True:
            running = 0
            for item in made:
                listed = self.client.rows(GraphRequest(IMPORTED_LIST), self.deadline)
                running += any(r["id"] == item.id and r["state"]["deviceImportStatus"] in ("unknown", "pending") for r in listed)
            if not running:
                return
            self._sleep(POLL_S)

    def _sync(self) -> None:
        for _ in range(2):
            try:
                self.client.call(GraphRequest(routes.SETTINGS_SYNC), self.deadline)
                return
            except HoloBenchError:
                self._sleep(SYNC_SLEEP_S)

    def _wait_for_devices(self, made: Sequence[ImportedIdentity]) -> list[str]:
        rows = {r["id"]: ImportedIdentity.read(r) for r in self.client.rows(GraphRequest(IMPORTED_LIST), self.deadline)}
        waiting = [rows[m.id].registration_id for m in made if rows[m.id].registration_id]
        there: list[str] = []
        while waiting:
            for id_ in list(waiting):
                try:
                    self.client.call(GraphRequest(routes.AUTOPILOT_GET, (id_,)), self.deadline)
                except NotFound:
                    continue
                waiting.remove(id_)
                there.append(id_)
            if waiting:
                self._sleep(POLL_S)
        return there

    def _wait_for_profiles(self, ids: Sequence[str]) -> int:
        waiting, query = list(ids), (("$expand", "deploymentProfile,intendedDeploymentProfile"),)
        while waiting:
            for id_ in list(waiting):
                row = self.client.call(GraphRequest(routes.AUTOPILOT_GET_BETA, (id_,), query), self.deadline)
                if AutopilotDevice.read(row).assigned:
                    waiting.remove(id_)
            if waiting:
                self._sleep(POLL_S)
        return len(ids)

    def _sleep(self, bench_seconds: float) -> None:
        self.deadline.pause(bench_seconds / self.clock.speed)
