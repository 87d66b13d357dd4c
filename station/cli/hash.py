"""`holobench hash harvest|check|merge|split`: hardware hashes from headsets and files, checked, put together, taken apart."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.cli.context import Context
from station.model.errors import DataError, UsageError
from station.model.timing import Deadline
from station.model.words import N_

if TYPE_CHECKING:
    from station.autopilot.diagnostics import Finding
    from station.autopilot.harvest import DiagnosticsFolder
    from station.autopilot.hash_check import CheckedRow
    from station.autopilot.intake import Intake
    from station.bench.ports import Bus

WAIT_SECONDS = 300.0
ARRIVAL_SECONDS = 20.0
COPY_SECONDS = 180.0
DESTINATIONS = ("intune", "partner-center", "microsoft-support", "corporate-identifiers")


def add_parser(subparsers: Any) -> None:
    """`hash` with its verbs."""
    parser = subparsers.add_parser("hash", help="hardware hashes: harvest, check, merge, split")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    harvest = verbs.add_parser("harvest", help="take the hash from a headset, or from a folder with its diagnostics")
    source = harvest.add_mutually_exclusive_group(required=True)
    source.add_argument("--slot", type=int, help="slot number of the unit")
    source.add_argument("--serial", default="", help="serial of the label")
    source.add_argument("--folder", type=Path, help="a folder that holds AutopilotDiagnostics.zip")
    harvest.add_argument("--wait", type=float, default=WAIT_SECONDS, metavar="SECONDS", help="how long to wait for diagnostics")
    harvest.add_argument("--tapped", action="store_true", help="Power and Volume Down were pressed already")
    harvest.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.csv")
    check = verbs.add_parser("check", help="decode and judge every row; changes nothing")
    check.add_argument("--details", action="store_true", help="show every record inside the hashes")
    check.add_argument("--unit", default="", metavar="SERIAL", help="the hashes must be of this unit")
    merge = verbs.add_parser("merge", help="one file of many: repaired, without doubles, split at the limit of its reader")
    merge.add_argument("--for", dest="destination", choices=DESTINATIONS, default="intune", help="who will read the file")
    merge.add_argument("--group-tag", default=None, help="the same group tag in every row")
    split = verbs.add_parser("split", help="numbered files of at most so many rows, in order")
    split.add_argument("--limit", type=int, default=500, metavar="ROWS")
    for verb in (merge, split):
        verb.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.csv")
    for verb in (check, merge, split):
        verb.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV, zip of a headset, or a folder of them")
    for verb in (harvest, check, merge, split):
        verb.add_argument("--json", action="store_true", help="print data as JSON, one object a line")


def run(args: argparse.Namespace, context: Context) -> int:
    """Run one verb; 1 where a row or a file cannot be used. Raises what reading, writing and the link raise."""
    return {"harvest": _harvest, "check": _check, "merge": _merge, "split": _split}[args.verb](args, context)


# Files.

def _check(args: argparse.Namespace, context: Context) -> int:
    from station.autopilot.hash_check import check

    found = _take_in(args.files, context)
    rows = [check(r.row, args.unit) for r in found.rows] if args.unit else found.rows
    for row in rows:
        _show_row(row, context)
        if args.details:
            _show_records(row, context)
    good = sum(r.usable for r in rows)
    _summary(context, rows=len(rows), usable=good, rejected=len(found.rejected))
    return 0 if good == len(rows) and not found.rejected else 1


def _merge(args: argparse.Namespace, context: Context) -> int:
    from station.autopilot.hash_check import merge
    from station.autopilot.hash_file_writer import DESTINATIONS as KNOWN
    from station.autopilot.hash_file_writer import check_value, write

    if args.group_tag is not None:
        check_value(args.group_tag, "--group-tag")
    found = _take_in(args.files, context)
    merged = merge(found.rows)
    kept = [r if args.group_tag is None else replace(r, row=replace(r.row, group_tag=args.group_tag)) for r in merged.kept]
    for row in (*merged.refused, *merged.dropped):
        _show_row(row, context)
    written = write(kept, args.output, KNOWN[args.destination])
    _summary(context, rows=len(kept), doubles=len(merged.dropped), refused=len(merged.refused), rejected=len(found.rejected),
             files=[str(p) for p in written])
    return 1 if merged.refused or found.rejected else 0


def _split(args: argparse.Namespace, context: Context) -> int:
    from station.autopilot.hash_file_writer import INTUNE, write

    if not 1 <= args.limit <= 500:
        raise UsageError("autopilot.limit-too-large", str(args.limit))
    found = _take_in(args.files, context)
    refused = [r for r in found.rows if not r.usable]
    for row in refused:
        _show_row(row, context)
    written = write([r for r in found.rows if r.usable], args.output, replace(INTUNE, limit=args.limit))
    _summary(context, rows=len(found.rows) - len(refused), refused=len(refused), rejected=len(found.rejected),
             files=[str(p) for p in written])
    return 1 if refused or found.rejected else 0


def _take_in(files: list[Path], context: Context) -> "Intake":
    from station.autopilot.intake import take_in

    found = take_in(files)
    for rejected in found.rejected:
        context.complain(DataError(rejected.code, rejected.told))
    return found


def _show_row(row: "CheckedRow", context: Context) -> None:
    from station.autopilot.hardware_hash import mask
    from station.model.faults import catalogue

    model = row.hash.model if row.hash else ""
    if context.json:
        context.emit(serial=row.serial, model=model, hash=mask(row.row.hash_text), group_tag=row.row.group_tag, file=row.row.file,
                     line=row.row.line, usable=row.usable,
                     verdicts=[{"gravity": v.gravity.value, "code": v.code, "detail": v.detail} for v in row.verdicts])
        return
    worst = row.worst()
    context.say(f"{row.serial or '-':<14} {worst.value if worst else 'ok':<9} {model:<12} {row.row.file}:{row.row.line}")
    for verdict in row.verdicts:
        fault = catalogue().explain(verdict.code)
        detail = f" ({verdict.detail})" if verdict.detail else ""
        context.say(f"    {verdict.gravity.value}: {context.translate(fault.title)}{detail}")
        context.say(f"          {context.translate(fault.cure)}")


def _show_records(row: "CheckedRow", context: Context) -> None:
    from station.autopilot.record_table import describe

    for record in row.hash.records if row.hash else ():
        name, value = describe(record)
        if context.json:
            context.emit(serial=row.serial, record=record.type, name=name, value=value)
        else:
            context.say(f"    {record.type:>3} {context.translate(name):<28} {value}")


def _summary(context: Context, *, files: list[str] | None = None, **counts: int) -> None:
    if context.json:
        context.emit(summary=True, **counts, **({"files": files} if files is not None else {}))
        return
    context.say(", ".join(f"{context.translate(_COUNTED[name])}: {count}" for name, count in counts.items()))
    for file in files or ():
        context.say(file)


_COUNTED = {"rows": N_("rows"), "usable": N_("usable"), "doubles": N_("doubles left out"), "refused": N_("refused"),
            "rejected": N_("files rejected")}


# The headset.

def _harvest(args: argparse.Namespace, context: Context) -> int:
    from station.autopilot.harvest import PlainFolder

    if args.folder is not None:
        return _take(args, context, PlainFolder(args.folder), of_unit=False)
    from station.bench.usb_bus import UsbBus
    from station.links.usb.desk import system_eyes

    config = context.config
    return harvest_from(args, context, UsbBus(system_eyes(), config.data, context.clock, count=config.slots, ports=config.ports))


def harvest_from(args: argparse.Namespace, context: Context, bus: "Bus") -> int:
    """The verb over any bus."""
    from station.autopilot.harvest import UnitDocuments
    from station.bench.one_unit import opened_unit

    with opened_unit(bus, Deadline(ARRIVAL_SECONDS), slot=args.slot, serial=args.serial,
                     waits=context.waits_for_unit) as unit:
        return _take(args, context, UnitDocuments(unit.storage), of_unit=True)


def _take(args: argparse.Namespace, context: Context, folder: "DiagnosticsFolder", of_unit: bool) -> int:
    from station.autopilot.diagnostics import Baseline
    from station.autopilot.harvest import await_archive, baseline, harvest
    from station.autopilot.hash_file_writer import write

    deadline = Deadline(args.wait)
    ask = of_unit and not args.tapped
    start = baseline(folder, deadline) if ask else Baseline()
    if ask:
        context.note(context.translate(N_("Press Power and Volume Down together on the headset and let go at once.")))
    elif not of_unit:
        context.hint(N_("Waiting for the diagnostics of a headset in this folder."))
    archive = await_archive(folder, start, deadline, lambda f: _stage(f, context), tapped=args.tapped)
    found = harvest(folder, archive, Deadline(COPY_SECONDS), unit_serial=args.serial or "")
    _show_row(found.row, context)
    if not found.row.usable:
        raise DataError("autopilot.hash-refused", "; ".join(v.code for v in found.row.verdicts))
    path, = write([found.row], args.output)
    _summary(context, rows=1, files=[str(path)])
    return 0


def _stage(finding: "Finding", context: Context) -> None:
    if context.json:
        context.emit(stage=finding.stage.value)
