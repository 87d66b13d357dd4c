"""What databases say, as errors of the house: each with a code of the catalogue, the original chained."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from station.model.errors import JournalError

_SQLITE: Mapping[int, str] = {
    sqlite3.SQLITE_BUSY: "journal.locked",
    sqlite3.SQLITE_LOCKED: "journal.locked",
    sqlite3.SQLITE_READONLY: "journal.read-only",
    sqlite3.SQLITE_PERM: "journal.read-only",
    sqlite3.SQLITE_FULL: "journal.disk-full",
    sqlite3.SQLITE_IOERR: "journal.disk-error",
    sqlite3.SQLITE_CORRUPT: "journal.damaged",
    sqlite3.SQLITE_NOTADB: "journal.damaged",
    sqlite3.SQLITE_CANTOPEN: "journal.cannot-open",
    sqlite3.SQLITE_TOOBIG: "journal.too-big",
}
"""Primary result codes (sqlite.org/rescode.html)."""

_POSTGRES: Mapping[str, str] = {
    "08": "journal.unreachable",
    "28": "journal.not-allowed",
    "3D": "journal.no-database",
    "42501": "journal.not-allowed",
    "25006": "journal.read-only",
    "53100": "journal.disk-full",
    "53": "journal.unreachable",
    "55P03": "journal.locked",
    "57": "journal.unreachable",
    "58": "journal.disk-error",
    "XX": "journal.damaged",
}
"""SQLSTATE codes and classes (PostgreSQL documentation, Appendix A); the longest that fits counts."""

_SAID: Mapping[str, str] = {
    "password authentication failed": "journal.not-allowed",
    "no password supplied": "journal.not-allowed",
    "no pg_hba.conf entry": "journal.not-allowed",
    "does not exist": "journal.no-database",
}
"""A connection that never came about has no SQLSTATE in psycopg; what libpq says tells."""


@contextmanager
def told() -> Iterator[None]:
    """Turns what the database raises inside into JournalError; what is no fault of the outside stays what it is."""
    try:
        yield
    except UnicodeDecodeError as e:
        raise JournalError("journal.damaged", "the structure of the file is not text any more") from e
    except DBAPIError as e:
        code = code_of(e)
        if code is None:
            raise
        raise JournalError(code, _detail(e)) from e


def code_of(error: DBAPIError) -> str | None:
    """The fault code of a database error, or None where it is a bug of ours (a constraint, a statement)."""
    original = error.orig
    sqlite_code = getattr(original, "sqlite_errorcode", None)
    if sqlite_code is not None:
        lacks_a_column = sqlite_code == sqlite3.SQLITE_ERROR and "no such" in str(original)
        return "journal.damaged" if lacks_a_column else _SQLITE.get(sqlite_code & 0xFF)
    if isinstance(original, sqlite3.DatabaseError):
        return "journal.damaged" if "malformed" in str(original) or "not a database" in str(original) else None
    state = getattr(original, "sqlstate", None)
    if state:
        return next((_POSTGRES[state[:n]] for n in (5, 2) if state[:n] in _POSTGRES), None)
    if type(original).__name__ != "OperationalError":
        return None
    said = str(original)
    return next((code for text, code in _SAID.items() if text in said), "journal.unreachable")


def _detail(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0][:200] if lines else type(error.orig).__name__
