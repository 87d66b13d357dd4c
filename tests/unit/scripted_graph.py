"""A scripted Graph for the tests of the client: answers in order, a clock that only waits move, tokens that are counted."""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from station.links.graph.client import Exchange, GraphClient
from station.links.graph.pacer import Pacer, Rates
from station.links.graph.wire import Answer, AnswerLost, NotSent
from tests.hand_clock import HandClock, HandDeadline

GRAPH = "https://graph.test"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Sent:
    """One request as the wire got it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    at: float


Step = Answer | type[AnswerLost] | type[NotSent] | Callable[[Sent], Answer]


class ScriptedWire:
    """Answers in the order of the script; an empty script is a test that asked once too often."""

    def __init__(self, clock: HandClock, steps: Iterable[Step]) -> None:
        self._clock = clock
        self._steps = list(steps)
        self.sent: list[Sent] = []

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float) -> Answer:
        sent = Sent(method, url, headers, json.loads(body) if body else None, self._clock.monotonic())
        self.sent.append(sent)
        step = self._steps.pop(0)
        if isinstance(step, Answer):
            return step
        if isinstance(step, type):
            raise step("graph.unreachable", "scripted")
        return step(sent)


@dataclass
class CountedTokens:
    """A token source that notes what it was asked."""

    app_only: bool = False
    asked: list[tuple[tuple[str, ...], str | None, bool]] = field(default_factory=list)

    def token(self, scopes: tuple[str, ...], claims: str | None = None, renew: bool = False) -> str:
        self.asked.append((scopes, claims, renew))
        return f"token-{len(self.asked)}"


@dataclass
class Rig:
    """A client with everything around it that a test wants to look at."""

    client: GraphClient
    wire: ScriptedWire
    clock: HandClock
    tokens: CountedTokens
    exchanges: list[Exchange]

    def deadline(self, seconds: float = 3600.0) -> HandDeadline:
        return HandDeadline(self.clock, seconds)


def rig(*steps: Step, rates: Rates | None = None, app_only: bool = False) -> Rig:
    """A client over a script. Rates are high unless the test is about them."""
    clock = HandClock(NOON)
    wire = ScriptedWire(clock, steps)
    tokens = CountedTokens(app_only)
    exchanges: list[Exchange] = []
    pacer = Pacer(clock, rates or Rates(reads=1e6, writes=1e6, burst=1000))
    client = GraphClient(GRAPH, wire, tokens, pacer, exchanges.append, random.Random(1))
    return Rig(client, wire, clock, tokens, exchanges)


def ok(body: Any = None, status: int = 200, **headers: str) -> Answer:
    """A good answer."""
    sent = b"" if body is None else json.dumps(body).encode()
    return Answer(status, {k.replace("_", "-"): v for k, v in headers.items()}, sent)


def refused(status: int, message: str = "", code: str = "Failed", **headers: str) -> Answer:
    """An answer with Graph's error envelope."""
    return ok({"error": {"code": code, "message": message, "innerError": {"request-id": "r-1"}}}, status, **headers)


def intune_refused(status: int, message: str, retry_after: int | None = None) -> Answer:
    """An answer with Intune's JSON inside a string."""
    nested = {"_version": 3, "Message": f"{message} - Operation ID (for customer support): x - Activity ID: "
              "11111111-2222-3333-4444-555555555555 - Url: https://x", "RetryAfter": retry_after}
    return refused(status, json.dumps(nested), "BadRequest")
