"""The navigation rail: one button a screen, from the registry."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
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

    def show_chosen(self, key: str) -> None:
        """Mark the screen that is open."""
        if key in self.buttons:
            self.buttons[key].setChecked(True)
