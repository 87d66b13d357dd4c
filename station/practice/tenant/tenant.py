"""The virtual tenant as the practice world and tests hold it: start, stop, look inside, act as a headset."""

import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509

from station.model.timing import Clock, WallClock
from station.practice.quirk import Dose, Strikes, parse_faults
from station.practice.tenant.calls import LoggedRequest, Pause, Violation
from station.practice.tenant.certificates import AppCertificate, make_app_certificate, make_server_files
from station.practice.tenant.challenge import ClaimsGate
from station.practice.tenant.contract import contract
from station.practice.tenant.directory import Directory
from station.practice.tenant.furnishing import DOMAIN, LEAD, furnish
from station.practice.tenant.graph import GraphService, Handler
from station.practice.tenant.http import Answer, Request
from station.practice.tenant.intune import Intune, PendingAction
from station.practice.tenant.naming import device_name
from station.practice.tenant.profiles import Profiles
from station.practice.tenant.quirks import QUIRKS, USUAL
from station.practice.tenant.registration import Registrar
from station.practice.tenant.routes_autopilot import AutopilotRoutes
from station.practice.tenant.routes_directory import DirectoryRoutes
from station.practice.tenant.routes_intune import IntuneRoutes
from station.practice.tenant.server import LoopbackServer
from station.practice.tenant.signin import Registration, SignInService
from station.practice.tenant.state import Delays, Effect, Row, TenantState
from station.practice.units.cloud import AutopilotProfile, EnrolHow, EnrolOutcome, UnitAtCloud

TENANT_ID = "7c1f0d5a-0b6e-4d2b-9a53-5f1e6a3c0001"
CLIENT_ID = "2b8f4c1e-6d3a-4f7e-8c55-9e0d7b1a0002"


class VirtualTenant:
    """A tenant on loopback. Everything about it may be asked and done from any thread.

    `quirks` is a spec such as `other-tenant:2,throttle:5%` or doses by name; `consented` are the delegated scopes that an admin
    has granted (None: all that the contract names); `retry_after` bounds the waits that it asks for, in bench seconds.
    `check_answers` holds every answer of its own against the contract as well. `names` are the addresses of sign-in service and
    Graph of the cloud that it stands for (whoever wants it under these names brings the requests to `listens_at`).
    """

    def __init__(self, clock: Clock | None = None, seed: int = 1, quirks: str | Mapping[str, Dose] = "", *,
                 tenant_id: str = TENANT_ID, client_id: str = CLIENT_ID, auto_approve: bool = True, delays: Delays | None = None,
                 consented: Iterable[str] | None = None, public_flows: bool = True, token_life: float = 3600,
                 retry_after: tuple[int, int] = (1, 5), check_answers: bool = False, port: int = 0,
                 names: tuple[str, str] | None = None) -> None:
        doses = parse_faults(quirks, QUIRKS.values()) if isinstance(quirks, str) else dict(quirks)
        self.clock, self.tenant_id, self.client_id = clock or WallClock(), tenant_id, client_id
        self.strikes = Strikes(dict(USUAL) | doses, seed)
        self.state = TenantState(self.clock, seed, self.strikes, delays or Delays(), tenant_id)
        directory = Directory(self.state)
        self._profiles = Profiles(self.state, directory)
        self._registrar = Registrar(self.state, directory)
        self._intune = Intune(self.state, directory, self._registrar, self._profiles)
        furnish(self.state, directory, self._profiles)
        self._directory = directory
        self._gate = ClaimsGate()
        self.app = Registration(client_id, public_flows=public_flows, consented=_granted("delegated", consented),
                                roles=_granted("application", None))
        self.sign_in = SignInService(tenant_id, self.app, self.strikes, self._gate, (LEAD, f"technician@{DOMAIN}"),
                                     auto_approve=auto_approve, token_life=token_life)
        self._retry_after, self._check_answers, self._port, self._names = retry_after, check_answers, port, names
        self.listens_at = self.base_url = self.graph_url = ""
        """Where it listens; its sign-in service; its Graph (`{graph_url}/v1.0/…`, scopes `{graph_url}/<scope>`)."""
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._server: LoopbackServer | None = None
        self._graph: GraphService | None = None
        self._certificate: AppCertificate | None = None
        self._lock = threading.Lock()

    # Life.

    def start(self) -> Self:
        """Make the certificates, open the port, serve."""
        self._folder = tempfile.TemporaryDirectory(prefix="holobench-practice-")
        authority, context = make_server_files(Path(self._folder.name))
        self.ca_file = str(authority)
        self._server = LoopbackServer(self._handle, context, self._port)
        self.listens_at = f"https://localhost:{self._server.port}"
        self.base_url, self.graph_url = self._names or (self.listens_at, self.listens_at)
        self.sign_in.base_url, self.sign_in.graph_url = self.base_url, self.graph_url
        self._graph = GraphService(self.state, self._gate, self._handlers(), self.graph_url, self.base_url,
                                   retry_after=self._retry_after, check_answers=self._check_answers)
        self._server.start()
        return self

    def stop(self) -> None:
        """Close every connection and forget the certificates; what was seen stays readable."""
        with self._lock:
            server, self._server = self._server, None
            folder, self._folder = self._folder, None
        if server is not None:
            server.stop()
        if folder is not None:
            folder.cleanup()

    def __enter__(self) -> Self:
        return self if self._server is not None else self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _handlers(self) -> dict[str, Handler]:
        return {**AutopilotRoutes(self.state, self._registrar, self._profiles, self._intune).handlers(),
                **IntuneRoutes(self.state, self._intune).handlers(), **DirectoryRoutes(self.state, self._directory).handlers()}

    def _handle(self, request: Request) -> Answer:
        if request.path.startswith(("/v1.0/", "/beta/")):
            return self.graph.handle(request)
        if request.path == "/practice/seen":
            return Answer(200, self.seen())
        return self.sign_in.handle(request)

    # Where it is.

    @property
    def graph(self) -> GraphService:
        if self._graph is None:
            raise RuntimeError("the virtual tenant was not started")
        return self._graph

    @property
    def authority(self) -> str:
        """What msal takes as authority, with `instance_discovery=False` and `verify=ca_file`."""
        return f"{self.base_url}/{self.tenant_id}"

    def app_certificate(self) -> AppCertificate:
        """A certificate with which the app may sign in by itself; registered at the first call."""
        with self._lock:
            if self._certificate is None:
                self._certificate = make_app_certificate()
                self.app.certificates.append(x509.load_pem_x509_certificate(self._certificate.certificate.encode()))
            return self._certificate

    # What was seen.

    @property
    def requests(self) -> list[LoggedRequest]:
        """Every Graph request, inner ones of batches too."""
        return self.graph.requests

    @property
    def violations(self) -> list[Violation]:
        """Requests that did not fit the published contract."""
        return self.graph.violations

    @property
    def pauses(self) -> list[Pause]:
        """Waits that the service asked for."""
        return self.graph.pauses

    @property
    def effects(self) -> list[Effect]:
        """Everything that changed in the tenant, in order."""
        with self.state.lock:
            self.state.settle()
            return list(self.state.effects)

    def registered(self, serial: str) -> bool:
        """Whether the serial is an Autopilot device of the tenant."""
        with self.state.lock:
            self.state.settle()
            return self._registrar.find(serial) is not None

    def row(self, kind: str, serial: str) -> Row | None:
        """A copy of the newest row of a serial: kind `imported`, `autopilot`, `managed` or `devices`."""
        with self.state.lock:
            self.state.settle()
            rows = [r for r in getattr(self.state, kind) if serial in (r.get("serialNumber"), r.get("displayName"))
                    or serial in self._serial_of(r)]
            return dict(rows[-1]) if rows else None

    def _serial_of(self, row: Row) -> tuple[str, ...]:
        """The serial of an Entra device, which no longer has it as its name once it enrolled."""
        key = next((p.partition(":")[2] for p in row.get("physicalIds") or () if p.startswith("[ZTDID]:")), "")
        registered = self.state.autopilot.get(key)
        return (registered["serialNumber"],) if registered else ()

    def settle(self) -> None:
        """Let everything that is due by bench time happen (requests do so by themselves)."""
        with self.state.lock:
            self.state.settle()

    def seen(self) -> dict[str, object]:
        """Everything that was seen, as JSON: for a bench in another process (`/practice/seen`)."""
        with self.state.lock:
            self.state.settle()
            return {"effects": [{"kind": e.kind, "subject": e.subject, "at": e.at.isoformat()} for e in self.state.effects],
                    "violations": [{"kind": v.kind, "method": v.method, "path": v.path, "detail": v.detail}
                                   for v in self.violations],
                    "requests": [{"method": r.method, "path": r.path, "route": r.route, "status": r.status, "scope": r.scope,
                                  "at": r.at.isoformat(), "in_batch": r.in_batch} for r in self.requests]}

    # What may be prepared or provoked.

    def quirk(self, name: str, dose: Dose) -> None:
        """Switch a quirk on or off while running."""
        if name not in QUIRKS:
            raise KeyError(name)
        self.strikes.set(name, dose)

    def populate(self, registered: int = 0, *, enrolled: int = 0, first: int = 100_000_000_000,
                 group_tag: str = "Bench-A") -> list[str]:
        """Put so many registered, assigned devices into the tenant at once, the first ones enrolled; returns their serials."""
        serials = [f"{first + i:012d}" for i in range(registered)]
        with self.state.lock:
            profile = next(iter(self.state.profiles), None)
            seen = len(self.state.effects)
            moment = self.state.stamp()
            for serial in serials:
                row = self._registrar.register(serial, group_tag, watched=False)
                if profile is not None:
                    self.state.assigned[row["id"]] = profile["id"]
                    row.update(deploymentProfileAssignmentStatus="assignedInSync", deploymentProfileAssignedDateTime=moment)
            for device in self.state.devices:
                self._directory.process(device["id"], quietly=True)
            for serial in serials[:enrolled]:
                unit = UnitAtCloud(serial, "HoloLens 2", "10.0.20348.1501", f"HL-{serial}", "")
                self._intune.enrol(unit, EnrolHow.AUTOPILOT, "")
            del self.state.effects[seen:]
        return serials

    def register(self, serial: str, group_tag: str = "") -> str:
        """Register one serial now, as if another tool had; its id. Group and profile follow in bench time."""
        with self.state.lock:
            self.state.settle()
            row = self._registrar.find(serial) or self._registrar.register(serial, group_tag)
            return str(row["id"])

    def token(self, *scopes: str, upn: str = LEAD, app_only: bool = False) -> str:
        """An access token without any sign-in, for tests of other things; no scopes: all that the contract names."""
        every = self.app.roles if app_only else self.app.consented
        return self.sign_in.mint(scopes or sorted(every), upn, app_only=app_only)

    def leave_record(self, serial: str) -> None:
        """Put a stale Intune record of an earlier life of the serial into the tenant."""
        with self.state.lock:
            self.state.settle()
            self._intune.leave_record(serial)

    def challenge(self) -> None:
        """Refuse every token that is out until a claims challenge has been answered."""
        self._gate.raise_level()

    # As a headset sees it (station.practice.units.cloud.Cloud).

    def profile_for(self, serial: str) -> AutopilotProfile | None:
        """The profile that the service hands to the headset, None while there is none."""
        with self.state.lock:
            self.state.settle()
            self._intune.contact(serial)
            row = self._registrar.find(serial)
            profile = self._profiles.of(row["id"]) if row is not None else None
            if row is None or profile is None:
                return None
            chosen = row["displayName"] or device_name(profile["deviceNameTemplate"] or "", serial, self.state.chance)
            return AutopilotProfile(profile["displayName"], "HoloBench Practice", chosen)

    def enrol(self, unit: UnitAtCloud, how: EnrolHow, user: str = "") -> EnrolOutcome:
        """Join and enrol a headset."""
        with self.state.lock:
            self.state.settle()
            return self._intune.enrol(unit, how, user)

    def pending_actions(self, serial: str) -> list[PendingAction]:
        """What the headset is told to do at its next contact (`wipe`, `retire`, `rebootNow`, `syncDevice`); handed out once."""
        with self.state.lock:
            self.state.settle()
            return self._intune.fetch(serial)


def _granted(scheme: str, given: Iterable[str] | None) -> set[str]:
    if given is not None:
        return set(given)
    return {s for r in contract().routes for s in getattr(r, scheme)}
