"""`$batch`: up to 20 requests in one round trip, paired by id, only the throttled ones asked again. Facts: tenant §2.3.

Only repeatable requests may travel in a batch: a lost answer then loses nothing. Each inner request counts for throttling as if
it had been sent alone, and for the pacer too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from station.links.graph.client import TRIES, GraphClient
from station.links.graph.failures import read_error, refusal, seconds
from station.links.graph.request import GraphRequest, Json
from station.links.graph.routes import Route
from station.model.errors import DataError, HoloBenchError
from station.model.timing import Deadline

SIZE = 20
_AGAIN = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What became of one request of a batch: `error` is None where its answer is good."""

    request: GraphRequest
    status: int
    body: Json = field(default_factory=dict)
    error: HoloBenchError | None = None


def batch(client: GraphClient, requests: Sequence[GraphRequest], deadline: Deadline) -> tuple[BatchAnswer, ...]:
    """Send requests 20 at a time and return their answers in the order of the requests.

    An inner failure stands in its answer and stops nothing. Raises what `GraphClient.call` raises for the round trip itself,
    ValueError where a request may not be repeated.
    """
    if any(not r.route.repeatable for r in requests):
        raise ValueError("a request that must not be repeated cannot travel in a batch")
    answers: dict[int, BatchAnswer] = {}
    for version in dict.fromkeys(r.route.version for r in requests):
        numbered = [(n, r) for n, r in enumerate(requests) if r.route.version == version]
        for at in range(0, len(numbered), SIZE):
            answers.update(_send(client, dict(numbered[at:at + SIZE]), deadline))
    return tuple(answers[n] for n in range(len(requests)))


def _send(client: GraphClient, waiting: dict[int, GraphRequest], deadline: Deadline) -> dict[int, BatchAnswer]:
    answers: dict[int, BatchAnswer] = {}
    for attempt in range(1, TRIES + 1):
        body = {"requests": [_inner(n, request) for n, request in waiting.items()]}
        whole = client.post_raw(GraphRequest(_route(list(waiting.values()))), body, len(waiting), deadline)
        longest, again = 0.0, dict[int, GraphRequest]()
        for n, status, headers, inner in _responses(whole, waiting):
            request = waiting[n]
            good = status in request.route.good
            error = None if good else refusal(request, status, inner, client.app_only)
            answers[n] = BatchAnswer(request, status, inner if good and isinstance(inner, dict) else {}, error)
            if status in _AGAIN:
                again[n] = request
                longest = max(longest, _wait(client, headers, inner, attempt))
        missing = waiting.keys() - answers.keys()
        again.update({n: waiting[n] for n in missing})
        if not again:
            break
        client.pacer.close_for(longest or client.back_off(attempt))
        waiting = again
    if waiting.keys() - answers.keys():
        raise DataError("graph.bad-answer", "batch: some requests were never answered")
    return answers


def _inner(n: int, request: GraphRequest) -> Json:
    inner: Json = {"id": str(n), "method": request.route.method, "url": request.path}
    headers = {"ConsistencyLevel": "eventual"} if request.eventual else {}
    if request.body is not None:
        inner["body"] = dict(request.body)
        headers["Content-Type"] = "application/json"
    return {**inner, "headers": headers} if headers else inner


def _route(requests: Sequence[GraphRequest]) -> Route:
    """The route of one batch: the scopes of all that is in it."""
    person = {scope for r in requests for scope in r.route.scopes}
    app = [r.route.app_scopes for r in requests]
    return Route("batch", requests[0].route.version, "POST", "/$batch", tuple(sorted(person)),
                 None if None in app else tuple(sorted({scope for scopes in app for scope in scopes or ()})),
                 reads=not any(r.route.writes for r in requests))


def _responses(whole: Json, waiting: Mapping[int, GraphRequest]) -> Iterator[tuple[int, int, Mapping[str, Any], Any]]:
    for response in whole.get("responses") or []:
        number = str(response.get("id", ""))
        if number.isdigit() and int(number) in waiting:
            yield int(number), int(response.get("status") or 0), response.get("headers") or {}, response.get("body") or {}


def _wait(client: GraphClient, headers: Mapping[str, Any], inner: Any, attempt: int) -> float:
    lower = {str(k).lower(): v for k, v in headers.items()}
    asked = seconds(lower.get("retry-after"), client.pacer.clock.now())
    asked = asked if asked is not None else read_error(inner).retry_after
    return asked if asked is not None else client.back_off(attempt)
