"""A batch is paired by id, asks again only what was throttled, and carries nothing that must not be repeated."""

import pytest

from station.links.graph import routes
from station.links.graph.batch import batch
from station.links.graph.pacer import Rates
from station.links.graph.request import GraphRequest
from station.links.graph.wire import Answer, AnswerLost
from tests.unit.scripted_graph import Sent, ok, rig


def _deletes(count: int) -> list[GraphRequest]:
    return [GraphRequest(routes.IMPORTED_DELETE, (f"id-{n}",)) for n in range(count)]


def _answers(statuses: dict[str, int], **headers: str):  # type: ignore[no-untyped-def]
    def answer(sent: Sent) -> Answer:
        inner = [{"id": r["id"], "status": statuses.get(r["url"].rsplit("/", 1)[1], 204), "headers": headers, "body": {}}
                 for r in reversed(sent.body["requests"])]
        return ok({"responses": inner})
    return answer


def test_answers_come_back_in_the_order_of_the_requests() -> None:
    bench = rig(_answers({"id-1": 404, "id-2": 403}))
    answers = batch(bench.client, _deletes(3), bench.deadline())
    assert [(a.request.ids[0], a.status) for a in answers] == [("id-0", 204), ("id-1", 404), ("id-2", 403)]
    assert [a.error is None for a in answers] == [True, True, False]


def test_twenty_travel_together() -> None:
    bench = rig(_answers({}), _answers({}), _answers({}))
    batch(bench.client, _deletes(41), bench.deadline())
    assert [len(s.body["requests"]) for s in bench.wire.sent] == [20, 20, 1]


def test_only_the_throttled_are_asked_again_after_the_longest_inner_wait() -> None:
    bench = rig(_answers({"id-1": 429}, **{"Retry-After": "12"}), _answers({}))
    answers = batch(bench.client, _deletes(3), bench.deadline())
    assert [r["url"] for r in bench.wire.sent[1].body["requests"]] == [_deletes(3)[1].path]
    assert bench.wire.sent[1].at == 12
    assert all(a.error is None for a in answers)


def test_a_request_that_got_no_answer_is_asked_again() -> None:
    bench = rig(ok({"responses": [{"id": "0", "status": 204}]}), _answers({}))
    assert len(batch(bench.client, _deletes(2), bench.deadline())) == 2


def test_a_batch_whose_answer_was_lost_is_sent_again() -> None:
    bench = rig(AnswerLost, _answers({}))
    assert len(batch(bench.client, _deletes(2), bench.deadline())) == 2


def test_what_must_not_be_repeated_cannot_travel_in_a_batch() -> None:
    bench = rig()
    with pytest.raises(ValueError, match="must not be repeated"):
        batch(bench.client, [GraphRequest(routes.MANAGED_WIPE, ("x",), body={})], bench.deadline())


def test_versions_are_never_mixed() -> None:
    bench = rig(_answers({"x": 200}), _answers({"x": 200}))
    batch(bench.client, [GraphRequest(routes.AUTOPILOT_GET, ("x",)), GraphRequest(routes.AUTOPILOT_GET_BETA, ("x",))],
          bench.deadline())
    assert [s.url.split("/")[3] for s in bench.wire.sent] == ["v1.0", "beta"]


def test_the_scopes_of_a_batch_are_those_of_its_requests() -> None:
    bench = rig(_answers({"x": 200, "y": 200}))
    batch(bench.client, [GraphRequest(routes.AUTOPILOT_GET, ("x",)), GraphRequest(routes.ENTRA_GET, ("y",))], bench.deadline())
    assert bench.tokens.asked[0][0] == (routes.DEVICE_READ, routes.SERVICE_READ)


def test_inner_requests_with_a_body_name_its_type() -> None:
    bench = rig(ok({"responses": [{"id": "0", "status": 204}]}))
    batch(bench.client, [GraphRequest(routes.AUTOPILOT_UPDATE, ("x",), body={"groupTag": "A"})], bench.deadline())
    assert bench.wire.sent[0].body["requests"][0]["headers"] == {"Content-Type": "application/json"}


def test_each_inner_request_counts_for_the_pacer() -> None:
    bench = rig(_answers({}), _answers({}), rates=Rates(reads=10, writes=2, burst=1))
    batch(bench.client, _deletes(40), bench.deadline())
    assert bench.wire.sent[1].at == pytest.approx(10, abs=0.6)
