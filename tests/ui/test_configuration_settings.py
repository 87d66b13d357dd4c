"""The station's configuration on the Settings screen: blueprints and tenant, written to the file and offered at once."""

import re
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from station.bench.configuration import load
from station.model.blueprint import Blueprint
from station.model.faults import catalogue
from station.paths.registry import PATHS
from station.vault.secrets import MemorySecrets
from tests.ui.hands import dialog_of, press, settled, texts, until
from ui import scenes
from ui.guide.start import StartChoice
from ui.live import Live
from ui.packages.secret_field import SecretField
from ui.preferences import Preferences
from ui.settings.blueprint_form import BlueprintForm, key_for, options_of
from ui.settings.desk import ConfigurationDesk
from ui.settings.record import RecordForm
from ui.settings.tenant import TenantForm
from ui.staged import StagedBench
from ui.theme.theme import Theme
from ui.window import Station, Window

ROOMS = Blueprint("rooms", "Rooms", "autopilot", "Rooms")
WRITTEN = """
[[blueprint]]
key = "rooms"
title = "Rooms"
path = "autopilot"
group_tag = "Rooms"
"""


@pytest.fixture
def desk(tmp_path: Path) -> ConfigurationDesk:
    """A configuration with one blueprint."""
    file = tmp_path / "holobench.toml"
    file.write_text(WRITTEN, encoding="utf-8")
    return ConfigurationDesk(load(file))


@pytest.fixture
def settings(qtbot: Any, theme: Theme, desk: ConfigurationDesk) -> Window:
    """The Settings screen of a station whose first unit is ready."""
    window = Window(Live(), theme, Preferences(countdown=False))
    qtbot.addWidget(window)
    window.resize(1440, 900)
    bench = scenes.cards()["ready"]
    bench.prepare(desk.config.blueprints)
    window.attach(Station(bench, {"configuration": desk}, {}))
    window.show()
    window.live.selection.choose(1)
    window.go("settings")
    QApplication.processEvents()
    return window


def test_a_blueprint_is_added_written_and_offered_at_once(settings: Window, desk: ConfigurationDesk, in_loop: Any) -> None:
    screen = settings.screen_widget("settings")

    async def main() -> None:
        press(screen, "Add a blueprint …")
        await until(lambda: dialog_of(settings))
        opened = dialog_of(settings)
        assert opened is not None
        form = opened.findChild(BlueprintForm)
        assert form is not None
        form.title.setText("Loan units, Lyon")
        form.path.setCurrentIndex(form.path.findData("entra-oobe"))
        press(opened, "Save")
        await until(lambda: len(desk.written) == 2 and "Loan units, Lyon" in texts(screen))

    in_loop(main)
    assert load(desk.file).blueprints["loan-units-lyon"].path == "entra-oobe"
    settings.go("board")
    start = settings.screen_widget("board").findChild(StartChoice)
    assert start is not None
    assert start._choice.findData("loan-units-lyon") >= 0


def test_a_blueprint_is_removed_only_after_a_question(settings: Window, desk: ConfigurationDesk, in_loop: Any) -> None:
    screen = settings.screen_widget("settings")

    async def main() -> None:
        press(screen, "Remove Rooms")
        await until(lambda: dialog_of(settings))
        assert desk.written == (ROOMS,)
        press(dialog_of(settings) or settings, "Remove")
        await until(lambda: not desk.written and "None yet" in texts(screen))

    in_loop(main)
    assert not load(desk.file).own_blueprints


def test_the_tenant_is_written(settings: Window, desk: ConfigurationDesk, in_loop: Any) -> None:
    form = settings.screen_widget("settings").findChild(TenantForm)
    assert form is not None
    form.tenant.setText("contoso.example")
    form.client.setText("00000000-0000-0000-0000-000000000001")
    form.cloud.setCurrentIndex(form.cloud.findData("gcc-high"))

    async def main() -> None:
        form._save()
        await until(lambda: desk.config.tenant["tenant"])

    in_loop(main)
    assert load(desk.file).tenant_settings().graph == "https://graph.microsoft.us"


def test_half_a_tenant_is_told_and_not_written(settings: Window, desk: ConfigurationDesk) -> None:
    form = settings.screen_widget("settings").findChild(TenantForm)
    assert form is not None
    form.tenant.setText("contoso.example")
    form._save()
    assert "Tenant and application belong together." in settled(form)
    assert "[tenant]" not in desk.file.read_text(encoding="utf-8")


def test_practice_says_where_the_configuration_is_set(open_window: Any) -> None:
    window = open_window(StagedBench(2, PATHS, scenes.BLUEPRINTS))
    window.go("settings")
    assert "Practice has a virtual tenant." in settled(window.screen_widget("settings"))


@pytest.mark.parametrize(("title", "taken", "key"), [
    ("Rooms", (), "rooms"), ("Rooms", ("rooms",), "rooms-2"), ("Rooms", ("rooms", "rooms-2"), "rooms-3"),
    ("Prêt, été 2026", (), "pret-ete-2026"), ("会議室", (), "blueprint"),
])
def test_a_key_is_made_of_the_title(title: str, taken: tuple[str, ...], key: str) -> None:
    assert key_for(title, taken) == key


@pytest.mark.parametrize(("text", "options"), [
    ("", {}), ("order = 4711\n\nroom = 3 = west", {"order": "4711", "room": "3 = west"}), ("order", None), ("= 4711", None),
    ("order =", None),
])
def test_words_for_the_record_are_read_line_by_line(text: str, options: dict[str, str] | None) -> None:
    assert options_of(text) == options


@pytest.mark.parametrize(("path", "title", "tag", "package", "said"), [
    ("autopilot", "", "", "", "Give it a title."),
    ("autopilot", "Rooms", "Räume", "", "A group tag has no accents and no other scripts."),
    ("package-bulk-cable", "Rooms", "", "", "This path copies a package: say which."),
    ("package-bulk-cable", "Rooms", "", "/nowhere/rooms.ppkg", "There is no such file."),
])
def test_what_is_wrong_is_said_at_its_field(qtbot: Any, theme: Theme, path: str, title: str, tag: str, package: str,
                                            said: str) -> None:
    form = BlueprintForm(PATHS, (), Blueprint("x", title, path, tag, package))
    qtbot.addWidget(form)
    form.show()
    assert form.read() is None
    assert said in settled(form)


def test_a_blueprint_that_is_changed_keeps_its_key_and_its_words(qtbot: Any, theme: Theme) -> None:
    before = Blueprint("rooms", "Rooms", "autopilot", "Rooms", "", {"order": "4711"})
    form = BlueprintForm(PATHS, ("rooms",), before)
    qtbot.addWidget(form)
    form.title.setText("Meeting rooms")
    assert form.read() == Blueprint("rooms", "Meeting rooms", "autopilot", "Rooms", "", {"order": "4711"})


def test_a_secret_is_looked_for_by_its_name_and_forgotten(qtbot: Any, theme: Theme, in_loop: Any) -> None:
    vault = MemorySecrets()
    vault.put("portal/bench", "never shown")
    window = Window(Live(), theme, Preferences(countdown=False))
    qtbot.addWidget(window)
    window.attach(Station(scenes.bench(1), {"secrets": vault}, {}))
    window.show()
    window.go("settings")
    field = window.screen_widget("settings").findChild(SecretField)
    assert field is not None
    field.edit.setText("portal/bench")
    assert "Stored." in settled(field)

    async def main() -> None:
        field.forget()
        await until(lambda: "Nothing is stored under this name yet." in texts(field))

    in_loop(main)
    assert vault.get("portal/bench") is None


@pytest.mark.parametrize("screen", ["tenant", "returns"])
def test_a_station_without_a_tenant_leads_to_where_it_is_set(open_window: Any, screen: str) -> None:
    window = open_window(scenes.bench(1))
    window.go(screen)
    press(window.screen_widget(screen), "Open Settings")
    assert window.screen_widget("settings").isVisible()


def record_form(settings: Window) -> RecordForm:
    form = settings.screen_widget("settings").findChild(RecordForm)
    assert form is not None
    return form


def test_name_and_record_are_written_beside_what_the_file_holds(settings: Window, desk: ConfigurationDesk, in_loop: Any,
                                                                tmp_path: Path) -> None:
    form = record_form(settings)
    form.name.setText("bench-2")
    form.place.setText(str(tmp_path / "shared.sqlite"))

    async def main() -> None:
        press(form, "Open and save")
        await until(lambda: desk.config.station == "bench-2")

    in_loop(main)
    assert load(desk.file).journal == str(tmp_path / "shared.sqlite")
    assert tuple(load(desk.file).blueprints) == ("rooms",)
    assert (tmp_path / "shared.sqlite").is_file()


def test_a_record_that_cannot_be_opened_is_told_and_not_written(settings: Window, desk: ConfigurationDesk, in_loop: Any,
                                                               tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"no database at all" * 100)
    record_form(settings).place.setText(str(broken))
    before = desk.file.read_text(encoding="utf-8")

    async def main() -> None:
        opener = record_form(settings).findChild(QPushButton)
        assert opener is not None
        opener.click()
        assert not opener.isEnabled()
        await until(lambda: "The record is damaged" in texts(record_form(settings)))
        assert opener.isEnabled()

    in_loop(main)
    assert desk.file.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("family", ["journal", "vault"])
def test_a_cure_sends_people_to_a_section_that_is_there(settings: Window, family: str) -> None:
    """Of faults of the station itself; those of the headset speak of the headset's Settings."""
    headings = set(settled(settings.screen_widget("settings")).splitlines())
    cures = [fault.cure for fault in catalogue().values() if fault.code.startswith(f"{family}.")]
    named = {section for cure in cures for section in re.findall(r"Settings › (\w+)", cure)}
    assert named
    assert named <= headings
