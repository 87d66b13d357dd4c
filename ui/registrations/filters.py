"""The filter above the table: one button a group with its count, and a field for words."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QLineEdit, QPushButton

from ui.language import _
from ui.registrations.lines import FILTERS, Group
from ui.widgets.buttons import Weight, button
from ui.widgets.flow import Flow


class Filters(Flow):
    """`changed` is called when another group or other words are wanted."""

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__(gap=6)
        self.group = Group.ALL
        self._changed = changed
        self._buttons: dict[Group, QPushButton] = {}
        together = QButtonGroup(self)
        for group in FILTERS:
            press = button(_(group.value), partial(self._choose, group), Weight.CHOICE)
            press.setCheckable(True)
            press.setChecked(group is Group.ALL)
            together.addButton(press)
            self.add(press)
            self._buttons[group] = press
        self._words = QLineEdit()
        self._words.setPlaceholderText(_("Search serial, tag, file …"))
        self._words.setAccessibleName(_("Search"))
        self._words.setClearButtonEnabled(True)
        self._words.textChanged.connect(lambda _text: changed())
        self.add(self._words, grows=True)

    @property
    def text(self) -> str:
        """The words."""
        return self._words.text()

    def search(self, text: str) -> None:
        """Show what these words find, in all groups."""
        self._buttons[Group.ALL].setChecked(True)
        self.group = Group.ALL
        self._words.setText(text)
        self._changed()

    def count(self, totals: Mapping[str, int]) -> None:
        """Put the counts on the buttons."""
        for group, press in self._buttons.items():
            press.setText(f"{_(group.value)} {totals.get(group.value, 0)}")

    def choose(self, group: Group) -> None:
        """Press the button of a group."""
        self._buttons[group].click()

    def _choose(self, group: Group) -> None:
        self.group = group
        self._changed()
