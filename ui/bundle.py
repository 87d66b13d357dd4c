"""The support bundle: one zip with what the developers need and no secret. A section that fails is told, the others stand.

It holds versions, the platform, the board as tiles without account names, the program's log and the trace of a bug. The record
itself is not in it: `holobench journal export` gives that to whoever may have it.
"""

import json
import platform
import sys
import traceback
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from station.model.board import Tile

DISTRIBUTIONS = ("holobench", "PySide6-Essentials", "qasync", "msal", "SQLAlchemy", "pyusb", "cryptography", "keyring")


def versions() -> str:
    """The program, Python, the platform and the libraries."""
    found = {"python": sys.version, "platform": platform.platform(), "machine": platform.machine()}
    for name in DISTRIBUTIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return json.dumps(found, indent=1)


def board(tiles: tuple[Tile, ...]) -> str:
    """What the slots showed."""
    return "\n".join(json.dumps(asdict(t), default=str) for t in tiles)


def sections(tiles: Callable[[], tuple[Tile, ...]], log_text: Callable[[], str], trace: str) -> Mapping[str, Callable[[], str]]:
    """The files of a bundle by name."""
    return {"versions.json": versions, "board.ndjson": lambda: board(tiles()), "log.txt": log_text, "bug.txt": lambda: trace}


def write(file: Path, parts: Mapping[str, Callable[[], str]]) -> None:
    """Write the zip. Raises OSError where the file cannot be written."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, part in parts.items():
            bundle.writestr(name, _made(part))


def _made(part: Callable[[], str]) -> str:
    try:
        return part()
    except Exception:  # whatever a section fails with is itself worth reporting
        return "this section could not be made:\n" + traceback.format_exc()
