"""Requests and answers as values, and the HTTP/1.1 wording of them."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_COMPRESS_FROM = 2048


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came. Header names are lower case; `path` is decoded; `query` keeps the last of doubled keys."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> "Request":
        """Take a request target such as `/v1.0/devices?$top=5` apart."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return cls(method, target, unquote(parts.path), query, headers, body)

    @property
    def form(self) -> dict[str, str]:
        """The body as `application/x-www-form-urlencoded`."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `content` is JSON (anything but bytes), bytes, or None for an empty body.

    `cut` closes the connection instead of answering; `delay` is in wall seconds.
    """

    status: int = 200
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json; charset=utf-8"
    cut: bool = False
    delay: float = 0.0

    def payload(self) -> bytes:
        """The bytes of the body."""
        if self.content is None:
            return b""
        if isinstance(self.content, bytes):
            return self.content
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode()

    def wire(self, request: Request, *, keep: bool) -> bytes:
        """The whole answer in HTTP/1.1, gzipped where the request accepts it and it pays."""
        body, headers = self.payload(), dict(self.headers)
        if len(body) >= _COMPRESS_FROM and "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        if body:
            headers.setdefault("Content-Type", self.kind)
        if self.status != HTTPStatus.NO_CONTENT:
            headers["Content-Length"] = str(len(body))
        headers["Connection"] = "keep-alive" if keep else "close"
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unknown"
        head = f"HTTP/1.1 {self.status} {phrase}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
        return head.encode("latin-1") + (b"" if request.method == "HEAD" else body)


def page(html: str, status: int = 200) -> Answer:
    """An HTML page."""
    return Answer(status, html.encode(), kind="text/html; charset=utf-8")


def redirect(to: str) -> Answer:
    """A 302 to another address."""
    return Answer(302, None, {"Location": to})
