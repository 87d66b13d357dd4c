"""Two packages side by side, setting by setting. Secrets are compared, never shown."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from station.model.words import N_
from station.package.comparison import Change, Difference, compare_packages
from ui.context import Context
from ui.language import _, ngettext
from ui.theme.tokens import Type
from ui.widgets.buttons import button
from ui.widgets.form import Field
from ui.widgets.paper import row
from ui.widgets.table import table
from ui.widgets.text import label, set_tone

WORDS = {Change.SAME: ("=", N_("same"), ""), Change.CHANGED: ("≠", N_("changed"), "warn"),
         Change.ADDED: ("+", N_("added"), "good"), Change.REMOVED: ("−", N_("removed"), "danger")}
"""Sign, word and colour of a change: never colour alone."""
SECTIONS = {"identity": N_("Identity"), "settings": N_("Settings"), "files": N_("Files")}
_CHANGE = Qt.ItemDataRole.UserRole


class _OnlyDifferences(QSortFilterProxyModel):
    """Hides what is the same, unless asked for."""

    everything = False

    def filterAcceptsRow(self, row_number: int, parent: QModelIndex) -> bool:  # type: ignore[override]
        change = self.sourceModel().index(row_number, 0, parent).data(_CHANGE)
        return self.everything or change != Change.SAME.value

    def show_all(self, on: bool) -> None:
        """Show what is the same as well."""
        self.beginFilterChange()
        self.everything = on
        self.endFilterChange()


class Comparing(QWidget):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.files: list[Path | None] = [None, None]
        self._fields = [QLineEdit(), QLineEdit()]
        chooser = []
        for number, name in enumerate((_("First package"), _("Second package"))):
            edit = self._fields[number]
            edit.setReadOnly(True)
            chooser.append(Field(name, _with_button(edit, lambda n=number: self.choose(n))))
        self.summary = label(_("Choose two packages."), Type.STRONG)
        self.all = QCheckBox(_("Also what is the same"))
        self._model = QStandardItemModel(0, 5)
        self._model.setHorizontalHeaderLabels([_("Change"), _("Part"), _("Place"), _("First"), _("Second")])
        self._shown = _OnlyDifferences()
        self._shown.setSourceModel(self._model)
        self.all.toggled.connect(self._shown.show_all)
        self.view = table(self._shown, _("Differences"), context.theme.sizes, stretch=2)
        for column, width in ((0, 130), (1, 110), (3, 300), (4, 300)):
            self.view.setColumnWidth(column, width)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addLayout(row(*chooser))
        layout.addLayout(row(self.summary, None, self.all))
        layout.addWidget(self.view, 1)

    def choose(self, number: int) -> None:
        """Ask for one of the two."""
        dialog = QFileDialog(self, _("Open a package"), "", _("Provisioning packages ({kinds})").format(kinds="*.ppkg"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda f: self.set_file(number, Path(f)))
        dialog.open()

    def set_file(self, number: int, file: Path) -> None:
        """Take one of the two; compare as soon as both are there."""
        self.files[number] = file
        self._fields[number].setText(str(file))
        first, second = self.files
        if first is not None and second is not None:
            self._context.tasks.start(self._compare(first, second), "compare", self)

    async def _compare(self, first: Path, second: Path) -> None:
        found = await self._context.tasks.blocking(compare_packages, first, second)
        if self.files == [first, second]:
            self.show_differences(found)

    def show_differences(self, found: Sequence[Difference]) -> None:
        """Fill the table."""
        self._model.removeRows(0, self._model.rowCount())
        for difference in found:
            sign, word, colour = WORDS[difference.change]
            texts = (f"{sign} {_(word)}", _(SECTIONS[difference.section]), difference.place, difference.first, difference.second)
            items = [QStandardItem(t.replace("\r", " ").replace("\n", " ")) for t in texts]
            for item in items:
                item.setData(difference.change.value, _CHANGE)
                item.setToolTip(item.text()[:600])
            if colour:
                items[0].setForeground(self._context.theme.colour(colour))
            self._model.appendRow(items)
        different = sum(d.change is not Change.SAME for d in found)
        self.summary.setText(ngettext("{n} difference.", "{n} differences.", different) if different else _("No difference."))
        set_tone(self.summary, "warn" if different else "good")


def _with_button(edit: QLineEdit, choose: object) -> QWidget:
    both = QWidget()
    layout = row(edit, button(_("Browse …"), choose))  # type: ignore[arg-type]
    both.setLayout(layout)
    return both
