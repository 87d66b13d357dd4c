"""JSON batching: at most 20 requests, answered in another order than they came (facts: tenant §2.3)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from station.practice.tenant.answers import graph_error
from station.practice.tenant.calls import Call
from station.practice.tenant.http import Answer, Request
from station.practice.tenant.inspection import Misfitting

MOST = 20


def answer_batch(call: Call, answer: Callable[[Request], Answer]) -> Answer:
    """Answer every inner request with `answer`. Raises Misfitting where the batch itself is wrong."""
    inner = call.body.get("requests") if isinstance(call.body, Mapping) else None
    if not isinstance(inner, list) or not inner:
        raise _wrong("the array 'requests' is missing")
    if len(inner) > MOST:
        raise _wrong(f"{len(inner)} requests; at most {MOST} are allowed")
    keys = [one.get("id") for one in inner if isinstance(one, Mapping)]
    if len(keys) != len(inner) or len(set(keys)) != len(keys) or not all(isinstance(k, str) and k for k in keys):
        raise _wrong("every request needs an id of its own, a string")
    answers: dict[str, dict[str, Any]] = {}
    for one in inner:
        failed = [d for d in one.get("dependsOn") or [] if answers.get(d, {"status": 424})["status"] >= 400]
        if failed:
            answers[one["id"]] = {"id": one["id"], "status": 424, "body": graph_error(424, "Failed dependency").content}
        else:
            answers[one["id"]] = _shown(one["id"], answer(_request(call, one)))
    return Answer(200, {"responses": list(reversed(answers.values()))})


def _request(call: Call, one: Mapping[str, Any]) -> Request:
    url, headers = str(one.get("url", "")), {str(k).lower(): str(v) for k, v in (one.get("headers") or {}).items()}
    if not url.startswith("/") or "://" in url:
        raise _wrong(f"url {url!r:.60} is not relative to the version")
    body = one.get("body")
    if body is not None and "content-type" not in headers:
        raise _wrong("a request with a body needs the header Content-Type")
    outer = {k: v for k, v in call.request.headers.items() if k in ("authorization", "client-request-id")}
    return Request.of(str(one.get("method", "")).upper(), f"/{call.version}{url}", headers | outer,
                      b"" if body is None else json.dumps(body).encode())


def _shown(key: str, answer: Answer) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": key, "status": answer.status, "headers": dict(answer.headers)}
    if answer.content is not None:
        shown["headers"]["Content-Type"] = "application/json"
        shown["body"] = answer.content
    return shown


def _wrong(detail: str) -> Misfitting:
    return Misfitting("batch", detail, graph_error(400, f"Invalid batch payload format: {detail}"))
