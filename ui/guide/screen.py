"""The Guide screen: one unit on the whole screen, and the way to the next."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.context import Context
from ui.guide.pane import GuidePane


class GuideScreen(QWidget):
    """The large card."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.first = self.pane = GuidePane(context, large=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pane)


def build(context: Context) -> GuideScreen:
    """The screen of the registry."""
    return GuideScreen(context)
