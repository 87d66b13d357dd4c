"""Claims: one bench works on one unit; who dies lets go when the lease is over, and the take-over is on record."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.journal import Claim, Journal
from station.journal.claims import Ruling, rule
from station.model.errors import Refused
from station.model.events import Noted


@pytest.fixture
def other(file, journal, clock):
    with Journal.open(str(file), "bench-2", clock) as opened:
        yield opened


def test_a_unit_that_another_bench_works_on_is_refused_with_the_name_of_that_bench(journal, other):
    journal.claim("S1", "r1", 60)

    with pytest.raises(Refused, match=r"journal\.claimed: S1: bench-1"):
        other.claim("S1", "r2", 60)


def test_the_same_run_may_claim_again_after_a_restart(journal, clock):
    first = journal.claim("S1", "r1", 60)
    clock.move(10)
    second = journal.claim("S1", "r1", 60)

    assert second.until == first.until + timedelta(seconds=10)


def test_another_run_of_the_same_bench_is_refused_as_well(journal):
    journal.claim("S1", "r1", 60)

    with pytest.raises(Refused, match=r"journal\.claimed"):
        journal.claim("S1", "r2", 60)


def test_a_run_takes_the_place_of_the_own_run_that_it_replaces(journal, other):
    journal.claim("S1", "r1", 60)
    journal.claim("S1", "r2", 60, instead_of="r1")

    assert [(c.station, c.run) for c in journal.claims()] == [("bench-1", "r2")]
    with pytest.raises(Refused, match=r"journal\.claimed"):
        other.claim("S1", "r3", 60, instead_of="r2")


def test_the_start_of_a_run_is_committed_with_its_claim_or_not_at_all(journal, other, draft):
    heard = []
    other.subscribe(heard.extend)
    journal.claim("S1", "r1", 60, draft("start of r1", run="r1"))
    with pytest.raises(Refused, match=r"journal\.claimed"):
        other.claim("S1", "r2", 60, draft("start of r2", run="r2"))

    assert [e.body.topic for e in other.events()] == ["start of r1"]
    assert heard == []


def test_a_lease_that_ran_out_is_taken_over_and_that_is_recorded(journal, other, clock, draft):
    heard = []
    other.subscribe(heard.extend)
    journal.claim("S1", "r1", 60)
    clock.move(60)

    claim = other.claim("S1", "r2", 60, draft("start"))

    assert claim.taken_from == "bench-1"
    event, start = other.events(station="bench-2")
    assert heard == [event, start]
    assert isinstance(event.body, Noted)
    assert event.body.about["from"] == "bench-1"
    assert start.body == Noted("start")
    assert other.verify().sound


def test_who_lost_the_claim_is_told_at_the_next_renewal(journal, other, clock):
    journal.claim("S1", "r1", 60)
    clock.move(61)
    other.claim("S1", "r2", 60)

    with pytest.raises(Refused, match=r"journal\.claim-lost: S1: bench-2"):
        journal.renew("S1", "r1", 60)


def test_a_renewed_claim_outlives_its_first_lease(journal, other, clock):
    journal.claim("S1", "r1", 60)
    clock.move(50)
    journal.renew("S1", "r1", 60)
    clock.move(50)

    with pytest.raises(Refused, match=r"journal\.claimed"):
        other.claim("S1", "r2", 60)


def test_a_released_unit_is_free_for_others_and_releasing_twice_is_harmless(journal, other):
    journal.claim("S1", "r1", 60)
    journal.release("S1", "r1")
    journal.release("S1", "r1")

    assert other.claim("S1", "r2", 60).taken_from == ""


def test_nobody_releases_the_claim_of_another(journal, other):
    journal.claim("S1", "r1", 60)
    other.release("S1", "r1")

    assert [c.station for c in other.claims()] == ["bench-1"]


def test_of_many_that_reach_for_one_unit_exactly_one_gets_it(file, clock):
    def reach(number):
        with Journal.open(str(file), f"bench-{number}", clock) as journal:
            try:
                return journal.claim("S1", f"r{number}", 60).station
            except Refused:
                return None

    Journal.open(str(file), "bench-0", clock).close()
    with ThreadPoolExecutor(6) as pool:
        winners = [s for s in pool.map(reach, range(6)) if s]
    assert len(winners) == 1


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(st.sampled_from("ab"), st.sampled_from("12"), st.integers(-5, 5), st.sampled_from(("", "1", "2")))
def test_a_running_lease_is_never_given_to_another(station, run, seconds, instead_of):
    held = Claim("S", "a", "1", NOON + timedelta(seconds=seconds))
    ruling = rule(held, station, run, NOON, instead_of)

    if station == "a" and "1" in (run, instead_of):
        assert ruling is Ruling.RENEW
    else:
        assert ruling is (Ruling.REFUSE if seconds > 0 else Ruling.TAKE_OVER)
