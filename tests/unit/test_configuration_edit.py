"""Changing the configuration from the window: what a person wrote stays, what the station would refuse is never written."""

from pathlib import Path

import pytest

from station.bench.configuration import load
from station.bench.configuration_edit import blueprints, change, section
from station.model.blueprint import Blueprint
from station.model.errors import ConfigurationError

WRITTEN = '''# our bench in the workshop
[station]
name = "bench-7"   # as on the door

[tenant]
tenant = "contoso.example"
client = "00000000-0000-0000-0000-000000000001"

# for the rooms on the second floor
[[blueprint]]
key = "rooms"
title = "Rooms"   # short, it stands on the tile
path = "autopilot"
group_tag = "Rooms"

[[blueprint]]
key = "loans"
title = "Loans"
path = "entra-oobe"
'''
ROOMS = Blueprint("rooms", "Meeting rooms", "autopilot", "Rooms")
LOANS = Blueprint("loans", "Loans", "entra-oobe")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "holobench.toml"
    made.write_text(WRITTEN, encoding="utf-8")
    return made


def test_a_section_is_changed_and_comments_stay(file: Path) -> None:
    config = change(file, section("tenant", {"tenant": "fabrikam.example", "broker": True, "cloud": ""}))
    assert config.tenant["tenant"] == "fabrikam.example"
    assert config.tenant["broker"] is True
    text = file.read_text(encoding="utf-8")
    assert "# as on the door" in text
    assert "cloud" not in text


def test_an_empty_value_leaves_the_file_and_an_empty_section_too(file: Path) -> None:
    change(file, section("tenant", {"tenant": "", "client": ""}))
    assert "[tenant]" not in file.read_text(encoding="utf-8")


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    config = change(tmp_path / "new" / "holobench.toml", blueprints([ROOMS]))
    assert dict(config.blueprints) == {"rooms": ROOMS}


def test_blueprints_are_changed_added_ordered_and_removed(file: Path) -> None:
    third = Blueprint("order-1", "Order 4711", "autopilot", "O", "", {"order": "4711"})
    assert list(change(file, blueprints([LOANS, ROOMS, third])).blueprints.values()) == [LOANS, ROOMS, third]
    assert list(change(file, blueprints([ROOMS])).blueprints.values()) == [ROOMS]
    assert "# short, it stands on the tile" in file.read_text(encoding="utf-8")


def test_without_blueprints_the_plain_ones_are_back(file: Path) -> None:
    assert "entra-oobe" in change(file, blueprints([])).blueprints


def test_what_the_station_would_refuse_is_not_written(file: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        change(file, blueprints([Blueprint("Bad Key", "x", "autopilot")]))
    assert raised.value.code == "configuration.invalid"
    assert file.read_text(encoding="utf-8") == WRITTEN


def test_a_file_that_is_no_toml_is_left_alone(file: Path) -> None:
    file.write_text("[tenant\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        change(file, section("tenant", {"tenant": "x"}))
    assert raised.value.code == "configuration.unreadable"
    assert file.read_text(encoding="utf-8") == "[tenant\n"


def test_a_place_that_cannot_be_is_told(file: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        change(file / "below" / "holobench.toml", section("tenant", {"tenant": "x"}))
    assert raised.value.code == "configuration.unwritable"


def test_what_was_written_is_what_the_next_start_reads(file: Path) -> None:
    assert change(file, section("slots", {"count": 12})).slots == load(file).slots == 12
