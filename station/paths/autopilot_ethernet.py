"""Autopilot self-deploying over USB-C Ethernet (facts/enrolment §3.7): the adapter goes in before the headset is switched on."""

from dataclasses import replace

from station.model.path import Alternative, Attestation, Path, Step, Timer
from station.model.proofs import Attested, Either, Is
from station.model.words import N_, Actor
from station.paths import autopilot_wifi, conditions, enrolled, screens, setup
from station.paths.registering import REGISTER

CAME_ON = Alternative(
    N_("It switches itself on"),
    N_("An adapter that also charges starts the headset. That is fine: the adapter was in first. Confirm and go on."))

SWITCH_OFF = Step(
    key="switch-off",
    verb=N_("Switch off and plug the adapter in"),
    instruction=N_("Unplug the cable, hold Power until “Goodbye” (5 s), and plug in the USB-C Ethernet adapter without a hub. "
                   "Leave the headset off."),
    actor=Actor.PERSON,
    proof=Attested("adapter-in"),
    budget=1800,
    picture="ethernet",
    no_timer=N_("Take your time; nothing is waiting."),
    otherwise=(CAME_ON,),
    attestation=Attestation("adapter-in", N_("Off, with the adapter in")),
    forgets=frozenset({"attested.adapter-in"}),
)
SWITCH_ON = Step(
    key="go-online",
    verb=N_("Switch it on"),
    instruction=N_("Press Power. The headset finds the network on its first page and enrols by itself. Touch nothing more."),
    actor=Actor.PERSON,
    proof=Either(Attested("online"), Is("autopilot.contacted", True), Is("tenant.enrolled", True)),
    budget=1800,
    picture="power-tap",
    timer=Timer(15, N_("After the network it searches 15 s for its profile"), "facts: enrolment §3.7"),
    otherwise=(screens.EULA, screens.OWNER_PAGE, screens.BATTERY_WARNING, screens.CLOCK, screens.LOCKED,
               screens.SEARCH_GOES_ON),
    attestation=Attestation("online", N_("It sets itself up")),
    faults=enrolled.ENROLMENT_FAULTS,
    forgets=frozenset({"attested.online"}) | enrolled.FORGOTTEN,
)

PATH: Path = replace(
    autopilot_wifi.PATH,
    key="autopilot-ethernet",
    title=N_("Autopilot, self-deploying, over Ethernet"),
    summary=N_("As over Wi-Fi, but with a USB-C Ethernet adapter nobody has to wear the headset. For shared devices."),
    minimum=conditions.AUTOPILOT_ETHERNET,
    source="facts: enrolment §3.1, §3.7; holo docs hololens2-autopilot.md",
    preconditions=(conditions.SECOND_GENERATION,
                   conditions.build(conditions.AUTOPILOT_ETHERNET, N_("Build 19041.1103 or newer")), autopilot_wifi.BATTERY),
    own_steps=(*REGISTER, SWITCH_OFF, SWITCH_ON, autopilot_wifi.DEPLOY, setup.OTHER_USER),
)
