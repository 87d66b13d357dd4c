"""ICD.exe: found, fed, and its answers understood. A script stands in for the program; everything above it is the product."""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from station.model.errors import Cancelled, HoloBenchError, NotFound, OverBudget, UsageError
from station.model.timing import CancelToken, Deadline
from station.package.customizations import parse
from station.package.icd import Outcome, ThisMachine, build_with_icd, command_line, find_icd, run_program
from station.package.settings import FirstExperience
from tests.unit.packages import hive_builder, making

FAKE = '''
import pathlib, sys
given = dict(a.lstrip("/").split(":", 1) for a in sys.argv[1:] if a.startswith("/") and ":" in a)
xml = pathlib.Path(given["CustomizationXML"]).read_text(encoding="utf-8-sig")
mode = pathlib.Path(__file__).with_suffix(".mode").read_text()
if mode == "wrong-store":
    print("Settings were not found in the store file. Parse error (0x80070490): 'X' is not a valid child node for /")
    sys.exit(100)
if mode == "fail":
    print('Error: cannot open "S3cret-value"'); sys.exit(3)
if mode == "hang":
    import time; time.sleep(60)
pathlib.Path(given["PackagePath"]).write_bytes(b"MSWIM" + xml.encode())
pathlib.Path(given["CommonLogFolder"], "ICDCommon.log").write_text(pathlib.Path(__file__).with_suffix(".log").read_text())
'''
GOOD_LOG = r"""4/9/2026 8:42:01 PM Warning Exception on reading ICDWindowTitle. The key 'ICDWindowTitle' does not exist.
4/9/2026 8:42:07 PM Info Loaded Knobs schema hive at C:\Error\Holo.dat
09.04.2026 20:42:07 Error WpxGetFileEdition (onecore\store.cpp:103) - 0x80070002:
4/9/2026 8:42:07 PM Error     No SKU information file C:\x\Holo.sku.xml available for store file C:\x\Holo.dat
all well, 0 errors
"""
"""As ICD writes it on good days: every store that it opens lacks the file of its edition."""


class FakeMachine:
    """A computer whose ICD.exe is a script."""

    def __init__(self, folder: Path, mode: str = "", *, store: bytes | None = None, log: str = "") -> None:
        folder.mkdir(exist_ok=True)
        self.program = folder / "ICD.exe"
        self.program.write_text(FAKE)
        (folder / "ICD.mode").write_text(mode)
        (folder / "ICD.log").write_text(GOOD_LOG + log)
        desktop = hive_builder.hive({"Accounts": {"": {"Name": "Accounts", "Type": 6}}})
        (folder / "Microsoft-Desktop-Provisioning.dat").write_bytes(desktop)
        if store is not None:
            (folder / "Holo.dat").write_bytes(store)
        self.commands: list[Sequence[str]] = []

    def icd_candidates(self) -> Sequence[Path]:
        return [self.program.with_name("missing.exe"), self.program]

    def run(self, command: Sequence[str], folder: Path, deadline: Deadline) -> Outcome:
        self.commands.append(command)
        return run_program([sys.executable, *command], folder, deadline)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    making.write_files(tmp_path)
    return tmp_path / "work"


def build(machine: FakeMachine, work: Path, seconds: float = 60, token: CancelToken | None = None) -> Path:
    target = work.parent / "icd.ppkg"
    settings = making.simple_settings(first_experience=FirstExperience(skip_training=True),
                                      certificate=making.full_settings().certificate, wifi=making.full_settings().wifi)
    build_with_icd(settings, target, secret=making.secret, folder=work.parent, machine=machine, work=work,
                   deadline=Deadline(seconds, token))
    return target


def test_icd_gets_what_the_native_engine_leaves_to_it(work: Path) -> None:
    machine = FakeMachine(work.parent / "icd", store=hive_builder.hololens_store())
    written = parse(build(machine, work).read_bytes()[5:]).common
    assert written.child("FirstExperience") is not None
    paths = [e.text for e in written.walk() if e.name in ("CertificatePath", "Profile")]
    assert all(Path(p).is_absolute() and Path(p).is_file() for p in paths), "ICD reads the files itself"
    assert any("wpa3" in p for p in paths), "also the profiles that were made on the way"
    store = next(a for a in machine.commands[0] if a.startswith("/StoreFile:"))
    assert store.endswith("Holo.dat")


def test_the_command_line_is_the_documented_one() -> None:
    found = command_line(Path("ICD.exe"), Path("c.xml"), Path("o.ppkg"), Path("s.dat"), Path("logs"))
    assert found == ["ICD.exe", "/Build-ProvisioningPackage", "/CustomizationXML:c.xml", "/PackagePath:o.ppkg",
                     "/StoreFile:s.dat", "/CommonLogFolder:logs", "-Encrypted", "+Overwrite"]


@pytest.mark.parametrize(("log", "told"), [
    ("ERROR: 0x80004005 while signing", "ERROR: 0x80004005 while signing"),
    ("4/9/2026 8:43:00 PM Error Failed to sign provisioning package.", "Error Failed to sign provisioning package."),
    ("4/9/2026 8:43:00 PM Error Could not find file 'C:\\Users\\eve\\corp.cer'.", "Could not find file …\\corp.cer."),
    ("4/9/2026 8:43:00 PM Error Not a password: 'S3cret'", "Not a password: …")])
def test_an_error_in_the_log_of_a_package_that_was_made_is_told(work: Path, log: str, told: str) -> None:
    with pytest.raises(HoloBenchError) as caught:
        build(FakeMachine(work.parent / "icd", store=hive_builder.hololens_store(), log=log), work)
    assert caught.value.code == "package.icd-silent-error"
    assert caught.value.detail.endswith(told)


@pytest.mark.parametrize(("mode", "code"), [("wrong-store", "package.icd-wrong-store"), ("fail", "package.icd-failed")])
def test_answers_of_icd_become_faults(work: Path, mode: str, code: str) -> None:
    with pytest.raises(HoloBenchError) as caught:
        build(FakeMachine(work.parent / "icd", mode, store=hive_builder.hololens_store()), work)
    assert caught.value.code == code
    assert "S3cret" not in str(caught.value)


def test_without_a_hololens_store_icd_is_not_started(work: Path) -> None:
    machine = FakeMachine(work.parent / "icd")
    with pytest.raises(UsageError) as caught:
        build(machine, work)
    assert caught.value.code == "package.icd-wrong-store"
    assert machine.commands == []


def test_an_icd_that_hangs_is_stopped(work: Path) -> None:
    with pytest.raises(OverBudget) as caught:
        build(FakeMachine(work.parent / "icd", "hang", store=hive_builder.hololens_store()), work, seconds=0.5)
    assert caught.value.code == "package.icd-over-budget"


def test_an_icd_can_be_cancelled(work: Path) -> None:
    token = CancelToken()
    threading.Timer(0.3, token.cancel).start()
    with pytest.raises(Cancelled):
        build(FakeMachine(work.parent / "icd", "hang", store=hive_builder.hololens_store()), work, token=token)


def test_an_icd_with_a_hololens_store_is_preferred(tmp_path: Path) -> None:
    plain, holo = FakeMachine(tmp_path / "a"), FakeMachine(tmp_path / "b", store=hive_builder.hololens_store())

    class Both(FakeMachine):
        def icd_candidates(self) -> Sequence[Path]:
            return [plain.program, holo.program]
    found = find_icd(Both(tmp_path / "c"))
    assert found.program == holo.program
    assert found.hololens_store == tmp_path / "b" / "Holo.dat"


def test_a_machine_without_icd_is_told(tmp_path: Path) -> None:
    machine = FakeMachine(tmp_path / "a")
    machine.program.unlink()
    with pytest.raises(NotFound) as caught:
        find_icd(machine)
    assert caught.value.code == "package.icd-not-found"


def test_a_program_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        run_program([str(tmp_path / "none.exe")], tmp_path, Deadline(5))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows may have an ICD.exe")
def test_away_from_windows_there_is_no_icd() -> None:
    with pytest.raises(UsageError) as caught:
        find_icd(ThisMachine())
    assert caught.value.code == "package.icd-not-windows"
