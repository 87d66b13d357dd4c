"""`holobench hash …` and `holobench autopilot …` as somebody types them, against files and the virtual tenant."""

import argparse
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.backend
import pytest

from station.bench.configuration import load
from station.bench.usb_bus import UsbBus
from station.cli import autopilot as autopilot_command
from station.cli import hash as hash_command
from station.cli import tenant as tenant_command
from station.cli.context import Context
from station.links.usb.desk import Eyes
from station.links.usb.readers import BackendReader
from station.model.errors import HoloBenchError
from station.model.timing import ScaledClock
from station.practice.quirk import Dose
from station.practice.tenant import VirtualTenant
from station.practice.units.fleet import port_name
from station.practice.world import PracticeWorld
from tests.unit import hash_builder, zip_builder

COMMANDS = {"hash": hash_command, "autopilot": autopilot_command, "tenant": tenant_command}
SERIALS = [f"{n:012}" for n in range(1, 4)]


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that lives as long as the test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.entries.pop((service, username), None)


class Desk:
    """A computer with a configuration; `tenant` section only where a tenant is given."""

    def __init__(self, folder: Path, clock: ScaledClock, tenant: VirtualTenant | None = None) -> None:
        self.folder, self.clock, self.tenant = folder, clock, tenant
        self.file = folder / "holobench.toml"
        section = "" if tenant is None else (
            f'[tenant]\ntenant = "{tenant.tenant_id}"\nclient = "{tenant.client_id}"\ncloud = "custom"\n'
            f'authority = "{tenant.base_url}"\ngraph = "{tenant.graph_url}"\nca_file = "{tenant.ca_file}"\n')
        self.file.write_text(f'[station]\nname = "desk"\ndata = "{folder / "data"}"\n{section}', encoding="utf-8")

    def run(self, *words: str, as_json: bool = True, language: str = "en") -> tuple[int, list[dict[str, object]], str]:
        """Run a command; status, data, diagnostics (and text)."""
        parser = argparse.ArgumentParser()
        subparsers = parser.add_subparsers(dest="command")
        for module in COMMANDS.values():
            module.add_parser(subparsers)
        args = parser.parse_args([*words, *(["--json"] if as_json else [])])
        out, err = io.StringIO(), io.StringIO()
        context = Context(as_json, language, out, err, self.clock, lambda: load(self.file))
        try:
            status = COMMANDS[args.command].run(args, context)
        except HoloBenchError as error:
            context.complain(error)
            status = error.exit_status
        rows = [json.loads(line) for line in out.getvalue().splitlines()] if as_json else []
        return status, rows, err.getvalue() + ("" if as_json else out.getvalue())

    def csv(self, serials: list[str], name: str = "list.csv") -> str:
        path = self.folder / name
        path.write_text(hash_builder.csv(serials), newline="")
        return str(path)


@pytest.fixture
def offline(tmp_path: Path) -> Desk:
    return Desk(tmp_path, ScaledClock(6000.0))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    clock = ScaledClock(400.0)
    with VirtualTenant(clock) as tenant:
        made = Desk(tmp_path, clock, tenant)
        assert made.run("tenant", "sign-in", "--device-code", "--for", "register")[0] == 0
        yield made
    keyring.set_keyring(before)
    assert not tenant.violations


def codes(err: str) -> list[str]:
    return [json.loads(line)["error"]["code"] for line in err.splitlines()]


# Files.

def test_a_good_file_is_checked_with_status_zero_and_its_hash_masked(offline: Desk) -> None:
    status, rows, err = offline.run("hash", "check", offline.csv(SERIALS))
    assert (status, err) == (0, "")
    assert [r["serial"] for r in rows[:-1]] == SERIALS
    assert rows[-1] == {"summary": True, "rows": 3, "usable": 3, "rejected": 0}
    assert all(len(str(r["hash"])) == 17 for r in rows[:-1])


def test_a_hash_of_another_unit_is_found_by_check(offline: Desk) -> None:
    status, rows, _ = offline.run("hash", "check", offline.csv(SERIALS[:1]), "--unit", "999999999999")
    assert status == 1
    assert rows[0]["verdicts"] == [{"gravity": "stop", "code": "autopilot.serial-mismatch",
                                    "detail": "unit says 999999999999, hash says 000000000001"}]


def test_details_show_every_record_by_name(offline: Desk) -> None:
    _, rows, _ = offline.run("hash", "check", offline.csv(SERIALS[:1]), "--details")
    named = {r["name"]: r["value"] for r in rows if "record" in r}
    assert named["SMBIOS serial number"] == SERIALS[0]
    assert named["Product name"] == "HoloLens 2"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_person_reads_cause_and_cure_in_the_language_asked_for(offline: Desk, language: str) -> None:
    path = offline.folder / "bad.csv"
    path.write_text(f"Device Serial Number,Windows Product ID,Hardware Hash\n999,,{hash_builder.text(SERIALS[0])}\n")
    status, _, text = offline.run("hash", "check", str(path), as_json=False, language=language)
    assert status == 1
    assert {"en": "Rows were mixed up", "fr": "Des lignes ont été mélangées"}[language] in text


def test_a_merge_repairs_drops_doubles_and_tags(offline: Desk) -> None:
    many = [offline.csv(SERIALS[:2], "a.csv"), offline.csv(SERIALS[1:], "b.csv")]
    target = offline.folder / "out.csv"
    status, rows, _ = offline.run("hash", "merge", *many, "-o", str(target), "--group-tag", "Bench-A")
    assert status == 0
    assert (rows[-1]["rows"], rows[-1]["doubles"]) == (3, 1)
    assert target.read_text().splitlines()[0].endswith(",Group Tag")
    assert target.read_text().count(",Bench-A") == 3


def test_a_split_makes_numbered_files_of_the_limit(offline: Desk) -> None:
    status, rows, _ = offline.run("hash", "split", offline.csv(SERIALS), "--limit", "2", "-o", str(offline.folder / "out.csv"))
    assert status == 0
    assert [Path(str(f)).name for f in rows[-1]["files"]] == ["out-1.csv", "out-2.csv"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("words", "status", "code"), [
    (("hash", "split", "FILE", "--limit", "501", "-o", "x.csv"), 2, "autopilot.limit-too-large"),
    (("hash", "check", "absent.csv"), 4, "autopilot.no-such-file"),
    (("hash", "merge", "FILE", "-o", "x.csv", "--group-tag", "a,b"), 1, "autopilot.csv-value-forbidden"),
    (("autopilot", "status", "1"), 2, "configuration.no-tenant"),
])
def test_a_mistake_has_its_status_and_fault(offline: Desk, words: tuple[str, ...], status: int, code: str) -> None:
    file = offline.csv(SERIALS)
    found, _, err = offline.run(*(file if w == "FILE" else w for w in words))
    assert (found, codes(err)[-1]) == (status, code)


def test_a_folder_of_diagnostics_is_harvested(offline: Desk) -> None:
    folder = offline.folder / "stick"
    folder.mkdir()
    (folder / "AutopilotDiagnostics.zip").write_bytes(zip_builder.make({"DeviceHash_1.csv": hash_builder.csv(SERIALS[:1])}))
    target = offline.folder / "harvested.csv"
    status, rows, _ = offline.run("hash", "harvest", "--folder", str(folder), "-o", str(target))
    assert status == 0
    assert target.read_text().splitlines()[1].startswith(f"{SERIALS[0]},,T0E")
    assert rows[-2]["usable"] is True


def test_a_unit_on_the_bus_is_harvested_by_its_slot(tmp_path: Path) -> None:
    with PracticeWorld(2, speed=60.0) as world:
        desk = Desk(tmp_path, world.clock)
        target = tmp_path / "harvested.csv"
        parser = argparse.ArgumentParser()
        hash_command.add_parser(parser.add_subparsers())
        args = parser.parse_args(["hash", "harvest", "--slot", "2", "-o", str(target), "--wait", "60", "--json"])
        out, err = io.StringIO(), PressingStream(lambda: world.unit(2).press_chord())
        bus = UsbBus(Eyes(BackendReader(world.bus.backend()), world.bus.signal()), tmp_path, world.clock,
                     ports={port_name(n): n for n in (1, 2)}, count=2, backend=world.bus.backend())
        assert hash_command.harvest_from(args, Context(True, "en", out, err, world.clock, lambda: load(desk.file)), bus) == 0
        stages = [json.loads(line)["stage"] for line in out.getvalue().splitlines() if "stage" in line]
        assert stages[-1] == "ready"
        assert target.read_text().splitlines()[1].startswith(f"{world.unit(2).identity.serial},,T0")


class PressingStream(io.StringIO):
    """Diagnostics that somebody reads: at the first line the buttons of the headset are pressed."""

    def __init__(self, press: Callable[[], object]) -> None:
        super().__init__()
        self._press = press

    def write(self, text: str) -> int:
        self._press()
        return super().write(text)


def test_a_folder_without_diagnostics_is_told_after_the_wait(offline: Desk) -> None:
    folder = offline.folder / "stick"
    folder.mkdir()
    target = str(offline.folder / "x.csv")
    status, _, err = offline.run("hash", "harvest", "--folder", str(folder), "--wait", "0.05", "-o", target)
    assert (status, codes(err)) == (1, ["autopilot.harvest-absent"])


# The tenant.

def test_a_dry_run_shows_the_calls_and_changes_nothing(desk: Desk) -> None:
    status, rows, _ = desk.run("autopilot", "register", desk.csv(SERIALS), "--group-tag", "HoloLens", "--dry-run")
    assert status == 0
    assert ["/import" in str(r["call"]) for r in rows if "call" in r] == [True]
    assert rows[-1]["would_send"] == 3
    assert desk.tenant is not None
    assert not [e for e in desk.tenant.effects if e.kind == "import-accepted"]


def test_register_ends_assigned_and_status_says_so(desk: Desk) -> None:
    status, rows, err = desk.run("autopilot", "register", desk.csv(SERIALS), "--group-tag", "HoloLens")
    assert (status, err) == (0, "")
    assert (rows[-1]["sent"], rows[-1]["ready"]) == (3, 3)
    assert {r["autopilot.registration"] for r in rows[:-1]} >= {"submitted", "registered"}
    status, rows, _ = desk.run("autopilot", "status", *SERIALS)
    assert status == 0
    assert [r["may_be_powered_on"] for r in rows] == [True] * 3


def test_an_unknown_serial_is_not_found(desk: Desk) -> None:
    status, rows, err = desk.run("autopilot", "status", "555555555555")
    assert (status, codes(err)) == (4, ["autopilot.serial-not-found"])
    assert rows[0]["autopilot.registration"] == "none"


def test_a_refusal_has_status_one_cause_and_cure_and_a_table(desk: Desk) -> None:
    assert desk.tenant is not None
    desk.tenant.quirk("other-tenant", Dose(1))
    table = desk.folder / "refused.csv"
    status, rows, err = desk.run("autopilot", "register", desk.csv(SERIALS), "--group-tag", "HoloLens", "--refusals", str(table))
    assert status == 1
    assert (rows[-1]["ready"], rows[-1]["refused"]) == (2, 1)
    assert codes(err) == ["autopilot.other-tenant"]
    assert json.loads(err)["error"]["cure"]
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 2


def test_without_a_connection_rows_wait_and_are_drained_later(desk: Desk) -> None:
    assert desk.tenant is not None
    desk.tenant.quirk("cut-before", Dose())
    status, _, err = desk.run("autopilot", "register", desk.csv(SERIALS), "--group-tag", "HoloLens")
    assert (status, codes(err)) == (1, ["autopilot.offline"])
    _, rows, _ = desk.run("autopilot", "queue")
    assert [(r["serial"], r["place"]) for r in rows] == [(s, "released") for s in SERIALS]
    desk.tenant.quirk("cut-before", Dose(0))
    status, rows, _ = desk.run("autopilot", "drain")
    assert (status, rows[-1]["ready"]) == (0, 3)
    assert desk.run("autopilot", "queue")[1] == []


def test_approval_a_technician_submits_a_lead_releases_and_withdraws(desk: Desk) -> None:
    desk.run("autopilot", "submit", desk.csv(SERIALS), "--group-tag", "HoloLens", "--by", "technician")
    _, rows, _ = desk.run("autopilot", "queue")
    assert [(r["serial"], r["place"], r["by"]) for r in rows] == [(s, "submitted", "technician") for s in SERIALS]
    first, second, third = (str(r["id"]) for r in rows)
    desk.run("autopilot", "withdraw", first, "--reason", "wrong site", "--by", "lead")
    desk.run("autopilot", "release", second, third, "--by", "lead")
    status, rows, _ = desk.run("autopilot", "drain")
    assert (status, rows[-1]["ready"]) == (0, 2)
    assert desk.tenant is not None
    assert not desk.tenant.registered(SERIALS[0])
