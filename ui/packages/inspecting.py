"""Looking into a package: a tree of everything in it, secrets masked, problems on top."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHeaderView,
    QLineEdit,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from station.model.errors import DataError
from station.model.faults import catalogue
from station.package.inspection import Inspection, ShownImage, inspect_package
from ui.context import Context
from ui.language import _, ngettext
from ui.theme.tokens import Type
from ui.widgets.ask import ask
from ui.widgets.buttons import Weight, button
from ui.widgets.empty import Empty
from ui.widgets.flow import Flow
from ui.widgets.form import Field
from ui.widgets.paper import row
from ui.widgets.text import label, set_tone

PACKAGES = "*.ppkg"
_SHOWN = 2000
"""Characters of a value in the tree; the clipboard gets all of it."""


class Inspecting(QWidget):
    """`take_over` gets a package whose settings are to be edited."""

    def __init__(self, context: Context, take_over: Callable[[Path, str | None], None]) -> None:
        super().__init__()
        self._context, self._take_over = context, take_over
        self.file: Path | None = None
        self._password: str | None = None
        self.setAcceptDrops(True)
        self.title = label(_("No package is open"), Type.HEADING)
        self.verdict = label("", Type.STRONG)
        self.reveal = QCheckBox(_("Show secrets"))
        self.reveal.toggled.connect(lambda _on: self._again())
        self.edit = button(_("Edit a copy of its settings …"), self._edit, icon=context.theme.icon("edit"))
        self.edit.setEnabled(False)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels([_("In the package"), _("Value")])
        self.tree.setAccessibleName(_("Contents of the package"))
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.tree.setColumnWidth(0, 620)
        self.tree.setAlternatingRowColors(True)
        self.tree.setUniformRowHeights(True)
        opener = button(_("Open a package …"), self.choose, Weight.PRIMARY, context.theme.icon("folder", "on_accent"))
        self._stack = QStackedWidget()
        self._stack.addWidget(Empty(context.theme, "packages", _("Drop a package here"),
                                    _("Any .ppkg of 2015 or later. Nothing is changed and nothing is sent.")))
        self._stack.addWidget(self.tree)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        offers = Flow(right=True)
        for offer in (self.reveal, self.edit, opener):
            offers.add(offer)
        head = row(self.title, offers)
        head.setStretch(0, 1)
        head.setStretch(1, 2)
        layout.addLayout(head)
        layout.addWidget(self.verdict)
        layout.addWidget(self._stack, 1)

    def choose(self) -> None:
        """Ask for a package."""
        dialog = QFileDialog(self, _("Open a package"), "", _("Provisioning packages ({kinds})").format(kinds=PACKAGES))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda f: self.open(Path(f)))
        dialog.open()

    def open(self, file: Path, password: str | None = None) -> None:
        """Show a package."""
        self.file, self._password = file, password
        self.reveal.setChecked(False)
        self._again()

    def _again(self) -> None:
        if self.file is not None:
            self._context.tasks.start(self._inspect(self.file, self._password), "inspect", self)

    async def _inspect(self, file: Path, password: str | None) -> None:
        reveal = self.reveal.isChecked()
        try:
            found = await self._context.tasks.blocking(inspect_package, file, password=password, reveal=reveal)
        except DataError as e:
            if e.code != "package.encrypted" or password is not None:
                self._tell_refused(file, e)
                raise
            await self._ask_password(file)
            return
        if file == self.file:
            self.show_inspection(found)

    async def _ask_password(self, file: Path) -> None:
        given = QLineEdit()
        given.setEchoMode(QLineEdit.EchoMode.Password)
        given.setMaxLength(16)
        fault = catalogue().explain("package.encrypted")
        text = f"{_(fault.cause)} {_('With its password you can look inside.')}"
        if await ask(self.window(), _(fault.title), text, _("Look inside"), content=Field(_("Password"), given)):
            self.open(file, given.text())

    def _tell_refused(self, file: Path, error: DataError) -> None:
        self._stack.setCurrentIndex(0)
        self.edit.setEnabled(False)
        self.title.setText(file.name)
        fault = catalogue().explain(error.code)
        what = _(fault.title) + (f" ({error.detail})" if error.detail else "")
        self._say(f"{what}. {_(fault.cause)} {_(fault.cure)}", "danger")

    def show_inspection(self, found: Inspection) -> None:
        """Fill the tree."""
        problems = [*found.problems, *(p for i in found.images for p in i.problems)]
        self.title.setText(found.name)
        if found.encrypted:
            self._say(_("Encrypted: a HoloLens cannot apply it."), "danger")
        elif problems:
            self._say(ngettext("{n} problem inside.", "{n} problems inside.", len(problems)), "warn")
        else:
            self._say(_("Sound: nothing in it contradicts itself."), "good")
        self.tree.clear()
        top = self._add(None, _("File"), "")
        facts = ((_("Size"), _bytes(found.size)), ("SHA-256", found.sha256),
                 (_("Compression"), found.compression or _("not compressed")), (_("Catalogue"), self._catalogue(found)))
        for name, value in facts:
            self._add(top, name, value)
        if problems:
            wrong = self._add(None, _("Problems"), str(len(problems)))
            for problem in problems:
                self._add(wrong, _(catalogue().explain(problem.code).title), problem.detail)
        for image in found.images:
            self._add_image(image)
        self.tree.expandToDepth(2)
        self.edit.setEnabled(True)
        self._stack.setCurrentIndex(1)

    def _add_image(self, image: ShownImage) -> None:
        config = image.config
        top = self._add(None, config.name or _("Image {n}").format(n=image.index), config.version)
        identity = self._add(top, _("Identity"), "")
        for name, value in ((_("Package id"), config.id), (_("Owner"), config.owner), (_("Rank"), str(config.rank)),
                            (_("Made with"), image.tool), (_("Made on"), _moment(image.created)), (_("Notes"), config.notes)):
            self._add(identity, name, value)
        settings = self._add(top, _("Settings"), str(len(image.settings)))
        groups: dict[str, QTreeWidgetItem] = {}
        for setting in image.settings:
            group = groups.get(setting.document)
            if group is None:
                group = self._add(settings, setting.document.rsplit("/", 1)[-1], setting.context)
                groups[setting.document] = group
            self._add(group, setting.place, setting.value)
        files = self._add(top, _("Files"), str(len(image.files)))
        for file in image.files:
            self._add(files, file.path, _bytes(file.size))

    def _add(self, parent: QTreeWidgetItem | None, name: str, value: str) -> QTreeWidgetItem:
        line = value[:_SHOWN].replace("\r", " ").replace("\n", " ")
        item = QTreeWidgetItem([name, line if len(value) <= _SHOWN else f"{line}…"])
        item.setData(1, Qt.ItemDataRole.UserRole, value)
        item.setToolTip(1, value[:600])
        if parent is None:
            self.tree.addTopLevelItem(item)
        else:
            parent.addChild(item)
        return item

    def _catalogue(self, found: Inspection) -> str:
        if found.catalogue is None:
            return _("none beside it")
        if not found.catalogue.signed:
            return _("not signed")
        said = {True: _("signed, the signature is right"), False: _("signed, the signature is wrong"),
                None: _("signed, in a way that is not read")}[found.catalogue.valid]
        return f"{said}: {found.catalogue.signer}"

    def _say(self, text: str, tone: str) -> None:
        self.verdict.setText(text)
        set_tone(self.verdict, tone)

    def _edit(self) -> None:
        if self.file is not None:
            self._take_over(self.file, self._password)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(u.toLocalFile().casefold().endswith(".ppkg") for u in event.mimeData().urls()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        self.open(Path(event.mimeData().urls()[0].toLocalFile()))
        event.accept()


def _bytes(count: int) -> str:
    """A size, its thousands apart as in both languages."""
    return _("{n} bytes").format(n=f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"))


def _moment(told: str) -> str:
    return f"{datetime.fromisoformat(told).astimezone():%Y-%m-%d %H:%M}" if told else ""
