"""Signing in with msal: by browser, broker, device code or certificate; tokens afterwards without ever asking a person.

`SignIn.token` is silent: it raises SignInNeeded where a person is needed, so that unattended work pauses instead of opening a
window. `sign_in_*` are called only because a person pressed a button. Facts: tenant §3.2, §3.4, §3.6.
"""

import json
import logging
import re
import threading
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from station.links.graph.broker import broker_trouble
from station.links.graph.cache import open_cache
from station.links.graph.clouds import CLOUDS
from station.links.graph.receiver import Receiver
from station.links.graph.settings import TenantSettings
from station.links.graph.wire import CONNECT_SECONDS, NotSent, exchange, new_session
from station.model.errors import ConfigurationError, HoloBenchError, LinkError, SignInNeeded
from station.model.faults import catalogue
from station.model.timing import Clock, Deadline
from station.vault.secrets import SecretStore, require

if TYPE_CHECKING:
    import msal

Browser = Callable[[str], bool]
"""Opens an address where a person (or a practice tenant's robot) can answer it; False where none could be opened."""
_HTTP_SECONDS = 30.0
_AADSTS = re.compile(r"AADSTS\d{5,7}")


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in. `tenant` is the tenant's id."""

    name: str
    tenant: str
    app_only: bool = False


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What to show for a sign-in on another device: type `code` at `address` before `expires`."""

    code: str
    address: str
    expires: datetime


class SignIn:
    """The sign-in of one tenant. Thread-safe; two processes may share the cache file."""

    def __init__(self, settings: TenantSettings, secrets: SecretStore, cache_file: Path | None, clock: Clock) -> None:
        self.settings = settings
        self._secrets = secrets
        self._clock = clock
        self._cache_file = cache_file
        self._app: Any = None
        self._cache: Any = None
        self._http: _MsalHttp | None = None
        self._challenge: str | None = None
        """Claims that no token could be had for in silence: the next sign-in of a person asks for them (facts: tenant §3.6)."""
        self._lock = threading.RLock()

    @property
    def app_only(self) -> bool:
        """Whether the station signs in as itself."""
        return self.settings.app_only

    @property
    def kept(self) -> bool:
        """Whether the sign-in outlives the program; False is to be told (fault `vault.no-keyring`)."""
        self._client()
        return bool(self._cache.kept)

    @cached_property
    def broker_trouble(self) -> ConfigurationError | None:
        """Why the broker that the settings want cannot be used here, to be told; None where it can, or is not wanted."""
        return broker_trouble() if self.settings.broker and not self.app_only else None

    @property
    def by_broker(self) -> bool:
        """Whether people are signed in through the broker; else it is the browser."""
        return self.settings.broker and not self.app_only and self.broker_trouble is None

    def account(self) -> Account | None:
        """Who is signed in, or None. Raises LinkLost where the authority cannot be reached at all."""
        if self.app_only:
            return Account(self.settings.client, self.settings.tenant, app_only=True)
        with self._lock:
            accounts = self._accounts()
        return Account(accounts[0]["username"], self.settings.tenant) if accounts else None

    def token(self, scopes: tuple[str, ...], claims: str | None = None, renew: bool = False) -> str:
        """A token that carries the scopes, from the cache or renewed. Raises SignInNeeded, LinkError; opens nothing."""
        with self._lock:
            app = self._client()
            if self.app_only:
                if renew and not claims:
                    app.remove_tokens_for_client()
                answer = self._talk(lambda: app.acquire_token_for_client([f"{self.settings.graph}/.default"],
                                                                         claims_challenge=claims))
                return self._take(answer, scopes)
            accounts = self._accounts()
            if not accounts:
                raise SignInNeeded("graph.sign-in-needed")
            if renew:
                self._drop_access_tokens(accounts[0]["home_account_id"])
            answer = self._talk(lambda: app.acquire_token_silent_with_error(
                self._full(scopes), accounts[0], force_refresh=renew, claims_challenge=claims))
            if not (answer or {}).get("access_token"):
                self._challenge = claims or self._challenge
            if answer is None:
                raise SignInNeeded("graph.sign-in-needed", f"scope {', '.join(scopes)}", scopes=scopes)
            return self._take(answer, scopes)

    def granted(self, scopes: tuple[str, ...]) -> bool:
        """Whether the rights are there without asking anybody. Raises LinkError where the sign-in service is out of reach."""
        try:
            self.token(scopes)
        except SignInNeeded:
            return False
        return True

    def sign_in(self, scopes: tuple[str, ...], deadline: Deadline, open_page: Browser = webbrowser.open,
                show: Callable[[str], None] | None = None, window: int = 0) -> Account:
        """Sign in on this computer: through the broker where the settings want it and it can be used, else in the browser."""
        if self.by_broker:
            return self.sign_in_broker(scopes, deadline, window)
        return self.sign_in_browser(scopes, deadline, open_page, show)

    def sign_in_browser(self, scopes: tuple[str, ...], deadline: Deadline, open_page: Browser = webbrowser.open,
                        show: Callable[[str], None] | None = None) -> Account:
        """Sign in through the browser of this computer; `show` gets the address where no browser can be opened.

        Raises SignInNeeded with the fault of the refusal, OverBudget `graph.sign-in-timeout`, Cancelled, LinkError.
        """
        app = self._person_client()
        with Receiver() as receiver:
            flow = self._talk(lambda: app.initiate_auth_code_flow(
                self._full(scopes), redirect_uri=receiver.redirect, response_mode="form_post", prompt="select_account",
                claims_challenge=self._challenge))
            if not open_page(flow["auth_uri"]):
                if show is None:
                    raise SignInNeeded("graph.no-browser")
                show(flow["auth_uri"])
            fields = receiver.wait(flow["state"], deadline)
        try:
            answer = self._talk(lambda: app.acquire_token_by_auth_code_flow(flow, dict(fields)))
        except ValueError as error:
            raise SignInNeeded("graph.sign-in-refused", "the answer of the browser does not belong to this sign-in") from error
        self._take(answer, scopes)
        return self._signed_in()

    def sign_in_broker(self, scopes: tuple[str, ...], deadline: Deadline, window: int) -> Account:
        """Sign in through the broker of the operating system, over the window whose handle is given (0: a console)."""
        app = self._person_client()
        answer = self._talk(lambda: app.acquire_token_interactive(
            self._full(scopes), prompt="select_account", timeout=int(deadline.remaining()) or 1,
            claims_challenge=self._challenge, parent_window_handle=window or app.CONSOLE_WINDOW_HANDLE))
        self._take(answer, scopes)
        return self._signed_in()

    def sign_in_device_code(self, scopes: tuple[str, ...], deadline: Deadline, show: Callable[[DeviceCode], None]) -> Account:
        """Sign in on another device: `show` gets the code to display. Cancelling the deadline's token ends the wait."""
        app = self._person_client()
        flow = self._talk(lambda: app.initiate_device_flow(self._full(scopes), claims_challenge=self._challenge))
        if "user_code" not in flow:
            raise self._refused(flow, scopes)
        show(DeviceCode(flow["user_code"], flow["verification_uri"],
                        datetime.fromtimestamp(flow["expires_at"], tz=self._clock.now().tzinfo)))
        answer = self._talk(lambda: app.acquire_token_by_device_flow(
            flow, claims_challenge=self._challenge,
            exit_condition=lambda _: deadline.token.cancelled or deadline.remaining() <= 0))
        deadline.check("graph.sign-in-timeout", "nobody typed the code in")
        self._take(answer, scopes)
        return self._signed_in()

    def sign_out(self) -> None:
        """Forget every account and the cache file."""
        with self._lock:
            app = self._client()
            for account in [] if self.app_only else self._accounts():
                app.remove_account(account)
            self._cache.forget()

    def close(self) -> None:
        """Close the connections to the sign-in service."""
        with self._lock:
            if self._http is not None:
                self._http.close()
            self._app = self._http = None

    def consent_page(self, scopes: tuple[str, ...]) -> str:
        """Address where a tenant admin grants the scopes to this app once for everybody."""
        query = urlencode({"client_id": self.settings.client, "scope": " ".join(self._full(scopes)),
                           "redirect_uri": "http://localhost"})
        return f"{self.settings.authority}/v2.0/adminconsent?{query}"

    def _accounts(self) -> list[dict[str, Any]]:
        """The accounts that msal knows; it may ask the service for the other names of the authority."""
        app = self._client()
        return list(self._talk(lambda: app.get_accounts()))

    def _drop_access_tokens(self, account_id: str) -> None:
        """Drop what Graph rejected: else msal hands an older token with more scopes out again as soon as fewer are asked for."""
        kind = self._cache.CredentialType.ACCESS_TOKEN
        for entry in list(self._cache.search(kind, query={"home_account_id": account_id})):
            self._cache.remove_at(entry)

    def _full(self, scopes: tuple[str, ...]) -> list[str]:
        return [f"{self.settings.graph}/{scope}" for scope in scopes]

    def _signed_in(self) -> Account:
        account = self.account()
        if account is None:
            raise SignInNeeded("graph.sign-in-refused", "no account came back")
        self._challenge = None
        return account

    def _take(self, answer: Mapping[str, Any], scopes: tuple[str, ...]) -> str:
        token = answer.get("access_token")
        if not token:
            raise self._refused(answer, scopes)
        return str(token)

    def _refused(self, answer: Mapping[str, Any], scopes: tuple[str, ...]) -> HoloBenchError:
        """The fault of a refusal: by AADSTS code, else by error word (facts: tenant §3.2); `scopes` were asked for."""
        said = str(answer.get("error_description") or "")
        found = _AADSTS.search(said)
        words = [w for w in (found[0] if found else "", str(answer.get("suberror") or ""), str(answer.get("error") or "")) if w]
        faults = [fault.code for word in words for fault in catalogue().values()
                  if word in fault.codes and fault.code.startswith("graph.")]
        trace = str(answer.get("correlation_id") or "")
        asked = f"scope {', '.join(scopes)}" if scopes else ""
        detail = " · ".join(part for part in (*words, asked, f"correlation {trace}" if trace else "") if part)
        return SignInNeeded(faults[0] if faults else "graph.sign-in-refused", detail, scopes=scopes)

    def _person_client(self) -> Any:
        if self.app_only:
            raise ConfigurationError("graph.certificate-only", "the configuration signs in with a certificate")
        return self._client()

    def _client(self) -> Any:
        with self._lock:
            if self._app is None:
                self._cache = self._cache or open_cache(self._cache_file, self._secrets)
                self._app = self._talk(lambda: self._make_client())
            return self._app

    def _make_client(self) -> "msal.ClientApplication":
        import msal

        # Its debug lines quote authorization and device codes (msal 1.39, token_cache.py `add`); nothing may ask for them.
        logging.getLogger("msal").setLevel(logging.WARNING)
        self._http = _MsalHttp(self.settings.ca_file)
        common: dict[str, Any] = {
            "authority": self.settings.authority, "token_cache": self._cache, "client_capabilities": ["CP1"],
            "app_name": "HoloBench", "http_client": self._http,
            "instance_discovery": None if self.settings.cloud.discovery else False,
        }
        if self.settings.certificate is None:
            made = msal.PublicClientApplication(self.settings.client, enable_broker_on_windows=self.by_broker,
                                                enable_broker_on_mac=self.by_broker, **common)
            self._check_cloud()
            return made
        name = self.settings.certificate_secret
        credential = {"private_key_pfx_path": str(self.settings.certificate), "public_certificate": True,
                      **({"passphrase": require(self._secrets, name)} if name else {})}
        made = msal.ConfidentialClientApplication(self.settings.client, client_credential=credential, **common)
        self._check_cloud()
        return made

    def _check_cloud(self) -> None:
        """The authority told which Graph serves the tenant; another one than the settings name would refuse every token."""
        told = self._http.graph_host if self._http else ""
        if self.settings.cloud.discovery and told and told != urlsplit(self.settings.graph).netloc:
            here = next((cloud.key for cloud in CLOUDS.values() if urlsplit(cloud.graph).netloc == told), "custom")
            raise ConfigurationError("graph.other-cloud", f"{self.settings.tenant}: cloud = \"{here}\" ({told})")

    def _talk(self, ask: Callable[[], Any]) -> Any:
        """Let msal talk; what it raises becomes a fault of the house."""
        import requests

        try:
            return ask()
        except HoloBenchError:
            raise
        except FileNotFoundError as error:
            raise ConfigurationError("graph.certificate-file", str(self.settings.certificate)) from error
        except requests.exceptions.RequestException as error:
            raise NotSent("graph.unreachable", self.settings.cloud.authority) from error
        except json.JSONDecodeError as error:
            raise LinkError("graph.bad-answer", f"{self.settings.cloud.authority}: not JSON") from error
        except ValueError as error:
            if type(error).__name__ == "RedirectUriError":      # msal.broker cannot be imported where there is no broker
                raise SignInNeeded("graph.broker-redirect", self.settings.client) from error
            if "authority" in str(error).lower() or "discovery" in str(error).lower():
                raise ConfigurationError("graph.unknown-tenant", self.settings.authority) from error
            raise


class _MsalHttp:
    """The HTTP client that msal is given: our trust, our proxies, time-outs on everything."""

    def __init__(self, ca_file: Path | None) -> None:
        self._ca_file = ca_file
        self._session = new_session(ca_file)
        self.graph_host = ""
        """Which Graph the authority names for its tenant (facts: tenant §3.3); empty where it names none."""

    def get(self, url: str, params: Any = None, headers: Any = None, **options: Any) -> Any:
        answer = self._send("GET", url, params=params, headers=headers)
        if urlsplit(url).path.endswith("/.well-known/openid-configuration") and answer.status_code == 200:
            with suppress(ValueError):      # msal itself tells what cannot be read
                self.graph_host = str(answer.json().get("msgraph_host") or "")
        return answer

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **options: Any) -> Any:
        return self._send("POST", url, params=params, data=data, headers=headers)

    def close(self) -> None:
        self._session.close()

    def _send(self, method: str, url: str, **options: Any) -> Any:
        return exchange(self._session, method, url, self._ca_file, timeout=(CONNECT_SECONDS, _HTTP_SECONDS), **options)
