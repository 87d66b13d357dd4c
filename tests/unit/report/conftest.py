"""Runs of a small path of its own, written to a real journal, and their stories."""

from datetime import UTC, datetime, timedelta

import pytest

from station.journal import Journal
from station.model.build import OsBuild
from station.model.events import Draft, Ended, Intended, Observed, Result, Retried, RunCancelled, RunSkipped, RunStarted
from station.model.facts import Fact
from station.model.path import FaultRule, IdentityKind, Path, Purpose, Step
from station.model.proofs import Attested, Is, Seen
from station.model.words import Actor, Generation, Link
from station.report.story import stories
from tests.hand_clock import HandClock

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

SMALL = Path(
    key="small", title="Small path", summary="", generations=(Generation.HOLOLENS_2,), minimum=OsBuild(19041),
    identities=(IdentityKind.NONE,), purpose=Purpose.ENROL, owner="Nobody", verify="Look at the headset.", undo="", source="test",
    preconditions=(), own_steps=(
        Step("copy", "Copy the hash", "", Actor.STATION, Seen("hash.file"), 60, action="copy"),
        Step("enrol", "Wait for the tenant", "", Actor.CLOUD, Is("tenant.enrolled"), 60,
             faults=(FaultRule(Seen("tenant.error"), "autopilot.other-tenant"),), forgets=frozenset({"tenant."})),
        Step("look", "Look at the page", "", Actor.PERSON, Attested("page"), 60)))


class Bench:
    """Writes runs the way a bench does, minute by minute."""

    path = SMALL

    def __init__(self, journal):
        self.journal = journal
        self.now = START
        self.begun = 0

    def say(self, unit, run, body):
        self.now += timedelta(minutes=1)
        self.journal.append(Draft(body, self.now, unit, run, 1))

    def fact(self, key, value, source):
        return Fact(key, value, source, self.now)

    def begin(self, serial, operator="Zoé"):
        self.begun += 1
        run = f"{self.begun:032x}"
        known = (self.fact("unit.serial", serial, Link.MTP), self.fact("unit.model", "HoloLens 2", Link.MTP),
                 self.fact("unit.build", "22621.1303", Link.MTP))
        self.say(f"usb:{serial}", run, RunStarted("small", "blue", operator, known, {"tag": "Ω"}))
        self.say(f"usb:{serial}", run, Intended(f"{run}/copy/copy/1", "copy", "copy", 1, True))
        copied = (self.fact("hash.file", "h.csv", Link.MTP),)
        self.say(f"usb:{serial}", run, Ended(f"{run}/copy/copy/1", Result.DONE, facts=copied))
        return f"usb:{serial}", run

    def done(self, serial, **about):
        unit, run = self.begin(serial, **about)
        self.say(unit, run, Observed((self.fact("tenant.enrolled", True, Link.GRAPH),)))
        self.say(unit, run, Observed((self.fact("attested.page", True, Link.PERSON),)))
        return run

    def failed(self, serial):
        unit, run = self.begin(serial)
        self.say(unit, run, Observed((self.fact("tenant.error", "808", Link.GRAPH),)))
        return unit, run

    def done_at_the_second_try(self, serial):
        unit, run = self.failed(serial)
        self.say(unit, run, Retried("Zoé"))
        self.say(unit, run, Observed((self.fact("tenant.enrolled", True, Link.GRAPH),)))
        self.say(unit, run, Observed((self.fact("attested.page", True, Link.PERSON),)))
        return run

    def cancelled(self, serial):
        unit, run = self.begin(serial)
        self.say(unit, run, RunCancelled())

    def skipped(self, serial):
        unit, run = self.begin(serial)
        self.say(unit, run, RunSkipped("broken visor"))

    def told(self, **wanted):
        return stories(self.journal, {"small": SMALL}, **wanted)


@pytest.fixture
def bench(tmp_path):
    with Journal.open(str(tmp_path / "journal.sqlite"), "bench-1", HandClock(START)) as journal:
        yield Bench(journal)
