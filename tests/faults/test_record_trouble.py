"""The record fails in the middle of a run: the bench says so, loses nothing, and goes on by itself when the record is back."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from station.bench.configuration import AUTOPILOT_BLUEPRINT
from station.journal import Journal
from station.model.timing import WallClock
from station.model.words import StateWord
from station.practice.technician import Technician
from station.practice.world import PracticeBench, PracticeWorld

BUDGET_S = 200
SPEED = 100.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[PracticeBench]:
    with PracticeWorld(1, SPEED, 5) as world:
        yield PracticeBench(world, tmp_path)


def play(practice: PracticeBench, fail: Callable[[], object], mend: Callable[[], object]) -> list[str]:
    """Run one unit; when it has started `fail`, when the trouble shows `mend`, then to the end. The codes of all trouble told."""
    told: list[str] = []

    async def whole() -> None:
        bench = practice.bench
        bench.on_trouble(lambda e: told.append(e.code if e else ""))
        await asyncio.get_running_loop().run_in_executor(None, practice.sign_in)
        await bench.open()
        technician = Technician(bench, practice.world.unit_of, AUTOPILOT_BLUEPRINT.key)
        failed = mended = False
        try:
            while bench.tile(1).word is not StateWord.DONE:
                technician.round()
                if not failed and bench.tile(1).step_key == "chord":
                    fail()
                    failed = True
                elif failed and not mended and bench.trouble is not None:
                    mend()
                    mended = True
                await asyncio.sleep(0.02)
        finally:
            await practice.close()

    asyncio.run(asyncio.wait_for(whole(), BUDGET_S))
    return told


def sound(practice: PracticeBench) -> bool:
    with Journal.open(str(practice.folder / "journal.sqlite"), "auditor", WallClock(), read_only=True) as journal:
        return journal.verify().sound and journal.open_intents() == ()


def test_a_disk_that_is_full_for_a_while_delays_a_run_and_nothing_else(bench: PracticeBench) -> None:
    most = {"pages": 1_000_000}

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={most['pages']}").close()
    # SQLite keeps this limit by connection, and several threads have one each: it is set whenever one is taken up.
    event.listen(bench.journal._store.engine, "checkout", limit)

    told = play(bench, lambda: most.update(pages=1), lambda: most.update(pages=1_000_000))

    assert told == ["journal.disk-full", ""]
    assert sound(bench)


def test_a_record_that_another_program_locks_for_a_while_delays_a_run_and_nothing_else(bench: PracticeBench) -> None:
    with closing(sqlite3.connect(bench.folder / "journal.sqlite", isolation_level=None, check_same_thread=False)) as other:
        told = play(bench, lambda: other.execute("BEGIN IMMEDIATE"), lambda: other.execute("ROLLBACK"))

    assert told == ["journal.locked", ""]
    assert sound(bench)
