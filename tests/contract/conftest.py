"""A virtual tenant on a clock that moves only when told, and a small caller of its Graph."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from station.practice.tenant import VirtualTenant
from tests.hand_clock import HandClock

HASH = "T0EAAAAA"


@dataclass
class Caller:
    """Calls Graph of one tenant with one token."""

    tenant: VirtualTenant
    token: str
    session: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None,
             version: str = "v1.0") -> requests.Response:
        sent = {"Authorization": f"Bearer {self.token}", **({"Content-Type": "application/json"} if body is not None else {}),
                **(headers or {})}
        url = path if path.startswith("https:") else f"{self.tenant.graph_url}/{version}{path}"
        return self.session.request(method, url, data=None if body is None else json.dumps(body), headers=sent, timeout=30,
                                    verify=self.tenant.ca_file)

    def get(self, path: str, version: str = "v1.0") -> Any:
        answer = self.call("GET", path, version=version)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def beta(self, path: str) -> Any:
        return self.get(path, "beta")

    def import_serials(self, *serials: str, tag: str = "Bench-A") -> list[dict[str, Any]]:
        answer = self.call("POST", "/deviceManagement/importedWindowsAutopilotDeviceIdentities/import", {
            "importedWindowsAutopilotDeviceIdentities": [
                {"serialNumber": s, "hardwareIdentifier": HASH, "groupTag": tag} for s in serials]})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["value"]
        return found


@pytest.fixture(autouse=True)
def _own_authority_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """requests prefers these to the authority that a session names."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(speed=1000.0)


@pytest.fixture
def make_tenant(clock: HandClock) -> Iterator[Callable[..., VirtualTenant]]:
    """Make and start tenants on the stepped clock; their own answers are held against the contract."""
    made: list[VirtualTenant] = []

    def make(quirks: Any = "", **options: Any) -> VirtualTenant:
        tenant = VirtualTenant(clock, options.pop("seed", 1), quirks, **{"check_answers": True, **options}).start()
        made.append(tenant)
        return tenant
    yield make
    for tenant in made:
        tenant.stop()
        assert not [v for v in tenant.violations if v.kind == "server-bug"]


@pytest.fixture
def make_caller() -> Iterator[Callable[..., Caller]]:
    """Make callers; their connections are closed at the end."""
    made: list[Caller] = []

    def make(tenant: VirtualTenant, *scopes: str, app_only: bool = False) -> Caller:
        made.append(Caller(tenant, tenant.token(*scopes, app_only=app_only)))
        return made[-1]
    yield make
    for caller in made:
        caller.session.close()


@pytest.fixture
def tenant(make_tenant: Callable[..., VirtualTenant]) -> VirtualTenant:
    return make_tenant()


@pytest.fixture
def graph(tenant: VirtualTenant, make_caller: Callable[..., Caller]) -> Caller:
    return make_caller(tenant)
