"""A page: the frame that every screen but the board has: title, one line about it, actions on the right, content below."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.theme.tokens import Type
from ui.widgets.flow import Flow
from ui.widgets.paper import row, scrolled
from ui.widgets.text import label


class Page(QWidget):
    """`content` is the layout to fill. Where the window is too low for it, it scrolls; `scrolls` is False for a screen whose
    parts do so themselves."""

    def __init__(self, title: str, about: str = "", actions: Sequence[QWidget] = (), scrolls: bool = True) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        offers = Flow(right=True)
        for action in actions:
            offers.add(action)
        heading = row(label(title, Type.VERB, wrap=False), offers, gap=24)
        heading.setStretch(1, 1)
        outer.addLayout(heading)
        if about:
            outer.addWidget(label(about, tone="soft"))
        inside = QWidget()
        self.content = QVBoxLayout(inside)
        self.content.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(12)
        outer.addWidget(scrolled(inside) if scrolls else inside, 1)
