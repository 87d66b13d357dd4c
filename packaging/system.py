"""What the operating system has to bring: which libraries and programs are missing, and how to get them on Debian and Ubuntu.

The table is system_packages.toml. Imports: the standard library only.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from glob import glob
from pathlib import Path

TABLE = Path(__file__).with_name("system_packages.toml")


@dataclass(frozen=True, slots=True)
class Need:
    """One library, program or file (`kind`) of a group, and the Debian package that has it."""

    kind: str
    name: str
    package: str
    also_in: tuple[str, ...] = ()

    def met(self) -> bool:
        """Whether this machine has it."""
        match self.kind:
            case "libraries":
                return _loads(self.name)
            case "programs":
                return find_program(self.name, self.also_in) is not None
            case _:
                return bool(glob(self.name))


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def find_program(name: str, also_in: Iterable[str] = ()) -> Path | None:
    """The program on PATH, else in the newest of the folders that the globs of `also_in` name."""
    if on_path := shutil.which(name):
        return Path(on_path)
    folders = [Path(f) for pattern in also_in for f in sorted(glob(pattern), reverse=True)]
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def group_folders(group: str) -> tuple[str, ...]:
    """The folders outside PATH where programs of a group may be."""
    return tuple(_table()[group].get("also_in", ()))


@cache
def _table() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def group_names() -> tuple[str, ...]:
    """All groups of the table."""
    return tuple(_table())


def missing(groups: Iterable[str]) -> list[Need]:
    """What this machine lacks of these groups. Nothing on Windows and macOS: the wheels bring what they need."""
    if sys.platform != "linux":
        return []
    return [need for group in groups for need in _needs(group) if not need.met()]


def _needs(group: str) -> list[Need]:
    table = _table()[group]
    folders = group_folders(group)
    python = ".".join(map(str, sys.version_info[:2]))
    return [Need(kind, name.format(python=python), package.format(python=python), folders)
            for kind in ("libraries", "programs", "files") for name, package in table.get(kind, {}).items()]


def provide(groups: Iterable[str]) -> list[Need]:
    """Install what is missing where we may (root on Debian or Ubuntu); answers what is still missing afterwards."""
    needs = missing(groups)
    if not needs or not may_install():
        return needs
    packages = _packages(needs)
    print(f"Installing from Debian: {' '.join(packages)}", flush=True)
    _apt_get("update")
    # All at once; one by one where this release lacks one of them, so that the others still come.
    if not _apt_get("install", "-y", "--no-install-recommends", *packages):
        for package in packages:
            _apt_get("install", "-y", "--no-install-recommends", package)
    return [need for need in needs if not need.met()]


def _apt_get(*command: str) -> bool:
    done = subprocess.run(("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", *command), check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    if done.returncode:
        print(f"apt-get {' '.join(command)} ended with status {done.returncode}", flush=True)
    return done.returncode == 0


def may_install() -> bool:
    """Whether we are root on a system with apt-get."""
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _packages(needs: Sequence[Need]) -> list[str]:
    return list(dict.fromkeys(need.package for need in needs))


def remedy(needs: Sequence[Need]) -> str:
    """The one command that installs these needs, or their names where we do not know the package manager."""
    if shutil.which("apt-get"):
        sudo = "" if os.geteuid() == 0 else "sudo "
        return f"{sudo}apt-get install --no-install-recommends {' '.join(_packages(needs))}"
    return f"install with your package manager: {', '.join(need.name for need in needs)}"
