"""The Registrations screen: a table of serials with their live state, what can be done with them, and why some cannot go on."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from station.journal import Journal
from station.links.graph.client import GraphClient
from station.model.faults import catalogue
from ui.context import Context
from ui.language import _, ngettext
from ui.missing import missing
from ui.registrations.actions import Actions, Choice, Offer
from ui.registrations.desk import RegistrationDesk
from ui.registrations.details import Details
from ui.registrations.filters import Filters
from ui.registrations.lines import Line
from ui.registrations.model import COLUMNS, REASON_COLUMN, Filtered, LineModel
from ui.registrations.work import Work
from ui.tenant.banner import SignInBanner
from ui.widgets.ask import ask
from ui.widgets.buttons import Weight, button
from ui.widgets.columns import Columns
from ui.widgets.empty import Empty
from ui.widgets.flow import Flow
from ui.widgets.page import Page
from ui.widgets.paper import SPLIT, row
from ui.widgets.table import table
from ui.widgets.text import label

LOOK_S = 20.0
LEAST_S = 0.5
SUFFIXES = (".csv", ".txt", ".tsv", ".zip")


@dataclass(frozen=True)
class Kept:
    """What the screen carries over when it is built again."""

    work: Work
    tag: str
    change_tags: bool
    approval: bool


class RegistrationsScreen(Page):
    """See the module. `work` is what lasts; everything else is made again with language and theme."""

    def __init__(self, context: Context, work: Work) -> None:
        files = button(_("Add files …"), lambda: self._choose_files(), icon=context.theme.icon("add"))
        bench = button(_("Harvested on this bench"), lambda: self._start(self.work.add_harvested(self._bench_tag())),
                       icon=context.theme.icon("headset"))
        about = _("Drop hash files, a headset's zip or a folder here. Nothing is sent before you say so.")
        super().__init__(_("Registrations"), about, (bench, files))
        self.work = work
        self._context = context
        self.setAcceptDrops(True)
        self.model = LineModel(context.theme)
        self.shown = Filtered(self.model)
        self.filters = Filters(self._refilter)
        self.details = Details()
        self.offers = Actions(context.theme, self._choices())
        self.banner = SignInBanner(context.theme, lambda: context.shell.go("tenant", purpose="register"))
        self.tag = QLineEdit()
        self.change_tags = QCheckBox(_("Also change the tag of registered devices"))
        self.approval = QCheckBox(_("A lead releases what is sent"))
        self._fill()
        self._watching: asyncio.Task[Any] | None = None
        self._attach()

    # Building.

    def _fill(self) -> None:
        self.tag.setPlaceholderText(_("as in the file"))
        self.tag.setAccessibleName(_("Group tag"))
        self.tag.setMinimumWidth(200)
        self.tag.setMaximumWidth(220)
        self.approval.toggled.connect(lambda _on: self._refresh())
        options = Flow(gap=14)
        for widget in (label(_("Group tag"), wrap=False), self.tag, self.change_tags, self.approval):
            options.add(widget)
        self.content.addWidget(self.banner)
        self.content.addWidget(options)
        self.content.addWidget(self.filters)
        self.view = self._table()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.view)
        split.addWidget(self.details)
        split.setStretchFactor(0, 1)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(SPLIT)
        self._stack = QStackedWidget()
        self._stack.addWidget(Empty(self._context.theme, "registrations", _("No hashes yet"),
                                    _("Drop files here, or take what this bench has harvested."),
                                    button(_("Add files …"), self._choose_files, Weight.PRIMARY)))
        self._stack.addWidget(split)
        self.content.addWidget(self._stack, 1)
        self.content.addWidget(self._progress())
        self.content.addWidget(self.offers)

    def _table(self) -> QTableView:
        view = table(self.shown, _("Devices"), self._context.theme.sizes)
        view.setTextElideMode(Qt.TextElideMode.ElideRight)
        Columns(view, [column.width for column in COLUMNS], range(len(COLUMNS)), (REASON_COLUMN,))
        view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        view.selectionModel().selectionChanged.connect(lambda _new, _old: self._refresh())
        view.selectionModel().currentRowChanged.connect(lambda _new, _old: self._refresh())
        return view

    def _progress(self) -> QWidget:
        strip = QWidget()
        layout = QVBoxLayout(strip)
        layout.setContentsMargins(0, 0, 0, 0)
        self._said = label("", tone="soft")
        self._bar = QProgressBar()
        self._bar.setAccessibleName(_("Progress of the registration"))
        self._stop = button(_("Stop watching"), lambda: self.work.desk.stop(), Weight.QUIET)
        layout.addLayout(row(self._said, None, self._stop))
        layout.addWidget(self._bar)
        return strip

    def _choices(self) -> tuple[Choice, ...]:
        start = self._start
        return (
            Choice("register", "upload", self._register, Weight.PRIMARY),
            Choice("plan", "eye", lambda: start(self._plan())),
            Choice("look", "sync", lambda: start(self.work.look_up(self.meant()))),
            Choice("drain", "play", lambda: start(self.work.drain())),
            Choice("release", "check", lambda: start(self.work.release(self.meant()))),
            Choice("withdraw", "cancel", lambda: start(self._withdraw())),
            Choice("save", "download", lambda: self._save_to(
                _("Save for Intune"), "hashes.csv", lambda lines, path: self.work.save(lines, path))),
            Choice("refusals", "file", lambda: self._save_to(
                _("Save what needs attention"), "refused.csv", lambda lines, path: self.work.save_refusals(lines, path))),
            Choice("drop", "remove", self._drop),
        )

    def _attach(self) -> None:
        self.work.on_lines = self._put
        self.work.on_busy = self._refresh
        self._put(tuple(self.work.lines.values()))

    # What is meant.

    def chosen(self) -> tuple[Line, ...]:
        """The lines that are selected."""
        return self.shown.lines_of(sorted({i.row() for i in self.view.selectionModel().selectedRows()}))

    def meant(self) -> tuple[Line, ...]:
        """What an action is about: the selected lines, or all in sight where none is selected."""
        return self.chosen() or self.shown.shown()

    def _bench_tag(self) -> str:
        """The group tag of the bench, where all its blueprints agree on one."""
        tags = {b.group_tag for b in self._context.bench.blueprints.values() if b.group_tag}
        return tags.pop() if len(tags) == 1 else ""

    def _tag(self) -> str | None:
        return self.tag.text().strip() or None

    # Showing.

    def _put(self, lines: Sequence[Line]) -> None:
        self.model.put(lines)
        self._refresh()

    def _refilter(self) -> None:
        self.shown.show_only(self.filters.group, self.filters.text)
        self._refresh()

    def _refresh(self) -> None:
        self._stack.setCurrentIndex(1 if self.model.rowCount() else 0)
        self.filters.count(self.model.totals)
        rows = sorted({self.shown.mapToSource(i).row() for i in self.view.selectionModel().selectedRows()})
        current = self.view.currentIndex()
        self.details.show_line(self.shown.lines_of([current.row()])[0] if current.isValid() and rows else None)
        tally = self.model.tally(rows) if rows else self.shown.tally()
        self.offers.offer(Offer(tally, bool(rows), self.work.busy, self.approval.isChecked()))
        self.banner.show_need(self.work.need)
        done, total = self.work.progress()
        for widget in (self._bar, self._stop):
            widget.setVisible(self.work.busy)
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)
        self._said.setText(self._saying(done, total))

    def _saying(self, done: int, total: int) -> str:
        if self.work.need is not None:
            return _("Paused until somebody signs in: {done} of {total} settled.").format(done=done, total=total)
        if self.work.busy:
            return _("Registering: {done} of {total} settled.").format(done=done, total=total)
        if self.work.trouble is not None:
            why = _(catalogue().explain(self.work.trouble.code).title)
            return _("The state in the cloud is not known at the moment: {why}").format(why=why)
        return ""

    # Doing.

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return self._context.tasks.start(work, "registrations")

    async def _watch(self) -> None:
        """While the screen is in sight: look up what is under way and belongs to no job here."""
        while True:
            await asyncio.sleep(max(LEAST_S, LOOK_S / self._context.bench.clock.speed))
            await self.work.watch()

    def _register(self) -> None:
        lines = self.meant()
        if self.approval.isChecked():
            self._start(self.work.submit(lines, self._tag()))
        else:
            self._start(self.work.register(lines, self._tag(), self.change_tags.isChecked()))

    async def _plan(self) -> None:
        plan = await self.work.plan(self.meant(), self._tag())
        calls = QPlainTextEdit("\n".join(plan.calls(self.change_tags.isChecked())) or _("Nothing would be sent."))
        calls.setReadOnly(True)
        calls.setAccessibleName(_("Calls"))
        calls.setMinimumSize(640, 220)
        known = len(plan.standings) - len(plan.send)
        text = " ".join((ngettext("{n} unit would be sent.", "{n} units would be sent.", len(plan.send)),
                         ngettext("{n} is registered or under way already.", "{n} are registered or under way already.", known)))
        if await ask(self, _("Dry run"), text, _("Register now"), _("Close"), content=calls) and plan.send:
            self._register()

    async def _withdraw(self) -> None:
        reason = QLineEdit()
        reason.setAccessibleName(_("Reason"))
        lines = self.meant()
        if await ask(self, _("Turn down"), _("Say why; the technician reads it."), _("Turn down"), danger=True, content=reason):
            await self.work.withdraw(lines, reason.text().strip())

    def _drop(self) -> None:
        lines = self.chosen()
        self.work.drop(lines)
        self.model.drop(frozenset(line.key for line in lines))
        self._refresh()

    def _choose_files(self) -> None:
        dialog = QFileDialog(self, _("Add files"), "", _("Hash files and diagnostics (*.csv *.txt *.tsv *.zip);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda files: self.add([Path(f) for f in files]))
        dialog.open()

    def _save_to(self, title: str, name: str, save: Callable[[tuple[Line, ...], Path], Coroutine[Any, Any, None]]) -> None:
        lines = self.meant()
        dialog = QFileDialog(self, title, name, "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda file: self._start(save(lines, Path(file))))
        dialog.open()

    def add(self, paths: list[Path]) -> None:
        """Read files, as if they had been dropped."""
        self._start(self.work.add_files(paths))

    # Qt and the window.

    def open_at(self, about: Mapping[str, str]) -> None:
        """Show one serial."""
        self.filters.search(about.get("serial", ""))

    def keep(self) -> Kept:
        """What is carried over to the next screen."""
        return Kept(self.work, self.tag.text(), self.change_tags.isChecked(), self.approval.isChecked())

    def restore(self, kept: object) -> None:
        """Take over what another screen kept."""
        if isinstance(kept, Kept):
            self.work = kept.work
            self.tag.setText(kept.tag)
            self.change_tags.setChecked(kept.change_tags)
            self.approval.setChecked(kept.approval)
            self._attach()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(_welcome(Path(url.toLocalFile())) for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls()]
        event.acceptProposedAction()
        self.add([p for p in paths if _welcome(p)])

    def showEvent(self, event: QShowEvent) -> None:
        self._start(self.work.add_queue())
        if self._watching is None:
            self._watching = self._start(self._watch())
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        super().hideEvent(event)


def _welcome(path: Path) -> bool:
    return path.is_dir() or path.suffix.casefold() in SUFFIXES


def build(context: Context) -> QWidget:
    """The screen of the registry; a window without a journal says what is missing."""
    journal = context.service("journal", Journal)
    if journal is None:
        return missing(context, "registrations", "journal.missing")
    desk = RegistrationDesk(context.service("graph", GraphClient), journal, context.bench.clock, data_folder(context),
                            lambda: context.preferences.operator)
    return RegistrationsScreen(context, Work(desk, context.tasks, context.shell))


def data_folder(context: Context) -> Path:
    """Where the station keeps its files."""
    from ui.compositions import DATA

    return Path(context.places.get(DATA, "."))
