"""The station runs where no Qt is installed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORT_EVERYTHING = """
import importlib, pkgutil, sys

for name in ("PySide6", "shiboken6", "qasync"):
    sys.modules[name] = None            # importing it raises ImportError, as if it were not installed

import station

ONLY_ON_WINDOWS = {"winreg", "msvcrt"}
RUN_BY_ALEMBIC = "station.journal.migrations.env"      # only Alembic can run it
count = 0
for module in pkgutil.walk_packages(station.__path__, "station."):
    if module.name == RUN_BY_ALEMBIC:
        continue
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as e:
        if sys.platform == "win32" or (e.name or "").split(".")[0] not in ONLY_ON_WINDOWS:
            raise
    count += 1
assert not [name for name in sys.modules if name.split(".")[0] == "ui"]
print(count)
"""


def test_every_module_of_the_station_can_be_imported_without_qt() -> None:
    done = subprocess.run((sys.executable, "-c", IMPORT_EVERYTHING), cwd=ROOT, capture_output=True, text=True, check=False,
                          timeout=120)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50
