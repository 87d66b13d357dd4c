"""The transition table of a headset: every page of every enrolment path, as rows. Source: facts/enrolment as named per block.

Seconds are bench seconds. Where the documents give no time (how long a boot or a status page takes) the value is an assumption
of the practice bench, chosen so that an Autopilot run takes the documented "as little as 5 minutes".
"""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

from station.model.build import OsBuild
from station.model.words import Generation
from station.practice.units.cloud import EnrolHow
from station.practice.units.headset import Do, Effect, Face, Guard, Headset, Page, Rule

BOOT_SECONDS = 25.0
SEARCH_SECONDS = 15.0           # §3.7
WELCOME_SECONDS = 10.0
PREPARATION_SECONDS = 120.0
SETUP_SECONDS = 130.0
COUNTDOWN_SECONDS = 10.0        # §2.4
APPLY_SECONDS = 20.0
JOIN_SECONDS = 20.0
CREDENTIAL_SECONDS = 120.0      # §1.2
CODE_SECONDS = 900.0            # §1.2
RESET_SECONDS = 300.0
FLASH_SECONDS = 480.0           # facts/device-io §6: OS boot 8 min

_ETHERNET = OsBuild(19041, 1103)
_AUTO_CONFIRM = OsBuild(19041, 1128)
_RESET_BUTTON = OsBuild(22621, 1113)


def _newer(minimum: OsBuild) -> Guard:
    return lambda h: h.build.at_least(minimum) is True


def _knows(word: str) -> Guard:
    return lambda h: word in h.conditions


GUARDS: Mapping[str, Guard] = MappingProxyType({
    "second": lambda h: h.generation is not Generation.HOLOLENS_1,
    "first": lambda h: h.generation is Generation.HOLOLENS_1,
    "powered": lambda h: h.info.face is Face.NORMAL,
    "setup": lambda h: h.info.setup,
    "online": lambda h: bool(h.network),
    "wifi": lambda h: h.network.startswith("wifi:"),
    "auto-confirm": _newer(_AUTO_CONFIRM),
    "autopilot-build": lambda h: h.build.at_least(_AUTO_CONFIRM if h.network.startswith("wifi:") else _ETHERNET) is True,
    "biometrics": _newer(_RESET_BUTTON),
    "reset-button": _newer(_RESET_BUTTON),
    "packages": _knows("packages"),
    "charged": _knows("charged"),
    "charged-40": _knows("charged-40"),
    "tenant-locked": _knows("tenant-locked"),
    "clock-too-old": _knows("clock-too-old"),
    "needs-name": _knows("needs-name"),
    "joined": lambda h: bool(h.joined),
    "work-account": lambda h: h.account_kind == "work",
    "can-disconnect": lambda h: h.joined in (EnrolHow.ADD_WORK_ACCOUNT, EnrolHow.MDM_ONLY, EnrolHow.MDM_PACKAGE),
})

_FIRST_PAGES = (Page.HUMMINGBIRD, Page.FIT)
_BACK_TO_NETWORK = (Page.EULA, Page.WHO_OWNS, Page.WORK_SIGN_IN, Page.PERSONAL_SIGN_IN, Page.DEVICE_CODE, Page.NEEDS_INTERNET)
_SEARCH = Effect(Do.TIMER, "search", SEARCH_SECONDS)
_COLLECT = Effect(Do.COLLECT)
_BOOT = Effect(Do.TIMER, "boot", BOOT_SECONDS)


def _chain(on: str, *pages: Page) -> list[Rule]:
    return [Rule(on, after, (before,)) for before, after in pairwise(pages)]


_POWER: list[Rule] = [   # §4.5
    Rule("button:power", Page.BOOTING, (Page.OFF,), effects=(_BOOT,)),
    Rule("cable:in", Page.BOOTING, (Page.OFF,), ("second",), effects=(_BOOT,)),          # §4.1: plugging turns it on
    Rule("button:flash", Page.FLASH, (Page.OFF,)),
    Rule("button:power", Page.AUTOPILOT_SEARCH, (Page.SLEEP,), ("retries",), effects=(_SEARCH,)),
    Rule("button:power", "$wakes_to", (Page.SLEEP,)),
    Rule("button:power", Page.AUTOPILOT_SEARCH, (Page.LOW_BATTERY,), ("charged",), effects=(_SEARCH,)),
    Rule("button:power", Page.SLEEP, (Page.DESKTOP,), sets=(("wakes_to", Page.LOCKED),)),
    Rule("button:power", Page.SLEEP, (), ("powered",), sets=(("wakes_to", "$page"),)),
    Rule("button:sleep", Page.SLEEP, (), ("powered",), sets=(("wakes_to", "$page"),)),
    Rule("button:off", Page.OFF, (), ("powered",)),
    Rule("button:off", Page.OFF, (Page.SLEEP, Page.BOOTING, Page.FLASH)),
    Rule("button:restart", Page.BOOTING, (), ("powered",), effects=(_BOOT,)),
    Rule("button:restart", Page.BOOTING, (Page.SLEEP, Page.FLASH), effects=(_BOOT,)),
    Rule("timer:boot", "$boots_to", (Page.BOOTING,)),
    Rule("gesture:flash", Page.FLASHING, (Page.FLASH,), ("charged-40",), effects=(Effect(Do.TIMER, "flash", FLASH_SECONDS),)),
    Rule("timer:flash", Page.BOOTING, (Page.FLASHING,), effects=(Effect(Do.WIPE), _BOOT)),
]
_CHORD: list[Rule] = [   # §2.4, §3.3, §4.5: one combination, three meanings
    Rule("button:chord", Page.PROVISIONING, _FIRST_PAGES, ("packages", "auto-confirm"),
         effects=(Effect(Do.TIMER, "countdown", COUNTDOWN_SECONDS),)),
    Rule("button:chord", Page.PROVISIONING, _FIRST_PAGES, ("packages",)),
    Rule("button:chord", Page.NETWORK, _BACK_TO_NETWORK, effects=(_COLLECT,)),
    Rule("button:chord", "", (), ("powered",), effects=(_COLLECT,)),
    Rule("cable:stick", Page.PROVISIONING, (Page.HUMMINGBIRD,), ("auto-confirm",),
         effects=(Effect(Do.TIMER, "countdown", COUNTDOWN_SECONDS),)),
]
_PACKAGES: list[Rule] = [   # §2.4, §2.6
    Rule("timer:countdown", Page.PROVISIONING_APPLYING, (Page.PROVISIONING,), effects=(Effect(Do.APPLY, "", APPLY_SECONDS),)),
    Rule("gesture:Confirm", Page.PROVISIONING_APPLYING, (Page.PROVISIONING,), effects=(Effect(Do.APPLY, "", APPLY_SECONDS),)),
    Rule("gesture:Cancel", Page.HUMMINGBIRD, (Page.PROVISIONING,), ("second",)),
    Rule("gesture:Cancel", Page.FIT, (Page.PROVISIONING,)),
    Rule("gesture:Add a package", Page.PROVISIONING_APPLYING, (Page.SETTINGS_PACKAGES,), ("packages",),
         effects=(Effect(Do.APPLY, "Documents", APPLY_SECONDS),)),
    Rule("package:local", Page.PROVISIONING_DONE, (Page.PROVISIONING_APPLYING,),
         sets=(("account", "$value"), ("account_kind", "local"), ("wakes_to", Page.LOCAL_SIGN_IN))),
    Rule("package:joined", Page.PROVISIONING_DONE, (Page.PROVISIONING_APPLYING,),
         sets=(("joined", "$value"), ("wakes_to", Page.OTHER_USER_SIGN_IN), ("boots_to", Page.OTHER_USER_SIGN_IN))),
    Rule("package:network", Page.PROVISIONING_DONE, (Page.PROVISIONING_APPLYING,),
         sets=(("network", "$value"), ("wakes_to", Page.AUTOPILOT_SEARCH))),
    Rule("package:applied", Page.PROVISIONING_DONE, (Page.PROVISIONING_APPLYING,), ("work-account",),
         sets=(("wakes_to", Page.SETTINGS_PACKAGES),)),
    Rule("package:applied", Page.PROVISIONING_DONE, (Page.PROVISIONING_APPLYING,), ("second",),
         sets=(("wakes_to", Page.LANGUAGE),)),
    Rule("package:applied", Page.PROVISIONING_DONE, (Page.PROVISIONING_APPLYING,), sets=(("wakes_to", Page.NETWORK),)),
    Rule("package:failed", Page.PROVISIONING_FAILED, (Page.PROVISIONING_APPLYING,), sets=(("error", "$value"),)),
    Rule("gesture:OK", Page.AUTOPILOT_SEARCH, (Page.PROVISIONING_DONE,), ("goes-searching",), effects=(_SEARCH,)),
    Rule("gesture:OK", "$wakes_to", (Page.PROVISIONING_DONE,)),
    Rule("gesture:OK", Page.HUMMINGBIRD, (Page.PROVISIONING_FAILED,), ("second",)),
    Rule("gesture:OK", Page.FIT, (Page.PROVISIONING_FAILED,)),
]
_SETUP: list[Rule] = [   # §1.2, §3.7
    *_chain("gesture:Next", Page.HUMMINGBIRD, Page.LANGUAGE, Page.REGION),
    Rule("gesture:Next", Page.BIOMETRICS, (Page.REGION,), ("biometrics",)),
    Rule("gesture:Next", Page.EYE_CALIBRATION, (Page.REGION, Page.BIOMETRICS)),
    Rule("gesture:Next", Page.NETWORK, (Page.FIT,), ("!online",)),
    Rule("gesture:Next", Page.NETWORK, (Page.EYE_CALIBRATION,), ("!online",)),
    Rule("gesture:Next", Page.AUTOPILOT_SEARCH, (Page.EYE_CALIBRATION,), ("online", "second"), effects=(_SEARCH,)),
    Rule("gesture:Skip", Page.NETWORK, (Page.EYE_CALIBRATION,), ("!online",)),
    Rule("gesture:Skip", Page.AUTOPILOT_SEARCH, (Page.EYE_CALIBRATION,), ("online", "second"), effects=(_SEARCH,)),
    Rule("gesture:Next", Page.AUTOPILOT_SEARCH, (Page.NETWORK,), ("online", "second"), effects=(_SEARCH,)),
    Rule("network:up", Page.NEEDS_INTERNET, (Page.NETWORK,), ("clock-too-old",), sets=(("network", "$value"),)),
    Rule("network:up", Page.AUTOPILOT_SEARCH, (Page.NETWORK, Page.NEEDS_INTERNET), ("second",), sets=(("network", "$value"),),
         effects=(_SEARCH,)),
    Rule("network:up", Page.WHO_OWNS, (Page.NETWORK,), sets=(("network", "$value"),)),
    Rule("network:up", "", sets=(("network", "$value"),)),
    Rule("network:down", "", sets=(("network", ""),)),
    Rule("gesture:Accept", Page.WHO_OWNS, (Page.EULA,)),
    Rule("gesture:My work or school owns it", Page.WORK_SIGN_IN, (Page.WHO_OWNS,),
         effects=(Effect(Do.TIMER, "credentials", CREDENTIAL_SECONDS),)),
    Rule("gesture:I own it", Page.PERSONAL_SIGN_IN, (Page.WHO_OWNS,)),
    Rule("gesture:Sign in from another device", Page.DEVICE_CODE, (Page.WORK_SIGN_IN,),
         effects=(Effect(Do.TIMER, "code", CODE_SECONDS),)),
    Rule("timer:credentials", "", (Page.WORK_SIGN_IN,), sets=(("error", "credentials timed out"),),
         effects=(Effect(Do.TIMER, "credentials", CREDENTIAL_SECONDS),)),
    Rule("timer:code", Page.WORK_SIGN_IN, (Page.DEVICE_CODE,)),
    Rule("gesture:Sign in", Page.JOINING, (Page.WORK_SIGN_IN, Page.DEVICE_CODE),
         sets=(("account", "$value"), ("account_kind", "work")),
         effects=(Effect(Do.ENROL, EnrolHow.OOBE_JOIN, JOIN_SECONDS),)),
    Rule("gesture:Sign in", Page.IRIS, (Page.PERSONAL_SIGN_IN,), sets=(("account", "$value"), ("account_kind", "personal"))),
    *_chain("gesture:Next", Page.IRIS, Page.PIN),
    *_chain("gesture:Skip", Page.IRIS, Page.PIN),
    Rule("gesture:Set PIN", Page.SPEECH, (Page.PIN,), sets=(("boots_to", Page.LOCKED),)),
    *_chain("gesture:Next", Page.SPEECH, Page.LOCATION, Page.TELEMETRY, Page.GESTURES, Page.DESKTOP),
]
_AUTOPILOT: list[Rule] = [   # §3.7, §3.8, §3.9
    Rule("timer:search", Page.LOW_BATTERY, (Page.AUTOPILOT_SEARCH,), ("!charged",)),
    Rule("timer:search", Page.EULA, (Page.AUTOPILOT_SEARCH,), ("!autopilot-build",)),
    Rule("timer:search", "", (Page.AUTOPILOT_SEARCH, Page.TENANT_LOCK_WAIT), effects=(Effect(Do.ASK_PROFILE),)),
    Rule("cloud:profile", Page.AUTOPILOT_WELCOME, (Page.AUTOPILOT_SEARCH, Page.TENANT_LOCK_WAIT), sets=(("profile", "$value"),),
         effects=(Effect(Do.TIMER, "welcome", WELCOME_SECONDS),)),
    Rule("cloud:no-profile", Page.TENANT_LOCK_WAIT, (Page.AUTOPILOT_SEARCH, Page.TENANT_LOCK_WAIT), ("tenant-locked",),
         effects=(_SEARCH,)),
    Rule("cloud:no-profile", Page.EULA, (Page.AUTOPILOT_SEARCH,)),
    Rule("timer:welcome", Page.ESP_DEVICE_PREPARATION, (Page.AUTOPILOT_WELCOME,),
         effects=(Effect(Do.ENROL, EnrolHow.AUTOPILOT, PREPARATION_SECONDS),)),
    Rule("cloud:enrolled", Page.ESP_DEVICE_SETUP, (Page.ESP_DEVICE_PREPARATION,),
         sets=(("joined", "$value"), ("boots_to", Page.ESP_DEVICE_SETUP)), effects=(Effect(Do.TIMER, "setup", SETUP_SECONDS),)),
    Rule("cloud:refused", Page.ESP_FAILED, (Page.ESP_DEVICE_PREPARATION,), sets=(("error", "$value"),)),
    Rule("timer:setup", Page.BOOTING, (Page.ESP_DEVICE_SETUP,), ("needs-name",),      # §3.5: a name template costs one restart
         sets=(("boots_to", Page.OTHER_USER_SIGN_IN),), effects=(_BOOT,)),
    Rule("timer:setup", Page.OTHER_USER_SIGN_IN, (Page.ESP_DEVICE_SETUP,), sets=(("boots_to", Page.OTHER_USER_SIGN_IN),)),
    Rule("gesture:Reset device", Page.RESETTING, (Page.ESP_FAILED,), ("reset-button",),
         effects=(Effect(Do.TIMER, "reset", RESET_SECONDS),)),
    Rule("gesture:Try again", Page.ESP_DEVICE_PREPARATION, (Page.ESP_FAILED,),
         effects=(Effect(Do.ENROL, EnrolHow.AUTOPILOT, PREPARATION_SECONDS),)),
    Rule("gesture:Sign in", Page.IRIS, (Page.OTHER_USER_SIGN_IN,), sets=(("account", "$value"), ("account_kind", "work"))),
]
_AFTER: list[Rule] = [   # §1.4–1.6, §1.14, §5
    Rule("cloud:enrolled", Page.IRIS, (Page.JOINING,), ("setting-up",), sets=(("joined", "$value"),)),
    Rule("cloud:enrolled", Page.SETTINGS_WORK, (Page.JOINING,), sets=(("joined", "$value"),)),
    Rule("cloud:refused", Page.WORK_SIGN_IN, (Page.JOINING,), ("setting-up",), sets=(("error", "$value"),)),
    Rule("cloud:refused", Page.SETTINGS_WORK, (Page.JOINING,), sets=(("error", "$value"),)),
    Rule("gesture:Sign in", Page.DESKTOP, (Page.LOCKED,)),
    Rule("gesture:Sign in", Page.DESKTOP, (Page.LOCAL_SIGN_IN,), sets=(("boots_to", Page.LOCKED),)),
    Rule("gesture:Settings", Page.SETTINGS, (Page.DESKTOP,)),
    Rule("gesture:About", Page.SETTINGS_ABOUT, (Page.SETTINGS,)),
    Rule("gesture:Access work or school", Page.SETTINGS_WORK, (Page.SETTINGS,)),
    Rule("gesture:Reset & recovery", Page.SETTINGS_RESET, (Page.SETTINGS,)),
    Rule("gesture:Connect", Page.SETTINGS_CONNECT, (Page.SETTINGS_WORK,), ("!joined",)),
    Rule("gesture:Enroll only in device management", Page.SETTINGS_MDM, (Page.SETTINGS_WORK,), ("!joined",)),
    Rule("gesture:Add or remove a provisioning package", Page.SETTINGS_PACKAGES, (Page.SETTINGS_WORK,)),
    Rule("gesture:Disconnect", "", (Page.SETTINGS_WORK,), ("can-disconnect",), sets=(("joined", ""),),
         effects=(Effect(Do.UNENROL),)),
    Rule("gesture:Sign in", Page.JOINING, (Page.SETTINGS_CONNECT,), ("personal",),
         effects=(Effect(Do.ENROL, EnrolHow.ADD_WORK_ACCOUNT, JOIN_SECONDS),)),
    Rule("gesture:Sign in", Page.JOINING, (Page.SETTINGS_CONNECT,),
         effects=(Effect(Do.ENROL, EnrolHow.SETTINGS_CONNECT, JOIN_SECONDS),)),
    Rule("gesture:Sign in", Page.JOINING, (Page.SETTINGS_MDM,), effects=(Effect(Do.ENROL, EnrolHow.MDM_ONLY, JOIN_SECONDS),)),
    Rule("gesture:Back", Page.SETTINGS, (Page.SETTINGS_ABOUT, Page.SETTINGS_WORK, Page.SETTINGS_RESET)),
    Rule("gesture:Back", Page.SETTINGS_WORK, (Page.SETTINGS_CONNECT, Page.SETTINGS_MDM, Page.SETTINGS_PACKAGES)),
    Rule("gesture:Back", Page.DESKTOP, (Page.SETTINGS,)),
    Rule("gesture:Get started", Page.RESETTING, (Page.SETTINGS_RESET,), ("charged-40",),
         effects=(Effect(Do.TIMER, "reset", RESET_SECONDS),)),
    Rule("cloud:wipe", Page.RESETTING, (), ("powered",), effects=(Effect(Do.TIMER, "reset", RESET_SECONDS),)),
    Rule("cloud:restart", Page.BOOTING, (), ("powered",), effects=(_BOOT,)),
    Rule("cloud:retire", "", sets=(("joined", ""),), effects=(Effect(Do.UNENROL),)),
    Rule("timer:reset", Page.BOOTING, (Page.RESETTING,), effects=(Effect(Do.WIPE), _BOOT)),
]


def _retries(headset: Headset) -> bool:
    """facts/enrolment §3.7: at the licence page, sleep and wake searches once more."""
    return headset.wakes_to is Page.EULA and bool(headset.network)


ALL_GUARDS: Mapping[str, Guard] = MappingProxyType({
    **GUARDS,
    "retries": _retries,
    "goes-searching": lambda h: h.wakes_to is Page.AUTOPILOT_SEARCH,
    "setting-up": lambda h: h.boots_to in _FIRST_PAGES,
    "personal": lambda h: h.account_kind == "personal",
})


def _table() -> Mapping[str, tuple[Rule, ...]]:
    rows: dict[str, list[Rule]] = {}
    for rule in (*_POWER, *_CHORD, *_PACKAGES, *_SETUP, *_AUTOPILOT, *_AFTER):
        rows.setdefault(rule.on, []).append(rule)
    return MappingProxyType({on: tuple(found) for on, found in rows.items()})


RULES = _table()
"""All rows by what happens, in order."""
