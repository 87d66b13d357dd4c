"""Request ids in the journal: what was changed in the tenant and what it refused, so that Microsoft's support can find it."""

from typing import Protocol

from station.links.graph.client import Exchange, Observer
from station.model.events import Draft, Noted
from station.model.timing import Clock

TOPIC = "graph"
_GOOD = range(200, 400)


class Notes(Protocol):
    """What is needed of the journal."""

    def append_later(self, draft: Draft) -> None:
        """Write with the next group commit."""


def journalled(notes: Notes, clock: Clock) -> Observer:
    """An observer that notes every request that changes something or fails; the hundreds of good readings are not kept."""
    def observe(exchange: Exchange) -> None:
        if exchange.method == "GET" and exchange.status in _GOOD:
            return
        notes.append_later(Draft(Noted(TOPIC, {
            "request": f"{exchange.method} {exchange.path}", "route": exchange.route, "status": str(exchange.status),
            "attempt": str(exchange.attempt), "client-request-id": exchange.client_request_id,
            "request-id": exchange.request_id, "date": exchange.date, "wait": f"{exchange.wait:g}", "detail": exchange.detail,
        }), clock.now()))
    return observe
