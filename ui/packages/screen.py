"""The Packages screen: four sides on one page, and what is being made kept over a change of language or look."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QTabWidget, QWidget

from station.model.errors import HoloBenchError, Refused
from station.model.faults import catalogue
from station.package.importer import Imported, import_settings
from station.package.lint import Severity, refuse_errors, rules
from station.package.settings_file import load, save
from station.package.store import read_store
from station.vault.secrets import keep_beside, require
from ui.context import Context, Kind
from ui.language import _
from ui.packages.building import Builder, by_icd, icd_possible, left_to_icd, natively
from ui.packages.comparing import Comparing
from ui.packages.draft import Draft, fresh
from ui.packages.editor import Editor
from ui.packages.inspecting import Inspecting
from ui.packages.pushing import Pushing
from ui.packages.secret_field import vault_of
from ui.widgets.ask import ask
from ui.widgets.buttons import Weight, button
from ui.widgets.page import Page


@dataclass(frozen=True)
class Kept:
    """What the screen carries over when it is built again."""

    draft: Draft
    tab: int
    page: int
    inspected: Path | None
    compared: tuple[Path | None, ...]
    pushed: Path | None


class PackagesScreen(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        theme = context.theme
        actions = (button(_("New"), self.new, icon=theme.icon("add")),
                   button(_("Open settings …"), self.open_settings, icon=theme.icon("folder")),
                   button(_("Import …"), self.import_from, icon=theme.icon("download"),
                          name=_("Import the settings of a package or of customizations.xml")),
                   button(_("Settings store …"), self.choose_store, icon=theme.icon("settings"),
                          name=_("Use the settings store of your Windows Configuration Designer")),
                   button(_("Keep settings …"), self.keep_settings, icon=theme.icon("file")),
                   *((button(_("Build with ICD …"), lambda: self.build_package(by_icd)),) if icd_possible() else ()),
                   button(_("Build …"), self.build_package, Weight.PRIMARY, theme.icon("packages", "on_accent")))
        super().__init__(_("Packages"), "", actions, scrolls=False)
        self._context = context
        self.draft = Draft()
        self.pushing = Pushing(context)
        self.editor = Editor(context, self.draft, lambda: self.pushing.around)
        self.inspecting = Inspecting(context, self.take_over)
        self.comparing = Comparing(context)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for widget, title in ((self.editor, _("Make")), (self.inspecting, _("Inspect")), (self.comparing, _("Compare")),
                              (self.pushing, _("Push"))):
            self.tabs.addTab(widget, title)
        self._actions = actions
        self.tabs.currentChanged.connect(self._turned)
        self.content.addWidget(self.tabs, 1)
        self._history_shown = False

    def _turned(self, number: int) -> None:
        """The actions of the title belong to what is made."""
        for action in self._actions:
            action.setVisible(self.tabs.widget(number) is self.editor)
        if self.tabs.widget(number) is self.pushing:
            self.pushing.refresh()

    # What lasts.

    def keep(self) -> object:
        """Settings in the making and what was looked at."""
        return Kept(self.draft, self.tabs.currentIndex(), self.editor.pages.currentRow(), self.inspecting.file,
                    tuple(self.comparing.files), self.pushing.file)

    def restore(self, kept: object) -> None:
        """Take over what `keep` gave."""
        if not isinstance(kept, Kept):
            return
        self.draft = kept.draft
        self.editor.draft = kept.draft
        self._rebuild_editor()
        self.editor.pages.setCurrentRow(kept.page)
        self.tabs.setCurrentIndex(kept.tab)
        if kept.inspected:
            self.inspecting.open(kept.inspected)
        for number, file in enumerate(kept.compared):
            if file:
                self.comparing.set_file(number, file)
        if kept.pushed:
            self.pushing.set_file(kept.pushed)

    def _rebuild_editor(self) -> None:
        new = Editor(self._context, self.draft, lambda: self.pushing.around)
        at = self.tabs.indexOf(self.editor)
        self.tabs.removeTab(at)
        self.editor.deleteLater()
        self.editor = new
        self.tabs.insertTab(at, new, _("Make"))
        self.tabs.setCurrentIndex(at)

    def open_at(self, about: Mapping[str, str]) -> None:
        """Show a package file (`file`) or one side (`side`)."""
        sides = {"make": self.editor, "inspect": self.inspecting, "compare": self.comparing, "push": self.pushing}
        if about.get("file"):
            self.inspecting.open(Path(about["file"]))
            self.pushing.set_file(Path(about["file"]))
            self.tabs.setCurrentWidget(self.inspecting)
        if about.get("side") in sides:
            self.tabs.setCurrentWidget(sides[about["side"]])

    def showEvent(self, event: QShowEvent) -> None:
        self.pushing.refresh()
        if not self._history_shown:
            self._history_shown = True
            self._context.tasks.start(self.pushing.show_history(), "push history", self)
        super().showEvent(event)

    # Settings files.

    def new(self) -> None:
        """Begin anew, after asking where something would be lost."""
        self._context.tasks.start(self._new(), "new package")

    async def _new(self) -> None:
        if await self._may_drop():
            self.draft.settings, self.draft.file, self.draft.changed = fresh(), None, False
            self._rebuild_editor()

    async def _may_drop(self) -> bool:
        return not self.draft.changed or await ask(
            self.window(), _("Drop the changes?"), _("The settings were changed and not kept."), _("Drop them"), danger=True)

    def open_settings(self) -> None:
        """Ask for a settings file."""
        self._choose(_("Open settings"), _("Package settings ({kinds})").format(kinds="*.toml"), self.load_settings)

    def load_settings(self, file: Path) -> None:
        """Show the settings of a file."""
        self._context.tasks.start(self._load(file), "open settings")

    async def _load(self, file: Path) -> None:
        settings = await self._context.tasks.blocking(load, file)
        if await self._may_drop():
            self.draft.opened(settings, file)
            self._rebuild_editor()

    def keep_settings(self) -> None:
        """Write the settings to their file, or ask for one."""
        self._save_as(_("Keep settings"), self._suggested(".toml"), self._keep)

    def _keep(self, file: Path) -> None:
        save(self.draft.settings, file)
        self.draft.kept(file)
        self._context.shell.notify(_("Settings kept: {file}").format(file=file.name), Kind.GOOD)
        self.editor.judge()

    def choose_store(self) -> None:
        """Ask for the person's own settings store."""
        self._choose(_("Settings store"), _("Settings stores ({kinds})").format(kinds="*.dat"),
                     lambda f: self._context.tasks.start(self._use_store(f), "store"))

    async def _use_store(self, file: Path) -> None:
        self.draft.schema = await self._context.tasks.blocking(read_store, file)
        self.draft.store = file
        self.draft.revision += 1
        self.editor.reload()
        said = _("{n} settings known from {file}.").format(n=len(self.draft.schema), file=file.name)
        self._context.shell.notify(said, Kind.GOOD)

    # Import.

    def import_from(self) -> None:
        """Ask for a package or customizations.xml."""
        self._choose(_("Import settings"), _("Packages and customizations ({kinds})").format(kinds="*.ppkg *.xml"),
                     lambda f: self.take_over(f, None))

    def take_over(self, file: Path, password: str | None) -> None:
        """Edit the settings of a package; its files go into a folder that is asked for."""
        if vault_of(self._context) is None:
            self._context.shell.show_error(HoloBenchError("vault.no-keyring"))
            return
        dialog = QFileDialog(self, _("Folder for the settings and files of {name}").format(name=file.name))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda f: self._context.tasks.start(self._import(file, Path(f), password), "import"))
        dialog.open()

    async def _import(self, file: Path, folder: Path, password: str | None) -> None:
        vault = vault_of(self._context)
        if vault is None or not await self._may_drop():
            return
        found: Imported = await self._context.tasks.blocking(
            import_settings, file, keep=partial(keep_beside, vault), folder=folder, password=password, schema=self.draft.schema)
        self.draft.folder = folder
        self.draft.file = None
        self.draft.set(found.settings)
        self._rebuild_editor()
        self.tabs.setCurrentWidget(self.editor)
        left = _(" Not taken over: {places}.").format(places=", ".join(found.left_out)) if found.left_out else ""
        said = _("Settings of {name} taken over; its secrets are in the keyring.").format(name=file.name)
        self._context.shell.notify(said + left, Kind.WARN if left else Kind.GOOD)

    # Build.

    def build_package(self, builder: Builder = natively) -> None:
        """Ask where to, then build."""
        self._save_as(_("Build the package"), self._suggested(".ppkg"),
                      lambda f: self._context.tasks.start(self._build(f, builder), "build"))

    async def _build(self, target: Path, builder: Builder) -> None:
        vault = vault_of(self._context)
        today = self._context.bench.clock.now().date()
        found = await self._context.tasks.blocking(self.draft.judge, today, vault.get if vault else None, self.pushing.around)
        if builder is by_icd:
            found = tuple(f for f in found if not left_to_icd(f.rule))
        try:
            refuse_errors(found)
        except Refused:
            wrong = "\n".join(f"• {_(rules()[f.rule].title)}" for f in found if f.severity is Severity.ERROR)
            fault = catalogue().explain("package.lint-errors")
            text = f"{_(fault.cause)}\n{wrong}"
            if not await ask(self.window(), _(fault.title), text, _("Build it all the same"), danger=True):
                return
        report = await self._context.tasks.blocking(builder, self.draft, target, lambda n: require(vault, n) if vault else "")
        self.pushing.set_file(target)
        self.inspecting.open(target)
        self.tabs.setCurrentWidget(self.pushing)
        text = _("{name} {version} built: {file}, {size:,} bytes.").format(
            name=report.name, version=report.version, file=target.name, size=report.size)
        if report.experimental:
            text += " " + _("It holds experimental settings: try it on one unit first.")
        self._context.shell.notify(text, Kind.WARN if report.experimental else Kind.GOOD)

    # Dialogs.

    def _suggested(self, suffix: str) -> str:
        name = "".join(c if c.isalnum() or c in "-_. " else "-" for c in self.draft.settings.package.name).strip() or "package"
        folder = self.draft.folder if self.draft.folder.is_dir() else Path(tempfile.gettempdir())
        return str(self.draft.file if suffix == ".toml" and self.draft.file else folder / (name + suffix))

    def _choose(self, title: str, kinds: str, then: object) -> None:
        dialog = QFileDialog(self, title, str(self.draft.folder), kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda f: then(Path(f)))  # type: ignore[operator]
        dialog.open()

    def _save_as(self, title: str, name: str, then: object) -> None:
        dialog = QFileDialog(self, title, name)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(name).suffix)
        dialog.fileSelected.connect(lambda f: self._context.tasks.attempt(then, Path(f)))  # type: ignore[arg-type]
        dialog.open()


def build(context: Context) -> QWidget:
    """The screen of the registry."""
    return PackagesScreen(context)
