"""The virtual environment `.venv`: made from the lock file with hashes, with the project itself installed in place.

Imports: the standard library only.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "packaging" / "requirements.lock"                    # what a developer has: the program and its tools
PROGRAM_LOCK = ROOT / "packaging" / "requirements-program.lock"     # what the program alone needs, and what freezes it
STAMP = VENV / "holobench-stamp.json"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")


class SetupFailed(Exception):
    """The environment could not be made; the message says what to do."""


def program(name: str) -> str:
    """The path of a program of the environment; `python` is its interpreter."""
    if name == "python":
        return str(PYTHON)
    return str(SCRIPTS / (f"{name}.exe" if os.name == "nt" else name))


def ready() -> None:
    """Make the environment match the lock file and the project file; does nothing when it already does.

    Raises SetupFailed.
    """
    wanted = {"python": ".".join(map(str, sys.version_info[:2])), "place": str(ROOT), "lock": _digest(LOCK),
              "project": _digest(ROOT / "pyproject.toml")}
    present = _stamp()
    if not all(Path(program(name)).is_file() for name in ("python", "holobench")):
        present.pop("project", None)
    if present == wanted:
        return
    # Its programs name the folder that it was made in, and its libraries the Python: neither can be moved. One that does not
    # say where it was made was cut off while it was being made.
    if not PYTHON.is_file() or any(present.get(k) != wanted[k] for k in ("python", "place")):
        _make()
        present = {k: wanted[k] for k in ("python", "place")}
        _stamp_with(present)
    if present.get("lock") != wanted["lock"]:
        print("Installing the locked packages (once, about 250 MB) …", flush=True)
        _pip("install", "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK))
    _pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    _stamp_with(wanted)


def compile_translations() -> None:
    """Merge and compile the catalogues of every language where one is older than its sources. Raises SetupFailed."""
    if subprocess.run((str(PYTHON), str(ROOT / "packaging" / "strings.py"), "compile"), cwd=ROOT, check=False).returncode:
        raise SetupFailed("The translations do not compile; the lines above say which text.")


def _digest(path: Path) -> str:
    # Line ends may differ on Windows; the content is what counts.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _stamp() -> dict[str, str]:
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _stamp_with(present: dict[str, str]) -> None:
    STAMP.write_text(json.dumps(present), encoding="utf-8")


def _make() -> None:
    print(f"Making {VENV.name} with Python {sys.version.split()[0]} …", flush=True)
    if subprocess.run((sys.executable, "-m", "venv", "--clear", str(VENV)), check=False).returncode:
        raise SetupFailed("Python cannot make a virtual environment here. On Debian and Ubuntu: apt-get install python3-venv")


def _pip(*arguments: str) -> None:
    command = (str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", "--quiet", *arguments)
    if subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL).returncode:
        raise SetupFailed("pip could not install what the lock file names; its words are above. "
                          "A network or a mirror of the Python package index is needed the first time.")
