"""The three questions of a return: what becomes of the unit, where it is, and whether it was ever locked to the organization."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TypeVar

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from station.model.words import N_
from station.tenant.plan import Goal, Lockdown, Where
from ui.language import _
from ui.theme.tokens import Type
from ui.widgets.paper import paper, row
from ui.widgets.text import label

E = TypeVar("E", bound=StrEnum)
Answers = Sequence[tuple[E, str]]
GOALS: Answers[Goal] = ((Goal.LEAVE, N_("It leaves the organization")), (Goal.REUSE, N_("It is used here again")))
WHERES: Answers[Where] = (
    (Where.BENCH, N_("On this bench, reset by cable")), (Where.REMOTE, N_("Elsewhere, wiped over the network")))
LOCKS: Answers[Lockdown] = (
    (Lockdown.NEVER, N_("Never")), (Lockdown.RELEASED, N_("Released since")), (Lockdown.LOCKED, N_("Yes, still locked")),
    (Lockdown.NOT_KNOWN, N_("Not known")))


class Choices(QWidget):
    """Asks, and tells when an answer changed."""

    def __init__(self, on_change: Callable[[], object]) -> None:
        super().__init__()
        self._on_change: Callable[[], object] = lambda: None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, card = paper("card")
        outer.addWidget(frame)
        self._goals: dict[StrEnum, QRadioButton] = {}
        self._wheres: dict[StrEnum, QRadioButton] = {}
        self._locks: dict[StrEnum, QRadioButton] = {}
        left, right = QVBoxLayout(), QVBoxLayout()
        self._ask(left, _("What becomes of it?"), GOALS, self._goals)
        left.addSpacing(12)
        self._ask(left, _("Where is it?"), WHERES, self._wheres)
        self._ask(right, _("Was TenantLockdown ever set on it?"), LOCKS, self._locks)
        for side in (left, right):
            side.setSpacing(0)
            side.addStretch(1)
        both = row(left, right, gap=24)
        both.setStretch(0, 1)
        both.setStretch(1, 1)
        card.addLayout(both)
        card.addWidget(label(_("TenantLockdown (RequireNetworkInOOBE) survives reset and reflash. A locked unit that leaves is "
                               "stranded: release it first, and let the unit synchronise."), Type.CAPTION, "soft"))
        self.choose(Goal.REUSE, Where.BENCH, Lockdown.NOT_KNOWN)
        self._on_change = on_change

    @property
    def goal(self) -> Goal:
        """What becomes of the unit."""
        return next(Goal(value) for value, press in self._goals.items() if press.isChecked())

    @property
    def where(self) -> Where:
        """Where the unit is."""
        return next(Where(value) for value, press in self._wheres.items() if press.isChecked())

    @property
    def lockdown(self) -> Lockdown:
        """What is known of its lockdown."""
        return next(Lockdown(value) for value, press in self._locks.items() if press.isChecked())

    def choose(self, goal: Goal, where: Where, lockdown: Lockdown) -> None:
        """Answer for the person, as far as it is known."""
        for presses, value in ((self._goals, goal), (self._wheres, where), (self._locks, lockdown)):
            presses[value].setChecked(True)

    def _ask(self, place: QVBoxLayout, question: str, answers: Answers[E], presses: dict[StrEnum, QRadioButton]) -> None:
        place.addWidget(label(question, Type.STRONG))
        group = QButtonGroup(self)
        for value, text in answers:
            press = QRadioButton(_(text))
            press.setAccessibleDescription(question)
            press.setMinimumWidth(60)
            press.toggled.connect(lambda on: self._on_change() if on else None)
            group.addButton(press)
            place.addWidget(press)
            presses[value] = press
