"""What the client does with every kind of answer: repeat, wait, renew, refuse, or say that nobody knows."""

import json
import threading
from itertools import pairwise

import pytest

from station.links.graph import routes
from station.links.graph.failures import GraphError, OutcomeUnknown
from station.links.graph.pacer import Pacer, Rates
from station.links.graph.request import GraphRequest
from station.links.graph.wire import AnswerLost, NotSent
from station.model.errors import Cancelled, DataError, LinkLost, NotFound, OverBudget, SignInNeeded
from station.model.timing import CancelToken
from tests.unit.scripted_graph import GRAPH, HandClock, HandDeadline, intune_refused, ok, refused, rig

LIST = GraphRequest(routes.IMPORTED_LIST)
IMPORT = GraphRequest(routes.IMPORTED_IMPORT, body={"importedWindowsAutopilotDeviceIdentities": []})
REMOVE = GraphRequest(routes.IMPORTED_DELETE, ("a",))


def test_a_good_answer_is_returned_and_the_request_carries_its_token_and_id() -> None:
    bench = rig(ok({"value": [1]}, request_id="r-9"))
    assert bench.client.call(LIST, bench.deadline()) == {"value": [1]}
    sent = bench.wire.sent[0]
    assert sent.url == f"{GRAPH}/v1.0/deviceManagement/importedWindowsAutopilotDeviceIdentities"
    assert sent.headers["Authorization"] == "Bearer token-1"
    assert sent.headers["client-request-id"] == bench.exchanges[0].client_request_id
    assert bench.exchanges[0].request_id == "r-9"
    assert bench.tokens.asked[0][0] == (routes.SERVICE_READ,)


def test_a_throttled_post_is_asked_again_after_the_wait_that_was_named() -> None:
    bench = rig(refused(429, retry_after="17"), ok({"value": []}))
    bench.client.call(IMPORT, bench.deadline())
    assert [s.at for s in bench.wire.sent] == [0, 17]


def test_a_wait_named_as_a_date_is_kept() -> None:
    bench = rig(refused(429, retry_after="Sun, 01 Mar 2026 12:00:30 GMT"), ok({}))
    bench.client.call(LIST, bench.deadline())
    assert bench.wire.sent[1].at == 30


def test_a_wait_inside_intunes_string_is_kept() -> None:
    bench = rig(intune_refused(429, "Too many requests", retry_after=9), ok({}))
    bench.client.call(LIST, bench.deadline())
    assert bench.wire.sent[1].at == 9


def test_without_a_named_wait_the_waits_double_with_jitter_up_to_a_minute() -> None:
    bench = rig(*[refused(429)] * 7, ok({}))
    bench.client.call(LIST, bench.deadline())
    times = [s.at for s in bench.wire.sent]
    waits = [b - a for a, b in pairwise(times)]
    for wait, wanted in zip(waits, (2, 4, 8, 16, 32, 60, 60), strict=True):
        assert 0.75 * wanted <= wait <= 1.25 * wanted


def test_after_eight_tries_the_throttling_is_told() -> None:
    bench = rig(*[refused(429, retry_after="1")] * 8)
    with pytest.raises(GraphError) as told:
        bench.client.call(LIST, bench.deadline())
    assert (told.value.code, told.value.status) == ("graph.throttled", 429)


def test_a_wait_beyond_the_deadline_is_told_at_once() -> None:
    bench = rig(refused(429, retry_after="600"))
    with pytest.raises(OverBudget) as told:
        bench.client.call(LIST, bench.deadline(60))
    assert told.value.code == "graph.throttled"
    assert bench.clock.monotonic() == 0


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_service_is_asked_again_for_what_may_be_repeated(status: int) -> None:
    bench = rig(refused(status), ok(status=204))
    assert bench.client.call(REMOVE, bench.deadline()) == {}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_service_is_never_asked_again_for_a_post(status: int) -> None:
    bench = rig(refused(status, retry_after="5"))
    with pytest.raises(OutcomeUnknown) as told:
        bench.client.call(IMPORT, bench.deadline())
    assert told.value.retry_after == 5
    assert len(bench.wire.sent) == 1


def test_a_post_whose_answer_was_lost_is_never_sent_again() -> None:
    bench = rig(AnswerLost)
    with pytest.raises(OutcomeUnknown) as told:
        bench.client.call(IMPORT, bench.deadline())
    assert told.value.request is IMPORT


def test_a_post_that_never_left_is_sent_again() -> None:
    bench = rig(NotSent, NotSent, ok({"value": []}))
    bench.client.call(IMPORT, bench.deadline())
    assert len(bench.wire.sent) == 3


def test_a_read_whose_answer_was_lost_is_asked_again_until_it_is_told() -> None:
    bench = rig(*[AnswerLost] * 8)
    with pytest.raises(LinkLost):
        bench.client.call(LIST, bench.deadline())


def test_gone_is_as_good_as_deleted() -> None:
    bench = rig(refused(404))
    assert bench.client.call(REMOVE, bench.deadline()) == {}


def test_a_missing_object_is_told_when_read() -> None:
    bench = rig(refused(404))
    with pytest.raises(NotFound):
        bench.client.call(GraphRequest(routes.AUTOPILOT_GET, ("x",)), bench.deadline())


def test_an_expired_token_is_renewed_once() -> None:
    bench = rig(refused(401), ok({}))
    bench.client.call(LIST, bench.deadline())
    assert [renew for _, _, renew in bench.tokens.asked] == [False, True]


def test_a_second_401_asks_for_a_person() -> None:
    bench = rig(refused(401), refused(401))
    with pytest.raises(SignInNeeded) as told:
        bench.client.call(LIST, bench.deadline())
    assert told.value.code == "graph.session-expired"


def test_a_token_that_was_good_in_between_may_be_renewed_again() -> None:
    bench = rig(refused(401), refused(429, retry_after="30"), refused(401), ok({}))
    bench.client.call(LIST, bench.deadline())
    assert [renew for _, _, renew in bench.tokens.asked] == [False, True, False, True]


def test_the_claims_of_a_challenge_reach_the_token_source() -> None:
    challenge = 'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ"'
    bench = rig(refused(401, www_authenticate=challenge), ok({}))
    bench.client.call(LIST, bench.deadline())
    assert bench.tokens.asked[1][1] == '{"access_token":{}}'


def test_a_missing_right_names_scope_and_is_not_repeated() -> None:
    bench = rig(refused(403, "Application must have one of the following scopes"))
    with pytest.raises(SignInNeeded) as told:
        bench.client.call(LIST, bench.deadline())
    assert told.value.code == "graph.forbidden"
    assert routes.SERVICE_READ in told.value.detail


def test_intunes_string_is_read_and_its_support_tail_cut() -> None:
    bench = rig(intune_refused(400, "The serial is wrong"))
    with pytest.raises(GraphError) as told:
        bench.client.call(LIST, bench.deadline())
    assert told.value.said == "The serial is wrong"
    assert told.value.activity_id == "11111111-2222-3333-4444-555555555555"


def test_a_segment_that_a_cloud_lacks_is_told_as_such() -> None:
    bench = rig(refused(400, "Resource not found for the segment 'windowsAutopilotSettings'."))
    with pytest.raises(GraphError) as told:
        bench.client.call(GraphRequest(routes.SETTINGS_GET), bench.deadline())
    assert told.value.code == "graph.not-in-cloud"


@pytest.mark.parametrize("status", [409, 429])
def test_the_limit_of_the_sync_slows_nobody(status: int) -> None:
    bench = rig(refused(status, retry_after="600"), ok({}))
    with pytest.raises(GraphError):
        bench.client.call(GraphRequest(routes.SETTINGS_SYNC), bench.deadline())
    bench.client.call(LIST, bench.deadline())
    assert bench.clock.monotonic() == 0


def test_a_post_is_sent_again_when_only_the_token_was_lost() -> None:
    bench = rig(ok({"value": []}))
    token, lost = bench.tokens.token, [AnswerLost("graph.unreachable")]

    def flaky(*words: object) -> str:
        if lost:
            raise lost.pop()
        return token(*words)  # type: ignore[arg-type]

    bench.tokens.token = flaky  # type: ignore[method-assign, assignment]
    bench.client.call(IMPORT, bench.deadline())
    assert len(bench.wire.sent) == 1


def test_all_pages_are_read() -> None:
    more = f"{GRAPH}/v1.0/deviceManagement/x?$skiptoken=2"
    bench = rig(ok({"value": [{"n": 1}], "@odata.nextLink": more}), ok({"value": [{"n": 2}]}))
    assert bench.client.rows(LIST, bench.deadline()) == [{"n": 1}, {"n": 2}]
    assert bench.wire.sent[1].url == more


@pytest.mark.parametrize("link", [
    f"{GRAPH}/v1.0/deviceManagement/importedWindowsAutopilotDeviceIdentities", "https://elsewhere.test/v1.0/x",
    f"{GRAPH}.evil.test/v1.0/x",
])
def test_a_page_that_points_back_or_elsewhere_ends_the_reading(link: str) -> None:
    bench = rig(ok({"value": [], "@odata.nextLink": link}))
    with pytest.raises(DataError) as told:
        bench.client.rows(LIST, bench.deadline())
    assert told.value.code == "graph.paging"
    assert len(bench.wire.sent) == 1


def test_an_answer_that_is_not_json_is_told() -> None:
    bench = rig(ok())
    assert bench.client.call(LIST, bench.deadline()) == {}
    broken = rig(ok({}).__class__(200, {}, b"<html>"))
    with pytest.raises(DataError):
        broken.client.call(LIST, broken.deadline())


def test_a_post_answered_with_something_else_than_json_has_an_unknown_outcome() -> None:
    bench = rig(ok({}).__class__(200, {}, b"<html>"))
    with pytest.raises(OutcomeUnknown):
        bench.client.call(IMPORT, bench.deadline())


def test_what_needs_a_person_is_not_even_sent_by_an_app() -> None:
    bench = rig(app_only=True)
    with pytest.raises(SignInNeeded) as told:
        bench.client.call(GraphRequest(routes.ME), bench.deadline())
    assert told.value.code == "graph.person-needed"
    assert not bench.wire.sent


def test_cancelling_ends_a_wait() -> None:
    bench = rig(refused(429, retry_after="5"))
    token = CancelToken()
    deadline = HandDeadline(bench.clock, 100, token)
    token.cancel()
    with pytest.raises(Cancelled):
        bench.client.call(LIST, deadline)


def test_exchanges_hold_no_token_and_no_body() -> None:
    bench = rig(ok({"value": []}))
    bench.client.call(IMPORT, bench.deadline())
    assert "token-" not in json.dumps([str(e) for e in bench.exchanges])


def test_writes_keep_to_their_rate_and_reads_to_theirs() -> None:
    bench = rig(*[ok({})] * 12, rates=Rates(reads=10, writes=2, burst=1))
    for _ in range(6):
        bench.client.call(IMPORT, bench.deadline())
    assert bench.clock.monotonic() == pytest.approx(2.5)
    before = bench.clock.monotonic()
    for _ in range(6):
        bench.client.call(LIST, bench.deadline())
    assert bench.clock.monotonic() - before == pytest.approx(0.5)


def test_a_429_of_one_thread_closes_the_door_for_all() -> None:
    clock = HandClock()
    pacer = Pacer(clock, Rates(reads=1e6, writes=1e6, burst=100))
    asked = threading.Event()

    def other() -> None:
        with pacer.turn(False, HandDeadline(clock, 100)):
            pass
        asked.set()

    pacer.close_for(20)
    thread = threading.Thread(target=other)
    thread.start()
    thread.join(10)
    assert asked.is_set()
    assert clock.monotonic() >= 20


def test_waits_that_overlap_count_once() -> None:
    clock = HandClock()
    pacer = Pacer(clock)
    pacer.close_for(10)
    pacer.close_for(4)
    pacer.close_for(12)
    assert pacer.mandated == 12
