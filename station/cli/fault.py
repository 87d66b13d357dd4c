"""`holobench fault CODE|WORDS …`: what a code, a name or a message means, offline."""

import argparse
from typing import Any

from station.cli.context import LABELS, Context
from station.model import fault_search
from station.model.errors import NotFound
from station.model.faults import Fault
from station.model.words import N_


def add_parser(subparsers: Any) -> None:
    """`fault`."""
    parser = subparsers.add_parser("fault", help="what a code or message means, and its cure")
    parser.add_argument("said", nargs="+", help="a code (0x80180014), a name (ZtdDeviceAlreadyAssigned) or words of a message")
    parser.add_argument("--json", action="store_true", help="one object a line")


def run(args: argparse.Namespace, context: Context) -> int:
    """Show every fault that the words mean. Raises NotFound `station.no-such-fault`."""
    said = " ".join(args.said)
    found = fault_search.find(said)
    if not found:
        raise NotFound("station.no-such-fault", said)
    for fault in found:
        _show(fault, context)
    return 0


def _show(fault: Fault, context: Context) -> None:
    texts = {"title": fault.title, "cause": fault.cause, "cure": fault.cure, "who": fault.who.value}
    told = {key: context.translate(text) for key, text in texts.items()}
    if context.json:
        context.emit(code=fault.code, **told, source=fault.source, verified=fault.verified)
        return
    context.say(told["title"])
    for label, key in LABELS[:3]:
        context.say(f"  {context.pair(context.translate(label), told[key])}")
    doubt = "" if fault.verified else f" – {context.translate(N_('not verified'))}"
    code, source = context.translate(N_("Code")), context.translate(N_("Source"))
    context.say(f"  {context.pair(code, fault.code)}    {context.pair(source, f'{fault.source}{doubt}')}")
    context.say()
