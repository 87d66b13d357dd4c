"""The wheel, and a clean environment outside the checkout that has nothing but the locked program and that wheel."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import release


@dataclass(frozen=True, slots=True)
class Installed:
    """A place where the program is installed: `python` of it, and a working folder far from the checkout."""

    python: Path
    elsewhere: Path

    def program(self, name: str) -> Path:
        """A program that was installed with it."""
        return self.python.with_name(name + self.python.suffix)

    def practice(self, command: Path) -> subprocess.CompletedProcess[str]:
        """One unit goes through the practice bench by itself."""
        return self.run(command, "practice", "--units", "1", "--path", "autopilot", "--auto", "--speed", "600", "--seed", "1",
                        "--json")

    def run(self, command: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run from elsewhere, with nothing of the checkout or of the person's own settings in reach."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "HOLOBENCH", "VIRTUAL_ENV"))}
        home = self.elsewhere / "home"
        home.mkdir(exist_ok=True)
        environment |= {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "data"),
                        "XDG_STATE_HOME": str(home / "state"), "LOCALAPPDATA": str(home), "QT_QPA_PLATFORM": "offscreen"}
        return subprocess.run((str(command), *arguments), cwd=self.elsewhere, env=environment, check=False,
                              capture_output=True, text=True, encoding="utf-8", timeout=180)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    return release.build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment of its own, with the locked packages of the program."""
    home = tmp_path_factory.mktemp("installed")
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    return Installed(release.install(wheel, home / "venv"), elsewhere)
