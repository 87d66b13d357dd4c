"""Clouds and settings: the right hosts, nothing but https, and what a configuration can get wrong."""

import pytest

from station.links.graph.client import Exchange
from station.links.graph.clouds import CLOUDS, cloud
from station.links.graph.opening import open_graph
from station.links.graph.pacer import process_pacer
from station.links.graph.settings import TenantSettings, custom_settings
from station.links.graph.signin import SignIn
from station.model.errors import ConfigurationError
from station.model.events import Draft, Noted
from station.model.timing import ScaledClock, WallClock
from station.tenant.exchange_log import journalled
from station.vault.secrets import MemorySecrets


@pytest.mark.parametrize(("key", "authority", "graph"), [
    ("global", "login.microsoftonline.com", "graph.microsoft.com"),
    ("gcc-high", "login.microsoftonline.us", "graph.microsoft.us"),
    ("dod", "login.microsoftonline.us", "dod-graph.microsoft.us"),
    ("china", "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"),
])
def test_a_national_cloud_has_its_own_hosts(key: str, authority: str, graph: str) -> None:
    settings = TenantSettings("contoso.example", "c", CLOUDS[key])
    assert settings.authority == f"https://{authority}/contoso.example"
    assert settings.graph == f"https://{graph}"
    page = SignIn(settings, MemorySecrets(), None, WallClock()).consent_page(("User.Read",))
    assert f"scope=https%3A%2F%2F{graph}%2FUser.Read" in page


@pytest.mark.parametrize(("key", "authority", "graph"), [
    ("mars", "", ""), ("custom", "", "https://graph.test"), ("custom", "http://login.test", "https://graph.test"),
    ("custom", "https://login.test", "http://graph.test"),
])
def test_an_unknown_cloud_or_one_without_https_is_refused(key: str, authority: str, graph: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        cloud(key, authority, graph)
    assert told.value.code == "graph.unknown-cloud"


def test_only_custom_clouds_go_without_microsofts_directory_of_instances() -> None:
    assert all(c.discovery for c in CLOUDS.values())
    assert not custom_settings("https://localhost:1/t-1", "https://localhost:1", "c").cloud.discovery


def test_a_custom_authority_keeps_port_and_tenant() -> None:
    settings = custom_settings("https://localhost:8443/t-1", "https://localhost:8443", "c")
    assert (settings.authority, settings.tenant) == ("https://localhost:8443/t-1", "t-1")


def test_links_on_real_time_share_one_pacer_and_practice_has_its_own() -> None:
    settings = TenantSettings("t", "c", CLOUDS["global"])
    real = [open_graph(settings, MemorySecrets(), None) for _ in range(2)]
    practice = open_graph(settings, MemorySecrets(), None, ScaledClock(60))
    assert real[0].client.pacer is real[1].client.pacer is process_pacer()
    assert practice.client.pacer is not process_pacer()
    for link in (*real, practice):
        link.close()


@pytest.mark.parametrize(("method", "status", "kept"), [
    ("GET", 200, False), ("GET", 403, True), ("GET", 0, True), ("POST", 204, True), ("DELETE", 404, True)])
def test_the_journal_keeps_the_ids_of_what_changed_or_failed(method: str, status: int, kept: bool) -> None:
    notes: list[Draft] = []

    class Notes:
        def append_later(self, draft: Draft) -> None:
            notes.append(draft)

    journalled(Notes(), WallClock())(Exchange("r", method, "/v1.0/x", 1, status, "client-1", "request-1", "today", 0.1))
    assert bool(notes) is kept
    for draft in notes:
        assert isinstance(draft.body, Noted)
        assert (draft.body.about["client-request-id"], draft.body.about["request-id"]) == ("client-1", "request-1")
