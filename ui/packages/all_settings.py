"""Every setting that is known, with search: path, name, headset and build, who can build it, how sure that is, and from
where.
"""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QRegularExpression, QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from station.model.words import N_
from station.package.schema import Engine, Kind, Schema, Setting, searchable, shipped
from ui.context import Context
from ui.language import _
from ui.packages.draft import Draft
from ui.packages.pages import has_field, page_of
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import row
from ui.widgets.table import table
from ui.widgets.text import label

COLUMNS = (N_("Setting"), N_("What it is"), N_("Headset and build"), N_("Built by"), N_("Known from"))
_ENGINES = {Engine.NATIVE: N_("HoloBench"), Engine.STORE: N_("with your store"), Engine.ICD: N_("ICD")}
_PATH = Qt.ItemDataRole.UserRole
_WORDS = Qt.ItemDataRole.UserRole + 1


class AllSettings(QWidget):
    """A table of the schema in use. `add` takes a setting without a page; `go` opens the page of one that has a page."""

    def __init__(self, context: Context, draft: Draft, add: Callable[[str], None], go: Callable[[str], None]) -> None:
        super().__init__()
        self._context, self._draft, self._add, self._go = context, draft, add, go
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Search all settings"))
        self.search.setAccessibleName(_("Search all settings"))
        self.search.setClearButtonEnabled(True)
        self._model = QStandardItemModel(0, len(COLUMNS))
        self._model.setHorizontalHeaderLabels([_(c) for c in COLUMNS])
        self.filtered = QSortFilterProxyModel()
        self.filtered.setSourceModel(self._model)
        self.filtered.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.filtered.setFilterRole(_WORDS)
        self.search.textChanged.connect(self._narrow)
        self.view = table(self.filtered, _("All settings"), context.theme.sizes, stretch=4)
        self.view.doubleClicked.connect(self._chosen)
        self.about = label("", Type.CAPTION, "soft")
        use = button(_("Use this setting"), self._use, Weight.PRIMARY, context.theme.icon("add", "on_accent"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 12, 8)
        layout.addWidget(label(_("All settings"), Type.HEADING))
        layout.addLayout(row(self.search))
        layout.addWidget(self.view, 1)
        layout.addWidget(self.about)
        layout.addLayout(row(None, use))
        self.view.selectionModel().currentRowChanged.connect(lambda now, _old: self._tell(now))
        self._shown = ""

    def refresh(self) -> None:
        """Fill the table, where the schema is another than before."""
        schema = self._draft.schema or shipped()
        if self._shown == schema.origin:
            return
        self._shown = schema.origin
        self._model.removeRows(0, self._model.rowCount())
        for setting in schema:
            if setting.leaf:
                self._model.appendRow(self._row(setting))
        for column, width in enumerate((430, 200, 190, 210)):
            self.view.setColumnWidth(column, width)
        self.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)

    def _narrow(self, text: str) -> None:
        """Only settings with all the words, in any order, in their path, name or help."""
        words = searchable(text).split()
        self.filtered.setFilterRegularExpression("".join(f"(?=.*{QRegularExpression.escape(w)})" for w in words))

    def _row(self, setting: Setting) -> list[QStandardItem]:
        builds = ", ".join(f"{'HL1' if h.value == 'hololens1' else 'HL2'} {b}".strip() for h, b in setting.builds.items()) or "–"
        engines = ", ".join(_(_ENGINES[e]) for e in Engine if e in setting.engines)
        doubt = f" · {_('experimental')}" if setting.experimental else ""
        items = [QStandardItem(t) for t in (setting.path, _(setting.title), builds, engines + doubt, setting.source)]
        for item in items:
            item.setData(setting.path, _PATH)
            item.setData(searchable(f"{setting.path} {_(setting.title)} {_(setting.help)}"), _WORDS)
            item.setEditable(False)
        return items

    def _tell(self, index: QModelIndex) -> None:
        setting = (self._draft.schema or shipped()).find(str(index.data(_PATH) or ""))
        if setting is None:
            return
        values = ", ".join(f"{n} = {t}" for n, t in setting.values.items())
        self.about.setText("  ".join(t for t in (_(setting.help), values, setting.csp) if t))

    def _use(self) -> None:
        self._chosen(self.view.currentIndex())

    def _chosen(self, index: QModelIndex) -> None:
        path = str(index.data(_PATH) or "")
        if not path:
            return
        if has_field(path):
            self._go(page_of(path))
        else:
            self._add(_with_keys(path, self._draft.schema or shipped()))


def _with_keys(path: str, schema: Schema) -> str:
    """The path with a key to fill in behind each item of a list: `VPNSetting[name]`."""
    steps = path.split("/")
    above = [schema.find("/".join(steps[:n])) for n in range(len(steps))]
    return "/".join(f"{step}[name]" if over is not None and over.kind is Kind.KEYED_LIST else step
                    for step, over in zip(steps, above, strict=True))
