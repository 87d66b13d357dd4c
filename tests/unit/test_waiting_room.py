"""Rows that wait for a connection or for a lead: kept, aged, released once, drained in order, never lost and never doubled."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from station.autopilot import refusals
from station.autopilot.registration import Report
from station.autopilot.standing import Registration, Standing, key
from station.autopilot.waiting_room import Place, WaitingRoom
from station.links.graph.values import NewIdentity
from station.model.errors import LinkLost, NotFound
from station.model.faults import catalogue
from tests.hand_clock import HandClock


@dataclass
class Tenant:
    """Registers what it is given, but for the serials that have another word."""

    words: Mapping[str, Registration] = field(default_factory=dict)
    seen: list[NewIdentity] = field(default_factory=list)

    def __call__(self, rows: Sequence[NewIdentity]) -> Report:
        self.seen += rows
        standings = {key(r.serial): Standing(r.serial, self.words.get(r.serial, Registration.SUBMITTED)) for r in rows}
        return Report(standings, len(rows))


def rows(*serials: str) -> list[NewIdentity]:
    return [NewIdentity(s, f"T0E{s}", "Bench-A") for s in serials]


def test_what_waits_for_a_connection_is_drained_in_order_and_put_away(tmp_path: Path) -> None:
    clock, tenant = HandClock(), Tenant()
    room = WaitingRoom(tmp_path, clock)
    room.submit(rows("2"), "ann", released=True)
    clock.move(300)
    room.submit(rows("1", "3"), "bob", released=True)
    assert [str(s.age(clock.now())) for s in room.shelf(Place.RELEASED).submissions] == ["0:05:00", "0:00:00", "0:00:00"]
    room.drain(tenant)
    assert [r.serial for r in tenant.seen] == ["2", "1", "3"]
    assert room.shelf(Place.RELEASED).submissions == ()
    assert [s.outcome for s in room.shelf(Place.DONE).submissions] == ["submitted"] * 3


def test_without_a_connection_everything_stays_where_it_is(tmp_path: Path) -> None:
    room = WaitingRoom(tmp_path, HandClock())
    room.submit(rows("1"), "ann", released=True)

    def offline(_: Sequence[NewIdentity]) -> Report:
        raise LinkLost("graph.unreachable")

    with pytest.raises(LinkLost):
        room.drain(offline)
    assert [s.serial for s in room.shelf(Place.RELEASED).submissions] == ["1"]
    assert room.shelf(Place.RELEASED).submissions[0].fault == "autopilot.offline"


def test_of_two_submissions_of_one_device_the_later_counts(tmp_path: Path) -> None:
    clock, tenant = HandClock(), Tenant()
    room = WaitingRoom(tmp_path, clock)
    room.submit([NewIdentity("1", "old")], "ann", released=True)
    clock.move(1)
    room.submit([NewIdentity("1", "new")], "ann", released=True)
    room.drain(tenant)
    assert [r.hash for r in tenant.seen] == ["new"]
    assert [s.outcome for s in room.shelf(Place.DONE).submissions] == ["superseded", "submitted"]


def test_what_did_not_arrive_goes_on_waiting(tmp_path: Path) -> None:
    room = WaitingRoom(tmp_path, HandClock())
    room.submit(rows("1", "2"), "ann", released=True)
    room.drain(Tenant({"2": Registration.NONE}))
    assert [s.serial for s in room.shelf(Place.RELEASED).submissions] == ["2"]


def test_nothing_goes_to_the_tenant_before_a_lead_releases_it(tmp_path: Path) -> None:
    room, tenant = WaitingRoom(tmp_path, HandClock()), Tenant()
    first, second = room.submit(rows("1", "2"), "technician", released=False)
    assert room.drain(tenant) is None
    assert first.fault == "autopilot.awaits-release"
    room.release([first.id], "lead")
    room.withdraw([second.id], "lead", "wrong site")
    room.drain(tenant)
    assert [r.serial for r in tenant.seen] == ["1"]
    assert [(s.serial, s.reason, s.decided_by) for s in room.shelf(Place.WITHDRAWN).submissions] == [("2", "wrong site", "lead")]


def test_a_submission_is_released_once_only(tmp_path: Path) -> None:
    room = WaitingRoom(tmp_path, HandClock())
    made, = room.submit(rows("1"), "technician", released=False)
    room.release([made.id], "lead")
    with pytest.raises(NotFound):
        WaitingRoom(tmp_path, HandClock()).release([made.id], "another lead")


def test_a_wrong_id_moves_nothing(tmp_path: Path) -> None:
    room = WaitingRoom(tmp_path, HandClock())
    made, = room.submit(rows("1"), "technician", released=False)
    with pytest.raises(NotFound):
        room.release([made.id, "nonsense"], "lead")
    assert len(room.shelf(Place.SUBMITTED).submissions) == 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 2}', '{"version": 1, "serial": "1"}', '{"version": 1, "x": 2}'])
def test_a_damaged_file_is_named_and_hides_no_other(tmp_path: Path, content: str) -> None:
    room = WaitingRoom(tmp_path, HandClock())
    room.submit(rows("1"), "ann", released=True)
    (tmp_path / "released" / "a-damaged.json").write_text(content)
    shelf = room.shelf(Place.RELEASED)
    assert [s.serial for s in shelf.submissions] == ["1"]
    assert len(shelf.damaged) == 1
    assert "a-damaged.json" in shelf.damaged[0]


def test_every_move_is_noted_without_the_hash(tmp_path: Path) -> None:
    noted: list[tuple[str, Mapping[str, str]]] = []
    room = WaitingRoom(tmp_path, HandClock(), lambda topic, about: noted.append((topic, about)))
    made, = room.submit(rows("1"), "ann", released=False)
    room.release([made.id], "lead")
    room.drain(Tenant())
    assert [topic for topic, _ in noted] == ["autopilot.submitted", "autopilot.released", "autopilot.done"]
    assert "T0E" not in str(noted)


@pytest.mark.parametrize("place", list(Place))
def test_every_place_but_the_last_has_a_fault_that_explains_it(tmp_path: Path, place: Place) -> None:
    room = WaitingRoom(tmp_path, HandClock())
    made, = room.submit(rows("1"), "ann", released=place is Place.RELEASED)
    assert made.fault in catalogue()


def test_refusals_keep_serials_as_text_and_run_no_formulas(tmp_path: Path) -> None:
    standings = [Standing("012345678912", Registration.REFUSED, "autopilot.other-tenant", "=cmd()"),
                 Standing("2", Registration.REGISTERED)]
    path = tmp_path / "refused.csv"
    assert refusals.write(refusals.of_standings(standings), path, str) == 1
    table = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert table[0] == list(refusals.HEADINGS)
    assert table[1][0] == '="012345678912"'
    assert table[1][-1] == "'=cmd()"
    assert table[1][3]
