"""Which Python makes the environment: this one where it fits, else another of this machine. Pythons that do not fit read this.

Imports: the standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

FITTING = ((3, 13), (3, 12), (3, 11))      # the first that is found is taken


def hand_over() -> None:
    """Become a Python that fits, with the same words; where there is none, end with what to install."""
    here = f"This is Python {sys.version_info[0]}.{sys.version_info[1]}, which HoloBench does not run on."
    command = _other_python()
    if not command:
        names = ", ".join(f"{major}.{minor}" for major, minor in FITTING)
        sys.exit(f"{here} Install one of Python {names} beside it (with venv), then start this again: it is found by itself.")
    print(f"{here} Going on with {' '.join(command)}.", file=sys.stderr, flush=True)
    if os.name != "nt":
        os.execv(command[0], [*command, *sys.argv])
    sys.exit(subprocess.call([*command, *sys.argv]))


def _other_python() -> list[str]:
    """The command of a Python that fits and can make environments; empty where there is none."""
    for major, minor in FITTING:
        path = shutil.which(f"python{major}.{minor}")
        for command in ([path] if path else [], ["py", f"-{major}.{minor}"] if os.name == "nt" else []):
            if command and subprocess.call([*command, "-c", "import venv, ensurepip"], stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL) == 0:
                return command
    return []
