"""The odd behaviours of one virtual headset, to be switched on and off one by one."""

from collections.abc import Callable, Collection

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QListWidgetItem, QWidget

from station.practice.units.quirks import QUIRKS
from ui.language import _
from ui.theme.theme import Theme
from ui.widgets.ask import dialog, fit
from ui.widgets.buttons import Weight, button

SIZE, AIR = (880, 600), 8


def oddities_dialog(parent: QWidget, theme: Theme, on: Collection[str], switch: Callable[[str, bool], object]) -> QDialog:
    """A dialog with all of them, those in `on` checked; `switch` is told the name of each that is changed, at once."""
    listed = QListWidget()
    listed.setAccessibleName(_("Oddities"))
    listed.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    checked = Qt.CheckState.Checked
    for name, quirk in QUIRKS.items():
        item = QListWidgetItem(f"{_(quirk.about)}\n{name}")
        item.setSizeHint(QSize(0, theme.sizes.target + AIR))
        item.setData(Qt.ItemDataRole.UserRole, name)
        item.setCheckState(checked if name in on else Qt.CheckState.Unchecked)
        listed.addItem(item)
    listed.itemChanged.connect(lambda item: switch(item.data(Qt.ItemDataRole.UserRole), item.checkState() is checked))
    about = _("What real headsets were seen to do. The headset of this slot does what is checked.")
    made, layout = dialog(parent, _("Oddities"), about, listed)
    fit(made, *SIZE)
    box = QDialogButtonBox()
    box.addButton(button(_("Close"), made.accept, Weight.PRIMARY, theme.icon("check", "on_accent")),
                  QDialogButtonBox.ButtonRole.AcceptRole)
    layout.addWidget(box)
    return made
