"""The readiness check over real requests: each fault of a tenant gives its line, and what is missing can be created."""

import pytest

from station.links.graph.request import GraphRequest
from station.links.graph.wire import Answer
from station.model.errors import LinkError, LinkLost
from station.model.timing import Deadline
from station.tenant.checks import CHECKS, Setup, judge
from station.tenant.endpoints import ENDPOINTS, endpoints_for, probe
from station.tenant.evidence import read_evidence
from station.tenant.offers import carry_out, offers
from station.tenant.verdicts import Verdict, worst
from tests.practice.tenant_rig import Rig, practice


def _lines(rig: Rig, tag: str = "Bench-A") -> dict[str, Verdict]:
    setup = Setup(tag, rig.settings.cloud, rig.clock.now())
    return {line.check.key: line.finding.verdict for line in judge(read_evidence(rig.client, rig.deadline()), setup)}


def test_a_tenant_as_it_should_be_has_nothing_blocked() -> None:
    with practice(quirks="bulk-token-out:0") as rig:
        assert set(_lines(rig).values()) == {Verdict.OK}


@pytest.mark.parametrize(("quirk", "key", "verdict"), [
    ("no-licence", "intune-licence", Verdict.ATTENTION),
    ("no-licence", "entra-p1", Verdict.BLOCKED),
    ("mdm-authority-office365", "mdm-authority", Verdict.BLOCKED),
    ("subscription-disabled", "subscription", Verdict.BLOCKED),
    ("mdm-scope-none", "auto-enrolment", Verdict.BLOCKED),
    ("mdm-scope-selected", "auto-enrolment", Verdict.ATTENTION),
    ("mdm-wrong-urls", "mdm-addresses", Verdict.BLOCKED),
    ("platform-blocked", "windows-allowed", Verdict.BLOCKED),
    ("platform-minimum", "windows-allowed", Verdict.ATTENTION),
    ("federated-domain", "federated-domain", Verdict.ATTENTION),
    ("join-forbidden", "join-rights", Verdict.BLOCKED),
    ("no-device-group", "device-group", Verdict.ATTENTION),
    ("no-profile", "autopilot-profile", Verdict.BLOCKED),
    ("no-profile", "profile-assignment", Verdict.BLOCKED),
    ("bulk-token-out", "bulk-tokens", Verdict.ATTENTION),
])
def test_a_fault_of_the_tenant_gives_its_line(quirk: str, key: str, verdict: Verdict) -> None:
    with practice(quirks=f"{quirk}:always") as rig:
        assert _lines(rig)[key] is verdict


def test_a_cloud_without_the_beta_leaves_lines_not_known_and_blocks_none() -> None:
    with practice(quirks="beta-absent:always") as rig:
        lines = _lines(rig)
    assert {k for k, v in lines.items() if v is Verdict.NOT_KNOWN} >= {"autopilot-profile", "profile-assignment", "sync"}
    assert Verdict.BLOCKED not in lines.values()


def test_a_right_that_is_missing_leaves_its_line_not_known() -> None:
    with practice(consented=["User.Read", "DeviceManagementServiceConfig.Read.All"]) as rig:
        lines = _lines(rig)
    assert lines["intune-licence"] is Verdict.NOT_KNOWN
    assert lines["mdm-authority"] is Verdict.OK


def test_a_check_costs_about_a_dozen_requests() -> None:
    with practice() as rig:
        _lines(rig)
        assert len(rig.tenant.requests) <= 14


def test_what_is_missing_is_shown_first_and_created_on_a_persons_word() -> None:
    with practice(quirks="no-device-group:always,no-profile:always") as rig:
        setup = Setup("Bench-A", rig.settings.cloud, rig.clock.now())
        plan = offers(read_evidence(rig.client, rig.deadline()), setup, "HoloLens bench", "HL-%SERIAL%")
        assert [o.request.route.name for o in plan] == ["groups.create", "profiles.create", "profiles.assignGroup"]
        assert plan[2].request.line() == (
            'POST /beta/deviceManagement/windowsAutopilotDeploymentProfiles/NEW-PROFILE/assignments {"target": '
            '{"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "NEW-GROUP"}}')
        assert not rig.tenant.effects
        carry_out(rig.client, plan, rig.deadline())
        assert offers(read_evidence(rig.client, rig.deadline()), setup, "HoloLens bench") == ()
        assert _lines(rig)["profile-assignment"] is Verdict.OK


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_lost_answer_while_creating_makes_no_double(cut: int) -> None:
    with practice(quirks="no-device-group:always,no-profile:always") as rig:
        setup = Setup("Bench-A", rig.settings.cloud, rig.clock.now())
        plan = offers(read_evidence(rig.client, rig.deadline()), setup, "HoloLens bench")
        made = carry_out(rig.client, plan[:cut - 1], rig.deadline())
        from station.practice.quirk import Dose
        from station.tenant.offers import _filled

        rig.tenant.quirk("cut-after-post", Dose(count=1))
        rest = tuple(type(o)(o.title, _filled(o.request, made), o.makes) for o in plan[cut - 1:])
        carry_out(rig.client, rest, rig.deadline())
        after = offers(read_evidence(rig.client, rig.deadline()), setup, "HoloLens bench")
        created = [e for e in rig.tenant.effects if "created" in e.kind]
    assert after == ()
    assert len(created) == 2


def test_every_check_has_a_reason_a_place_a_link_and_a_source() -> None:
    assert all(c.why and c.where and c.source and c.title and c.link.startswith("https://") for c in CHECKS)
    assert len({c.key for c in CHECKS}) == len(CHECKS)


def _reach(address: str, deadline: Deadline) -> Answer:
    if "login.live" in address:
        raise LinkLost("graph.unreachable")
    if "r.manage" in address:
        raise LinkError("graph.certificate")
    return Answer(200, {}, b"<html>Welcome to the hotel</html>" if "msftconnecttest" in address else b"")


def test_the_network_lines_tell_apart_blocked_inspected_and_captive() -> None:
    lines = {line.check.title: line.finding for line in probe(ENDPOINTS, _reach, Deadline(10))}
    assert lines["login.live.com"].seen == "not reached"
    assert "proxy" in lines["r.manage.microsoft.com"].seen
    assert "sign-in of its own" in lines["www.msftconnecttest.com"].seen
    assert lines["client.wns.windows.com"].verdict is Verdict.OK
    assert worst(list(lines.values())) is Verdict.BLOCKED


def test_practice_tries_its_own_tenant_only() -> None:
    with practice(signed_in=False) as rig:
        from station.links.graph.wire import HttpsWire
        from station.tenant.endpoints import HttpReach

        wire = HttpsWire(rig.settings.ca_file)
        lines = probe(endpoints_for(rig.settings), HttpReach(wire), Deadline(20))
        wire.close()
    assert {line.check.title.partition(":")[0] for line in lines} == {"localhost"}
    assert {line.finding.verdict for line in lines} == {Verdict.OK}


def test_a_request_is_shown_as_it_is_sent() -> None:
    with practice() as rig:
        sent: list[GraphRequest] = []
        call = rig.client.call
        rig.client.call = lambda request, deadline: (sent.append(request), call(request, deadline))[1]  # type: ignore[method-assign]
        _lines(rig)
        shown = {f"{r.route.method} /{r.route.version}{r.path}" for r in sent}
        assert shown <= {f"{e.method} {e.path}" for e in rig.exchanges}
