"""`holobench` without a window: finds the command, runs it, turns errors into messages and exit statuses (design §10)."""

import argparse
import importlib
import io
import locale
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import resources
from station.cli.context import Context
from station.model.errors import BUG, Cancelled, HoloBenchError

COMMANDS = ("practice", "devices", "package", "hash", "autopilot", "tenant", "unit", "run", "journal", "fault", "report", "paths",
            "portal")
"""One module of this room a command: `add_parser(subparsers)` and `run(args, context) -> int`."""

JSON_HELP = "print data as JSON, one object a line"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    _streams_that_take_every_text()
    words = list(sys.argv[1:] if argv is None else argv)
    args = _parser(words).parse_args(words)
    context = Context(json=bool(getattr(args, "json", False)), language=args.language or system_language())
    if not getattr(args, "command", ""):
        _parser(words).print_help(context.err)
        return 2
    try:
        return int(_module(args.command).run(args, context))
    except HoloBenchError as e:
        context.complain(e)
        return e.exit_status
    except KeyboardInterrupt:
        context.complain(Cancelled())
        return Cancelled.exit_status
    except BrokenPipeError:
        return 128 + getattr(signal, "SIGPIPE", 13)
    except Exception as e:
        context.complain(HoloBenchError(BUG, f"{type(e).__name__}: {_kept_trace()}"))
        return HoloBenchError.exit_status
    finally:
        _let_go_of_output()


def _streams_that_take_every_text() -> None:
    """A stream that was closed before the program began gives and keeps nothing; one of a narrow encoding (a redirected console
    of Windows) shows as an escape what it cannot write.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for the life of the program
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _let_go_of_output() -> None:
    """What cannot be written any more (the reader has gone, the disk is full) is no second failure at the end of the program."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _kept_trace() -> str:
    """The trace of a bug in a file for the developers, since a person can do nothing with it: where it is."""
    try:
        with tempfile.NamedTemporaryFile("w", prefix="holobench-bug-", suffix=".txt", delete=False, encoding="utf-8") as file:
            file.write(f"holobench {program_version()}, Python {sys.version}, {sys.platform}\n{traceback.format_exc()}")
    except OSError:
        return traceback.format_exc(limit=-1)
    return file.name


def system_language() -> str:
    """The language of the session's locale where it is offered, else English."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return resources.language_of(named)


def program_version() -> str:
    """The version of the installed distribution."""
    try:
        return version("holobench")
    except PackageNotFoundError:
        return "0 (not installed)"


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="holobench", description="Provisioning bench for Microsoft HoloLens. "
                                     "Without a command it opens the station's window.")
    parser.add_argument("--version", action="version", version=f"holobench {program_version()}")
    parser.add_argument("--language", choices=tuple(resources.LANGUAGES), default="", help="language of messages")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    named = next((w for w in words if w in COMMANDS), None)
    for command in (named,) if named else COMMANDS:
        _module(command).add_parser(subparsers)
    return parser


def _module(command: str):  # type: ignore[no-untyped-def]
    return importlib.import_module(f"station.cli.{command}")
