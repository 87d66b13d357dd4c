"""Rows that wait: for a connection (offline queue), or for a lead (approval mode, no Intune rights needed at the bench).

A submission is one small file that moves between four folders by rename, so that of several stations on a shared folder one wins:

    submitted ──release──▶ released ──drained──▶ done
        └─────withdraw───▶ withdrawn

The file holds the hash (the folder is for this account only, like the harvested files beside it); the journal gets serials.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from station.autopilot.registration import Report
from station.autopilot.standing import Registration, key
from station.autopilot.whole_file import replace_file
from station.links.graph.values import NewIdentity
from station.model.errors import DataError, LinkError, NotFound
from station.model.timing import Clock

VERSION = 1


class Place(StrEnum):
    """Where a submission lies; the folder's name."""

    SUBMITTED = "submitted"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Submission:
    """One row that waits. `id` is its file's name without suffix; times are ISO, UTC; `by` and `decided_by` name people."""

    id: str
    place: Place
    serial: str
    hash: str
    group_tag: str
    submitted_at: str
    by: str
    decided_by: str = ""
    decided_at: str = ""
    reason: str = ""
    outcome: str = ""

    def age(self, now: datetime) -> timedelta:
        """How long it has been waiting."""
        return now - datetime.fromisoformat(self.submitted_at).astimezone(UTC)

    @property
    def row(self) -> NewIdentity:
        """The row to register."""
        return NewIdentity(self.serial, self.hash, self.group_tag)

    @property
    def fault(self) -> str:
        """What the catalogue says about its place: waiting for a lead, for a connection, or turned down."""
        return {Place.SUBMITTED: "autopilot.awaits-release", Place.RELEASED: "autopilot.offline",
                Place.WITHDRAWN: "autopilot.withdrawn"}.get(self.place, self.outcome)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Submissions of one place, oldest first, and the names of files that cannot be read."""

    submissions: tuple[Submission, ...]
    damaged: tuple[str, ...] = ()


Note = Callable[[str, Mapping[str, str]], None]


def unnoted(topic: str, about: Mapping[str, str]) -> None:
    """For whoever keeps no journal."""


class WaitingRoom:
    """The four folders under one. `note` is told of every move, for the journal (`autopilot.submitted` and so on)."""

    def __init__(self, folder: Path, clock: Clock, note: Note = unnoted) -> None:
        self._folder, self._clock, self._note = folder, clock, note

    def submit(self, rows: Sequence[NewIdentity], by: str, *, released: bool) -> tuple[Submission, ...]:
        """Keep rows, waiting for a lead or (`released`) for a connection. Raises LinkError `autopilot.file-unreadable`,
        ConfigurationError `autopilot.csv-not-written`."""
        place = Place.RELEASED if released else Place.SUBMITTED
        made = []
        for number, row in enumerate(rows):
            at = self._clock.now()
            id_ = f"{at:%Y%m%dT%H%M%S}-{number:05}-{secrets.token_hex(4)}"
            submission = Submission(id_, place, row.serial, row.hash, row.group_tag, at.isoformat(), by)
            replace_file(self._path(place, id_), _encode(submission))
            self._note("autopilot.submitted", {"id": id_, "serial": row.serial, "by": by, "place": place.value})
            made.append(submission)
        return tuple(made)

    def shelf(self, place: Place) -> Shelf:
        """What lies in a place, oldest first; a damaged file is named and left alone."""
        good, damaged = [], []
        for path in sorted(self._place(place).glob("*.json")):
            try:
                good.append(_decode(path, place))
            except DataError as e:
                damaged.append(f"{path.name}: {e.detail}")
            except FileNotFoundError:
                continue        # another station has just moved it
        return Shelf(tuple(good), tuple(damaged))

    def release(self, ids: Sequence[str], by: str) -> tuple[Submission, ...]:
        """A lead lets submissions go to the tenant. Raises NotFound `autopilot.no-such-submission` before any moves."""
        return self._decide(ids, Place.RELEASED, by, "")

    def withdraw(self, ids: Sequence[str], by: str, reason: str) -> tuple[Submission, ...]:
        """A lead turns submissions down. Raises NotFound `autopilot.no-such-submission` before any moves."""
        return self._decide(ids, Place.WITHDRAWN, by, reason)

    def drain(self, register: Callable[[Sequence[NewIdentity]], Report]) -> Report | None:
        """Register everything released, oldest first, and put away what is settled; None where nothing waits.

        Of two submissions of one device the later counts. What `register` raises leaves everything where it is: the next time
        goes on, and nothing is sent twice (`station.autopilot.registration`).
        """
        waiting = self.shelf(Place.RELEASED).submissions
        if not waiting:
            return None
        latest = {key(s.serial): s for s in waiting}
        report = register([s.row for s in latest.values()])
        for submission in waiting:
            name = key(submission.serial)
            standing = report.standings[name]
            if submission is not latest[name]:
                self._move(submission, Place.DONE, outcome="superseded")
            elif standing.registration is not Registration.NONE:
                self._move(submission, Place.DONE, outcome=standing.fault or standing.registration.value)
        return report

    def _decide(self, ids: Sequence[str], place: Place, by: str, reason: str) -> tuple[Submission, ...]:
        known = {s.id: s for s in self.shelf(Place.SUBMITTED).submissions}
        missing = [id_ for id_ in ids if id_ not in known]
        if missing:
            raise NotFound("autopilot.no-such-submission", ", ".join(missing))
        at = self._clock.now().isoformat()
        return tuple(self._move(known[id_], place, decided_by=by, decided_at=at, reason=reason) for id_ in ids)

    def _move(self, submission: Submission, place: Place, **changes: str) -> Submission:
        """Rename first, so that of two stations only one writes the new state. Raises NotFound where another was quicker."""
        moved = replace(submission, place=place, **changes)
        target = self._path(place, submission.id)
        try:
            self._path(submission.place, submission.id).rename(target)
        except FileNotFoundError as e:
            raise NotFound("autopilot.no-such-submission", submission.id) from e
        replace_file(target, _encode(moved))
        self._note(f"autopilot.{place.value}", {"id": submission.id, "serial": submission.serial, **changes})
        return moved

    def _place(self, place: Place) -> Path:
        folder = self._folder / place.value
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as e:
            raise LinkError("autopilot.file-unreadable", f"{folder.name}: {e.strerror or e}") from e
        return folder

    def _path(self, place: Place, id_: str) -> Path:
        return self._place(place) / f"{id_}.json"


def _encode(submission: Submission) -> bytes:
    stored = {"version": VERSION, **{k: v for k, v in asdict(submission).items() if k not in ("id", "place")}}
    return json.dumps(stored, indent=1).encode()


def _decode(path: Path, place: Place) -> Submission:
    """Raises DataError `autopilot.queue-damaged`; FileNotFoundError where it has just gone."""
    try:
        stored = json.loads(path.read_bytes())
        if stored.pop("version") != VERSION:
            raise DataError("autopilot.queue-damaged", "another version")
        submission = Submission(path.stem, place, **stored)
        submission.age(datetime.now(UTC))
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise DataError("autopilot.queue-damaged", type(e).__name__) from e
    return submission
