"""The dialog for labels: stock, preview, and where to: system printer, label printer, PDF or ZPL file."""

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QSizePolicy, QWidget

from station.report.label import DEFAULT_SIZE, SIZES, Label, Size
from ui.language import _, ngettext
from ui.records.printing import paint
from ui.widgets.ask import dialog
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field
from ui.widgets.paper import row

WIDTH = 680
"""Of the dialog: the longest buttons stand beside each other in every language."""


class Preview(QWidget):
    """The first label as it will be printed."""

    def __init__(self) -> None:
        super().__init__()
        self._label: Label | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Preview of the label"))

    def show_label(self, label: Label) -> None:
        """Show this one."""
        self._label = label
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(560, 280)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._label is None:
            return
        size = self._label.size
        scale = min((self.width() - 2) / size.width, (self.height() - 2) / size.height)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate((self.width() - size.width * scale) / 2, (self.height() - size.height * scale) / 2)
        paint(painter, self._label, scale)
        painter.end()


class LabelDialog:
    """Asks stock and destination; the screen does the printing. `lay_out` gives the labels of a stock."""

    def __init__(self, parent: QWidget, lay_out: Callable[[Size], tuple[Label, ...]], printer: str) -> None:
        self._lay_out = lay_out
        self.labels = lay_out(SIZES[DEFAULT_SIZE])
        self.window, layout = dialog(parent, _("Print labels"), ngettext("{n} label", "{n} labels", len(self.labels)))
        self.window.setMinimumWidth(WIDTH)
        self.stock = QComboBox()
        for key, size in SIZES.items():
            self.stock.addItem(f"{size.width:g} × {size.height:g} mm", key)
        self.stock.setCurrentIndex(self.stock.findData(DEFAULT_SIZE))
        self.stock.activated.connect(lambda _index: self._chosen())
        self.preview = Preview()
        self.address = QLineEdit(printer)
        self.address.setPlaceholderText("192.0.2.17:9100")
        layout.addWidget(Field(_("Label stock"), self.stock))
        layout.addWidget(self.preview, 1)
        where = _("A ZPL printer; port 9100 unless you name another.")
        layout.addWidget(Field(_("Address of the label printer"), self.address, where))
        self._buttons = {
            "zebra": button(_("Send to the label printer"), lambda: self._go("zebra"), Weight.PRIMARY),
            "system": button(_("System printer …"), lambda: self._go("system")),
            "pdf": button(_("Save as PDF …"), lambda: self._go("pdf")),
            "zpl": button(_("Save as ZPL …"), lambda: self._go("zpl")),
        }
        zebra, system, pdf, zpl = self._buttons.values()
        layout.addLayout(row(zebra, system, None))
        layout.addLayout(row(pdf, zpl, None, button(_("Close"), self.window.reject, Weight.QUIET)))
        self.on_choice: Callable[[str], None] = _nothing
        self.address.textChanged.connect(lambda _text: self._offer())
        self._chosen()
        self._offer()

    @property
    def size(self) -> Size:
        """The chosen stock."""
        return SIZES[str(self.stock.currentData())]

    def open(self) -> None:
        """Show it over the window."""
        self.window.open()

    def _chosen(self) -> None:
        self.labels = self._lay_out(self.size)
        self.preview.show_label(self.labels[0])

    def _offer(self) -> None:
        self._buttons["zebra"].setEnabled(bool(self.address.text().strip()))

    def _go(self, where: str) -> None:
        self.window.done(QDialog.DialogCode.Accepted)
        self.on_choice(where)


def _nothing(where: str) -> None:
    """Nobody listens yet."""
