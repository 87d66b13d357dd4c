"""The udev rules touch HoloLens headsets and nothing else, at the right moments."""

import re
import shutil
import subprocess
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


def _verifying() -> tuple[str, ...]:
    """The command of udev that reads rules without following them (systemd 254); () where it is older or there is none."""
    udevadm = shutil.which("udevadm")
    told = subprocess.run((udevadm, "--version"), capture_output=True, text=True, check=False).stdout.strip() if udevadm else ""
    version = int(told) if told.isdigit() else 0
    return (udevadm or "", "verify", *(("--no-style",) if version >= 255 else ())) if version >= 254 else ()


@pytest.mark.skipif(not _verifying(), reason="this system has no udevadm that verifies")
def test_udev_itself_finds_nothing_wrong_with_them() -> None:
    done = subprocess.run((*_verifying(), *sorted(RULES.glob("*.rules"))), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
