"""How the virtual technician does each step: one function a step key, with gestures that the page of the headset offers.

Each is called again and again while its card stands, and does the next thing that a person would do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from station.bench.bench import Bench
from station.model.board import Tile
from station.model.build import OsBuild
from station.model.faults import catalogue
from station.model.path import Path as EnrolmentPath
from station.model.path import Step
from station.practice.units.headset import Page
from station.practice.units.unit import VirtualUnit

WIFI = "Bench"
WORK_ACCOUNT = "technician@practice.example"
PERSONAL_ACCOUNT = "somebody@outlook.example"


@dataclass(slots=True)
class Hands:
    """One tile with its card, the unit in its slot, and the bench to answer to. `confirmed` remembers what was answered already,
    by run, question and the moment it was asked: a card that has not moved on yet is not answered again."""

    bench: Bench
    tile: Tile
    unit: VirtualUnit
    confirmed: set[tuple[str, str, int]] = field(default_factory=set)

    @property
    def path(self) -> EnrolmentPath:
        """The path of the run."""
        return self.bench.paths[self.bench.board.runs[self.tile.run].path]

    @property
    def step(self) -> Step:
        """The card."""
        return self.path.step_of(self.tile.step_key)

    @property
    def package(self) -> Path:
        """The package of the run's blueprint."""
        return Path(self.bench.blueprints[self.bench.board.runs[self.tile.run].blueprint].package)

    def confirm(self) -> None:
        """Press the button of the card."""
        attestation = self.step.attestation
        if attestation is None:
            return
        answer = (self.tile.run, attestation.what, self.bench.board.runs[self.tile.run].entered_seq)
        if answer not in self.confirmed:
            self.bench.attest(self.tile.slot, attestation.what)
            self.confirmed.add(answer)

    def report(self, code: str) -> None:
        """"This is not what I see"."""
        self.bench.report_fault(self.tile.slot, code)


Do = Callable[[Hands], None]

TO_NETWORK: Mapping[Page, str] = MappingProxyType({
    Page.HUMMINGBIRD: "Next", Page.FIT: "Next", Page.LANGUAGE: "Next", Page.REGION: "Next", Page.BIOMETRICS: "Next",
    Page.EYE_CALIBRATION: "Skip",
})
TO_START: Mapping[Page, str] = MappingProxyType({
    Page.IRIS: "Skip", Page.PIN: "Set PIN", Page.SPEECH: "Next", Page.LOCATION: "Next", Page.TELEMETRY: "Next",
    Page.GESTURES: "Next",
})
TO_WORK_SETTINGS: Mapping[Page, str] = MappingProxyType({
    Page.LOCKED: "Sign in", Page.LOCAL_SIGN_IN: "Sign in", Page.DESKTOP: "Settings", Page.SETTINGS: "Access work or school",
})
AUTOPILOT_PAGES = frozenset({Page.AUTOPILOT_WELCOME, Page.ESP_DEVICE_PREPARATION, Page.ESP_DEVICE_SETUP, Page.OTHER_USER_SIGN_IN})
AFTER_NETWORK = frozenset({Page.EULA, Page.WHO_OWNS})
FAULT_PAGES: Mapping[Page, str] = MappingProxyType({
    Page.NEEDS_INTERNET: "enrolment.clock-too-old", Page.TENANT_LOCK_WAIT: "enrolment.tenant-lockdown",
    Page.PROVISIONING_FAILED: "enrolment.package-failed",
})


def follow(unit: VirtualUnit, gestures: Mapping[Page, str]) -> None:
    """Touch what brings each page forward, until a page comes that is not in the table."""
    for _ in range(2 * len(gestures)):
        page = unit.page
        if page not in gestures or not unit.gesture(gestures[page], WORK_ACCOUNT):
            return


def wake(unit: VirtualUnit) -> None:
    """Press Power on a dark headset."""
    if unit.page in (Page.OFF, Page.SLEEP):
        unit.press_power()


def look(hands: Hands) -> None:
    """Report what the headset shows if it is a failure."""
    page = hands.unit.page
    if page in FAULT_PAGES:
        hands.report(FAULT_PAGES[page])
    elif page is Page.ESP_FAILED:
        hands.report(shown_fault(hands, "enrolment.esp-failed"))


def shown_fault(hands: Hands, otherwise: str) -> str:
    """The fault whose code the headset shows; `otherwise` where the catalogue has none for it."""
    shown = hands.unit.snapshot().error.casefold()
    return next((f.code for f in catalogue().values() if shown and f.has_code(shown)), otherwise)


def look_for_profile(hands: Hands) -> None:
    """As `look`, on a path whose headset must not show the licence agreement."""
    if hands.unit.page in AFTER_NETWORK:
        hands.report("enrolment.eula-shown")
    else:
        look(hands)


def tap_chord(hands: Hands) -> None:
    """Start the collecting."""
    wake(hands.unit)
    if hands.unit.page is Page.PROVISIONING:
        hands.unit.gesture("Cancel")
    elif not any(name.casefold().endswith(".temp") for name in hands.unit.files()):
        hands.unit.press_chord()


def check_build(hands: Hands) -> None:
    """Read the build on the headset (Settings › System › About, or the box) and confirm it where it is new enough."""
    minimum = hands.path.minimum
    if minimum is not None and OsBuild.parse(hands.unit.snapshot().build).at_least(minimum):
        hands.confirm()


def check_edition(hands: Hands) -> None:
    """The box of a virtual first generation says that it is for Business."""
    hands.confirm()


def _go_online(hands: Hands) -> None:
    wake(hands.unit)
    follow(hands.unit, TO_NETWORK)
    if hands.unit.page is Page.NETWORK:
        hands.unit.connect_wifi(WIFI)
    look_for_profile(hands)
    if hands.unit.page in AUTOPILOT_PAGES:
        hands.confirm()


def _to_network(hands: Hands) -> None:
    wake(hands.unit)
    follow(hands.unit, TO_NETWORK)
    if hands.unit.page is Page.NETWORK:
        hands.unit.connect_wifi(WIFI)
    look(hands)
    if hands.unit.page in AUTOPILOT_PAGES:
        hands.report("enrolment.autopilot-began")
    elif hands.unit.page in AFTER_NETWORK:
        hands.confirm()


def _accept(hands: Hands) -> None:
    hands.unit.gesture("Accept")
    if hands.unit.page is Page.WHO_OWNS:
        hands.confirm()


def _owner(hands: Hands) -> None:
    work = hands.step.attestation is not None and hands.step.attestation.what == "owner-work"
    hands.unit.choose("My work or school owns it" if work else "I own it")
    if hands.unit.page in (Page.WORK_SIGN_IN, Page.PERSONAL_SIGN_IN):
        hands.confirm()


def _sign_in(hands: Hands) -> None:
    page = hands.unit.page
    if page is Page.PROVISIONING_DONE:
        hands.unit.gesture("OK")
    elif page in (Page.WORK_SIGN_IN, Page.LOCAL_SIGN_IN) and not hands.unit.snapshot().error:
        hands.unit.gesture("Sign in", WORK_ACCOUNT)
    elif page is Page.PERSONAL_SIGN_IN:
        hands.unit.gesture("Sign in", PERSONAL_ACCOUNT)
    elif page in (Page.IRIS, Page.DESKTOP):
        hands.confirm()
    elif page is Page.WORK_SIGN_IN:
        hands.report(shown_fault(hands, "enrolment.join-refused"))


def _finish(hands: Hands) -> None:
    follow(hands.unit, TO_START)
    if hands.unit.page is Page.DESKTOP:
        hands.confirm()


def _internet(hands: Hands) -> None:
    if hands.unit.snapshot().network:
        hands.confirm()


def _refused_in_settings(hands: Hands) -> bool:
    """Report what Access work or school shows after a sign-in that was refused."""
    refused = hands.unit.page is Page.SETTINGS_WORK and bool(hands.unit.snapshot().error)
    if refused:
        hands.report(shown_fault(hands, "enrolment.join-refused"))
    return refused


def _connect(hands: Hands) -> None:
    if _refused_in_settings(hands):
        return
    follow(hands.unit, TO_WORK_SETTINGS)
    if hands.unit.page is Page.SETTINGS_WORK and not hands.unit.snapshot().joined:
        hands.unit.choose("Connect")
    if hands.unit.page is Page.SETTINGS_CONNECT:
        hands.unit.gesture("Sign in", WORK_ACCOUNT)
    if hands.unit.page is Page.SETTINGS_WORK and hands.unit.snapshot().joined:
        hands.confirm()


def _enrol_only(hands: Hands) -> None:
    if _refused_in_settings(hands):
        return
    follow(hands.unit, TO_WORK_SETTINGS)
    if hands.unit.page is Page.SETTINGS_WORK and not hands.unit.snapshot().joined:
        hands.unit.choose("Enroll only in device management")
    if hands.unit.page is Page.SETTINGS_MDM:
        hands.unit.gesture("Sign in", WORK_ACCOUNT)
    if hands.unit.page is Page.SETTINGS_WORK and hands.unit.snapshot().joined:
        hands.confirm()


def _settings(hands: Hands) -> None:
    """Look into Settings, after signing in where a package has just brought accounts."""
    if hands.unit.page is Page.PROVISIONING_DONE:
        hands.unit.gesture("OK")
    if hands.unit.page is Page.OTHER_USER_SIGN_IN:
        hands.unit.gesture("Sign in", WORK_ACCOUNT)
    follow(hands.unit, TO_START)
    follow(hands.unit, TO_WORK_SETTINGS)
    if hands.unit.page is Page.SETTINGS_WORK and hands.unit.snapshot().joined:
        hands.confirm()


def _apply(hands: Hands) -> None:
    wake(hands.unit)
    page = hands.unit.page
    if page in (Page.HUMMINGBIRD, Page.FIT):
        if hands.step.picture == "usb-stick":
            hands.unit.unplug()
            hands.unit.insert_stick({hands.package.name: hands.package.read_bytes()})
        else:
            hands.unit.press_chord()
    elif page in (Page.DESKTOP, Page.SETTINGS, Page.SETTINGS_WORK, Page.LOCKED):
        follow(hands.unit, TO_WORK_SETTINGS)
        hands.unit.choose("Add or remove a provisioning package")
    elif page is Page.SETTINGS_PACKAGES:
        hands.unit.choose("Add a package")
    elif page in (Page.PROVISIONING, Page.PROVISIONING_APPLYING, Page.PROVISIONING_DONE):
        hands.unit.gesture("Confirm")
        hands.confirm()
    else:
        look(hands)


def _applied(hands: Hands) -> None:
    if hands.unit.page is Page.PROVISIONING_DONE:
        hands.unit.gesture("OK")
        hands.confirm()
    else:
        look(hands)


def _other_user(hands: Hands) -> None:
    if hands.unit.page is Page.OTHER_USER_SIGN_IN:
        hands.confirm()
    else:
        look(hands)


def _edition(hands: Hands) -> None:
    follow(hands.unit, TO_NETWORK)
    if hands.unit.page is Page.NETWORK:
        hands.unit.connect_wifi(WIFI)
    if hands.unit.page is Page.WHO_OWNS:
        hands.confirm()


def _adapter(hands: Hands) -> None:
    hands.unit.unplug()
    hands.unit.press_power(hold=5)
    if hands.unit.page is Page.OFF:
        hands.unit.connect_ethernet()
        hands.confirm()


def _switch_on(hands: Hands) -> None:
    wake(hands.unit)
    follow(hands.unit, TO_NETWORK)
    look_for_profile(hands)
    if hands.unit.page in AUTOPILOT_PAGES:
        hands.confirm()


def _enter_flash_mode(hands: Hands) -> None:
    if hands.unit.page is not Page.FLASH:
        hands.unit.unplug()
        hands.unit.press_power(hold=15)
        hands.unit.press_flash()
    hands.unit.plug()


def _flash(hands: Hands) -> None:
    if hands.unit.page is Page.FLASH:
        hands.unit.flash()


def _reset(hands: Hands) -> None:
    follow(hands.unit, {Page.LOCKED: "Sign in", Page.DESKTOP: "Settings", Page.SETTINGS: "Reset & recovery",
                        Page.SETTINGS_WORK: "Back"})
    if hands.unit.page is Page.SETTINGS_RESET:
        hands.unit.choose("Get started")


def _first_page(hands: Hands) -> None:
    if hands.unit.page in (Page.HUMMINGBIRD, Page.FIT):
        hands.confirm()


def _erase(hands: Hands) -> None:
    if hands.unit.page in (Page.HUMMINGBIRD, Page.FIT):
        hands.confirm()
    else:
        _reset(hands)


def _disconnect(hands: Hands) -> None:
    follow(hands.unit, TO_WORK_SETTINGS)
    if hands.unit.page is not Page.SETTINGS_WORK:
        return
    if hands.unit.snapshot().joined and not hands.unit.choose("Disconnect"):
        hands.report("enrolment.cannot-unenrol")
    else:
        hands.confirm()


STEPS: Mapping[str, Do] = MappingProxyType({
    "chord": tap_chord, "go-online": _go_online, "deploy": look_for_profile, "sign-in-page": _other_user,
    "network": _to_network, "accept": _accept, "owner": _owner, "sign-in": _sign_in, "finish": _finish, "internet": _internet,
    "connect": _connect, "enrol": _enrol_only, "settings": _settings, "enrolled": look, "apply": _apply, "applied": _applied,
    "shared-account": _other_user, "stick": Hands.confirm, "edition": _edition, "switch-off": _adapter, "tool": Hands.confirm,
    "flash-mode": _enter_flash_mode, "write": _flash, "reset": _reset, "first-page": _first_page, "lockdown": Hands.confirm,
    "confirm": Hands.confirm, "erase": _erase, "disconnect": _disconnect,
})
"""What the technician does at a step, by step key."""

OVER_ETHERNET: Mapping[str, Do] = MappingProxyType({"go-online": _switch_on})
"""Where the same key is done differently because of an adapter."""
