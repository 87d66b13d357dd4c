"""The udev rules touch HoloLens headsets and nothing else, at the right moments."""

import re
from pathlib import Path

import pytest

RULES = Path(__file__).resolve().parents[2] / "packaging" / "udev"


def _lines(name: str) -> list[str]:
    text = (RULES / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_first_half_runs_before_libmtp_and_the_second_between_libmtp_and_the_seat_rules() -> None:
    numbers = [int(p.name.split("-")[0]) for p in sorted(RULES.glob("*.rules"))]
    assert len(numbers) == 2
    assert numbers[0] < 69 < numbers[1] < 73


def test_only_a_microsoft_device_that_says_hololens_or_has_a_known_product_id_is_marked() -> None:
    lines = _lines("68-holobench-hololens.rules")
    marking = [i for i, line in enumerate(lines) if "HOLOBENCH_UNIT" in line]
    guard = next(i for i, line in enumerate(lines) if line.startswith('ATTR{idVendor}!="045e", GOTO='))
    assert marking
    assert all(i > guard for i in marking)
    assert all(re.match(r'ATTR\{product\}=="\*HoloLens\*"|ATTR\{idProduct\}=="[0-9a-f|]+"', lines[i]) for i in marking)


def test_access_is_granted_to_marked_headsets_only() -> None:
    lines = _lines("71-holobench-hololens.rules")
    guard = next(i for i, line in enumerate(lines) if line.startswith('ENV{HOLOBENCH_UNIT}!="1", GOTO='))
    granting = [i for i, line in enumerate(lines) if "uaccess" in line]
    assert granting
    assert all(i > guard for i in granting)
    assert not any("MODE" in line for line in lines), "world-writable nodes are nobody's wish"


@pytest.mark.parametrize("name", [p.name for p in sorted(RULES.glob("*.rules"))])
def test_every_jump_has_its_landing(name: str) -> None:
    text = "\n".join(_lines(name))
    assert set(re.findall(r'GOTO="(\w+)"', text)) == set(re.findall(r'LABEL="(\w+)"', text))


@pytest.mark.parametrize("name", [p.name for p in sorted(RULES.glob("*.rules"))])
def test_every_line_is_a_list_of_keys_with_operators(name: str) -> None:
    key = r'[A-Z_]+(\{[A-Za-z0-9_]+\})?(==|!=|=|\+=)"[^"]*"'
    for line in _lines(name):
        assert re.fullmatch(rf"{key}(,\s*{key})*", line.strip()), line
