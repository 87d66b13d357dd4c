"""What Microsoft Graph publishes about the calls that the product uses, and the check of a value against it.

The facts come from `resources/schemas/graph.json` (types, enum words, routes, scopes, query options), which
`packaging/graph_contract.py` derives from the CSDL of v1.0, the beta SDK and the permissions reference. Pure; no I/O but
reading that file.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import resources

Version = str
NEVER = "0001-01-01T00:00:00Z"
_GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_DURATION = re.compile(r"^-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$")
_ZERO: dict[str, object] = {"Edm.Boolean": False, "Edm.Int32": 0, "Edm.Int64": 0, "Edm.Double": 0.0, "Edm.Byte": 0,
                            "Edm.DateTimeOffset": NEVER, "Edm.String": "", "Edm.Guid": "00000000-0000-0000-0000-000000000000"}


@dataclass(frozen=True, slots=True)
class Route:
    """One call of Graph. `path` has `{id}` for keys; `delegated` and `application` are the scopes any of which allows it."""

    name: str
    versions: tuple[Version, ...]
    method: str
    path: str
    body: str | Mapping[str, Any] | None
    returns: str | Mapping[str, Any] | None
    ok: tuple[int, ...]
    query: tuple[str, ...]
    delegated: tuple[str, ...]
    application: tuple[str, ...]

    @property
    def entity(self) -> str | None:
        """The bare name of the type that the call answers, of one or of many; None where it answers none."""
        given = self.returns.get("value") if isinstance(self.returns, Mapping) else self.returns
        return bare(given) if isinstance(given, str) else None


@dataclass(frozen=True, slots=True)
class Misfit:
    """One way in which a value does not fit: `kind` is unknown-property, wrong-type, bad-enum-word or null."""

    kind: str
    where: str
    detail: str


class Contract:
    """Types and routes of both versions, with the checks that need them."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._schemas = {v: data[v] for v in ("v1.0", "beta")}
        self.routes = tuple(Route(r["name"], tuple(r["versions"]), r["method"], r["path"], r["body"], r["returns"],
                                  tuple(r["ok"]), tuple(r["query"]), tuple(r["delegated"]), tuple(r["application"]))
                            for r in data["routes"])
        self._patterns = [(_pattern(r.path), r) for r in self.routes]
        self._properties: dict[tuple[Version, str], dict[str, str]] = {}

    def match(self, method: str, version: Version, path: str) -> tuple[Route, tuple[str, ...]] | None:
        """The route of a request path (without version) and the keys in it; None where the contract has none."""
        for pattern, route in self._patterns:
            if route.method == method and version in route.versions and (found := pattern.match(path)):
                return route, found.groups()
        return None

    def has_path(self, version: Version, path: str) -> bool:
        """Whether any method is known for the path in that version."""
        return any(version in r.versions and p.match(path) for p, r in self._patterns)

    def _type(self, version: Version, name: str) -> Mapping[str, Any] | None:
        for schema in (self._schemas[version], self._schemas["v1.0"]):
            if name in schema["types"]:
                found: Mapping[str, Any] = schema["types"][name]
                return found
        return None

    def properties(self, version: Version, name: str) -> dict[str, str]:
        """Structural properties of a type with those it inherits: name → type (`[]` collection, `!` not nullable)."""
        key = (version, name)
        if key not in self._properties:
            found: dict[str, str] = {}
            for part in self._line(version, name):
                found = dict(part.get("properties", {})) | found
            self._properties[key] = found
        return self._properties[key]

    def navigation(self, version: Version, name: str) -> dict[str, str]:
        """Navigation properties of a type with those it inherits."""
        found: dict[str, str] = {}
        for part in self._line(version, name):
            found = dict(part.get("navigation", {})) | found
        return found

    def _line(self, version: Version, name: str) -> Iterator[Mapping[str, Any]]:
        """A type and its bases, most derived first."""
        current: str | None = name
        while current and (found := self._type(version, current)):
            yield found
            current = found.get("base")

    def derives(self, version: Version, name: str, base: str) -> bool:
        """Whether `name` is `base` or inherits from it."""
        current: str | None = name
        while current and current != base:
            current = (self._type(version, current) or {}).get("base")
        return current == base

    def knows(self, version: Version, name: str) -> bool:
        return self._type(version, name) is not None

    def words(self, version: Version, name: str) -> tuple[str, ...] | None:
        """Members of an enum; None where it is not an enum."""
        for schema in (self._schemas[version], self._schemas["v1.0"]):
            if name in schema["enums"]:
                return tuple(schema["enums"][name])
        return None

    def blank(self, version: Version, name: str) -> dict[str, Any]:
        """A value of a type with nothing told: null, or the zero of what may not be null (`0001-01-01…` for times)."""
        row: dict[str, Any] = {}
        for key, given in self.properties(version, name).items():
            if given.startswith("[]"):
                row[key] = []
            elif given.endswith("!"):
                words = self.words(version, bare(given))
                row[key] = words[0] if words else _ZERO.get(given.rstrip("!"))
            else:
                row[key] = None
        return row

    def misfits(self, version: Version, given: str, value: object, where: str = "") -> list[Misfit]:
        """Every way in which a JSON value does not fit the type `given`, in the order of the value."""
        if value is None:
            return [Misfit("null", where, f"{given} may not be null")] if given.endswith("!") else []
        name = given.rstrip("!")
        if name.startswith("[]"):
            if not isinstance(value, list):
                return [Misfit("wrong-type", where, f"expected a collection of {name[2:]}")]
            return [m for i, v in enumerate(value) for m in self.misfits(version, name[2:], v, f"{where}[{i}]")]
        if name.startswith("Edm."):
            return [] if _fits(name, value) else [Misfit("wrong-type", where, f"{value!r:.60} is no {name}")]
        words = self.words(version, bare(name))
        if words is not None:
            if isinstance(value, str) and value in words:
                return []
            return [Misfit("bad-enum-word", where, f"{value!r:.60} is no {bare(name)}")]
        return self._object_misfits(version, bare(name), value, where)

    def _object_misfits(self, version: Version, name: str, value: object, where: str) -> list[Misfit]:
        if not isinstance(value, Mapping):
            return [Misfit("wrong-type", where, f"expected an object of {name}")]
        told = value.get("@odata.type")
        if isinstance(told, str):
            derived = told.rpartition(".")[2]
            if not self.knows(version, derived) or not self.derives(version, derived, name):
                return [Misfit("wrong-type", where, f"{told:.80} is no {name}")]
            name = derived
        structural, navigation = self.properties(version, name), self.navigation(version, name)
        found: list[Misfit] = []
        for key, inner in value.items():
            place = f"{where}.{key}" if where else key
            if "@odata." in key or key.startswith("@"):
                continue
            if key in structural:
                found += self.misfits(version, structural[key], inner, place)
            elif key in navigation:
                found += self.misfits(version, navigation[key], inner, place)
            else:
                found.append(Misfit("unknown-property", place, f"{name} has no property {key!r:.60}"))
        return found


def bare(given: str) -> str:
    """`[]graph.device!` → `device`."""
    return given.rstrip("!").removeprefix("[]").removeprefix("graph.")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("^" + re.escape(path).replace(r"\{id\}", "([^/()']+)") + "$")


def _fits(name: str, value: object) -> bool:
    match name:
        case "Edm.Boolean":
            return isinstance(value, bool)
        case "Edm.Int32" | "Edm.Int64" | "Edm.Byte":
            return isinstance(value, int) and not isinstance(value, bool)
        case "Edm.Double" | "Edm.Single" | "Edm.Decimal":
            return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    match name:
        case "Edm.Guid":
            return bool(_GUID.match(value))
        case "Edm.DateTimeOffset":
            return _is_time(value)
        case "Edm.Duration":
            return bool(_DURATION.match(value))
        case "Edm.Binary":
            return is_binary(value)
    return True


def _is_time(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def is_binary(value: str) -> bool:
    """Whether a text is what Edm.Binary takes: padded base64 of the standard or the URL alphabet (OData JSON 4.01 §7.1)."""
    try:
        base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        return False
    return True


@cache
def contract() -> Contract:
    """The contract that ships with the program."""
    return Contract(json.loads(resources.text("schemas/graph.json")))
