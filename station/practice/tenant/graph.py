"""Microsoft Graph of the virtual tenant: the way of every request from its token to its handler, with the quirks on that way.

Order: token, claims gate, throttling and outages, contract, handler, and what may go wrong after the work was done.
"""

import logging
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from email.utils import format_datetime

from station.practice.tenant import tokens
from station.practice.tenant.answers import bad_request, graph_error, intune_error
from station.practice.tenant.batch import answer_batch
from station.practice.tenant.calls import Call, LoggedRequest, Pause, Principal, Violation
from station.practice.tenant.challenge import ClaimsGate
from station.practice.tenant.contract import contract
from station.practice.tenant.http import Answer, Request
from station.practice.tenant.inspection import Inspector, Misfitting
from station.practice.tenant.limits import Limits
from station.practice.tenant.state import TenantState

log = logging.getLogger(__name__)

Handler = Callable[[Call], Answer]
_SLOW = (2.0, 8.0)          # bench seconds of a slow answer
_FRESH = 10                 # requests for which a token is good at least
_BETA_FAMILIES = ("/deviceManagement/windowsAutopilot", "/deviceManagement/autopilotEvents", "/policies/mobile")
_THROTTLES = ("throttle", "throttle-silent", "throttle-in-message", "throttle-date", "unavailable")


class Unauthorized(Exception):
    """The token does not open this door: the answer says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class GraphService:
    """Answers requests under `/v1.0` and `/beta`, keeps the log of them and what did not fit."""

    def __init__(self, state: TenantState, gate: ClaimsGate, handlers: Mapping[str, Handler], base_url: str,
                 authority: str, *, retry_after: tuple[int, int], check_answers: bool) -> None:
        self._state, self._gate, self._handlers = state, gate, handlers
        self._base_url, self._authority = base_url, authority
        self._retry_after, self._check_answers = retry_after, check_answers
        self._inspector = Inspector(contract())
        self._limits = Limits()
        self._uses: Counter[str] = Counter()
        self._expired: set[str] = set()
        self.requests: list[LoggedRequest] = []
        self.violations: list[Violation] = []
        self.pauses: list[Pause] = []
        self.held_back = 0.0
        """Bench seconds by which slow answers were held back, all together."""

    def handle(self, request: Request) -> Answer:
        """Answer one request that came over the wire."""
        with self._state.lock:
            self._state.settle()
            if self._strikes("cut-before"):
                return Answer(cut=True)
            answer = self._answered(request, in_batch=False)
            answer = self._afterwards(request, answer)
        return replace(answer, headers=self._usual_headers(request) | dict(answer.headers))

    def answer_inner(self, request: Request) -> Answer:
        """Answer one request of a batch; the outer one was authorized."""
        return self._answered(request, in_batch=True)

    def _strikes(self, name: str) -> bool:
        return self._state.strikes.strikes(name)

    def _usual_headers(self, request: Request) -> dict[str, str]:
        headers = {"request-id": str(uuid.uuid4()), "Date": format_datetime(self._state.moment(), usegmt=True)}
        given = request.headers.get("client-request-id")
        return headers | ({"client-request-id": given} if given else {})

    def _answered(self, request: Request, *, in_batch: bool) -> Answer:
        version, path = _split(request.path)
        route, scopes = "", ""
        try:
            principal = self._principal(request)
            scopes = " ".join(sorted(principal.scopes))
            answer = self._troubled(request, version, path, in_batch)
            if answer is None:
                call = self._inspector.inspect(request, version, path, principal, f"{self._base_url}/{version}")
                route = call.route.name
                answer = self._carried_out(call, in_batch)
        except Unauthorized as refusal:
            answer = refusal.answer
        except Misfitting as misfit:
            self._violated(misfit.kind, request, misfit.detail)
            answer = misfit.answer
        self._log(request, route, scopes, answer, in_batch)
        return answer

    def _log(self, request: Request, route: str, scopes: str, answer: Answer, in_batch: bool) -> None:
        state = self._state
        self.requests.append(LoggedRequest(
            request.method, request.path, request.query, route, scopes, answer.status, state.moment(), state.seconds(),
            in_batch, request.headers.get("client-request-id", "")))

    def _violated(self, kind: str, request: Request, detail: str) -> None:
        self.violations.append(Violation(kind, request.method, request.path, detail))

    # The token.

    def _principal(self, request: Request) -> Principal:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized(graph_error(401, "Access token is empty.", headers={"WWW-Authenticate": "Bearer"}))
        try:
            claims = tokens.read(token)
        except tokens.BadToken as error:
            raise Unauthorized(self._bad_token("CompactToken parsing failed")) from error
        if claims.get("tid") != self._state.tenant_id or claims.get("aud") != self._base_url:
            raise Unauthorized(self._bad_token("Access token validation failure. Invalid audience."))
        principal = Principal(
            claims.get("idtyp") == "app", frozenset(claims.get("roles", ()) or str(claims.get("scp", "")).split()),
            str(claims.get("upn", "")), str(claims.get("oid", "")), str(claims["jti"]), frozenset(claims.get("xms_cc", ())),
            int(claims.get("practice_gate", 0)))
        if self._state.wall() >= claims["exp"] or self._ended(principal):
            raise Unauthorized(self._bad_token("Lifetime validation failed, the token is expired."))
        if "CP1" in principal.capabilities:
            if principal.level >= self._gate.level and self._strikes("claims-challenge"):
                self._gate.raise_level()
            if principal.level < self._gate.level:
                answer = self._bad_token("Continuous access evaluation resulted in challenge with result: InteractionRequired")
                raise Unauthorized(replace(answer, headers={"WWW-Authenticate": self._gate.header(self._authority)}))
        return principal

    def _ended(self, principal: Principal) -> bool:
        """Whether the token has ended before its time; a fresh one never has."""
        self._uses[principal.token_id] += 1
        if self._uses[principal.token_id] > _FRESH and self._strikes("token-expired"):
            self._expired.add(principal.token_id)
        return principal.token_id in self._expired

    def _bad_token(self, text: str) -> Answer:
        return graph_error(401, text, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})

    # Troubles before the work.

    def _troubled(self, request: Request, version: str, path: str, in_batch: bool) -> Answer | None:
        if version == "beta" and path.startswith(_BETA_FAMILIES) and self._state.strikes.dose("beta-absent").probability \
                and self._strikes("beta-absent"):
            return bad_request("", f"Resource not found for the segment '{path.rpartition('/')[2]}'.")
        if path != "/$batch" and self._strikes("rate-limit") and (wait := self._limits.wait(
                self._state.seconds(), request.method != "GET")):
            return self._throttled("rate-limit", path, wait)
        if in_batch:
            return self._throttled("throttle-in-batch", path) if self._strikes("throttle-in-batch") else None
        if request.method != "GET" and path.startswith("/deviceManagement") and self._strikes("role-missing"):
            return intune_error(403, "User is not authorized to perform this operation.")
        if request.method == "DELETE" and path.startswith("/devices/") and self._strikes("directory-role-missing"):
            return graph_error(403, "Insufficient privileges to complete the operation.", code="Authorization_RequestDenied")
        name = next((n for n in _THROTTLES if self._strikes(n)), None)
        return self._throttled(name, path) if name else None

    def _throttled(self, name: str, path: str, wait: int = 0) -> Answer:
        wait = wait or self._state.chance.randint(*self._retry_after)
        status = 503 if name == "unavailable" else 429
        silent, in_message = name == "throttle-silent", name == "throttle-in-message"
        self.pauses.append(Pause(self._state.seconds(), None if silent else float(wait), status))
        headers = {} if silent or in_message else {"Retry-After": str(wait)}
        if name == "throttle-date":
            headers["Retry-After"] = format_datetime(self._state.later_than(wait), usegmt=True)
        text = "Too Many Requests" if status == 429 else "Service unavailable"
        if path.startswith("/deviceManagement"):
            return intune_error(status, text, retry_after=wait if in_message else None, headers=headers)
        return graph_error(status, text, headers=headers)

    # The work, and troubles after it.

    def _carried_out(self, call: Call, in_batch: bool) -> Answer:
        if call.route.name == "batch":
            if in_batch:
                raise Misfitting("batch", "a batch within a batch", graph_error(400, "Batch requests cannot be nested."))
            return answer_batch(call, self.answer_inner)
        try:
            answer = self._handlers[call.route.name](call)
        except Exception as error:
            log.exception("the practice tenant has a bug in %s", call.route.name)
            self._violated("server-bug", call.request, "".join(traceback.format_exception(error)))
            return graph_error(500, f"{type(error).__name__}: {error}")
        if self._check_answers:
            self._check(call, answer)
        return answer

    def _check(self, call: Call, answer: Answer) -> None:
        """Hold our own answer against the contract."""
        if answer.status >= 400:
            return
        if answer.status not in call.route.ok:
            self._violated("server-bug", call.request, f"answered {answer.status}, the contract says {call.route.ok}")
        kind, content = call.route.returns, answer.content
        if isinstance(kind, str):
            found = contract().misfits(call.version, kind, content)
        elif isinstance(kind, Mapping) and isinstance(content, Mapping):
            found = [m for name, given in kind.items() if isinstance(given, str) and name in content
                     for m in contract().misfits(call.version, given, content[name], name)]
        else:
            found = []
        for misfit in found:
            self._violated("server-bug", call.request, f"answer: {misfit.where}: {misfit.detail}")

    def _afterwards(self, request: Request, answer: Answer) -> Answer:
        if answer.status < 400 and request.method == "POST" and self._strikes("cut-after-post"):
            return Answer(cut=True)
        if answer.status < 400 and self._strikes("timeout-after"):
            return graph_error(504, "Gateway timeout")
        if self._strikes("slow"):
            seconds = self._state.chance.uniform(*_SLOW)
            self.held_back += seconds
            return replace(answer, delay=seconds / self._state.clock.speed)
        return answer


def _split(path: str) -> tuple[str, str]:
    """`/v1.0/devices` → `v1.0`, `/devices`."""
    version, _, rest = path.lstrip("/").partition("/")
    return version, f"/{rest}"
