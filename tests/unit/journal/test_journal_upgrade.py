"""Records of older versions are brought to today's schema with everything in them, and a copy of the old file is kept."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from station.journal import Journal
from station.journal.schema import REVISIONS, metadata
from station.model.errors import JournalError
from station.model.events import Ended, Intended, Plugged, RunStarted

RECORDS = Path(__file__).with_name("records")


@pytest.fixture(params=REVISIONS)
def old(request, file):
    shutil.copy(RECORDS / f"version-{request.param}.sqlite", file)
    return request.param


def test_a_record_of_every_version_keeps_its_events_its_chain_and_its_open_intents(old, file, clock):
    with Journal.open(str(file), "bench-1", clock) as journal:
        assert [type(e.body) for e in journal.events()] == [Plugged, RunStarted, Intended, Ended, Intended]
        assert journal.events()[1].body.operator == "Inès"
        assert [e.body.key for e in journal.open_intents()] == ["run-old/register/send/1"]
        assert journal.latest_runs() == ("run-old",)
        assert journal.verify().sound


def test_an_upgraded_record_goes_on_where_it_was(old, file, clock, draft):
    with Journal.open(str(file), "bench-1", clock) as journal:
        (event,) = journal.append(draft("next"))
        journal.claim("S2", "r2", 60)

        assert event.seq == 6
        assert journal.verify().sound


def asked(file, statement):
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(statement).fetchall()
        connection.commit()
        return rows


def test_the_old_file_stays_beside_the_upgraded_one(old, file, clock):
    before = asked(file, "SELECT count(*), max(hash) FROM event")
    Journal.open(str(file), "bench-1", clock).close()
    copy = file.with_name(f"{file.name}.version-{old}")

    assert copy.exists() == (old != REVISIONS[-1])
    if copy.exists():
        assert asked(copy, "SELECT count(*), max(hash) FROM event") == before


def test_an_upgrade_that_fails_in_the_middle_leaves_the_old_version_whole(file, clock, monkeypatch):
    shutil.copy(RECORDS / "version-0001.sqlite", file)
    asked(file, "CREATE INDEX event_key ON event (run)")

    with pytest.raises(OperationalError):
        Journal.open(str(file), "bench-1", clock)
    assert asked(file, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert ("claim",) not in asked(file, "SELECT name FROM sqlite_master WHERE type = 'table'")


def test_a_damaged_body_does_not_keep_an_old_record_from_opening_and_is_named(file, clock):
    shutil.copy(RECORDS / "version-0001.sqlite", file)
    asked(file, "UPDATE event SET body = '{}' WHERE seq = 3")

    with Journal.open(str(file), "bench-1", clock) as journal:
        assert [(f.what, f.seq) for f in journal.verify().findings] == [("changed", 3)]


def test_reading_only_does_not_upgrade(file, clock):
    shutil.copy(RECORDS / "version-0001.sqlite", file)
    before = file.read_bytes()

    with pytest.raises(JournalError, match=r"journal\.older"):
        Journal.open(str(file), "bench-1", clock, read_only=True)
    assert file.read_bytes() == before


def test_there_is_a_record_of_every_version():
    assert sorted(p.stem for p in RECORDS.glob("*.sqlite")) == [f"version-{r}" for r in REVISIONS]


def test_migrations_and_table_definitions_agree(file, clock):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    Journal.open(str(file), "bench-1", clock).close()
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
