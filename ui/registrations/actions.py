"""The row of actions under the table: what each says and when it can be pressed, as a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtWidgets import QPushButton

from station.autopilot.waiting_room import Place
from ui.language import _, ngettext
from ui.registrations.lines import USABLE, Group
from ui.theme.theme import Theme
from ui.widgets.buttons import Weight, button
from ui.widgets.flow import Flow


@dataclass(frozen=True)
class Choice:
    """One action: key, icon, what it does, how much it asks to be pressed."""

    key: str
    icon: str
    do: Callable[[], object]
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True)
class Offer:
    """What there is to act on: what the lines that are meant count as (`lines.labels`), whether they were selected, whether a job
    runs, approval mode."""

    tally: Mapping[str, int]
    selected: bool
    busy: bool
    approval: bool

    def count(self, label: str) -> int:
        """How many lines count as something."""
        return self.tally.get(label, 0)

    @property
    def lines(self) -> int:
        """How many lines are meant."""
        return self.count(Group.ALL.value)

    @property
    def usable(self) -> int:
        """How many could be sent."""
        return self.count(USABLE)

    @property
    def all_await_release(self) -> bool:
        """Whether every line waits for a lead."""
        return bool(self.lines) and self.count(Place.SUBMITTED.value) == self.lines


def _says_register(offer: Offer) -> str:
    if offer.approval:
        return ngettext("Submit {n} unit", "Submit {n} units", offer.usable)
    return ngettext("Register {n} unit", "Register {n} units", offer.usable)


_SAYS: Mapping[str, Callable[[Offer], str]] = MappingProxyType({
    "register": _says_register,
    "plan": lambda offer: _("Dry run"),
    "look": lambda offer: _("Look up"),
    "drain": lambda offer: _("Send what waits"),
    "release": lambda offer: _("Release"),
    "withdraw": lambda offer: _("Turn down …"),
    "save": lambda offer: _("Save for Intune …"),
    "refusals": lambda offer: _("Save refusals …"),
    "drop": lambda offer: _("Take off the list"),
})
_MAY: Mapping[str, Callable[[Offer], bool]] = MappingProxyType({
    "register": lambda offer: bool(offer.usable) and not offer.busy,
    "plan": lambda offer: bool(offer.usable) and not offer.busy,
    "look": lambda offer: bool(offer.lines) and not offer.busy,
    "drain": lambda offer: bool(offer.count(Place.RELEASED.value)) and not offer.busy,
    "release": lambda offer: offer.all_await_release,
    "withdraw": lambda offer: offer.all_await_release,
    "save": lambda offer: bool(offer.usable),
    "refusals": lambda offer: bool(offer.count(Group.ATTENTION.value)),
    "drop": lambda offer: offer.selected and not offer.busy,
})
_ONLY_WHEN_POSSIBLE = frozenset({"drain", "release", "withdraw"})


class Actions(Flow):
    """The buttons. What belongs to the queue is hidden while there is none."""

    def __init__(self, theme: Theme, choices: Sequence[Choice]) -> None:
        super().__init__()
        self.buttons: dict[str, QPushButton] = {}
        for choice in choices:
            colour = "on_accent" if choice.weight is Weight.PRIMARY else "ink"
            press = button(choice.key, choice.do, choice.weight, theme.icon(choice.icon, colour))
            self.add(press)
            self.buttons[choice.key] = press

    def offer(self, offer: Offer) -> None:
        """Say what can be done."""
        for key, press in self.buttons.items():
            possible = _MAY[key](offer)
            press.setText(_SAYS[key](offer))
            press.setEnabled(possible)
            press.setVisible(possible or key not in _ONLY_WHEN_POSSIBLE)
