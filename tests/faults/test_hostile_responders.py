"""Units that lie, stutter, flood, hang and vanish: every session ends in time, in a catalogued error or a proof.

HOLOBENCH_FUZZ asks for more than 10,000 sessions. Time is the pipe's own, so patience costs nothing.
"""

import io
import os
import random
from pathlib import Path

import psutil
import pytest

from station.links.mtp.initiator import MtpStorage
from station.links.mtp.session import MtpSession
from station.links.mtp.storage import ROOT
from station.links.mtp.transactions import Limits
from station.model.errors import Cancelled, HoloBenchError
from station.model.faults import catalogue
from station.model.timing import CancelToken, Deadline
from station.practice.units.unit import VirtualUnit
from tests.faults.hostile_pipe import HostilePipe
from tests.hand_clock import HandClock
from tests.practice.bench_of_units import STORAGE, unit

SESSIONS = max(10_000, int(os.environ.get("HOLOBENCH_FUZZ", "0")))
PARTS = 10
BUDGET = 60.0
LIMITS = Limits(status_pause=0.0, busy_pause=0.0)
CLEAN_UPS = 20.0 + 4 * LIMITS.cancel_seconds + LIMITS.close_seconds + 5.0 + 30.0
"""Seconds that removing a remnant, cancelling and closing may take beyond the budget of a call; the last 30 are a second transfer
that the hostile system holds back beyond its time-out, which no initiator can shorten."""

MOST_MEMORY = 96 * 1024 * 1024
QUIRKS = ("split-header", "zlp-swallowed", "stale-session", "out-of-step", "response-in-place-of-data", "read-only-storage",
          "zero-storages")


def a_unit(dice: random.Random) -> VirtualUnit:
    one = unit(*dice.sample(QUIRKS, dice.choice((0, 0, 1, 2))), clock=HandClock())
    one.drive.write("", "old.ppkg", bytes(dice.choice((0, 500, 3000))), one.now())
    one.drive.write("Documents", "AutopilotDiagnostics.zip", bytes(2000), one.now())
    return one


class Session:
    """One storage over a hostile pipe, and what came of its calls."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.dice = random.Random(seed)
        self.pipe = HostilePipe(a_unit(self.dice), seed, self.dice.choice((0.02, 0.1, 0.4, 0.9)))
        self.folder = folder
        self.session = MtpSession(self.pipe, LIMITS)
        self.storage = MtpStorage(self.session)
        self.done = 0
        self.codes: set[str] = set()

    def call(self, run: object) -> None:
        began = self.pipe.now
        try:
            run(Deadline(BUDGET, CancelToken(), self.pipe.monotonic))  # type: ignore[operator]
            self.done += 1
        except Cancelled:
            pass
        except HoloBenchError as error:
            self.codes.add(error.code)
        assert self.pipe.now - began <= BUDGET + CLEAN_UPS

    def _put(self, deadline: Deadline) -> None:
        data = io.BytesIO(bytes(self.dice.choice((0, 500, 5000))))
        self.storage.put(data, STORAGE, ROOT, "new.ppkg", deadline, replace=True)

    def play(self) -> None:
        self.call(self.session.open)
        acts = [
            self.storage.describe, self.storage.storages,
            lambda d: self.storage.list(STORAGE, ROOT, d), lambda d: self.storage.list(STORAGE, ("Documents",), d),
            lambda d: self.storage.get(STORAGE, ROOT, "old.ppkg", self.folder / "got", d),
            self._put,
            lambda d: self.storage.delete(STORAGE, ROOT, "old.ppkg", d),
            lambda d: self.storage.news(),
        ]
        for act in self.dice.choices(acts, k=5):
            self.call(act)
        began = self.pipe.now
        self.storage.close()
        assert self.pipe.now - began <= CLEAN_UPS


@pytest.mark.fuzz
@pytest.mark.parametrize("part", range(PARTS))
def test_no_responder_hangs_breaks_or_fills_the_station(part: int, tmp_path: Path) -> None:
    before = psutil.Process().memory_info().rss
    done, codes = 0, set[str]()
    for number in range(SESSIONS // PARTS):
        session = Session(part * 1_000_003 + number, tmp_path)
        session.play()
        done += session.done
        codes |= session.codes
        assert [p.name for p in tmp_path.iterdir() if p.name != "got"] == []
    assert codes <= set(catalogue())
    assert psutil.Process().memory_info().rss - before < MOST_MEMORY
    assert done > SESSIONS // PARTS          # it is not that everything fails
    assert len(codes) > 8                    # nor that nothing does


def test_a_file_that_arrives_is_whole_whatever_the_responder_does(tmp_path: Path) -> None:
    """No seed may bring a file to disk whose bytes are not those of its receipt."""
    for seed in range(300):
        session = Session(seed, tmp_path)
        target = tmp_path / f"{seed}"
        deadline = Deadline(BUDGET, CancelToken(), session.pipe.monotonic)
        try:
            session.session.open(deadline)
            receipt = session.storage.get(STORAGE, ("Documents",), "AutopilotDiagnostics.zip", target, deadline)
        except HoloBenchError:
            assert not target.exists()
        else:
            assert target.stat().st_size == receipt.size
        assert not list(tmp_path.glob("*.part"))
