"""Real packages of 2016 to 2025: our reader opens them, and building again from their customizations.xml gives their provxml.

HOLOBENCH_PACKAGES may name further folders (separated as in PATH) with packages, and HOLOBENCH_STORE a settings store (*.dat).
"""

import datetime
import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from station.model.errors import DataError
from station.package.assets import with_assets
from station.package.build import BuildOptions, build
from station.package.compiler import CarriedFile, Dialect, compile_settings
from station.package.contents import PackageImage, read_package, verify_files
from station.package.inspection import inspect_package
from station.package.layout import Asset
from station.package.lint import check_package
from station.package.provxml import Parm
from station.package.schema import Action, Kind, Schema, Serialization, Setting, shipped
from station.package.signature import check_catalogue
from station.package.store import read_store
from station.package.wim_read import WimReader
from tests.unit.packages import making

HERE = Path(__file__).resolve().parents[2]
SHARED = HERE.parent / "shared" / "data" / "packages"
FACTS = SHARED / "settings-store-facts-desktop.json"
FOLDERS = [SHARED, *(Path(p) for p in os.environ.get("HOLOBENCH_PACKAGES", "").split(os.pathsep) if p)]
PACKAGES = sorted(p for folder in FOLDERS if folder.is_dir() for p in folder.glob("*.ppkg"))
COMMANDS = "ProvisioningCommands"

# The packages belong to others and cannot be shipped; what they taught is kept in tests/unit/packages, which never skips.
real = pytest.mark.skipif(not PACKAGES, reason="no real packages on this machine")
# An independent reader and writer that is no dependency of the product; CI has it (Debian: wimtools).
needs_wimextract = pytest.mark.skipif(not shutil.which("wimextract"), reason="wimextract is not installed")
needs_wimcapture = pytest.mark.skipif(not shutil.which("wimcapture"), reason="wimcapture is not installed")
names = pytest.mark.parametrize("path", PACKAGES, ids=lambda p: p.name)


def dialect_of(image: PackageImage) -> Dialect:
    """Which tool's habits a package shows."""
    if any("__" not in d.path.rsplit("/", 1)[-1] for d in image.documents):
        return Dialect.WCD_2016
    if any(p.settings_path for d in image.documents for p in d.parms):
        return Dialect.WCD_2025
    return Dialect.WCD_2018 if any(d.path.endswith("__Accounts.provxml") for d in image.documents) else Dialect.PLAIN


@pytest.fixture(scope="session")
def store() -> Schema:
    """What a desktop store knows: a real one where there is one, else the recorded facts of one.

    Stores forget: that of 2023 no longer has AllowNFC, which the packages of 2016 set; the shipped table remembers it.
    """
    named = os.environ.get("HOLOBENCH_STORE", "")
    if named:
        return Schema(named, [*shipped(), *read_store(Path(named))], open_policies=True)
    if not FACTS.is_file():
        pytest.skip("no settings store, and no facts of one")
    facts = json.loads(FACTS.read_text(encoding="utf-8"))["settings"]
    actions = {"set": Action.SET, "exec": Action.EXEC, "delete": Action.DELETE}
    return Schema("facts", [*shipped(), *(Setting(
        path, Kind(f["type"]), f.get("csp", ""), actions.get(f.get("action", "set"), Action.SET), user=f.get("context") == "user",
        key=f.get("key", ""), atomic_root=f.get("atomic_root", "").strip("/"), values=f.get("values", {}),
        after=tuple(p for p in f.get("after", "").strip("()").split("|") if p),
        serialization=Serialization(f.get("serialization", 0)), registry=bool(f.get("registry"))) for path, f in facts.items())],
        open_policies=True)


@real
@names
def test_a_real_package_is_read_whole(path: Path) -> None:
    found = read_package(path)
    assert found.main.config.name
    assert found.main.config.id
    assert found.main.documents
    assert not [p for i in found.images for p in i.problems]
    # The tool keeps the checksum that a carried file had when it was first chosen.
    assert {p.code for p in verify_files(path)} <= {"package.asset-checksum"}
    assert inspect_package(path).sound


@real
@names
@needs_wimextract
def test_our_reader_gives_what_wimextract_gives(path: Path, tmp_path: Path) -> None:
    subprocess.run(["wimextract", str(path), "1", f"--dest-dir={tmp_path}"], check=True, capture_output=True)
    with path.open("rb") as stream:
        reader = WimReader(stream)
        ours = {f.path: _digest(reader.chunks(f)) for f in reader.images[0].files}
    theirs = {p.relative_to(tmp_path).as_posix(): _digest([p.read_bytes()]) for p in tmp_path.rglob("*") if p.is_file()}
    assert ours == theirs


def _digest(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


@real
@names
def test_the_catalogue_of_a_real_package_is_its_own(path: Path) -> None:
    beside = path.with_suffix(".cat")
    if not beside.is_file():
        pytest.skip("no catalogue beside it")
    assert check_catalogue(beside, path).matches


def rebuilt(path: Path, store: Schema) -> Iterator[tuple[str, str, bytes, str, bytes]]:
    """(file, our group, our bytes, their group, their bytes) of every settings file."""
    image = read_package(path).main
    assert image.customizations is not None
    originals = {d.path: d for d in image.documents}
    licence = next((p.value for d in image.documents for p in d.parms if p.name == "UpgradeEditionWithLicense"), "")
    dialect = dialect_of(image)
    compiled = compile_settings(image.customizations.common, store, lambda _: licence.encode(), dialect)
    compiled = with_assets(compiled, [_asset(f, n, image) for n, f in enumerate(compiled.carried)], image.config.id)
    with path.open("rb") as stream:
        reader = WimReader(stream)
        for file in compiled.files:
            where = f"Multivariant/0/Prov/{file.context}/{file.name}.provxml"
            original = reader.images[0].find(where)
            assert original is not None, f"{where} is not in {sorted(originals)}"
            yield where, file.group, file.data(), originals[original.path].group, reader.read(original)


def _asset(file: CarriedFile, number: int, image: PackageImage) -> Asset:
    """A carried file under the checksum that the package gives it: the tool keeps that of the file as it was first chosen."""
    parts = next(f.path.split("/") for f in image.assets if f.path.split("/")[2].startswith(f"{number}_"))
    return Asset(file, number, parts[2].split("_", 1)[1], int(parts[1]))


@real
@names
def test_a_real_package_does_what_its_source_says(path: Path, store: Schema) -> None:
    today = datetime.date(2026, 11, 23)
    for schema in (None, store):
        assert "source-differs" not in {f.rule for f in check_package(path, today=today, schema=schema)}


@real
@names
def test_building_again_gives_every_settings_group(path: Path, store: Schema) -> None:
    found = [(where, ours, theirs) for where, ours, _, theirs, _ in rebuilt(path, store)]
    assert found
    assert [(w, o) for w, o, _ in found] == [(w, t) for w, _, t in found]


@real
@names
def test_building_again_gives_the_same_provxml(path: Path, store: Schema) -> None:
    """Byte for byte; of the 2016 tool's Connectivity policies the order is not known, so there the parms are compared."""
    for where, _, ours, _, theirs in rebuilt(path, store):
        if dialect_of(read_package(path).main) is Dialect.WCD_2016 and b"AllowBluetooth" in theirs:
            assert sorted(_lines(ours)) == sorted(_lines(theirs)), where
        else:
            assert ours == theirs, where


def _lines(data: bytes) -> list[str]:
    return re.findall(r"<[^>]+>", data.decode("utf-8-sig"))


@real
@names
def test_an_import_of_a_real_package_builds_again_with_the_same_effect(path: Path, store: Schema, tmp_path: Path) -> None:
    from station.package.importer import import_settings

    kept: dict[str, str] = {}

    def keep(name: str, value: str) -> str:
        kept[name] = value
        return name
    found = import_settings(path, keep=keep, folder=tmp_path, schema=store)
    assert found.left_out == ()
    build(found.settings, tmp_path / "again.ppkg", secret=kept.__getitem__, folder=tmp_path, schema=store,
          options=BuildOptions(reproducible=True))
    assert _effect(tmp_path / "again.ppkg") == _effect(path)


def _effect(path: Path) -> set[Parm]:
    """What a package sets; the checksums in the names of carried files aside."""
    return {replace(p, settings_path="", name=re.sub(r"^(\d+)_[^\\]+", r"\1", p.name))
            for d in read_package(path).main.documents for p in d.parms}


# What we build, looked at with other programs.

@pytest.fixture(params=[False, True], ids=["with source", "without source"])
def built(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    making.write_files(tmp_path)
    return making.make(making.full_settings(), tmp_path, strip_source=request.param)[0]


@pytest.mark.parametrize("command", [["wimverify"], ["wiminfo"], ["wimdir"], ["7z", "t"]], ids=" ".join)
def test_other_programs_accept_what_we_build(built: Path, command: list[str]) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([*command, str(built)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_wimextract
def test_wimextract_gives_what_we_put_in(built: Path, tmp_path: Path) -> None:
    target = tmp_path / "extracted"
    subprocess.run(["wimextract", str(built), "1", f"--dest-dir={target}"], check=True, capture_output=True)
    theirs = {p.relative_to(target).as_posix(): p.read_bytes() for p in target.rglob("*") if p.is_file()}
    reader = WimReader(io.BytesIO(built.read_bytes()))
    assert theirs == {f.path: reader.read(f) for f in reader.images[0].files}
    assert making.files()["app.msix"] in theirs.values()


@needs_wimcapture
@pytest.mark.parametrize("options", [
    ["--compress=none"], ["--compress=none", "--check"], *(["--compress=xpress", f"--chunk-size={4096 << n}"] for n in range(5)),
    *([f"--compress=lzx:{level}", f"--chunk-size={size}"] for level in (20, 100) for size in (32768, 65536, 2097152))],
    ids=" ".join)
def test_a_package_that_somebody_packed_again_is_read(built: Path, tmp_path: Path, options: list[str]) -> None:
    """By wimlib; DISM gives LZX of 32 KiB when it is asked for the smallest file. Empty, equal and linked files are among it."""
    tree = tmp_path / "tree"
    subprocess.run(["wimextract", str(built), "1", f"--dest-dir={tree}"], check=True, capture_output=True)
    (tree / "empty").write_bytes(b"")
    (tree / "program").write_bytes(Path(sys.executable).read_bytes()[:400_000])
    (tree / "noise").write_bytes(random.Random(1).randbytes(70_000))
    (tree / "twice").write_bytes((tree / "noise").read_bytes())
    os.link(tree / "noise", tree / "linked")
    subprocess.run(["wimcapture", str(tree), str(tmp_path / "again.ppkg"), "Lab", *options], check=True, capture_output=True)
    with (tmp_path / "again.ppkg").open("rb") as stream:
        reader = WimReader(stream)
        ours = {f.path: b"".join(reader.chunks(f)) for f in reader.images[0].files}
    assert ours == {p.relative_to(tree).as_posix(): p.read_bytes() for p in tree.rglob("*") if p.is_file()}


@needs_wimcapture
@pytest.mark.parametrize(("options", "code"), [(["--compress=lzms"], "package.compression"), (["--solid"], "package.compression"),
                                               (["--pipable"], "package.not-a-package")], ids=str)
def test_what_no_package_tool_writes_is_told(tmp_path: Path, options: list[str], code: str) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a").write_bytes(b"text " * 999)
    target = str(tmp_path / "x.ppkg")
    subprocess.run(["wimcapture", str(tmp_path / "tree"), target, "x", *options], check=True, capture_output=True)
    with pytest.raises(DataError) as caught:
        read_package(tmp_path / "x.ppkg")
    assert caught.value.code == code
