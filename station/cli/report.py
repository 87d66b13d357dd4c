"""`holobench report`: certificate, table and labels of units and batches, out of the record. It changes nothing."""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from station.cli.context import Context
from station.journal import Journal
from station.model.errors import NotFound, UsageError
from station.model.timing import Deadline
from station.model.words import N_
from station.paths.registry import PATHS
from station.report.label import DEFAULT_SIZE, SIZES, lay_out, size_of
from station.report.metrics import measure
from station.report.story import Story, stories
from station.report.writing import DOCUMENTS, FORMATS, Manner, save
from station.report.zpl import DPI, zpl

PRINT_BUDGET_S = 20.0
MOST_RUNS = 10_000


def add_parser(subparsers: Any) -> None:
    """Add `report`."""
    parser = subparsers.add_parser(
        "report", help="certificate, table and labels of units and batches",
        description="Without -o it lists the runs. The ending of FILE says what is made: "
                    ".pdf or .html certificate, .csv table with every column, .zpl or .svg label.")
    parser.add_argument("unit", nargs="*", metavar="SERIAL|RUN", help="units or runs; all without any")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help=f"file to write ({', '.join((*DOCUMENTS, *FORMATS))})")
    parser.add_argument("--since", type=_moment, metavar="DATE", help="runs begun on or after this date or time (ISO 8601, UTC)")
    parser.add_argument("--until", type=_moment, metavar="DATE", help="runs begun before this date or time")
    parser.add_argument("--latest", action="store_true", help="only the latest run of each unit")
    parser.add_argument("--title", default="", help="title of a batch")
    parser.add_argument("--label", default=DEFAULT_SIZE, choices=SIZES, help="label stock in millimetres")
    parser.add_argument("--dpi", type=int, default=DPI[0], choices=DPI, help="resolution of the label printer")
    parser.add_argument("--print", dest="printer", default="", metavar="HOST[:PORT]", help="send labels to a ZPL printer")
    parser.add_argument("--journal", default="", metavar="FILE|URL", help="another record than the configured one")
    parser.add_argument("--json", action="store_true", help="print data as JSON, one object a line")


def _moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError as e:
        raise argparse.ArgumentTypeError(f"not a date or time: {text}") from e
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def run(args: argparse.Namespace, context: Context) -> int:
    """Make what was asked for. Raises NotFound `report.no-run`, UsageError, JournalError, LinkError."""
    told = _wanted(args, context)
    size = size_of(args.label)
    practice = any(s.station == "practice" for s in told)
    how = Manner(context.clock.now(), context.translate, context.language, size, args.title, practice, args.dpi)
    if args.output is not None:
        save(told, args.output, how)
        context.note(context.translate(N_("{count} runs written to {file}")).format(count=len(told), file=args.output))
    if args.printer:
        _print(told, args.printer, how)
        context.note(context.translate(N_("{count} labels sent to {printer}")).format(count=len(told), printer=args.printer))
    if args.output is None and not args.printer:
        _list(told, context)
    return 0


def _wanted(args: argparse.Namespace, context: Context) -> tuple[Story, ...]:
    url = args.journal or context.config.journal
    with Journal.open(url, "", context.clock, read_only=True) as journal:
        found = [s for name in args.unit or [""] for s in _named(journal, name, args.since, args.until)]
    told = sorted({s.run.id: s for s in found}.values(), key=lambda s: s.run.started)
    if args.latest:
        told = list({s.serial: s for s in told}.values())
    if not told:
        raise NotFound("report.no-run", ", ".join(args.unit))
    return tuple(told)


def _named(journal: Journal, name: str, since: datetime | None, until: datetime | None) -> tuple[Story, ...]:
    """Runs of a serial, or the run of an id; all runs without a name."""
    by_id = stories(journal, PATHS, limit=MOST_RUNS, runs=[name], since=since, until=until) if name else ()
    about = stories(journal, PATHS, limit=MOST_RUNS, about=name, since=since, until=until)
    return by_id or tuple(s for s in about if not name or name in (s.serial, s.run.unit))


def _print(told: tuple[Story, ...], printer: str, how: Manner) -> None:
    from station.report.printing import PORT, send

    host, _, port = printer.rpartition(":") if printer.count(":") == 1 else (printer, "", "")
    if port and not port.isdecimal():
        raise UsageError("report.bad-printer", printer)
    job = zpl((lay_out(s, how.size, how.translate) for s in told), how.dpi)
    send(job, host, Deadline(PRINT_BUDGET_S), int(port) if port else PORT)


def _list(told: tuple[Story, ...], context: Context) -> None:
    for s in told:
        if context.json:
            context.emit(serial=s.serial, run=s.run.id, path=s.run.path, blueprint=s.run.blueprint, outcome=s.outcome.value,
                         started=s.run.started.isoformat(), finished=s.run.finished.isoformat() if s.run.finished else None,
                         seconds=round(s.seconds), proved=len(s.run.proved), steps=len(s.steps), retries=s.retries,
                         faults=[f.code for f in s.faults], station=s.station, slot=s.run.slot, anchor=str(s.anchor))
        else:
            fault = s.run.fault.code if s.run.fault else ""
            context.say(f"{s.serial:<14} {s.outcome.value:<10} {len(s.run.proved):>2}/{len(s.steps):<2} "
                        f"{s.run.started:%Y-%m-%d %H:%M}  {timedelta(seconds=round(s.seconds))}  {s.run.path:<14} {fault}")
    figures = measure(told)
    if context.json:
        context.emit(summary={"runs": figures.runs, "first_pass": figures.first_pass, "median_seconds": figures.median_seconds,
                              "per_hour": figures.per_hour, "causes": dict(figures.causes)})
