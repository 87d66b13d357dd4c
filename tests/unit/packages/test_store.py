"""The person's own settings store: read, understood, and compiled with."""

import random
from pathlib import Path

import pytest

from station.model.errors import DataError, NotFound
from station.package.build import build
from station.package.compiler import compile_settings
from station.package.contents import PackageImage, read_package
from station.package.customizations import Element
from station.package.hive import Hive
from station.package.importer import import_settings
from station.package.lint import check_settings
from station.package.ordering import in_order
from station.package.schema import Kind, Schema, Setting
from station.package.settings import (
    FirstExperience,
    Headset,
    Identity,
    LocalUser,
    OtherSetting,
    PackageSettings,
    Policy,
    Target,
)
from station.package.settings_tree import to_tree
from station.package.store import find_stores, read_store, schema_of
from station.package.wim_read import WimReader
from tests.unit.packages import hive_builder, making

SETTINGS = PackageSettings(
    Identity("x", making.ID), Target(Headset.HOLOLENS_2, "22621.1244"), user=(LocalUser("bob", "user/bob"),),
    first_experience=FirstExperience(skip_calibration=True, region=84), policy=(Policy("Experience", "AllowCortana", 0),))


@pytest.fixture
def schema() -> Schema:
    return schema_of(Hive(hive_builder.hololens_store()), "store.dat")


def test_settings_of_a_store_are_understood(schema: Schema) -> None:
    region = schema.find("FirstExperience/HoloLens/PreferredRegion")
    users = schema.find("Accounts/Users")
    assert region is not None
    assert users is not None
    assert (region.kind, region.values, region.csp) == (
        Kind.INTEGER, {"84": "France", "94": "Germany"}, "./Vendor/MSFT/Example/FirstExperience/Region")
    assert (users.kind, users.key) == (Kind.KEYED_LIST, "UserName")


def test_a_store_places_what_the_shipped_table_cannot(schema: Schema) -> None:
    compiled = compile_settings(to_tree(SETTINGS, making.secret, schema).common, schema, lambda _: b"")
    names = [f.name for f in compiled.files]
    assert "1__FirstExperience_HoloLens_PreferredRegion" in names
    assert compiled.files[-1].context == "User_RunTime"
    page = next(f for f in compiled.files if "SkipCalibration" in f.name)
    assert [s.type for s in page.parms[0].path] == ["Example", "FirstExperience"]


def test_a_package_is_built_with_a_store(tmp_path: Path, schema: Schema) -> None:
    build(SETTINGS, tmp_path / "o.ppkg", secret=making.secret, folder=tmp_path, schema=schema)
    places = {p.name for d in read_package(tmp_path / "o.ppkg").main.documents for p in d.parms}
    assert {"SkipCalibration", "Region", "Password"} <= places


def test_files_of_commands_travel_along_as_in_real_packages(tmp_path: Path, schema: Schema) -> None:
    """facts/packages §1.5: DataAsset/2/0_<digest>, announced under the package's id and the instance of its setting, one step."""
    (tmp_path / "tool.exe").write_bytes(b"program")
    base = "ProvisioningCommands/PrimaryContext/Command/CommandConfig[first]/"
    some = PackageSettings(Identity("x", making.ID), setting=(OtherSetting(base + "CommandFile", "tool.exe"),
                                                              OtherSetting(base + "CommandLine", "cmd /c tool.exe")))
    package = tmp_path / "o.ppkg"
    build(some, package, secret=making.secret, folder=tmp_path, schema=schema)
    image = read_package(package).main
    assert [d.path.rsplit("/", 1)[-1] for d in image.documents] == [
        "0__ProvisioningCommands_PrimaryContext_Command_0_CommandFile.provxml",
        "1__ProvisioningCommands_PrimaryContext_Command_0_CommandLine.provxml"]
    announced = image.documents[0].parms[0]
    assert [s.type for s in announced.path] == ["Provisioning", "Assets", f"{{{making.ID}}}",
                                               "/ProvisioningCommands/PrimaryContext/Command/0/CommandFile"]
    assert announced.value == "tool.exe"
    assert image.assets[0].path == f"DataAsset/2/{announced.name}".replace("\\", "/")
    found = import_settings(package, keep=lambda n, _: n, folder=tmp_path / "in", schema=schema)
    assert found.settings.setting == some.setting
    assert (tmp_path / "in" / "tool.exe").read_bytes() == b"program"


def test_a_file_that_is_itself_an_item_of_a_list_is_announced_by_its_kind_and_stored_by_its_index(tmp_path: Path) -> None:
    """Seen in a real package of 2022, whose commands' files are the items of CommandFiles."""
    (tmp_path / "set-up.ps1").write_bytes(b"#")
    base = "ProvisioningCommands/DeviceContext/CommandFiles"
    store = Schema("store", [Setting(base, Kind.LIST), Setting(f"{base}/CommandFile", Kind.FILE, carried=True)])
    some = PackageSettings(Identity("x", making.ID), setting=(OtherSetting(f"{base}/CommandFile[one]", "set-up.ps1"),))
    build(some, tmp_path / "o.ppkg", secret=making.secret, folder=tmp_path, schema=store)
    image = read_package(tmp_path / "o.ppkg").main
    assert image.documents[0].path.endswith("CommandFiles_0.provxml")
    assert image.documents[0].parms[0].path[-1].type == f"/{base}/CommandFile"
    with (tmp_path / "o.ppkg").open("rb") as stream:
        reader = WimReader(stream)
        listed = reader.images[0].find("DataAsset/DataAsset.xml")
        assert listed is not None
        assert f'Value="/{base}/0"'.encode() in reader.read(listed)


def test_a_store_says_what_needs_a_restart() -> None:
    store = schema_of(Hive(hive_builder.hive({
        "Now": hive_builder.leaf("Now", 1, "./x/Now"), "Later": hive_builder.leaf("Later", 1, "./x/Later", reboot=1)})), "x")
    common = Element("Common", children=(Element("Now", "True"), Element("Later", "True")))
    found = {f.name.split("__")[1]: [p.name for p in f.parms] for f in compile_settings(common, store, lambda _: b"").files}
    assert found == {"Later": ["Later", "Later"], "Now": ["Now"]}


def test_items_of_one_name_stay_apart(tmp_path: Path, schema: Schema) -> None:
    items = "".join(f"<CommandConfig{name}><CommandLine>{text}</CommandLine></CommandConfig>"
                    for name, text in ((' Name="a"', "one"), (' Name="a"', "two"), ("", "three"), ("", "four")))
    (tmp_path / "c.xml").write_text("<WindowsCustomizations><Settings><Customizations><Common><ProvisioningCommands>"
                                    f"<PrimaryContext><Command>{items}</Command></PrimaryContext></ProvisioningCommands>"
                                    "</Common></Customizations></Settings></WindowsCustomizations>")
    found = import_settings(tmp_path / "c.xml", keep=lambda n, _: n, folder=tmp_path, schema=schema)
    assert [s.value for s in found.settings.setting] == ["one", "two", "three", "four"]
    common = to_tree(found.settings, making.secret, schema).common
    assert [p.value for f in compile_settings(common, schema, lambda _: b"").files for p in f.parms] == [
        "one", "two", "three", "four"]


def commands(*items: tuple[str, str]) -> PackageSettings:
    """A package of commands, each with a file and a line."""
    base = "ProvisioningCommands/PrimaryContext/Command/CommandConfig"
    return PackageSettings(Identity("x", making.ID), setting=tuple(
        OtherSetting(f"{base}[{n}]/{name}", text) for n, pair in enumerate(items)
        for name, text in zip(("CommandFile", "CommandLine"), pair, strict=True)))


def built_and_imported(some: PackageSettings, folder: Path, schema: Schema) -> tuple[PackageImage, PackageSettings]:
    package = folder / "o.ppkg"
    build(some, package, secret=making.secret, folder=folder, schema=schema)
    found = import_settings(package, keep=lambda n, _: n, folder=folder / "in", schema=schema)
    return read_package(package).main, found.settings


def test_items_of_a_list_come_one_after_another_with_groups_of_their_own(tmp_path: Path, schema: Schema) -> None:
    """As real packages of 2022 to 2025: the whole first command, then the second; `_0` stands behind the second's group."""
    for name in ("a.cmd", "b.cmd"):
        (tmp_path / name).write_text(name)
    image, _ = built_and_imported(commands(("a.cmd", "a"), ("b.cmd", "b")), tmp_path, schema)
    assert [d.path.rsplit("_", 2)[1:] for d in image.documents] == [
        ["0", "CommandFile.provxml"], ["0", "CommandLine.provxml"], ["1", "CommandFile.provxml"], ["1", "CommandLine.provxml"]]
    assert [d.group for d in image.documents] == [
        "1348d3d6-134b-5eb8-8f89-96c44bf9aa0b", "56ccb8ff-b5f2-5806-a504-ab9091876608",
        "1348d3d6-134b-5eb8-8f89-96c44bf9aa0b_0", "56ccb8ff-b5f2-5806-a504-ab9091876608_0"]


def test_a_command_line_that_ends_in_the_name_of_a_file_stays_a_command_line(tmp_path: Path, schema: Schema) -> None:
    (tmp_path / "set.ps1").write_text("#")
    some = commands(("set.ps1", "powershell -File .\\set.ps1"), ("set.ps1", "set.ps1"))
    assert built_and_imported(some, tmp_path, schema)[1].setting == some.setting


def test_files_of_one_name_for_two_commands_stay_apart(tmp_path: Path, schema: Schema) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "install.cmd").write_text(folder)
    _, found = built_and_imported(commands(("one/install.cmd", "a"), ("two/install.cmd", "b")), tmp_path, schema)
    assert [(tmp_path / "in" / s.value).read_text() for s in found.setting if s.path.endswith("CommandFile")] == ["one", "two"]


def test_a_file_that_two_settings_name_is_numbered_twice_and_stored_once(tmp_path: Path, schema: Schema) -> None:
    (tmp_path / "both.cmd").write_bytes(b"x" * 100_000)
    image, _ = built_and_imported(commands(("both.cmd", "a"), ("both.cmd", "b")), tmp_path, schema)
    assert [f.path.split("/")[2][:2] for f in image.assets] == ["0_", "1_"]
    assert (tmp_path / "o.ppkg").stat().st_size < 150_000


def test_what_others_would_need_comes_early_though_the_package_holds_none_of_them() -> None:
    """Seen in a real package of 2025: a trusted-apps policy before OOBE, because apps come after it and kiosks after apps."""
    after = {"Kiosk": ("Apps",), "Apps": ("/Policies/Trusted",)}
    paths = ("Kiosk", "Apps", "OOBE/Hide", "Policies/Other", "Policies/Trusted")
    store = Schema("store", [Setting(p, Kind.STRING, f"./x/{p}", after=after.get(p, ())) for p in paths])
    assert in_order({("device", p): [found] for p in ("OOBE/Hide", "Policies/Other", "Policies/Trusted")
                     if (found := store.find(p))}, store) == [
        ("device", "Policies/Trusted"), ("device", "OOBE/Hide"), ("device", "Policies/Other")]


def test_settings_that_wait_for_each_other_are_still_put_in_an_order() -> None:
    store = Schema("store", [Setting("A", Kind.STRING, "./x/A", after=("B",)), Setting("B", Kind.STRING, "./x/B", after=("A",))])
    found = in_order({("device", s.path): [s] for s in store}, store)
    assert sorted(found) == [("device", "A"), ("device", "B")]


def test_with_a_store_the_lint_no_longer_asks_for_one(schema: Schema) -> None:
    without = {f.rule for f in check_settings(SETTINGS, today=making.TODAY)}
    assert "setting-needs-store" in without
    assert "setting-needs-store" not in {f.rule for f in check_settings(SETTINGS, today=making.TODAY, schema=schema)}


def test_stores_for_hololens_are_found_first(tmp_path: Path) -> None:
    (tmp_path / "a-desktop.dat").write_bytes(hive_builder.hive({"Accounts": {"": {"Name": "Accounts", "Type": 6}}}))
    (tmp_path / "b-holo.dat").write_bytes(hive_builder.hololens_store())
    (tmp_path / "c-junk.dat").write_bytes(b"junk")
    found = find_stores(tmp_path)
    assert [(s.path.name, s.for_hololens) for s in found] == [("b-holo.dat", True), ("a-desktop.dat", False)]


def test_a_missing_store_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_store(tmp_path / "none.dat")


@pytest.mark.parametrize("data", [b"", b"regf", b"regf" + bytes(5000), hive_builder.hive({})])
def test_what_holds_no_settings_is_no_store(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.dat").write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_store(tmp_path / "x.dat")
    assert caught.value.code == "package.bad-store"


def test_damaged_stores_end_in_a_fault_and_never_in_a_loop() -> None:
    good = hive_builder.hololens_store()
    dice = random.Random(4)
    for _ in range(600):
        data = bytearray(good)
        for _ in range(dice.randint(1, 6)):
            data[dice.randrange(4096, len(data))] = dice.choice((0, 1, 0x10, 0x7F, 0xFF, dice.randrange(256)))
        try:
            schema_of(Hive(bytes(data)), "x")
        except DataError as error:
            assert error.code == "package.bad-store"  # noqa: PT017 - any other fault would be wrong
