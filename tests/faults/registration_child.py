"""A station that registers a list and dies hard at a chosen point: `python registration_child.py '<json>'`.

Points are counted from 1: before and after every write of the import log, before and after every HTTP request. At `point` 0 it
lives to the end. Prints the number of points passed and what came of the rows.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from station.autopilot.import_log import Entry, JournalImportLog
from station.autopilot.registration import RegistrationJob, Until
from station.autopilot.registry import GraphRegistry
from station.journal import Journal
from station.links.graph.client import GraphClient
from station.links.graph.pacer import Pacer, Rates
from station.links.graph.wire import Answer, HttpsWire
from station.model.timing import Clock, Deadline, ScaledClock
from tests.practice.registration_rig import identities


@dataclass
class Fuse:
    """Counts points; at the chosen one the process is gone at once."""

    at: int
    passed: int = 0

    def point(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


class FusedLog(JournalImportLog):
    def __init__(self, journal: Journal, clock: Clock, folder: Path, fuse: Fuse) -> None:
        super().__init__(journal, journal.station, clock, folder)
        self._fuse = fuse

    def write(self, entry: Entry) -> None:
        self._fuse.point()
        super().write(entry)
        self._fuse.point()


class FusedWire(HttpsWire):
    def __init__(self, ca_file: Path, fuse: Fuse) -> None:
        super().__init__(ca_file)
        self._fuse = fuse

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float) -> Answer:
        self._fuse.point()
        answer = super().send(method, url, headers, body, seconds)
        self._fuse.point()
        return answer


@dataclass(frozen=True)
class GivenToken:
    value: str
    app_only: bool = False

    def token(self, scopes: tuple[str, ...], claims: str | None = None, renew: bool = False) -> str:
        return self.value


def main(given: Mapping[str, str]) -> None:
    fuse, clock = Fuse(int(given["point"])), ScaledClock(float(given["speed"]))
    wire = FusedWire(Path(given["ca"]), fuse)
    client = GraphClient(given["graph"], wire, GivenToken(given["token"]), Pacer(clock, Rates(reads=100, writes=100, burst=200)))
    folder = Path(given["folder"])
    with Journal.open(str(folder / "journal.sqlite"), "bench-1", clock) as journal:
        log = FusedLog(journal, clock, folder, fuse)
        report = RegistrationJob(GraphRegistry(client, clock), log, clock).run(
            identities(int(given["rows"])), Deadline(float(given["seconds"])), Until(given["until"]))
    wire.close()
    print(json.dumps({"points": fuse.passed, "sent": report.sent,
                      "registered": sum(s.registration == "registered" for s in report.standings.values())}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
