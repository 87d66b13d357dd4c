"""`holobench paths`: which enrolment paths can work for a unit, why the others cannot, and what would make them possible."""

import argparse
from types import MappingProxyType
from typing import Any

from station.cli.context import Context
from station.model.build import OsBuild
from station.model.errors import DataError, UsageError
from station.model.path import IdentityKind, Purpose
from station.model.words import N_, Generation
from station.paths.choosing import NEEDS, Offer, Reason, Situation, offers
from station.paths.registry import PATHS

GENERATIONS = {"1": Generation.HOLOLENS_1, "2": Generation.HOLOLENS_2}
EDITIONS = {"business": True, "consumer": False}
IDENTITIES = {kind.name.lower(): kind for kind in IdentityKind}


def add_parser(subparsers: Any) -> None:
    """`paths`."""
    parser = subparsers.add_parser("paths", help="which enrolment paths can work, and what the others need")
    parser.add_argument("--generation", choices=tuple(GENERATIONS), help="1 or 2")
    parser.add_argument("--build", default="", help="such as 19041.1128, or the major number alone")
    parser.add_argument("--edition", choices=tuple(EDITIONS), help="edition of a first generation; a HoloLens 2 is for business")
    parser.add_argument("--identity", choices=tuple(IDENTITIES), help="whose account the headset will be used with")
    parser.add_argument("--purpose", choices=tuple(p.value for p in Purpose))
    parser.add_argument("--has", action="append", default=[], metavar="NEED", help=f"what there is: {', '.join(NEEDS)}")
    parser.add_argument("--lacks", action="append", default=[], metavar="NEED", help="what there is not")
    parser.add_argument("--json", action="store_true", help="one object a path")


def run(args: argparse.Namespace, context: Context) -> int:
    """Show every path with its reasons, possible ones first.

    Raises UsageError `paths.unknown-need`, `model.bad-build`.
    """
    for offer in offers(PATHS.values(), _situation(args)):
        if context.json:
            context.emit(**_plain(offer, context))
        else:
            _tell(offer, context)
    return 0


def _situation(args: argparse.Namespace) -> Situation:
    unknown = [need for need in (*args.has, *args.lacks) if need not in NEEDS]
    if unknown:
        raise UsageError("paths.unknown-need", f"{', '.join(unknown)}; there are: {', '.join(NEEDS)}")
    return Situation(
        GENERATIONS.get(args.generation, Generation.UNKNOWN), _build(args.build),
        IDENTITIES.get(args.identity), Purpose(args.purpose) if args.purpose else None,
        MappingProxyType({**dict.fromkeys(args.has, True), **dict.fromkeys(args.lacks, False)}),
        EDITIONS.get(args.edition))


def _build(text: str) -> OsBuild | None:
    try:
        return OsBuild.parse(text) if text else None
    except DataError as e:
        raise UsageError(e.code, e.detail) from e


def _plain(offer: Offer, context: Context) -> dict[str, Any]:
    def told(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
        return [{"ground": str(r.ground), "need": r.need, "about": r.said(context.translate),
                 "remedy": context.translate(r.remedy), "who": context.translate(r.who.value)} for r in reasons]
    path = offer.path
    return {"path": path.key, "title": context.translate(path.title),
            "summary": context.translate(path.summary), "possible": offer.possible,
            "refusals": told(offer.refusals), "doubts": told(offer.doubts), "owner": context.translate(path.owner),
            "verify": context.translate(path.verify), "undo": context.translate(path.undo), "source": path.source}


def _tell(offer: Offer, context: Context) -> None:
    tr = context.translate
    context.say(f"{offer.path.key:<27} {tr(N_('can work') if offer.possible else N_('cannot work'))} – {tr(offer.path.title)}")
    if offer.possible and offer.path.purpose is Purpose.ENROL:
        context.say("    " + tr(N_("device owner: %s")) % tr(offer.path.owner))
    for reason in offer.refusals:
        context.say(f"    {reason.said(tr)}. {tr(reason.remedy)} [{tr(reason.who.value)}]")
    if offer.possible and offer.doubts:
        context.say("    " + tr(N_("not known: %s")) % " · ".join(reason.said(tr) for reason in offer.doubts))
