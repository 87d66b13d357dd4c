"""The pages of a headset as a pure state machine: an enumeration, a transition table and `step`.

What a page shows and whether the storage is seen there: `PAGES`. How pages follow one another: `rules.RULES`. Nothing here
waits, sends or stores; `step` says by effects what the unit has to do. Source: facts/enrolment §1.2, §2.4, §3.7, §4.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from station.model.build import OsBuild
from station.model.words import N_, Generation


class Page(StrEnum):
    """What the person in front of the headset sees."""

    OFF = "off"
    BOOTING = "booting"
    SLEEP = "sleep"
    HUMMINGBIRD = "hummingbird"
    FIT = "fit"
    LANGUAGE = "language"
    REGION = "region"
    BIOMETRICS = "biometrics"
    EYE_CALIBRATION = "eye-calibration"
    NETWORK = "network"
    NEEDS_INTERNET = "needs-internet"
    AUTOPILOT_SEARCH = "autopilot-search"
    LOW_BATTERY = "low-battery"
    TENANT_LOCK_WAIT = "tenant-lock-wait"
    AUTOPILOT_WELCOME = "autopilot-welcome"
    ESP_DEVICE_PREPARATION = "esp-device-preparation"
    ESP_DEVICE_SETUP = "esp-device-setup"
    ESP_FAILED = "esp-failed"
    EULA = "eula"
    WHO_OWNS = "who-owns"
    WORK_SIGN_IN = "work-sign-in"
    DEVICE_CODE = "device-code"
    JOINING = "joining"
    PERSONAL_SIGN_IN = "personal-sign-in"
    IRIS = "iris"
    PIN = "pin"
    SPEECH = "speech"
    LOCATION = "location"
    TELEMETRY = "telemetry"
    GESTURES = "gestures"
    OTHER_USER_SIGN_IN = "other-user-sign-in"
    LOCAL_SIGN_IN = "local-sign-in"
    LOCKED = "locked"
    DESKTOP = "desktop"
    SETTINGS = "settings"
    SETTINGS_ABOUT = "settings-about"
    SETTINGS_WORK = "settings-work"
    SETTINGS_CONNECT = "settings-connect"
    SETTINGS_MDM = "settings-mdm"
    SETTINGS_PACKAGES = "settings-packages"
    SETTINGS_RESET = "settings-reset"
    RESETTING = "resetting"
    PROVISIONING = "provisioning"
    PROVISIONING_APPLYING = "provisioning-applying"
    PROVISIONING_DONE = "provisioning-done"
    PROVISIONING_FAILED = "provisioning-failed"
    FLASH = "flash"
    FLASHING = "flashing"


class Face(StrEnum):
    """How the unit shows itself on the bus."""

    NONE = "none"
    NORMAL = "normal"
    FLASH = "flash"


@dataclass(frozen=True, slots=True)
class PageInfo:
    """`says` is the text a person reads or sees; `storage` whether the page lets the storage be seen; `setup` whether it is
    part of the out-of-box experience."""

    says: str
    storage: bool = False
    setup: bool = False
    face: Face = Face.NORMAL


PAGES: Mapping[Page, PageInfo] = MappingProxyType({
    Page.OFF: PageInfo(N_("Dark, no light"), face=Face.NONE),
    Page.BOOTING: PageInfo(N_("Microsoft logo"), face=Face.NONE),
    Page.SLEEP: PageInfo(N_("Dark, asleep"), face=Face.NONE),
    Page.HUMMINGBIRD: PageInfo(N_("A hummingbird follows your hand"), storage=True, setup=True),
    Page.FIT: PageInfo(N_("Fit page with the blue box"), storage=True, setup=True),
    Page.LANGUAGE: PageInfo(N_("Language"), storage=True, setup=True),
    Page.REGION: PageInfo(N_("Region"), storage=True, setup=True),
    Page.BIOMETRICS: PageInfo(N_("Biometric data collection by HoloLens"), storage=True, setup=True),
    Page.EYE_CALIBRATION: PageInfo(N_("Eye calibration"), storage=True, setup=True),
    Page.NETWORK: PageInfo(N_("Let's connect you to a network"), storage=True, setup=True),
    Page.NEEDS_INTERNET: PageInfo(N_("You need internet for this…"), storage=True, setup=True),
    Page.AUTOPILOT_SEARCH: PageInfo(N_("Searching for an Autopilot profile."), storage=True, setup=True),
    Page.LOW_BATTERY: PageInfo(N_("Battery too low for setup: charge, then press Power"), storage=True, setup=True),
    Page.TENANT_LOCK_WAIT: PageInfo(N_("Your organization has set some policies to manage your device."), setup=True),
    Page.AUTOPILOT_WELCOME: PageInfo(N_("Welcome! Let's get you set up for work."), setup=True),
    Page.ESP_DEVICE_PREPARATION: PageInfo(N_("Setting up your device for work: Device preparation"), setup=True),
    Page.ESP_DEVICE_SETUP: PageInfo(N_("Setting up your device for work: Device setup"), setup=True),
    Page.ESP_FAILED: PageInfo(N_("We ran into a problem with one of the following setup steps."), setup=True),
    Page.EULA: PageInfo(N_("Windows 10 License Agreement"), storage=True, setup=True),
    Page.WHO_OWNS: PageInfo(N_("Who owns this HoloLens?"), storage=True, setup=True),
    Page.WORK_SIGN_IN: PageInfo(N_("Sign in with your work account"), storage=True, setup=True),
    Page.DEVICE_CODE: PageInfo(N_("Enter this code on another device"), storage=True, setup=True),
    Page.JOINING: PageInfo(N_("Just a moment…"), setup=True),
    Page.PERSONAL_SIGN_IN: PageInfo(N_("Sign in with your Microsoft account"), storage=True, setup=True),
    Page.IRIS: PageInfo(N_("Set up iris sign-in"), setup=True),
    Page.PIN: PageInfo(N_("Set up a PIN"), setup=True),
    Page.SPEECH: PageInfo(N_("Speech"), storage=True, setup=True),
    Page.LOCATION: PageInfo(N_("Location"), storage=True, setup=True),
    Page.TELEMETRY: PageInfo(N_("Optional diagnostic data"), storage=True, setup=True),
    Page.GESTURES: PageInfo(N_("Learn the Start gesture"), storage=True, setup=True),
    Page.OTHER_USER_SIGN_IN: PageInfo(N_("Other user")),
    Page.LOCAL_SIGN_IN: PageInfo(N_("Sign in with the local account")),
    Page.LOCKED: PageInfo(N_("Sign-in screen")),
    Page.DESKTOP: PageInfo(N_("Start menu"), storage=True),
    Page.SETTINGS: PageInfo(N_("Settings"), storage=True),
    Page.SETTINGS_ABOUT: PageInfo(N_("Settings › System › About"), storage=True),
    Page.SETTINGS_WORK: PageInfo(N_("Settings › Accounts › Access work or school"), storage=True),
    Page.SETTINGS_CONNECT: PageInfo(N_("Set up a work or school account"), storage=True),
    Page.SETTINGS_MDM: PageInfo(N_("Enroll only in device management"), storage=True),
    Page.SETTINGS_PACKAGES: PageInfo(N_("Add or remove a provisioning package"), storage=True),
    Page.SETTINGS_RESET: PageInfo(N_("Settings › Update & Security › Reset & recovery"), storage=True),
    Page.RESETTING: PageInfo(N_("Resetting this device"), face=Face.NONE),
    Page.PROVISIONING: PageInfo(N_("Provisioning packages found: they are applied in 10 seconds"), storage=True, setup=True),
    Page.PROVISIONING_APPLYING: PageInfo(N_("Applying the package"), storage=True, setup=True),
    Page.PROVISIONING_DONE: PageInfo(N_("Provisioning Successful"), storage=True, setup=True),
    Page.PROVISIONING_FAILED: PageInfo(N_("The package could not be applied"), storage=True, setup=True),
    Page.FLASH: PageInfo(N_("Only the middle light is on"), face=Face.FLASH),
    Page.FLASHING: PageInfo(N_("Only the middle light is on; the flashing tool is writing"), face=Face.FLASH),
})
"""Whether the storage shows during the status pages and the sign-in pages of setup is not documented (facts/enrolment §9)."""


class Kind(StrEnum):
    """What can happen to a headset."""

    BUTTON = "button"        # word: power, chord, restart, off, flash
    GESTURE = "gesture"      # word: what is chosen; value: what is typed
    TIMER = "timer"          # word: which
    NETWORK = "network"      # word: up, down; value: wifi:SSID or ethernet
    CABLE = "cable"          # word: in, out, stick
    CLOUD = "cloud"          # word: profile, no-profile, enrolled, refused; value: name or code
    PACKAGE = "package"      # word: applied, failed; value: local, joined, network, other, or the reason


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happens; how the table names it is `kind:word`."""

    kind: Kind
    word: str
    value: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.word}"


class Do(StrEnum):
    """What the unit has to do after a step."""

    TIMER = "timer"                  # word: which, seconds
    COLLECT = "collect diagnostics"
    ASK_PROFILE = "ask for the Autopilot profile"
    ENROL = "enrol"                  # word: how
    APPLY = "apply packages"         # word: folder, "" is the root
    WIPE = "wipe"                    # reset: files, accounts and network go
    UNENROL = "unenrol"


@dataclass(frozen=True, slots=True)
class Effect:
    """One order to the unit. `seconds` are bench seconds."""

    do: Do
    word: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Headset:
    """All that a headset remembers.

    `boots_to` and `wakes_to` are where it goes when it is back; `network` is "", `wifi:SSID` or `ethernet`; `joined` is how it
    enrolled; `account` the first user and `account_kind` work, personal or local; `error` the code or text it shows.
    """

    generation: Generation
    build: OsBuild
    page: Page = Page.OFF
    boots_to: Page = Page.HUMMINGBIRD
    wakes_to: Page = Page.HUMMINGBIRD
    network: str = ""
    device_name: str = ""
    profile: str = ""
    joined: str = ""
    account: str = ""
    account_kind: str = ""
    error: str = ""
    conditions: frozenset[str] = field(default_factory=frozenset)
    """What the unit knows beside: packages, charged, charged-40, tenant-locked, clock-too-old, needs-name."""

    @property
    def info(self) -> PageInfo:
        return PAGES[self.page]


Guard = Callable[[Headset], bool]
"""A named pure condition."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: on these pages (none: on every powered page), when `on` happens and every guard holds, go to `to`.

    `to` "" stays, `$boots_to` and `$wakes_to` are read from the headset. `sets` are fields to change; a value `$value` is what
    was typed, `$page` the page left. A guard that starts with `!` must not hold. Rows are tried in order.
    """

    on: str
    to: str = ""
    pages: tuple[Page, ...] = ()
    guards: tuple[str, ...] = ()
    sets: tuple[tuple[str, str], ...] = ()
    effects: tuple[Effect, ...] = ()


def step(headset: Headset, happening: Happening, rules: Mapping[str, tuple[Rule, ...]],
         guards: Mapping[str, Guard]) -> tuple[Headset, tuple[Effect, ...]]:
    """The headset after something happened, and what the unit has to do; unchanged where the table has no row for it."""
    for rule in rules.get(happening.key, ()):
        if _applies(rule, headset, guards):
            return _changed(headset, rule, happening), rule.effects
    return headset, ()


def choices(headset: Headset, rules: Mapping[str, tuple[Rule, ...]], guards: Mapping[str, Guard]) -> tuple[str, ...]:
    """Gestures that the page offers now, in the order of the table."""
    return tuple(key.removeprefix("gesture:") for key, rows in rules.items()
                 if key.startswith("gesture:") and any(_applies(r, headset, guards) for r in rows))


def _applies(rule: Rule, headset: Headset, guards: Mapping[str, Guard]) -> bool:
    if rule.pages and headset.page not in rule.pages:
        return False
    return all(guards[g.lstrip("!")](headset) is not g.startswith("!") for g in rule.guards)


def _changed(headset: Headset, rule: Rule, happening: Happening) -> Headset:
    marks = {"$value": happening.value, "$page": headset.page.value, "$account": headset.account}
    changes: dict[str, object] = {}
    for name, value in rule.sets:
        text = marks.get(value, value)
        changes[name] = Page(text) if name in ("boots_to", "wakes_to") else text
    target = rule.to
    if target.startswith("$"):
        target = getattr(headset, target[1:])
    after = replace(headset, **changes, **({"page": Page(target)} if target else {}))  # type: ignore[arg-type]
    if rule.to and after.page not in (Page.ESP_FAILED, Page.PROVISIONING_FAILED) and not any(n == "error" for n, _ in rule.sets):
        after = replace(after, error="")
    return after
