"""The Graph client: one paced, retrying, cancellable way to send a `GraphRequest`. Rules: facts, tenant §2.2 and §3.6.

    429                        was not carried out: any method is asked again after Retry-After, else 2, 4, 8 … 60 s ± 25 %
    500, 502, 503, 504, cut    GET, DELETE and other repeatable routes are asked again; others raise OutcomeUnknown
    never connected            nothing was sent: asked again
    401                        the token is renewed once, with the claims of a challenge; then SignInNeeded
    403, other 4xx             never repeated
"""

import json
import random
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from station.links.graph.failures import OutcomeUnknown, claims_of, read_error, refusal, seconds
from station.links.graph.pacer import Pacer, pause
from station.links.graph.request import GraphRequest, Json
from station.links.graph.routes import Route
from station.links.graph.wire import READ_SECONDS, Answer, AnswerLost, NotSent, Wire
from station.model.errors import DataError, HoloBenchError, LinkError, SignInNeeded
from station.model.timing import Deadline

TRIES = 8
BACK_OFF = (2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
JITTER = 0.25
PAGES = 1_000
_PASSING = frozenset({500, 502, 503, 504})


class TokenSource(Protocol):
    """Gives access tokens without ever asking a person."""

    @property
    def app_only(self) -> bool:
        """Whether the station signs in as itself."""

    def token(self, scopes: tuple[str, ...], claims: str | None = None, renew: bool = False) -> str:
        """A token that carries the scopes. Raises SignInNeeded where only a person can help."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what became of it, for the journal and the support bundle: ids and statuses, no bodies, no tokens.

    `status` is 0 where no answer came; `seconds` is wall time; `wait` the bench seconds that the service asked for.
    """

    route: str
    method: str
    path: str
    attempt: int
    status: int
    client_request_id: str
    request_id: str
    date: str
    seconds: float
    wait: float = 0.0
    detail: str = ""


Observer = Callable[[Exchange], None]


def unobserved(exchange: Exchange) -> None:
    """The observer of whoever wants none."""


class GraphClient:
    """Sends requests for one tenant. Thread-safe. Nothing here ever opens a window: it raises SignInNeeded instead."""

    def __init__(self, graph: str, wire: Wire, tokens: TokenSource, pacer: Pacer, observer: Observer = unobserved,
                 rng: random.Random | None = None) -> None:
        self.graph = graph
        self.pacer = pacer
        self._wire = wire
        self._tokens = tokens
        self._observer = observer
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography

    def call(self, request: GraphRequest, deadline: Deadline) -> Json:
        """Send a request and return the JSON of its answer ({} where it has none).

        Raises OutcomeUnknown (a non-repeatable request whose answer was lost), GraphError (refused, throttled too long, service
        down), NotFound (404), SignInNeeded (401, 403, scope missing), LinkLost (unreachable), OverBudget, Cancelled, DataError.
        """
        answer = self._answer(request, request.url(self.graph), deadline)
        return _json(request, answer)

    def pages(self, request: GraphRequest, deadline: Deadline) -> Iterator[list[Json]]:
        """The pages of a list, one `value` at a time. Raises DataError `graph.paging` where a page points back or elsewhere."""
        url, seen = request.url(self.graph), set[str]()
        while url:
            if url in seen or len(seen) >= PAGES or not url.startswith(f"{self.graph}/{request.route.version}/"):
                raise DataError("graph.paging", f"{request.route.name} after {len(seen)} pages")
            seen.add(url)
            body = _json(request, self._answer(request, url, deadline))
            value = body.get("value")
            if not isinstance(value, list):
                raise DataError("graph.bad-answer", f"{request.route.name}: no list of values")
            yield value
            url = str(body.get("@odata.nextLink") or "")

    def rows(self, request: GraphRequest, deadline: Deadline) -> list[Json]:
        """All rows of a list, all pages read."""
        return [row for page in self.pages(request, deadline) for row in page]

    def post_raw(self, request: GraphRequest, body: Mapping[str, Any], count: int, deadline: Deadline) -> Json:
        """Send a request that stands for `count` others (a batch) with a body made elsewhere."""
        whole = GraphRequest(request.route, request.ids, request.query, body, request.eventual)
        return _json(whole, self._answer(whole, whole.url(self.graph), deadline, count))

    @property
    def app_only(self) -> bool:
        """Whether the station signs in as itself."""
        return self._tokens.app_only

    def check_rights(self, routes: Iterable[Route]) -> None:
        """Find out before anything is sent whether the sign-in reaches these routes. Raises SignInNeeded where it does not.

        An app's own rights are told by the service's answers only; of those, just what needs a person is found out here.
        """
        for scopes in dict.fromkeys(self._scopes(route) for route in routes):
            self._tokens.token(scopes)

    def _scopes(self, route: Route) -> tuple[str, ...]:
        scopes = route.app_scopes if self.app_only else route.scopes
        if scopes is None:
            raise SignInNeeded("graph.person-needed", route.name)
        return scopes

    def back_off(self, tries: int) -> float:
        """Bench seconds to wait after so many tries where the service named none."""
        return BACK_OFF[min(tries, len(BACK_OFF)) - 1] * self._rng.uniform(1 - JITTER, 1 + JITTER)

    def _answer(self, request: GraphRequest, url: str, deadline: Deadline, count: int = 1) -> Answer:
        """Ask until there is an answer that is good or final."""
        state = _Asking(request, url, count)
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES
            try:
                answer = self._once(state, attempt, deadline)
            except NotSent:
                if last:
                    raise
            except AnswerLost as error:
                if not request.route.repeatable:
                    raise OutcomeUnknown(request, "the connection was cut before the answer") from error
                if last:
                    raise
            else:
                if answer.status in request.route.good:
                    return answer
                self._judge(state, answer, attempt, last)
                continue
            pause(self.back_off(attempt), self.pacer.clock, deadline)
        raise LinkError("graph.throttled", request.route.name)

    def _judge(self, state: "_Asking", answer: Answer, attempt: int, last: bool) -> None:
        """Return where the request may be asked again (the pacer is closed for the wait), raise where it may not."""
        request, body = state.request, _loads(answer.body)
        error = refusal(request, answer.status, body, self.app_only)
        if answer.status == 401:
            state.renew(answer, error)
            return
        state.let_in()
        if answer.status == 429 and request.route.own_limit:
            raise error
        if answer.status != 429 and answer.status not in _PASSING:
            raise error
        wait = self._asked_wait(answer, body)
        if wait is not None or answer.status in (429, 503):
            self.pacer.close_for(wait if wait is not None else self.back_off(attempt))
        if answer.status != 429 and not request.route.repeatable:
            raise OutcomeUnknown(request, f"HTTP {answer.status}", wait or 0.0) from error
        if last:
            raise error

    def _asked_wait(self, answer: Answer, body: Any) -> float | None:
        asked = seconds(answer.headers.get("retry-after"), self.pacer.clock.now())
        return asked if asked is not None else read_error(body).retry_after

    def _once(self, state: "_Asking", attempt: int, deadline: Deadline) -> Answer:
        request, client_id = state.request, str(uuid.uuid4())
        scopes = self._scopes(request.route)
        body = None if request.body is None else json.dumps(request.body, ensure_ascii=False).encode()
        with self.pacer.turn(request.route.writes, deadline, state.count):
            token = self._token(scopes, state)
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "client-request-id": client_id}
            if body is not None:
                headers["Content-Type"] = "application/json"
            if request.eventual:
                headers["ConsistencyLevel"] = "eventual"
            before = deadline.remaining()
            try:
                answer = self._wire.send(request.route.method, state.url, headers, body, deadline.share(READ_SECONDS))
            except HoloBenchError as error:
                self._observe(request, attempt, Answer(0), client_id, before - deadline.remaining(), error.detail)
                raise
        self._observe(request, attempt, answer, client_id, before - deadline.remaining(), "")
        return answer

    def _token(self, scopes: tuple[str, ...], state: "_Asking") -> str:
        """A token. Whatever is lost while asking for it, the request itself was not sent yet."""
        try:
            token = self._tokens.token(scopes, state.claims, state.renewing)
        except AnswerLost as error:
            raise NotSent(error.code, error.detail) from error
        state.renewing = False
        return token

    def _observe(self, request: GraphRequest, attempt: int, answer: Answer, client_id: str, took: float, detail: str) -> None:
        wait = self._asked_wait(answer, _loads(answer.body)) if answer.status in (429, 503) else None
        self._observer(Exchange(
            request.route.name, request.route.method, f"/{request.route.version}{request.path}", attempt, answer.status,
            client_id, answer.headers.get("request-id", ""), answer.headers.get("date", ""), round(took, 4), wait or 0.0, detail))


class _Asking:
    """What changes while one request is asked again: the token's claims and whether it was renewed already."""

    def __init__(self, request: GraphRequest, url: str, count: int) -> None:
        self.request = request
        self.url = url
        self.count = count
        self.claims: str | None = None
        self.renewing = False
        self._renewed = False

    def renew(self, answer: Answer, error: HoloBenchError) -> None:
        """Take note of a 401: once the token is renewed, a second time in a row a person must sign in."""
        if self._renewed:
            raise error
        self._renewed = self.renewing = True
        self.claims = claims_of(answer.headers.get("www-authenticate", ""))

    def let_in(self) -> None:
        """The token was good this time; should it end during the wait, it may be renewed again."""
        self._renewed = False


def _loads(body: bytes) -> Any:
    try:
        return json.loads(body) if body else {}
    except ValueError:
        return {}


def _json(request: GraphRequest, answer: Answer) -> Json:
    if not answer.body or answer.status in (204, 404):
        return {}
    try:
        body = json.loads(answer.body)
    except ValueError as error:
        if not request.route.repeatable:
            raise OutcomeUnknown(request, "the answer is not JSON") from error
        raise DataError("graph.bad-answer", f"{request.route.name}: not JSON") from error
    if not isinstance(body, dict):
        raise DataError("graph.bad-answer", f"{request.route.name}: not an object")
    return body
