"""The lock files hold what pyproject.toml asks for, by hash and from nowhere in particular."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = {"requirements.lock": "dev", "requirements-program.lock": "freeze"}
LOCKS = sorted(GROUPS)


def _locked(name: str) -> dict[str, tuple[Version, str]]:
    """Version and the rest of the entry of every package in a lock file."""
    text = (ROOT / "packaging" / name).read_text(encoding="utf-8")
    entries = re.finditer(r"^([\w.-]+)==(\S+)(?:.|\n    )*", text, re.MULTILINE)
    return {canonicalize_name(entry[1]): (Version(entry[2]), entry[0]) for entry in entries}


def _asked(name: str) -> list[Requirement]:
    lines = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["postgres"],
             *PROJECT["dependency-groups"][GROUPS[name]]]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", LOCKS)
def test_every_dependency_is_locked_at_a_version_that_the_project_allows(name: str) -> None:
    locked = _locked(name)
    assert not [str(r) for r in _asked(name) if canonicalize_name(r.name) not in locked]
    assert not [str(r) for r in _asked(name) if not r.specifier.contains(locked[canonicalize_name(r.name)][0])]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    locked = _locked(name)
    assert len(locked) > 30
    assert not [package for package, (_, entry) in locked.items() if "--hash=sha256:" not in entry]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index_and_no_folder(name: str) -> None:
    lines = (ROOT / "packaging" / name).read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if re.search(r"https?://|file:|--(extra-)?index-url|--find-links", line)]


def test_both_locks_agree() -> None:
    developer, program = (_locked(name) for name in ("requirements.lock", "requirements-program.lock"))
    assert not [package for package in developer.keys() & program.keys() if developer[package][0] != program[package][0]]


def test_pyside_stays_below_the_release_that_drops_references() -> None:
    assert _locked("requirements.lock")["pyside6-essentials"][0] < Version("6.12")


IMPORTED_AS = {"pyside6-essentials": "PySide6", "pyusb": "usb", "libusb-package": "libusb_package"}


@pytest.mark.parametrize("dependency", [Requirement(line).name for line in PROJECT["project"]["dependencies"]])
def test_every_dependency_is_imported_somewhere(dependency: str) -> None:
    name = canonicalize_name(dependency)
    pattern = re.compile(rf"^\s*(import|from) {IMPORTED_AS.get(name, name)}\b", re.MULTILINE)
    sources = (path for room in ("station", "ui") for path in (ROOT / room).rglob("*.py"))
    assert any(pattern.search(path.read_text(encoding="utf-8")) for path in sources)
