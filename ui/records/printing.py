"""Reports on paper: certificates as PDF, labels drawn by one painter for PDF, system printer and preview."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPagedPaintDevice, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument

from station.model.errors import JournalError
from station.report.label import Bars, Item, Label, Matrix, Text, qr
from station.report.svg import CAPITALS, bars, runs

DPI = 300
MM_PER_INCH = 25.4


def certificate_pdf(html: str, title: str, file: Path) -> None:
    """The certificate's HTML as PDF on A4. Raises JournalError `report.not-written`."""
    made = QBuffer()
    writer = _pdf(made, title, QPageSize(QPageSize.PageSizeId.A4))
    document = QTextDocument()
    document.setDefaultFont(QFont("Noto Sans", 10))
    document.setHtml(html)
    document.print_(writer)      # with margins of 2 cm and page numbers, as Qt does where no page size is set
    _keep(made, file)


def labels_pdf(labels: Sequence[Label], title: str, file: Path) -> None:
    """Labels as PDF, one a page of its own size. Raises JournalError `report.not-written`."""
    size = labels[0].size
    made = QBuffer()
    print_labels(labels, _pdf(made, title, QPageSize(QSizeF(size.width, size.height), QPageSize.Unit.Millimeter)))
    _keep(made, file)


def print_labels(labels: Sequence[Label], device: QPagedPaintDevice) -> None:
    """Draw labels on a paged device (PDF writer, system printer), one a page."""
    painter = QPainter(device)
    try:
        for n, label in enumerate(labels):
            if n:
                device.newPage()
            paint(painter, label, device.logicalDpiX() / MM_PER_INCH)
    finally:
        painter.end()


def paint(painter: QPainter, label: Label, scale: float) -> None:
    """Draw one label at the origin, `scale` device pixels a millimetre."""
    painter.save()
    painter.scale(scale, scale)
    painter.fillRect(QRectF(0, 0, label.size.width, label.size.height), QColor(Qt.GlobalColor.white))
    for item in label.items:
        _paint(painter, item)
    painter.restore()


def _paint(painter: QPainter, item: Item) -> None:
    black = QColor(Qt.GlobalColor.black)
    if isinstance(item, Text):
        _text(painter, item)
    elif isinstance(item, Bars):
        for at, width in bars(item.text):
            painter.fillRect(QRectF(item.x + at * item.module, item.y, width * item.module, item.height), black)
    elif isinstance(item, Matrix):
        rows = qr(item.text)
        side = item.size / len(rows)
        for x, y, length in runs(rows):
            painter.fillRect(QRectF(item.x + x * side, item.y + y * side, length * side, side), black)


def _text(painter: QPainter, item: Text) -> None:
    if item.inverse:
        painter.fillRect(QRectF(item.x, item.y, item.width, item.size), QColor(Qt.GlobalColor.black))
    painter.save()
    painter.translate(item.x + (item.size * 0.15 if item.inverse else 0), item.y + item.size * 0.8)
    unit = item.size * CAPITALS / 100
    painter.scale(unit, unit)    # fonts are set in whole pixels: large there, scaled down to millimetres
    font = QFont("Noto Sans")
    font.setPixelSize(100)
    font.setBold(item.strong)
    painter.setFont(font)
    painter.setPen(QColor(Qt.GlobalColor.white if item.inverse else Qt.GlobalColor.black))
    fits = painter.fontMetrics().elidedText(item.text, Qt.TextElideMode.ElideRight, int(item.width / unit))
    painter.drawText(QPointF(0, 0), fits)
    painter.restore()


def _pdf(made: QBuffer, title: str, size: QPageSize) -> QPdfWriter:
    made.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(made)
    writer.setResolution(DPI)
    writer.setTitle(title)
    writer.setCreator("HoloBench")
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(), QPageLayout.Unit.Millimeter))
    return writer


def _keep(made: QBuffer, file: Path) -> None:
    """Into the file in full or not at all: QPdfWriter tells nobody when it cannot write."""
    part = file.with_name(f"{file.name}.part")
    try:
        part.write_bytes(made.data().data())
        part.replace(file)
    except OSError as e:
        part.unlink(missing_ok=True)
        raise JournalError("report.not-written", f"{file}: {e.strerror}") from e
