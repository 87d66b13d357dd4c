"""`holobench tenant sign-in|sign-out|check`: who works in the tenant, and whether it is ready for HoloLens."""

import argparse
from typing import Any

from station.cli.context import LABELS, Context
from station.cli.signing_in import WAYS, add_sign_in, open_tenant, sign_in
from station.links.graph import routes
from station.links.graph.opening import GraphLink
from station.links.graph.wire import HttpsWire
from station.model.timing import Deadline
from station.model.words import N_

CHECK_SECONDS = 180.0


def add_parser(subparsers: Any) -> None:
    """`tenant` with its verbs."""
    parser = subparsers.add_parser("tenant", help="sign in to the tenant, sign out, check it")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    entry = verbs.add_parser("sign-in", help="sign in in the browser, or with a code on another device")
    entry.add_argument("--device-code", action="store_true", help="show a code to type in on another device")
    entry.add_argument("--for", dest="purpose", choices=tuple(routes.PURPOSES), default="look", help="which rights to ask for")
    entry.add_argument("--consent-page", action="store_true", help="only print the page on which an admin grants these rights")
    leave = verbs.add_parser("sign-out", help="forget the sign-in on this computer")
    check = verbs.add_parser("check", help="is the tenant ready for HoloLens?")
    check.add_argument("--group-tag", default="", help="the group tag of the units (default: of the first blueprint)")
    check.add_argument("--no-network", action="store_true", help="do not try the addresses that headsets need")
    check.add_argument("--create", default="", metavar="NAME", help="show how to create the missing group and profile")
    check.add_argument("--name-template", default="", help="device name template of the profile, such as HL-%%SERIAL%%")
    check.add_argument("--execute", action="store_true", help="create what --create shows")
    add_sign_in(check)
    for verb in (entry, leave, check):
        verb.add_argument("--json", action="store_true", help="print data as JSON, one object a line")


def run(args: argparse.Namespace, context: Context) -> int:
    """Run one verb. `check`: 0 when nothing is blocked, 1 when something is. Raises what signing in and Graph raise."""
    if args.verb == "sign-in":
        return _sign_in(args, context)
    if args.verb == "sign-out":
        with open_tenant(context, "", ()) as link:
            link.signin.sign_out()
        _say(context, N_("Signed out."), signed_in=False)
        return 0
    with open_tenant(context, args.sign_in, routes.CHECK) as link:
        return _check(args, context, link)


def _sign_in(args: argparse.Namespace, context: Context) -> int:
    with open_tenant(context, "", ()) as link:
        if args.consent_page:
            page = link.signin.consent_page(routes.PURPOSES[args.purpose])
            if context.json:
                context.emit(consent_page=page)
            else:
                context.say(page)
            return 0
        account = sign_in(link, context, WAYS[bool(args.device_code)], routes.PURPOSES[args.purpose])
        _say(context, N_("Signed in as {name}."), signed_in=True, name=account.name, tenant=account.tenant, kept=link.signin.kept)
    return 0


def _say(context: Context, text: str, **values: object) -> None:
    if context.json:
        context.emit(**values)
    else:
        context.say(context.translate(text).format(**values))


def _check(args: argparse.Namespace, context: Context, link: GraphLink) -> int:
    from station.tenant.checks import Setup, judge
    from station.tenant.endpoints import HttpReach, endpoints_for, probe
    from station.tenant.evidence import read_evidence, unreadable
    from station.tenant.verdicts import Verdict, summary, worst

    deadline = Deadline(CHECK_SECONDS)
    evidence = read_evidence(link.client, deadline)
    blueprint = next(iter(context.config.blueprints.values()), None)
    setup = Setup(args.group_tag or (blueprint.group_tag if blueprint else ""), link.settings.cloud, context.clock.now())
    lines = judge(evidence, setup)
    if not args.no_network:
        wire = HttpsWire(link.settings.ca_file)
        lines += probe(endpoints_for(link.settings), HttpReach(wire), deadline)
        wire.close()
    for line in lines:
        _show(line, context)
    if not context.json:
        context.say(summary([line.finding for line in lines], context.translate))
    if not link.signin.app_only and any(why.code == "graph.consent-missing" for why in unreadable(evidence)):
        context.note(context.translate(N_("Some lines need rights that are missing: holobench tenant sign-in --for check")))
    if args.create:
        _create(args, context, link, evidence, setup)
    return int(worst([line.finding for line in lines]) is Verdict.BLOCKED)


def _show(line: Any, context: Context) -> None:
    from station.tenant.verdicts import seen

    check, finding = line.check, line.finding
    told = seen(finding, context.translate)
    why, who, where = (context.translate(text) for text in (check.why, check.who.value, check.where))
    if context.json:
        context.emit(check=check.key, verdict=finding.verdict.name.lower(), title=context.translate(check.title), seen=told,
                     why=why, who=who, where=where, link=check.link, source=check.source)
        return
    context.say(f"{context.translate(finding.verdict.value):<12} {context.pair(context.translate(check.title), told)}")
    if finding.verdict.name != "OK":
        place = f"{who} – {where}{f'  {check.link}' if check.link else ''}"
        context.say(f"{'':<12} {context.pair(context.translate(LABELS[0][0]), why)}")
        context.say(f"{'':<12} {context.pair(context.translate(LABELS[2][0]), place)}")


def _create(args: argparse.Namespace, context: Context, link: GraphLink, evidence: Any, setup: Any) -> None:
    """The exact calls first; they are made only with --execute."""
    from station.tenant.offers import carry_out, offers

    plan = offers(evidence, setup, args.create, args.name_template)
    for offer in plan:
        if context.json:
            context.emit(call=offer.request.line(), title=context.translate(offer.title), executed=args.execute)
        else:
            context.say(context.pair(context.translate(offer.title), offer.request.line()))
    if not plan:
        context.hint(N_("Nothing is to be created: what was found stands above."))
        return
    if args.execute:
        made = carry_out(link.client, plan, Deadline(CHECK_SECONDS))
        _say(context, N_("Created."), **{"created": True, **{k.lower().replace("-", "_"): v for k, v in made.items()}})
    elif not context.json:
        context.say(context.translate(N_("Nothing was created. Add --execute to make these calls.")))
