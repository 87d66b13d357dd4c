"""The configuration: what a file may say, and that every mistake of a file is told at once."""

from pathlib import Path

import pytest

from station.bench import configuration
from station.model.errors import ConfigurationError
from station.paths.registry import PATHS

WHOLE = """
[station]
name = "bench-7"
data = "{data}"
journal = "postgresql+psycopg://bench@record/holobench"
[slots]
count = 16
[slots.ports]
"1-2.3" = 1
[usb]
allow = ["045e:0652"]
[tenant]
tenant = "contoso.example"
client = "00000000-0000-0000-0000-000000000001"
cloud = "gcc-high"
[[blueprint]]
key = "rooms"
title = "Rooms"
path = "autopilot"
group_tag = "Rooms"
[blueprint.options]
order = "4711"
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "holobench.toml"
    file.write_text(text.replace("{data}", tmp_path.as_posix()), encoding="utf-8")
    return file


def test_a_whole_file_becomes_values(tmp_path: Path) -> None:
    config = configuration.load(written(tmp_path, WHOLE))
    assert (config.station, config.slots, dict(config.ports), config.allow) == ("bench-7", 16, {"1-2.3": 1}, ("045e:0652",))
    assert config.blueprints["rooms"].options == {"order": "4711"}
    assert config.tenant_settings().graph == "https://graph.microsoft.us"


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(configuration.VARIABLE, raising=False)
    monkeypatch.setattr(configuration, "config_file", lambda: tmp_path / "absent.toml")
    config = configuration.load()
    assert config.slots == 8
    assert next(iter(config.blueprints)) == "autopilot"


def test_without_blueprints_every_path_that_needs_no_package_can_be_chosen(tmp_path: Path) -> None:
    config = configuration.load(written(tmp_path, '[station]\nname = "bench-7"\n'))
    assert not config.own_blueprints
    assert {"autopilot", "entra-oobe", "settings-connect", "return-leave"} <= set(config.blueprints)
    assert not any(PATHS[b.path].pushes_package for b in config.blueprints.values())


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="unreadable"):
        configuration.load(tmp_path / "absent.toml")


@pytest.mark.parametrize(("text", "mistakes"), [
    ("[station]\nspeed = 1\n[slots]\ncount = 0\n", ("station.speed: there is no such entry", "slots.count")),
    ('[tenant]\ncloud = "mars"\n[usb]\nallow = ["zz"]\n', ("cloud: mars; known: global", "usb.allow", "not zz")),
    ('[tenant]\ncloud = "custom"\n', ("tenant", "https")),
    ('[slots.ports]\n"1-1" = 2\n"1-2" = 2\n"1-3" = 0\n', ("slots.ports", "0, 2")),
    ('[[blueprint]]\nkey = "a"\ntitle = "A"\npath = "nope"\n', ("blueprint.0.path", "there is no path nope", "autopilot")),
    ('[[blueprint]]\nkey = "a"\ntitle = "A"\npath = "reset"\n' * 2, ("blueprint", "each key stands for one blueprint: a")),
    ("[[blueprint]]\nkey = 'Big Key'\ntitle = 't'\n", ("blueprint.0.key", "blueprint.0.path")),
    ("[tenant]\nsecret = 'x'\n", ("tenant.secret",)),
])
def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path, text: str, mistakes: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        configuration.load(written(tmp_path, text))
    assert all(mistake in raised.value.detail for mistake in mistakes)


def test_a_station_without_a_tenant_says_so_when_it_is_asked(tmp_path: Path) -> None:
    config = configuration.load(written(tmp_path, "[slots]\ncount = 2\n"))
    with pytest.raises(ConfigurationError, match="no-tenant"):
        config.tenant_settings()
