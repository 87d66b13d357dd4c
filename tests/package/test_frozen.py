"""The program without a Python: PyInstaller's folder starts and works; on Debian it fits a package."""

import shutil
import subprocess
from pathlib import Path

import deb
import pytest
import release

from tests.package.conftest import Installed


@pytest.fixture(scope="module")
def frozen(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("frozen")
    return release.freeze(installed.python, out / "dist", out / "work")


def test_the_frozen_program_tells_its_version(frozen: Path, installed: Installed) -> None:
    done = installed.run(frozen / f"holobench{installed.python.suffix}", "--version")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_frozen_practice_bench_brings_a_unit_to_done(frozen: Path, installed: Installed) -> None:
    done = installed.practice(frozen / f"holobench{installed.python.suffix}")
    assert done.returncode == 0, done.stderr
    assert "Done" in done.stdout.splitlines()[-1]


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is on Debian and its children only")
def test_the_debian_package_puts_program_rules_and_menu_in_their_places(frozen: Path, tmp_path: Path) -> None:
    package = deb.build(frozen, tmp_path)
    listing = subprocess.run(("dpkg-deb", "--contents", str(package)), check=True, capture_output=True, text=True).stdout
    for place in ("./opt/holobench/holobench", "./usr/bin/holobench -> /opt/holobench/holobench",
                  "./usr/share/applications/holobench.desktop", "./usr/lib/udev/rules.d/68-holobench-hololens.rules",
                  "./usr/lib/udev/rules.d/71-holobench-hololens.rules"):
        assert place in listing
    assert " root/root " in listing.splitlines()[0]
