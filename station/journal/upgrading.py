"""Bringing a journal to the schema of this program, and refusing a newer one. Alembic is imported only when needed."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from station.journal.schema import REVISIONS
from station.model.errors import JournalError

_LOCK = 4_750_211
"""PostgreSQL advisory lock: two benches that open a new record at the same time upgrade it once."""


def bring_up_to_date(engine: Engine) -> None:
    """Upgrade to the newest schema, in one transaction; a SQLite file of an older version is copied beside it first.

    Raises JournalError `journal.newer`.
    """
    with engine.connect() as connection:
        found = version(connection)
    if found == REVISIONS[-1]:
        return
    if found:
        _keep_a_copy(engine, found)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if version(connection) != REVISIONS[-1]:
            upgrade(connection, REVISIONS[-1])


def demand_current(engine: Engine) -> None:
    """For reading only: JournalError `journal.older`, `journal.newer` unless the schema is this program's."""
    with engine.connect() as connection:
        found = version(connection)
    if found != REVISIONS[-1]:
        raise JournalError("journal.older", f"version {found or 'none'}, this program reads {REVISIONS[-1]}")


def version(connection: Connection) -> str:
    """The schema version of the record; empty for a new one. Raises JournalError `journal.newer`, `journal.foreign`."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        if tables:
            raise JournalError("journal.foreign", ", ".join(sorted(tables)[:3]))
        return ""
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found not in REVISIONS:
        raise JournalError("journal.newer", f"version {found}, this program knows up to {REVISIONS[-1]}")
    return str(found or "")


def upgrade(connection: Connection, to: str) -> None:
    """Run the migrations up to a version on an open transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _keep_a_copy(engine: Engine, found: str) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)  # noqa: S101 - told by the dialect
        file = Path(str(connection.exec_driver_sql("PRAGMA database_list").one()[2]))
        copy = file.with_name(f"{file.name}.version-{found}")
        if not copy.exists():
            with closing(sqlite3.connect(copy)) as target:
                source.backup(target)
