"""The navigation rail: one button a screen, from the registry."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout

from ui.language import _
from ui.screens import Screen
from ui.theme.theme import Theme


class Navigation(QFrame):
    """Shows which screen is open and opens others. Ctrl+1 to Ctrl+8 do the same (set by the window)."""

    def __init__(self, theme: Theme, screens: Sequence[Screen], on_choice: Callable[[str], None]) -> None:
        super().__init__()
        self.setProperty("paper", "rail")
        self.setFixedWidth(round(112 * theme.sizes.text))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 1, 8)
        layout.setSpacing(2)
        group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        for i, screen in enumerate(screens):
            press = QToolButton()
            press.setProperty("kind", "nav")
            press.setText(_(screen.title))
            press.setIcon(theme.icon(screen.icon))
            press.setIconSize(QSize(26, 26))
            press.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            press.setCheckable(True)
            press.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            press.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            press.setAccessibleName(_(screen.title))
            press.setToolTip(f"{_(screen.title)} (Ctrl+{i + 1})")
            press.clicked.connect(lambda _checked=False, key=screen.key: on_choice(key))
            group.addButton(press)
            layout.addWidget(press)
            self.buttons[screen.key] = press
        layout.addStretch(1)
        self._full_height = max(press.sizeHint().height() for press in self.buttons.values())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the window is low, the icons stay and the words go; they are still names and tool tips."""
        super().resizeEvent(event)
        low = self.height() < len(self.buttons) * (self._full_height + 2) + 16
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if low else Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        for press in self.buttons.values():
            press.setToolButtonStyle(style)

    def show_chosen(self, key: str) -> None:
        """Mark the screen that is open. Tab comes to its button, arrow keys to the others."""
        if key in self.buttons:
            self.buttons[key].setChecked(True)
        for name, press in self.buttons.items():
            press.setFocusPolicy(Qt.FocusPolicy.TabFocus if name == key else Qt.FocusPolicy.NoFocus)
