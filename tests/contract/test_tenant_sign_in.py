"""msal itself signs in to the virtual tenant: every flow of the product, and every refusal of the facts."""

import base64
import hashlib
import html
import json
import re
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import msal
import pytest
import requests

from station.practice.quirk import Dose
from station.practice.tenant import VirtualTenant
from station.practice.tenant.aadsts import ON_DEMAND
from station.practice.tenant.certificates import make_app_certificate

READ = "DeviceManagementServiceConfig.Read.All"
WRITE = "DeviceManagementServiceConfig.ReadWrite.All"
REDIRECT = "http://localhost:50123"


def _public(tenant: VirtualTenant, **options: Any) -> msal.PublicClientApplication:
    return msal.PublicClientApplication(
        options.pop("client_id", tenant.client_id), authority=tenant.authority, instance_discovery=False, verify=tenant.ca_file,
        **options)


def _confidential(tenant: VirtualTenant, credential: Any) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(tenant.client_id, authority=tenant.authority, instance_discovery=False,
                                              verify=tenant.ca_file, client_credential=credential)


def _scope(tenant: VirtualTenant, *names: str) -> list[str]:
    return [f"{tenant.graph_url}/{n}" for n in names]


def _by_device_code(tenant: VirtualTenant, app: Any, *names: str) -> dict[str, Any]:
    found: dict[str, Any] = app.acquire_token_by_device_flow(app.initiate_device_flow(_scope(tenant, *names or (READ,))))
    return found


def _claims(tenant: VirtualTenant, token: str) -> dict[str, Any]:
    """The claims of a token, its signature checked by another library with the published key."""
    keys = requests.get(f"{tenant.authority}/discovery/v2.0/keys", verify=tenant.ca_file, timeout=10).json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    found: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], audience=tenant.graph_url)
    return found


def _get(tenant: VirtualTenant, url: str, **options: Any) -> requests.Response:
    return requests.get(url, verify=tenant.ca_file, timeout=10, allow_redirects=False, **options)


def _authorize(tenant: VirtualTenant, **changed: str) -> requests.Response:
    query = {"client_id": tenant.client_id, "response_type": "code", "redirect_uri": REDIRECT, "scope": _scope(tenant, READ)[0],
             "state": "s1", **changed}
    return _get(tenant, f"{tenant.authority}/oauth2/v2.0/authorize", params=query)


def test_a_device_code_gives_a_token_with_the_scopes_that_were_asked_for(tenant: VirtualTenant) -> None:
    result = _by_device_code(tenant, _public(tenant), READ)
    claims = _claims(tenant, result["access_token"])
    assert claims["scp"] == READ
    assert claims["tid"] == tenant.tenant_id
    assert result["id_token_claims"]["preferred_username"] == "lead@practice.onmicrosoft.com"


def test_the_system_browser_flow_of_msal_ends_in_a_token(tenant: VirtualTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("msal.oauth2cli.authcode._browse", lambda *_, **__: False)      # a browser that cannot be opened
    visits: list[threading.Thread] = []

    def visit(url: str) -> None:
        """Go where the person's browser would go, back to msal's own port included."""
        def go() -> None:
            page = _get(tenant, url).text
            action = html.unescape(re.findall(r'action="([^"]*)"', page)[0])
            fields = {html.unescape(k): html.unescape(v) for k, v in re.findall(r'name="([^"]*)" value="([^"]*)"', page)}
            requests.post(action, fields, timeout=10)
        visits.append(threading.Thread(target=go))
        visits[-1].start()

    result = _public(tenant).acquire_token_interactive(_scope(tenant, READ, WRITE), timeout=30, auth_uri_callback=visit)
    visits[0].join()
    assert set(_claims(tenant, result["access_token"])["scp"].split()) == {READ, WRITE}


@pytest.mark.parametrize("named_by", ["thumbprint", "certificate"])
def test_a_registered_certificate_gives_an_app_token_with_roles(tenant: VirtualTenant, named_by: str) -> None:
    mine = tenant.app_certificate()
    credential = {"private_key": mine.private_key, "public_certificate": mine.certificate}
    if named_by == "thumbprint":
        credential["thumbprint"] = mine.thumbprint
    result = _confidential(tenant, credential).acquire_token_for_client(_scope(tenant, ".default"))
    claims = _claims(tenant, result["access_token"])
    assert WRITE in claims["roles"]
    assert "scp" not in claims


def test_a_certificate_that_nobody_registered_is_refused(tenant: VirtualTenant) -> None:
    stranger = make_app_certificate()
    credential = {"private_key": stranger.private_key, "public_certificate": stranger.certificate}
    result = _confidential(tenant, credential).acquire_token_for_client(_scope(tenant, ".default"))
    assert result["error_codes"] == [700027]


def test_a_secret_instead_of_a_certificate_is_refused(tenant: VirtualTenant) -> None:
    result = _confidential(tenant, "secret").acquire_token_for_client(_scope(tenant, ".default"))
    assert result["error_codes"] == [7000218]


def test_a_further_scope_comes_silently_and_revoking_ends_that(tenant: VirtualTenant) -> None:
    app = _public(tenant)
    _by_device_code(tenant, app, READ)
    account = app.get_accounts()[0]
    assert _claims(tenant, app.acquire_token_silent(_scope(tenant, WRITE), account)["access_token"])["scp"] == WRITE
    tenant.sign_in.revoke()
    refused = app.acquire_token_silent_with_error(_scope(tenant, "User.Read"), account)
    assert refused["error_codes"] == [50173]


def test_the_device_code_waits_until_the_person_has_decided(make_tenant: Callable[..., VirtualTenant]) -> None:
    tenant = make_tenant(auto_approve=False)
    app = _public(tenant)
    flow = app.initiate_device_flow(_scope(tenant, READ))
    form = {"client_id": tenant.client_id, "grant_type": "device_code", "device_code": flow["device_code"]}
    pending = requests.post(f"{tenant.authority}/oauth2/v2.0/token", form, verify=tenant.ca_file, timeout=10)
    assert pending.json()["error"] == "authorization_pending"
    page = requests.post(flow["verification_uri"], {"user_code": flow["user_code"].lower()}, verify=tenant.ca_file, timeout=10)
    assert page.status_code == 200
    assert "access_token" in app.acquire_token_by_device_flow(flow)


def test_a_declined_device_code_is_an_error(make_tenant: Callable[..., VirtualTenant]) -> None:
    tenant = make_tenant(auto_approve=False)
    app = _public(tenant)
    flow = app.initiate_device_flow(_scope(tenant, READ))
    assert tenant.sign_in.decide(flow["user_code"], approve=False)
    assert app.acquire_token_by_device_flow(flow)["error_codes"] == [65004]


def test_device_code_needs_public_client_flows(make_tenant: Callable[..., VirtualTenant]) -> None:
    tenant = make_tenant(public_flows=False)
    assert _by_device_code(tenant, _public(tenant))["error_codes"] == [7000218]


def test_a_scope_without_consent_is_refused_until_the_admin_consents(make_tenant: Callable[..., VirtualTenant]) -> None:
    tenant = make_tenant(consented=[READ])
    app = _public(tenant)
    assert _by_device_code(tenant, app, WRITE)["error_codes"] == [65001]
    consent = _get(tenant, f"{tenant.authority}/v2.0/adminconsent", params={
        "client_id": tenant.client_id, "scope": _scope(tenant, WRITE)[0], "redirect_uri": REDIRECT})
    assert "admin_consent=True" in consent.headers["Location"]
    assert "access_token" in _by_device_code(tenant, app, WRITE)


def test_the_wrong_code_verifier_is_refused(tenant: VirtualTenant) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"right").digest()).rstrip(b"=").decode()
    to = _authorize(tenant, code_challenge=challenge, code_challenge_method="S256").headers["Location"]
    form = {"client_id": tenant.client_id, "grant_type": "authorization_code", "redirect_uri": REDIRECT,
            "code": parse_qs(urlsplit(to).query)["code"][0]}
    answer = requests.post(f"{tenant.authority}/oauth2/v2.0/token", form | {"code_verifier": "wrong"}, verify=tenant.ca_file,
                           timeout=10)
    assert answer.json()["error_codes"] == [501481]


def test_a_code_is_good_for_one_time_only(tenant: VirtualTenant) -> None:
    code = parse_qs(urlsplit(_authorize(tenant).headers["Location"]).query)["code"][0]
    form = {"client_id": tenant.client_id, "grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": code}
    answers = [requests.post(f"{tenant.authority}/oauth2/v2.0/token", form, verify=tenant.ca_file, timeout=10) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 400]


@pytest.mark.parametrize(("changed", "code"), [({"client_id": "another"}, "AADSTS700016"),
                                               ({"redirect_uri": "http://example.com"}, "AADSTS50011")])
def test_what_cannot_go_back_to_the_program_is_shown_as_a_page(tenant: VirtualTenant, changed: dict[str, str], code: str) -> None:
    answer = _authorize(tenant, **changed)
    assert answer.status_code == 400
    assert code in answer.text


def test_the_practice_page_asks_in_the_language_of_the_browser(make_tenant: Callable[..., VirtualTenant]) -> None:
    tenant = make_tenant(auto_approve=False)
    query = {"client_id": tenant.client_id, "redirect_uri": REDIRECT, "scope": "openid", "state": "1"}
    page = _get(tenant, f"{tenant.authority}/oauth2/v2.0/authorize", params=query, headers={"Accept-Language": "en-GB"})
    assert "Sign in as lead@practice.onmicrosoft.com?" in page.text
    answer = _get(tenant, f"{tenant.authority}/oauth2/v2.0/authorize", params=query | {"practice_decision": "no"})
    assert "error=access_denied" in answer.headers["Location"]


@pytest.mark.parametrize("code", ON_DEMAND)
def test_every_refusal_of_the_facts_can_be_provoked(make_tenant: Callable[..., VirtualTenant], code: int) -> None:
    tenant = make_tenant()
    app = _public(tenant)
    _by_device_code(tenant, app, READ)
    tenant.quirk(f"sign-in-{code}", Dose())
    seen = {_shown_by_browser(tenant), *_codes(app.initiate_device_flow(_scope(tenant, READ)))}
    if "error_codes" not in (flow := app.initiate_device_flow(_scope(tenant, READ))):
        seen |= _codes(app.acquire_token_by_device_flow(flow))
    seen |= _codes(app.acquire_token_silent_with_error(_scope(tenant, WRITE), app.get_accounts()[0]))
    assert code in seen


def _codes(result: Any) -> set[int]:
    return set((result or {}).get("error_codes", ()))


def _shown_by_browser(tenant: VirtualTenant) -> int | None:
    answer = _authorize(tenant)
    text = answer.text if answer.status_code == 400 else "".join(
        parse_qs(urlsplit(answer.headers["Location"]).query).get("error_description", ()))
    return int(text.partition("AADSTS")[2].partition(":")[0]) if "AADSTS" in text else None


def test_discovery_names_the_graph_host_and_an_unknown_tenant_is_refused(tenant: VirtualTenant) -> None:
    found = _get(tenant, f"{tenant.authority}/v2.0/.well-known/openid-configuration").json()
    assert found["msgraph_host"] == urlsplit(tenant.graph_url).netloc
    other = _get(tenant, f"{tenant.base_url}/00000000-0000-0000-0000-000000000000/v2.0/.well-known/openid-configuration")
    assert other.json()["error_codes"] == [90002]


def test_a_claims_challenge_is_answered_by_msal_silently(tenant: VirtualTenant, make_caller: Callable[..., Any]) -> None:
    app = _public(tenant, client_capabilities=["CP1"])
    caller = make_caller(tenant)
    caller.token = _by_device_code(tenant, app, "User.Read")["access_token"]
    tenant.challenge()
    refused = caller.call("GET", "/me")
    assert refused.status_code == 401
    encoded = refused.headers["WWW-Authenticate"].partition('claims="')[2].partition('"')[0]
    claims = base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    assert json.loads(claims)["access_token"]["nbf"]["essential"] is True
    again = app.acquire_token_silent(_scope(tenant, "User.Read"), app.get_accounts()[0], claims_challenge=claims)
    caller.token = again["access_token"]
    assert caller.call("GET", "/me").status_code == 200


def test_a_token_of_a_client_without_cp1_is_not_challenged(tenant: VirtualTenant, graph: Any) -> None:
    tenant.challenge()
    assert graph.call("GET", "/me").status_code == 200


@pytest.mark.parametrize("token", ["", "not.a.token", "a.b"])
def test_a_damaged_token_is_refused(tenant: VirtualTenant, graph: Any, token: str) -> None:
    graph.token = token
    assert graph.call("GET", "/me").status_code == 401


def test_a_token_past_its_life_is_refused(make_tenant: Callable[..., VirtualTenant], make_caller: Callable[..., Any]) -> None:
    assert make_caller(make_tenant(token_life=0)).call("GET", "/me").status_code == 401
