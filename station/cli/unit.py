"""`holobench unit status|return SERIAL`: everything known about a unit, and giving it back in the right order."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from station.cli.context import Context
from station.cli.signing_in import WAYS, add_sign_in, open_tenant, sign_in
from station.links.graph import routes
from station.model.errors import ConfigurationError, LinkError, NotFound, SignInNeeded
from station.model.faults import catalogue
from station.model.timing import Deadline
from station.model.words import N_

if TYPE_CHECKING:
    from station.journal.journal import Journal
    from station.links.graph.opening import GraphLink
    from station.tenant.plan import Step
    from station.tenant.records import UnitRecords
    from station.tenant.returning import Order, Progress, Report, Returning

STATUS_SECONDS = 120.0
RETURN_SECONDS = 3 * 3600.0


def add_parser(subparsers: Any) -> None:
    """`unit` with its verbs."""
    parser = subparsers.add_parser("unit", help="everything known about a unit; return it")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    status = verbs.add_parser("status", help="bench, record and tenant side by side")
    back = verbs.add_parser("return", help="leave the organization, or make ready for use here again; shows the calls only")
    goal = back.add_mutually_exclusive_group(required=True)
    goal.add_argument("--leave", action="store_true", help="the unit leaves the organization")
    goal.add_argument("--reuse", action="store_true", help="the unit stays and is enrolled again")
    back.add_argument("--remote", action="store_true", help="the unit is not on the bench: wipe it over the network")
    back.add_argument("--lockdown", choices=("never", "released", "locked", "not-known"), default="not-known",
                      help="whether TenantLockdown was ever set on the unit")
    back.add_argument("--execute", action="store_true", help="do it; without it the calls are only shown")
    back.add_argument("--confirm", default="", metavar="SERIAL", help="the serial once more, as typed or scanned")
    for verb in (status, back):
        verb.add_argument("serial", metavar="SERIAL", help="serial of the label, with leading zeros")
        verb.add_argument("--json", action="store_true", help="print data as JSON, one object a line")
        add_sign_in(verb)


def run(args: argparse.Namespace, context: Context) -> int:
    """Run one verb. Raises NotFound where nobody knows the serial, Refused where the return is not safe."""
    return _status(args, context) if args.verb == "status" else _return(args, context)


def _status(args: argparse.Namespace, context: Context) -> int:
    known = 0
    with _record(context) as journal:
        for row in _bench_rows(journal, args.serial) if journal else ():
            known += 1
            _row(context, row)
    try:
        with open_tenant(context, args.sign_in, routes.LOOK) as link:
            from station.tenant.records import read_records

            records = read_records(link.client, args.serial, Deadline(STATUS_SECONDS))
    except (ConfigurationError, SignInNeeded, LinkError) as error:
        if not known:
            raise
        context.complain(error)
        return 0 if isinstance(error, ConfigurationError) else error.exit_status
    _show_tenant(context, records)
    if records.nothing and not records.unknown and not known:
        raise NotFound("tenant.serial-unknown", args.serial)
    return 0


def _show_tenant(context: Context, records: "UnitRecords") -> None:
    """The three objects with their age: all their fields as data, what matters for a person."""
    from station.tenant.known import SOURCES, described

    if context.json:
        for row in _tenant_rows(records, context):
            context.emit(**row)
        return
    read = context.clock.now().astimezone().strftime("%H:%M")
    for source, objects in described(records).items():
        context.say(context.translate(N_("{source}, read at {time}")).format(source=SOURCES[source], time=read))
        unread = records.unknown.get(source) or (records.unknown.get("imports") if source == "autopilot" else None)
        if unread is not None:
            why = context.translate(catalogue().explain(unread.code).title)
            context.say("  " + context.translate(N_("Could not be read: {reason}")).format(reason=why))
        elif not objects:
            context.say("  " + context.translate(N_("No record.")))
        for one in objects:
            if one.heading:
                context.say(f"  {one.title(context.translate)}")
            for label, text in one.texts(context.translate):
                context.say(f"  {context.pair(label, text)}")


@contextmanager
def _record(context: Context) -> "Iterator[Journal | None]":
    """The configured record for reading; None where there is none yet."""
    from station.journal.journal import Journal

    try:
        journal = Journal.open(context.config.journal, context.config.station, context.clock, read_only=True)
    except NotFound:
        yield None
        return
    with journal:
        yield journal


def _bench_rows(journal: "Journal", serial: str) -> "Iterator[dict[str, object]]":
    """What the record knows: the latest facts of the unit, and its last run."""
    from station.model.board import empty_board, fold
    from station.paths.registry import PATHS

    board = empty_board(())
    for key in journal.units(serial):
        for event in journal.stream(unit=key):
            board, _ = fold(board, event, PATHS)
    for key, unit in board.units.items():
        if serial not in (unit.facts.text("unit.label-serial"), unit.facts.text("unit.serial")):
            continue
        run = board.run_of(key)
        yield {"source": "bench", "unit": key, "slot": unit.slot, "present": unit.present, "seen": unit.since,
               **{k: known.fact.value for k, known in unit.facts.items() if k.startswith("unit.")}}
        if run is not None:
            yield {"source": "record", "run": run.id, "path": run.path, "phase": run.phase, "started": run.started,
                   **{k: known.fact.value for k, known in run.facts.items() if k.startswith(("autopilot.", "tenant."))}}


def _tenant_rows(records: "UnitRecords", context: Context) -> "Iterator[dict[str, object]]":
    import dataclasses

    now = context.clock.now()
    groups: tuple[tuple[str, Iterable[Any]], ...] = (
        ("autopilot", records.autopilot), ("intune", records.managed), ("entra", records.entra),
        ("import queue", records.imports))
    for source, rows in groups:
        for row in rows:
            yield {"source": source, "read": now, **{k: v for k, v in dataclasses.asdict(row).items() if v not in ("", None, ())}}
    for source, why in records.unknown.items():
        yield {"source": source, "read": now, "not_known": why.code}


def _row(context: Context, row: dict[str, object]) -> None:
    if context.json:
        context.emit(**row)
        return
    context.say(str(row["source"]))
    for key, value in row.items():
        if key != "source":
            context.say(f"  {key}: {value}")


def _return(args: argparse.Namespace, context: Context) -> int:
    from station.journal.journal import Journal
    from station.tenant.exchange_log import journalled
    from station.tenant.plan import Goal, Lockdown, Where
    from station.tenant.return_log import JournalReturnLog
    from station.tenant.returning import Order, Returning

    with Journal.open(context.config.journal, context.config.station, context.clock) as journal:
        model = next((str(r.get("unit.model", "")) for r in _bench_rows(journal, args.serial)), "")
        order = Order(args.serial, Goal.LEAVE if args.leave else Goal.REUSE, Where.REMOTE if args.remote else Where.BENCH,
                      Lockdown(args.lockdown), model)
        first = routes.RETURN if args.execute else routes.LOOK
        with open_tenant(context, args.sign_in, first, journalled(journal, context.clock)) as link:
            returning = Returning(link.client, context.clock, JournalReturnLog(journal, context.clock),
                                  lambda progress: _progress(context, progress))
            steps = returning.plan(order, Deadline(STATUS_SECONDS))
            _show_plan(context, steps, link.signin.app_only)
            if not args.execute:
                _hint(context, steps)
                return 0
            confirmed = args.confirm or _typed(context, args.serial)
            _show_report(context, _execute(returning, order, confirmed, lambda lack: _further_right(args, context, link, lack)))
    return 0


def _execute(returning: "Returning", order: "Order", confirmed: str, get_right: Callable[[SignInNeeded], bool]) -> "Report":
    """Carry out; where a right is lacking, take the return up again once `get_right` got it. Each is asked for once."""
    asked: set[object] = set()
    while True:
        try:
            return returning.execute(order, confirmed, Deadline(RETURN_SECONDS))
        except SignInNeeded as lack:
            scopes = lack.values.get("scopes")
            if not scopes or scopes in asked or not get_right(lack):
                raise
            asked.add(scopes)


def _further_right(args: argparse.Namespace, context: Context, link: "GraphLink", lack: SignInNeeded) -> bool:
    """Tell the person at the keyboard which right is lacking and why, and sign in for it; False where nobody is there."""
    if link.signin.app_only or not sys.stdin.isatty():
        return False
    context.complain(lack)
    context.note(context.translate(N_("Press Enter to sign in for it and go on, Ctrl+C to stop here.")))
    if not sys.stdin.readline():
        return False
    wanted = tuple(str(scope) for scope in lack.values["scopes"])     # type: ignore[attr-defined]
    sign_in(link, context, args.sign_in or WAYS[0], (*routes.LOOK, *wanted))
    return True


def _show_plan(context: Context, steps: "tuple[Step, ...]", app_only: bool) -> None:
    from station.tenant.plan import LATE_RIGHT, LATE_RIGHT_APP

    for step in steps:
        right = ", ".join(step.request.route.rights(app_only))
        if context.json:
            context.emit(step=step.key, title=context.translate(step.title), call=step.request.line(),
                         read_back=step.read_back.line(), right=right)
            continue
        context.say(context.translate(step.title))
        context.say(f"    {step.request.line()}")
        context.say(f"    {context.translate(N_('proved by'))} {step.read_back.line()}")
        if step.asked_late:
            context.say(f"    {context.translate(LATE_RIGHT_APP if app_only else LATE_RIGHT).format(right=right)}")


def _hint(context: Context, steps: "tuple[Step, ...]") -> None:
    if context.json:
        return
    said = N_("Nothing was changed. Add --execute to do it.") if steps else N_("There is nothing to do.")
    context.say(context.translate(said))


def _typed(context: Context, serial: str) -> str:
    """The serial as a person types or scans it; empty where nobody is at the keyboard."""
    if not sys.stdin.isatty():
        return ""
    context.note(context.translate(N_("Type or scan the serial {serial} to confirm:")).format(serial=serial))
    return sys.stdin.readline().strip()


def _progress(context: Context, progress: "Progress") -> None:
    if not context.json and progress.state != "waiting":
        from station.tenant.known import PROGRESS

        context.note(context.pair(context.translate(progress.step.title), context.translate(PROGRESS[progress.state])))


def _show_report(context: Context, report: "Report") -> None:
    left = [name for name, rows in (("autopilot", report.left.autopilot), ("intune", report.left.managed),
                                    ("entra", report.left.entra)) if rows]
    if context.json:
        context.emit(returned=report.order.serial, goal=report.order.goal, steps=dict(report.done), left=left)
        return
    said = N_("Returned. Left in the tenant: {left}") if left else N_("Returned. The tenant knows nothing of it any more.")
    context.say(context.translate(said).format(left=", ".join(left)))

