"""Which slot a unit is in: ports numbered once, units followed through restarts and into other ports. Pure.

A unit that leaves the bus is first thought to be glitching (5 s), then restarting (30 s, or as long as a step lets it), then
gone. Units are told apart by the serial of their descriptor; those that have none by their port alone. Times are bench seconds.

What may be a headset but does not say so (a phone does not either) takes a slot only where people have said that headsets are
plugged in: in a port of a numbered bench, and while they number it. There it is opened, and its MTP model tells what it is.
Source: design §2 (slot), facts/device-io §5 (correlate by port path and session).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from station.links.usb.allow_list import DeviceKind
from station.links.usb.identify import Identity
from station.links.usb.sighting import BusEvent, Change, UsbSighting

GLITCH_GRACE = 5.0
RESTART_GRACE = 30.0


@dataclass(frozen=True, slots=True)
class SlotMap:
    """Ports in the order in which they were first touched; the slot number is the place, from 1. `locked`: no new ones."""

    ports: tuple[str, ...] = ()
    locked: bool = False

    def number(self, port: str) -> int:
        """The slot of a port, 0 while it has none."""
        return self.ports.index(port) + 1 if port in self.ports else 0

    def port(self, number: int) -> str:
        """The port of a slot, "" if there is no such slot."""
        return self.ports[number - 1] if 1 <= number <= len(self.ports) else ""

    def touched(self, port: str) -> "SlotMap":
        """With the port numbered, if it was not and numbering is open."""
        return self if self.locked or port in self.ports else replace(self, ports=(*self.ports, port))


class Notice(StrEnum):
    """What a watcher of slots is told."""

    ARRIVED = "arrived"
    RETURNED = "returned"      # the same unit, same port, within its grace
    MOVED = "moved"            # the same unit in another port
    CHANGED = "changed"        # still there, but shows itself differently
    AWAY = "away"              # longer than a glitch; perhaps restarting
    LEFT = "left"              # longer than a restart


@dataclass(frozen=True, slots=True)
class Occupant:
    """A unit in a port. `left_at` is None while it is there; `away` once AWAY was told; `grace` how long a restart may take."""

    unit: str
    sighting: UsbSighting
    identity: Identity
    left_at: float | None = None
    away: bool = False
    grace: float = RESTART_GRACE


@dataclass(frozen=True, slots=True)
class SlotNotice:
    """One thing to tell. `from_port` is where a unit that MOVED was before."""

    notice: Notice
    slot: int
    port: str
    occupant: Occupant
    from_port: str = ""
    after_away: bool = False


@dataclass(frozen=True, slots=True)
class Slots:
    """The slot map and who is where, by port. `numbering`: people are plugging headsets into one port after the other."""

    map: SlotMap = field(default_factory=SlotMap)
    occupants: Mapping[str, Occupant] = field(default_factory=lambda: MappingProxyType({}))
    numbering: bool = False

    def after(self, event: BusEvent, identity: Identity, now: float) -> tuple["Slots", tuple[SlotNotice, ...]]:
        """The slots after a change on the bus, and what to tell."""
        if event.change is Change.UNPLUGGED:
            return self._without(event.sighting, now), ()
        if not self._belongs(event.sighting.port, identity):
            return self, ()
        numbered = replace(self, map=self.map.touched(event.sighting.port))
        if event.change is Change.CHANGED and event.sighting.port in self.occupants:
            return numbered._changed(event.sighting, identity)
        return numbered._with(event.sighting, identity)

    def at(self, now: float) -> tuple["Slots", tuple[SlotNotice, ...]]:
        """The slots after time has passed, and what to tell."""
        kept: dict[str, Occupant] = {}
        notices = []
        for port, occupant in self.occupants.items():
            gone = 0.0 if occupant.left_at is None else now - occupant.left_at
            if occupant.left_at is not None and gone >= GLITCH_GRACE and not occupant.away:
                occupant = replace(occupant, away=True)
                notices.append(self._tell(Notice.AWAY, occupant))
            if occupant.left_at is not None and gone >= max(GLITCH_GRACE, occupant.grace):
                notices.append(self._tell(Notice.LEFT, occupant))
            else:
                kept[port] = occupant
        return replace(self, occupants=MappingProxyType(kept)), tuple(notices)

    def expecting_restart(self, unit: str, seconds: float) -> "Slots":
        """From now on this unit may be away for so many seconds, as often as it likes (never less than the usual grace):
        a person who lets a button go too early begins again."""
        grace = max(RESTART_GRACE, seconds)
        return replace(self, occupants=MappingProxyType({
            p: replace(o, grace=grace) if o.unit == unit else o for p, o in self.occupants.items()}))

    def next_look(self) -> float | None:
        """When `at` will have something to tell, None while nobody is away."""
        times = [o.left_at + (o.grace if o.away else GLITCH_GRACE) for o in self.occupants.values() if o.left_at is not None]
        return min(times, default=None)

    # -- steps

    def _belongs(self, port: str, identity: Identity) -> bool:
        theirs = self.numbering or (self.map.locked and self.map.number(port) > 0)
        return identity.takes_slot or (identity.kind is DeviceKind.MAYBE and theirs)

    def _tell(self, notice: Notice, occupant: Occupant, from_port: str = "", *, after_away: bool = False) -> SlotNotice:
        port = occupant.sighting.port
        return SlotNotice(notice, self.map.number(port), port, occupant, from_port, after_away)

    def _without(self, sighting: UsbSighting, now: float) -> "Slots":
        occupant = self.occupants.get(sighting.port)
        if occupant is None or occupant.left_at is not None:
            return self
        return self._put(replace(occupant, left_at=now))

    def _put(self, occupant: Occupant, without: str = "") -> "Slots":
        others = {p: o for p, o in self.occupants.items() if p != without}
        return replace(self, occupants=MappingProxyType({**others, occupant.sighting.port: occupant}))

    def _changed(self, sighting: UsbSighting, identity: Identity) -> tuple["Slots", tuple[SlotNotice, ...]]:
        before = self.occupants[sighting.port]
        occupant = replace(before, sighting=sighting, identity=identity,
                           unit=self._key(sighting) if sighting.serial else before.unit)
        if occupant == before:
            return self, ()
        after = self._put(occupant)
        return after, (after._tell(Notice.CHANGED, occupant),)

    def _with(self, sighting: UsbSighting, identity: Identity) -> tuple["Slots", tuple[SlotNotice, ...]]:
        unit = self._key(sighting)
        here = self.occupants.get(sighting.port)
        if here is not None and self._same(here, unit, identity):
            occupant = replace(here, sighting=sighting, identity=identity, unit=here.unit if not sighting.serial else unit,
                               left_at=None, away=False)
            after = self._put(occupant)
            return after, (after._tell(Notice.RETURNED, occupant, after_away=here.away),)
        notices = [self._tell(Notice.LEFT, here)] if here is not None else []
        elsewhere = next((o for o in self.occupants.values() if o.unit == unit and o.left_at is not None), None)
        if elsewhere is None:
            after = self._put(occupant := Occupant(unit, sighting, identity))
            return after, (*notices, after._tell(Notice.ARRIVED, occupant))
        occupant = Occupant(unit, sighting, identity, grace=elsewhere.grace)
        after = self._put(occupant, without=elsewhere.sighting.port)
        return after, (*notices, after._tell(Notice.MOVED, occupant, elsewhere.sighting.port, after_away=elsewhere.away))

    @staticmethod
    def _same(here: Occupant, unit: str, identity: Identity) -> bool:
        """Same serial; or, in the port of a unit that has just left, another mode or one without a serial of its own (flash,
        emergency), which a flashing tool may restart into the same one.
        """
        if here.unit == unit:
            return True
        nameless = identity.mode != "normal" and unit.startswith("port:")
        return here.left_at is not None and (nameless or identity.mode != here.identity.mode)

    def _key(self, sighting: UsbSighting) -> str:
        """How a unit is known: its descriptor's serial, unless another device with the same one is plugged in now."""
        key = f"usb:{sighting.serial}" if sighting.serial else f"port:{sighting.port}"
        twin = any(o.unit == key and o.left_at is None and p != sighting.port for p, o in self.occupants.items())
        return f"{key}@{sighting.port}" if twin else key
