"""A connection held to one certificate: the one that the unit showed when the station first met it.

The portal's certificate is made by the unit itself, for its address, and made anew when the unit is flashed (facts/device-io
§1.3). No authority vouches for it, so the station remembers its SHA-256 by address and takes no other.
"""

import contextlib
import hashlib
import json
import os
import socket
import ssl
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from station.model.errors import LinkError
from station.model.timing import Deadline

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter


class Pins(Protocol):
    """Fingerprints by address (`host:port`), as hexadecimal SHA-256."""

    def get(self, place: str) -> str | None:
        """The fingerprint that was met first, None for an address never met."""

    def put(self, place: str, fingerprint: str) -> None:
        """Remember one."""


class MemoryPins:
    """Pins that last as long as the program."""

    def __init__(self) -> None:
        self._pins: dict[str, str] = {}

    def get(self, place: str) -> str | None:
        return self._pins.get(place)

    def put(self, place: str, fingerprint: str) -> None:
        self._pins[place] = fingerprint


class FilePins:
    """Pins in a JSON file of the station's data folder. A file that cannot be read raises LinkError `portal.pins-unreadable`:
    forgetting pins in silence would mean to trust anybody."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def get(self, place: str) -> str | None:
        with self._lock:
            return self._read().get(place)

    def put(self, place: str, fingerprint: str) -> None:
        with self._lock:
            pins = {**self._read(), place: fingerprint}
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part = self._file.with_suffix(".part")
            part.write_text(json.dumps(pins, indent=1, sort_keys=True), encoding="utf-8")
            os.replace(part, self._file)

    def _read(self) -> dict[str, str]:
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            return {str(k): str(v) for k, v in dict(told).items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as e:
            raise LinkError("portal.pins-unreadable", str(self._file)) from e


def shown_fingerprint(host: str, port: int, deadline: Deadline) -> str:
    """SHA-256 of the certificate that a portal shows now. Raises LinkError `portal.unreachable`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE     # nothing is sent or believed here: only the certificate is looked at
    deadline.check("portal.unreachable", host)
    try:
        with contextlib.ExitStack() as stack:
            plain = stack.enter_context(socket.create_connection((host, port), deadline.share(10)))
            secured = stack.enter_context(context.wrap_socket(plain, server_hostname=host))
            certificate = secured.getpeercert(binary_form=True)
    except OSError as e:
        raise LinkError("portal.unreachable", f"{host}:{port}") from e
    return hashlib.sha256(certificate or b"").hexdigest()


def adapter(fingerprint: str) -> "HTTPAdapter":
    """An adapter of requests that talks to whoever shows this certificate, and to nobody else."""
    from requests.adapters import HTTPAdapter

    class Pinned(HTTPAdapter):
        """Trust comes from the fingerprint alone: the name in a certificate that a unit made for itself says nothing."""

        def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
            host, options = super().build_connection_pool_key_attributes(request, verify, cert)
            options.pop("ca_certs", None)
            options.pop("ca_cert_dir", None)
            return host, {**options, "cert_reqs": "CERT_NONE", "assert_fingerprint": fingerprint}

        def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
            conn.cert_reqs, conn.assert_fingerprint = "CERT_NONE", fingerprint

    return Pinned()
