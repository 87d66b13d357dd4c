"""Asks the Device Portal of one unit. It only reads; the one thing that is ever changed is who may ask: the pairing.

Source: facts/device-io §1.4, §1.6.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from station.links.portal import answers, pinned
from station.links.portal.pinned import Pins
from station.model.errors import ConfigurationError, DataError, LinkError, LinkLost, NotFound, OverBudget, Refused
from station.model.timing import Deadline

LARGEST_ANSWER = 4 * 1024 * 1024
ONE_ANSWER_S = 15.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_TAKEN = frozenset({200, 202, 204})
_TOOL = "auto-"
"""A user name with this prefix is a tool's: the portal asks no CSRF token of it (facts/device-io §1.4)."""


@dataclass(frozen=True, slots=True)
class PortalPlace:
    """Where a portal is and as whom to ask. `url` is https://host[:port]; http for loopback only (first generation over USB)."""

    url: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"PortalPlace({self.url}, {self.user})"


class PortalClient:
    """The portal of one unit. One connection at a time; close it when done.

    Every call raises LinkLost or OverBudget `portal.unreachable`, LinkError `portal.certificate-changed`, Refused
    `portal.wrong-password` or `portal.refused`, NotFound `portal.no-such-page`, DataError `portal.not-understood`.
    """

    def __init__(self, place: PortalPlace, pins: Pins) -> None:
        parts = urlsplit(place.url)
        secure = parts.scheme == "https"
        if not parts.hostname or not (secure or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
            raise ConfigurationError("portal.bad-address", place.url)
        self._place, self._pins, self._secure = place, pins, secure
        self._host, self._port = parts.hostname, parts.port or (443 if secure else 80)
        self._session: Any = None

    @property
    def fingerprint(self) -> str | None:
        """SHA-256 of the certificate that this address is held to; None before it was met."""
        return self._pins.get(f"{self._host}:{self._port}")

    def os_info(self, deadline: Deadline) -> answers.OsInfo:
        """Name, build with revision, edition."""
        return answers.os_info(self._get("/api/os/info", deadline))

    def battery(self, deadline: Deadline) -> answers.Battery:
        """State of charge."""
        return answers.battery(self._get("/api/power/battery", deadline))

    def adapters(self, deadline: Deadline) -> tuple[answers.Adapter, ...]:
        """Network adapters with their hardware addresses."""
        return answers.adapters(self._get("/api/networking/ipconfig", deadline))

    def network(self, deadline: Deadline) -> answers.Network | None:
        """The Wi-Fi network that the unit is on; None where it is on none."""
        for id_ in answers.interfaces(self._get("/api/wifi/interfaces", deadline)):
            found = answers.network(self._get(f"/api/wifi/networks?interface={id_}", deadline))
            if found is not None:
                return found
        return None

    def packages(self, deadline: Deadline) -> tuple[answers.InstalledPackage, ...]:
        """Installed apps."""
        return answers.packages(self._get("/api/app/packagemanager/packages", deadline))

    def begin_pairing(self, deadline: Deadline) -> None:
        """Have the headset show a PIN. Nobody needs to be paired for that."""
        self._change("/api/authorize/startpair", {}, deadline)

    def pair(self, pin: str, deadline: Deadline) -> None:
        """Make the user of this place with its password, by the PIN that the headset shows. Raises Refused `portal.not-paired`
        besides; how a unit refuses a PIN is not documented (facts/device-io §1.4), so that any refusal counts as one."""
        wanted = {"pin": pin.strip(), "username": self._place.user.removeprefix(_TOOL), "password": self._place.password}
        try:
            told = self._change("/api/authorize/pair", wanted, deadline)
        except (Refused, NotFound) as e:
            raise Refused("portal.not-paired", e.detail) from e
        if told.get("Success") is False or told.get("Reason"):
            raise Refused("portal.not-paired", str(told.get("Reason") or ""))

    def close(self) -> None:
        """Give the connection back."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _get(self, path: str, deadline: Deadline) -> dict[str, Any]:
        status, body = self._send("GET", path, deadline)
        self._judge(status, path, body)
        return answers.payload(body)

    def _change(self, path: str, what: Mapping[str, str], deadline: Deadline) -> dict[str, Any]:
        """A question that changes something, asked by nobody in particular: with the token against forged requests that any page
        hands out. The answer may be empty."""
        self._send("GET", "/devicepair.htm", deadline, auth=_nobody)
        token = unquote(self._open(deadline).cookies.get("CSRF-Token", ""))
        status, body = self._send("POST", path, deadline, auth=_nobody, params=dict(what), headers={"X-CSRF-Token": token})
        self._judge(200 if status in _TAKEN else status, path, body)
        return answers.payload(body) if body.strip() else {}

    def _send(self, method: str, path: str, deadline: Deadline, **more: Any) -> tuple[int, bytes]:
        deadline.check("portal.unreachable", self._host)
        session = self._open(deadline)
        response = self._ask(partial(session.request, method, f"{self._place.url.rstrip('/')}{path}", allow_redirects=False,
                                     stream=True, timeout=deadline.share(ONE_ANSWER_S), **more))
        with response:
            body = self._ask(partial(response.raw.read, LARGEST_ANSWER + 1, decode_content=True))
        if len(body) > LARGEST_ANSWER:
            raise DataError("portal.not-understood", f"{path}: more than {LARGEST_ANSWER} bytes")
        return response.status_code, body

    def _open(self, deadline: Deadline) -> Any:
        if self._session is None:
            import requests

            session = requests.Session()
            logging.getLogger("urllib3").setLevel(logging.WARNING)   # its debug lines quote addresses: pairing's has a password
            session.trust_env = False                      # a unit at the bench is never behind a proxy
            session.auth = (_tool(self._place.user), self._place.password)
            if self._secure:
                session.mount("https://", pinned.adapter(self._met(deadline)))
            self._session = session
        return self._session

    def _met(self, deadline: Deadline) -> str:
        """The fingerprint of this address; the one it shows now where it was never met."""
        place = f"{self._host}:{self._port}"
        known = self._pins.get(place)
        if known is None:
            known = pinned.shown_fingerprint(self._host, self._port, deadline)
            self._pins.put(place, known)
        return known

    def _ask(self, send: Any) -> Any:
        import requests
        from urllib3.exceptions import HTTPError

        try:
            return send()
        except requests.exceptions.SSLError as e:
            self.close()
            changed = "ingerprint" in str(e)
            raise LinkError("portal.certificate-changed" if changed else "portal.unreachable", self._host) from e
        except requests.exceptions.Timeout as e:
            self.close()
            raise OverBudget("portal.unreachable", self._host) from e
        except (requests.exceptions.RequestException, HTTPError, OSError) as e:
            self.close()
            raise LinkLost("portal.unreachable", self._host) from e

    def _judge(self, status: int, path: str, body: bytes) -> None:
        if status == 200:
            return
        said = answers.reason(body)
        if status == 401:
            raise Refused("portal.wrong-password", self._host)
        if status == 404:
            raise NotFound("portal.no-such-page", path)
        raise Refused("portal.refused", f"{path}: {status} {said}".rstrip())


def _nobody(request: Any) -> Any:
    """No credentials: who pairs has none yet."""
    return request


def _tool(user: str) -> str:
    return user if user.startswith(_TOOL) else f"{_TOOL}{user}"
