"""`holobench package …`: data on one stream, diagnostics on the other, exit statuses of the design, no secrets anywhere."""

import io
import json
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from station.bench import usb_bus
from station.cli import main as command_line
from station.cli.context import Context
from station.package.settings import Identity, LocalUser, Policy, WifiNetwork
from station.package.settings_file import load, save
from station.vault import secrets as vault
from station.vault.secrets import MemorySecrets
from tests.hand_clock import HandClock
from tests.unit.packages import making
from tests.unit.packages.push_fakes import OneUnitBus


class KeptSecrets(MemorySecrets):
    """A keyring for the length of a test."""

    persistent = True


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> KeptSecrets:
    store = KeptSecrets()
    for name, value in making.SECRETS.items():
        store.put(name, value)
    monkeypatch.setattr(vault, "open_secrets", lambda: store)
    return store


@pytest.fixture
def folder(tmp_path: Path, secrets: KeptSecrets, monkeypatch: pytest.MonkeyPatch) -> Path:
    making.write_files(tmp_path)
    save(making.full_settings(), tmp_path / "s.toml")
    config = SimpleNamespace(journal=str(tmp_path / "journal.sqlite"), station="bench-1", data=tmp_path, slots=4, ports={})
    monkeypatch.setattr(command_line, "Context", lambda **more: Context(
        **more, clock=HandClock(making.MOMENT), loader=lambda: config))
    return tmp_path


def run(*words: object) -> int:
    return command_line.main([str(w) for w in words])


@pytest.fixture
def package(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run("package", "build", folder / "s.toml", "-o", folder / "o.ppkg", "--reproducible") == 0
    capsys.readouterr()
    return folder / "o.ppkg"


def test_a_build_says_what_it_made(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("package", "build", folder / "s.toml", "-o", folder / "o.ppkg", "--json") == 0
    told = capsys.readouterr()
    made = json.loads(told.out)
    assert (made["id"], made["version"], made["carried"]) == (making.ID, "1.2", 2)
    assert made["size"] == (folder / "o.ppkg").stat().st_size
    assert "setting-experimental" in told.err


def test_the_same_settings_make_the_same_bytes(package: Path, folder: Path) -> None:
    run("package", "build", folder / "s.toml", "-o", folder / "again.ppkg", "--reproducible")
    assert package.read_bytes() == (folder / "again.ppkg").read_bytes()
    run("package", "build", folder / "s.toml", "-o", folder / "other.ppkg")
    assert package.read_bytes() != (folder / "other.ppkg").read_bytes()


def test_errors_of_the_lint_stop_a_build(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(making.simple_settings(user=(LocalUser("bob"),)), folder / "bad.toml")
    assert run("package", "build", folder / "bad.toml", "-o", folder / "bad.ppkg") == 1
    assert "user-without-password" in capsys.readouterr().err
    assert not (folder / "bad.ppkg").exists()
    assert run("package", "build", folder / "bad.toml", "-o", folder / "bad.ppkg", "--accept", "user-without-password") == 0


@pytest.mark.parametrize(("words", "status"), [
    (("build", "none.toml", "-o", "x.ppkg"), 4), (("inspect", "none.ppkg"), 4), (("lint", "none.ppkg"), 4),
    (("lint", "none.toml"), 4), (("import", "none.ppkg", "-o", "x.toml"), 4), (("push", "none.ppkg", "--stick", "."), 4),
    (("build", "s.toml", "-o", "x.ppkg", "--accept", "no-such-rule"), 2), (("build", "s.toml", "-o", "missing/x.ppkg"), 2),
    (("import", "kiosk.xml", "-o", "x.toml"), 1),
    (("inspect", "corp.cer"), 1), (("secret", "hunter2"), 2), (("settings", "--store", "none.dat"), 4),
    (("build", "s.toml", "-o", "x.ppkg", "--engine", "icd", "--reproducible"), 2),
])
def test_exit_statuses_are_those_of_the_design(folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...],
                                               status: int) -> None:
    monkeypatch.chdir(folder)
    assert run("package", *words) == status


@pytest.mark.skipif(sys.platform == "win32", reason="Windows may have an ICD.exe")
def test_icd_is_refused_away_from_windows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("package", "build", folder / "s.toml", "-o", folder / "x.ppkg", "--engine", "icd") == 2
    assert "package.icd-not-windows" in capsys.readouterr().err


def test_inspection_shows_settings_and_masks_secrets(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("package", "inspect", package) == 0
    plain = capsys.readouterr().out
    assert "Accounts/Users/bob/Password = ••••••" in plain
    assert run("package", "inspect", package, "--json", "--verify") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sound"] is True
    assert run("package", "inspect", package, "--reveal") == 0
    assert making.SECRETS["user/bob"] in capsys.readouterr().out


def test_lint_is_1_with_errors_and_0_without(package: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("package", "lint", package) == 0
    assert run("package", "lint", package, "--build", "19041.1103", "--json") == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert any(r["rule"] == "setting-needs-newer-build" and r["severity"] == "error" and r["source"] for r in rows)
    save(making.simple_settings(package=Identity("", making.ID)), folder / "bad.toml")
    assert run("package", "lint", folder / "bad.toml") == 1
    assert run("package", "lint", folder / "bad.toml", "--accept", "name-missing") == 0


def test_packages_on_the_stick_are_judged_too(package: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "stick").mkdir()
    (folder / "stick" / "old.ppkg").write_bytes(b"x")
    (folder / "stick" / package.name).write_bytes(b"x")
    run("package", "lint", package, "--stick", folder / "stick", "--json")
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [r["where"] for r in rows if r["rule"] == "other-package-present"] == ["old.ppkg"]


def test_a_version_that_was_pushed_before_is_told(package: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "stick").mkdir()
    run("package", "push", package, "--stick", folder / "stick")
    capsys.readouterr()
    run("package", "lint", folder / "s.toml", "--json")
    assert "version-not-raised" in {json.loads(line)["rule"] for line in capsys.readouterr().out.splitlines()}


def test_comparing_tells_differences(package: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(making.simple_settings(), folder / "two.toml")
    run("package", "build", folder / "two.toml", "-o", folder / "two.ppkg")
    capsys.readouterr()
    assert run("package", "compare", package, folder / "two.ppkg", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"removed", "changed"} <= {r["change"] for r in rows}
    assert run("package", "compare", package, package) == 0
    assert "No difference" in capsys.readouterr().out


def test_an_import_keeps_secrets_and_writes_settings(package: Path, secrets: KeptSecrets, folder: Path) -> None:
    (folder / "in").mkdir()
    assert run("package", "import", package, "-o", folder / "in" / "s.toml") == 0
    found = load(folder / "in" / "s.toml")
    assert found.entra_join is not None
    assert secrets.get(found.entra_join.token) == making.SECRETS["bulk/lab"]
    assert run("package", "build", folder / "in" / "s.toml", "-o", folder / "in" / "o.ppkg", "--reproducible") == 0
    assert (folder / "in" / "o.ppkg").read_bytes() == package.read_bytes()


def test_secrets_whose_names_would_be_the_same_are_kept_apart(secrets: KeptSecrets, folder: Path) -> None:
    networks = (WifiNetwork("A B", key="wifi/lab"), WifiNetwork("A-B", key="wifi/other"))
    save(making.simple_settings(wifi=networks), folder / "two.toml")
    assert run("package", "build", folder / "two.toml", "-o", folder / "two.ppkg") == 0
    assert run("package", "import", folder / "two.ppkg", "-o", folder / "in.toml") == 0
    assert run("package", "import", folder / "two.ppkg", "-o", folder / "in.toml") == 0
    found = [w.key for w in load(folder / "in.toml").wifi]
    assert [secrets.get(name) for name in found] == [making.SECRETS["wifi/lab"], making.SECRETS["wifi/other"]]
    assert found == ["package/Lab/wifi-A-B", "package/Lab/wifi-A-B+"], "no third name for the second import"


def test_without_a_keyring_nothing_is_imported(package: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "open_secrets", MemorySecrets)
    assert run("package", "import", package, "-o", folder / "x.toml") == 2
    assert not (folder / "x.toml").exists()


def test_settings_are_documented_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("package", "settings", "BPRT", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["path"] == "Accounts/Azure/BPRT"
    assert told["secret"] is True
    assert told["engines"] == ["icd", "native", "store"]
    assert told["source"]


@pytest.mark.parametrize(("words", "path"), [
    (("wifi", "key"), "ConnectivityProfiles/WLAN/WLANSetting/WLANConfig/WLANXmlSettings/SecurityKey"),
    (("Wi-Fi", "skip"), "FirstExperience/HoloLens/SkipWifi"), (("token", "person"), "Accounts/Azure/BPRT")])
def test_settings_are_found_by_any_of_their_words(words: tuple[str, ...], path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("package", "settings", *words, "--json") == 0
    assert path in {json.loads(line)["path"] for line in capsys.readouterr().out.splitlines()}


def test_a_search_without_a_find_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("package", "settings", "nothing-of-this-name") == 0
    assert "Nothing found" in capsys.readouterr().err


def test_an_import_into_a_folder_that_is_not_there_keeps_nothing(package: Path, secrets: KeptSecrets, folder: Path) -> None:
    before = repr(secrets)
    assert run("package", "import", package, "-o", folder / "none" / "s.toml") == 2
    assert repr(secrets) == before


def test_an_empty_secret_is_refused(secrets: KeptSecrets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run("package", "secret", "wifi/new") == 2
    assert secrets.get("wifi/new") is None


def test_rules_can_be_looked_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("package", "rules", "encrypted", "--json") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"rule", "severity", "title", "why", "fix", "source"} == set(told[0])
    assert "encrypted" in {t["rule"] for t in told}
    assert run("package", "rules", "wifi") == 0
    assert "[wifi-open]" in capsys.readouterr().out


def test_a_build_asks_for_what_the_keyring_lacks_and_keeps_it_nowhere(
        folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = MemorySecrets()
    monkeypatch.setattr(vault, "open_secrets", lambda: empty)
    save(making.simple_settings(), folder / "one.toml")
    assert run("package", "build", folder / "one.toml", "-o", folder / "one.ppkg") == 1
    monkeypatch.setattr(sys, "stdin", io.StringIO("typed battery staple\n"))
    assert run("package", "build", folder / "one.toml", "-o", folder / "one.ppkg", "--ask") == 0
    assert b"typed battery staple" in (folder / "one.ppkg").read_bytes()
    assert empty.get("wifi/lab") is None


def test_an_encrypted_package_is_compared_under_its_password(package: Path, secrets: KeptSecrets, folder: Path,
                                                             capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "e.ppkg").write_bytes(making.encrypted(package.read_bytes(), "12345678"))
    secrets.put("package/e", "12345678")
    assert run("package", "compare", package, folder / "e.ppkg") == 1
    assert run("package", "compare", package, folder / "e.ppkg", "--password", "package/e") == 0
    assert "No difference" in capsys.readouterr().out


def test_a_verified_package_that_differs_from_its_checksums_is_1(package: Path, folder: Path,
                                                                capsys: pytest.CaptureFixture[str]) -> None:
    assert run("package", "inspect", package, "--verify") == 0
    assert "matches" in capsys.readouterr().out
    (folder / "bad.ppkg").write_bytes(package.read_bytes().replace(b"appapp", b"appxpp"))
    assert run("package", "inspect", folder / "bad.ppkg") == 0
    assert run("package", "inspect", folder / "bad.ppkg", "--verify") == 1


def test_values_are_cut_for_a_terminal_and_whole_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(making.simple_settings(policy=(Policy("Settings", "PageVisibilityList", "x" * 9000),)), folder / "l.toml")
    run("package", "build", folder / "l.toml", "-o", folder / "l.ppkg")
    capsys.readouterr()
    run("package", "inspect", folder / "l.ppkg")
    assert max(len(line) for line in capsys.readouterr().out.splitlines()) < 400
    run("package", "inspect", folder / "l.ppkg", "--json")
    assert "x" * 9000 in capsys.readouterr().out


def test_a_secret_is_kept_from_standard_input(secrets: KeptSecrets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("s3cret value\n"))
    assert run("package", "secret", "wifi/new") == 0
    assert secrets.get("wifi/new") == "s3cret value"
    assert run("package", "secret", "wifi/new", "--remove") == 0
    assert secrets.get("wifi/new") is None


def test_a_push_to_a_stick_is_told_and_remembered(package: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stick = folder / "stick"
    (stick / "sub").mkdir(parents=True)
    (stick / "old.ppkg").write_bytes(b"x")
    (stick / "sub" / "deep.ppkg").write_bytes(b"x")
    assert run("package", "push", package, "--stick", stick, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["place"], told["others"], told["elsewhere"]) == ("stick", ["old.ppkg"], ["sub/deep.ppkg"])
    assert (stick / "o.ppkg").read_bytes() == package.read_bytes()
    assert run("package", "wipe", "o.ppkg", "--stick", stick) == 0
    assert not (stick / "o.ppkg").exists()
    capsys.readouterr()
    assert run("package", "history", "--json") == 0
    topics = [json.loads(line)["topic"] for line in capsys.readouterr().out.splitlines()]
    assert topics == ["package-push-begun", "package-pushed", "package-wiped"]


def test_a_push_to_a_unit_is_read_back_and_wiped_after_enter(package: Path, monkeypatch: pytest.MonkeyPatch,
                                                             capsys: pytest.CaptureFixture[str]) -> None:
    bus = OneUnitBus()
    monkeypatch.setattr(usb_bus, "UsbBus", lambda *a, **k: bus)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert run("package", "push", package, "--slot", "1", "--remove-after") == 0
    assert bus.storage.names(()) == []
    assert bus.storage.closed
    capsys.readouterr()
    run("package", "history", bus.serial, "--json")
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [r["topic"] for r in rows] == ["package-push-begun", "package-pushed", "package-wiped"]
    assert {r["serial"] for r in rows} == {bus.serial}


def test_without_a_confirmation_the_package_stays(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bus = OneUnitBus()
    monkeypatch.setattr(usb_bus, "UsbBus", lambda *a, **k: bus)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run("package", "push", package, "--serial", bus.serial, "--to", "documents", "--remove-after") == 1
    assert bus.storage.names(("Documents",)) == ["o.ppkg"]


@pytest.mark.parametrize("where", ["text_files", "compile_settings", "xml_block"])
def test_a_crash_report_of_a_build_holds_no_secret(folder: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    from station.package import build as building

    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("a bug")
    monkeypatch.setattr(building, where, broken)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert run("package", "build", folder / "s.toml", "-o", folder / "o.ppkg") == 1
    report = next(folder.glob("holobench-bug-*.txt")).read_text(encoding="utf-8")
    assert "RuntimeError: a bug" in report
    assert not any(value in report for value in making.SECRETS.values())
    assert list(folder.glob("o.ppkg*")) == [], "nothing half-built stays"


def test_no_secret_is_found_after_a_full_build_and_push(
        folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str]) -> None:
    """Logs, journal, configuration, settings, and everything that was printed; the package itself is the one place."""
    caplog.set_level(0)
    bus = OneUnitBus()
    monkeypatch.setattr(usb_bus, "UsbBus", lambda *a, **k: bus)
    package = folder / "o.ppkg"
    for words in (("build", folder / "s.toml", "-o", package, "--json"), ("inspect", package, "--json"), ("inspect", package),
                  ("lint", package, "--json"), ("lint", folder / "s.toml"), ("compare", package, package, "--all"),
                  ("push", package, "--slot", "1", "--json"), ("push", package, "--slot", "9", "--timeout", "0"),
                  ("push", folder / "corp.cer", "--slot", "1"), ("history", "--json"),
                  ("import", package, "-o", folder / "imported.toml", "--json")):
        run("package", *words)
    printed = capsys.readouterr()
    haystacks = {"output": printed.out, "diagnostics": printed.err, "log": caplog.text}
    for path in folder.rglob("*"):
        if path.is_file() and path != package:
            haystacks[path.name] = path.read_bytes().decode("latin-1")
    assert {"journal.sqlite", "s.toml", "imported.toml"} <= set(haystacks)
    assert all(haystacks[k] for k in ("output", "diagnostics"))
    for name, value in making.SECRETS.items():
        assert not [where for where, text in haystacks.items() if value in text], name
    assert making.SECRETS["bulk/lab"].encode() in package.read_bytes(), "the scan would find one"


def test_what_is_no_name_of_a_secret_is_not_repeated(secrets: KeptSecrets, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("package", "secret", "hunter2") == 2
    told = capsys.readouterr()
    assert "package.bad-secret-name" in told.err
    assert "hunter2" not in told.out + told.err


def test_without_a_keyring_a_secret_is_refused_and_not_said_to_be_kept(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(vault, "open_secrets", MemorySecrets)
    assert run("package", "secret", "wifi/new") == 2
    assert "vault.nothing-kept" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("rules", "nosuchrule"), ("settings", "nosuchsetting")])
def test_a_search_that_finds_nothing_says_so(words: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("package", *words) == 0
    assert "Nothing found." in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told_before_a_unit_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("looked at the bus")

    monkeypatch.setattr(usb_bus, "UsbBus", never)
    assert run("package", "push", str(folder / "absent.ppkg"), "--slot", "1") == 4
