"""The lab's one command: python -m tests.lab.benchmark [--small] [--only TEXT]; boots the guest, measures, prints.

`--small` is the size that CI runs; `--only` takes the measurements whose name holds a text.
"""

import argparse
import json
import shutil
import statistics
import sys
from collections.abc import Callable
from typing import Any

from tests.lab.guest import Guest, scratch

FULL = ("--plugs", "50", "--units", "16", "--megabytes", "64", "--rounds", "3", "--replugs", "100", "--cuts", "20")
SMALL = ("--plugs", "20", "--units", "8", "--megabytes", "8", "--rounds", "3", "--replugs", "10", "--cuts", "5")
FULL_SECONDS, SMALL_SECONDS = 2400.0, 1080.0
CAVEAT = ("Software emulation and a virtual controller (dummy_hcd) are not a headset on a real cable: no power, no hub, no real "
          "controller.\nTimes are those of an emulated processor; compare ratios.")


def measure(*, small: bool, only: str = "") -> dict[str, Any]:
    """Boot once and measure everything. Raises RuntimeError where the guest did not come to its end."""
    folder = scratch()
    guest = Guest(folder, qemu_units=1)
    words = [sys.executable, "-m", "tests.lab.inside.main", *(SMALL if small else FULL), "--only", only]
    status = guest.run(words, SMALL_SECONDS if small else FULL_SECONDS, {"PYTHONDONTWRITEBYTECODE": "1"})
    figures, console = folder / "figures.json", folder / "console"
    if status != 0 or not figures.exists():
        last = console.read_text(errors="replace")[-2000:] if console.exists() else "no console: did QEMU start?"
        raise RuntimeError(f"the guest ended with {status}\n{guest.output[-3000:]}\n{last}")
    measured = dict(json.loads(figures.read_text()))
    shutil.rmtree(folder)
    return measured


def told(figures: dict[str, Any]) -> list[str]:
    """The figures as lines, each with its aim; a measurement that failed says so."""
    lines = []
    for name, line in _LINES.items():
        if name in figures:
            found = figures[name]
            lines += [f"{name}: FAILED, {found['failed']}"] if _failed(found) else line(found)
    return [*lines, CAVEAT]


def _failed(found: Any) -> bool:
    return isinstance(found, dict) and "failed" in found


def _plugs(waits: list[float]) -> list[str]:
    waits = sorted(waits)
    return [f"plug to tile, from the kernel's log line to the notice, over {len(waits)} plugs: "
            f"median {statistics.median(waits):.0f} ms, "
            f"p95 {share(waits, 0.95):.0f} ms (aim 250), p99 {share(waits, 0.99):.0f} ms (aim 500)"]


def _copies(rates: dict[str, list[float]]) -> list[str]:
    lines = [f"copy {way} the unit, median of {len(rates[f'ours {way}'])}: {_median(rates, 'ours', way):.2f} MB/s, "
             f"libmtp {_median(rates, 'libmtp', way):.2f} MB/s, ratio {ratio(rates, way):.2f} (aim 1.0)"
             for way in ("to", "from")]
    both_ways = 1 / (1 / _median(rates, "ours", "to") + 1 / _median(rates, "ours", "from"))
    return [*lines, f"copy to the unit and read back as proof: {_median(rates, 'ours', 'to and proved'):.2f} MB/s "
                    f"(one way after the other makes {both_ways:.2f})"]


def _median(rates: dict[str, list[float]], whose: str, way: str) -> float:
    return statistics.median(rates[f"{whose} {way}"])


def _cuts(way: str) -> Callable[[dict[str, Any]], list[str]]:
    def line(found: dict[str, Any]) -> list[str]:
        wrong = [w for w in found["wrong"] if w]
        return [f"cable pulled in a copy {way} the unit: {len(found['wrong']) - len(wrong)} of {len(found['wrong'])} points "
                f"clean, left over: {found['leaked']['threads']} threads, {found['leaked']['handles']} handles {wrong or ''}"]
    return line


def _foreign(found: dict[str, Any]) -> list[str]:
    return [f"QEMU's own MTP unit: ignored unlisted {found['ignored']}, shown listed {found['shown']}, copy read back "
            f"{found['read back']}"]


_LINES: dict[str, Callable[[Any], list[str]]] = {
    "devices command": lambda found: [f"holobench devices: {len(found['listed'])} listed, then watched: "
                                      f"{', '.join(w['event'] for w in found['watched'])}"],
    "plug to tile ms": _plugs,
    "idle share, no unit": lambda found: [f"watching an empty bus: {found:.2%} of one emulated core (aim: below 1 %)"],
    "idle share, all units": lambda found: [f"watching with all units there: {found:.2%} of one emulated core (aim: below 1 %)"],
    "listening": lambda found: [f"listening in vain between questions: {sum(answered for _, answered in found)} of {len(found)} "
                                f"answered"],
    "copy MB/s": _copies,
    "fair seconds": lambda took: [f"{len(took)} units copying at once: slowest / fastest {max(took) / min(took):.2f}"],
    "replugs": lambda found: [f"re-plugs after which every serial was in the slot of its port: {found[0]} of {found[1]}"],
    "cut to the unit": _cuts("to"),
    "cut from the unit": _cuts("from"),
    "foreign unit": _foreign,
}


def ratio(rates: dict[str, list[float]], way: str) -> float:
    """The product's rate over libmtp's, of medians: one slow round on a busy machine is nobody's."""
    return _median(rates, "ours", way) / _median(rates, "libmtp", way)


def share(sorted_values: list[float], part: float) -> float:
    """The value below which this part of the values lies."""
    return sorted_values[min(len(sorted_values) - 1, int(part * len(sorted_values)))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--only", default="", metavar="TEXT")
    options = parser.parse_args()
    sys.stdout.write("\n".join(["", *told(measure(small=options.small, only=options.only))]) + "\n")
