"""Errors as the services word them. Intune puts JSON into the message (facts: tenant §1.1), Entra does not."""

import json
import uuid
from collections.abc import Mapping

from station.practice.tenant.http import Answer

_CODES = {400: "BadRequest", 401: "InvalidAuthenticationToken", 403: "Forbidden", 404: "ResourceNotFound", 409: "Conflict",
          413: "RequestEntityTooLarge", 415: "UnsupportedMediaType", 429: "TooManyRequests", 500: "InternalServerError",
          501: "NotImplemented", 503: "ServiceUnavailable", 504: "GatewayTimeout"}


def intune_error(status: int, message: str, *, retry_after: int | None = None, headers: Mapping[str, str] | None = None,
                 code: str = "") -> Answer:
    """An error of Intune: `message` is JSON inside a string, with line breaks as the service sends them."""
    activity = uuid.uuid4()
    inner = {
        "_version": 3,
        "Message": f"{message} - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000 - Activity ID: "
                   f"{activity} - Url: https://fef.msub01.manage.microsoft.com/practice",
        "CustomApiErrorPhrase": "", "RetryAfter": retry_after, "ErrorSourceService": "", "HttpHeaders": "{}"}
    text = json.dumps(inner, indent=2).replace("\n", "\r\n")
    return Answer(status, {"error": {"code": code or _CODES.get(status, "UnknownError"), "message": text}}, headers or {})


def graph_error(status: int, message: str, *, code: str = "", headers: Mapping[str, str] | None = None) -> Answer:
    """An error of Graph itself or of Entra."""
    return Answer(status, {"error": {"code": code or _CODES.get(status, "UnknownError"), "message": message}}, headers or {})


def not_found(path: str, key: str) -> Answer:
    """404 for an entity that is not there, in the words of the service behind the path."""
    if path.startswith("/deviceManagement"):
        return intune_error(404, f"The resource with id {key} was not found")
    return graph_error(404, f"Resource '{key}' does not exist or one of its queried reference-property objects are not present.",
                       code="Request_ResourceNotFound")


def bad_request(path: str, message: str) -> Answer:
    """400 in the words of the service behind the path."""
    return intune_error(400, message) if path.startswith("/deviceManagement") else graph_error(400, message)
