"""Bad input and bad luck: one clear error each, its code in the catalogue, and nothing lost."""

import os
import sqlite3
import stat
from contextlib import closing

import pytest

from station.journal import Journal
from station.journal.schema import REVISIONS
from station.model.errors import ConfigurationError, HoloBenchError, JournalError, NotFound
from station.model.faults import catalogue


def code_of(how, kind=HoloBenchError):
    with pytest.raises(kind) as caught:
        how()
    fault = catalogue()[caught.value.code]
    assert fault.cause
    assert fault.cure
    return caught.value.code


def behind_the_back(file, statement):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_journal_of_a_newer_version_is_refused_and_left_as_it_is(file, clock, draft):
    with Journal.open(str(file), "bench-1", clock) as journal:
        journal.append(draft("kept"))
    behind_the_back(file, "UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()

    assert code_of(lambda: Journal.open(str(file), "bench-1", clock), JournalError) == "journal.newer"
    assert file.read_bytes() == before


def test_an_event_of_a_newer_version_is_refused_by_name(file, clock, draft):
    with Journal.open(str(file), "bench-1", clock) as journal:
        journal.append(draft("kept"))
        behind_the_back(file, "UPDATE event SET kind = 'teleported'")

        assert code_of(journal.events) == "journal.unknown-event"


def test_a_file_that_is_no_database_is_called_damaged_and_left_alone(file, clock):
    file.write_bytes(b"not a database, but somebody's notes " * 100)

    assert code_of(lambda: Journal.open(str(file), "bench-1", clock)) == "journal.damaged"
    assert file.read_bytes().startswith(b"not a database")


def test_a_database_of_another_program_is_not_touched(file, clock):
    behind_the_back(file, "CREATE TABLE bookmarks (x)")

    assert code_of(lambda: Journal.open(str(file), "bench-1", clock)) == "journal.foreign"


def test_a_damaged_page_is_called_damaged(file, clock, draft):
    with Journal.open(str(file), "bench-1", clock) as journal:
        journal.append(*(draft("x" * 200) for _ in range(200)))
    stored = bytearray(file.read_bytes())
    for page in range(4096 * 8, len(stored), 4096):
        stored[page:page + 64] = b"\xff" * 64
    file.write_bytes(stored)

    assert code_of(lambda: verify(file, clock)) == "journal.damaged"


def test_a_file_whose_structure_lost_a_column_is_called_damaged(file, clock, draft):
    with Journal.open(str(file), "bench-1", clock) as journal:
        journal.append(draft("a"))
    behind_the_back(file, "ALTER TABLE event RENAME COLUMN body TO bodu")

    assert code_of(lambda: verify(file, clock)) == "journal.damaged"


def verify(file, clock):
    with Journal.open(str(file), "auditor", clock, read_only=True) as journal:
        return journal.verify()


def test_a_record_held_by_another_program_is_called_locked_and_what_was_queued_is_written_later(file, clock, draft, monkeypatch):
    monkeypatch.setattr("station.journal.engine.BUSY_SECONDS", 0)
    with Journal.open(str(file), "bench-1", clock) as journal:
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        journal.append_later(draft("queued"))
        assert code_of(lambda: journal.append(draft("tried"))) == "journal.locked"
        assert journal.trouble is not None
        holder.execute("ROLLBACK")
        holder.close()
        journal.append(draft("again"))

        assert journal.trouble is None
        assert [e.body.topic for e in journal.events()] == ["queued", "again"]


def test_on_a_full_disk_everything_written_stays_and_writing_goes_on_when_there_is_room(file, clock, draft):
    with Journal.open(str(file), "bench-1", clock) as journal:
        (kept,) = journal.append(draft("kept"))
        with room_for(journal, pages=0):
            assert code_of(lambda: journal.append(draft("x" * 100_000))) == "journal.disk-full"
            assert journal.events() == (kept,)
        journal.append(draft("later"))

        assert [e.body.topic for e in journal.events()] == ["kept", "later"]
        assert journal.verify().sound


class room_for:  # noqa: N801 - reads as a phrase
    """The database may not grow by more than so many pages: what SQLite then answers is what it answers on a full disk."""

    def __init__(self, journal, pages):
        self.engine, self.pages = journal._store.engine, pages

    def __enter__(self):
        with self.engine.connect() as connection:
            now = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={now + self.pages}")

    def __exit__(self, *_):
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1073741823")


def test_reading_only_refuses_to_write(file, clock, draft):
    Journal.open(str(file), "bench-1", clock).close()
    with Journal.open(str(file), "bench-1", clock, read_only=True) as journal:
        assert code_of(lambda: journal.append(draft())) == "journal.read-only"


def test_a_folder_that_may_not_be_written_is_said_to_be_so(tmp_path, clock):
    if os.name != "posix" or os.geteuid() == 0:
        pytest.skip("rights do not bind this user")
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)

    assert code_of(lambda: Journal.open(str(folder / "j.sqlite"), "b", clock)) in ("journal.cannot-open", "journal.read-only")


def test_a_place_that_is_no_folder_cannot_be_opened(tmp_path, clock):
    (tmp_path / "file").write_text("x")

    assert code_of(lambda: Journal.open(str(tmp_path / "file" / "j.sqlite"), "b", clock)) == "journal.cannot-open"


def test_a_folder_in_place_of_the_file_cannot_be_opened(tmp_path, clock):
    assert code_of(lambda: Journal.open(str(tmp_path), "b", clock)) == "journal.cannot-open"


def test_reading_makes_no_record_where_there_is_none(file, clock):
    assert code_of(lambda: Journal.open(str(file), "b", clock, read_only=True), NotFound) == "journal.missing"
    assert not file.exists()


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "postgresql+asyncpg://host/db", "nonsense://"])
def test_an_address_of_another_kind_is_a_mistake_of_the_configuration(url, clock):
    assert code_of(lambda: Journal.open(url, "b", clock), ConfigurationError) == "journal.bad-url"


def test_a_server_that_is_not_there_is_called_unreachable(clock):
    pytest.importorskip("psycopg")
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"

    assert code_of(lambda: Journal.open(url, "b", clock)) == "journal.unreachable"


def test_every_code_that_a_database_can_give_is_in_the_catalogue():
    from station.journal import trouble

    codes = {*trouble._SQLITE.values(), *trouble._POSTGRES.values(), *trouble._SAID.values()}
    assert codes <= set(catalogue())


def test_the_known_schema_versions_are_those_of_the_migrations():
    from pathlib import Path

    from alembic.config import Config
    from alembic.script import ScriptDirectory

    import station.journal

    config = Config()
    config.set_main_option("script_location", str(Path(station.journal.__file__).with_name("migrations")))
    found = [s.revision for s in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS
