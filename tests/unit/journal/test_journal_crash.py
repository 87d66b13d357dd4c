"""A power cut at any write: what was acknowledged is there, what was not is wholly absent, the chain is sound."""

import subprocess
import sys

import pytest

from station.journal import Journal
from station.model.errors import UsageError
from station.model.faults import catalogue
from station.practice.crash import CrashingStore, crash_at, parse_crash

WORK = """
import sys
from station.journal import Journal
from station.model.events import Draft, Noted
from station.model.timing import WallClock
from station.practice.crash import parse_crash
clock = WallClock()
journal = Journal.open(sys.argv[1], "bench-1", clock, through=parse_crash(sys.argv[2]))
for n in range(10):
    journal.append(*(Draft(Noted(f"{n}{part}"), clock.now()) for part in "abc"))
    print(n, flush=True)
print("survived")
"""


@pytest.mark.parametrize("write", [1, 2, 7])
@pytest.mark.parametrize(("when", "more"), [("before", 0), ("after", 1)])
def test_a_process_killed_around_a_write_leaves_whole_transactions_and_a_sound_chain(file, clock, write, when, more):
    killed = subprocess.run([sys.executable, "-c", WORK, str(file), f"{when}:{write}"], capture_output=True, text=True,
                            timeout=60)
    acknowledged = killed.stdout.split()

    assert killed.returncode != 0, killed.stderr
    assert acknowledged == [str(n) for n in range(write - 1)]
    with Journal.open(str(file), "bench-1", clock) as journal:
        assert [e.body.topic for e in journal.events()] == [f"{n}{p}" for n in range(write - 1 + more) for p in "abc"]
        assert journal.verify().sound


def test_every_kind_of_write_is_counted_and_reading_is_not(file, clock, draft):
    struck = []
    made = []

    def through(store):
        made.append(CrashingStore(store, 4, "after", lambda: struck.append(made[0].writes)))
        return made[0]

    with Journal.open(str(file), "bench-1", clock, through=through) as journal:
        journal.append(draft("a"))
        journal.claim("S1", "r1", 60)
        journal.events()
        journal.verify()
        journal.renew("S1", "r1", 60)
        assert struck == []
        journal.release("S1", "r1")
    assert struck == [4]


def test_the_kill_before_a_write_leaves_that_write_undone(file, clock, draft):
    class Killed(BaseException):
        pass

    def kill():
        raise Killed

    journal = Journal.open(str(file), "bench-1", clock, through=crash_at(2, "before", kill))
    journal.append(draft("a"))
    with pytest.raises(Killed):
        journal.append(draft("b"))
    assert [e.body.topic for e in journal.events()] == ["a"]
    journal.close()


@pytest.mark.parametrize("spec", ["", "before", "before:0", "during:3", "after:x"])
def test_a_mistyped_switch_is_explained(spec):
    with pytest.raises(UsageError) as caught:
        parse_crash(spec)
    assert caught.value.code in catalogue()
