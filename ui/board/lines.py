"""Breaks texts into lines that fit, once for each text and width."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QTextLayout

MOST_KEPT = 4000


class Breaker:
    """Remembers how texts were broken; times on tiles change each second, so the memory is emptied when it grows."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, int, int], tuple[str, ...]] = {}

    def forget(self) -> None:
        """Tiles have another size."""
        self._kept.clear()

    def one(self, text: str, font: QFont, width: int) -> str:
        """The text in one line, shortened in the middle where it must be (serials differ at their ends)."""
        found = self.lines(text, font, width, 1)
        return found[0] if found else ""

    def fits(self, text: str, font: QFont, width: int, most: int) -> bool:
        """Whether the text needs no shortening and no word of it is broken."""
        metrics = QFontMetrics(font)
        whole = all(metrics.horizontalAdvance(word) <= width for word in text.split())
        return whole and not any("…" in line and line not in text for line in self.lines(text, font, width, most))

    def lines(self, text: str, font: QFont, width: int, most: int) -> tuple[str, ...]:
        """At most so many lines; the last one is shortened where the text is longer."""
        key = (text, font.key(), width, most)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            found = self._kept[key] = _broken(text, font, width, most)
        return found


def _broken(text: str, font: QFont, width: int, most: int) -> tuple[str, ...]:
    metrics = QFontMetrics(font)
    if not text or most < 1:
        return ()
    if metrics.horizontalAdvance(text) <= width:
        return (text,)
    if most == 1:
        return (metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width),)
    layout = QTextLayout(text, font)
    lines: list[str] = []
    layout.beginLayout()
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        begin, length = line.textStart(), line.textLength()
        if len(lines) == most - 1:
            lines.append(metrics.elidedText(text[begin:].strip(), Qt.TextElideMode.ElideRight, width))
            break
        lines.append(text[begin:begin + length].strip())
    layout.endLayout()
    return tuple(lines)
