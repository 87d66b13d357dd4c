"""Scenes of a staged bench: the ten states, and a card of each kind. For screenshots and tests."""

from collections.abc import Callable

from station.model.blueprint import Blueprint
from station.model.events import Ended, Faulted, Intended, Result
from station.model.words import Link
from station.paths.registry import PATHS
from ui.staged import HandProgress, StagedBench

BLUEPRINTS = {
    "showroom": Blueprint("showroom", "Showroom headsets", "autopilot", group_tag="Showroom"),
    "workshop": Blueprint("workshop", "Workshop headsets", "autopilot", group_tag="Workshop"),
}


def bench(slots: int = 10) -> StagedBench:
    """An empty bench with every path there is."""
    return StagedBench(slots, PATHS, BLUEPRINTS)


def to_step(b: StagedBench, slot: int, key: str) -> None:
    """Bring the unit in a slot to a step of the Autopilot path by saying what links and person would say."""
    b.plug(slot)
    b.identify(slot)
    b.start(slot, "showroom")
    serial = b.tile(slot).serial
    said: dict[str, Callable[[], None]] = {
        "chord": lambda: b.see(slot, Link.MTP, hash__collecting=True),
        "collect": lambda: b.see(slot, Link.MTP, hash__zip="AutopilotDiagnostics.zip"),
        "harvest": lambda: b.see(slot, Link.STATION, hash__file="hash.csv", hash__verdict="ok", hash__serial=serial,
                                 unit__label_serial=serial),
        "register": lambda: b.see(slot, Link.GRAPH, autopilot__registration="importing"),
        "import": lambda: b.see(slot, Link.GRAPH, autopilot__registration="registered"),
        "profile": lambda: b.see(slot, Link.GRAPH, autopilot__profile="assigned"),
        "earlier": lambda: b.see(slot, Link.GRAPH, tenant__earlier_record=False),
        "go-online": lambda: b.attest(slot, "online"),
        "deploy": lambda: b.see(slot, Link.GRAPH, tenant__enrolled=True,
                                tenant__enrolment_type="windowsAzureADJoinUsingDeviceAuth"),
        "sign-in-page": lambda: b.attest(slot, "other-user"),
    }
    for step, say in said.items():
        if step == key:
            return
        b.clock.move(7)
        say()


def ten_states() -> StagedBench:
    """Ten slots, one state each, in the order of the legend."""
    b = bench()
    b.plug(2)
    to_step(b, 3, "chord")
    b.plug(4)
    b.identify(4)
    to_step(b, 5, "harvest")
    _begin(b, 5, "harvest")
    b.be_at(5, HandProgress(7, 12, "Copying"))
    to_step(b, 6, "collect")
    to_step(b, 7, "profile")
    to_step(b, 8, "done")
    to_step(b, 9, "register")
    b.see(9, Link.GRAPH, autopilot__import__error="ZtdDeviceAssignedToOtherTenant", autopilot__registration="refused")
    to_step(b, 10, "collect")
    b.skip(10, "Damaged or incomplete")
    b.clock.move(3)
    b.unplug(6)
    b.clock.move(9)
    return b


def cards() -> dict[str, StagedBench]:
    """Benches whose slot 1 shows one card each, by the name of the card."""
    made = {}
    for key in ("chord", "collect", "harvest", "import", "profile", "earlier", "go-online", "deploy", "sign-in-page", "done"):
        b = bench(4)
        to_step(b, 1, key)
        b.clock.move(6)
        made[key] = b
    for name, code in (("failed", "autopilot.other-tenant"), ("seen", "enrolment.eula-shown")):
        b = bench(4)
        to_step(b, 1, "register" if name == "failed" else "deploy")
        b.put(1, Faulted(code))
        made[name] = b
    ready = bench(4)
    ready.plug(1)
    ready.identify(1)
    return made | {"ready": ready, "empty": bench(4)}


def _begin(b: StagedBench, slot: int, step: str) -> None:
    run = b.board.run_of(f"unit-{slot}")
    key = f"{run.id}/{step}" if run else step
    b.put(slot, Intended(key, step, step, 1, True))


def interrupted(b: StagedBench, slot: int, step: str) -> None:
    """The action of a step was cut off."""
    _begin(b, slot, step)
    run = b.board.run_of(f"unit-{slot}")
    b.put(slot, Ended(f"{run.id}/{step}" if run else step, Result.INTERRUPTED, "usb.unplugged"))
