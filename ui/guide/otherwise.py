"""The branch "This is not what I see": what the person may see instead, what to do then, and saying so to the record."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from station.model.path import Alternative
from ui.language import _
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import clear, paper, row
from ui.widgets.text import label
from ui.widgets.wrapping import WrappingButton


class Otherwise(QWidget):
    """Closed it is one button; open it lists the alternatives; one chosen tells what to do.

    `on_open` is told when it opens or closes, so that the card's own decision makes room for this one. What is not in the list
    is looked up in the catalogue of faults (`on_look_up`).
    """

    def __init__(self, alternatives: Sequence[Alternative], on_report: Callable[[str], None],
                 on_open: Callable[[bool], None], on_look_up: Callable[[], object]) -> None:
        super().__init__()
        self._on_open = on_open
        self._on_look_up = on_look_up
        self._alternatives = alternatives
        self._on_report = on_report
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._open = False
        self._show_closed()

    def toggle(self) -> None:
        """Open or close."""
        self._open = not self._open
        self._on_open(self._open)
        if self._open:
            self._show_choices()
        else:
            self._show_closed()

    def _show_closed(self) -> None:
        clear(self._layout)
        self._layout.addLayout(row(button(_("This is not what I see"), self.toggle, Weight.QUIET), None))

    def _show_choices(self) -> None:
        clear(self._layout)
        self._layout.addWidget(label(_("What do you see?"), Type.STRONG))
        for alternative in self._alternatives:
            self._layout.addWidget(WrappingButton(_(alternative.sees), partial(self._show_one, alternative)))
        self._layout.addWidget(WrappingButton(_("Something else: look up its code or words …"), self._on_look_up))
        self._layout.addLayout(row(button(_("Back"), self.toggle, Weight.QUIET), None))
        first = self._layout.itemAt(1)
        if first is not None and (widget := first.widget()) is not None:
            widget.setFocus()

    def _show_one(self, alternative: Alternative) -> None:
        clear(self._layout)
        frame, layout = paper("warn", pad=12)
        layout.addWidget(label(_(alternative.sees), Type.STRONG))
        layout.addWidget(label(_(alternative.then), Type.CARD))
        back = button(_("Back"), self._show_choices, Weight.QUIET)
        if alternative.code:
            code = alternative.code
            layout.addLayout(row(button(_("Yes, I see this"), lambda: self._on_report(code), Weight.PRIMARY), back, None))
        else:
            layout.addLayout(row(back, None))
        self._layout.addWidget(frame)
