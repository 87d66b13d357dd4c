"""`holobench portal show|pair SERIAL`: what the Device Portal of a unit tells, and making the station's user on it.

Both ask the address that the section [portal] of the configuration names. Units are not searched for on the network: what a
portal announces there names no serial (facts/device-io §1.2), so that a headset that was found could be anybody's.
"""

import argparse
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

from station.cli.context import Context
from station.model.errors import Cancelled, NotFound
from station.model.timing import Deadline
from station.model.words import N_

if TYPE_CHECKING:
    from station.bench.portals import ConfiguredPortals

ASK_S = 60.0


def add_parser(subparsers: Any) -> None:
    """`portal` with its verbs."""
    parser = subparsers.add_parser("portal", help="the Device Portal of a unit in developer mode: what it tells, pairing")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, about in (("show", "build, edition, battery, Wi-Fi and apps"),
                        ("pair", "make the user of the configuration on the unit, by the PIN that the headset shows")):
        one = verbs.add_parser(verb, help=about)
        one.add_argument("serial", help="serial on the label, as the section [portal] names it")
        one.add_argument("--json", action="store_true", help="one object")


def run(args: argparse.Namespace, context: Context) -> int:
    """Show or pair. Raises NotFound `portal.no-address`, and as `station.links.portal.client`."""
    portals = _portals(context, args.serial)
    return {"show": _show, "pair": _pair}[args.verb](portals, args.serial, context)


def _portals(context: Context, serial: str) -> "ConfiguredPortals":
    from station.bench.portals import ConfiguredPortals
    from station.links.portal.pinned import FilePins
    from station.vault.secrets import open_secrets

    settings = context.config.portal_settings()
    if settings is None:
        raise NotFound("portal.no-address", serial)
    return ConfiguredPortals(settings, open_secrets(), FilePins(context.config.data / "portal-pins.json"))


def _show(portals: "ConfiguredPortals", serial: str, context: Context) -> int:
    told = portals.read(serial, Deadline(ASK_S))
    if context.json:
        context.emit(serial=serial, **told)
    for key, value in told.items() if not context.json else ():
        context.say(f"{key:<14} {str(value).replace('|', ', ')}")
    return 0


def _pair(portals: "ConfiguredPortals", serial: str, context: Context) -> int:
    with closing(portals.client(serial)) as client:
        client.begin_pairing(Deadline(ASK_S))
        context.note(context.translate(N_("The headset shows a PIN now. Type it here:")))
        pin = sys.stdin.readline()
        if not pin.strip():
            raise Cancelled("no PIN")
        client.pair(pin, Deadline(ASK_S))
        client.os_info(Deadline(ASK_S))
        fingerprint = client.fingerprint or ""
    if context.json:
        context.emit(serial=serial, paired=True, certificate=fingerprint)
    else:
        context.say(context.translate(N_("Paired. The certificate is kept to from now on: SHA-256 %s")) % fingerprint)
    return 0
