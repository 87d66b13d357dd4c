"""What people install: the wheel, the frozen folder, and the package or installer of this system.

Imports: the standard library only; runs with the Python of `.venv`, which has hatchling.
"""

import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import deb
from environment import PROGRAM_LOCK, ROOT, SetupFailed

SPECIFICATION = ROOT / "packaging" / "holobench.spec"
INSTALLER = ROOT / "packaging" / "windows" / "holobench.iss"


def version() -> str:
    """The version that pyproject.toml gives."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def build_wheel(out: Path) -> Path:
    """The wheel of this checkout, in `out`. Raises SetupFailed."""
    _do(sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--no-build-isolation", "-w", str(out), str(ROOT))
    return next(out.glob(f"holobench-{version()}-*.whl"))


def install(wheel: Path, folder: Path) -> Path:
    """A new environment with the locked packages of the program, PyInstaller and the wheel, and nothing else.

    Answers its Python. Raises SetupFailed.
    """
    venv.create(folder, with_pip=True, clear=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = (str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "-qq", "install")
    _do(*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(PROGRAM_LOCK))
    _do(*pip, "--no-deps", str(wheel))
    return python


def freeze(python: Path, out: Path, work: Path) -> Path:
    """The frozen folder, made in `out` by PyInstaller of an environment from `install`. Raises SetupFailed."""
    _do(str(python), "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", "--distpath", str(out), "--workpath", str(work),
        str(SPECIFICATION), folder=work.parent)
    return out / "holobench"


def build(out: Path, work: Path) -> list[Path]:
    """Everything that this system can make, in `out`; `work` is for what is left over. Raises SetupFailed."""
    wheel = build_wheel(out)
    made = [wheel, freeze(install(wheel, work / "venv"), out, work / "pyinstaller")]
    if shutil.which("dpkg-deb"):
        made.append(deb.build(made[1], out))
    if compiler := shutil.which("iscc"):
        _do(compiler, "/Q", f"/DVersion={version()}", str(INSTALLER))
        made += out.glob("holobench-*-setup.exe")
    return made


def _do(*command: str, folder: Path = ROOT) -> None:
    # Away from the checkout when freezing: what lies in the working folder can be imported.
    if subprocess.run(command, cwd=folder, check=False, stdin=subprocess.DEVNULL).returncode:
        raise SetupFailed(f"This failed, its words are above: {' '.join(command)}")


if __name__ == "__main__":
    try:
        print("\n".join(map(str, build(ROOT / "dist", ROOT / "build"))))
    except SetupFailed as failure:
        sys.exit(str(failure))
