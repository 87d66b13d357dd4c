"""What the virtual tenant holds: tables of rows, things to come in bench time, and what has happened.

Rows are the wire objects of the service (with the beta columns); answers show of them what the asked version has. One lock
guards all of it; whoever takes it first lets the things that are due happen (`TenantState.settle`).
"""

import heapq
import itertools
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from station.model.timing import Clock
from station.practice.quirk import Strikes
from station.practice.tenant.contract import contract

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delays:
    """How long things take, in bench seconds (facts: tenant §1.1 “95 s for one device”, §1.2, §1.4, §1.9)."""

    pending: float = 10
    complete: float = 95
    visible: float = 60
    group: float = 90
    profile: float = 120
    sync: float = 40
    sync_pause: float = 600
    properties: float = 30
    contact: float = 20
    compliance: float = 240
    enrolment_shown: float = 60
    delete: float = 45
    delete_lingering: float = 1800
    delete_refused: float = 60
    retire: float = 60
    wipe: float = 60


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that changed in the tenant: what, of which serial or id, when (bench time)."""

    kind: str
    subject: str
    at: datetime


class Table:
    """Rows of one kind by id, in the order of their creation. `place` numbers them, so that a page knows where it ended."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._places: dict[str, int] = {}
        self._next = itertools.count(1)

    def add(self, row: Row) -> Row:
        self._rows[row["id"]] = row
        self._places[row["id"]] = next(self._next)
        return row

    def get(self, key: str) -> Row | None:
        return self._rows.get(key)

    def remove(self, key: str) -> Row | None:
        self._places.pop(key, None)
        return self._rows.pop(key, None)

    def place(self, key: str) -> int:
        return self._places[key]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, **wanted: object) -> Row | None:
        """The first row whose columns have these values."""
        return next((r for r in self if all(r.get(k) == v for k, v in wanted.items())), None)


class TenantState:
    """Tables, clock, chance and agenda of one tenant."""

    def __init__(self, clock: Clock, seed: int, strikes: Strikes, delays: Delays, tenant_id: str) -> None:
        self.clock, self.strikes, self.delays, self.tenant_id = clock, strikes, delays, tenant_id
        self.lock = threading.RLock()
        self.chance = random.Random(seed)  # noqa: S311
        self.effects: list[Effect] = []
        self.imported, self.autopilot, self.managed = Table(), Table(), Table()
        self.profiles, self.devices, self.groups, self.users = Table(), Table(), Table(), Table()
        self.members: dict[str, dict[str, None]] = {}          # group id → ids of devices, in order
        self.assignments: dict[str, list[Row]] = {}            # profile id → assignments
        self.assigned: dict[str, str] = {}                     # Autopilot device id → profile id
        self.included_groups: dict[str, list[str]] = {}        # MDM policy id → group ids
        self.singles: dict[str, Row] = {}
        self.lists: dict[str, Table] = {}
        self.by_serial: dict[str, str] = {}                    # serial → Autopilot device id
        self.finished: dict[str, float] = {}                   # import record id → bench seconds when it ended
        self.forgiven: set[str] = set()                        # serials whose next self-deploying enrolment is allowed
        self.refused_once: set[str] = set()                    # import records whose first deletion was refused
        self.hidden: set[str] = set()                          # Autopilot device ids that no list shows yet
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._due: float | None = None

    def seconds(self) -> float:
        """Bench seconds since an arbitrary start; while something due happens, the second it was due."""
        return self.clock.monotonic() if self._due is None else self._due

    def moment(self) -> datetime:
        """Bench time; while something due happens, the time it was due."""
        return self.clock.now() - timedelta(seconds=self.clock.monotonic() - self.seconds())

    def settle(self) -> None:
        """Let everything that is due happen, in its order and each at its own time, however late anybody looks."""
        while self._agenda and self._agenda[0][0] <= self.clock.monotonic():
            self._due, _, action = heapq.heappop(self._agenda)
            action()
        self._due = None

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something in so many bench seconds."""
        heapq.heappush(self._agenda, (self.seconds() + seconds, next(self._order), action))

    def later_than(self, seconds: float) -> datetime:
        """Bench time in so many bench seconds."""
        return self.moment() + timedelta(seconds=seconds)

    def wall(self) -> float:
        """Epoch seconds of the wall: the life of tokens runs there, since msal measures it there too."""
        return time.time()

    def waiting(self) -> int:
        """How many things are still to come."""
        return len(self._agenda)

    def effect(self, kind: str, subject: str) -> None:
        self.effects.append(Effect(kind, subject, self.moment()))

    def new_id(self) -> str:
        """A GUID; the same seed gives the same ones."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def stamp(self) -> str:
        """Bench time as the service writes it."""
        return stamp(self.moment())

    def blank(self, kind: str, /, *, beta: bool = True, **known: object) -> Row:
        """A row of a type with every column of both versions, those in `known` filled in."""
        facts = contract()
        row = facts.blank("beta", kind) if beta else {}
        return row | facts.blank("v1.0", kind) | known | {"id": known.get("id") or self.new_id()}


def stamp(moment: datetime) -> str:
    """ISO 8601 UTC with a Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
