"""The check of a request against the contract: route, scopes, query options, body. What does not fit is refused as by Graph."""

import json
from typing import Any

from station.practice.tenant.answers import bad_request, graph_error, intune_error
from station.practice.tenant.calls import Call, Principal
from station.practice.tenant.contract import Contract, Misfit, Route, is_binary
from station.practice.tenant.http import Answer, Request
from station.practice.tenant.odata import BadFilter, Filter, names, parse_filter

_LARGEST_PAGE = {"/deviceManagement": 1000, "": 999}


class Misfitting(Exception):
    """The request does not fit: its kind, what about it, and the service's answer."""

    def __init__(self, kind: str, detail: str, answer: Answer) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind, self.detail, self.answer = kind, detail, answer


class Inspector:
    """Makes a `Call` of a request, or raises Misfitting."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def inspect(self, request: Request, version: str, path: str, principal: Principal, root: str) -> Call:
        """Check everything that the contract tells about the request."""
        found = self._contract.match(request.method, version, path)
        if found is None:
            raise self._unknown(request, version, path)
        route, keys = found
        self._check_scopes(route, path, principal)
        parsed = self._check_query(route, version, path, request)
        body = self._check_body(route, version, path, request)
        return Call(request, route, version, path, keys, body, principal, parsed, root)

    def _unknown(self, request: Request, version: str, path: str) -> Misfitting:
        segment = path.rstrip("/").rpartition("/")[2]
        if self._contract.has_path(version, path):
            return Misfitting("unknown-route", f"{request.method} is not known here", Answer(405))
        return Misfitting("unknown-route", f"no such path in {version}",
                          graph_error(400, f"Resource not found for the segment '{segment}'."))

    def _check_scopes(self, route: Route, path: str, principal: Principal) -> None:
        allowed = route.application if principal.app_only else route.delegated
        if route.name == "batch" or principal.scopes & set(allowed):
            return
        if route.name == "me.get" and principal.app_only:
            answer = graph_error(400, "/me request is only valid with delegated authentication flow.")
        elif path.startswith("/deviceManagement"):
            answer = intune_error(
                403, "Application is not authorized to perform this operation. Application must have one of the following "
                     f"scopes: {', '.join(allowed)}")
        else:
            answer = graph_error(403, "Insufficient privileges to complete the operation.", code="Authorization_RequestDenied")
        raise Misfitting("missing-scope", f"{route.name} needs one of {', '.join(allowed) or 'none at all'}", answer)

    def _check_query(self, route: Route, version: str, path: str, request: Request) -> Filter | None:
        for option in request.query:
            plain = option.removeprefix("$")
            if not option.startswith("$") or (plain != "skiptoken" and plain not in route.query):
                raise Misfitting("query-option", f"{option} on {route.name}",
                                 bad_request(path, f"Query option '{option}' is not allowed."))
        entity = route.entity
        if entity is None:
            return None
        for option in ("select", "expand", "orderby"):
            self._check_names(option, request, version, path, entity)
        self._check_numbers(request, path)
        return self._check_filter(request.query.get("$filter"), version, path, entity)

    def _check_names(self, option: str, request: Request, version: str, path: str, entity: str) -> None:
        given = request.query.get(f"${option}")
        if given is None:
            return
        known = set(self._contract.navigation(version, entity))
        if option != "expand":
            known |= set(self._contract.properties(version, entity)) | {"id"}
        for name in names(given):
            name = name.partition(" ")[0] if option == "orderby" else name
            if name not in known:
                raise self._no_property(name, entity, path)

    def _no_property(self, name: str, entity: str, path: str) -> Misfitting:
        text = f"Could not find a property named '{name}' on type 'microsoft.graph.{entity}'."
        return Misfitting("unknown-property", text, bad_request(path, f"Parsing OData Select and Expand failed: {text}"))

    def _check_numbers(self, request: Request, path: str) -> None:
        largest = next(v for k, v in _LARGEST_PAGE.items() if path.startswith(k))
        for option, least, most in (("$top", 1, largest), ("$skip", 0, 10**9)):
            given = request.query.get(option)
            if given is not None and not (given.isdigit() and least <= int(given) <= most):
                raise Misfitting("query-option", f"{option}={given}", bad_request(path, f"Invalid value for {option}."))

    def _check_filter(self, text: str | None, version: str, path: str, entity: str) -> Filter | None:
        if text is None:
            return None
        try:
            parsed = parse_filter(text)
        except BadFilter as error:
            raise Misfitting("query-option", f"$filter={text}", bad_request(path, f"Invalid filter clause: {error}")) from error
        unknown = parsed.properties - set(self._contract.properties(version, entity)) - {"id"}
        if unknown:
            raise self._no_property(sorted(unknown)[0], entity, path)
        return parsed

    def _check_body(self, route: Route, version: str, path: str, request: Request) -> Any:
        if not request.body:
            if route.body is not None and route.method in ("POST", "PATCH"):
                raise Misfitting("not-json", "the body is missing", bad_request(path, "Empty Payload. JSON content expected."))
            return None
        if "json" not in request.headers.get("content-type", ""):
            raise Misfitting("content-type", request.headers.get("content-type", "none"),
                             graph_error(415, "The content-type must be application/json."))
        try:
            body = json.loads(request.body)
        except ValueError as error:
            raise Misfitting("not-json", str(error), bad_request(path, "Unable to read JSON request payload.")) from error
        misfits = self._body_misfits(route, version, body)
        if misfits:
            first = misfits[0]
            raise Misfitting(first.kind, f"{first.where}: {first.detail}", bad_request(path, _as_odata(first, body)))
        return body

    def _body_misfits(self, route: Route, version: str, body: Any) -> list[Misfit]:
        if isinstance(route.body, str):
            return self._contract.misfits(version, route.body, body)
        if not isinstance(body, dict):
            return [Misfit("wrong-type", "", "expected an object")]
        parameters = dict(route.body or {})
        found = [Misfit("unknown-property", k, f"{route.name} takes no {k!r:.60}") for k in body if k not in parameters]
        for name, given in parameters.items():
            if name in body and isinstance(given, str):
                found += self._contract.misfits(version, given, body[name], name)
        return found


def _as_odata(misfit: Misfit, body: Any) -> str:
    if misfit.detail.endswith("Edm.Binary"):
        return f"Cannot convert the literal '{_bad_binary(body):.60}' to the expected type 'Edm.Binary'."
    if misfit.kind == "unknown-property":
        name = misfit.where.rpartition(".")[2]
        return (f"The property '{name}' does not exist on type 'microsoft.graph'. Make sure to only use property names that are "
                "defined by the type.")
    return f"Cannot convert a value to target type: {misfit.where} {misfit.detail}"


def _bad_binary(value: Any) -> str:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "hardwareIdentifier" and isinstance(inner, str) and not is_binary(inner):
                return inner
            if found := _bad_binary(inner):
                return found
    elif isinstance(value, list):
        return next((found for inner in value if (found := _bad_binary(inner))), "")
    return ""
