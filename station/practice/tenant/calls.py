"""One call of Graph as the handlers see it, and what is kept of every request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from station.practice.tenant.contract import Route
from station.practice.tenant.http import Request
from station.practice.tenant.odata import Filter


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: the claims of an access token that matter."""

    app_only: bool
    scopes: frozenset[str]
    upn: str
    object_id: str
    token_id: str
    capabilities: frozenset[str]
    level: int


@dataclass(frozen=True, slots=True)
class Call:
    """A request that fits the contract. `path` is without version; `keys` are the ids in it."""

    request: Request
    route: Route
    version: str
    path: str
    keys: tuple[str, ...]
    body: Any
    principal: Principal
    filter: Filter | None
    root: str               # https://localhost:port/v1.0

    def option(self, name: str) -> str | None:
        """A query option without its dollar sign."""
        return self.request.query.get(f"${name}")


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """What is kept of a request: never its token. `seconds` is bench time since an arbitrary start."""

    method: str
    path: str               # with version, without query
    query: Mapping[str, str]
    route: str
    scope: str              # scopes of the token, space-separated
    status: int
    at: datetime
    seconds: float
    in_batch: bool
    client_request_id: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A request that does not fit the published contract.

    `kind`: unknown-route, unknown-property, wrong-type, bad-enum-word, null, query-option, content-type, not-json, missing-scope,
    batch, server-bug.
    """

    kind: str
    method: str
    path: str
    detail: str


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait that the service asked for: bench seconds from `seconds` on (None: it did not say how long)."""

    seconds: float
    wait: float | None
    status: int
