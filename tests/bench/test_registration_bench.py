"""Requests and bench time of a registration beside the usual community script, in one tenant of 5,000 devices.

500 hashes, mixed outcomes, throttling and slow answers for both. Both run after a sync younger than ten minutes, as on
a bench that registers a batch every few minutes. The script is measured with one POST per device, which is kinder than its nested
loops; those are measured with few devices, and printed too.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from station.links.graph import autopilot_calls
from station.links.graph.pacer import Rates
from station.model.timing import Deadline
from tests.bench.community_policy import CommunityPolicy
from tests.practice.registration_rig import Rig, identities, practice

SPEED = 60.0
TENANT = 5_000
UNPACED = Rates(reads=10**6, writes=10**6, burst=10**6)
ROWS = 500
FEW = 12
MIXED = "other-tenant:6,bad-hash:3,storage-error:3,already-registered:4,partial-import:40,throttle:3%,throttle-in-batch:4,slow:1%"


@dataclass(frozen=True)
class Measured:
    """Requests and bench seconds of one way."""

    name: str
    rows: int
    requests: int
    seconds: float
    ready: int

    def line(self) -> str:
        return (f"{self.name:44} {self.rows:5} rows {self.requests:7} requests {self.seconds:8.0f} s"
                f" {self.ready:5} assigned {self.requests / self.rows:8.2f} requests a row")


def after_a_sync(rig: Rig) -> float:
    """Ask for a sync, let it end, forget its requests; the bench time of the start."""
    autopilot_calls.sync(rig.client, Deadline(60), rig.clock.now())
    Deadline(60).pause(60 / rig.clock.speed)
    rig.exchanges.clear()
    return rig.clock.monotonic()


def ours(folder: Path, rows: int) -> Measured:
    with practice(folder, SPEED, quirks=MIXED, registered=TENANT) as rig:
        begun = after_a_sync(rig)
        report = rig.run(identities(rows))
        seconds = rig.clock.monotonic() - begun
        assert set(rig.accepted().values()) == {1}, "a device was sent twice"
        assert len(report.ready) + len(report.refused) == rows
        assert all(s.fault for s in report.refused)
        return Measured("HoloBench", rows, len(rig.exchanges), seconds, len(report.ready))


def theirs(folder: Path, rows: int, squared: bool) -> Measured:
    with practice(folder, SPEED, quirks=MIXED, registered=TENANT, rates=UNPACED) as rig:
        begun = after_a_sync(rig)
        ready = CommunityPolicy(rig.client, rig.clock, Deadline(800), squared).run(identities(rows))
        name = "community script" + (", nested loops as written" if squared else ", one POST per device")
        return Measured(name, rows, len(rig.exchanges), rig.clock.monotonic() - begun, ready)


@pytest.mark.bench
@pytest.mark.timeout(1000)
def test_a_registration_asks_a_tenth_and_waits_a_fifth_of_the_community_script(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine, script, nested = ours(tmp_path, ROWS), theirs(tmp_path, ROWS, squared=False), theirs(tmp_path, FEW, squared=True)
    with capsys.disabled():
        print(f"\nregistration in a tenant of {TENANT} devices; bench time at {SPEED:.0f} times")
        print("\n".join(m.line() for m in (mine, script, nested)))
        print(f"requests {script.requests / mine.requests:.1f} times fewer, time {script.seconds / mine.seconds:.1f} times less")
    assert script.requests / mine.requests >= 10
    assert script.seconds / mine.seconds >= 5
