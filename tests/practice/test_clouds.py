"""The public and national clouds: real msal and the product's client at a virtual tenant that stands under each cloud's names.

Only the way to the port is bent: what is asked for by the cloud's names is brought to the virtual tenant on loopback, and noted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from station.links.graph import routes, signin, wire
from station.links.graph.clouds import CLOUDS, Cloud
from station.links.graph.opening import GraphLink, open_graph
from station.links.graph.request import GraphRequest
from station.links.graph.settings import TenantSettings
from station.model.errors import ConfigurationError, LinkError, NotFound, SignInNeeded
from station.model.timing import Deadline, ScaledClock
from station.practice.tenant import VirtualTenant, tokens
from station.vault.secrets import MemorySecrets
from tests.practice.tenant_rig import Robot, app_pfx

ME = GraphRequest(routes.ME)
EVERY = pytest.mark.parametrize("cloud", CLOUDS.values(), ids=lambda cloud: cloud.key)


@dataclass
class World:
    """A tenant in a cloud, a station that believes in `settings`, and every host that was asked."""

    tenant: VirtualTenant
    link: GraphLink
    hosts: set[str] = field(default_factory=set)
    pages: list[str] = field(default_factory=list)

    def sign_in(self, scopes: tuple[str, ...] = routes.LOOK) -> None:
        robot = Robot(self.tenant.ca_file)

        def browser(page: str) -> bool:
            self.pages.append(page)
            return robot(page.replace(self.tenant.base_url, self.tenant.listens_at, 1))

        self.link.signin.sign_in_browser(scopes, Deadline(30), browser)
        robot.join()


@contextmanager
def station_in(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, believed: Cloud | None = None) -> Iterator[World]:
    """A station whose configuration names the cloud `believed`, and a tenant that lives in `cloud`."""
    clock, real = ScaledClock(600.0), wire.exchange
    with VirtualTenant(clock, names=(cloud.authority, cloud.graph)) as tenant:
        settings = TenantSettings(tenant.tenant_id, tenant.client_id, believed or cloud)
        link = open_graph(settings, MemorySecrets(), None, clock)
        world = World(tenant, link)

        def brought_to_the_port(session: Any, method: str, url: str, ca_file: Path | None, **options: Any) -> Any:
            parts = urlsplit(url)
            world.hosts.add(parts.netloc)
            here = url.replace(f"https://{parts.netloc}", tenant.listens_at, 1)
            return real(session, method, here, Path(tenant.ca_file), **options)

        for module in (signin, wire):
            monkeypatch.setattr(module, "exchange", brought_to_the_port)
        with link:
            yield world
    assert not tenant.violations


@EVERY
def test_a_person_signs_in_and_works_at_the_hosts_of_the_cloud_alone(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with station_in(cloud, monkeypatch) as world:
        world.sign_in()
        assert world.link.client.call(ME, Deadline(20))["userPrincipalName"]
        assert world.link.client.rows(GraphRequest(routes.MANAGED_LIST), Deadline(20)) == []
    assert world.hosts == {urlsplit(cloud.authority).netloc, urlsplit(cloud.graph).netloc}


@EVERY
def test_the_page_and_the_scopes_are_those_of_the_cloud(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with station_in(cloud, monkeypatch) as world:
        world.sign_in((routes.SERVICE_READ,))
        page = world.pages[0]
        assert page.startswith(f"{cloud.authority}/{world.tenant.tenant_id}/oauth2/v2.0/authorize?")
        asked = set(parse_qs(urlsplit(page).query)["scope"][0].split())
        assert asked == {f"{cloud.graph}/{routes.SERVICE_READ}", "openid", "profile", "offline_access"}
        assert world.link.signin.consent_page(routes.LOOK).startswith(f"{cloud.authority}/")


@EVERY
def test_a_token_is_for_the_graph_of_the_cloud(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with station_in(cloud, monkeypatch) as world:
        world.sign_in()
        assert tokens.read(world.link.signin.token((routes.USER_READ,)))["aud"] == cloud.graph


@EVERY
def test_an_app_alone_asks_for_everything_of_the_clouds_graph(
        cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with station_in(cloud, monkeypatch) as world:
        settings = replace(world.link.settings, certificate=app_pfx(world.tenant, tmp_path))
        alone = signin.SignIn(settings, MemorySecrets(), None, ScaledClock(600.0))
        assert tokens.read(alone.token((routes.SERVICE_READ,)))["aud"] == cloud.graph
        alone.close()


@pytest.mark.parametrize(("lives_in", "believed"), [("gcc-high", "global"), ("gcc-high", "dod"), ("dod", "gcc-high"),
                                                     ("china", "global"), ("global", "china")])
def test_a_tenant_of_another_cloud_is_told_with_the_name_of_the_right_one(
        lives_in: str, believed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with station_in(CLOUDS[lives_in], monkeypatch, CLOUDS[believed]) as world, pytest.raises(ConfigurationError) as told:
        world.link.signin.account()
    assert told.value.code == "graph.other-cloud"
    assert f'cloud = "{lives_in}"' in told.value.detail


def test_a_token_of_one_cloud_is_refused_by_the_graph_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = CLOUDS["gcc-high"], CLOUDS["dod"]
    with station_in(here, monkeypatch) as world:
        world.sign_in()
        world.tenant.graph._base_url = there.graph
        with pytest.raises(SignInNeeded) as told:
            world.link.client.call(ME, Deadline(20))
    assert told.value.code == "graph.session-expired"


@EVERY
def test_what_a_cloud_lacks_is_not_known_and_stops_nothing(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    from station.links.graph.values import NotKnown
    from station.practice.quirk import ALWAYS
    from station.tenant.evidence import read_evidence

    with station_in(cloud, monkeypatch) as world:
        world.tenant.quirk("beta-absent", ALWAYS)
        world.sign_in(routes.CHECK)
        evidence = read_evidence(world.link.client, Deadline(20))
    assert isinstance(evidence.profiles, NotKnown)
    assert evidence.profiles.code == "graph.not-in-cloud"
    assert not isinstance(evidence.organization, NotKnown)


def test_a_page_of_a_proxy_instead_of_an_answer_is_told_and_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    with station_in(CLOUDS["global"], monkeypatch) as world:
        world.sign_in()
        straight = signin.exchange      # type: ignore[attr-defined]

        def hotel(session: Any, method: str, url: str, ca_file: Path | None, **options: Any) -> Any:
            answer = straight(session, method, url, ca_file, **options)
            answer._content = b"<html>Welcome to the hotel</html>"
            return answer

        monkeypatch.setattr(signin, "exchange", hotel)
        with pytest.raises(LinkError) as told:
            world.link.signin.token((routes.SERVICE_WRITE,), renew=True)
    assert told.value.code == "graph.bad-answer"
    assert not isinstance(told.value, NotFound)
