"""The sign-in service of the virtual tenant: OpenID Connect with the flows that msal uses.

Authorization code with PKCE (RFC 7636), device code (RFC 8628), client credentials with a certificate assertion (RFC 7523)
and refresh tokens, on the paths of the Microsoft identity platform v2.0. The lives of tokens and codes run on wall time,
because msal measures them there.
"""

import hashlib
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from station.practice.quirk import Strikes
from station.practice.tenant import tokens
from station.practice.tenant.aadsts import ON_DEMAND, SIGN_IN_ERRORS
from station.practice.tenant.challenge import ClaimsGate, asked_capabilities
from station.practice.tenant.http import Answer, Request, redirect
from station.practice.tenant.pages import approval_page, device_page, error_page, form_post_page, message_page

OIDC_SCOPES = {"openid", "profile", "offline_access", "email"}
_CODE_LIFE = 900.0


@dataclass(slots=True)
class Grant:
    """What a person (or the app itself) was granted: whoever holds a code or a refresh token stands for one of these."""

    client_id: str
    scopes: tuple[str, ...]
    upn: str
    challenge: str = ""
    redirect_uri: str = ""
    nonce: str = ""
    claims: str = ""
    expires: float = 0.0


@dataclass(slots=True)
class DeviceCode:
    """A device code under way. `approved` None: nobody has decided yet."""

    grant: Grant
    user_code: str
    expires: float
    approved: bool | None = None


@dataclass(slots=True)
class Registration:
    """The app registration in the tenant. `public_flows` is “Allow public client flows”."""

    client_id: str
    redirect_uris: tuple[str, ...] = ("http://localhost",)
    public_flows: bool = True
    certificates: list[x509.Certificate] = field(default_factory=list)
    consented: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)


class Declined(Exception):
    """The service refuses: carries the AADSTS code."""

    def __init__(self, code: int, status: int = 400) -> None:
        super().__init__(str(code))
        self.code, self.status = code, status


class SignInService:
    """All endpoints under `/<tenant>/…`. `auto_approve`: every sign-in page answers yes by itself."""

    def __init__(self, tenant_id: str, app: Registration, strikes: Strikes, gate: ClaimsGate, users: Iterable[str], *,
                 auto_approve: bool, token_life: float) -> None:
        self.tenant_id, self.app, self.gate = tenant_id, app, gate
        self.auto_approve, self.token_life = auto_approve, token_life
        self.base_url = self.graph_url = ""
        self._strikes = strikes
        self._users = tuple(users)
        self._codes: dict[str, Grant] = {}
        self._devices: dict[str, DeviceCode] = {}
        self._refresh: dict[str, Grant] = {}
        self._dead: set[str] = set()
        self._lock = threading.RLock()
        self._posts = {"token": self._token, "devicecode": self._device_code}

    # What a test or the practice world does from outside.

    def revoke(self) -> None:
        """Revoke every refresh token that is out (AADSTS50173 from now on)."""
        with self._lock:
            self._dead.update(self._refresh)

    def decide(self, user_code: str, *, approve: bool = True) -> bool:
        """Answer a device code as its person would; whether there was such a code."""
        with self._lock:
            found = [d for d in self._devices.values() if d.user_code == user_code.strip().upper()]
            for device in found:
                device.approved = approve
            return bool(found)

    def mint(self, scopes: Iterable[str], upn: str, *, app_only: bool = False) -> str:
        """An access token without a sign-in."""
        who: dict[str, Any] = {"roles": sorted(scopes), "idtyp": "app", "oid": _oid(self.app.client_id)} if app_only else {
            "scp": " ".join(scopes), "upn": upn, "oid": _oid(upn), "idtyp": "user"}
        return self._access(who, "")

    # Endpoints.

    def handle(self, request: Request) -> Answer:
        """Answer one request of the sign-in service."""
        tenant, _, rest = request.path.lstrip("/").partition("/")
        if rest == "" and tenant == "devicelogin":
            return self._device_login(request)
        if request.path == "/common/discovery/instance":
            host = urlsplit(self.base_url).netloc
            return Answer(200, {"api-version": "1.1", "metadata": [
                {"preferred_network": host, "preferred_cache": host, "aliases": [host]}]})
        known = {self.tenant_id, "organizations", "common"}
        if rest.endswith(".well-known/openid-configuration"):
            return Answer(200, self._discovery()) if tenant in known else self._error(Declined(90002))
        match rest:
            case "discovery/v2.0/keys":
                return Answer(200, tokens.published_keys())
            case "oauth2/v2.0/authorize":
                return self._authorize(request)
            case "oauth2/v2.0/token" | "oauth2/v2.0/devicecode" if request.method == "POST":
                return self._post(rest.rpartition("/")[2], request)
            case "v2.0/adminconsent":
                return self._admin_consent(request)
            case "oauth2/v2.0/logout":
                return message_page(request, "signed-out")
        return Answer(404)

    def _discovery(self) -> dict[str, Any]:
        root = f"{self.base_url}/{self.tenant_id}"
        return {
            "issuer": f"{root}/v2.0", "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "token_endpoint": f"{root}/oauth2/v2.0/token", "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{root}/discovery/v2.0/keys", "end_session_endpoint": f"{root}/oauth2/v2.0/logout",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_modes_supported": ["query", "fragment", "form_post"], "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"], "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": sorted(OIDC_SCOPES), "tenant_region_scope": "PRACTICE",
            "cloud_instance_name": urlsplit(self.base_url).netloc, "cloud_graph_host_name": urlsplit(self.graph_url).netloc,
            "msgraph_host": urlsplit(self.graph_url).netloc}

    def _post(self, name: str, request: Request) -> Answer:
        try:
            with self._lock:
                return self._posts[name](request.form)
        except Declined as refusal:
            return self._error(refusal)

    def _error(self, refusal: Declined) -> Answer:
        return Answer(refusal.status, error_body(self.base_url, refusal.code), {"Cache-Control": "no-store"})

    def _struck(self, codes: Iterable[int]) -> None:
        for code in codes:
            if code in ON_DEMAND and self._strikes.strikes(f"sign-in-{code}"):
                raise Declined(code)

    # Authorization code.

    def _authorize(self, request: Request) -> Answer:
        query = dict(request.query) if request.method == "GET" else request.form
        try:
            if query.get("client_id") != self.app.client_id:
                raise Declined(700016)
            if not self._redirect_known(query.get("redirect_uri", "")):
                raise Declined(50011)
            self._struck((50011, 700016, 65001, 90094, 50105, 53000, 53003, 50097))
            scopes = self._consented(query.get("scope", ""))
        except Declined as refusal:
            return self._refuse_authorize(request, query, refusal)
        if not (self.auto_approve or query.get("practice_decision")):
            return approval_page(request, query, self._users[0])
        if query.get("practice_decision") == "no":
            return self._refuse_authorize(request, query, Declined(65004))
        code = self._keep_code(query, scopes)
        return _send_back(request, query, {"code": code, "state": query.get("state", ""), "session_state": _guid()})

    def _keep_code(self, query: Mapping[str, str], scopes: tuple[str, ...]) -> str:
        code = f"0.{uuid.uuid4().hex}"
        with self._lock:
            self._codes[code] = Grant(
                query["client_id"], scopes, query.get("login_hint") or self._users[0], query.get("code_challenge", ""),
                query["redirect_uri"], query.get("nonce", ""), query.get("claims", ""), time.time() + _CODE_LIFE)
        return code

    def _refuse_authorize(self, request: Request, query: Mapping[str, str], refusal: Declined) -> Answer:
        error = SIGN_IN_ERRORS[refusal.code]
        if error.shown_only or not self._redirect_known(query.get("redirect_uri", "")):
            return error_page(request, error.code, error.text)
        body = error_body(self.base_url, refusal.code)
        return _send_back(request, query, {
            "error": body["error"], "error_description": body["error_description"], "state": query.get("state", "")})

    def _redirect_known(self, uri: str) -> bool:
        # The port of http://localhost is free (Microsoft identity platform, “Redirect URI restrictions”, localhost exceptions).
        parts = urlsplit(uri)
        plain = f"{parts.scheme}://{parts.hostname}" if parts.hostname == "localhost" else uri
        return plain.rstrip("/") in {u.rstrip("/") for u in self.app.redirect_uris}

    def _admin_consent(self, request: Request) -> Answer:
        query = request.query
        self.app.consented.update(map(_bare_scope, query.get("scope", "").split()))
        if not self._redirect_known(query.get("redirect_uri", "")):
            return error_page(request, 50011, SIGN_IN_ERRORS[50011].text)
        return redirect(_with(query["redirect_uri"], {"admin_consent": "True", "tenant": self.tenant_id}))

    # Device code.

    def _device_code(self, form: Mapping[str, str]) -> Answer:
        if form.get("client_id") != self.app.client_id:
            raise Declined(700016)
        self._struck((700016,))
        grant = Grant(form["client_id"], tuple(form.get("scope", "").split()), self._users[0], claims=form.get("claims", ""))
        device_code, user_code = uuid.uuid4().hex, uuid.uuid4().hex[:9].upper()
        self._devices[device_code] = DeviceCode(grant, user_code, time.time() + _CODE_LIFE, True if self.auto_approve else None)
        address = f"{self.base_url}/devicelogin"
        return Answer(200, {
            "user_code": user_code, "device_code": device_code, "verification_uri": address, "expires_in": int(_CODE_LIFE),
            "interval": 1, "message": f"To sign in, use a web browser to open the page {address} and enter the code {user_code} "
                                      "to authenticate."})

    def _device_login(self, request: Request) -> Answer:
        given = request.form.get("user_code") or request.query.get("user_code", "")
        if not given:
            return device_page(request)
        if not self.decide(given, approve=request.form.get("practice_decision") != "no"):
            return error_page(request, 70018, SIGN_IN_ERRORS[70018].text)
        return message_page(request, "device-done")

    def _redeem_device_code(self, form: Mapping[str, str]) -> Answer:
        device = self._devices.get(form.get("device_code", ""))
        if device is None:
            raise Declined(70018)
        if device.expires < time.time():
            raise Declined(70019)
        if not self.app.public_flows:
            raise Declined(7000218, 401)
        if device.approved is None:
            raise Declined(70016)
        del self._devices[form["device_code"]]
        if not device.approved:
            raise Declined(65004)
        # Consent is asked for in the browser; what is missing there shows only now.
        self._struck((7000218, 65001, 90094, 50105, 53000, 53003, 50076, 50079, 50097))
        device.grant.scopes = self._consented(" ".join(device.grant.scopes))
        return self._delegated(device.grant, form)

    # Tokens.

    def _token(self, form: Mapping[str, str]) -> Answer:
        if form.get("client_id") != self.app.client_id:
            raise Declined(700016)
        match form.get("grant_type", ""):
            case "authorization_code":
                return self._redeem_code(form)
            case "device_code" | "urn:ietf:params:oauth:grant-type:device_code":
                return self._redeem_device_code(form)
            case "refresh_token":
                return self._redeem_refresh(form)
            case "client_credentials":
                return self._app_only(form)
            case "":
                raise Declined(900144)
        raise Declined(70003)

    def _redeem_code(self, form: Mapping[str, str]) -> Answer:
        grant = self._codes.pop(form.get("code", ""), None)
        if grant is None:
            raise Declined(70000)
        if grant.expires < time.time() or grant.redirect_uri != form.get("redirect_uri"):
            raise Declined(70008)
        proof = tokens.encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if grant.challenge and proof != grant.challenge:
            raise Declined(501481)
        self._struck((7000218, 50076, 50079))
        return self._delegated(grant, form)

    def _redeem_refresh(self, form: Mapping[str, str]) -> Answer:
        held = form.get("refresh_token", "")
        grant = self._refresh.get(held)
        if grant is None:
            raise Declined(70000)
        if held in self._dead:
            raise Declined(50173)
        self._struck((700082, 70043, 50076, 50079, 53000, 53003, 50097))
        wanted = self._consented(form.get("scope", "")) or grant.scopes
        return self._delegated(Grant(grant.client_id, wanted, grant.upn, claims=form.get("claims", "")), form)

    def _delegated(self, grant: Grant, form: Mapping[str, str]) -> Answer:
        claims = form.get("claims") or grant.claims
        access = self._access({"scp": " ".join(grant.scopes), "upn": grant.upn, "oid": _oid(grant.upn), "idtyp": "user"}, claims)
        refresh = f"1.{uuid.uuid4().hex}"
        self._refresh[refresh] = grant
        now = int(time.time())
        identity = {"iss": f"{self.base_url}/{self.tenant_id}/v2.0", "aud": self.app.client_id, "iat": now, "nbf": now,
                    "exp": now + 3600, "sub": _oid(grant.upn), "oid": _oid(grant.upn), "tid": self.tenant_id, "ver": "2.0",
                    "preferred_username": grant.upn, "name": grant.upn.partition("@")[0], "nonce": grant.nonce}
        info = tokens.encode(f'{{"uid":"{_oid(grant.upn)}","utid":"{self.tenant_id}"}}'.encode())
        scope = " ".join([*(f"{self.graph_url}/{s}" for s in grant.scopes), "openid", "profile", "offline_access"])
        return Answer(200, {"token_type": "Bearer", "scope": scope, "expires_in": int(self.token_life),
                            "ext_expires_in": int(self.token_life), "access_token": access, "refresh_token": refresh,
                            "id_token": tokens.sign(identity), "client_info": info}, {"Cache-Control": "no-store"})

    def _app_only(self, form: Mapping[str, str]) -> Answer:
        assertion = form.get("client_assertion")
        if not assertion:
            raise Declined(7000218, 401)
        self._check_assertion(assertion)
        if form.get("scope") != f"{self.graph_url}/.default":
            raise Declined(70011)
        self._struck((700016, 7000218, 53003))
        who = {"roles": sorted(self.app.roles), "idtyp": "app", "oid": _oid(self.app.client_id)}
        access = self._access(who, form.get("claims", ""))
        return Answer(200, {"token_type": "Bearer", "expires_in": int(self.token_life), "ext_expires_in": int(self.token_life),
                            "access_token": access}, {"Cache-Control": "no-store"})

    def _check_assertion(self, assertion: str) -> None:
        try:
            head = tokens.header(assertion)
            certificate = next((c for c in self.app.certificates if _is_named(c, head)), None)
            if certificate is None:
                raise Declined(700027, 401)
            claims = tokens.read_assertion(assertion, certificate)
        except tokens.BadToken as error:
            raise Declined(50012, 401) from error
        audience = f"{self.base_url}/{self.tenant_id}/oauth2/v2.0/token"
        if claims.get("aud") != audience or claims.get("sub") != self.app.client_id or claims.get("exp", 0) < time.time():
            raise Declined(50012, 401)

    def _access(self, who: Mapping[str, Any], claims: str) -> str:
        now = int(time.time())
        return tokens.sign({
            "aud": self.graph_url, "iss": f"{self.base_url}/{self.tenant_id}/v2.0", "tid": self.tenant_id,
            "appid": self.app.client_id,
            "iat": now, "nbf": now, "exp": now + int(self.token_life), "jti": _guid(), "xms_cc": list(asked_capabilities(claims)),
            "practice_gate": self.gate.level_for(claims), **who})

    def _consented(self, wanted: str) -> tuple[str, ...]:
        """The scopes without their resource. One that names another resource than this cloud's Graph is not known here."""
        given = [s for s in wanted.split() if s not in OIDC_SCOPES]
        if any(s.rpartition("/")[0] not in ("", self.graph_url) for s in given):
            raise Declined(70011)
        scopes = tuple(dict.fromkeys(map(_bare_scope, given)))
        if ".default" in scopes:
            return tuple(sorted(self.app.consented))
        if not set(scopes) <= self.app.consented:
            raise Declined(65001)
        return scopes


def error_body(base_url: str, code: int) -> dict[str, Any]:
    """The JSON with which the token endpoint refuses."""
    error = SIGN_IN_ERRORS[code]
    trace, correlation, stamp = _guid(), _guid(), time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    body = {"error": error.error,
            "error_description": f"AADSTS{code}: {error.text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}",
            "error_codes": [code], "timestamp": stamp, "trace_id": trace, "correlation_id": correlation,
            "error_uri": f"{base_url}/error?code={code}"}
    return body | ({"suberror": error.suberror} if error.suberror else {})


def _is_named(certificate: x509.Certificate, header: Mapping[str, Any]) -> bool:
    """Whether the header of an assertion names the certificate: `x5t#S256`, or the older `x5t` (RFC 7515 §4.1.7, §4.1.8)."""
    named = ((hashes.SHA256(), "x5t#S256"), (hashes.SHA1(), "x5t"))  # noqa: S303
    return any(tokens.encode(certificate.fingerprint(kind)) == str(header.get(field, "")).rstrip("=") for kind, field in named)


def _bare_scope(scope: str) -> str:
    return scope.rpartition("/")[2]


def _send_back(request: Request, query: Mapping[str, str], values: Mapping[str, str]) -> Answer:
    """Send the browser back to the program, in the response mode that it asked for."""
    if query.get("response_mode") == "form_post":
        return form_post_page(request, query["redirect_uri"], values)
    return redirect(_with(query["redirect_uri"], values))


def _with(uri: str, values: Mapping[str, str]) -> str:
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(values, quote_via=quote)}"


def _guid() -> str:
    return str(uuid.uuid4())


def _oid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
