"""Runs inside the guest: every measurement of the lab, written as JSON to /run/lab/figures.json.

    python -m tests.lab.inside.main [--plugs N] [--units N] [--megabytes N] [--rounds N] [--replugs N] [--cuts N] [--only TEXT]
"""

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.lab.inside import copying, gadgets, watching
from tests.lab.inside.foreign import foreign_unit
from tests.lab.inside.gadgets import Gadget

FIGURES = Path("/run/lab/figures.json")
CUT_SIZE = 2 * copying.MB


def main() -> int:
    """All of it; a measurement that fails is told in its place and does not stop the others."""
    options = _options()
    gadgets.load(options.units)
    units = [Gadget(n).make() for n in range(1, options.units + 1)]
    figures: dict[str, Any] = {"units": len(units)}
    for name, work in _work(options, units):
        if options.only not in name:
            continue
        begun = time.monotonic()
        try:
            figures[name] = work()
        except Exception as error:
            traceback.print_exc()
            figures[name] = {"failed": f"{type(error).__name__}: {error}"}
        sys.stdout.write(f"lab: {name}: {json.dumps(figures[name])[:400]}  [{time.monotonic() - begun:.1f} s]\n")
        sys.stdout.flush()
        for unit in units:
            unit.unplug()
        FIGURES.write_text(json.dumps(figures, indent=1))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name, default in (("plugs", 50), ("units", 16), ("megabytes", 64), ("rounds", 1), ("replugs", 100), ("cuts", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--only", default="")
    return parser.parse_args()


def _work(options: argparse.Namespace, units: list[Gadget]) -> list[tuple[str, Callable[[], Any]]]:
    first = units[0]
    size = options.megabytes * copying.MB
    return [
        ("devices command", lambda: watching.devices_command(units)),
        ("plug to tile ms", lambda: watching.plug_to_tile(units, options.plugs)),
        ("idle share, no unit", lambda: watching.idle_share(10.0)),
        ("idle share, all units", lambda: _plugged(units, lambda: watching.idle_share(10.0))),
        ("listening", lambda: _plugged([first], lambda: copying.listening(first, 20))),
        ("copy MB/s", lambda: _plugged([first], lambda: copying.copy_rates(first, size, options.rounds))),
        ("fair seconds", lambda: _plugged(units[:8], lambda: copying.fairness(units[:8], max(copying.MB, size // 32)))),
        ("replugs", lambda: watching.replugs(units, options.replugs)),
        ("cut to the unit", lambda: copying.cut_copies(first, options.cuts, CUT_SIZE, to_unit=True)),
        ("cut from the unit", lambda: copying.cut_copies(first, options.cuts, CUT_SIZE, to_unit=False)),
        ("foreign unit", foreign_unit),
    ]


def _plugged(units: Sequence[Gadget], work: Callable[[], Any]) -> Any:
    for unit in units:
        unit.plug()
    for unit in units:
        unit.enumerated()
    return work()


if __name__ == "__main__":
    sys.exit(main())
