"""The commands of the tenant and of units, as somebody types them, against the virtual tenant."""

import importlib.util
import io
import json
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import pytest

from station.bench.configuration import load
from station.cli import tenant as tenant_command
from station.cli import unit as unit_command
from station.cli.context import Context
from station.cli.main import main
from station.journal.journal import Journal
from station.links.graph import routes
from station.links.graph.signin import SignIn
from station.model.errors import HoloBenchError, NotFound, Refused, SignInNeeded
from station.model.events import Noted
from station.model.timing import ScaledClock
from station.practice.quirk import ALWAYS
from station.practice.tenant import VirtualTenant
from station.tenant.plan import Goal, Lockdown, Where
from tests.practice.return_staging import Case, stage
from tests.practice.tenant_rig import Robot, app_pfx

SERIAL = "012345678901"


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
    """A computer with a configuration, a keyring and a virtual tenant in reach."""

    def __init__(self, tenant: VirtualTenant, clock: ScaledClock, folder: Path) -> None:
        self.tenant, self.clock, self.folder = tenant, clock, folder
        self.file = folder / "holobench.toml"
        self.file.write_text(
            f'[station]\nname = "desk"\ndata = "{folder}"\n'
            f'[tenant]\ntenant = "{tenant.tenant_id}"\nclient = "{tenant.client_id}"\n'
            f'cloud = "custom"\nauthority = "{tenant.base_url}"\ngraph = "{tenant.graph_url}"\nca_file = "{tenant.ca_file}"\n',
            encoding="utf-8")

    def run(self, *words: str, json_out: bool = True, language: str = "en") -> tuple[int, list[dict[str, object]], str]:
        """Run a command; status, data, diagnostics."""
        import argparse

        parser = argparse.ArgumentParser()
        subparsers = parser.add_subparsers(dest="command")
        for module in (tenant_command, unit_command):
            module.add_parser(subparsers)
        args = parser.parse_args([*words, *(["--json"] if json_out else [])])
        out, err = io.StringIO(), io.StringIO()
        context = Context(json_out, language, out, err, self.clock, lambda: load(self.file))
        module = tenant_command if args.command == "tenant" else unit_command
        try:
            status = module.run(args, context)
        except HoloBenchError as error:
            context.complain(error)
            status = error.exit_status
        rows = [json.loads(line) for line in out.getvalue().splitlines()] if json_out else []
        return status, rows, err.getvalue() + ("" if json_out else out.getvalue())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    clock = ScaledClock(6000.0)
    with VirtualTenant(clock) as tenant:
        yield Desk(tenant, clock, tmp_path)
    keyring.set_keyring(before)
    assert not tenant.violations


def _sign_in(desk: Desk) -> None:
    status, rows, _ = desk.run("tenant", "sign-in", "--device-code")
    assert (status, rows[0]["signed_in"], rows[0]["kept"]) == (0, True, True)


def test_a_sign_in_lasts_from_one_command_to_the_next(desk: Desk) -> None:
    _sign_in(desk)
    status, rows, _ = desk.run("tenant", "check", "--no-network")
    assert status == 0
    assert {row["verdict"] for row in rows} <= {"ok", "attention"}


def test_where_group_and_profile_are_there_nothing_is_said_to_be_created(desk: Desk) -> None:
    _sign_in(desk)
    status, _, said = desk.run("tenant", "check", "--no-network", "--create", "Bench", "--execute", json_out=False)
    assert status == 0
    assert "Nothing is to be created" in said
    assert "Created." not in said


def test_without_a_sign_in_the_status_says_so(desk: Desk) -> None:
    status, _, err = desk.run("tenant", "check")
    assert status == 3
    assert json.loads(err)["error"]["code"] == "graph.sign-in-needed"


def test_where_there_is_no_broker_the_command_says_so_and_the_browser_signs_in(
        desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    robot = Robot(desk.tenant.ca_file)
    monkeypatch.setattr(SignIn.sign_in, "__defaults__", (robot, None, 0))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    desk.file.write_text(desk.file.read_text(encoding="utf-8") + "broker = true\n", encoding="utf-8")
    status, rows, err = desk.run("tenant", "sign-in")
    robot.join()
    assert (status, rows[0]["signed_in"]) == (0, True)
    assert "graph.no-broker" in err


def test_after_signing_out_a_sign_in_is_needed_again(desk: Desk) -> None:
    _sign_in(desk)
    assert desk.run("tenant", "sign-out")[0] == 0
    assert desk.run("tenant", "check")[0] == 3


def test_a_session_without_keyring_says_so_and_signs_in_within_the_command(desk: Desk) -> None:
    from keyring.backends.fail import Keyring

    keyring.set_keyring(Keyring())  # type: ignore[no-untyped-call]
    status, rows, err = desk.run("tenant", "check", "--no-network", "--sign-in", "device-code")
    assert status == 0
    assert rows
    assert "vault.no-keyring" in err
    assert not (desk.folder / "tokens.bin").exists()


def test_a_blocked_line_gives_status_one_and_names_who_mends_it_where(desk: Desk) -> None:
    _sign_in(desk)
    with desk.tenant.state.lock:
        desk.tenant.state.singles["mdm-policy"]["appliesTo"] = "none"
    status, rows, _ = desk.run("tenant", "check", "--no-network")
    line = next(row for row in rows if row["check"] == "auto-enrolment")
    assert (status, line["verdict"], line["who"]) == (1, "blocked", "tenant admin")
    assert line["where"]


def test_the_check_reads_in_french(desk: Desk) -> None:
    _sign_in(desk)
    _, _, said = desk.run("tenant", "check", "--no-network", json_out=False, language="fr")
    assert "Licence Intune\N{NO-BREAK SPACE}: EMS" in said
    assert "Abonnement Intune\N{NO-BREAK SPACE}: actif" in said
    assert said.splitlines()[-1].endswith("15 OK")


def test_a_line_that_could_not_be_read_names_the_reason_and_the_command_that_mends_it(desk: Desk) -> None:
    desk.tenant.app.consented.discard(routes.LICENCE_READ)
    _sign_in(desk)
    _, _, said = desk.run("tenant", "check", "--no-network", json_out=False)
    assert "Intune licence: could not be read: An admin must grant the app its rights" in said
    assert "holobench tenant sign-in --for check" in said


def test_creating_shows_the_calls_and_makes_them_only_when_told(desk: Desk) -> None:
    _sign_in(desk)
    with desk.tenant.state.lock:
        for table in (desk.tenant.state.groups, desk.tenant.state.profiles):
            for row in list(table):
                table.remove(row["id"])
    since = len(desk.tenant.effects)
    _, rows, _ = desk.run("tenant", "check", "--no-network", "--create", "HoloLens bench")
    assert [str(r["call"]).split(" ")[0] for r in rows if "call" in r] == ["POST", "POST", "POST"]
    assert len(desk.tenant.effects) == since
    _, rows, _ = desk.run("tenant", "check", "--no-network", "--create", "HoloLens bench", "--execute")
    assert rows[-1]["created"] is True
    assert desk.run("tenant", "check", "--no-network")[0] == 0


def test_the_consent_page_is_printed_for_the_admin(desk: Desk) -> None:
    _, rows, _ = desk.run("tenant", "sign-in", "--for", "return", "--consent-page")
    assert "PrivilegedOperations" in str(rows[0]["consent_page"])


def test_the_status_of_a_unit_shows_the_three_objects_with_their_age(desk: Desk) -> None:
    _sign_in(desk)
    stage(desk.tenant, SERIAL, Case("registered", "double", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE))
    status, rows, _ = desk.run("unit", "status", SERIAL)
    assert status == 0
    assert sorted(str(r["source"]) for r in rows) == ["autopilot", "entra", "intune", "intune"]
    assert all("read" in row for row in rows)


def test_the_status_of_a_unit_reads_as_a_person_reads_in_both_languages(desk: Desk) -> None:
    _sign_in(desk)
    stage(desk.tenant, SERIAL, Case("registered", "double", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE))
    _, _, english = desk.run("unit", "status", SERIAL, json_out=False)
    assert "  Model: HoloLens 2" in english
    assert "  Record 2 of 2: stale double" in english
    _, _, french = desk.run("unit", "status", SERIAL, json_out=False, language="fr")
    assert "  Modèle\N{NO-BREAK SPACE}: HoloLens 2" in french
    assert "  Activé\N{NO-BREAK SPACE}: oui" in french


def test_nobody_signed_in_is_told_once(desk: Desk) -> None:
    status, _, err = desk.run("unit", "status", SERIAL)
    assert (status, err.count("graph.sign-in-needed")) == (3, 1)


def test_an_unknown_serial_has_status_four(desk: Desk) -> None:
    _sign_in(desk)
    assert desk.run("unit", "status", "999")[0] == NotFound.exit_status


def test_a_return_only_shows_its_calls_until_told_to_do_it(desk: Desk) -> None:
    _sign_in(desk)
    stage(desk.tenant, SERIAL, Case("registered", "one", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE))
    status, rows, _ = desk.run("unit", "return", SERIAL, "--leave", "--lockdown", "never")
    assert status == 0
    assert [str(r["call"]).split(" ")[0] for r in rows] == ["DELETE", "DELETE", "POST", "DELETE"]
    assert desk.tenant.registered(SERIAL)


def test_a_return_needs_the_serial_once_more(desk: Desk) -> None:
    _sign_in(desk)
    stage(desk.tenant, SERIAL, Case("registered", "one", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE))
    status, _, err = desk.run("unit", "return", SERIAL, "--leave", "--lockdown", "never", "--execute", "--confirm", "12345678901")
    assert status == Refused.exit_status
    assert "tenant.not-confirmed" in err
    assert desk.tenant.registered(SERIAL)


def test_a_confirmed_return_leaves_nothing_and_its_requests_stand_in_the_journal(desk: Desk) -> None:
    _sign_in(desk)
    stage(desk.tenant, SERIAL, Case("registered", "one", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE))
    status, rows, _ = desk.run("unit", "return", SERIAL, "--leave", "--lockdown", "never", "--execute", "--confirm", SERIAL)
    assert status == 0
    assert rows[-1]["left"] == []
    with Journal.open(str(desk.folder / "journal.sqlite"), "desk", desk.clock, read_only=True) as journal:
        notes = [e.body for e in journal.events() if isinstance(e.body, Noted) and e.body.topic == "graph"]
        assert {n.about["route"] for n in notes} >= {"managed.delete", "autopilot.delete"}
        assert all(n.about["client-request-id"] for n in notes)
        assert not journal.open_intents()
        assert not journal.claims()
        assert journal.verify().sound


def test_a_return_that_was_cut_off_is_taken_up_by_the_next_command(desk: Desk) -> None:
    _sign_in(desk)
    stage(desk.tenant, SERIAL, Case("registered", "one", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE))
    words = ("unit", "return", SERIAL, "--leave", "--lockdown", "never", "--execute", "--confirm", SERIAL)
    desk.tenant.quirk("role-missing", ALWAYS)
    assert desk.run(*words)[0] != 0
    from station.practice.quirk import Dose

    desk.tenant.quirk("role-missing", Dose(count=0))
    assert desk.run(*words)[0] == 0
    assert not desk.tenant.registered(SERIAL)


def _a_stubborn_object(desk: Desk) -> tuple[str, ...]:
    """A unit that was joined by package, in a tenant that granted everything but the right to delete its Entra object."""
    stage(desk.tenant, SERIAL, Case("none", "one", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE))
    desk.tenant.app.consented.discard(routes.ACT_AS_USER)
    return "unit", "return", SERIAL, "--leave", "--lockdown", "never", "--execute", "--confirm", SERIAL


def test_the_plan_says_which_step_needs_a_further_right_and_why(desk: Desk) -> None:
    _sign_in(desk)
    _a_stubborn_object(desk)
    _, _, said = desk.run("unit", "return", SERIAL, "--leave", "--lockdown", "never", json_out=False)
    assert "needs the further right Directory.AccessAsUser.All and the role Cloud Device Administrator" in said
    _, rows, _ = desk.run("unit", "return", SERIAL, "--leave", "--lockdown", "never")
    assert [row["right"] for row in rows] == [routes.MANAGED_WRITE, routes.ACT_AS_USER]


def test_without_anybody_at_the_keyboard_a_return_that_lacks_a_right_waits_with_status_three(desk: Desk) -> None:
    _sign_in(desk)
    status, _, err = desk.run(*_a_stubborn_object(desk))
    assert status == SignInNeeded.exit_status
    told = next(json.loads(line)["error"] for line in err.splitlines() if "error" in line)
    assert told["code"] == "tenant.entra-right"
    assert "--for delete-object" in told["cure"]


def test_whoever_is_at_the_keyboard_signs_in_for_the_right_and_the_return_goes_on(
        desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _sign_in(desk)
    words = _a_stubborn_object(desk)

    class Keyboard(io.StringIO):
        """Somebody who lets the admin grant the right, then presses Enter."""

        def isatty(self) -> bool:
            return True

        def readline(self, size: int | None = -1) -> str:
            desk.tenant.app.consented.add(routes.ACT_AS_USER)
            return "\n"

    monkeypatch.setattr("sys.stdin", Keyboard())
    status, rows, err = desk.run(*words, "--sign-in", "device-code")
    assert (status, rows[-1]["left"]) == (0, [])
    assert "tenant.entra-right" in err


def test_an_app_alone_is_told_its_own_permission(desk: Desk) -> None:
    certificate = app_pfx(desk.tenant, desk.folder)
    desk.file.write_text(f'{desk.file.read_text(encoding="utf-8")}certificate = "{certificate}"\n', encoding="utf-8")
    words = _a_stubborn_object(desk)
    desk.tenant.app.roles.discard(routes.DEVICE_WRITE)
    _, _, said = desk.run("unit", "return", SERIAL, "--leave", "--lockdown", "never", json_out=False)
    assert "the app needs the further permission Device.ReadWrite.All" in said
    status, _, err = desk.run(*words)
    assert status == SignInNeeded.exit_status
    told = next(json.loads(line)["error"] for line in err.splitlines() if "error" in line)
    assert (told["code"], told["detail"].split(" ")[0]) == ("tenant.entra-right", routes.DEVICE_WRITE)
    assert {v.kind for v in desk.tenant.violations} == {"missing-scope"}
    desk.tenant.violations.clear()      # what an app may do only the refusal tells


def test_an_unknown_lockdown_stops_a_unit_from_leaving(desk: Desk) -> None:
    _sign_in(desk)
    stage(desk.tenant, SERIAL, Case("registered", "one", "there", Lockdown.NEVER, Where.BENCH, Goal.LEAVE))
    status, _, err = desk.run("unit", "return", SERIAL, "--leave", "--execute", "--confirm", SERIAL)
    assert status == 1
    assert "tenant.lockdown-unknown" in err


def test_a_station_without_a_tenant_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                        capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "holobench.toml"
    file.write_text(f'[station]\ndata = "{tmp_path}"\n', encoding="utf-8")
    monkeypatch.setenv("HOLOBENCH_CONFIG", str(file))
    assert main(["tenant", "check", "--json"]) == 2
    assert "configuration.no-tenant" in capsys.readouterr().err
