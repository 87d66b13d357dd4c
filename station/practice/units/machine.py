"""A virtual HoloLens from the inside: the page machine, a drive, a responder, a battery and a cable, on a clock.

A person's hands and the station's transfers come from different threads; one lock per unit orders them. Timers are run by whoever
looks at the unit and by the bus's own thread.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from station.links.mtp.codec import DeviceInfo, pack_string
from station.links.mtp.operations import DeviceProperty, EventCode, Format, Operation
from station.model.build import OsBuild
from station.model.timing import Clock
from station.model.words import Generation
from station.practice.units.affairs import ESP_FAILURES, Affairs
from station.practice.units.battery import Battery
from station.practice.units.cloud import Cloud, EnrolHow, NoCloud
from station.practice.units.diagnostics import AUTOPILOT_ZIP, COLLECT_SECONDS, TEMP_FILE, Situation, archives
from station.practice.units.drive import DOCUMENTS, STORAGE_ID, VirtualDrive
from station.practice.units.headset import Do, Effect, Face, Happening, Headset, Kind, Page, step
from station.practice.units.identity import OLD_BUILD, UnitIdentity
from station.practice.units.packages import PackageReader, container_only
from station.practice.units.responder import Responder
from station.practice.units.rules import ALL_GUARDS, RULES
from station.practice.units.usb_shapes import (
    BULK,
    MTP_INTERFACE,
    VENDOR_MTP_INTERFACE,
    WINUSB_INTERFACE,
    Attachment,
    EndpointShape,
    InterfaceShape,
    UsbShape,
)

CAPACITY = 53_687_091_200
USED = 12_884_901_888
IDLE_SECONDS = 180.0
REPLUG_SECONDS = 10.0
HELD_SECONDS = 60.0
CHECK_IN_SECONDS = 180.0        # facts/enrolment §1.13: denser in the first 24 hours
LOW_SPACE = 100 * 1024 * 1024

MADE_UP_PRODUCT_ID = 0xF0F2
"""HoloLens 2's product id is not public (facts/device-io §5); this one is nobody's."""

_OPERATIONS = tuple(int(o) for o in Operation if o not in (Operation.GET_DEVICE_PROP_DESC, Operation.SET_DEVICE_PROP_VALUE))
_EVENTS = (EventCode.OBJECT_ADDED, EventCode.OBJECT_REMOVED, EventCode.STORE_ADDED, EventCode.STORE_REMOVED,
           EventCode.STORAGE_INFO_CHANGED)
_PROPERTIES = (DeviceProperty.BATTERY_LEVEL, DeviceProperty.SYNCHRONIZATION_PARTNER, DeviceProperty.FRIENDLY_NAME)
_FLASH_INTERFACE = InterfaceShape(0xFF, 0xFF, 0xFF, "", (EndpointShape(0x81, BULK), EndpointShape(0x01, BULK)))


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a unit before it came to the bench: it is set up and somebody is signed in (`Headset` says the words)."""

    account: str
    account_kind: str
    network: str
    joined: str = ""


class UnitMachine:
    """One headset from the inside. `port` is where its cable goes; None leaves it unplugged; `life` is an earlier use of it."""

    def __init__(self, identity: UnitIdentity, clock: Clock, *, cloud: Cloud | None = None, quirks: Iterable[str] = (),
                 battery: int = 87, port: str | None = None, page: Page | None = None,
                 packages: PackageReader = container_only, life: Life | None = None) -> None:
        self.lock = threading.Condition(threading.RLock())
        self._clock = clock
        self._quirks = set(quirks)
        if "old-build" in self._quirks:
            identity = replace(identity, build=OLD_BUILD)
        self.identity = identity
        self._affairs = Affairs(identity, cloud or NoCloud(), packages)
        self._battery = Battery(22 if "low-battery" in self._quirks else battery, clock.monotonic())
        self.drive = VirtualDrive(CAPACITY, USED, clock.now() - timedelta(days=1), read_only="read-only-storage" in self._quirks)
        first = Page.FIT if identity.generation is Generation.HOLOLENS_1 else Page.HUMMINGBIRD
        self._first_page = first
        self._headset = Headset(identity.generation, identity.build, page or first, first, first, device_name=identity.name)
        if life is not None:
            self._headset = replace(self._headset, page=Page.DESKTOP, boots_to=Page.LOCKED, wakes_to=Page.LOCKED,
                                    network=life.network, account=life.account, account_kind=life.account_kind,
                                    joined=life.joined)
        self._timers: dict[str, tuple[float, Callable[[], None]]] = {}
        self._moment: float | None = None
        self._responder = Responder(self)
        self._stick: dict[str, bytes] = {}
        self._port: str | None = None
        self._plugged_at = 0.0
        self._last_port = port
        self._address = 0
        self._face = Face.NONE
        self._storage = False
        self._chorded = False
        self._flash_build = ""
        self._once: set[str] = set()
        self._next_address: Callable[[], int] = lambda: self._address + 1
        self._listeners: list[Callable[[], None]] = []
        self._prepare()
        if port:
            self.plug(port)

    def _prepare(self) -> None:
        if "low-space" in self._quirks:
            self.drive.fill(LOW_SPACE // 2)
        if "stale-zip" in self._quirks:
            old = Situation(self._clock.now() - timedelta(days=3))
            self.drive.write(DOCUMENTS, AUTOPILOT_ZIP, archives(self.identity, old).get(AUTOPILOT_ZIP, b""), old.at)

    # -- cable and battery

    @property
    def serial(self) -> str:
        """The label's serial."""
        return self.identity.serial

    @property
    def battery(self) -> int:
        """Percent."""
        with self.lock:
            return self._battery.level(self._clock.monotonic(), plugged=self._port is not None, powered=self._powered)

    def plug(self, port: str | None = None) -> None:
        """Put the cable into a port (the last one if none is named)."""
        with self.lock:
            now = self._clock.monotonic()
            self._battery.turn(now, plugged=self._port is not None, powered=self._powered)
            self._port = port or self._last_port or "1-1"
            self._last_port = self._port
            self._plugged_at = now
            self._face = Face.NONE
            self._happen(Happening(Kind.CABLE, "in"))

    def unplug(self) -> None:
        """Pull the cable."""
        with self.lock:
            self._battery.turn(self._clock.monotonic(), plugged=self._port is not None, powered=self._powered)
            self._port = None
            self._happen(Happening(Kind.CABLE, "out"))

    # -- what the responder asks

    def device_info(self) -> DeviceInfo:
        serial = self.identity.usb_serial if self.quirk("mtp-serial-hex") else self.serial
        return DeviceInfo(100, 6, 100, "microsoft.com: 1.0; microsoft.com/DeviceServices:1.0;", 0, _OPERATIONS,
                          tuple(map(int, _EVENTS)), tuple(map(int, _PROPERTIES)), (), (Format.UNDEFINED, Format.ASSOCIATION),
                          "Microsoft Corporation", self.identity.model, f"10.0.{self._headset.build.major}.0", serial)

    def device_property(self, code: int) -> bytes | None:
        if code == DeviceProperty.BATTERY_LEVEL:
            return bytes([self.battery])
        if code == DeviceProperty.FRIENDLY_NAME:
            return pack_string(self._headset.device_name)
        return pack_string("") if code == DeviceProperty.SYNCHRONIZATION_PARTNER else None

    def storage_shown(self) -> bool:
        if self._face is not Face.NORMAL or not self._headset.info.storage:
            return False
        if self._headset.info.setup:
            return not self.quirk("zero-storages") and (self._chorded or not self.quirk("storage-after-chord"))
        return True

    def quirk(self, name: str) -> bool:
        return name in self._quirks

    def bench_seconds(self) -> float:
        return self._clock.monotonic()

    def now(self) -> datetime:
        return self._clock.now()

    def through(self, size: int) -> int:
        if self._first_time("unplug-during-copy"):
            self.unplug()
            self._arm("replug", REPLUG_SECONDS, self.plug)
            return size // 2
        return size

    def stored(self, name: str) -> None:
        self._changed()

    # -- the bus side

    def join(self, next_address: Callable[[], int]) -> None:
        """The bus that the unit hangs on gives addresses."""
        with self.lock:
            self._next_address = next_address
            self._face = Face.NONE
            self._changed()

    def attachment(self) -> Attachment | None:
        """The unit as the bus sees it, None while it is off, asleep, starting or unplugged."""
        with self.lock:
            self.catch_up()
            if self._face is Face.NONE or self._port is None:
                return None
            return Attachment(self._port, self._address, self._shape())

    @property
    def responder(self) -> Responder:
        """Its MTP side; hold `lock` around every use."""
        return self._responder

    def held(self) -> bool:
        """Whether another program holds the interface now."""
        return self.quirk("held-by-other-program") and self._clock.monotonic() - self._plugged_at < HELD_SECONDS

    def _shape(self) -> UsbShape:
        if self._face is Face.FLASH:
            return UsbShape(0x045E, 0x062A, "Microsoft Corporation", "Microsoft HoloLens Recovery", "", (_FLASH_INTERFACE,))
        product = "Windows 10 Mobile Device" if self.quirk("unnamed-product") else "Microsoft HoloLens"
        id_ = 0x0652 if self.identity.generation is Generation.HOLOLENS_1 else MADE_UP_PRODUCT_ID
        vendor = self.quirk("vendor-class")
        interfaces = (WINUSB_INTERFACE, VENDOR_MTP_INTERFACE) if vendor else (MTP_INTERFACE,)
        return UsbShape(0x045E, id_, "Microsoft Corporation", product, self.identity.usb_serial, interfaces,
                        ms_os=(1,) if vendor else ())

    # -- time

    def catch_up(self) -> None:
        """Run every timer that is due, oldest first."""
        with self.lock:
            while self._timers and self._moment is None:     # not from inside a timer
                name, (due, run) = min(self._timers.items(), key=lambda t: t[1][0])
                if due > self._clock.monotonic():
                    return
                del self._timers[name]
                self._moment = due
                try:
                    run()
                finally:
                    self._moment = None

    def next_due(self) -> float | None:
        """When the next timer or held-back answer is due, in the clock's bench seconds; answers that wait to be read are not."""
        with self.lock:
            times = [due for due, _ in self._timers.values()]
            ready = self._responder.outbox.next_ready()
            if ready is not None and ready > self._clock.monotonic():
                times.append(ready)
            return min(times, default=None)

    def _arm(self, name: str, seconds: float, run: Callable[[], None]) -> None:
        """Run something after so many bench seconds, counted from the timer that is being run, if one is."""
        start = self._clock.monotonic() if self._moment is None else self._moment
        self._timers[name] = (start + seconds, run)

    # -- the machine

    @property
    def _powered(self) -> bool:
        return self._headset.info.face is not Face.NONE

    def _first_time(self, quirk: str) -> bool:
        if not self.quirk(quirk) or quirk in self._once:
            return False
        self._once.add(quirk)
        return True

    def _told(self) -> Headset:
        """The headset with what the unit knows beside."""
        names = [o.name for o in self.drive.everything()] + list(self._stick)
        known = {
            "packages": any(n.casefold().endswith(".ppkg") for n in names), "charged": self.battery >= 45,
            "charged-40": self.battery >= 40, "tenant-locked": self.quirk("tenant-locked"),
            "clock-too-old": self.quirk("clock-too-old"), "needs-name": self._affairs.renames,
        }
        return replace(self._headset, conditions=frozenset(k for k, v in known.items() if v))

    def _happen(self, happening: Happening) -> bool:
        with self.lock:
            self.catch_up()
            before = self._told()
            self._headset, effects = step(before, happening, RULES, ALL_GUARDS)
            if happening.kind in (Kind.BUTTON, Kind.GESTURE, Kind.CABLE) and self.quirk("falls-asleep"):
                self._arm("idle", IDLE_SECONDS, lambda: self._tell(Kind.BUTTON, "sleep"))
            if self._headset.page in (Page.BOOTING, Page.OFF) and before.page is not self._headset.page:
                self._power_cut()
            for effect in effects:
                self._perform(effect)
            if self._headset.joined and "check-in" not in self._timers:
                self._arm("check-in", CHECK_IN_SECONDS, self._check_in)
            self._changed()
            return bool(effects) or before != self._headset

    def _tell(self, kind: Kind, word: str, value: str = "") -> None:
        self._happen(Happening(kind, word, value))

    def _power_cut(self) -> None:
        """A restart forgets what was going on, not what was stored."""
        for name in ("collect", "half-way", "search", "idle"):
            self._timers.pop(name, None)
        self.drive.remove_named(self.drive.folder(DOCUMENTS), TEMP_FILE)
        self._chorded = False

    def _changed(self) -> None:
        face = self._headset.info.face if self._port is not None else Face.NONE
        if face is not self._face:
            self._face = face
            self._responder.reset() if face is Face.NONE else None
            if face is not Face.NONE:
                self._address = self._next_address()
        shown = self.storage_shown()
        if shown is not self._storage:
            self._storage = shown
            self._responder.tell(EventCode.STORE_ADDED if shown else EventCode.STORE_REMOVED, STORAGE_ID)
        self.lock.notify_all()
        for listener in self._listeners:
            listener()

    def _perform(self, effect: Effect) -> None:
        match effect.do:
            case Do.TIMER:
                self._arm(effect.word, effect.seconds, lambda: self._tell(Kind.TIMER, effect.word))
            case Do.COLLECT:
                self._collect()
            case Do.ASK_PROFILE:
                self._ask_profile()
            case Do.ENROL:
                self._arm("enrol", effect.seconds, lambda: self._enrol(EnrolHow(effect.word)))
            case Do.APPLY:
                self._arm("apply", effect.seconds, lambda: self._apply(effect.word))
            case Do.WIPE:
                self._wipe()
            case Do.UNENROL:
                self._affairs.profile = None

    # -- diagnostics

    def _collect(self) -> None:
        if self.quirk("diagnostics-disabled") or "collect" in self._timers:
            return
        self.drive.write(DOCUMENTS, TEMP_FILE, bytes(4096), self._clock.now())
        if self.quirk("temp-file-never-goes"):
            return
        self._arm("collect", COLLECT_SECONDS, self._collected)
        if self._first_time("reboot-mid-step"):
            self._arm("half-way", COLLECT_SECONDS / 2, lambda: self._tell(Kind.BUTTON, "restart"))

    def _collected(self) -> None:
        situation = Situation(self._clock.now(), self._headset.joined, bool(self._headset.account),
                              self.drive.free < LOW_SPACE, frozenset(self._quirks))
        identity = replace(self.identity, build=self._headset.build, name=self._headset.device_name)
        for name, data in archives(identity, situation).items():
            self.drive.write(DOCUMENTS, name, data, situation.at)
        self.drive.remove_named(self.drive.folder(DOCUMENTS), TEMP_FILE)
        self._changed()

    # -- cloud and packages

    def _ask_profile(self) -> None:
        profile = self._affairs.ask_profile(self._headset, missed=self._first_time("eula-shown"))
        self._tell(Kind.CLOUD, "no-profile" if profile is None else "profile", "" if profile is None else profile.name)

    def _enrol(self, how: EnrolHow) -> None:
        spoiled = next((q for q in ESP_FAILURES if how is EnrolHow.AUTOPILOT and self._first_time(q)), "")
        outcome = self._affairs.enrol(how, self._headset, spoiled)
        if outcome.ok and how is EnrolHow.AUTOPILOT:
            self._headset = replace(self._headset, device_name=self._affairs.device_name(self._headset))
        self._tell(Kind.CLOUD, "enrolled" if outcome.ok else "refused", how if outcome.ok else outcome.code)

    def _check_in(self) -> None:
        """An enrolled unit asks management what to do; one that is off or offline asks later."""
        if self._headset.info.face is Face.NORMAL:
            for word in self._affairs.check_in(self._headset):
                self._tell(Kind.CLOUD, word)
        if self._headset.joined:
            self._arm("check-in", CHECK_IN_SECONDS, self._check_in)

    def _apply(self, folder: str) -> None:
        parent = self.drive.folder(folder) if folder else 0
        found = [(o.name, bytes(o.data)) for o in self.drive.children(parent)] + ([] if folder else list(self._stick.items()))
        packages = [data for name, data in sorted(found) if name.casefold().endswith(".ppkg")]
        result = self._affairs.apply(packages, self._headset, refused=self.quirk("package-refused"))
        if result.network:
            self._headset = replace(self._headset, network=result.network)
        self._tell(Kind.PACKAGE, result.word, result.value)

    def _wipe(self) -> None:
        build = OsBuild.parse(self._flash_build) if self._flash_build else self._headset.build
        self._flash_build = ""
        self._affairs.profile = None
        self.drive.clear(self._clock.now())
        self._headset = Headset(self.identity.generation, build, self._headset.page, self._first_page, self._first_page,
                                device_name=self.identity.name)
