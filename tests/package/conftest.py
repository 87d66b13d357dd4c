"""The wheel, and a clean environment outside the checkout that has nothing but the locked program and that wheel."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


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
    out = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(out), str(ROOT))
    subprocess.run(build, check=True, cwd=out)
    return next(out.glob("holobench-*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment of its own, with the locked packages of the program."""
    home = tmp_path_factory.mktemp("installed")
    subprocess.run((sys.executable, "-m", "venv", str(home / "venv")), check=True)
    python = home / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = (str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "-qq", "install")
    lock = ROOT / "packaging" / "requirements-program.lock"
    subprocess.run((*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(lock)), check=True)
    subprocess.run((*pip, "--no-deps", str(wheel)), check=True)
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    return Installed(python, elsewhere)
