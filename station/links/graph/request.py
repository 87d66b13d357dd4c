"""One request to Graph as a value: what is planned, shown in a dry run, sent and journalled is the same thing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from station.links.graph.routes import Route

Json = dict[str, Any]


def literal(text: str) -> str:
    """A text as OData string literal: quotes doubled (facts: tenant §1.2)."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """A request. `ids` fill the path of the route, `query` are OData options in order, `body` is JSON or None.

    `eventual` asks for advanced queries on directory objects (header `ConsistencyLevel: eventual`; facts: tenant §1.6).
    """

    route: Route
    ids: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = None
    eventual: bool = False

    @property
    def path(self) -> str:
        """Path below the version, with the query: what a batch and a log show."""
        path = self.route.path.format(*(quote(i, safe="") for i in self.ids))
        options = "&".join(f"{key}={quote(value, safe=_KEPT)}" for key, value in self.query)
        return f"{path}?{options}" if options else path

    def url(self, graph: str) -> str:
        """Full address at a Graph host."""
        return f"{graph}/{self.route.version}{self.path}"

    def line(self) -> str:
        """One line for a dry run: method, version and path, body; hashes shortened."""
        shown = f"{self.route.method} /{self.route.version}{self.path}"
        return shown if self.body is None else f"{shown} {json.dumps(_short(self.body), ensure_ascii=False)}"


_KEPT = "(),'$=/:"


def _short(value: Any) -> Any:
    """The body with long texts cut: a hardware hash is private (facts: tenant §4) and unreadable."""
    if isinstance(value, Mapping):
        return {k: _short(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_short(v) for v in value]
    if isinstance(value, str) and len(value) > _LONG:
        return f"{value[:12]}…{value[-4:]}"
    return value


_LONG = 200
