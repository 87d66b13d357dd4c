"""Which units other stations hold: by whom, since when, and only as long as they do."""

import argparse
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station.bench.configuration import defaults
from station.cli import journal as command
from station.cli.context import Context
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


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., str]:
    """What `holobench journal held` says at the first station."""
    def call(*words: str, later_s: float = 0) -> str:
        parser = argparse.ArgumentParser()
        command.add_parser(parser.add_subparsers(dest="command"))
        args = parser.parse_args(["journal", "held", *words])
        config = replace(defaults(), station="bench-1", journal=str(tmp_path / "journal.sqlite"))
        context = Context(json=args.json, out=io.StringIO(), err=io.StringIO(), loader=lambda: config,
                          clock=HandClock(START + timedelta(seconds=later_s)))
        assert command.run(args, context) == 0
        return context.out.getvalue() + context.err.getvalue()
    return call


def test_the_terminal_tells_what_the_screen_of_records_tells(benches: tuple[Journal, Journal], told: Callable[..., str]) -> None:
    assert told() == f"004599195001  bench-2  {START.astimezone():%Y-%m-%d %H:%M}\n"
    assert json.loads(told("--json")) == {"serial": "004599195001", "station": "bench-2", "since": START.isoformat()}


def test_the_terminal_says_when_nobody_holds_anything(benches: tuple[Journal, Journal], told: Callable[..., str]) -> None:
    assert told(later_s=LEASE_S + 1) == "No other station works on a unit.\n"
    assert told("--json", later_s=LEASE_S + 1) == ""
