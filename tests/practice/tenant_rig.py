"""A signed-in station in front of a virtual tenant: real msal, real HTTPS on loopback, the product's own client."""

import random
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import requests

from station.links.graph.client import Exchange, GraphClient
from station.links.graph.pacer import Pacer, Rates
from station.links.graph.settings import TenantSettings, custom_settings
from station.links.graph.signin import SignIn
from station.links.graph.wire import HttpsWire
from station.model.timing import Clock, Deadline, ScaledClock
from station.practice.tenant import VirtualTenant
from station.vault.secrets import MemorySecrets
from tests.hand_clock import HandClock, HandDeadline

SCOPES = ("User.Read",)
_ACTION = re.compile(r'<form method="post" action="([^"]+)"')
_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Robot:
    """A browser that says yes: follows the sign-in to the end in a thread of its own."""

    ca_file: str
    threads: list[threading.Thread] = field(default_factory=list)

    def __call__(self, address: str) -> bool:
        thread = threading.Thread(target=self._go, args=(address,))
        self.threads.append(thread)
        thread.start()
        return True

    def _go(self, address: str) -> None:
        with requests.Session() as session:
            session.trust_env = False
            page = session.get(address, verify=self.ca_file, timeout=20).text
            action = _ACTION.search(page)
            if action:
                fields = {unescape(name): unescape(value) for name, value in _FIELD.findall(page)}
                session.post(unescape(action[1]), data=fields, timeout=20)

    def join(self) -> None:
        for thread in self.threads:
            thread.join(20)


@dataclass
class Rig:
    """What a test holds."""

    tenant: VirtualTenant
    clock: Clock
    settings: TenantSettings
    signin: SignIn
    client: GraphClient
    exchanges: list[Exchange]
    robot: Robot

    def deadline(self, wall_seconds: float = 60.0) -> Deadline:
        return HandDeadline(self.clock) if isinstance(self.clock, HandClock) else Deadline(wall_seconds)

    def wait(self, bench_seconds: float) -> None:
        self.deadline().pause(bench_seconds / self.clock.speed)

    def sign_in(self, scopes: Iterable[str] = SCOPES) -> None:
        self.signin.sign_in_browser(tuple(scopes), Deadline(30), self.robot)
        self.robot.join()


def waited_clock() -> HandClock:
    """Bench time that passes only while the station waits. For one station in one thread: the tenant settles what is due whenever
    it is asked, and what it holds back for a slow answer takes no time here but is added to its account."""
    return HandClock(speed=1e6)


@contextmanager
def practice(speed: float = 600.0, signed_in: bool = True, rates: Rates | None = None, cache: Path | None = None,
             seed: int = 1, quirks: str = "", clock: Clock | None = None, **options: object) -> Iterator[Rig]:
    """A virtual tenant and a station that is signed in at it; at the end no request may have broken the contract."""
    clock = clock or ScaledClock(speed)
    with VirtualTenant(clock, seed, quirks, **options) as tenant:  # type: ignore[arg-type]
        ca = Path(tenant.ca_file)
        settings = custom_settings(tenant.authority, tenant.graph_url, tenant.client_id, ca)
        signin = SignIn(settings, MemorySecrets(), cache, clock)
        wire, exchanges = HttpsWire(ca), list[Exchange]()
        client = GraphClient(settings.graph, wire, signin, Pacer(clock, rates), exchanges.append, random.Random(seed))
        rig = Rig(tenant, clock, settings, signin, client, exchanges, Robot(tenant.ca_file))
        if signed_in:
            rig.sign_in()
        try:
            yield rig
        finally:
            wire.close()
            signin.close()
    assert not tenant.violations, "\n".join(map(str, tenant.violations))


def app_pfx(tenant: VirtualTenant, folder: Path) -> Path:
    """The certificate with which the app signs in alone, as a PFX file without a passphrase."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import NoEncryption, load_pem_private_key, pkcs12

    made = tenant.app_certificate()
    file = folder / "app.pfx"
    file.write_bytes(pkcs12.serialize_key_and_certificates(
        b"app", load_pem_private_key(made.private_key.encode(), None),  # type: ignore[arg-type]
        x509.load_pem_x509_certificate(made.certificate.encode()), None, NoEncryption()))
    return file
