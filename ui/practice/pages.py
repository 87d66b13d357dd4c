"""Which drawing stands for which page of the headset, and the words that the headset offers."""

from collections.abc import Mapping
from types import MappingProxyType

from station.model.words import N_
from station.practice.units.headset import Page

PICTURES: Mapping[Page, str] = MappingProxyType({
    Page.OFF: "leds-off", Page.BOOTING: "restarting", Page.SLEEP: "leds-off", Page.HUMMINGBIRD: "hummingbird",
    Page.FIT: "fit-page", Page.LANGUAGE: "language-page", Page.REGION: "language-page", Page.BIOMETRICS: "license-text",
    Page.EYE_CALIBRATION: "eye-calibration", Page.NETWORK: "network-page", Page.NEEDS_INTERNET: "no-internet",
    Page.AUTOPILOT_SEARCH: "autopilot-search", Page.LOW_BATTERY: "battery-low", Page.TENANT_LOCK_WAIT: "locked",
    Page.AUTOPILOT_WELCOME: "autopilot-welcome", Page.ESP_DEVICE_PREPARATION: "status-page",
    Page.ESP_DEVICE_SETUP: "status-page", Page.ESP_FAILED: "status-page-failed", Page.EULA: "accept-license",
    Page.WHO_OWNS: "owner-page", Page.WORK_SIGN_IN: "work-account", Page.DEVICE_CODE: "device-code",
    Page.JOINING: "autopilot-welcome", Page.PERSONAL_SIGN_IN: "work-account", Page.IRIS: "iris-page", Page.PIN: "pin-page",
    Page.SPEECH: "license-text", Page.LOCATION: "license-text", Page.TELEMETRY: "license-text", Page.GESTURES: "start-menu",
    Page.OTHER_USER_SIGN_IN: "other-user", Page.LOCAL_SIGN_IN: "sign-in", Page.LOCKED: "sign-in", Page.DESKTOP: "start-menu",
    Page.SETTINGS: "settings-about", Page.SETTINGS_ABOUT: "settings-about", Page.SETTINGS_WORK: "settings-work",
    Page.SETTINGS_CONNECT: "work-account", Page.SETTINGS_MDM: "settings-mdm", Page.SETTINGS_PACKAGES: "settings-package",
    Page.SETTINGS_RESET: "settings-reset", Page.RESETTING: "restarting", Page.PROVISIONING: "provisioning-page",
    Page.PROVISIONING_APPLYING: "provisioning-page", Page.PROVISIONING_DONE: "package-applied",
    Page.PROVISIONING_FAILED: "package-refused", Page.FLASH: "leds-flash-mode", Page.FLASHING: "flash-tool",
})
OFFERED = frozenset({
    N_("About"), N_("Accept"), N_("Access work or school"), N_("Add a package"), N_("Add or remove a provisioning package"),
    N_("Back"), N_("Cancel"), N_("Confirm"), N_("Connect"), N_("Disconnect"), N_("Enroll only in device management"),
    N_("Get started"), N_("I own it"), N_("My work or school owns it"), N_("Next"), N_("OK"), N_("Reset & recovery"),
    N_("Reset device"), N_("Set PIN"), N_("Settings"), N_("Sign in"), N_("Sign in from another device"), N_("Skip"),
    N_("Try again"), N_("flash"),
})
"""What pages of the headset offer to be touched; in French as the headset says it (facts/enrolment §8)."""
