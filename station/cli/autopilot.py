"""`holobench autopilot …`: register hashes, wait for profiles, see where serials stand; the queue and its release."""

import argparse
import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.cli.context import Context
from station.cli.signing_in import add_sign_in, open_tenant
from station.links.graph import routes
from station.model.errors import DataError, LinkError, LinkLost, NotFound
from station.model.timing import Deadline
from station.model.words import N_

if TYPE_CHECKING:
    from station.autopilot.registration import RegistrationJob, Report
    from station.autopilot.registration_plan import Plan
    from station.autopilot.standing import Standing
    from station.autopilot.waiting_room import Submission, WaitingRoom
    from station.links.graph.values import NewIdentity

JOB_SECONDS = 6 * 3600.0
LOOK_SECONDS = 300.0
QUEUE_FOLDER = "submissions"


def add_parser(subparsers: Any) -> None:
    """`autopilot` with its verbs."""
    parser = subparsers.add_parser("autopilot", help="register headsets with Windows Autopilot")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    register = verbs.add_parser("register", help="send what is neither registered nor under way, and wait")
    submit = verbs.add_parser("submit", help="keep rows until a lead releases them; asks nothing of the tenant")
    for verb in (register, submit):
        verb.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV, zip of a headset, or a folder of them")
        verb.add_argument("--group-tag", default=None, help="the same group tag for every row")
    register.add_argument("--change-tags", action="store_true", help="give registered devices the wanted group tag too")
    register.add_argument("--dry-run", action="store_true", help="read the tenant, show the calls, make none")
    drain = verbs.add_parser("drain", help="send what waits for a connection or was released")
    for verb in (register, drain):
        verb.add_argument("--until", choices=("submitted", "imported", "assigned"), default="assigned", help="how far to wait")
        verb.add_argument("--refusals", type=Path, metavar="FILE.csv", help="write who was refused, why, and who can cure it")
    status = verbs.add_parser("status", help="where serials stand in the tenant; changes nothing")
    status.add_argument("serials", nargs="+", metavar="SERIAL")
    queue = verbs.add_parser("queue", help="what waits, and since when")
    release = verbs.add_parser("release", help="let submissions go to the tenant")
    withdraw = verbs.add_parser("withdraw", help="turn submissions down")
    withdraw.add_argument("--reason", required=True)
    for verb in (release, withdraw):
        verb.add_argument("ids", nargs="+", metavar="ID", help="ids as `autopilot queue` shows them, or “all”")
    for verb in (submit, release, withdraw):
        verb.add_argument("--by", default="", metavar="NAME", help="who does it (default: the account of this computer)")
    for verb in (register, drain, status):
        add_sign_in(verb)
    for verb in (register, submit, drain, status, queue, release, withdraw):
        verb.add_argument("--json", action="store_true", help="print data as JSON, one object a line")


def run(args: argparse.Namespace, context: Context) -> int:
    """Run one verb. Raises what the link, the journal and the files raise."""
    verbs = {"register": _register, "submit": _submit, "drain": _drain, "status": _status, "queue": _queue,
             "release": _decide, "withdraw": _decide}
    return verbs[args.verb](args, context)


# To the tenant.

def _register(args: argparse.Namespace, context: Context) -> int:
    from station.autopilot.registration import Until

    rows, left_out = _rows(args, context)
    if not rows:
        raise DataError("autopilot.csv-nothing-to-write")
    with _job(args, context) as (job, room):
        job.change_tags = args.change_tags
        if args.dry_run:
            return _show_plan(job.look(rows, Deadline(LOOK_SECONDS)), args.change_tags, context)
        try:
            report = job.run(rows, Deadline(JOB_SECONDS), Until(args.until))
        except LinkLost as e:
            kept = room.submit(rows, _who(args), released=True)
            raise LinkError("autopilot.offline", f"{len(kept)}") from e
    return max(left_out, _close(report, args, context))


def _drain(args: argparse.Namespace, context: Context) -> int:
    from station.autopilot.registration import Until

    with _job(args, context) as (job, room):
        report = room.drain(lambda rows: job.run(rows, Deadline(JOB_SECONDS), Until(args.until)))
    if report is None:
        context.hint(N_("Nothing waits."))
        return 0
    return _close(report, args, context)


def _status(args: argparse.Namespace, context: Context) -> int:
    from station.autopilot.look_up import look_up
    from station.autopilot.registry import GraphRegistry
    from station.autopilot.standing import Registration

    with open_tenant(context, args.sign_in, routes.LOOK) as link:
        registry = GraphRegistry(link.client, context.clock)
        standings = look_up(registry, [(serial, "") for serial in args.serials], Deadline(LOOK_SECONDS))
    for standing in standings.values():
        _show_standing(standing, context)
    unknown = [s.serial for s in standings.values() if s.registration is Registration.NONE]
    if unknown:
        raise NotFound("autopilot.serial-not-found", ", ".join(unknown))
    return 0


def _rows(args: argparse.Namespace, context: Context) -> "tuple[list[NewIdentity], int]":
    """Usable rows of the files, and 1 if something had to be left out."""
    from station.autopilot.hash_check import merge
    from station.autopilot.hash_file_writer import check_value
    from station.autopilot.intake import take_in
    from station.links.graph.values import NewIdentity

    if args.group_tag is not None:
        check_value(args.group_tag, "--group-tag")
    found = take_in(args.files)
    for rejected in found.rejected:
        context.complain(DataError(rejected.code, rejected.told))
    merged = merge(found.rows)
    for row in merged.refused:
        stop = next(v for v in row.verdicts if v.gravity == "stop")
        context.complain(DataError(stop.code, f"{row.row.file}:{row.row.line} {row.serial} {stop.detail}".strip()))
    tag = args.group_tag
    rows = [NewIdentity(r.serial, r.row.hash_text, r.row.group_tag if tag is None else tag) for r in merged.kept]
    return rows, 1 if merged.refused or found.rejected else 0


@contextmanager
def _job(args: argparse.Namespace, context: Context) -> "Iterator[tuple[RegistrationJob, WaitingRoom]]":
    """A job on the configured tenant, journalled in the station's record, and the queue beside it."""
    from station.autopilot.import_log import JournalImportLog
    from station.autopilot.registration import RegistrationJob
    from station.autopilot.registry import GraphRegistry

    with (_room(context) as (journal, room), open_tenant(context, args.sign_in, routes.REGISTER) as link):
        def told(changed: "tuple[Standing, ...]") -> None:
            for standing in changed:
                _show_standing(standing, context)

        log = JournalImportLog(journal, context.config.station, context.clock, context.config.data)
        yield RegistrationJob(GraphRegistry(link.client, context.clock), log, context.clock, told), room


def _show_plan(made: "Plan", change_tags: bool, context: Context) -> int:
    from station.autopilot.standing import Registration

    for line in made.calls(change_tags):
        if context.json:
            context.emit(call=line)
        else:
            context.say(line)
    counts = {word.value: made.count(word) for word in Registration}
    if context.json:
        context.emit(summary=True, would_send=len(made.send), **counts)
    else:
        said = N_("Would send {count}; registered already: {registered}; under way: {under_way}.")
        context.say(context.translate(said).format(count=len(made.send), registered=counts["registered"],
                                                   under_way=counts["submitted"] + counts["importing"]))
    return 0


def _show_standing(standing: "Standing", context: Context) -> None:
    from station.autopilot.standing import PROFILE_LABELS, STATE_LABELS, Registration
    from station.model.faults import catalogue

    if context.json:
        context.emit(serial=standing.serial, fault=standing.fault, may_be_powered_on=standing.may_be_powered_on,
                     before=standing.before, **standing.values())
        return
    words = [context.translate(STATE_LABELS[standing.registration])]
    if standing.registration is Registration.REGISTERED:
        words.append(context.translate(PROFILE_LABELS[standing.profile]))
    if standing.fault:
        words.append(context.translate(catalogue().explain(standing.fault).title))
    context.say(f"{standing.serial:<14} {' · '.join(words)}")


def _close(report: "Report", args: argparse.Namespace, context: Context) -> int:
    """The summary of a job; 1 where a device was refused or needs somebody."""
    from station.autopilot import refusals

    troubled = refusals.of_standings(report.standings.values())
    if args.refusals is not None:
        refusals.write(troubled, args.refusals, context.translate)
    if context.json:
        context.emit(summary=True, rows=len(report.standings), sent=report.sent, ready=len(report.ready),
                     refused=len(report.refused), still_importing=len(report.long),
                     sync=report.sync.value if report.sync else "")
    else:
        said = N_("{rows} devices: {sent} sent, {ready} may be powered on now, {refused} refused, {long} still importing.")
        context.say(context.translate(said).format(rows=len(report.standings), sent=report.sent, ready=len(report.ready),
                                                   refused=len(report.refused), long=len(report.long)))
    for refusal in troubled:
        context.complain(DataError(refusal.fault, f"{refusal.serial} {refusal.said}".strip()))
    return 1 if troubled else 0


# The queue.

def _submit(args: argparse.Namespace, context: Context) -> int:
    rows, left_out = _rows(args, context)
    with _room(context) as (_, room):
        for submission in room.submit(rows, _who(args), released=False):
            _show_submission(submission, context)
    return left_out


def _queue(args: argparse.Namespace, context: Context) -> int:
    from station.autopilot.waiting_room import Place

    damaged = shown = 0
    with _room(context) as (_, room):
        for place in (Place.SUBMITTED, Place.RELEASED):
            shelf = room.shelf(place)
            for submission in shelf.submissions:
                _show_submission(submission, context)
            shown += len(shelf.submissions)
            for name in shelf.damaged:
                context.complain(DataError("autopilot.queue-damaged", name))
            damaged += len(shelf.damaged)
    if not shown and not damaged:
        context.hint(N_("Nothing waits."))
    return 1 if damaged else 0


def _decide(args: argparse.Namespace, context: Context) -> int:
    from station.autopilot.waiting_room import Place

    with _room(context) as (_, room):
        ids = args.ids if args.ids != ["all"] else [s.id for s in room.shelf(Place.SUBMITTED).submissions]
        moved = (room.release(ids, _who(args)) if args.verb == "release"
                 else room.withdraw(ids, _who(args), args.reason))
    for submission in moved:
        _show_submission(submission, context)
    if not moved:
        context.hint(N_("Nothing waits."))
    return 0


@contextmanager
def _room(context: Context) -> Iterator[Any]:
    """The station's journal and its waiting room, whose moves are noted in it."""
    from station.autopilot.waiting_room import WaitingRoom
    from station.journal import Journal
    from station.model.events import Draft, Noted

    context.config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Journal.open(context.config.journal, context.config.station, context.clock) as journal:
        def note(topic: str, about: Mapping[str, str]) -> None:
            journal.append(Draft(Noted(topic, about), context.clock.now()))

        yield journal, WaitingRoom(context.config.data / QUEUE_FOLDER, context.clock, note)


def _show_submission(submission: "Submission", context: Context) -> None:
    age = submission.age(context.clock.now())
    if context.json:
        context.emit(id=submission.id, serial=submission.serial, place=submission.place.value, group_tag=submission.group_tag,
                     by=submission.by, submitted_at=submission.submitted_at, age_seconds=int(age.total_seconds()),
                     reason=submission.reason)
        return
    context.say(f"{submission.id}  {submission.serial:<14} {submission.place.value:<10} {int(age.total_seconds()) // 60:>5} min  "
                f"{submission.by}")


def _who(args: argparse.Namespace) -> str:
    """The name that was given, else that of the account."""
    try:
        return getattr(args, "by", "") or getpass.getuser()
    except (KeyError, OSError):
        return "unnamed account"

