"""HTTPS on the wire: sessions, trust, proxies, time-outs, and what exactly went wrong when no answer came.

Trust: a CA bundle of the settings, else the store of the operating system (truststore), because proxies inspect. Proxies are
those of the environment or the operating system; loopback never goes through one. Facts: tenant §2.2.
"""

import queue
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from station.model.errors import LinkError, LinkLost, OverBudget

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class NotSent(LinkLost):
    """The request never left: no route, no name, connection refused. Asking again repeats nothing."""


class AnswerLost(LinkLost):
    """The request may have been carried out; its answer did not arrive."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Wire(Protocol):
    """Sends one request and brings one answer: real HTTPS, or a script in tests."""

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float) -> Answer:
        """Send within `seconds` of wall time. Raises NotSent, AnswerLost, LinkError `graph.certificate`."""


class HttpsWire:
    """The real wire. Thread-safe: each request borrows a session of its own, so that connections are kept alive."""

    def __init__(self, ca_file: Path | None = None) -> None:
        self._ca_file = ca_file
        self._idle: queue.LifoQueue[requests.Session] = queue.LifoQueue()

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float) -> Answer:
        if seconds <= 0:
            raise OverBudget("graph.over-budget", "no time left before sending")
        session = self._borrow()
        try:
            response = exchange(session, method, url, self._ca_file, headers=dict(headers), data=body,
                                timeout=(min(CONNECT_SECONDS, seconds), min(READ_SECONDS, seconds)))
            return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.content)
        finally:
            self._idle.put(session)

    def close(self) -> None:
        """Close every idle connection."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def _borrow(self) -> "requests.Session":
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return new_session(self._ca_file)


def new_session(ca_file: Path | None) -> "requests.Session":
    """A session that trusts what the settings say and keeps no cookies."""
    import http.cookiejar

    import requests

    session = requests.Session()
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    if ca_file is None:
        session.mount("https://", _system_trust())
    return session


def exchange(session: "requests.Session", method: str, url: str, ca_file: Path | None, **options: Any) -> "requests.Response":
    """One exchange, with whatever went wrong told as NotSent, AnswerLost or an untrusted certificate."""
    import requests

    session.trust_env = urlsplit(url).hostname not in _LOOPBACK
    try:
        return session.request(method, url, verify=str(ca_file) if ca_file else True, allow_redirects=False, **options)
    except requests.exceptions.SSLError as error:
        if _untrusted(error):
            raise LinkError("graph.certificate", urlsplit(url).netloc) from error
        raise AnswerLost("graph.unreachable", f"{urlsplit(url).netloc} cut the connection") from error
    except (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError) as error:
        raise NotSent("graph.unreachable", urlsplit(url).netloc) from error
    except requests.exceptions.ConnectionError as error:
        kind = NotSent if _never_connected(error) else AnswerLost
        raise kind("graph.unreachable", urlsplit(url).netloc) from error
    except (requests.exceptions.Timeout, requests.exceptions.ChunkedEncodingError) as error:
        raise AnswerLost("graph.unreachable", f"{urlsplit(url).netloc} did not answer in time") from error


def _never_connected(error: Exception) -> bool:
    """Whether no connection was made, so that nothing can have been sent."""
    from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

    reason = error.args[0] if error.args else None
    cause = reason.reason if isinstance(reason, MaxRetryError) else reason
    return isinstance(cause, NewConnectionError | ConnectTimeoutError)


def _untrusted(error: BaseException) -> bool:
    """Whether the certificate was refused; a connection cut in the middle of TLS is an SSL error too, but another one."""
    import ssl

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.CertificateError) or "CERTIFICATE_VERIFY_FAILED" in str(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _system_trust() -> Any:
    import ssl

    import truststore
    from requests.adapters import HTTPAdapter

    class SystemTrust(HTTPAdapter):
        """An adapter whose certificates are judged by the operating system."""

        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, ssl_context=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT), **kwargs)

        def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
            return super().proxy_manager_for(proxy, ssl_context=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT), **kwargs)

    return SystemTrust()
