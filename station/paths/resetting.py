"""Reset from Settings (facts/enrolment §5.1): a signed-in user erases the unit, the image stays."""

from station.model.path import Alternative, Attestation, IdentityKind, Path, Purpose, Step, Timer
from station.model.proofs import Attested, Is
from station.model.words import N_, Actor, Generation
from station.paths import conditions

FIRST_GENERATION = Alternative(
    N_("Another Settings page (first generation)"),
    N_("A first generation has it under Settings › Update › Recovery › Reset device."))
GREYED = Alternative(
    N_("The button is grey"),
    N_("The battery is below 40 % or less than 6 GB are free. Charge it; if space is missing, reflash instead."),
    "enrolment.reset-no-space")
HIDDEN = Alternative(
    N_("There is no such page"),
    N_("A policy hides it. Wipe the unit from Intune, or reflash it."), "enrolment.reset-hidden")

BEGIN = Step(
    key="reset",
    verb=N_("Reset the unit in Settings"),
    instruction=N_("Settings › Update & Security › Reset & recovery › Reset this device › Get started. "
                   "Everything on the unit is erased."),
    actor=Actor.PERSON,
    proof=Is("bus.present", False, fresh=True),
    budget=1800,
    picture="settings-reset",
    no_timer=N_("The station sees when the headset restarts."),
    otherwise=(FIRST_GENERATION, GREYED, HIDDEN),
    expects_restart=True,
)
WAIT = Step(
    key="resetting",
    verb=N_("Leave it alone"),
    instruction=N_("The headset resets itself and restarts. Leave it plugged in; do not press its buttons."),
    actor=Actor.UNIT,
    proof=Is("bus.present", True, fresh=True),
    budget=3600,
    picture="restarting",
    timer=Timer(1800, N_("A first generation takes about 30 minutes; of a HoloLens 2 no time is documented"),
                "facts: enrolment §5.1, §10"),
    expects_restart=True,
)
FIRST_PAGE = Step(
    key="first-page",
    verb=N_("Look for the first page"),
    instruction=N_("Look into the headset: the first page of setup (hummingbird, or the blue box on a first generation)."),
    actor=Actor.PERSON,
    proof=Attested("first-page"),
    budget=1800,
    picture="hummingbird",
    no_timer=N_("The page waits; there is no hurry."),
    attestation=Attestation("first-page", N_("I see the first page")),
    forgets=frozenset({"attested.first-page"}),
)

PATH = Path(
    key="reset",
    title=N_("Reset from Settings"),
    summary=N_("Erases users, apps and enrolment on the unit. The image, Autopilot registration and TenantLockdown stay."),
    generations=(Generation.HOLOLENS_2, Generation.HOLOLENS_1),
    minimum=None,
    identities=(IdentityKind.NONE,),
    purpose=Purpose.RETURN,
    owner=N_("Nobody until the next setup."),
    verify=N_("The unit leaves the bus, comes back, and shows the first page of setup. Its records in the tenant stay: "
              "to let them go, use Returns."),
    undo=N_("What was erased cannot be brought back."),
    source="facts: enrolment §5.1; holo docs hololens-recovery.md",
    preconditions=(conditions.ANY_GENERATION,
                   conditions.battery(40, N_("Battery at 40 % or more"), "enrolment.battery-40"),
                   conditions.FREE_SPACE),
    own_steps=(BEGIN, WAIT, FIRST_PAGE),
)
