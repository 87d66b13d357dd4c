"""Registrations of several units gathered into one call: eight chords within a minute make one import, not eight.

Rows wait at most `GATHER_S` bench seconds for company. The call itself looks what is registered or under way before it sends, so
that repeating it after a crash changes nothing (`station.autopilot.registration`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from station.bench.ports import Cloud, HashRow
from station.model.errors import Cancelled, HoloBenchError
from station.model.facts import FactValue
from station.model.timing import CancelToken, Clock, Deadline

GATHER_S = 3.0
CALL_BUDGET_S = 300.0

Answers = Mapping[str, Mapping[str, FactValue]]


@dataclass(slots=True)
class Registering:
    """The gathering point. Lives on the bench's loop."""

    cloud: Cloud
    clock: Clock
    call: Callable[[Callable[[], Answers]], Awaitable[Answers]]
    _waiting: "list[tuple[HashRow, asyncio.Future[Mapping[str, FactValue]]]]" = field(default_factory=list)
    _sending: "list[tuple[HashRow, asyncio.Future[Mapping[str, FactValue]]]]" = field(default_factory=list)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _token: CancelToken = field(default_factory=CancelToken)

    async def register(self, row: HashRow, run: str) -> Mapping[str, FactValue]:
        """Register one unit with the next gathered call; its facts. Raises what the call raises."""
        future: asyncio.Future[Mapping[str, FactValue]] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, future))
        self._wake.set()
        return await future

    async def watch(self) -> None:
        """Until cancelled: wait for a row, give others the time to join, send them together."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(max(0.02, GATHER_S / self.clock.speed))
            self._wake.clear()
            batch, self._waiting = self._waiting, []
            await self._send(batch)

    def close(self) -> None:
        """Leave every row that has no answer yet: its action stays an open intent and is taken up at the next start."""
        self._token.cancel()
        for _, future in (*self._waiting, *self._sending):
            if not future.done():
                future.set_exception(Cancelled())

    async def _send(self, batch: "list[tuple[HashRow, asyncio.Future[Mapping[str, FactValue]]]]") -> None:
        self._sending = batch
        deadline = Deadline(CALL_BUDGET_S, self._token)
        try:
            answers = await self.call(lambda: self.cloud.register([row for row, _ in batch], deadline))
        except HoloBenchError as e:
            for _, future in batch:
                if not future.done():
                    future.set_exception(e)
            return
        for row, future in batch:
            if not future.done():
                future.set_result(answers.get(row.serial, {}))
