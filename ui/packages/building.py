"""Building what is made: with the program's own compiler anywhere, with ICD.exe on Windows. Both block and run in a thread."""

import platform
import tempfile
from collections.abc import Callable
from pathlib import Path

from station.model.timing import Deadline
from station.package.build import BuildReport
from station.package.build import build as build_natively
from station.package.icd import Machine, ThisMachine, build_with_icd
from ui.packages.draft import Draft

ICD_SECONDS = 900.0

Builder = Callable[[Draft, Path, Callable[[str], str]], BuildReport]


def natively(draft: Draft, target: Path, secret: Callable[[str], str]) -> BuildReport:
    """The program's own compiler."""
    return build_natively(draft.settings, target, secret=secret, folder=draft.folder, schema=draft.schema)


def by_icd(draft: Draft, target: Path, secret: Callable[[str], str], machine: Machine | None = None) -> BuildReport:
    """Windows Configuration Designer's ICD.exe; what it is given holds secrets and goes away with its folder."""
    with tempfile.TemporaryDirectory(prefix="holobench-") as work:
        return build_with_icd(draft.settings, target, secret=secret, folder=draft.folder, machine=machine or ThisMachine(),
                              work=Path(work), deadline=Deadline(ICD_SECONDS), store=draft.store, schema=draft.schema)


def icd_possible() -> bool:
    """Whether this machine could have an ICD.exe."""
    return platform.system() == "Windows"


def left_to_icd(rule: str) -> bool:
    """Findings that stand against the own compiler only."""
    return rule in ("setting-needs-store", "setting-unknown", "setting-experimental")
