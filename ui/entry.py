"""`holobench`: decides between the window and the command line. Imports nothing heavy before it has decided.

    holobench                           the station's window
    holobench practice [options]        the window on the practice bench; with --auto, --json or --list-faults in the terminal
    holobench --version, COMMAND …      the command line

Where there is no display it says so and runs the same bench in the terminal.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

TERMINAL_WORDS = ("--auto", "--json", "--list-faults", "--crash", "--help", "-h")
NO_DISPLAY = "There is no display; the same bench runs in the terminal instead."


def main(argv: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not wants_window(words):
        return _terminal(words)
    if not has_display(os.environ, sys.platform):
        print(NO_DISPLAY, file=sys.stderr)  # noqa: T201 - the only thing said before anything is loaded
        return _terminal(without_window(words))
    return _window(words)


def wants_window(words: Sequence[str]) -> bool:
    """Whether these words open the window."""
    return not words or (words[0] == "practice" and not any(w in TERMINAL_WORDS for w in words))


def without_window(words: Sequence[str]) -> list[str]:
    """What runs in the terminal in place of the window: a practice bench that plays itself, or what is on the real bus."""
    return [*words, "--auto"] if words else ["devices", "--watch"]


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a window can be opened: always on Windows and macOS; elsewhere with X11, Wayland or a platform chosen by hand."""
    if platform in ("win32", "darwin"):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _terminal(words: Sequence[str]) -> int:
    from station.cli.main import main as terminal

    if "report" in words:
        from ui.records.command import add_pdf

        add_pdf()
    return terminal(words)


def _window(words: Sequence[str]) -> int:
    from ui.app import Order, start

    if not words:
        return start(Order())
    from station.cli.practice import add_parser
    from ui.practice.order import PracticeOrder

    parser = argparse.ArgumentParser(prog="holobench")
    add_parser(parser.add_subparsers())
    given = parser.parse_args(list(words))
    return start(Order(PracticeOrder(given.units, given.path, given.speed or 1.0, given.seed, given.faults, given.journal,
                                     given.port)))
