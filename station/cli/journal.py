"""`holobench journal verify|export|held`: is the record what was written, the record as text, who works on what."""

import argparse
from pathlib import Path

from station.cli.context import Context, writing_out
from station.journal.chain import Finding, Head, Verdict, parse_head
from station.journal.export import FORMATS, written_whole
from station.journal.journal import Journal
from station.model.errors import JournalError, UsageError
from station.model.words import N_
from station.report.held import held_elsewhere


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `journal` with its verbs."""
    parser = subparsers.add_parser("journal", help="verify or export the record; what other stations hold")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verify = verbs.add_parser("verify", help="check that the record is what was written",
                              description="Walks the hash chain of every station. Reads only, changes nothing.")
    verify.add_argument("--anchor", action="append", default=[], metavar="STATION:NUMBER:HASH",
                        help="a head noted elsewhere (an earlier verify, a certificate) that must still be in the record")
    out = verbs.add_parser("export", help="write the record as NDJSON or CSV")
    out.add_argument("-o", "--output", type=Path, help="file to write; standard output without it")
    out.add_argument("--format", choices=FORMATS, help="default: by the file's ending, else ndjson")
    for name, about in (("run", "events of this run"), ("unit", "events of this unit"), ("station", "events of this station")):
        out.add_argument(f"--{name}", help=about)
    held = verbs.add_parser("held", help="units that other stations of a shared record work on")
    for verb in (verify, out, held):
        verb.add_argument("--journal", default="", metavar="FILE|URL", help="another record than the configured one")
        verb.add_argument("--json", action="store_true", help="print data as JSON, one object a line")


def run(args: argparse.Namespace, context: Context) -> int:
    """Run one verb; 0 when the record is sound, was written or was asked, 1 where verify finds something."""
    anchors = [_anchor(text) for text in getattr(args, "anchor", ())]
    url = args.journal or context.config.journal
    station = "" if args.journal else context.config.station
    with Journal.open(url, station, context.clock, read_only=True) as journal:
        match args.verb:
            case "verify":
                return _verify(journal, anchors, context)
            case "export":
                return _export(journal, args, context)
            case _:
                return _tell_held(journal, context)


def _anchor(text: str) -> Head:
    try:
        return parse_head(text)
    except ValueError as e:
        raise UsageError("journal.bad-anchor", text[:80]) from e


def _verify(journal: Journal, anchors: list[Head], context: Context) -> int:
    verdict = journal.verify(anchors)
    if context.json:
        context.emit(sound=verdict.sound, rows=verdict.rows, heads=[str(h) for h in verdict.heads],
                     findings=[_plain(f) for f in verdict.findings])
    else:
        _tell(verdict, context)
    if not verdict.sound:
        context.complain(JournalError("journal.chain-broken", _where(verdict.findings[0])))
        return JournalError.exit_status
    return 0


def _plain(finding: Finding) -> dict[str, object]:
    return {"station": finding.station, "seq": finding.seq, "what": finding.what, "about": finding.about}


def _where(finding: Finding) -> str:
    return f"{finding.station} {finding.seq}: {finding.about}" if finding.seq else finding.about


def _tell(verdict: Verdict, context: Context) -> None:
    for finding in verdict.findings:
        context.say(_where(finding))
    said = N_("The record is what was written: {rows} rows.") if verdict.sound else N_("{count} findings in {rows} rows.")
    context.say(context.translate(said).format(rows=verdict.rows, count=len(verdict.findings)))
    for head in verdict.heads:
        context.say(str(head))


def _export(journal: Journal, args: argparse.Namespace, context: Context) -> int:
    how = args.format or ("csv" if args.output and args.output.suffix.casefold() == ".csv" else "ndjson")
    wanted = {"run": args.run, "unit": args.unit, "station": args.station}
    if args.output is None:
        with writing_out():
            journal.export(context.out, how, **wanted)
            context.out.flush()
        return 0
    with written_whole(args.output, "journal.export-failed") as stream:
        count = journal.export(stream, how, **wanted)
    if context.json:
        context.emit(file=str(args.output), format=how, rows=count)
    else:
        context.say(context.translate(N_("{rows} rows written to {file}")).format(rows=count, file=args.output))
    return 0


def _tell_held(journal: Journal, context: Context) -> int:
    units = held_elsewhere(journal, context.clock.now())
    for unit in units:
        if context.json:
            context.emit(serial=unit.serial, station=unit.station, since=unit.since.isoformat() if unit.since else None)
        else:
            since = f"{unit.since.astimezone():%Y-%m-%d %H:%M}" if unit.since else ""
            context.say("  ".join((unit.serial, unit.station, since)).rstrip())
    if not units:
        context.hint(N_("No other station works on a unit."))
    return 0
