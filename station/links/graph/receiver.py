"""The loopback end of a browser sign-in: waits for the one answer that the browser posts back, and nothing else.

Redirect `http://localhost:<port>` on a port of its own (facts: tenant §3.2), answer by form post so that the code stays out of
the browser's history. Unlike msal's own receiver it can be cancelled.
"""

from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from station.model.timing import Deadline

_PAGE = ("<!doctype html><meta charset=utf-8><title>HoloBench</title>"
         "<p>HoloBench has your answer. You can close this page.</p>")
_LARGEST = 65_536
_TICK = 0.2


class Receiver:
    """Listens while it is open: `with Receiver() as receiver: … receiver.wait(deadline)`."""

    def __init__(self) -> None:
        self._answers: list[Mapping[str, str]] = []
        self._server = HTTPServer(("127.0.0.1", 0), _handler(self._answers))
        self._server.timeout = _TICK

    def __enter__(self) -> "Receiver":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.server_close()

    @property
    def redirect(self) -> str:
        """The address to give as redirect URI."""
        return f"http://localhost:{self._server.server_port}"

    def wait(self, state: str, deadline: Deadline) -> Mapping[str, str]:
        """The fields of the answer that carries our state; others are strangers. Raises OverBudget `graph.sign-in-timeout`,
        Cancelled."""
        while not (mine := [answer for answer in self._answers if answer["state"] == state]):
            deadline.check("graph.sign-in-timeout", "nobody finished the sign-in in the browser")
            self._server.handle_request()
        return mine[0]


def _handler(answers: list[Mapping[str, str]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Keeps every answer that carries a state; favicons get a plain page."""

        timeout = 5

        def do_GET(self) -> None:
            self._take(urlsplit(self.path).query)

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), _LARGEST)
            self._take(self.rfile.read(length).decode("utf-8", "replace"))

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the line would hold the code."""

        def _take(self, query: str) -> None:
            fields = {key: values[0] for key, values in parse_qs(query).items()}
            if "state" in fields:
                answers.append(fields)
            page = _PAGE.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

    return Handler
