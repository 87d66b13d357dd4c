"""How many slots are in which quiet state: glyph and number, with the words for those who ask or listen."""

from collections.abc import Mapping

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from station.model.words import StateWord
from ui.language import _
from ui.theme.marks import MARKS
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.text import label

SHOWN = (StateWord.DONE, StateWord.READY, StateWord.WORKING, StateWord.RESTARTING, StateWord.WAITING_FOR_CLOUD,
         StateWord.SKIPPED)


class Tally(QWidget):
    """One pair a state; states that no slot is in are left out."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self._pairs: dict[StateWord, tuple[QLabel, QLabel]] = {}
        for word in SHOWN:
            mark = QLabel()
            mark.setPixmap(theme.glyph(MARKS[word].glyph, theme.tokens.states[word].ink, 22, self.devicePixelRatioF()))
            mark.setFixedSize(QSize(24, 24))
            number = label("", Type.STRONG, wrap=False)
            layout.addWidget(mark)
            layout.addWidget(number)
            layout.addSpacing(6)
            self._pairs[word] = (mark, number)

    def show_counts(self, counts: Mapping[StateWord, int]) -> None:
        """Show these counts."""
        said = []
        for word, (mark, number) in self._pairs.items():
            count = counts.get(word, 0)
            mark.setVisible(count > 0)
            number.setVisible(count > 0)
            number.setText(str(count))
            text = f"{_(MARKS[word].word)}: {count}"
            for widget in (mark, number):
                widget.setToolTip(text)
            if count:
                said.append(text)
        self.setAccessibleName(", ".join(said))
