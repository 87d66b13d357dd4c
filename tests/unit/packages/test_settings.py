"""Settings on disk, the table of settings, and the settings tree."""

import dataclasses
import datetime
import re
import string
from typing import get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.model.build import OsBuild
from station.model.errors import NotFound, UsageError
from station.package.lint import check_settings
from station.package.schema import Engine, Headset, Kind, Mark, shipped
from station.package.settings import EntraJoin, FirstExperience, Identity, OtherSetting, PackageSettings, Policy, WifiNetwork
from station.package.settings_file import dump, is_secret_name, load, parse, save, secret_names
from station.package.settings_tree import join_path, split_path, to_tree
from tests.unit.packages import making

TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)


def test_everything_survives_the_file(tmp_path: making.Path) -> None:
    save(making.full_settings(), tmp_path / "s.toml")
    assert load(tmp_path / "s.toml") == making.full_settings()


@given(TEXT, TEXT, st.integers(-5, 5), st.dates(), st.one_of(st.none(), st.booleans()))
@settings(max_examples=60, deadline=None)
def test_any_text_survives_the_file(name: str, value: str, number: int, day: datetime.date, flag: bool | None) -> None:
    some = PackageSettings(
        Identity(name, notes=value), wifi=(WifiNetwork(value),), policy=(Policy("A", "B", value), Policy("A", "C", number)),
        entra_join=EntraJoin("bulk/x", expires=day), first_experience=FirstExperience(skip_wifi=flag), tenant_lockdown=flag)
    assert parse(dump(some)) == some


@pytest.mark.parametrize(("text", "where"), [
    ('[package]\nname = "x"\nowener = "ITAdmin"', "package.owener"),
    ('[package]\nname = "x"\n[[wifi]]\nssid = "a"\npasword = "b/c"', "wifi[0].pasword"),
    ('[pakage]\nname = "x"', "pakage"),
])
def test_a_misspelt_field_is_refused(text: str, where: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert caught.value.code == "package.bad-settings"
    assert caught.value.detail.startswith(where)


@pytest.mark.parametrize(("text", "said"), [
    ('[package]\nname = "x"\n[[wifi]]\nssid = "a"\nsecurty = "open"',
     "wifi[0].securty: there is no such setting; did you mean security?"),
    ('[package]\nname = "x"\n[wifi]\nssid = "a"', "write [[wifi]], since there can be several"),
    ('[package]\nname = "x"\n[[entra_join]]\ntoken = "a/b"', "write [entra_join], since there is only one"),
    ('[package]\nname = "x"\n[[wifi]]\nssid = 1', "wifi[0].ssid: Input should be a valid string"),
])
def test_what_is_wrong_is_said_so_that_it_can_be_corrected(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert caught.value.detail == said


def test_a_value_of_the_wrong_kind_is_refused_without_repeating_it() -> None:
    with pytest.raises(UsageError) as caught:
        parse('[package]\nname = "x"\n[[wifi]]\nssid = "a"\nsecurity = "hunter2hunter2"')
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.__cause__)


def test_a_secret_in_place_of_its_name_is_refused_without_repeating_it() -> None:
    with pytest.raises(UsageError) as caught:
        parse('[package]\nname = "x"\n[[wifi]]\nssid = "a"\nkey = "hunter2hunter2"')
    assert caught.value.code == "package.clear-secret"
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("name", "fits"), [("wifi/lab", True), ("package/Lab/wifi-LAB", True), ("hunter2", False), ("", False),
                                            ("a/", False), ("/b", False), ("a/b\n", False), ("a/" + "b" * 300, False)])
def test_names_of_secrets_are_told_from_secrets(name: str, fits: bool) -> None:
    assert is_secret_name(name) is fits


def test_a_missing_settings_file_is_not_found(tmp_path: making.Path) -> None:
    with pytest.raises(NotFound) as caught:
        load(tmp_path / "none.toml")
    assert caught.value.code == "package.no-settings"


def test_every_secret_is_asked_for_by_name() -> None:
    asked: list[str] = []

    def resolve(name: str) -> str:
        asked.append(name)
        return making.SECRETS[name]
    to_tree(making.full_settings(), resolve, shipped())
    assert set(asked) == {name for _, name in secret_names(making.full_settings())}


def test_a_secret_that_nobody_has_is_told_by_its_name() -> None:
    def resolve(name: str) -> str:
        raise NotFound("vault.no-secret", name)
    with pytest.raises(NotFound) as caught:
        to_tree(making.simple_settings(), resolve, shipped())
    assert (caught.value.code, caught.value.detail) == ("package.no-secret", "wifi/lab")


@given(st.lists(st.tuples(st.text(string.ascii_letters, min_size=1, max_size=8),
                          st.text(st.characters(blacklist_characters="[]", blacklist_categories=["Cs"]), max_size=8)),
                min_size=1, max_size=5))
def test_paths_of_settings_can_be_split_and_joined(steps: list[tuple[str, str]]) -> None:
    assert split_path(join_path(steps)) == steps


@pytest.mark.parametrize("path", ["", "A//B", "A/B[x", "A B/C", "1A", "A/[x]", "A/b<c"])
def test_what_is_no_path_of_a_setting_is_refused(path: str) -> None:
    with pytest.raises(UsageError):
        split_path(path)


@pytest.mark.parametrize("text", ["a\x01b", "\x00", "\ud800", "\uffff"])
def test_characters_that_xml_cannot_hold_are_refused(text: str) -> None:
    for some in (making.simple_settings(wifi=(WifiNetwork(text, key="wifi/lab"),)), making.simple_settings(
            setting=(OtherSetting("Policies/A/B", text),))):
        with pytest.raises(UsageError) as caught:
            to_tree(some, making.secret, shipped())
        assert caught.value.code == "package.bad-value"
        assert text not in str(caught.value)


def test_other_settings_take_their_place_in_the_tree() -> None:
    some = making.simple_settings(setting=(OtherSetting("ConnectivityProfiles/VPN/VPNSetting[Work]/Server", "vpn.contoso.com"),
                                           OtherSetting("Accounts/Users/User[eve]/Password", secret="user/bob")))
    common = to_tree(some, making.secret, shipped()).common
    profiles = common.child("ConnectivityProfiles")
    assert profiles is not None
    assert [c.name for c in profiles.children] == ["WLAN", "VPN"]
    user = next(e for e in common.walk() if e.name == "User")
    assert dict(user.attributes) == {"UserName": "eve", "Name": "eve"}
    assert user.children[0].text == making.SECRETS["user/bob"]


def test_every_setting_of_the_table_tells_where_it_is_known_from() -> None:
    for setting in shipped():
        assert setting.source, setting.path
        assert setting.title, setting.path
        assert setting.engines, setting.path
        for build in setting.builds.values():
            assert not build or OsBuild.parse(build)


def test_what_the_native_engine_carries_has_a_place_on_the_device() -> None:
    inside = {"ConnectivityProfiles/WLAN/WLANSetting/WLANConfig/WLANXmlSettings",
              "UniversalAppInstall/UserContextApp/Application"}
    for setting in shipped():
        if setting.leaf and Engine.NATIVE in setting.engines and setting.path.rpartition("/")[0] not in inside:
            assert setting.csp or setting.registry or "DependencyAppxFiles" in setting.path, setting.path


def test_settings_without_a_known_place_are_left_to_the_store_and_icd() -> None:
    for name in ("SkipCalibration", "SkipTraining", "SkipWifi", "PreferredRegion", "PreferredTimezone"):
        setting = shipped().find(f"FirstExperience/HoloLens/{name}")
        assert setting is not None
        assert not setting.csp
        assert setting.engines == {Engine.STORE, Engine.ICD}
        assert setting.mark is Mark.DOCUMENTED


def test_a_policy_that_the_table_does_not_know_is_typed_by_its_value() -> None:
    setting = shipped().find("Policies/Some/Thing")
    assert setting is not None
    assert setting.open
    assert set(setting.builds) == set(Headset)
    assert shipped().find("Policies/Some/Thing/Deeper") is None
    assert Kind(setting.kind) is Kind.STRING


DOCUMENT = making.Path(__file__).resolve().parents[3] / "docs" / "packages.md"


def test_every_field_is_documented() -> None:
    """docs/packages.md, “Field by field”: each table by its brackets, each field in a row."""
    told = DOCUMENT.read_text(encoding="utf-8").partition("### Field by field")[2].partition("## The commands")[0]
    rows = "\n".join(line.split("|")[1] for line in told.splitlines() if line.startswith("|"))
    for group in dataclasses.fields(PackageSettings):
        kinds = [k for k in (get_type_hints(PackageSettings)[group.name], *get_args(get_type_hints(PackageSettings)[group.name]))
                 if dataclasses.is_dataclass(k)]
        brackets = f"[[{group.name}]]" if group.default == () else f"[{group.name}]"
        assert (f"`{brackets}`" in told) if kinds else (f"`{group.name} =" in told), group.name
        for kind in kinds:
            assert not {f.name for f in dataclasses.fields(kind)} - set(re.findall(r"`(\w+)`", rows)), kind


def test_the_example_of_the_document_is_sound(tmp_path: making.Path) -> None:
    example = DOCUMENT.read_text(encoding="utf-8").partition("```toml")[2].partition("```")[0]
    (tmp_path / "corp.cer").write_bytes(making.certificate())
    found = check_settings(parse(example), today=making.TODAY, folder=tmp_path)
    assert {f.rule for f in found} == {"package-is-a-secret"}


def test_settings_that_cannot_be_written_are_told(tmp_path: making.Path) -> None:
    with pytest.raises(UsageError) as caught:
        save(making.simple_settings(), tmp_path / "none" / "s.toml")
    assert caught.value.code == "package.cannot-write"
