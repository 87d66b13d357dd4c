"""Appending: numbers without gaps, durable on return, delivered once and in order, from however many threads."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from station.journal import Journal
from station.model.errors import JournalError
from station.model.events import Draft, Ended, Intended, Noted, Observed, Result, RunStarted
from station.model.facts import Fact
from station.model.words import Link


def test_numbers_count_from_one_without_gaps(journal, draft):
    events = journal.append(draft("a"), draft("b")) + journal.append(draft("c"))

    assert [e.seq for e in events] == [1, 2, 3]


def test_what_was_appended_is_read_back_unchanged_by_another_opening(file, clock, draft):
    at = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
    bodies = (RunStarted("autopilot", "blue", "Zoé", (Fact("unit.battery", 80, Link.MTP, at),), {"tag": "Ω"}),
              Observed((Fact("bus.present", True, Link.USB, at), Fact("unit.name", 'quo"te\n', Link.MTP, at))),
              Ended("k", Result.FAILED, "mtp.gone", "\u2028 line"))
    with Journal.open(str(file), "bench-1", clock) as first:
        written = first.append(*(draft(b, unit="U1", run="r1", slot=3) for b in bodies))
    with Journal.open(str(file), "bench-1", clock) as second:
        assert second.events() == written


def test_an_append_is_durable_on_return(file, journal, draft, clock):
    journal.append(draft("a"))

    with Journal.open(str(file), "reader", clock, read_only=True) as other:
        assert [e.body for e in other.events()] == [Noted("a")]


def test_subscribers_hear_of_events_only_once_they_are_committed(file, journal, draft, clock):
    committed = []

    def look(events):
        with Journal.open(str(file), "reader", clock, read_only=True) as other:
            committed.append((events, other.events()))

    journal.subscribe(look)
    written = journal.append(draft("a"), draft("b"))

    assert committed == [(written, written)]


def test_many_threads_make_one_unbroken_sequence_and_one_order_of_delivery(journal, draft):
    heard = []
    journal.subscribe(heard.extend)

    def work(name):
        for n in range(20):
            (journal.append if n % 3 else journal.append_later)(draft(f"{name}/{n}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    journal.flush()

    assert [e.seq for e in heard] == list(range(1, 161))
    assert tuple(heard) == journal.events()
    assert journal.verify().sound


def test_each_thread_finds_its_own_drafts_in_its_own_order(journal, draft):
    def work(name):
        for n in range(10):
            journal.append_later(draft(f"{name}:{n}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    topics = [e.body.topic for e in journal.events()]
    for name in range(4):
        assert [t for t in topics if t.startswith(f"{name}:")] == [f"{name}:{n}" for n in range(10)]


def test_a_later_draft_stands_before_whatever_is_appended_after_it(journal, draft):
    journal.append_later(draft("observed"))
    (event,) = journal.append(draft("acted"))

    assert event.seq == 2
    assert [e.body.topic for e in journal.events()] == ["observed", "acted"]


def test_later_drafts_are_committed_without_anybody_asking(journal, draft):
    heard = threading.Event()
    journal.subscribe(lambda events: heard.set())

    journal.append_later(draft("observed"))

    assert heard.wait(10)


def test_closing_commits_what_was_queued(file, clock, draft):
    with Journal.open(str(file), "bench-1", clock) as opened:
        for n in range(50):
            opened.append_later(draft(str(n)))
    with Journal.open(str(file), "bench-1", clock) as again:
        assert [e.body.topic for e in again.events()] == [str(n) for n in range(50)]


def test_a_closed_journal_says_so(journal, draft):
    journal.close()

    for use in (lambda: journal.append(draft()), lambda: journal.append_later(draft()), journal.events):
        with pytest.raises(JournalError, match=r"journal\.closed"):
            use()


def test_a_subscriber_may_append_and_everybody_still_hears_in_order(journal, draft):
    heard = []

    def answer(events):
        if events[0].body.topic == "question":
            journal.append(draft("answer"))

    journal.subscribe(answer)
    journal.subscribe(heard.extend)
    journal.append(draft("question"))

    assert [e.body.topic for e in heard] == ["question", "answer"]


def test_a_failing_subscriber_is_shown_as_a_bug_and_takes_nothing_from_the_others(journal, draft, monkeypatch):
    shown, heard = [], []
    monkeypatch.setattr("sys.excepthook", lambda kind, error, trace: shown.append(error))

    def fail(events):
        raise RuntimeError("bug")

    journal.subscribe(fail)
    journal.subscribe(heard.extend)
    journal.append(draft("a"))

    assert [str(e) for e in shown] == ["bug"]
    assert len(heard) == 1


def test_who_unsubscribed_hears_nothing_more(journal, draft):
    heard = []
    stop = journal.subscribe(heard.extend)
    journal.append(draft("a"))
    stop()
    journal.append(draft("b"))

    assert [e.body.topic for e in heard] == ["a"]


def test_a_time_without_zone_is_refused_before_anything_is_written(journal):
    with pytest.raises(ValueError, match="zone"):
        journal.append(Draft(Noted("x"), datetime(2026, 1, 1)))  # noqa: DTZ001 - the mistake under test
    assert journal.events() == ()


def test_two_stations_count_for_themselves_in_one_record(file, journal, clock, draft):
    with Journal.open(str(file), "bench-2", clock) as other:
        journal.append(draft("a"))
        (event,) = other.append(draft("b"))
        journal.append(draft("c"))

        assert (event.station, event.seq) == ("bench-2", 1)
        assert [(e.station, e.seq) for e in other.events()] == [("bench-1", 1), ("bench-2", 1), ("bench-1", 2)]
        assert journal.verify().sound


def test_what_another_process_wrote_for_this_station_is_delivered_too(file, journal, clock, draft):
    heard = []
    journal.subscribe(heard.extend)
    with Journal.open(str(file), "bench-1", clock) as command_line:
        command_line.append(draft("from the command line"))
    journal.append(draft("from the window"))

    assert [e.body.topic for e in heard] == ["from the command line", "from the window"]


def test_events_are_found_by_run_unit_station_and_number(file, journal, clock, draft):
    journal.append(draft("a", unit="U1", run="r1"), draft("b", unit="U1"), draft("c", unit="U2", run="r2"))
    with Journal.open(str(file), "bench-2", clock) as other:
        other.append(draft("d", unit="U1", run="r1"))

    def topics(**wanted):
        return [e.body.topic for e in journal.events(**wanted)]

    assert topics(run="r1") == ["a", "d"]
    assert topics(unit="U1") == ["a", "b", "d"]
    assert topics(after=1) == ["b", "c"]
    assert topics(station="bench-2") == ["d"]
    assert topics(station="bench-2", after=1) == []


def test_the_latest_run_of_each_unit_is_known_newest_first(journal, draft):
    started = RunStarted("autopilot", "blue")
    for unit, run in (("U1", "r1"), ("U2", "r2"), ("U1", "r3")):
        journal.append(draft(started, unit=unit, run=run))

    assert journal.latest_runs() == ("r3", "r2")
    assert journal.latest_runs(1) == ("r3",)


def test_an_intent_is_open_until_its_outcome_and_open_again_when_taken_up(journal, draft):
    intent = Intended("r1/copy/put/1", "copy", "put", 1, False)
    journal.append(draft(intent, run="r1"))
    assert [e.body for e in journal.open_intents()] == [intent]

    journal.append(draft(Ended(intent.key, Result.INTERRUPTED), run="r1"))
    assert journal.open_intents() == ()

    journal.append(draft(intent, run="r1"))
    assert [e.seq for e in journal.open_intents("bench-1")] == [3]
    assert journal.open_intents("bench-2") == ()


def test_units_are_found_by_a_serial_that_some_event_mentions(journal, draft):
    journal.append(draft(Noted("seen", {"serial": "S1"}), unit="U1"), draft(Noted("seen", {"serial": "S12"}), unit="U2"),
                   draft(Noted("again", {"serial": "S1"}), unit="U1"), draft(Noted("import", {"serial": "S1"})))

    assert journal.units("S1") == ("U1",)
    assert journal.units("S12") == ("U2",)
