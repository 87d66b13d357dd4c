"""Looking up a fault by what the headset shows: a code, a name or words, in the catalogue that needs no network."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from station.model import fault_search
from station.model.faults import Fault
from ui.language import _
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.ask import dialog, fit
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field
from ui.widgets.paper import clear, paper, scrolled
from ui.widgets.text import label

SHOWN = 6
SIZE = (610, 560)


class Lookup(QWidget):
    """A field, and below it what is found, nearest first; it is read again at every key."""

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        self.said = QLineEdit()
        self.said.setMaxLength(200)
        self.said.setClearButtonEnabled(True)
        self.said.setPlaceholderText("0x80180018")
        self.said.textChanged.connect(self._show)
        layout.addWidget(Field(_("Code, name or words"), self.said))
        inside = QWidget()
        self._found = QVBoxLayout(inside)
        self._found.setContentsMargins(0, 0, 0, 0)
        self._found.setSpacing(10)
        layout.addWidget(scrolled(inside), 1)
        self._show("")

    def _show(self, said: str) -> None:
        clear(self._found)
        faults = fault_search.find(said.strip()) if said.strip() else []
        if not faults:
            nothing = _("Nothing in the catalogue says that. Try the code alone, or fewer words.")
            start = _("Type what the headset shows: 0x80180018, AADSTS50034, “Something went wrong”.")
            self._found.addWidget(label(nothing if said.strip() else start, tone="soft"))
        for fault in faults[:SHOWN]:
            self._found.addWidget(_paper(fault))
        if len(faults) > SHOWN:
            self._found.addWidget(label(_("{n} more: type another word.").format(n=len(faults) - SHOWN), Type.CAPTION, "soft"))
        self._found.addStretch(1)


def _paper(fault: Fault) -> QWidget:
    frame, layout = paper("card", pad=12, gap=4)
    layout.addWidget(label(_(fault.title), Type.STRONG, selectable=True))
    for name, text in ((_("Why"), fault.cause), (_("What to do"), fault.cure), (_("Who can cure it"), fault.who.value)):
        layout.addWidget(label(name, Type.CAPTION, "soft"))
        layout.addWidget(label(_(text), selectable=True))
    unsure = "" if fault.verified else " · " + _("not confirmed by the documents")
    layout.addWidget(label(f"{fault.code}{unsure}", Type.CAPTION, "soft", selectable=True))
    return frame


def lookup_dialog(parent: QWidget, theme: Theme) -> QDialog:
    """The search as a dialog; Esc closes it, the field has the focus."""
    lookup = Lookup()
    made, layout = dialog(parent, _("Look up a fault"), "", lookup)
    box = QDialogButtonBox()
    box.addButton(button(_("Close"), made.accept, Weight.PRIMARY, theme.icon("check", "on_accent")),
                  QDialogButtonBox.ButtonRole.AcceptRole)
    layout.addWidget(box)
    fit(made, *SIZE)
    lookup.said.setFocus(Qt.FocusReason.OtherFocusReason)
    return made
