"""A small virtual bench for tests: units, their bus, a clock that moves only when told."""

from collections.abc import Iterable
from types import SimpleNamespace

from station.links.mtp.initiator import READ_BACK_LIMIT, MtpStorage
from station.links.mtp.opening import open_storage
from station.links.mtp.pyusb_pipe import UsbAddress
from station.links.mtp.transactions import Limits
from station.model.timing import Deadline
from station.practice.units.bus import VirtualBus
from station.practice.units.cloud import AutopilotProfile, Cloud, EnrolHow, EnrolOutcome, UnitAtCloud
from station.practice.units.identity import make_identity
from station.practice.units.packages import PackageContent, container_only
from station.practice.units.unit import VirtualUnit
from tests.hand_clock import HandClock

STORAGE = 0x0001_0001
QUICK = Limits(open_patience=1.0, answer_patience=1.0, long_patience=1.0, cancel_seconds=0.5, drain_pause=0.02,
               status_pause=0.01, close_seconds=0.5, busy_pause=0.01, settle_seconds=0.0)
"""Patience for tests, where nobody is slow unless a test says so."""


class ScriptedCloud:
    """Answers what a test tells it, and keeps what it was asked."""

    def __init__(self, profile: AutopilotProfile | None = None, outcome: EnrolOutcome | None = None) -> None:
        self.profile = profile
        self.outcome = outcome or EnrolOutcome()
        self.enrolled: list[tuple[UnitAtCloud, EnrolHow, str]] = []
        self.wanted: list[str] = []

    def profile_for(self, serial: str) -> AutopilotProfile | None:
        return self.profile

    def enrol(self, unit: UnitAtCloud, how: EnrolHow, user: str = "") -> EnrolOutcome:
        self.enrolled.append((unit, how, user))
        return self.outcome

    def pending_actions(self, serial: str) -> list[SimpleNamespace]:
        wanted, self.wanted = self.wanted, []
        return [SimpleNamespace(name=name) for name in wanted]


def scripted_package(data: bytes) -> PackageContent:
    """Packages of tests say in plain words what is in them: `wifi=Bench local=tom bulk mdm`."""
    told = dict(p.partition("=")[::2] for p in data.decode("ascii", "replace").split())
    if not told:
        return container_only(data)
    return PackageContent(told.get("error", ""), told.get("wifi", ""), told.get("local", ""), "bulk" in told, "mdm" in told)


def unit(*quirks: str, clock: HandClock | None = None, cloud: Cloud | None = None, number: int = 1, port: str | None = "1-2.3",
         **more: object) -> VirtualUnit:
    """One unit on the hummingbird page."""
    return VirtualUnit(make_identity(7, number), clock or HandClock(), cloud=cloud, quirks=quirks, port=port,
                       packages=scripted_package, **more)  # type: ignore[arg-type]


def bus_of(*units: VirtualUnit, clock: HandClock | None = None) -> VirtualBus:
    """A bus on which nothing moves by itself."""
    return VirtualBus(units, clock or HandClock())


def opened(bus: VirtualBus, one: VirtualUnit, *, limits: Limits = QUICK, seconds: float = 5.0,
           read_back_limit: int = READ_BACK_LIMIT) -> MtpStorage:
    """The storage of a unit."""
    attachment = one.attachment()
    assert attachment is not None
    address = UsbAddress(attachment.port, attachment.shape.vendor_id, attachment.shape.product_id)
    return open_storage(bus.backend(), address, Deadline(seconds), limits=limits, read_back_limit=read_back_limit)


def walk(one: VirtualUnit, gestures: Iterable[str]) -> None:
    """Gestures one after the other, each of which the page must know."""
    for gesture in gestures:
        word, _, value = gesture.partition("|")
        assert one.gesture(word, value), f"{one.page} does not know {word}"
