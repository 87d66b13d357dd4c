"""What Graph answers when it refuses, as values and as errors of the house. Facts: tenant §1.1 (error envelope), §2.2, §3.6."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from station.links.graph.request import GraphRequest
from station.model.errors import Cancelled, HoloBenchError, LinkError, LinkLost, NotFound, OverBudget, SignInNeeded


class GraphError(LinkError):
    """Graph answered with an error. `status` is the HTTP status, `said` the plain message, `error_code` Graph's own word."""

    def __init__(self, code: str, detail: str = "", *, status: int = 0, said: str = "", error_code: str = "",
                 request_id: str = "", activity_id: str = "") -> None:
        super().__init__(code, detail)
        self.status = status
        self.said = said
        self.error_code = error_code
        self.request_id = request_id
        self.activity_id = activity_id


class OutcomeUnknown(LinkError):
    """A request that must not be asked twice was sent and its answer lost: the caller reads back before anything else.

    `retry_after` is the wait in bench seconds that the service asked for, 0 where it asked for none.
    """

    def __init__(self, request: GraphRequest, detail: str, retry_after: float = 0.0) -> None:
        super().__init__("graph.outcome-unknown", f"{request.route.name}: {detail}")
        self.request = request
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The error envelope, with Intune's JSON inside a string taken out of it."""

    code: str = ""
    message: str = ""
    activity_id: str = ""
    request_id: str = ""
    retry_after: float | None = None


_TAIL = " - Operation ID"
_ACTIVITY = re.compile(r"Activity ID: ([0-9a-fA-F-]{36})")
_SEGMENT = re.compile(r"Resource not found for the segment", re.IGNORECASE)


def read_error(body: Any) -> ErrorBody:
    """The error of an answer's JSON body; empty fields where it has none."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return ErrorBody()
    inner = error.get("innerError") or error.get("innererror")
    request_id = str(inner.get("request-id") or "") if isinstance(inner, Mapping) else ""
    message = str(error.get("message") or "")
    retry_after = None
    try:
        nested = json.loads(message)
    except ValueError:
        nested = None
    if isinstance(nested, Mapping):
        message = str(nested.get("Message") or "")
        retry_after = seconds(nested.get("RetryAfter"), None)
    activity = _ACTIVITY.search(message)
    return ErrorBody(str(error.get("code") or ""), message.split(_TAIL)[0].strip(), activity[1] if activity else "",
                     request_id, retry_after)


def seconds(value: object, now: datetime | None) -> float | None:
    """A Retry-After as seconds from `now`: a number, or an HTTP date; None where there is none or it cannot be read."""
    text = str(value).strip() if value is not None else ""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds()) if now else None


def claims_of(challenge: str) -> str | None:
    """The claims (JSON text) of a `WWW-Authenticate` header with a claims challenge; None where there is none."""
    found = re.search(r'claims="([^"]+)"', challenge)
    if not found:
        return None
    try:
        text = base64.b64decode(found[1] + "=" * (-len(found[1]) % 4), validate=False).decode("utf-8")
        json.loads(text)
    except (binascii.Error, ValueError):
        return None
    return text


SESSION_FAULTS = frozenset({"graph.sign-in-needed", "graph.session-expired", "graph.conditional-access", "graph.mfa"})
"""Sign-in faults that concern every request; any other (a missing right, a feature for people only) concerns one route."""


def concerns_all(error: HoloBenchError) -> bool:
    """Whether an error is about the connection or the session as a whole, so that asking elsewhere is pointless."""
    return isinstance(error, LinkLost | OverBudget | Cancelled) or error.code in SESSION_FAULTS


def refusal(request: GraphRequest, status: int, body: Any, app_only: bool = False) -> HoloBenchError:
    """The error of an answer that is not good, by the table of statuses."""
    error = read_error(body)
    detail = " · ".join(part for part in (f"HTTP {status}", request.route.name, error.code, error.message[:300]) if part)
    if status == 403:
        scopes = request.route.rights(app_only)
        return SignInNeeded("graph.forbidden", f"{detail} · scope {', '.join(scopes)}", scopes=scopes)
    if status == 401:
        return SignInNeeded("graph.session-expired", detail)
    if status == 404:
        return NotFound("graph.not-found", detail)
    absent = status == 400 and _SEGMENT.search(error.message)
    code = "graph.not-in-cloud" if absent else _CODES.get(status, "graph.service" if status >= 500 else "graph.refused")
    return GraphError(code, detail, status=status, said=error.message, error_code=error.code, request_id=error.request_id,
                      activity_id=error.activity_id)


_CODES = {429: "graph.throttled", 409: "graph.busy", 413: "graph.too-large"}
