"""Which units other stations hold: by whom, since when, and only as long as they do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station.journal import Journal
from station.model.events import Draft, RunStarted
from station.model.facts import Fact
from station.model.words import Link
from station.report.held import Held, held_elsewhere
from tests.hand_clock import HandClock

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LEASE_S = 900
RUN = "a" * 32


@pytest.fixture
def benches(tmp_path: Path) -> Iterator[tuple[Journal, Journal]]:
    """Two stations of one record; the second has claimed a unit with the start of a run."""
    file, clock = str(tmp_path / "journal.sqlite"), HandClock(START)
    with Journal.open(file, "bench-1", clock) as here, Journal.open(file, "bench-2", clock) as there:
        facts = (Fact("unit.serial", "004599195001", Link.MTP, START),)
        there.claim("004599195001", RUN, LEASE_S, Draft(RunStarted("autopilot", "blue", "Ali", facts), START, "usb:1", RUN, 1))
        yield here, there


def test_a_unit_of_another_station_is_told_with_its_station_and_the_start_of_its_run(
        benches: tuple[Journal, Journal]) -> None:
    here, _there = benches
    assert held_elsewhere(here, START) == (Held("004599195001", "bench-2", START),)


def test_what_a_station_holds_itself_is_not_elsewhere(benches: tuple[Journal, Journal]) -> None:
    _here, there = benches
    assert held_elsewhere(there, START) == ()


def test_a_claim_whose_lease_is_over_holds_nothing(benches: tuple[Journal, Journal]) -> None:
    here, _there = benches
    assert held_elsewhere(here, START + timedelta(seconds=LEASE_S + 1)) == ()


def test_a_claim_without_a_run_in_the_record_has_no_beginning(benches: tuple[Journal, Journal]) -> None:
    here, there = benches
    there.claim("004599195002", "b" * 32, LEASE_S)
    assert held_elsewhere(here, START)[1] == Held("004599195002", "bench-2", None)
