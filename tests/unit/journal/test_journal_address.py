"""The address of a record on the screen: its password is not, and comes back where nobody touched it."""

import pytest

from station.journal.address import shown, typed

SHARED = "postgresql+psycopg://bench:hunter2@server:5432/record"


def test_the_password_is_not_shown() -> None:
    assert shown(SHARED) == "postgresql+psycopg://bench:***@server:5432/record"


def test_a_password_among_the_options_is_not_shown() -> None:
    asked = "postgresql+psycopg://bench@server/record?password=hunter2&sslmode=require"
    assert shown(asked) == "postgresql+psycopg://bench@server/record?sslmode=require"


@pytest.mark.parametrize("address", ["/srv/journal.sqlite", "C:\\bench\\journal.sqlite", "postgresql+psycopg://bench@server/record"])
def test_an_address_without_a_password_is_shown_as_it_is(address: str) -> None:
    assert shown(address) == address


def test_of_an_address_that_cannot_be_read_no_account_is_shown() -> None:
    assert "hunter2" not in shown("postgres ql://bench:hunter2@server/record")


def test_an_address_that_was_left_alone_keeps_its_password() -> None:
    assert typed(shown(SHARED), SHARED) == SHARED


def test_an_address_that_was_changed_is_what_was_typed() -> None:
    assert typed("/srv/other.sqlite", SHARED) == "/srv/other.sqlite"
