"""The pen: what the bench says is written in the order it was said, and a journal that cannot be written loses nothing."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from station.bench import pen as room
from station.bench.pen import Pen
from station.model.errors import HoloBenchError, JournalError, Refused
from station.model.events import Draft, Noted

AT = datetime(2026, 3, 1, tzinfo=UTC)


class Paper:
    """A record that refuses its next writes with the given errors."""

    def __init__(self, *refusals: Exception) -> None:
        self.refusals = list(refusals)
        self.written: list[str] = []
        self.trouble: JournalError | None = None
        self.threads: set[str] = set()

    def append(self, *drafts: Draft) -> tuple[()]:
        self.threads.add(threading.current_thread().name)
        if self.refusals:
            raise self.refusals.pop(0)
        self.written += [d.body.topic for d in drafts if isinstance(d.body, Noted)]
        return ()

    def append_later(self, draft: Draft) -> None:
        self.append(draft)


def draft(topic: str) -> Draft:
    return Draft(Noted(topic), AT)


def play(paper, script):
    """Run a script of a pen over this paper; what `unwritable` and `refused` heard."""
    unwritable, refused = [], []

    async def whole():
        pen = Pen(paper, unwritable.append, refused.append)
        try:
            await script(pen)
        finally:
            await pen.close()

    asyncio.run(asyncio.wait_for(whole(), 20))
    return unwritable, refused


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(room, "RETRY_S", 0.001)


def test_an_outcome_that_is_awaited_at_once_stands_behind_what_was_told_before_it():
    paper = Paper()

    async def script(pen):
        for n in range(20):
            pen.later(draft(f"told {n}"))
            pen.write(draft(f"said {n}"))
            await pen.written(draft(f"ended {n}"))

    play(paper, script)
    assert paper.written == [f"{what} {n}" for n in range(20) for what in ("told", "said", "ended")]
    assert len(paper.threads) == 1


def test_what_could_not_be_written_is_written_as_soon_as_it_can_be_and_the_trouble_ends():
    full = JournalError("journal.disk-full")
    paper = Paper(full, full)

    async def script(pen):
        await pen.written(draft("outcome"))

    unwritable, refused = play(paper, script)
    assert paper.written == ["outcome"]
    assert unwritable == [full, full, None]
    assert refused == []


def test_what_nobody_waits_for_is_tried_again_as_well():
    paper = Paper(JournalError("journal.locked"))

    async def script(pen):
        pen.write(draft("attested"))
        await pen.written(draft("outcome"))
        await asyncio.gather(*pen._under)

    play(paper, script)
    assert sorted(paper.written) == ["attested", "outcome"]


def test_a_refusal_is_told_and_not_tried_again():
    claimed = Refused("journal.claimed", "S1: bench-2")
    paper = Paper(claimed)

    async def script(pen):
        pen.write(draft("start"))

    unwritable, refused = play(paper, script)
    assert refused == [claimed]
    assert unwritable == []
    assert paper.written == []


def test_a_bug_is_told_as_one():
    paper = Paper(ZeroDivisionError())

    async def script(pen):
        pen.write(draft("start"))

    assert [e.code for e in play(paper, script)[1] if isinstance(e, HoloBenchError)] == ["station.bug"]


def test_a_bench_that_closes_while_the_disk_is_full_ends_and_says_what_was_not_written():
    paper = Paper(*(JournalError("journal.disk-full") for _ in range(1000)))

    async def script(pen):
        pen.last_try()
        with pytest.raises(JournalError):
            await pen.written(draft("outcome"))

    unwritable, _ = play(paper, script)
    assert [e.code for e in unwritable] == ["journal.disk-full"]


def test_trouble_with_queued_observations_is_told_by_the_next_word():
    paper = Paper()
    paper.trouble = JournalError("journal.unreachable")

    async def script(pen):
        pen.later(draft("observed"))

    assert play(paper, script)[0] == [paper.trouble]
