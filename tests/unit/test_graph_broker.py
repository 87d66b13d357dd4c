"""The broker: where it can be used, what is said where it cannot, and what it is given. No real broker is met here."""

import importlib.util
from types import SimpleNamespace
from typing import Any

import pytest

from station.links.graph.broker import broker_trouble
from station.links.graph.clouds import CLOUDS
from station.links.graph.settings import TenantSettings
from station.links.graph.signin import Account, SignIn
from station.model.errors import SignInNeeded
from station.model.faults import catalogue
from station.model.timing import Deadline, WallClock
from station.vault.secrets import MemorySecrets


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker's package is installed."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: SimpleNamespace(name=name))


@pytest.mark.parametrize(("system", "machine", "why"), [
    ("linux", "x86_64", "none on linux"), ("darwin", "x86_64", "Apple silicon"), ("win32", "AMD64", "pymsalruntime"),
    ("darwin", "arm64", "pymsalruntime"),
])
def test_why_there_is_no_broker_is_told(system: str, machine: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    trouble = broker_trouble(system, machine)
    assert trouble is not None
    assert (trouble.code, why in trouble.detail) == ("graph.no-broker", True)
    assert "browser" in catalogue()["graph.no-broker"].title


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(("system", "machine"), [("win32", "AMD64"), ("darwin", "arm64")])
def test_with_its_package_the_broker_can_be_used(system: str, machine: str) -> None:
    assert broker_trouble(system, machine) is None


def _signin(broker: bool = True) -> SignIn:
    return SignIn(TenantSettings("t-1", "c-1", CLOUDS["global"], broker=broker), MemorySecrets(), None, WallClock())


def test_a_station_that_wants_none_misses_none() -> None:
    signin = _signin(broker=False)
    assert (signin.by_broker, signin.broker_trouble) == (False, None)


class RedirectUriError(ValueError):
    """Named as in msal.broker, which can only be imported where there is a broker."""


def _with_app(signin: SignIn, answer: Any) -> list[dict[str, Any]]:
    """Stand in for msal; what it is asked for is collected."""
    asked: list[dict[str, Any]] = []

    def interactive(scopes: list[str], **options: Any) -> Any:
        asked.append({"scopes": scopes, **options})
        if isinstance(answer, Exception):
            raise answer
        return answer

    signin.__dict__["broker_trouble"] = None
    signin._app = SimpleNamespace(acquire_token_interactive=interactive, CONSOLE_WINDOW_HANDLE="console",
                                  get_accounts=lambda: [{"username": "ann@t-1"}])
    return asked


@pytest.mark.parametrize(("window", "handle"), [(4711, 4711), (0, "console")])
def test_the_broker_stands_over_our_window_or_over_the_console(window: int, handle: object) -> None:
    signin = _signin()
    asked = _with_app(signin, {"access_token": "token"})
    assert signin.sign_in(("User.Read",), Deadline(60), window=window) == Account("ann@t-1", "t-1")
    assert asked[0]["scopes"] == ["https://graph.microsoft.com/User.Read"]
    assert asked[0]["parent_window_handle"] == handle
    assert 0 < asked[0]["timeout"] <= 60


def test_a_redirect_that_the_app_lacks_is_told() -> None:
    signin = _signin()
    _with_app(signin, RedirectUriError("unregistered"))
    with pytest.raises(SignInNeeded) as told:
        signin.sign_in(("User.Read",), Deadline(60))
    assert told.value.code == "graph.broker-redirect"
