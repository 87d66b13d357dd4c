"""The shared record on a real PostgreSQL server: the same promises, and live changes from bench to bench."""

import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from station.journal import Journal
from station.model.errors import JournalError, Refused
from station.model.events import Ended, Intended, Noted, Result, RunStarted
from tests.shared_record import ask
from tests.unit.journal.test_journal_chain import verdicts_while_a_bench_writes

pytestmark = pytest.mark.postgres

WAIT_S = 20


@pytest.fixture
def bench(url, clock):
    opened = []

    def open_one(station="bench-1"):
        opened.append(Journal.open(url, station, clock))
        return opened[-1]

    yield open_one
    for journal in opened:
        journal.close()


def live(journal):
    """A queue of what a bench hears, once its listener stands."""
    heard = queue.Queue()
    journal.subscribe(lambda events: [heard.put(e) for e in events])
    assert journal._listener.listening.wait(WAIT_S)
    return heard


def test_what_was_appended_is_read_back_unchanged(bench, draft):
    body = RunStarted("autopilot", "blue", "Zoé \x00 \ud800", (), {"tag": "Ω"})
    written = bench().append(draft(body, unit="U1", run="r1"), draft("b"))

    again = bench()
    assert again.events() == written
    assert again.verify().sound


def test_two_benches_write_at_once_and_both_chains_stay_whole(bench, draft):
    first, second = bench("bench-1"), bench("bench-2")

    def work(journal):
        for n in range(25):
            journal.append(draft(str(n)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, (first, second, first, second)))

    for station in ("bench-1", "bench-2"):
        assert [e.seq for e in first.events(station=station)] == list(range(1, 51))
    assert first.verify().sound


def test_a_bench_hears_live_what_another_bench_writes_in_order(bench, draft):
    first, second = bench("bench-1"), bench("bench-2")
    heard = live(first)
    for n in range(20):
        second.append(draft(str(n)))

    assert [heard.get(timeout=WAIT_S).body.topic for _ in range(20)] == [str(n) for n in range(20)]


def test_a_bench_that_lost_its_connection_hears_afterwards_what_it_missed(bench, draft, database):
    first, second = bench("bench-1"), bench("bench-2")
    heard = live(first)
    ask(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE starts_with(query, 'LISTEN') AND pid <> pg_backend_pid()")
    for n in range(5):
        second.append(draft(str(n)))

    assert [heard.get(timeout=WAIT_S).body.topic for _ in range(5)] == [str(n) for n in range(5)]


def test_writing_goes_on_after_the_server_dropped_every_connection(bench, draft, database):
    journal = bench()
    journal.append(draft("a"))
    ask(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE datname = current_database() AND pid <> pg_backend_pid()")
    journal.append(draft("b"))

    assert [e.body.topic for e in journal.events()] == ["a", "b"]


def test_a_unit_claimed_on_one_bench_is_refused_on_the_other_until_the_lease_is_over(bench):
    first, second = bench("bench-1"), bench("bench-2")
    first.claim("S1", "r1", 60)
    with pytest.raises(Refused, match=r"journal\.claimed: S1: bench-1"):
        second.claim("S1", "r2", 60)
    first.renew("S1", "r1", 0)

    assert second.claim("S1", "r2", 60).taken_from == "bench-1"
    with pytest.raises(Refused, match=r"journal\.claim-lost"):
        first.renew("S1", "r1", 60)
    assert [e.body.topic for e in first.events() if isinstance(e.body, Noted)] == ["claim.taken-over"]


def test_of_many_benches_that_reach_for_one_unit_exactly_one_gets_it(bench):
    benches = [bench(f"bench-{n}") for n in range(6)]
    barrier = threading.Barrier(6)

    def reach(journal):
        barrier.wait(WAIT_S)
        try:
            return journal.claim("S1", f"run of {journal.station}", 60).station
        except Refused:
            return None

    with ThreadPoolExecutor(6) as pool:
        assert len([s for s in pool.map(reach, benches) if s]) == 1


def test_benches_that_open_a_new_record_together_make_it_once(url, clock):
    barrier = threading.Barrier(4)

    def open_one(n):
        barrier.wait(WAIT_S)
        Journal.open(url, f"bench-{n}", clock).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_one, range(4)))
    with Journal.open(url, "auditor", clock, read_only=True) as journal:
        assert {h.station for h in journal.heads()} >= {f"bench-{n}" for n in range(4)}


def test_open_intents_runs_and_board_are_found_as_in_a_file(bench, draft):
    journal = bench()
    journal.append(draft(RunStarted("autopilot", "blue"), "U1", "r1", 1), draft(Intended("k1", "s", "a", 1, True), "U1", "r1"),
                   draft(Intended("k2", "s", "a", 1, True), "U1", "r1"), draft(Ended("k1", Result.DONE), "U1", "r1"))

    assert [e.body.key for e in journal.open_intents()] == ["k2"]
    assert journal.latest_runs() == ("r1",)
    assert len(journal.board_events()) == 4


def test_a_row_changed_on_the_server_is_named(bench, draft, database):
    journal = bench()
    journal.append(*(draft(str(n)) for n in range(9)))
    ask(database, "UPDATE event SET body = replace(body, '\"3\"', '\"4\"') WHERE seq = 4")

    assert [(f.what, f.seq) for f in journal.verify().findings] == [("changed", 4)]


def test_a_record_of_a_newer_version_is_refused(bench, database, url, clock):
    bench().close()
    ask(database, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(JournalError, match=r"journal\.newer"):
        Journal.open(url, "bench-1", clock)


@pytest.mark.parametrize(("change", "code"), [
    ({"database": "no_such_database"}, "journal.no-database"),
    ({"username": "nobody_at_all", "password": "wrong"}, "journal.not-allowed"),
    ({"port": 1}, "journal.unreachable"),
])
def test_what_keeps_a_bench_out_is_told_apart(server, clock, change, code):
    with pytest.raises(JournalError) as caught:
        Journal.open(server.set(**change).render_as_string(hide_password=False), "bench-1", clock)
    assert caught.value.code == code


def test_a_record_that_grows_while_it_is_verified_is_sound(bench, url, clock, draft):
    journal = bench()
    journal.append(draft("first"))
    verdicts = verdicts_while_a_bench_writes(lambda: Journal.open(url, "auditor", clock, read_only=True),
                                             lambda: journal.append(draft("more")))

    assert [v.findings for v in verdicts if not v.sound] == []
    assert verdicts[-1].rows > verdicts[0].rows


def test_a_second_computer_under_the_same_name_is_refused_until_the_first_closes(url, clock):
    with Journal.open(url, "bench-1", clock, alone=True), pytest.raises(Refused, match=r"journal\.same-station"):
        Journal.open(url, "bench-1", clock, alone=True)

    Journal.open(url, "bench-1", clock, alone=True).close()


def test_stations_of_other_names_and_readers_are_let_in_beside_one_that_works(url, clock):
    with (Journal.open(url, "bench-1", clock, alone=True), Journal.open(url, "bench-2", clock, alone=True) as other,
          Journal.open(url, "bench-1", clock) as beside, Journal.open(url, "bench-1", clock, read_only=True) as reader):
        assert len(other.heads()) == len(beside.heads()) == len(reader.heads())


def test_a_station_whose_program_was_killed_lets_go_of_its_name(url, clock):
    first = Journal.open(url, "bench-1", clock, alone=True)
    ask(first._store.engine.url, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")

    Journal.open(url, "bench-1", clock, alone=True).close()
    first.close()
