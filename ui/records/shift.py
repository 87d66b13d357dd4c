"""Handover: what the last person left, above everything until it is taken; and giving one's own shift to the next."""

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from station.model.faults import catalogue
from station.model.words import StateWord
from station.report.handover import Handover, SlotLeft
from ui.language import _
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field
from ui.widgets.paper import clear, paper, row
from ui.widgets.text import label

COLUMNS = 2


def told(slot: SlotLeft) -> str:
    """One slot of a handover as one line."""
    step = f" {slot.step}/{slot.steps}" if slot.steps else ""
    why = _(catalogue().explain(slot.fault).title) if slot.fault else _(slot.next_action)
    serial = slot.serial or "–"
    return _("Slot {slot}: {serial}, {state}{step}. {why}").format(
        slot=slot.slot, serial=serial, state=_(StateWord(slot.word).value), step=step, why=why)


class HandoverNotice(QWidget):
    """The last handover, shown while nobody has taken it. `on_take` is called with it."""

    def __init__(self, on_take: Callable[[Handover], object]) -> None:
        super().__init__()
        self._on_take = on_take
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self._layout = paper("warn")
        outer.addWidget(frame)
        self.hide()

    def show_handover(self, handover: Handover | None) -> None:
        """Show it where somebody left one that nobody has taken."""
        clear(self._layout)
        open_one = handover is not None and not handover.taken_by
        if handover is not None and open_one:
            title = _("Handover by {giver}, {when}").format(giver=handover.giver or "–",
                                                            when=f"{handover.at.astimezone():%Y-%m-%d %H:%M}")
            take = button(_("I have read it and take over"), lambda: self._on_take(handover), Weight.PRIMARY)
            self._layout.addLayout(row(label(title, Type.HEADING, wrap=False), None, take))
            if handover.note:
                self._layout.addWidget(label(handover.note))
            slots = QGridLayout()
            for n, slot in enumerate(handover.slots):
                slots.addWidget(label(told(slot), Type.CAPTION), n // COLUMNS, n % COLUMNS)
            self._layout.addLayout(slots)
        self.setVisible(open_one)


class HandoverForm(QWidget):
    """What is handed over now: name, note, and the slots as they stand."""

    def __init__(self, operator: str, slots: tuple[SlotLeft, ...]) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.giver = QLineEdit(operator)
        self.note = QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        self.note.setMaximumHeight(110)
        layout.addWidget(Field(_("Your name"), self.giver))
        layout.addWidget(Field(_("What the next person should know"), self.note))
        for slot in slots:
            layout.addWidget(label(told(slot), tone="soft"))
        if not slots:
            layout.addWidget(label(_("All slots are empty."), tone="soft"))
