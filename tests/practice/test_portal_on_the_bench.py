"""A bench that is told of a unit's Device Portal learns the whole build and the edition by it, and works as well without."""

import argparse
import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import pytest

from station.bench.bench import Bench
from station.bench.configuration import Config, load
from station.bench.portals import ConfiguredPortals, PortalSettings, worth_telling
from station.cli import portal as portal_command
from station.cli.context import Context
from station.journal import Journal
from station.links.portal.pinned import MemoryPins
from station.model.errors import ConfigurationError, NotFound
from station.model.facts import Fact, Facts
from station.model.timing import Deadline
from station.model.words import Link, StateWord
from station.paths.registry import PATHS
from station.practice.portal import VirtualPortal
from station.practice.staging import OWNER
from station.practice.units.identity import make_identity
from station.practice.units.unit import VirtualUnit
from station.vault.secrets import MemorySecrets
from tests.hand_clock import HandClock
from tests.unit.bench_fakes import FakeBus, FakeCloud, FakeFolder, FakeUnit, fast_clock, until

SERIAL = "004599195056"


def configured(portal: VirtualPortal, password: str = "practice-only") -> ConfiguredPortals:
    secrets = MemorySecrets()
    if password:
        secrets.put("portal/bench", password)
    settings = PortalSettings(MappingProxyType({SERIAL: portal.url}), "bench", "portal/bench")
    return ConfiguredPortals(settings, secrets, MemoryPins())


@pytest.fixture
def portal() -> VirtualPortal:
    return VirtualPortal(VirtualUnit(replace(make_identity(1, 1), serial=SERIAL), HandClock(), port="1-1", life=OWNER))


@asynccontextmanager
async def bench_with(portals: ConfiguredPortals, folder: Path) -> AsyncIterator[Bench]:
    clock, bus = fast_clock(), FakeBus(1)
    journal = Journal.open(str(folder / "journal.sqlite"), "bench", clock)
    bench = Bench(journal, bus, FakeCloud(), FakeFolder(folder / "data"), clock, PATHS, {}, journal.board_events, portals)
    await bench.open()
    bus.plug(1, FakeUnit(SERIAL))
    try:
        yield bench
    finally:
        await bench.close()
        journal.close()


def test_the_portal_tells_what_the_cable_cannot(portal: VirtualPortal, tmp_path: Path) -> None:
    async def work() -> None:
        async with bench_with(configured(portal), tmp_path) as bench:
            (unit,) = await _read(bench)
            assert unit["unit.build"].fact.value == "20348.1528"
            assert unit["unit.edition"].fact.value == "Windows Holographic for Business"
            told = {key: unit[key].fact.value for key in ("unit.wifi", "unit.apps")}
            assert told == {"unit.wifi": "Bench", "unit.apps": "Remote Assist 2212.1.0.0"}
            assert str(unit["unit.wifi-mac"].fact.value).count("-") == 5
            assert unit["unit.build"].fact.source is Link.PORTAL
            assert unit["unit.battery"].fact.source is Link.MTP

    with portal:
        asyncio.run(work())


async def _read(bench: Bench) -> list[Facts]:
    await until(lambda: bool(bench.board.units) and all("." in u.facts.text("unit.build") for u in bench.board.units.values()))
    return [u.facts for u in bench.board.units.values()]


@pytest.mark.parametrize("password", ["another", ""])
def test_a_portal_that_does_not_answer_keeps_nobody_from_working(portal: VirtualPortal, tmp_path: Path, password: str,
                                                                 caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        async with bench_with(configured(portal, password), tmp_path) as bench:
            await until(lambda: bench.tile(1).word is StateWord.READY and "portal of unit" in caplog.text)
            assert bench.trouble is None
            assert "." not in next(iter(bench.board.units.values())).facts.text("unit.build")

    with portal:
        asyncio.run(work())
    assert "practice-only" not in caplog.text


def test_a_question_that_a_build_does_not_know_takes_no_other_answer_away(portal: VirtualPortal) -> None:
    with portal:
        portal.forget("/api/wifi/interfaces")
        told = configured(portal).read(SERIAL, Deadline(10))
    assert "unit.wifi" not in told
    assert {"unit.build", "unit.edition", "unit.battery", "unit.apps"} <= set(told)


def a_station(folder: Path, portal: VirtualPortal, monkeypatch: pytest.MonkeyPatch, secrets: MemorySecrets) -> Context:
    monkeypatch.setattr("station.vault.secrets.open_secrets", lambda: secrets)
    section = {"user": "station", "secret": "portal/bench", "addresses": {SERIAL: portal.url}}
    config = replace(load(None), data=folder, portal=section)
    return Context(json=True, out=io.StringIO(), err=io.StringIO(), loader=lambda: config)


def test_the_command_line_pairs_by_the_pin_and_then_shows(portal: VirtualPortal, tmp_path: Path,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = MemorySecrets()
    secrets.put("portal/bench", "seven-and-more")
    with portal:
        context = a_station(tmp_path, portal, monkeypatch, secrets)
        monkeypatch.setattr("sys.stdin", SimpleNamespace(readline=lambda: f"{portal.pin}\n"))
        assert portal_command.run(argparse.Namespace(verb="pair", serial=SERIAL, json=True), context) == 0
        assert portal_command.run(argparse.Namespace(verb="show", serial=SERIAL, json=True), context) == 0
    paired, shown = (json.loads(line) for line in context.out.getvalue().splitlines())  # type: ignore[attr-defined]
    assert paired["paired"]
    assert len(paired["certificate"]) == 64
    assert shown["unit.wifi"] == "Bench"
    assert paired["certificate"] in (tmp_path / "portal-pins.json").read_text()


def test_a_unit_without_an_address_is_not_found(tmp_path: Path, portal: VirtualPortal, monkeypatch: pytest.MonkeyPatch) -> None:
    with portal:
        context = a_station(tmp_path, portal, monkeypatch, MemorySecrets())
    with pytest.raises(NotFound) as caught:
        portal_command.run(argparse.Namespace(verb="show", serial="999", json=True), context)
    assert caught.value.code == "portal.no-address"


def test_without_its_secret_a_portal_is_not_even_asked(portal: VirtualPortal) -> None:
    with portal:
        with pytest.raises(NotFound):
            configured(portal, "").read(SERIAL, Deadline(5))
        assert not portal.asked


def test_the_battery_is_told_by_one_source_and_half_a_build_by_none() -> None:
    at = fast_clock().now()
    by_cable = Facts().learnt([Fact("unit.battery", 80, Link.MTP, at)], 1)
    by_portal = Facts().learnt([Fact("unit.battery", 80, Link.PORTAL, at)], 1)
    told = {"unit.battery": 79, "unit.build": "20348"}
    assert worth_telling(by_cable, told) == {}
    assert worth_telling(by_portal, told) == worth_telling(Facts(), told) == {"unit.battery": 79}


def test_the_section_of_the_configuration(tmp_path: Path) -> None:
    def read(text: str) -> Config:
        file = tmp_path / "holobench.toml"
        file.write_text(text, encoding="utf-8")
        return load(file)

    assert read("").portal_settings() is None
    whole = f'[portal]\nuser = "bench"\nsecret = "portal/bench"\n[portal.addresses]\n"{SERIAL}" = "https://192.168.0.121"\n'
    settings = read(whole).portal_settings()
    assert settings is not None
    assert (settings.user, settings.addresses[SERIAL]) == ("bench", "https://192.168.0.121")
    with pytest.raises(ConfigurationError):
        read(whole.replace('user = "bench"\n', "")).portal_settings()
    with pytest.raises(ConfigurationError):
        read(whole + 'password = "never here"\n[portal.more]\n')
