"""The Device Portal of a virtual unit: HTTPS on loopback with a certificate that it made itself, answering as recorded ones do.

Source: facts/device-io §1.3 to §1.6. It runs only while the unit is on and past its setup, as developer mode does.
"""

import base64
import json
import ssl
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from station.model.words import Generation
from station.practice.tenant.http import Answer, Request
from station.practice.tenant.server import LoopbackServer
from station.practice.units.headset import PAGES as HEADSET_PAGES
from station.practice.units.headset import Face
from station.practice.units.unit import VirtualUnit

CAPACITY_MWH = 15079
PIN = "482913"
CSRF = "a1b2/c3=="
LEAST_PASSWORD = 7
_UNKNOWN_TIME = 4_294_967_295
_DAY = timedelta(days=1)


class VirtualPortal:
    """Serves one unit's portal. `user` is what a person chose when pairing; tools add `auto-`.

    `pin` is what the headset shows while somebody pairs ("": nobody does); a pairing makes a further user.

    `odd` switches recorded odd forms on: `in-reason` (an answer as escaped JSON inside Reason), `no-json`, `error-code`,
    `reason-only`, `refused` (500 in the wrapper's form).
    """

    def __init__(self, unit: VirtualUnit, user: str = "bench", password: str = "practice-only") -> None:  # noqa: S107
        self._unit = unit
        self._wanted = _credentials(user, password)
        self._pages: Mapping[str, Callable[[], dict[str, Any]]] = MappingProxyType({
            "/api/os/info": self._os_info, "/api/power/battery": self._battery, "/api/networking/ipconfig": self._ipconfig,
            "/api/app/packagemanager/packages": _packages, "/api/wifi/interfaces": _interfaces,
            "/api/wifi/networks": self._networks, "/api/os/machinename": lambda: {"ComputerName": self._name()}})
        self._server: LoopbackServer | None = None
        self.pin = ""
        self.odd = ""
        self.asked: list[str] = []

    def start(self, port: int = 0) -> Self:
        """Make a certificate, as a unit does after it was flashed, and serve."""
        self._server = LoopbackServer(self._handle, _own_certificate(), port)
        self._server.start()
        return self

    def forget(self, path: str) -> None:
        """Be a build that does not know a question."""
        self._pages = MappingProxyType({known: page for known, page in self._pages.items() if known != path})

    def stop(self) -> None:
        """End it."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port that it listens on. Raises RuntimeError before `start`."""
        if self._server is None:
            raise RuntimeError("the virtual portal was not started")
        return self._server.port

    @property
    def url(self) -> str:
        """Where a client finds it."""
        return f"https://127.0.0.1:{self.port}"

    def _handle(self, request: Request) -> Answer:
        self.asked.append(f"{request.method} {request.path}")
        page = HEADSET_PAGES[self._unit.page]
        if page.face is not Face.NORMAL or page.setup:
            return Answer(cut=True)
        if request.path == "/devicepair.htm":
            return Answer(200, b"<html>pair</html>", {"Set-Cookie": f"CSRF-Token={quote(CSRF)}; Path=/"}, kind="text/html")
        if request.path.startswith("/api/authorize/"):
            return self._authorize(request)
        if request.headers.get("authorization") not in self._wanted:
            return Answer(401, {"Reason": "Authorization required"}, {"WWW-Authenticate": 'Basic realm="Windows Device Portal"'})
        if request.path not in self._pages:
            return Answer(404, {"ErrorCode": -2147023728, "ErrorMessage": "Element not found."})
        if request.method != "GET":
            return Answer(403, {"Reason": "CSRF token missing"})
        return self._oddly(self._pages[request.path]())

    def _authorize(self, request: Request) -> Answer:
        if request.method != "POST" or request.headers.get("x-csrf-token") != CSRF:
            return Answer(403, {"Reason": "CSRF token missing"})
        if request.path == "/api/authorize/startpair":
            self.pin = PIN
            return Answer(204)
        user, password = request.query.get("username", ""), request.query.get("password", "")
        if not self.pin or request.query.get("pin") != self.pin or len(password) < LEAST_PASSWORD:
            return Answer(400, {"Reason": "Invalid PIN or password"})
        self.pin = ""
        self._wanted |= _credentials(user, password)
        return Answer(200, {"Success": True})

    def _networks(self) -> dict[str, Any]:
        on = self._unit.snapshot().network.removeprefix("wifi:")
        return {"AvailableNetworks": [
            {"AlreadyConnected": False, "SSID": "Neighbour", "SignalQuality": 30, "Connectable": 1},
            *([{"AlreadyConnected": True, "SSID": on, "SignalQuality": 92, "Connectable": 1}] if on else [])]}

    def _oddly(self, told: dict[str, Any]) -> Answer:
        match self.odd:
            case "in-reason":
                return Answer(200, {"Reason": json.dumps(told)})
            case "no-json":
                return Answer(200, b"<html>Windows Device Portal</html>", kind="text/html")
            case "error-code":
                return Answer(500, {"ErrorCode": -2147024891, "ErrorMessage": "Access is denied."})
            case "reason-only":
                return Answer(403, {"Reason": "Developer mode is off"})
            case "refused":
                return Answer(500, {"Code": -2147024809, "CodeText": "The parameter is incorrect.", "Success": False})
        return Answer(200, told)

    def _name(self) -> str:
        return self._unit.snapshot().name

    def _os_info(self) -> dict[str, Any]:
        first = self._unit.identity.generation is Generation.HOLOLENS_1
        build = self._unit.snapshot().build.removesuffix("-insider")
        version = f"{build}.x86fre.rs1_release.160715-1616" if first else f"{build}.arm64fre.ni_release.230714-1606"
        return {"ComputerName": self._name(), "Language": "en-US", "OsEdition": "WindowsHolographic" if first else "Holographic",
                "OsEditionId": 135 if first else 136, "OsVersion": version, "Platform": "HoloLens" if first else "HoloLens 2"}

    def _battery(self) -> dict[str, Any]:
        seen = self._unit.snapshot()
        return {"AcOnline": int(seen.plugged), "BatteryPresent": 1, "Charging": int(seen.plugged and seen.battery < 100),
                "DefaultAlert1": 0, "DefaultAlert2": 1508, "EstimatedTime": _UNKNOWN_TIME, "MaximumCapacity": CAPACITY_MWH,
                "RemainingCapacity": round(CAPACITY_MWH * seen.battery / 100)}

    def _ipconfig(self) -> dict[str, Any]:
        on_air = bool(self._unit.snapshot().network)
        address = "192.168.0.121" if on_air else "0.0.0.0"  # noqa: S104 - what an adapter without address tells
        return {"Adapters": [{
            "Description": "Broadcom 802.11ac Wireless PCIE Full Dongle Adapter",
            "HardwareAddress": self._unit.identity.mac.hex("-"), "Index": 2,
            "Name": "{01D4D335-AC90-4A87-9E79-B9359C14C5A0}", "Type": "IEEE 802.11",
            "Gateways": [{"IpAddress": "192.168.0.1", "Mask": "255.255.255.255"}],
            "IpAddresses": [{"IpAddress": address, "Mask": "255.255.255.0"}]}]}


def _credentials(user: str, password: str) -> frozenset[str]:
    """What a person and a tool send who are paired so."""
    return frozenset(f"Basic {base64.b64encode(f'{who}:{password}'.encode()).decode()}" for who in (user, f"auto-{user}"))


def _interfaces() -> dict[str, Any]:
    return {"Interfaces": [{"Description": "Broadcom 802.11ac", "GUID": "{01D4D335-AC90-4A87-9E79-B9359C14C5A0}", "Index": 2,
                            "ProfilesList": [{"GroupPolicyProfile": False, "Name": "Bench", "PerUserProfile": False}]}]}


def _packages() -> dict[str, Any]:
    return {"InstalledPackages": [{
        "Name": "Remote Assist", "PackageFamilyName": "Microsoft.MicrosoftRemoteAssist_8wekyb3d8bbwe",
        "PackageFullName": "Microsoft.MicrosoftRemoteAssist_2212.1.0.0_arm64__8wekyb3d8bbwe", "PackageOrigin": 3,
        "PackageRelativeId": "Microsoft.MicrosoftRemoteAssist_8wekyb3d8bbwe!App", "Publisher": "CN=Microsoft Corporation",
        "Version": {"Major": 2212, "Minor": 1, "Build": 0, "Revision": 0}}]}


def _own_certificate() -> ssl.SSLContext:
    """A key and a certificate that nobody else vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Microsoft Windows Web Management")])
    now = datetime.now(UTC)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - _DAY).not_valid_after(now + _DAY)
                   .sign(key, hashes.SHA256()))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="holobench-practice-") as folder:
        chain = Path(folder) / "portal.pem"
        chain.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(chain)
    return context
