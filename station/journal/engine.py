"""Making the SQLAlchemy engine of a journal URL: SQLite with what a durable record needs, or PostgreSQL."""

import sqlite3
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from station.model.errors import ConfigurationError, JournalError, NotFound

BUSY_SECONDS = 5
CONNECT_SECONDS = 10
PROBES = MappingProxyType({"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 30, "keepalives_interval": 10,
                           "keepalives_count": 3})
"""How a bench finds out that its server has vanished without a word (cable, power), also where it only listens: in a minute."""


def engine_for(url: str, *, read_only: bool) -> Engine:
    """The engine of `sqlite:///FILE`, of a plain file path, or of `postgresql+psycopg://…`; opens nothing yet.

    Raises ConfigurationError `journal.bad-url`, JournalError `journal.driver-missing`, NotFound `journal.missing`.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, read_only)
    if parsed.drivername == "postgresql+psycopg":
        return _postgres(parsed)
    raise ConfigurationError("journal.bad-url", parsed.drivername)


def _parse(url: str) -> URL:
    if "://" not in url:
        return URL.create("sqlite", database=url)
    try:
        return make_url(url)
    except ArgumentError as e:
        raise ConfigurationError("journal.bad-url") from e


def _sqlite(url: URL, read_only: bool) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ConfigurationError("journal.bad-url", "a journal needs a file")
    file = Path(url.database).expanduser().absolute()
    if read_only and not file.is_file():
        raise NotFound("journal.missing", str(file))
    if not read_only:
        _make_folder(file.parent)
    how = _how_to_read(file) if read_only else {"mode": "rwc"}
    engine = create_engine(URL.create("sqlite", database=file.as_uri(), query={"uri": "true", **how}),
                           connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_reading if read_only else _prepare_writing)
    event.listen(engine, "begin", _begin)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise JournalError("journal.cannot-open", f"{folder}: {e.strerror}") from e


def _how_to_read(file: Path) -> dict[str, str]:
    """Reading a WAL file needs its side files or the right to make them; on a read-only medium it cannot change anyway."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as probe:
            probe.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        if not file.with_name(f"{file.name}-wal").exists():
            return {"mode": "ro", "immutable": "1"}
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        pass  # the statement that follows says what is wrong with the file
    return {"mode": "ro"}


def _prepare_reading(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None
    connection.text_factory = _text


def _text(stored: bytes) -> str:
    """Bytes that are no UTF-8 (a flipped bit) come through, so that `verify` can name the row they stand in."""
    return stored.decode("utf-8", "surrogateescape")


def _prepare_writing(connection: sqlite3.Connection, record: Any) -> None:
    _prepare_reading(connection, record)
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    """A writer takes the write lock at once: upgrading a read to a write in WAL fails instead of waiting."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _postgres(url: URL) -> Engine:
    connect = {**PROBES, "application_name": "holobench", "tcp_user_timeout": CONNECT_SECONDS * 1000,
               "options": "-c synchronous_commit=on -c lock_timeout=10s -c statement_timeout=60s"}
    try:
        return create_engine(url, pool_pre_ping=True, connect_args=connect)
    except (ModuleNotFoundError, NoSuchModuleError) as e:
        raise JournalError("journal.driver-missing") from e
