"""The Records screen: who went through what, how it ended and what proves it; on paper, as files, and checked."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMarginsF, QSizeF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QShowEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QLineEdit, QSplitter, QTableView, QTextBrowser, QWidget

from station.journal import Journal, Verdict
from station.model.errors import JournalError
from station.model.faults import catalogue
from station.model.runs import Phase
from station.model.words import N_
from station.report import handover
from station.report.label import DEFAULT_SIZE, SIZES
from station.report.page import WORDS, page
from station.report.story import Story
from ui.context import Context, Kind
from ui.language import _, ngettext
from ui.missing import missing
from ui.records.desk import RecordsDesk
from ui.records.elsewhere import elsewhere, show_elsewhere
from ui.records.figures import Figures
from ui.records.labels import LabelDialog
from ui.records.model import COLUMNS, STATION, Found, RunModel
from ui.records.printing import certificate_pdf, labels_pdf, print_labels
from ui.records.shift import HandoverForm, HandoverNotice
from ui.widgets.ask import ask
from ui.widgets.buttons import Weight, button
from ui.widgets.columns import Columns
from ui.widgets.page import Page
from ui.widgets.paper import SPLIT, row
from ui.widgets.table import table

PERIODS = ((1, N_("Today and yesterday")), (7, N_("Seven days")), (31, N_("A month")), (0, N_("Everything")))
CERTIFICATE, TABLE = N_("Certificate (*.pdf *.html)"), N_("Table (*.csv)")


@dataclass(frozen=True)
class Kept:
    """What the screen carries over when it is built again."""

    text: str
    period: int
    phase: int
    printer: str


class RecordsScreen(Page):
    """See the module."""

    def __init__(self, context: Context, desk: RecordsDesk) -> None:
        verify = button(_("Check the record"), lambda: self._start(self._verify()), icon=context.theme.icon("check"))
        export = button(_("Export the record …"), self._export, icon=context.theme.icon("download"))
        hand_over = button(_("Hand over …"), lambda: self._start(self._give()))
        about = _("Everything here is read from the record; nothing is typed in and nothing can be changed.")
        super().__init__(_("Records"), about, (hand_over, export, verify))
        self._context, self._desk = context, desk
        self.printer = ""
        self.model = RunModel()
        self.found = Found(self.model)
        self.notice = HandoverNotice(lambda h: self._start(self._take(h)))
        self.elsewhere = elsewhere()
        self.figures = Figures()
        self.search, self.period, self.phase = QLineEdit(), QComboBox(), QComboBox()
        self.view = self._table()
        self.preview = QTextBrowser()
        self._fill()
        self.first = self.search

    # Building.

    def _fill(self) -> None:
        self.search.setPlaceholderText(_("Serial number, operator, or scan a label"))
        self.search.setAccessibleName(_("Search the runs"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self._narrow())
        for days, text in PERIODS:
            self.period.addItem(_(text), days)
        self.period.setAccessibleName(_("Period"))
        self.period.setCurrentIndex(1)
        self.period.activated.connect(lambda _index: self.read())
        self.phase.addItem(_("All outcomes"), None)
        for phase, (word, _glyph) in WORDS.items():
            self.phase.addItem(_(word), phase)
        self.phase.setAccessibleName(_("Outcome"))
        self.phase.activated.connect(lambda _index: self._narrow())
        self.preview.setAccessibleName(_("Certificate of the chosen run"))
        self.preview.setOpenLinks(False)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.view)
        split.addWidget(self.preview)
        split.setSizes([760, 460])
        split.setChildrenCollapsible(False)
        split.setHandleWidth(SPLIT)
        self.content.addWidget(self.notice)
        self.content.addWidget(self.elsewhere)
        self.content.addLayout(row(self.search, self.period, self.phase))
        self.content.addWidget(self.figures)
        self.content.addWidget(split, 1)
        icon = self._context.theme.icon
        self._offers = (button(_("Save a certificate …"), self._save_certificate, Weight.PRIMARY),
                        button(_("Save a table …"), self._save_table, icon=icon("download")),
                        button(_("Print labels …"), self._labels, icon=icon("print")))
        self.content.addLayout(row(*self._offers, None))

    def _table(self) -> QTableView:
        view = table(self.found, _("Runs"), self._context.theme.sizes)
        view.setTextElideMode(Qt.TextElideMode.ElideRight)
        growing = [n for n, column in enumerate(COLUMNS) if column.grows]
        self.columns = Columns(view, [column.width for column in COLUMNS], [column.rank for column in COLUMNS], growing)
        self.columns.leave_out((STATION,))
        view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        view.selectionModel().selectionChanged.connect(lambda _new, _old: self._preview())
        return view

    # Showing.

    def read(self) -> None:
        """Read the record anew."""
        self._context.tasks.start(self._read(), "records", self)

    async def _read(self) -> None:
        days = int(self.period.currentData())
        since = self._desk.clock.now() - timedelta(days=days) if days else None
        blocking = self._context.tasks.blocking
        self.model.put(await blocking(self._desk.read, since))
        shared = len({story.station for story in self.model.runs}) > 1
        self.columns.leave_out(() if shared else (STATION,))
        self._narrow()
        show_elsewhere(self.elsewhere, await blocking(self._desk.held_elsewhere))
        self.notice.show_handover(await blocking(self._desk.last_handover))

    def _narrow(self) -> None:
        phase = self.phase.currentData()
        self.found.narrow(Phase(phase) if phase else None, self.search.text())
        shown = self.found.shown()
        self.figures.count(shown)
        for offer in self._offers:
            offer.setEnabled(bool(shown))
        self._preview()

    def chosen(self) -> tuple[Story, ...]:
        """The runs that are selected, or all in sight where none is."""
        rows = sorted({i.row() for i in self.view.selectionModel().selectedRows()})
        return self.found.stories(rows) if rows else self.found.shown()

    def _preview(self) -> None:
        rows = sorted({i.row() for i in self.view.selectionModel().selectedRows()})
        told = self.found.stories(rows[:1])
        self.preview.setHtml(self._html(told) if told else "")
        self.preview.setVisible(bool(told))

    def _html(self, told: tuple[Story, ...]) -> str:
        manner = self._desk.manner(SIZES[DEFAULT_SIZE])
        return page(told, catalogue(), manner.made_at, manner.translate, language=manner.language, practice=manner.practice)

    # Files and paper.

    def _save_certificate(self) -> None:
        told = self.chosen()
        name = f"{told[0].serial}.pdf" if len(told) == 1 else "batch.pdf"
        self._choose(_("Save a certificate"), name, _(CERTIFICATE), lambda file: self._certificate(told, file))

    async def _certificate(self, told: tuple[Story, ...], file: Path) -> None:
        if file.suffix.casefold() == ".pdf":
            title = told[0].serial if len(told) == 1 else _("Batch")
            await self._context.tasks.blocking(certificate_pdf, self._html(told), title, file)
        else:
            await self._save(told, file)
        self._said(file)

    def _save_table(self) -> None:
        told = self.chosen()
        self._choose(_("Save a table"), "runs.csv", _(TABLE), lambda file: self._table_file(told, file))

    async def _table_file(self, told: tuple[Story, ...], file: Path) -> None:
        await self._save(told, file)
        self._said(file)

    async def _save(self, told: tuple[Story, ...], file: Path) -> None:
        await self._context.tasks.blocking(self._desk.save, told, file, self._desk.manner(SIZES[DEFAULT_SIZE]))

    def _labels(self) -> None:
        told = self.chosen()
        asked = LabelDialog(self, lambda size: self._desk.labels(told, size), self.printer)
        asked.on_choice = lambda where: self._print(told, asked, where)
        asked.open()

    def _print(self, told: tuple[Story, ...], asked: LabelDialog, where: str) -> None:
        self.printer = asked.address.text().strip()
        labels, size = asked.labels, asked.size
        blocking = self._context.tasks.blocking

        async def zebra() -> None:
            await blocking(self._desk.send_labels, labels, self.printer)
            await self._printed(told, self.printer)

        async def pdf(file: Path) -> None:
            await blocking(labels_pdf, labels, _("Labels"), file)
            await self._printed(told, file.name)

        async def zpl(file: Path) -> None:
            await blocking(self._desk.save, told, file, self._desk.manner(size))
            await self._printed(told, file.name)

        if where == "zebra":
            self._start(zebra())
        elif where == "system":
            self._system_printer(told, asked)
        elif where == "pdf":
            self._choose(_("Save as PDF"), "labels.pdf", "PDF (*.pdf)", pdf)
        else:
            self._choose(_("Save as ZPL"), "labels.zpl", "ZPL (*.zpl)", zpl)

    def _system_printer(self, told: tuple[Story, ...], asked: LabelDialog) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        size = QPageSize(QSizeF(asked.size.width, asked.size.height), QPageSize.Unit.Millimeter)
        printer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
        printer.setFullPage(True)
        chooser = QPrintDialog(printer, self)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def accepted() -> None:
            print_labels(asked.labels, printer)
            self._start(self._printed(told, printer.printerName()))

        chooser.accepted.connect(accepted)
        QDialog.open(chooser)     # PySide knows only the overload of QPrintDialog that wants a slot

    async def _printed(self, told: tuple[Story, ...], how: str) -> None:
        await self._context.tasks.blocking(self._desk.note_print, told, how, self._context.preferences.operator)
        said = ngettext("{n} label", "{n} labels", len(told))
        self._context.shell.notify(f"{said} → {how}", Kind.GOOD)

    def _export(self) -> None:
        self._choose(_("Export the record"), "record.ndjson", _("Record (*.ndjson *.csv)"), self._exported)

    async def _exported(self, file: Path) -> None:
        rows = await self._context.tasks.blocking(self._desk.export, file)
        self._context.shell.notify(_("{rows} rows written to {file}").format(rows=rows, file=file), Kind.GOOD)

    def _choose(self, title: str, name: str, kinds: str, work: Callable[[Path], Coroutine[Any, Any, None]]) -> None:
        dialog = QFileDialog(self, title, name, kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda file: self._start(work(Path(file))))
        dialog.open()

    def _said(self, file: Path) -> None:
        self._context.shell.notify(_("Saved: {file}").format(file=file), Kind.GOOD)

    # The record and the shift.

    async def _verify(self) -> None:
        verdict = await self._context.tasks.blocking(self._desk.verify)
        self.show_verdict(verdict)

    def show_verdict(self, verdict: Verdict) -> None:
        """Say what the check of the record found."""
        if verdict.sound:
            said = _("The record is what was written: {rows} rows.").format(rows=verdict.rows)
            self._context.shell.notify(said, Kind.GOOD)
        else:
            first = verdict.findings[0]
            where = f"{first.station} {first.seq}: {first.about}" if first.seq else first.about
            self._context.shell.show_error(JournalError("journal.chain-broken", where))

    async def _give(self) -> None:
        tiles = self._context.live.board.tiles()
        form = HandoverForm(self._context.preferences.operator, handover.left(tiles))
        if await ask(self, _("Hand over"), _("The next person sees this until it is taken over."), _("Hand over"), content=form):
            giver, note = form.giver.text().strip(), form.note.toPlainText().strip()
            await self._context.tasks.blocking(handover.give, self._desk.journal, tiles, giver, note, self._now())
            await self._read()

    async def _take(self, given: handover.Handover) -> None:
        operator = self._context.preferences.operator
        await self._context.tasks.blocking(handover.take, self._desk.journal, given, operator or "–", self._now())
        await self._read()

    def _now(self) -> datetime:
        return self._desk.clock.now()

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        self._context.tasks.start(work, "records")

    # Qt and the window.

    def open_at(self, about: Mapping[str, str]) -> None:
        """Show one serial or a scanned label."""
        self.search.setText(about.get("serial", ""))

    def keep(self) -> Kept:
        """What is carried over to the next screen."""
        return Kept(self.search.text(), self.period.currentIndex(), self.phase.currentIndex(), self.printer)

    def restore(self, kept: object) -> None:
        """Take over what another screen kept."""
        if isinstance(kept, Kept):
            self.period.setCurrentIndex(kept.period)
            self.phase.setCurrentIndex(kept.phase)
            self.search.setText(kept.text)
            self.printer = kept.printer

    def showEvent(self, event: QShowEvent) -> None:
        self.read()
        super().showEvent(event)


def build(context: Context) -> QWidget:
    """The screen of the registry; a window without a journal says what is missing."""
    journal = context.service("journal", Journal)
    if journal is None:
        return missing(context, "records", "journal.missing")
    return RecordsScreen(context, RecordsDesk(journal, context.bench.clock, context.practice))
