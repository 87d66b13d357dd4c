"""Signing in at the virtual tenant with real msal: every way in, every refusal with its fault, never a window by itself."""

import threading
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from station.links.graph import routes
from station.links.graph.clouds import CLOUDS, cloud
from station.links.graph.request import GraphRequest
from station.links.graph.settings import TenantSettings
from station.links.graph.signin import DeviceCode, SignIn
from station.links.graph.wire import HttpsWire
from station.model.errors import Cancelled, ConfigurationError, LinkError, NotFound, OverBudget, SignInNeeded
from station.model.faults import catalogue
from station.model.timing import CancelToken, Deadline, WallClock
from station.practice.quirk import Dose
from station.vault.secrets import MemorySecrets
from tests.practice.tenant_rig import SCOPES, practice

ME = GraphRequest(routes.ME)


def test_the_browser_signs_a_person_in_and_calls_work() -> None:
    with practice() as rig:
        account = rig.signin.account()
        assert account is not None
        assert rig.client.call(ME, rig.deadline())["userPrincipalName"] == account.name


def test_the_device_code_is_shown_and_signs_in() -> None:
    shown: list[DeviceCode] = []
    with practice(signed_in=False) as rig:
        rig.signin.sign_in_device_code(SCOPES, rig.deadline(), shown.append)
        assert rig.client.call(ME, rig.deadline())
    assert shown[0].code
    assert shown[0].address.startswith("https://")


def test_without_a_sign_in_nothing_opens_and_the_work_is_told_to_wait() -> None:
    with practice(signed_in=False) as rig, pytest.raises(SignInNeeded) as told:
        rig.client.call(ME, rig.deadline())
    assert told.value.code == "graph.sign-in-needed"


def test_scopes_are_asked_when_first_needed() -> None:
    with practice() as rig:
        rig.client.rows(GraphRequest(routes.MANAGED_LIST), rig.deadline())
        assert routes.MANAGED_READ in rig.tenant.requests[-1].scope.split()


def test_a_scope_that_nobody_granted_names_the_consent() -> None:
    with practice(consented=["User.Read"]) as rig, pytest.raises(SignInNeeded) as told:
        rig.client.rows(GraphRequest(routes.MANAGED_LIST), rig.deadline())
    assert told.value.code == "graph.consent-missing"


def test_a_rejected_token_is_not_handed_out_again_for_fewer_scopes() -> None:
    with practice(signed_in=False) as rig:
        rig.sign_in((routes.USER_READ, routes.SERVICE_READ))
        rejected = rig.signin.token((routes.USER_READ,))
        renewed = rig.signin.token((routes.USER_READ,), renew=True)
        assert rig.signin.token((routes.USER_READ,)) == renewed != rejected


def test_an_expired_token_is_renewed_without_anybody() -> None:
    with practice(quirks="token-expired:1") as rig:
        for _ in range(12):         # a fresh token is good for ten
            rig.client.call(ME, rig.deadline())
        assert [e.status for e in rig.exchanges].count(401) == 1


def test_a_claims_challenge_is_answered_without_anybody() -> None:
    with practice() as rig:
        rig.client.call(ME, rig.deadline())
        rig.tenant.challenge()
        rig.client.call(ME, rig.deadline())
        assert [e.status for e in rig.exchanges] == [200, 401, 200]


@pytest.mark.parametrize("way", ["browser", "device-code"])
def test_claims_that_only_a_person_can_satisfy_are_asked_for_by_the_next_sign_in(way: str) -> None:
    pages: list[str] = []
    with practice() as rig:
        rig.client.call(ME, rig.deadline())
        rig.tenant.challenge()
        rig.tenant.quirk("sign-in-50076", Dose(count=1))
        with pytest.raises(SignInNeeded) as told:
            rig.client.call(ME, rig.deadline())
        assert told.value.code == "graph.mfa"
        if way == "browser":
            rig.signin.sign_in_browser(SCOPES, rig.deadline(), lambda page: (pages.append(page), rig.robot(page))[1])
            rig.robot.join()
            assert "nbf" in parse_qs(urlsplit(pages[0]).query)["claims"][0]
        else:
            rig.signin.sign_in_device_code(SCOPES, rig.deadline(), lambda _code: None)
        assert rig.client.call(ME, rig.deadline())
        assert [e.status for e in rig.exchanges] == [200, 401, 200]
        rig.signin.sign_in_browser(SCOPES, rig.deadline(), lambda page: (pages.append(page), rig.robot(page))[1])
        rig.robot.join()
        assert "nbf" not in parse_qs(urlsplit(pages[-1]).query)["claims"][0]


def _codes_of_the_facts() -> list[str]:
    return sorted({code for fault in catalogue().values() for code in fault.codes
                   if code.startswith("AADSTS") and fault.code.startswith("graph.")})


def test_every_sign_in_code_of_the_documents_has_a_fault() -> None:
    assert set(_codes_of_the_facts()) >= {f"AADSTS{n}" for n in (
        65001, 90094, 50105, 700016, 7000218, 50011, 53000, 53003, 50076, 50079, 50097, 70043, 700082, 240001)}


@pytest.mark.parametrize(("number", "fault"), [
    (65001, "graph.consent-missing"), (90094, "graph.consent-missing"), (50105, "graph.user-not-assigned"),
    (53000, "graph.conditional-access"), (53003, "graph.conditional-access"), (50097, "graph.device-auth"),
])
def test_a_refused_sign_in_tells_its_fault(number: int, fault: str) -> None:
    with practice(signed_in=False) as rig:
        rig.tenant.quirk(f"sign-in-{number}", Dose(count=1))
        with pytest.raises(SignInNeeded) as told:
            rig.sign_in()
        rig.robot.join()
    assert told.value.code == fault
    assert f"AADSTS{number}" in told.value.detail


@pytest.mark.parametrize(("number", "fault"), [
    (50076, "graph.mfa"), (50079, "graph.mfa"), (70043, "graph.session-expired"), (700082, "graph.session-expired"),
])
def test_a_refused_renewal_tells_its_fault(number: int, fault: str) -> None:
    with practice() as rig:
        rig.tenant.quirk(f"sign-in-{number}", Dose(count=1))
        with pytest.raises(SignInNeeded) as told:
            rig.client.rows(GraphRequest(routes.MANAGED_LIST), rig.deadline())
    assert told.value.code == fault


def test_a_device_code_that_the_app_forbids_tells_the_setting() -> None:
    with practice(signed_in=False, public_flows=False) as rig, pytest.raises(SignInNeeded) as told:
        rig.signin.sign_in_device_code(SCOPES, rig.deadline(), lambda _: None)
    assert told.value.code == "graph.public-client-off"


def test_an_unfinished_sign_in_ends_with_its_deadline() -> None:
    with practice(signed_in=False) as rig, pytest.raises(OverBudget) as told:
        rig.signin.sign_in_browser(SCOPES, Deadline(0.5), lambda _: True)
    assert told.value.code == "graph.sign-in-timeout"


@pytest.mark.parametrize("way", ["browser", "device-code"])
def test_a_sign_in_can_be_cancelled(way: str) -> None:
    token = CancelToken()
    with practice(signed_in=False, auto_approve=False) as rig:
        threading.Timer(0.3, token.cancel).start()
        ways = {"browser": lambda: rig.signin.sign_in_browser(SCOPES, Deadline(30, token), lambda _: True),
                "device-code": lambda: rig.signin.sign_in_device_code(SCOPES, Deadline(30, token), lambda _: None)}
        with pytest.raises(Cancelled):
            ways[way]()


def test_the_address_is_shown_where_no_browser_opens() -> None:
    shown: list[str] = []
    with practice(signed_in=False) as rig:
        def show(address: str) -> None:
            shown.append(address)
            rig.robot(address)

        rig.signin.sign_in_browser(SCOPES, rig.deadline(), lambda _: False, show)
        rig.robot.join()
    assert shown[0].startswith("https://")


def test_a_stranger_who_calls_the_loopback_port_changes_nothing() -> None:
    with practice(signed_in=False) as rig:
        def browser(address: str) -> bool:
            port = parse_qs(urlsplit(address).query)["redirect_uri"][0]
            for answer in ("?code=stolen&state=guess", "favicon.ico", "?error=access_denied&state=guess"):
                thread = threading.Thread(target=requests.get, args=(f"{port}/{answer}",), kwargs={"timeout": 10})
                rig.robot.threads.append(thread)
                thread.start()
            return rig.robot(address)

        rig.signin.sign_in_browser(SCOPES, rig.deadline(), browser)
        account = rig.signin.account()
        assert account is not None
    rig.robot.join()


def test_the_certificate_signs_the_station_itself_in(tmp_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

    with practice(signed_in=False) as rig:
        made = rig.tenant.app_certificate()
        pfx = tmp_path / "app.pfx"
        pfx.write_bytes(pkcs12.serialize_key_and_certificates(
            b"app", load_pem_private_key(made.private_key.encode(), None),  # type: ignore[arg-type]
            x509.load_pem_x509_certificate(made.certificate.encode()), None, BestAvailableEncryption(b"pass")))
        secrets = MemorySecrets()
        settings = replace(rig.settings, certificate=pfx, certificate_secret="graph/certificate")
        signin = SignIn(settings, secrets, None, rig.clock)
        with pytest.raises(NotFound):
            signin.token((routes.SERVICE_READ,))
        secrets.put("graph/certificate", "pass")
        rig.client._tokens = signin
        assert rig.client.rows(GraphRequest(routes.IMPORTED_LIST), rig.deadline()) == []
        with pytest.raises(SignInNeeded) as told:
            rig.client.call(ME, rig.deadline())
        signin.close()
    assert told.value.code == "graph.person-needed"


class KeptSecrets(MemorySecrets):
    """A keyring that keeps, for these tests."""

    persistent = True


def test_a_second_window_is_signed_in_by_the_first_and_signed_out_with_it(tmp_path: Path) -> None:
    with practice(signed_in=False) as rig:
        secrets = KeptSecrets()
        one, two = (SignIn(rig.settings, secrets, tmp_path / "tokens.bin", rig.clock) for _ in range(2))
        assert two.account() is None
        one.sign_in_browser(SCOPES, rig.deadline(), rig.robot)
        rig.robot.join()
        assert two.account() == one.account()
        assert two.token(SCOPES) == one.token(SCOPES)
        two.sign_out()
        assert one.account() is None
        one.close()
        two.close()


def test_rights_are_looked_at_without_asking_anybody() -> None:
    with practice(consented=routes.LOOK) as rig:
        assert {name: rig.signin.granted(scopes) for name, scopes in routes.PURPOSES.items()} == {
            "look": True, "register": False, "check": False, "return": False, "delete-object": False, "prepare": False}


def test_signing_out_forgets_everything() -> None:
    with practice() as rig:
        rig.signin.sign_out()
        assert rig.signin.account() is None
        with pytest.raises(SignInNeeded):
            rig.client.call(ME, rig.deadline())


def test_a_tenant_that_does_not_exist_is_told() -> None:
    with practice(signed_in=False) as rig:
        signin = SignIn(replace(rig.settings, tenant="00000000-0000-0000-0000-00000000dead"), MemorySecrets(), None, rig.clock)
        with pytest.raises(ConfigurationError) as told:
            signin.account()
        signin.close()
    assert told.value.code == "graph.unknown-tenant"


def test_an_authority_out_of_reach_is_told() -> None:
    settings = TenantSettings("t", "c", cloud("custom", "https://127.0.0.1:1", "https://127.0.0.1:1"))
    with pytest.raises(LinkError) as told:
        SignIn(settings, MemorySecrets(), None, WallClock()).account()
    assert told.value.code == "graph.unreachable"


def test_the_consent_page_names_app_and_scopes() -> None:
    page = SignIn(TenantSettings("t-1", "c-1", CLOUDS["global"]), MemorySecrets(), None, WallClock()).consent_page(("User.Read",))
    assert page.startswith("https://login.microsoftonline.com/t-1/v2.0/adminconsent?client_id=c-1&scope=https%3A%2F%2Fgraph")


def test_a_proxy_between_us_and_the_tenant_is_not_trusted_silently() -> None:
    with practice(signed_in=False) as rig:
        wire = HttpsWire()
        with pytest.raises(LinkError) as told:
            wire.send("GET", f"{rig.tenant.graph_url}/v1.0/me", {}, None, 10)
        wire.close()
    assert told.value.code == "graph.certificate"
