"""A database of its own for each test on the PostgreSQL server of the suite, as pytest fixtures."""

import os
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


@pytest.fixture(scope="session")
def server() -> "URL":
    url = os.environ.get("HOLOBENCH_TEST_POSTGRES", "")
    if not url:
        pytest.skip("HOLOBENCH_TEST_POSTGRES names no server")
    pytest.importorskip("psycopg")
    from sqlalchemy.engine import make_url

    return make_url(url).set(drivername="postgresql+psycopg")


@pytest.fixture
def database(server: "URL") -> "Iterator[URL]":
    name = f"journal_{uuid.uuid4().hex[:12]}"
    ask(server, f'CREATE DATABASE "{name}"')
    yield server.set(database=name)
    ask(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def url(database: "URL") -> str:
    """Of the database, for `Journal.open`."""
    return database.render_as_string(hide_password=False)


def ask(url: "URL", statement: str) -> list[Any]:
    """What the server itself answers."""
    from sqlalchemy import create_engine

    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        result = connection.exec_driver_sql(statement)
        rows: list[Any] = list(result.fetchall()) if result.returns_rows else []
    engine.dispose()
    return rows
