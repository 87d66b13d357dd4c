"""The editor: pages on the left, fields in the middle, what the lint says on the right, as somebody types."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QListWidget, QListWidgetItem, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from station.package import settings as s
from station.package.lint import Finding
from ui.context import Context
from ui.language import _
from ui.packages.all_settings import AllSettings
from ui.packages.draft import Around, Draft
from ui.packages.findings import FindingList
from ui.packages.pages import PAGES, PageSpec, Section, page_of
from ui.packages.secret_field import vault_of
from ui.packages.value_form import ValueForm
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import SPLIT, clear, paper, row, scrolled
from ui.widgets.text import label

LINT_AFTER_MS = 250
NARROW, USUAL_SIDES, NARROW_SIDES = 1000, (250, 350), (64, 250)
"""Below which width the page list shows icons only; and the widths of page list and findings."""
BEGINNINGS: dict[type, Callable[[], Any]] = {
    s.WifiNetwork: lambda: s.WifiNetwork(""), s.WifiProfile: lambda: s.WifiProfile(""),
    s.Certificate: lambda: s.Certificate("", ""), s.ClientCertificate: lambda: s.ClientCertificate("", ""),
    s.EntraJoin: lambda: s.EntraJoin(""),
    s.Enrolment: lambda: s.Enrolment(""), s.LocalUser: lambda: s.LocalUser(""), s.DeviceName: lambda: s.DeviceName("HL-%SERIAL%"),
    s.App: lambda: s.App("", ""), s.Policy: lambda: s.Policy("", "", 1), s.OtherSetting: lambda: s.OtherSetting(""),
    s.Edition: s.Edition, s.Kiosk: s.Kiosk, s.AccountManagement: s.AccountManagement, s.Developer: s.Developer,
    s.FirstExperience: s.FirstExperience}
"""What a group holds when it is added."""


class Editor(QWidget):
    """See the module. `draft` outlives the widget; `around` gives the packages around it."""

    def __init__(self, context: Context, draft: Draft, around: Callable[[], Around]) -> None:
        super().__init__()
        self._context, self.draft, self._around = context, draft, around
        self.pages = QListWidget()
        self.pages.setAccessibleName(_("Pages"))
        self.pages.setIconSize(QSize(22, 22))
        self.stack = QStackedWidget()
        self.findings = FindingList(context.theme, self.show_place)
        self.pages.setMinimumWidth(NARROW_SIDES[0])
        self.findings.setMinimumWidth(NARROW_SIDES[1])
        self._built: dict[int, int] = {}
        for spec in PAGES:
            self._add_page(spec.title, spec.icon)
            self.stack.addWidget(QWidget())
        self._add_page("All settings", "search")
        self.catalogue = AllSettings(context, draft, self._add_setting, self.show_page)
        self.stack.addWidget(self.catalogue)
        self.pages.currentRowChanged.connect(self._show)
        self._narrow: bool | None = None
        self._split = split = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.pages, self.stack, self.findings):
            split.addWidget(part)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(SPLIT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.addWidget(split)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LINT_AFTER_MS)
        self._timer.timeout.connect(self.judge)
        self.pages.setCurrentRow(0)
        self.judge()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the two sides give way, so that no field is cut."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW * self._context.theme.sizes.text
        if narrow is not self._narrow:
            self._narrow = narrow
            sides = NARROW_SIDES if narrow else USUAL_SIDES
            self._split.setSizes([sides[0], self.width() - sum(sides), sides[1]])

    def _add_page(self, title: str, icon: str) -> None:
        item = QListWidgetItem(self._context.theme.icon(icon), _(title))
        item.setToolTip(_(title))
        item.setSizeHint(QSize(0, self._context.theme.sizes.target))
        self.pages.addItem(item)

    # Showing.

    def show_page(self, key: str) -> None:
        """Open a page by its key."""
        keys = [p.key for p in PAGES]
        if key in keys:
            self.pages.setCurrentRow(keys.index(key))

    def show_place(self, finding: Finding) -> None:
        """Open the page where a finding can be mended."""
        self.show_page(page_of(finding.where))

    def reload(self) -> None:
        """Show other settings than before."""
        self._built.clear()
        self._show(self.pages.currentRow())
        self.judge()

    def _show(self, number: int) -> None:
        if 0 <= number < len(PAGES) and self._built.get(number) != id(self.draft.settings):
            self._fill(number, PAGES[number])
        elif number == len(PAGES):
            self.catalogue.refresh()
        self.findings.setVisible(number < len(PAGES))
        self.stack.setCurrentIndex(number)

    def _fill(self, number: int, spec: PageSpec) -> None:
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 8, 12)
        layout.setSpacing(14)
        layout.addWidget(label(_(spec.title), Type.HEADING))
        for section in spec.sections:
            layout.addWidget(SectionCard(self._context, self.draft, section, self._changed))
        layout.addStretch(1)
        old = self.stack.widget(number)
        self.stack.insertWidget(number, scrolled(inside))
        if old is not None:
            self.stack.removeWidget(old)
            old.deleteLater()
        self._built[number] = id(self.draft.settings)

    # Changing.

    def _changed(self) -> None:
        number = self.pages.currentRow()
        self._built = {number: id(self.draft.settings)}
        self._timer.start()

    def _add_setting(self, path: str) -> None:
        """A setting of the catalogue that has no page of its own."""
        parts = path.split("/")
        if parts[0] == "Policies" and len(parts) == 3:
            added = replace(self.draft.settings, policy=(*self.draft.settings.policy, s.Policy(parts[1], parts[2], 1)))
        else:
            added = replace(self.draft.settings, setting=(*self.draft.settings.setting, s.OtherSetting(path)))
        self.draft.set(added)
        self._built.clear()
        self.show_page("policies" if parts[0] == "Policies" else "others")
        self.judge()

    # Judging.

    def judge(self) -> None:
        """Ask the lint in a thread and show what it says, unless the settings changed meanwhile."""
        self._context.tasks.start(self._judge(), "lint", self)

    async def _judge(self) -> None:
        revision = self.draft.revision
        vault = vault_of(self._context)
        today = self._context.bench.clock.now().date()
        found = await self._context.tasks.blocking(self.draft.judge, today, vault.get if vault else None, self._around())
        if revision == self.draft.revision:
            self.findings.show_findings(found)
            self._mark_pages(found)

    def _mark_pages(self, found: Sequence[Finding]) -> None:
        wrong = {page_of(f.where) for f in found if f.severity.value == "error"}
        for number, spec in enumerate(PAGES):
            item = self.pages.item(number)
            bad = spec.key in wrong
            item.setIcon(self._context.theme.icon("error" if bad else spec.icon, "danger" if bad else "ink"))
            item.setToolTip(_("There are errors on this page.") if bad else _(spec.title))


class SectionCard(QWidget):
    """One section: a value, a value that can be absent, or a list of values."""

    def __init__(self, context: Context, draft: Draft, section: Section, changed: Callable[[], None]) -> None:
        super().__init__()
        self._context, self._draft, self._section, self._changed = context, draft, section, changed
        frame, self._layout = paper("card")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self._build()

    def _value(self) -> Any:
        return getattr(self._draft.settings, self._section.field)

    def _set(self, value: Any) -> None:
        self._draft.set(replace(self._draft.settings, **{self._section.field: value}))
        self._changed()

    def _build(self) -> None:
        clear(self._layout)
        section = self._section
        if section.optional:
            box = QCheckBox(_(section.title))
            box.setChecked(self._value() is not None)
            box.toggled.connect(self._toggle)
            self._layout.addWidget(box)
        else:
            self._layout.addWidget(label(_(section.title), Type.STRONG))
        if section.about and (section.many or self._value() is not None):
            self._layout.addWidget(label(_(section.about), Type.CAPTION, "warn"))
        if section.many:
            self._build_items()
        elif self._value() is not None:
            self._layout.addWidget(ValueForm(self._context, self._draft, self._value(), self._set))

    def _toggle(self, on: bool) -> None:
        self._set(BEGINNINGS[self._section.kind]() if on else None)
        QTimer.singleShot(0, self, self._build)

    def _build_items(self) -> None:
        for number, value in enumerate(self._value()):
            frame, layout = paper("flat")
            remove = button(_("Remove"), partial(self._remove, number), Weight.QUIET, self._context.theme.icon("remove"),
                            _("Remove number {n}").format(n=number + 1))
            layout.addLayout(row(label(f"{number + 1}", Type.HEADING, wrap=False), None, remove))
            layout.addWidget(ValueForm(self._context, self._draft, value, partial(self._replace, number)))
            self._layout.addWidget(frame)
        self._layout.addWidget(button(_("Add"), self._add, icon=self._context.theme.icon("add"),
                                      name=_("Add to {list}").format(list=_(self._section.title))))

    def _add(self) -> None:
        self._set((*self._value(), BEGINNINGS[self._section.kind]()))
        QTimer.singleShot(0, self, self._build)

    def _remove(self, number: int) -> None:
        self._set(tuple(v for n, v in enumerate(self._value()) if n != number))
        QTimer.singleShot(0, self, self._build)

    def _replace(self, number: int, value: Any) -> None:
        self._set(tuple(value if n == number else v for n, v in enumerate(self._value())))
