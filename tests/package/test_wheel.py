"""What the wheel holds, and that it runs where no checkout is."""

from pathlib import Path
from zipfile import ZipFile

import pytest
import release

from tests.package.conftest import Installed

VERSION = release.version()
ROOT = release.ROOT


@pytest.fixture(scope="module")
def names(wheel: Path) -> frozenset[str]:
    with ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.mark.parametrize("needed", [
    "resources/locale/fr/holobench.mo", "resources/faults/station.toml", "resources/icons/app.svg", "station/model/runs.py",
    "ui/entry.py", f"holobench-{VERSION}.dist-info/licenses/LICENSE",
])
def test_the_wheel_holds_what_the_program_reads(names: frozenset[str], needed: str) -> None:
    assert needed in names


def test_the_wheel_holds_every_migration_of_the_journal(names: frozenset[str]) -> None:
    here = {p.relative_to(ROOT).as_posix() for p in (ROOT / "station/journal/migrations").rglob("*.py")}
    assert here
    assert here <= names


def test_the_wheel_holds_nothing_else(names: frozenset[str]) -> None:
    assert {name.split("/")[0] for name in names} == {"station", "ui", "resources", f"holobench-{VERSION}.dist-info"}
    assert not [name for name in names if "qps" in name or name.endswith(".pyc")]


def test_the_requirements_of_the_wheel_are_met_by_the_locked_packages(installed: Installed) -> None:
    done = installed.run(installed.python, "-m", "pip", "--disable-pip-version-check", "check")
    assert done.returncode == 0, done.stdout


def test_the_installed_command_tells_its_version_and_nothing_else(installed: Installed) -> None:
    done = installed.run(installed.program("holobench"), "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert VERSION in done.stdout


def test_the_installed_program_speaks_french(installed: Installed) -> None:
    done = installed.run(installed.python, "-c", "import resources; print(resources.translations('fr').gettext('Cancelled'))")
    assert done.stdout.strip() not in {"", "Cancelled"}, done.stderr


def test_the_installed_practice_bench_brings_a_unit_to_done(installed: Installed) -> None:
    done = installed.practice(installed.program("holobench"))
    assert done.returncode == 0, done.stderr
    assert "Done" in done.stdout.splitlines()[-1]
