"""`holobench package push|wipe|history`: packages to a unit or a stick, away again, and what went where."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.cli.context import Context
from station.model.errors import HoloBenchError, Refused
from station.model.timing import Deadline
from station.model.words import N_

if TYPE_CHECKING:
    from station.bench.ports import Bus
    from station.bench.push import PushReceipt
    from station.journal import Journal
    from station.links.mtp.storage import DeviceStorage
    from station.package.lint import KnownPackage
    from station.package.push_plan import Place

PUSH_SECONDS = 900.0


def add_verbs(verbs: Any) -> None:
    """`push`, `wipe` and `history`."""
    push = verbs.add_parser("push", help="copy a package to a unit or the root of a stick, and read it back")
    push.add_argument("file", type=Path, metavar="FILE.ppkg")
    push.add_argument("--to", choices=("root", "documents"), default="root", help="root: first set-up; documents: afterwards")
    push.add_argument("--remove-after", action="store_true", help="wait for Enter, then remove the package again")
    wipe = verbs.add_parser("wipe", help="remove a package from a unit or a stick")
    wipe.add_argument("name", metavar="NAME.ppkg")
    wipe.add_argument("--to", choices=("root", "documents"), default="root", help="where it lies on the unit")
    for verb in (push, wipe):
        where = verb.add_mutually_exclusive_group(required=True)
        where.add_argument("--slot", type=int, help="slot number of the unit")
        where.add_argument("--serial", default="", help="serial of the unit")
        where.add_argument("--stick", type=Path, metavar="FOLDER", help="root folder of a USB stick")
        verb.add_argument("--timeout", type=float, default=PUSH_SECONDS, metavar="SECONDS", help="time for everything")
    history = verbs.add_parser("history", help="which package went where, and when")
    history.add_argument("serial", nargs="?", default="", help="of one unit")


def _push(args: argparse.Namespace, context: Context) -> int:
    from station.bench.push import identify
    from station.package.push_plan import Place

    identify(args.file)     # a file that is none is told before a unit is waited for
    deadline = Deadline(args.timeout)
    if args.stick is None:
        from station.bench.one_unit import opened_unit

        with _journal(context) as journal, opened_unit(_bus(context), deadline, slot=args.slot, serial=args.serial,
                                                       waits=context.waits_for_unit) as unit:
            work = _UnitWork(context, journal, Place(args.to), unit.storage, unit.seen.unit, unit.seen.slot, deadline)
            return _do_push(args, context, work)
    with _journal(context) as journal:
        return _do_push(args, context, _StickWork(context, journal, args.stick, deadline))


class _UnitWork:
    """Pushing to and wiping from a unit, with its history."""

    def __init__(self, context: Context, journal: "Journal", place: "Place", storage: "DeviceStorage", unit: str, slot: int,
                 deadline: Deadline) -> None:
        self._context, self._journal, self.place, self._storage = context, journal, place, storage
        self._unit, self._slot, self._deadline = unit, slot, deadline

    def push(self, package: Path) -> "PushReceipt":
        from station.bench.push import push_to_unit

        return push_to_unit(self._storage, package, self.place, self._deadline)

    def wipe(self, name: str) -> None:
        from station.bench.push import wipe_from_unit

        wipe_from_unit(self._storage, self.place, name, self._deadline)

    def note(self, topic: str, about: dict[str, str]) -> None:
        from station.bench.push import noted

        serial = self._storage.describe(self._deadline).serial
        self._journal.append(noted(topic, self._context.clock, {**about, "serial": serial}, unit=self._unit, slot=self._slot))


class _StickWork:
    """The same for a stick."""

    def __init__(self, context: Context, journal: "Journal", stick: Path, deadline: Deadline) -> None:
        from station.package.push_plan import Place

        self._context, self._journal, self._stick, self._deadline = context, journal, stick, deadline
        self.place = Place.STICK

    def push(self, package: Path) -> "PushReceipt":
        from station.bench.push import push_to_stick

        return push_to_stick(self._stick, package, self._deadline)

    def wipe(self, name: str) -> None:
        from station.bench.push import wipe_from_stick

        wipe_from_stick(self._stick, name)

    def note(self, topic: str, about: dict[str, str]) -> None:
        from station.bench.push import noted

        self._journal.append(noted(topic, self._context.clock, about))


def _do_push(args: argparse.Namespace, context: Context, work: "_UnitWork | _StickWork") -> int:
    from station.bench.push import BEGUN, FAILED, PUSHED, about_failure, about_package, about_receipt, identify

    name = args.file.name
    config = identify(args.file)
    work.note(BEGUN, about_package(config, name, work.place))
    try:
        receipt = work.push(args.file)
    except HoloBenchError as e:
        work.note(FAILED, about_failure(e, name, work.place))
        raise
    work.note(PUSHED, about_receipt(receipt))
    _tell(receipt, context)
    if args.remove_after:
        _confirm(context)
        _wipe_now(name, work, context)
    return 0


def _tell(receipt: "PushReceipt", context: Context) -> None:
    plan = receipt.plan
    if context.json:
        context.emit(pushed=plan.name, place=plan.place.value, size=plan.size, sha256=receipt.sha256, replaced=plan.replaces,
                     others=list(plan.others), elsewhere=list(plan.elsewhere), id=receipt.package.id,
                     version=receipt.package.version)
        return
    context.say(f"{plan.name}  {plan.place.value}  {plan.size} bytes  SHA-256 {receipt.sha256}")
    for other in plan.others:
        context.note(f"{context.translate(N_('Also there, and applied too'))}: {other}")
    for other in plan.elsewhere:
        context.note(f"{context.translate(N_('In another folder, not applied'))}: {other}")


def _confirm(context: Context) -> None:
    context.note(context.translate(N_("Press Enter when the headset shows that the package was applied.")))
    if not sys.stdin.readline():
        raise Refused("package.not-confirmed")


def _wipe(args: argparse.Namespace, context: Context) -> int:
    from station.package.push_plan import Place

    deadline = Deadline(args.timeout)
    if args.stick is None:
        from station.bench.one_unit import opened_unit

        with _journal(context) as journal, opened_unit(_bus(context), deadline, slot=args.slot, serial=args.serial,
                                                       waits=context.waits_for_unit) as unit:
            work = _UnitWork(context, journal, Place(args.to), unit.storage, unit.seen.unit, unit.seen.slot, deadline)
            return _wipe_now(args.name, work, context)
    with _journal(context) as journal:
        return _wipe_now(args.name, _StickWork(context, journal, args.stick, deadline), context)


def _wipe_now(name: str, work: "_UnitWork | _StickWork", context: Context) -> int:
    from station.bench.push import WIPED

    work.wipe(name)
    work.note(WIPED, {"file": name, "place": work.place.value})
    if context.json:
        context.emit(wiped=name, place=work.place.value)
    else:
        context.say(f"{context.translate(N_('Removed'))}: {name}")
    return 0


def _history(args: argparse.Namespace, context: Context) -> int:
    from station.bench.push import history
    from station.model.events import Noted

    with _journal(context, read_only=True) as journal:
        found = tuple(history(journal.events(), args.serial))
        if not found:
            context.hint(N_("Nothing found."))
        for event in found:
            about = dict(event.body.about) if isinstance(event.body, Noted) else {}
            topic = event.body.topic if isinstance(event.body, Noted) else ""
            if context.json:
                context.emit(at=event.at.isoformat(), topic=topic, slot=event.slot, unit=event.unit, **about)
            else:
                where = about.get("serial") or about.get("place", "")
                line = f"{event.at:%Y-%m-%d %H:%M:%S}  {topic:<20} {about.get('file', '')}  {where}  {about.get('fault', '')}"
                context.say(line.rstrip())
    return 0


def pushed_before(context: Context) -> "list[KnownPackage]":
    """Packages that this bench pushed before, by its record; none where there is no record yet."""
    from station.bench.push import PUSHED, history
    from station.model.errors import ConfigurationError, JournalError, NotFound
    from station.model.events import Noted
    from station.package.lint import KnownPackage

    try:
        with _journal(context, read_only=True) as journal:
            bodies = [e.body for e in history(journal.events())]
    except NotFound:
        return []
    except (JournalError, ConfigurationError) as e:
        context.note(f"{context.translate(N_('Earlier pushes are not known'))}: {e.code}")
        return []
    return list(dict.fromkeys(KnownPackage(b.about.get("package", ""), b.about.get("id", ""), b.about.get("version", ""))
                              for b in bodies if isinstance(b, Noted) and b.topic == PUSHED))


def _journal(context: Context, *, read_only: bool = False) -> "Journal":
    from station.journal import Journal

    return Journal.open(context.config.journal, context.config.station, context.clock, read_only=read_only)


def _bus(context: Context) -> "Bus":
    from station.bench.usb_bus import UsbBus
    from station.links.usb.desk import system_eyes

    config = context.config
    return UsbBus(system_eyes(), config.data, context.clock, count=config.slots, ports=config.ports)


VERBS = {"push": _push, "wipe": _wipe, "history": _history}
