"""`holobench devices [--watch] [--describe] [--all] [--number]`: what is on the bus, per slot.

Looking opens nothing; `--describe` opens headsets, and only headsets, to read what they say about themselves.
"""

import argparse
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from station.cli.context import Context
from station.model.errors import HoloBenchError
from station.model.timing import Deadline
from station.model.words import N_

if TYPE_CHECKING:
    from station.links.mtp.storage import DeviceStorage
    from station.links.usb.desk import BusDesk, Eyes
    from station.links.usb.identify import Identity
    from station.links.usb.sighting import UsbSighting
    from station.links.usb.slots import Occupant, SlotNotice

OPEN_S = 30.0
SLOT_FILE = "slots.json"

Opener = Callable[["UsbSighting", Deadline], "DeviceStorage"]


def add_parser(subparsers: Any) -> None:
    """`devices`."""
    parser = subparsers.add_parser("devices", help="what is on the USB bus, per slot")
    parser.add_argument("--watch", action="store_true", help="go on and tell every change, until Ctrl+C")
    parser.add_argument("--for", dest="seconds", type=float, default=0.0, metavar="SECONDS", help="end watching after so long")
    parser.add_argument("--describe", action="store_true", help="open the headsets and read model, build, battery and storages")
    parser.add_argument("--all", action="store_true", help="other devices too, with their ids and why they are not headsets")
    parser.add_argument("--number", action="store_true", help="number the slots anew: plug one headset into each port, in order")
    parser.add_argument("--json", action="store_true", help="one object a line")


def run(args: argparse.Namespace, context: Context) -> int:
    """List or watch; 0. Raises LinkError `usb.no-libusb`, ConfigurationError."""
    from station.links.mtp.opening import open_unit
    from station.links.usb.desk import system_eyes

    return show(args, context, system_eyes(), open_unit)


def show(args: argparse.Namespace, context: Context, eyes: "Eyes", opener: Opener) -> int:
    """The command over any bus."""
    from station.links.usb.allow_list import shipped
    from station.links.usb.desk import BusDesk
    from station.links.usb.slot_store import KeptSlots, SlotStore

    store = SlotStore(context.config.data / SLOT_FILE)
    told: queue.Queue[SlotNotice] = queue.Queue()
    kept = None if args.number else KeptSlots(store)
    allowed = shipped().joined([context.config.allow_list()])
    desk = BusDesk(eyes, context.clock, allowed, kept, told.put, context.complain, numbering=args.number)
    listing = _Listing(desk, context, opener if args.describe else None)
    desk.look_once()
    if args.number:
        return _number(desk, told, store, args.seconds, context)
    listing.now(others=args.all)
    if args.watch:
        _drain(told)
        desk.start()
        try:
            _until(args.seconds, told, listing.change)
        finally:
            desk.close()
    return 0


@dataclass
class _Listing:
    desk: "BusDesk"
    context: Context
    opener: Opener | None
    _shown: bool = field(default=False)

    def now(self, *, others: bool) -> None:
        """Headsets, and what may be one; everything that is plugged in with `others`."""
        for occupant in self.desk.occupants():
            if occupant.left_at is None:
                self._tell({}, self.desk.map.number(occupant.sighting.port), occupant.sighting, occupant.identity)
        for sighting, identity in self.desk.others():
            if others or identity.mode:
                self._tell({}, 0, sighting, identity)
        if not self._shown and not self.context.json:
            self.context.note(self.context.translate(N_("No headset is plugged in.")))

    def change(self, notice: "SlotNotice") -> None:
        """One change."""
        told: dict[str, Any] = {"event": notice.notice.value}
        if notice.from_port:
            told |= {"from_port": notice.from_port}
        self._tell(told, notice.slot, notice.occupant.sighting, notice.occupant.identity, gone=_gone(notice.occupant))

    def _tell(self, told: dict[str, Any], slot: int, sighting: "UsbSighting", identity: "Identity", *,
              gone: bool = False) -> None:
        self._shown = True
        told |= {"slot": slot, "port": sighting.port, "usb_id": sighting.ids, "kind": identity.kind.value, "mode": identity.mode,
                 "product": sighting.product, "usb_serial": sighting.serial, "speed_mbit": sighting.speed,
                 "reason": self.context.translate(identity.reason), "next_step": self.context.translate(identity.next_step),
                 "verified": identity.verified}
        if identity.fault:
            told["fault"] = self.context.explain(HoloBenchError(identity.fault))
        if self.opener and (identity.is_headset or (slot and identity.mode == "normal")) and not gone:
            told |= _description(self.opener, sighting, self.context)
        if self.context.json:
            self.context.emit(**told)
        else:
            _say(told, self.context)


def _gone(occupant: "Occupant") -> bool:
    return occupant.left_at is not None


def _description(opener: Opener, sighting: "UsbSighting", context: Context) -> dict[str, Any]:
    """What a headset says when it is opened, or why it could not be."""
    from station.links.usb.allow_list import DeviceKind
    from station.links.usb.identify import generation

    deadline = Deadline(OPEN_S)
    try:
        storage = opener(sighting, deadline)
        try:
            said = storage.describe(deadline)
            shown = storage.storages(deadline)
        finally:
            storage.close()
    except HoloBenchError as error:
        return {"problem": context.explain(error)}
    return {"manufacturer": said.manufacturer, "model": said.model, "firmware": said.version, "serial": said.serial,
            "name": said.friendly_name, "battery": said.battery_percent,
            "generation": generation(DeviceKind.HOLOLENS, said.model, said.manufacturer).value,
            "storages": [{"id": s.id, "name": s.description, "size": s.max_bytes, "free": s.free_bytes} for s in shown]}


def _say(told: dict[str, Any], context: Context) -> None:
    slot = f"{told['slot']:>3}" if told["slot"] else "  –"
    event = f"{told['event']:<9}" if "event" in told else ""
    context.say(f"{slot}  {event}{told['port']:<10} {told['usb_id']}  {told['kind']:<12} {told['product'] or '–'}")
    if "model" in told:
        battery = "–" if told["battery"] is None else f"{told['battery']} %"
        rooms = ", ".join(s["name"] for s in told["storages"]) or context.translate(N_("no storage shown now"))
        context.say(f"     {told['model']}  {told['firmware']}  {told['serial']}  {told['name']}  {battery}  {rooms}")
    problem = told.get("problem") or told.get("fault")
    if problem:
        context.say(f"     {problem['title']}: {problem['cure']}")
    elif told["kind"] in ("maybe", "maybe-flash", "edl"):
        context.say(f"     {told['reason']} {told['next_step']}")


def _drain(told: "queue.Queue[SlotNotice]") -> None:
    while not told.empty():
        told.get_nowait()


def _until(seconds: float, told: "queue.Queue[SlotNotice]", change: "Callable[[SlotNotice], None]") -> None:
    """Hand changes over until the time is up (0: until interrupted)."""
    end = time.monotonic() + seconds if seconds else None
    while True:
        left = 1.0 if end is None else end - time.monotonic()
        if left <= 0:
            return
        try:
            change(told.get(timeout=min(1.0, left)))
        except queue.Empty:
            continue


def _number(desk: "BusDesk", told: "queue.Queue[SlotNotice]", store: Any, seconds: float, context: Context) -> int:
    """Number ports in the order in which headsets are plugged into them; kept when Ctrl+C or the time ends it."""
    from station.links.usb.slots import SlotMap

    shown = 0

    def touched(notice: "SlotNotice") -> None:
        nonlocal shown
        if notice.slot > shown:
            shown = notice.slot
            if context.json:
                context.emit(slot=notice.slot, port=notice.port)
            else:
                context.say(f"{notice.slot:>3}  {notice.port}")

    context.note(context.translate(N_("Plug one headset into each port, in the order of the slots. Ctrl+C when done.")))
    desk.start()
    try:
        _until(seconds, told, touched)
    except KeyboardInterrupt:
        context.note("")
    finally:
        desk.close()
    store.save(SlotMap(desk.map.ports, locked=True))
    return 0
