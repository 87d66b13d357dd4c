"""Proofs and steps for "the tenant has it": shared by every path that ends in a management record. Facts: enrolment §1.14."""

from station.model.path import Alternative, FaultRule, Severity, Step
from station.model.proofs import Every, Is, OneOf
from station.model.words import N_, Actor

IMPORT_FAULTS = (
    FaultRule(OneOf("autopilot.import.error", ("ZtdDeviceAssignedToOtherTenant", "ZtdDeviceAssignedToAnotherTenant", "808")),
              "autopilot.other-tenant"),
    FaultRule(OneOf("autopilot.import.error", ("InvalidZtdHardwareHash", "802")), "autopilot.invalid-hash"),
    FaultRule(Is("autopilot.import.error", "ZtdDeviceDuplicated"), "autopilot.duplicated"),
    FaultRule(Is("autopilot.import.error", "StorageError"), "autopilot.storage-error"),
    FaultRule(Is("autopilot.registration", "refused"), "autopilot.refused"),
)
"""What an import may end with. ZtdDeviceAlreadyAssigned is no fault: the unit is where it should be (facts/tenant §1.1)."""

ENROLMENT_FAULTS = (
    FaultRule(Is("autopilot.enrolment", "blocked"), "enrolment.0x80180014"),
    FaultRule(Is("autopilot.enrolment", "failed"), "enrolment.failed", Severity.HOLD),
)
"""What the tenant itself says of a failed enrolment (facts/tenant §1.2, §1.9). The codes stand on the headset only: they are
answers to "this is not what I see", and so a failure without code waits for one."""

FORGOTTEN = frozenset({"autopilot.enrolment"})


def proof(types: tuple[str, ...]) -> Every:
    """A management record newer than the start of the run, of one of these deviceEnrollmentTypes."""
    return Every(Is("tenant.enrolled", True), OneOf("tenant.enrolment-type", types))


def wait_for_record(types: tuple[str, ...], *, otherwise: tuple[Alternative, ...] = (), key: str = "enrolled",
                    budget: float = 1800, retry_from: str = "") -> Step:
    """The card while the tenant makes its record."""
    return Step(
        key=key,
        verb=N_("Wait for the record in Intune"),
        instruction=N_("The headset enrols. The station looks for its record in the tenant by serial. Leave the unit on "
                       "and online."),
        actor=Actor.CLOUD,
        proof=proof(types),
        budget=budget,
        faults=ENROLMENT_FAULTS,
        picture="cloud-enrolled",
        no_timer=N_("How soon a record appears is not documented; the station keeps looking."),
        otherwise=otherwise,
        forgets=FORGOTTEN,
        retry_from=retry_from,
    )
