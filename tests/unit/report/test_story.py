"""Stories and figures: what reports say is what the journal holds."""

from datetime import timedelta

from station.journal import Head
from station.model.runs import Phase
from station.model.words import Link
from station.report.metrics import measure
from station.report.story import stories


def test_a_done_run_names_for_every_step_when_and_by_which_link_it_was_proved(bench):
    bench.done("012345678901")
    (story,) = bench.told()

    assert story.outcome is Phase.DONE
    assert story.serial == "012345678901"
    assert [(s.key, s.links) for s in story.steps] == [
        ("check", ()), ("copy", (Link.MTP,)), ("enrol", (Link.GRAPH,)), ("look", (Link.PERSON,))]
    assert [s.attested for s in story.steps] == [False, False, False, True]
    assert story.seconds == 240
    assert story.first_pass


def test_a_step_that_was_not_proved_has_no_time_and_no_source(bench):
    bench.failed("012345678901")
    (story,) = bench.told()

    assert [(s.key, s.at is None, s.links) for s in story.steps[2:]] == [("enrol", True, ()), ("look", True, ())]
    assert [f.code for f in story.faults] == ["autopilot.other-tenant"]


def test_a_fault_that_was_cured_by_a_retry_is_still_told(bench):
    bench.done_at_the_second_try("012345678901")
    (story,) = bench.told()

    assert story.outcome is Phase.DONE
    assert [f.code for f in story.faults] == ["autopilot.other-tenant"]
    assert story.retries == 1
    assert not story.first_pass


def test_a_run_of_a_path_that_this_program_does_not_know_is_told_without_steps_and_never_as_done(bench):
    bench.done("012345678901")
    (story,) = stories(bench.journal, {})

    assert story.path is None
    assert story.steps == ()
    assert story.outcome is Phase.ACTIVE


def test_the_anchor_of_a_story_is_a_row_of_the_journal(bench):
    bench.done("1")
    bench.done("2")
    anchors = [s.anchor for s in bench.told()]

    assert bench.journal.verify(anchors).sound
    assert not bench.journal.verify([Head("bench-1", anchors[0].seq, "0" * 64)]).sound


def test_stories_are_found_by_serial_run_and_time_newest_first(bench):
    first = bench.done("111")
    bench.done("222")
    middle = bench.now
    bench.done("333")

    def serials(**wanted):
        return [s.serial for s in bench.told(**wanted)]

    assert serials() == ["333", "222", "111"]
    assert serials(limit=1) == ["333"]
    assert serials(about="222") == ["222"]
    assert serials(runs=[first]) == ["111"]
    assert serials(since=middle) == ["333"]
    assert serials(until=middle) == ["222", "111"]
    assert serials(about="%") == []


def test_figures_count_what_was_judged_and_leave_out_what_was_skipped_or_cancelled(bench):
    bench.done("1")
    bench.done_at_the_second_try("2")
    bench.failed("3")
    bench.cancelled("4")
    bench.skipped("5")
    m = measure(bench.told())

    assert m.runs == 5
    assert [m.count(p) for p in (Phase.DONE, Phase.FAILED, Phase.CANCELLED, Phase.SKIPPED, Phase.ACTIVE)] == [2, 1, 1, 1, 0]
    assert m.first_pass == 1 / 3
    assert m.median_seconds == timedelta(minutes=5).total_seconds()
    assert m.causes == (("autopilot.other-tenant", 2),)
    assert m.per_hour is not None
    assert round(m.per_hour, 2) == round(2 / (11 / 60), 2)


def test_nothing_judged_gives_no_figures_rather_than_zeros():
    m = measure(())

    assert (m.first_pass, m.median_seconds, m.per_hour) == (None, None, None)
