"""The Packages screen: typing is judged, secrets stay names, packages are opened, compared and pushed, nothing is lost."""

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QTreeWidgetItem

from station.model.timing import Deadline
from station.package.lint import KnownPackage
from station.package.masking import MASK
from station.package.settings import Headset, WifiSecurity
from station.package.settings_file import load, save
from station.vault.secrets import MemorySecrets
from tests.unit.packages import making
from tests.unit.packages.push_fakes import MemoryStorage
from ui import language, loop, scenes
from ui.live import Live
from ui.packages.draft import Around, Draft
from ui.packages.fields import FIELDS
from ui.packages.pages import PAGES, page_of
from ui.packages.screen import PackagesScreen
from ui.packages.secret_field import SecretField
from ui.packages.value_form import ValueForm
from ui.preferences import Preferences
from ui.theme.theme import Theme, put_on
from ui.theme.tokens import Mode
from ui.window import Station, Window


class LendingBench:
    """A staged bench that lends storages in memory."""

    def __init__(self, storages: dict[int, MemoryStorage]) -> None:
        self._staged = scenes.ten_states()
        self.storages = storages

    def __getattr__(self, name: str) -> Any:
        return getattr(self._staged, name)

    async def with_storage(self, slot: int, work: Callable[[Any], Any], deadline: Deadline) -> Any:
        return await asyncio.to_thread(work, self.storages[slot])


@dataclasses.dataclass
class Opened:
    """A window with the screen, its vault and its bench."""

    window: Window
    screen: PackagesScreen
    vault: MemorySecrets
    bench: LendingBench

    async def settle(self, holds: Callable[[], bool]) -> None:
        """Wait until something shows, as a person would."""
        for _ in range(200):
            if holds():
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it does not show")


Story = Callable[[Opened], Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    making.write_files(tmp_path)
    save(making.full_settings(), tmp_path / "lab.toml")
    return tmp_path


@pytest.fixture
def tell(qapp: Any) -> Callable[[Story], None]:
    """Runs a story on the window's own loop, with the window open at Packages."""
    def told(story: Story) -> None:
        async def main() -> int:
            theme = Theme.of(Mode.LIGHT)
            put_on(qapp, theme)
            vault = MemorySecrets()
            for name, value in making.SECRETS.items():
                vault.put(name, value)
            bench = LendingBench({4: MemoryStorage("004599195004"), 8: MemoryStorage("004599195008")})
            window = Window(Live(), theme, Preferences(countdown=False))
            window.resize(1440, 900)
            window.attach(Station(bench, {"secrets": vault}, {}))  # type: ignore[arg-type]
            window.go("packages")
            window.show()
            try:
                await story(Opened(window, window.findChild(PackagesScreen), vault, bench))  # type: ignore[arg-type]
            finally:
                window.live.board.detach()
                window.hide()
                await window.tasks.close()
                window.deleteLater()
            return 0
        assert loop.run(qapp, main) == 0
    return told


def rules_shown(opened: Opened) -> set[str]:
    return {f.rule for f in opened.screen.editor.findings.shown}


def field(form: ValueForm, name: str) -> Any:
    return form.editors[name]


def texts(opened: Opened) -> str:
    return "\n".join(w.text() for kind in (QLabel, QLineEdit, QPushButton, QCheckBox) for w in opened.window.findChildren(kind))


@pytest.mark.gui
def test_what_is_typed_is_judged_as_it_is_typed(tell: Callable[[Story], None]) -> None:
    async def story(opened: Opened) -> None:
        await opened.settle(lambda: "name-missing" in rules_shown(opened))
        form = opened.screen.editor.findChildren(ValueForm)[0]
        field(form, "name").setText("Lab")
        await opened.settle(lambda: "name-missing" not in rules_shown(opened))
        field(form, "version").setText("one")
        await opened.settle(lambda: "version-malformed" in rules_shown(opened))
        assert opened.screen.draft.settings.package.name == "Lab"
    tell(story)


@pytest.mark.gui
def test_settings_of_a_file_are_shown_and_kept_again(tell: Callable[[Story], None], folder: Path) -> None:
    async def story(opened: Opened) -> None:
        screen = opened.screen
        screen.load_settings(folder / "lab.toml")
        await opened.settle(lambda: screen.draft.settings == making.full_settings())
        for number in range(len(PAGES)):
            screen.editor.pages.setCurrentRow(number)
        assert screen.draft.settings == making.full_settings(), "looking changes nothing"
        assert not screen.draft.changed
        screen._keep(folder / "again.toml")
        assert load(folder / "again.toml") == making.full_settings()
        assert not any(value in texts(opened) for value in making.SECRETS.values())
    tell(story)


@pytest.mark.gui
def test_items_are_added_and_removed_and_groups_switched_on(tell: Callable[[Story], None]) -> None:
    async def story(opened: Opened) -> None:
        editor, draft = opened.screen.editor, opened.screen.draft
        editor.show_page("network")
        add = next(b for b in editor.findChildren(QPushButton) if b.accessibleName() == "Add to Networks")
        add.click()
        await opened.settle(lambda: len(editor.stack.currentWidget().findChildren(ValueForm)) == 1)
        form = editor.stack.currentWidget().findChildren(ValueForm)[0]
        field(form, "ssid").setText("LAB")
        box = field(form, "security")
        assert isinstance(box, QComboBox)
        box.setCurrentIndex(list(WifiSecurity).index(WifiSecurity.OPEN))
        box.activated.emit(box.currentIndex())
        assert (draft.settings.wifi[0].ssid, draft.settings.wifi[0].security) == ("LAB", WifiSecurity.OPEN)
        await opened.settle(lambda: "wifi-open" in rules_shown(opened))
        next(b for b in editor.findChildren(QPushButton) if b.accessibleName() == "Remove number 1").click()
        assert draft.settings.wifi == ()
        editor.show_page("device")
        next(b for b in editor.stack.currentWidget().findChildren(QCheckBox) if b.text() == "Device name").click()
        assert draft.settings.device_name is not None
    tell(story)


@pytest.mark.gui
def test_a_finding_leads_to_its_page(tell: Callable[[Story], None], folder: Path) -> None:
    async def story(opened: Opened) -> None:
        opened.screen.load_settings(folder / "lab.toml")
        await opened.settle(lambda: "wifi-open" in rules_shown(opened))
        editor = opened.screen.editor
        editor.show_place(next(f for f in editor.findings.shown if f.rule == "wifi-open"))
        assert PAGES[editor.pages.currentRow()].key == "network"
    tell(story)


@pytest.mark.gui
def test_a_secret_field_tells_a_name_from_a_secret(tell: Callable[[Story], None]) -> None:
    async def story(opened: Opened) -> None:
        said: list[str] = []
        context = opened.window.context
        assert context is not None
        made = SecretField(context, "", "Network key", "Lab/LAB-key", said.append)
        made.edit.setText("hunter2")
        assert "never the secret itself" in made.state.text()
        made.edit.setText("wifi/lab")
        assert made.state.text() == "Stored."
        made.edit.setText("wifi/none")
        assert "Nothing is stored" in made.state.text()
        assert said[-1] == "wifi/none"
        made.deleteLater()
    tell(story)


@pytest.mark.gui
def test_every_setting_is_found_by_search_and_can_be_used(tell: Callable[[Story], None]) -> None:
    async def story(opened: Opened) -> None:
        editor = opened.screen.editor
        editor.pages.setCurrentRow(len(PAGES))
        editor.catalogue.search.setText("AllowBluetooth")
        assert editor.catalogue.filtered.rowCount() == 1
        editor.catalogue.view.selectRow(0)
        editor.catalogue._use()
        assert [(p.area, p.name) for p in opened.screen.draft.settings.policy] == [("Connectivity", "AllowBluetooth")]
        assert PAGES[editor.pages.currentRow()].key == "policies"
    tell(story)


@pytest.mark.gui
@pytest.mark.parametrize(("text", "path"), [
    ("wifi key", "ConnectivityProfiles/WLAN/WLANSetting/WLANConfig/WLANXmlSettings/SecurityKey"),
    ("Wi-Fi skip", "FirstExperience/HoloLens/SkipWifi"), ("token person", "Accounts/Azure/BPRT")])
def test_settings_are_found_by_words_of_path_name_and_help_in_any_order(
        tell: Callable[[Story], None], text: str, path: str) -> None:
    async def story(opened: Opened) -> None:
        editor = opened.screen.editor
        editor.pages.setCurrentRow(len(PAGES))
        editor.catalogue.search.setText(text)
        found = editor.catalogue.filtered
        assert path in {found.index(r, 0).data() for r in range(found.rowCount())}
        assert found.rowCount() < 5
    tell(story)


@pytest.mark.gui
def test_a_setting_without_a_field_is_added_by_its_path_and_one_with_a_field_opens_its_page(
        tell: Callable[[Story], None]) -> None:
    async def story(opened: Opened) -> None:
        editor, draft = opened.screen.editor, opened.screen.draft
        editor.pages.setCurrentRow(len(PAGES))
        for text in ("UserContextApp LaunchAppAtLogin", "TrustedProvisioners"):
            editor.catalogue.search.setText(text)
            editor.catalogue.view.selectRow(0)
            editor.catalogue._use()
        added = "Certificates/TrustedProvisioners/Certificate[name]/TrustedProvisioner"
        assert [o.path for o in draft.settings.setting] == [added]
        assert PAGES[editor.pages.currentRow()].key == "others"
    tell(story)


@pytest.mark.gui
def test_a_package_is_shown_as_a_tree_with_its_secrets_masked(tell: Callable[[Story], None], folder: Path) -> None:
    package, _ = making.make(making.full_settings(), folder)

    async def story(opened: Opened) -> None:
        side = opened.screen.inspecting
        side.open(package)
        await opened.settle(lambda: side.tree.topLevelItemCount() > 0)
        assert not any(v in _tree(side.tree.invisibleRootItem()) for v in making.SECRETS.values())
        assert MASK in _tree(side.tree.invisibleRootItem())
        side.reveal.setChecked(True)
        await opened.settle(lambda: making.SECRETS["user/bob"] in _tree(side.tree.invisibleRootItem()))
        side.open(package)
        assert not side.reveal.isChecked(), "the next package begins masked"
    tell(story)


def _tree(item: QTreeWidgetItem) -> str:
    inside = [item.child(n) for n in range(item.childCount())]
    return f"{item.text(0)} {item.text(1)}\n" + "".join(_tree(c) for c in inside if c is not None)


@pytest.mark.gui
def test_two_packages_are_compared_side_by_side(tell: Callable[[Story], None], folder: Path) -> None:
    first, _ = making.make(making.full_settings(), folder, "a.ppkg")
    second, _ = making.make(dataclasses.replace(making.full_settings(), entra_join=None), folder, "b.ppkg")

    async def story(opened: Opened) -> None:
        side = opened.screen.comparing
        side.set_file(0, first)
        side.set_file(1, second)
        await opened.settle(lambda: "difference" in side.summary.text())
        model = side.view.model()
        places = {str(model.index(r, 2).data()) for r in range(model.rowCount())}
        assert places == {"AADJ/Authority", "AADJ/BPRT"}
        side.all.setChecked(True)
        assert model.rowCount() > 20
    tell(story)


@pytest.mark.gui
def test_a_package_goes_to_every_chosen_unit(tell: Callable[[Story], None], folder: Path) -> None:
    package, _ = making.make(making.full_settings(), folder)

    async def story(opened: Opened) -> None:
        side = opened.screen.pushing
        opened.screen.open_at({"side": "push"})
        side.set_file(package)
        opened.bench.storages[8].files[(), "old.ppkg"] = b"1"
        for row in range(side.slots.count()):
            if side.slots.item(row).data(Qt.ItemDataRole.UserRole)[0] in (4, 8):
                side.slots.item(row).setCheckState(Qt.CheckState.Checked)
        side.copy()
        await opened.settle(lambda: side.result.count() == 2 and all("…" not in side.result.item(n).text() for n in (0, 1)))
        assert opened.bench.storages[4].names(()) == ["out.ppkg"]
        told = " ".join(side.result.item(n).text() for n in (0, 1))
        assert "Also there, and applied too: old.ppkg" in told
        assert "Power and Volume Down" in told
    tell(story)


@pytest.mark.gui
def test_a_failed_push_says_why_and_what_to_do(tell: Callable[[Story], None], folder: Path) -> None:
    package, _ = making.make(making.full_settings(), folder)

    async def story(opened: Opened) -> None:
        side = opened.screen.pushing
        opened.screen.open_at({"side": "push"})
        side.set_file(package)
        opened.bench.storages[4].shown = False
        for row in range(side.slots.count()):
            if side.slots.item(row).data(Qt.ItemDataRole.UserRole)[0] == 4:
                side.slots.item(row).setCheckState(Qt.CheckState.Checked)
        side.copy()
        await opened.settle(lambda: side.result.count() == 1 and "shows no storage" in side.result.item(0).text())
    tell(story)


@pytest.mark.gui
def test_what_is_made_outlives_a_change_of_language(tell: Callable[[Story], None], folder: Path) -> None:
    async def story(opened: Opened) -> None:
        opened.screen.load_settings(folder / "lab.toml")
        await opened.settle(lambda: opened.screen.draft.settings == making.full_settings())
        kept = opened.screen.keep()
        context = opened.window.context
        assert context is not None
        language.use("fr")
        again = PackagesScreen(context)
        again.restore(kept)
        assert again.draft.settings == making.full_settings()
        again.deleteLater()
    tell(story)


def test_icd_builds_what_is_made(folder: Path, tmp_path: Path) -> None:
    from tests.unit.packages import hive_builder
    from tests.unit.packages.test_icd import FakeMachine
    from ui.packages.building import by_icd

    draft = Draft(settings=making.full_settings(), folder=folder)
    machine = FakeMachine(tmp_path / "icd", store=hive_builder.hololens_store())
    report = by_icd(draft, tmp_path / "icd.ppkg", making.secret, machine)
    assert report.path.read_bytes().startswith(b"MSWIM")
    given = next(a for a in machine.commands[0] if a.startswith("/CustomizationXML:")).partition(":")[2]
    assert not Path(given).exists(), "what ICD was given is gone"


@pytest.mark.gui
def test_a_build_leads_on_to_the_push(tell: Callable[[Story], None], folder: Path) -> None:
    from ui.packages.building import natively

    async def story(opened: Opened) -> None:
        screen = opened.screen
        screen.load_settings(folder / "lab.toml")
        await opened.settle(lambda: screen.draft.settings == making.full_settings())
        await screen._build(folder / "built.ppkg", natively)
        assert (folder / "built.ppkg").is_file()
        assert screen.tabs.currentWidget() is screen.pushing
        assert screen.pushing.file == folder / "built.ppkg"
        await opened.settle(lambda: screen.inspecting.tree.topLevelItemCount() > 0)
    tell(story)


@pytest.mark.gui
def test_an_import_fills_the_editor_and_the_vault(tell: Callable[[Story], None], folder: Path) -> None:
    package, _ = making.make(making.full_settings(), folder)

    async def story(opened: Opened) -> None:
        screen = opened.screen
        await screen._import(package, folder / "taken", None)
        found = screen.draft.settings
        assert found.entra_join is not None
        assert opened.vault.get(found.entra_join.token) == making.SECRETS["bulk/lab"]
        assert (folder / "taken" / "app.msix").is_file()
        assert not any(value in texts(opened) for value in making.SECRETS.values())
    tell(story)


def test_every_field_of_every_page_has_a_label() -> None:
    for page in PAGES:
        for section in page.sections:
            for one in dataclasses.fields(section.kind):
                assert (section.kind.__name__, one.name) in FIELDS


def test_every_group_of_the_settings_is_on_a_page_or_refused_on_purpose() -> None:
    shown = {section.field for page in PAGES for section in page.sections}
    assert {f.name for f in dataclasses.fields(making.full_settings())} - shown == {"tenant_lockdown"}


@pytest.mark.parametrize(("where", "page"), [("wifi[0].key", "network"), ("package.name", "package"), ("user", "accounts"),
                                             ("Accounts/Azure/BPRT", "accounts"), ("Nothing/Known", ""), ("app[1].file", "apps")])
def test_places_of_findings_belong_to_pages(where: str, page: str) -> None:
    assert page_of(where) == page


def test_files_beside_the_settings_are_named_relatively(tmp_path: Path) -> None:
    draft = Draft(folder=tmp_path)
    assert draft.relative(tmp_path / "certs" / "a.cer") == "certs/a.cer"
    assert Path(draft.relative(tmp_path.parent / "b.cer")).is_absolute()
    assert draft.settings.target.generation is Headset.HOLOLENS_2


def test_a_version_that_was_pushed_before_has_to_be_raised() -> None:
    draft = Draft(settings=making.full_settings())
    around = Around(earlier=(KnownPackage("Lab", making.ID, "1.2"),))
    assert "version-not-raised" in {f.rule for f in draft.judge(making.TODAY, None, around)}
    assert "version-not-raised" not in {f.rule for f in draft.judge(making.TODAY, None, Around())}


@pytest.mark.gui
def test_a_date_is_taken_when_it_is_one(tell: Callable[[Story], None], folder: Path) -> None:
    async def story(opened: Opened) -> None:
        screen = opened.screen
        screen.load_settings(folder / "lab.toml")
        await opened.settle(lambda: screen.draft.settings == making.full_settings())
        screen.editor.show_page("accounts")
        form = next(f for f in screen.editor.stack.currentWidget().findChildren(ValueForm) if "expires" in f.editors)
        field(form, "expires").setText("2027-13-01")
        assert screen.draft.settings.entra_join == making.full_settings().entra_join
        assert "no date" in texts(opened)
        field(form, "expires").setText("2027-01-15")
        assert str(screen.draft.settings.entra_join.expires) == "2027-01-15"  # type: ignore[union-attr]
        field(form, "expires").setText("")
        assert screen.draft.settings.entra_join.expires is None  # type: ignore[union-attr]
    tell(story)
