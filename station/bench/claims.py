"""The claims of this bench's runs: taken with the start, prolonged while a run is open, given back at its end.

No action begins without its claim: the intent is written in the same transaction that prolongs it. So a bench that slept, was
cut off or was killed while another bench took its unit over never touches that unit again; its run fails and says why.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from station.bench.pen import Pen
from station.bench.ports import Record
from station.model.errors import Refused
from station.model.events import Draft
from station.model.runs import Run
from station.model.timing import Clock

LEASE_S = 900.0
"""How long a claim on a unit outlives a station that no longer renews it: by the server's time on PostgreSQL, else bench time."""
CLAIMED_BY = "unit.serial"
"""The fact that names a unit in a claim: the same before and after its label serial was read."""
SHORTEST_PAUSE_S = 0.5
"""Wall seconds between two renewals, however fast a practice clock runs."""

Lost = Callable[[Run, Refused], None]


class Claims:
    """Lives on the bench's loop; the journal is asked by the pen, in its turn."""

    def __init__(self, record: Record, pen: Pen, clock: Clock, lease_s: float = LEASE_S) -> None:
        self._record, self._pen, self._clock, self._lease_s = record, pen, clock, lease_s

    def start(self, serial: str, start: Draft, replaced: str) -> None:
        """Claim a unit and write the start of its run, in place of the run `replaced` of this bench."""
        self._pen.do(partial(self._record.claim, serial, start.run, self._lease_s, start, instead_of=replaced))

    def intend(self, run: Run, intent: Draft) -> Awaitable[object]:
        """Write an intent under the run's claim. Raises Refused `journal.claim-lost`: then nothing is to be done."""
        return self._pen.done(partial(self._record.renew, run.facts.text(CLAIMED_BY), run.id, self._lease_s, intent))

    def give_back(self, run: Run) -> None:
        """The run is over."""
        self._pen.do(partial(self._record.release, run.facts.text(CLAIMED_BY), run.id))

    async def keep(self, latest: Callable[[], Iterable[Run]], lost: Lost) -> None:
        """Prolong the claims of open runs, at once and three times a lease; `lost` hears of those that others have taken.

        Runs that are over give theirs back first: a station that was killed may not have come to it.
        """
        for run in latest():
            if not run.open:
                self.give_back(run)
        while True:
            for run in [run for run in latest() if run.open]:
                try:
                    await self._pen.done(partial(self._record.renew, run.facts.text(CLAIMED_BY), run.id, self._lease_s))
                except Refused as e:
                    lost(run, e)
            await asyncio.sleep(max(SHORTEST_PAUSE_S, self._lease_s / 3 / max(1.0, self._clock.speed)))
