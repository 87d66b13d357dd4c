"""Returned units (facts/enrolment §3.9; facts/tenant §1.10): leave the organisation, or make ready for another use here."""

from dataclasses import replace

from station.model.path import Alternative, Attestation, FaultRule, IdentityKind, Path, Purpose, Severity, Step, Timer
from station.model.proofs import Attested, Is
from station.model.words import N_, Actor, Generation
from station.paths import conditions

LOCKED = Alternative(
    N_("Yes, or nobody knows"),
    N_("Enrol the unit once more in its own tenant, set RequireNetworkInOOBE to false and let it sync. Only then let it go."),
    "enrolment.tenant-lockdown")

LOCKDOWN = Step(
    key="lockdown",
    verb=N_("Make sure it is not locked"),
    instruction=N_("Was RequireNetworkInOOBE (TenantLockdown) ever sent to this unit? The lock survives reset and reflash."),
    actor=Actor.PERSON,
    proof=Attested("never-locked"),
    budget=3600,
    picture="locked",
    no_timer=N_("Take your time; ask the tenant admin if in doubt."),
    otherwise=(LOCKED,),
    attestation=Attestation("never-locked", N_("It was never locked")),
    forgets=frozenset({"attested.never-locked"}),
)
CONFIRM = Step(
    key="confirm",
    verb=N_("Scan the serial to confirm"),
    instruction=N_("The records of this serial in Intune and Autopilot will be deleted. Scan or compare the label of the unit."),
    actor=Actor.PERSON,
    proof=Attested("serial-confirmed"),
    budget=3600,
    picture="label",
    no_timer=N_("Nothing happens before you confirm."),
    attestation=Attestation("serial-confirmed", N_("The label matches: go on"), by_scan=True),
    forgets=frozenset({"attested.serial-confirmed"}),
)
LET_GO = Step(
    key="records",
    verb=N_("Wait while records are deleted"),
    instruction=N_("The station deletes the Intune record, the Autopilot record and what stays in Entra, in this order, "
                   "and reads each back."),
    actor=Actor.STATION,
    proof=Is("tenant.return", "leave"),
    budget=5400,
    action="return-leave",
    faults=(FaultRule(Is("tenant.return", "locked"), "enrolment.tenant-lockdown", Severity.FAIL),),
    picture="cloud-delete",
    timer=Timer(1800, N_("A deleted Autopilot record may stay listed for 30 minutes"), "facts: tenant §1.2, §1.10"),
    forgets=frozenset({"tenant.return"}),
)
ERASE = Step(
    key="erase",
    verb=N_("Erase the unit"),
    instruction=N_("Reset it in Settings, or reflash it with Microsoft's tool. No data and no account may stay on it."),
    actor=Actor.PERSON,
    proof=Attested("erased"),
    budget=7200,
    picture="wipe",
    no_timer=N_("A first generation takes about 30 minutes to reset; other times are not documented."),
    attestation=Attestation("erased", N_("It shows the first page")),
    forgets=frozenset({"attested.erased"}),
)

LEAVE = Path(
    key="return-leave",
    title=N_("Return: leave the organisation"),
    summary=N_("Everything of this unit is taken out of the tenant in the documented order, then the unit is erased."),
    generations=(Generation.HOLOLENS_2, Generation.HOLOLENS_1),
    minimum=None,
    identities=(IdentityKind.NONE,),
    purpose=Purpose.RETURN,
    owner=N_("Nobody until the next setup."),
    verify=N_("In the tenant: no record of this serial in Intune, Autopilot and Entra. On the headset: the first page of setup."),
    undo=N_("Register and enrol it again; what was erased cannot be brought back."),
    source="facts: tenant §1.10; enrolment §3.9",
    preconditions=(conditions.ANY_GENERATION,),
    own_steps=(LOCKDOWN, CONFIRM, LET_GO, ERASE),
    needs=frozenset({"return-rights"}),
)

REUSE = replace(
    LEAVE,
    key="return-reuse",
    title=N_("Return: use again here"),
    summary=N_("The Intune record goes, the Autopilot record stays; after a reset the unit enrols anew by itself."),
    verify=N_("In the tenant: no Intune record, the Autopilot record allows the next enrolment. On the headset: the first page."),
    source="facts: tenant §1.10; enrolment §3.9 (0x80180014)",
    own_steps=(
        replace(CONFIRM, instruction=N_("The Intune record of this serial will be deleted; the Autopilot record stays. "
                                        "Scan or compare the label of the unit.")),
        replace(LET_GO, verb=N_("Wait while the record is deleted"), action="return-reuse", proof=Is("tenant.return", "reuse"),
                timer=None, no_timer=N_("How long the tenant takes is not documented; the station reads it back."),
                instruction=N_("The station deletes the Intune record, keeps the Autopilot record, "
                               "and allows the next enrolment.")),
        ERASE),
)
