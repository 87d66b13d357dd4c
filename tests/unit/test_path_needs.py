"""What a readiness check says about the needs of paths."""

from station.paths.choosing import NEEDS
from station.tenant.checks import CHECKS, Line
from station.tenant.needs import CHECKED_BY, needs_met
from station.tenant.verdicts import Finding, Verdict


def lines(**verdicts: Verdict) -> tuple[Line, ...]:
    said = {key.replace("_", "-"): verdict for key, verdict in verdicts.items()}
    return tuple(Line(check, Finding(said.get(check.key, Verdict.OK), "")) for check in CHECKS)


def test_needs_and_checks_are_of_the_tables() -> None:
    assert set(CHECKED_BY) <= set(NEEDS)
    assert {key for checks in CHECKED_BY.values() for key in checks} <= {check.key for check in CHECKS}


def test_a_tenant_without_trouble_has_everything_that_is_checked() -> None:
    assert needs_met(lines()) == dict.fromkeys(CHECKED_BY, True)


def test_a_blocked_check_takes_its_need_away() -> None:
    assert needs_met(lines(profile_assignment=Verdict.BLOCKED))["autopilot-profile"] is False


def test_attention_is_no_refusal() -> None:
    assert needs_met(lines(auto_enrolment=Verdict.ATTENTION))["auto-enrolment"] is True


def test_what_could_not_be_read_is_not_known() -> None:
    assert "join-rights" not in needs_met(lines(join_rights=Verdict.NOT_KNOWN))
    assert needs_met(()) == {}


def test_blocked_weighs_more_than_not_known() -> None:
    met = needs_met(lines(mdm_authority=Verdict.NOT_KNOWN, autopilot_profile=Verdict.BLOCKED))
    assert met["autopilot-profile"] is False
