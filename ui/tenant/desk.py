"""The work behind the Tenant screen: sign-in, rights, check, creating. All of it blocks and is called in a thread; no Qt."""

import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from station.links.graph import routes
from station.links.graph.client import GraphClient
from station.links.graph.signin import Account, Browser, DeviceCode, SignIn
from station.links.graph.wire import HttpsWire
from station.model.errors import SignInNeeded
from station.model.timing import Clock, Deadline
from station.tenant.checks import Line, Setup, judge
from station.tenant.endpoints import HttpReach, endpoints_for, probe
from station.tenant.evidence import Evidence, read_evidence, unreadable
from station.tenant.offers import Offer, carry_out, offers

BROWSER_SECONDS = 300.0
CODE_SECONDS = 900.0
CHECK_SECONDS = 180.0
LOOK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in (None: nobody), whether that outlives the program, and which purposes the rights reach for (empty where
    nobody can tell)."""

    account: Account | None
    kept: bool
    reaches: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Checked:
    """A check of the tenant: what it was made for, what was read, and the verdicts; `network` follows later."""

    setup: Setup
    evidence: Evidence
    lines: tuple[Line, ...]
    network: tuple[Line, ...] = ()

    @property
    def lacking(self) -> SignInNeeded | None:
        """What a sign-in would still have to ask for so that nothing is unknown for want of a right."""
        unread = [why for why in unreadable(self.evidence) if why.code == "graph.consent-missing"]
        return SignInNeeded("graph.consent-missing", unread[0].detail, scopes=routes.CHECK) if unread else None


@dataclass
class TenantDesk:
    """One tenant. `browser` opens the sign-in page."""

    signin: SignIn
    client: GraphClient
    clock: Clock
    browser: Browser = webbrowser.open

    def session(self) -> Session:
        """Who is signed in and how far it reaches; opens nothing. Raises LinkError where the sign-in service is out of reach."""
        account = self.signin.account()
        asks = account is not None and not account.app_only     # what an app alone may do only Graph's answers tell
        reaches = {key: self.signin.granted(scopes) for key, scopes in routes.PURPOSES.items()} if asks else {}
        return Session(account, self.signin.kept, reaches)

    def sign_in_browser(self, scopes: tuple[str, ...], deadline: Deadline, show: Callable[[str], None], window: int) -> Account:
        """Sign in through the browser, or the broker where the configuration says so. Raises as `SignIn.sign_in`."""
        return self.signin.sign_in(scopes, deadline, self.browser, show, window)

    def sign_in_code(self, scopes: tuple[str, ...], deadline: Deadline, show: Callable[[DeviceCode], None]) -> Account:
        """Sign in on another device. Raises as `SignIn.sign_in_device_code`."""
        return self.signin.sign_in_device_code(scopes, deadline, show)

    def check(self, group_tag: str, deadline: Deadline) -> Checked:
        """Read the tenant and judge it. Raises SignInNeeded, LinkError, Cancelled."""
        evidence = read_evidence(self.client, deadline)
        setup = Setup(group_tag, self.signin.settings.cloud, self.clock.now())
        return Checked(setup, evidence, judge(evidence, setup))

    def network(self, deadline: Deadline) -> tuple[Line, ...]:
        """Try the addresses that headsets need, from this computer."""
        wire = HttpsWire(self.signin.settings.ca_file)
        try:
            return probe(endpoints_for(self.signin.settings), HttpReach(wire), deadline)
        finally:
            wire.close()

    def create(self, plan: tuple[Offer, ...], deadline: Deadline) -> None:
        """Make the calls that were shown. Raises what `GraphClient.call` raises."""
        carry_out(self.client, plan, deadline)


def offered(checked: Checked, name: str, name_template: str) -> tuple[Offer, ...]:
    """What is missing and could be created, as the calls for it."""
    return offers(checked.evidence, checked.setup, name, name_template)
