"""Flash or reflash: the station guides and watches, Microsoft's tool writes (facts/enrolment §4.4; facts/device-io §6)."""

from dataclasses import replace

from station.model.path import Alternative, Attestation, IdentityKind, Path, Purpose, Step, Timer
from station.model.proofs import Attested, Is, Seen
from station.model.words import N_, Actor, Generation
from station.paths import conditions

NO_DRIVER = Alternative(
    N_("“QUSB_BULK” or “Qualcomm HS-USB” in the Device Manager"),
    N_("The driver is missing: Windows Update › optional updates › drivers. Then plug the headset in again."),
    "usb.flash-driver-missing")
ALL_LIGHTS = Alternative(
    N_("All five lights flash five times"),
    N_("The system is damaged. Enter flash mode as described; flashing repairs it."))
HARDWARE = Alternative(
    N_("The first, third and fifth light are on"),
    N_("The hardware has failed. Stop and send the unit to support."), "enrolment.hardware-failure")

STARTS_NORMALLY = Alternative(
    N_("It starts as usual"),
    N_("Volume Up was let go too early. Switch it off and begin again; hold Volume Up until only the middle light is on."))

TOOL_OPEN = Step(
    key="tool",
    verb=N_("Open Advanced Recovery Companion"),
    instruction=N_("Open Advanced Recovery Companion (Microsoft Store: 9P74Z35SFRS8) on a Windows PC and connect the headset "
                   "directly, without a hub. Unlock the headset if somebody is signed in."),
    actor=Actor.PERSON,
    proof=Attested("tool-open"),
    budget=3600,
    picture="flash-tool",
    no_timer=N_("Take your time; nothing is waiting."),
    attestation=Attestation("tool-open", N_("The tool is open")),
    forgets=frozenset({"attested.tool-open"}),
)
ENTER = Step(
    key="flash-mode",
    verb=N_("Enter flash mode"),
    instruction=N_("Unplug. Hold Power 15 s until all lights are off. Hold Volume Up, tap Power, wait 15 s, let go: "
                   "only the middle light is on. Plug it in."),
    actor=Actor.PERSON,
    proof=Is("bus.mode", "flash", fresh=True),
    budget=1800,
    picture="flash-mode",
    timer=Timer(15, N_("Hold Power for 15 s, then Volume Up for 15 s"), "facts: enrolment §4.4"),
    otherwise=(STARTS_NORMALLY, NO_DRIVER, ALL_LIGHTS, HARDWARE),
    expects_restart=True,
)
WRITE = Step(
    key="write",
    verb=N_("Flash with Microsoft's tool"),
    instruction=N_("In the tool take the latest image, or another by “Manual package selection”, and confirm. Everything on the "
                   "unit is erased. Do not unplug it until it restarts."),
    actor=Actor.PERSON,
    proof=Is("bus.mode", "normal", fresh=True),
    budget=3600,
    picture="flash-tool",
    no_timer=N_("How long writing takes is not documented; the tool shows how far it is."),
    otherwise=(NO_DRIVER, HARDWARE),
    expects_restart=True,
)
BACK = Step(
    key="back",
    verb=N_("Wait until it is read again"),
    instruction=N_("The headset starts anew. The station reads its build; the first page follows."),
    actor=Actor.STATION,
    proof=Seen("unit.build", fresh=True),
    budget=900,
    picture="restarting",
    timer=Timer(480, N_("The Windows Device Recovery Tool allows 8 minutes for a first start"), "facts: device-io §6"),
    cable=True,
    expects_restart=True,
)

PATH = Path(
    key="flash",
    title=N_("Flash with Advanced Recovery Companion"),
    summary=N_("A new image for a HoloLens 2: for old builds, forgotten passwords, returned units. Erases everything."),
    generations=(Generation.HOLOLENS_2,),
    minimum=None,
    identities=(IdentityKind.NONE,),
    purpose=Purpose.PREPARE,
    owner=N_("Nobody until the next setup. Autopilot registration and TenantLockdown survive."),
    verify=N_("On the bus the unit leaves flash mode and comes back in normal mode with its new build."),
    undo=N_("What was erased cannot be brought back; another image can be flashed."),
    source="facts: enrolment §4.4; holo docs hololens-recovery.md",
    preconditions=(conditions.SECOND_GENERATION, conditions.battery(40, N_("Battery at 40 % or more"), "enrolment.battery-40")),
    own_steps=(TOOL_OPEN, ENTER, WRITE, BACK),
    needs=frozenset(),
)

FIRST_GENERATION = replace(
    PATH,
    key="flash-first-generation",
    title=N_("Flash with the Windows Device Recovery Tool"),
    summary=N_("A new image for a HoloLens (1st gen). Erases everything."),
    generations=(Generation.HOLOLENS_1,),
    owner=N_("Nobody until the next setup."),
    source="facts: enrolment §4.4; holo docs hololens1-recovery.md",
    preconditions=(conditions.FIRST_GENERATION, conditions.battery(40, N_("Battery at 40 % or more"), "enrolment.battery-40")),
    own_steps=(
        replace(TOOL_OPEN, verb=N_("Open the Windows Device Recovery Tool"),
                instruction=N_("Open the Windows Device Recovery Tool on a Windows PC with 4 GB free, not in a virtual machine. "
                               "Unplug phones and other Windows devices.")),
        replace(ENTER, instruction=N_("Unplug, switch off. Hold Volume Up, tap Power: only the middle light is on. Plug it in, "
                                      "and in the tool choose “My device was not detected” › HoloLens."),
                timer=None, no_timer=N_("The light tells when it is in flash mode."), otherwise=(STARTS_NORMALLY,)),
        replace(WRITE, otherwise=(), instruction=N_("In the tool take the latest image and confirm. Everything on the unit is "
                                                    "erased. Do not unplug it until it restarts.")), BACK),
)
