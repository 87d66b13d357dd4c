"""The work behind the screen: files, queue and tenant. Everything here blocks and is called in a thread; no Qt.

`RegistrationDesk` is made once a window and survives the screen being built again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from station.autopilot import refusals
from station.autopilot.hash_check import Merged, merge
from station.autopilot.hash_file_writer import INTUNE, check_value, write
from station.autopilot.import_log import JournalImportLog
from station.autopilot.intake import Rejected, take_in
from station.autopilot.look_up import look_up
from station.autopilot.registration import RegistrationJob, Report, Until
from station.autopilot.registration_plan import Plan
from station.autopilot.registry import GraphRegistry
from station.autopilot.standing import Standing
from station.autopilot.waiting_room import Place, Submission, WaitingRoom
from station.journal import Journal
from station.links.graph import routes
from station.links.graph.client import GraphClient
from station.links.graph.values import NewIdentity
from station.model.errors import ConfigurationError, LinkError, LinkLost, SignInNeeded
from station.model.events import Draft, Noted
from station.model.timing import CancelToken, Clock, Deadline
from ui.registrations.lines import Line

JOB_SECONDS = 6 * 3600.0
LOOK_SECONDS = 120.0
NEEDED = (routes.IMPORTED_LIST, routes.IMPORTED_IMPORT)
HASHES = "hashes"
QUEUE = "submissions"


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits, and the names of files that cannot be read."""

    submissions: tuple[Submission, ...]
    damaged: tuple[str, ...] = ()


@dataclass
class RegistrationDesk:
    """One station's desk. `client` None: no tenant is configured, and everything else still works."""

    client: GraphClient | None
    journal: Journal
    clock: Clock
    folder: Path
    person: Callable[[], str] = field(default=lambda: "")
    token: CancelToken = field(default_factory=CancelToken)

    def open_files(self, paths: Sequence[Path]) -> tuple[Merged, tuple[Rejected, ...]]:
        """Read and check files; one line a device. Raises NotFound `autopilot.no-such-file`."""
        found = take_in(paths)
        return merge(found.rows), found.rejected

    def harvested(self) -> tuple[Merged, tuple[Rejected, ...]]:
        """The hashes that this bench took from its units."""
        folder = self.folder / HASHES
        return self.open_files([folder] if folder.is_dir() else [])

    def save(self, lines: Sequence[Line], path: Path) -> tuple[Path, ...]:
        """Write usable lines as Intune takes them. Raises as `hash_file_writer.write`."""
        return write([line.checked for line in lines if line.checked is not None and line.usable], path, INTUNE)

    def save_refusals(self, lines: Sequence[Line], path: Path, translate: Callable[[str], str],
                      reasons: Callable[[Line], Sequence[refusals.Refusal]]) -> int:
        """Write who cannot go on and why; how many."""
        return refusals.write([r for line in lines for r in reasons(line)], path, translate)

    # The tenant.

    def plan(self, rows: Sequence[NewIdentity]) -> Plan:
        """A dry run: read the tenant and decide, change nothing."""
        _check_tags(rows)
        return self._job(_untold, False).look(rows, Deadline(LOOK_SECONDS))

    def register(self, rows: Sequence[NewIdentity], told: Callable[[tuple[Standing, ...]], None], change_tags: bool) -> Report:
        """Register and watch until every profile is assigned or `stop` is called.

        Without a connection the rows are kept in the queue; raises LinkError `autopilot.offline` then.
        """
        _check_tags(rows)
        self.token = CancelToken()
        try:
            return self._job(told, change_tags).run(rows, Deadline(JOB_SECONDS, self.token), Until.ASSIGNED)
        except LinkLost as e:
            kept = self.room().submit(rows, self.person(), released=True)
            raise LinkError("autopilot.offline", str(len(kept))) from e

    def look_up(self, lines: Sequence[Line]) -> Mapping[str, Standing]:
        """Where lines stand now."""
        return look_up(self._registry(), [(line.serial, line.group_tag) for line in lines], Deadline(LOOK_SECONDS))

    def may_go_on(self) -> bool:
        """Whether the sign-in reaches as far as registering does, found out in silence. Raises Cancelled after `stop`."""
        self.token.check()
        try:
            if self.client is not None:
                self.client.check_rights(NEEDED)
        except (SignInNeeded, LinkError):
            return False
        return True

    def stop(self) -> None:
        """Stop watching; what was sent goes on in the cloud, and nothing is sent twice later."""
        self.token.cancel()

    # The queue.

    def room(self) -> WaitingRoom:
        """The waiting room, whose moves are noted in the journal."""
        return WaitingRoom(self.folder / QUEUE, self.clock, lambda topic, about: self._note(topic, about))

    def queue(self) -> Queue:
        """What waits for a lead or a connection."""
        shelves = [self.room().shelf(place) for place in (Place.SUBMITTED, Place.RELEASED)]
        return Queue(tuple(s for shelf in shelves for s in shelf.submissions),
                     tuple(d for shelf in shelves for d in shelf.damaged))

    def submit(self, rows: Sequence[NewIdentity]) -> tuple[Submission, ...]:
        """Keep rows until a lead releases them."""
        _check_tags(rows)
        return self.room().submit(rows, self.person(), released=False)

    def drain(self, told: Callable[[tuple[Standing, ...]], None]) -> Report | None:
        """Send everything that was released; None where nothing waits."""
        self.token = CancelToken()
        return self.room().drain(lambda rows: self._job(told, False).run(rows, Deadline(JOB_SECONDS, self.token), Until.ASSIGNED))

    # Parts.

    def _job(self, told: Callable[[tuple[Standing, ...]], None], change_tags: bool) -> RegistrationJob:
        log = JournalImportLog(self.journal, self.journal.station, self.clock, self.folder)
        return RegistrationJob(self._registry(), log, self.clock, told, change_tags=change_tags)

    def _registry(self) -> GraphRegistry:
        if self.client is None:
            raise ConfigurationError("configuration.no-tenant")
        return GraphRegistry(self.client, self.clock)

    def _note(self, topic: str, about: Mapping[str, str]) -> None:
        self.journal.append(Draft(Noted(topic, about), self.clock.now()))


def _check_tags(rows: Sequence[NewIdentity]) -> None:
    for row in rows:
        check_value(row.group_tag, row.serial)


def _untold(standings: tuple[Standing, ...]) -> None:
    """A dry run shows its plan, not its readings."""
