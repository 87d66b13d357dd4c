"""Whether this bench's network lets a headset through: the documented addresses, tried from here. Facts: enrolment §1.1, §3.9.

The bench computer stands for the headset, so it must be on the same network. Any HTTP answer counts as reached; a redirect of the
connection test means a sign-in page in between, and a foreign certificate means an inspecting proxy, which headsets refuse.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from station.links.graph.settings import TenantSettings
from station.links.graph.wire import Answer, HttpsWire, Wire
from station.model.errors import LinkError, LinkLost
from station.model.timing import Deadline
from station.model.words import N_, Who
from station.tenant.checks import Check, Line, Setup
from station.tenant.evidence import Evidence
from station.tenant.verdicts import Finding, Verdict

PROBE_SECONDS = 8.0
_AT_ONCE = 6
_SETUP = N_("setup of the headset")
_AUTOPILOT = N_("Autopilot")
_INTUNE = N_("enrolment and management by Intune")
_SIGN_IN = N_("sign-in")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address, what it is for, and the text its answer must hold (empty: any answer will do)."""

    address: str
    purpose: str
    holds: str = ""


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("http://www.msftconnecttest.com/connecttest.txt", _SETUP, "Microsoft Connect Test"),
    Endpoint("https://sdx.microsoft.com/frx/idps", _SETUP),
    Endpoint("https://login.microsoftonline.com/WebApp/CloudDomainJoin/9", _SIGN_IN),
    Endpoint("https://login.live.com/", _SIGN_IN),
    Endpoint("https://account.live.com/", _SIGN_IN),
    Endpoint("https://aadcdn.msauth.net/", _SIGN_IN),
    Endpoint("https://aadcdn.msftauth.net/", _SIGN_IN),
    Endpoint("https://aadcdn.msauthimages.net/", _SIGN_IN),
    Endpoint("https://aadcdn.msftauthimages.net/", _SIGN_IN),
    Endpoint("https://acctcdn.msauth.net/", _SIGN_IN),
    Endpoint("https://acctcdn.msftauth.net/", _SIGN_IN),
    Endpoint("https://enterpriseregistration.windows.net/", _AUTOPILOT),
    Endpoint("https://enrollment.manage.microsoft.com/enrollmentserver/discovery.svc", _INTUNE),
    Endpoint("https://r.manage.microsoft.com/", _INTUNE),
    Endpoint("https://client.wns.windows.com/", _INTUNE),
    Endpoint("https://dm3p.wns.windows.com/", _INTUNE),
    Endpoint("https://settings-win.data.microsoft.com/", _INTUNE),
    Endpoint("http://ctldl.windowsupdate.com/", _INTUNE),
    Endpoint("http://crl.microsoft.com/pki/crl/", _INTUNE),
    Endpoint("http://ocsp.digicert.com/", _INTUNE),
)
"""Addresses of the global cloud. `*.microsoftaik.azure.net` (TPM attestation) has no fixed name to try."""


class Reach(Protocol):
    """Tries one address."""

    def __call__(self, address: str, deadline: Deadline) -> Answer:
        """Any answer. Raises LinkError `graph.certificate`, LinkLost."""


class HttpReach:
    """Tries addresses over the computer's own network and proxies."""

    def __init__(self, wire: Wire | None = None) -> None:
        self._wire = wire or HttpsWire()

    def __call__(self, address: str, deadline: Deadline) -> Answer:
        return self._wire.send("GET", address, {"Accept": "*/*"}, None, deadline.share(PROBE_SECONDS))


def endpoints_for(settings: TenantSettings) -> tuple[Endpoint, ...]:
    """The addresses to try: those of the documents in the global cloud, sign-in and Graph alone elsewhere."""
    own = (Endpoint(f"{settings.authority}/v2.0/.well-known/openid-configuration", _SIGN_IN),
           Endpoint(f"{settings.graph}/v1.0/$metadata", N_("this station")))
    return (*own, *ENDPOINTS) if settings.cloud.key == "global" else own


def probe(endpoints: Iterable[Endpoint], reach: Reach, deadline: Deadline) -> tuple[Line, ...]:
    """Try every address, some at once; a line each, in the order given."""
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="probe") as pool:
        return tuple(pool.map(lambda endpoint: _line(endpoint, _try(endpoint, reach, deadline)), endpoints))


def _try(endpoint: Endpoint, reach: Reach, deadline: Deadline) -> Finding:
    deadline.check()
    try:
        answer = reach(endpoint.address, deadline)
    except LinkLost:
        return Finding(Verdict.BLOCKED, N_("not reached"))
    except LinkError:
        return Finding(Verdict.BLOCKED, N_("reached, but with a certificate that is not trusted: a proxy inspects the traffic"))
    if endpoint.holds and endpoint.holds not in answer.body.decode("latin-1"):
        return Finding(Verdict.BLOCKED, N_("another page answers: the network wants a sign-in of its own"))
    return Finding(Verdict.OK, N_("reached"))


def _line(endpoint: Endpoint, finding: Finding) -> Line:
    host = urlsplit(endpoint.address).netloc
    return Line(Check(f"network {host}", host, endpoint.purpose, Who.LEAD, N_("the bench's network and firewall"),
                      "https://learn.microsoft.com/hololens/hololens-offline",
                      "facts: enrolment §1.1", _already(finding)), finding)


def _already(finding: Finding) -> Callable[[Evidence, Setup], Finding]:
    """A judgement that was made while probing."""
    def judge(evidence: Evidence, setup: Setup) -> Finding:
        return finding
    return judge
