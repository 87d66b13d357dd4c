"""The cheat sheet: every key and what it does, from the table that the keys are read from."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QWidget

from ui.board.keys import SHEET
from ui.language import _
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.ask import dialog, fit
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import paper, scrolled
from ui.widgets.text import label

SIZE = (560, 690)


def help_dialog(parent: QWidget, theme: Theme) -> QDialog:
    """The sheet as a dialog; Esc closes it."""
    inside = QWidget()
    grid = QGridLayout(inside)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(8)
    grid.setHorizontalSpacing(18)
    grid.setColumnStretch(1, 1)
    for i, key in enumerate(SHEET):
        frame, layout = paper("card", pad=6)
        shown = label(_(key.shown), Type.STRONG, wrap=False)
        shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(shown)
        grid.addWidget(frame, i, 0)
        grid.addWidget(label(_(key.about)), i, 1)
    made, layout_ = dialog(parent, _("Keys"), _("A scan of a serial number selects its unit, whatever has the focus."),
                           scrolled(inside))
    box, close = QDialogButtonBox(), button(_("Close"), made.accept, Weight.PRIMARY, theme.icon("check", "on_accent"))
    box.addButton(close, QDialogButtonBox.ButtonRole.AcceptRole)
    layout_.addWidget(box)
    fit(made, *SIZE)
    close.setFocus()
    return made
