"""The card that offers to create what the tenant lacks: names to choose, the exact calls, and a button that asks once more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from station.tenant.offers import Offer
from ui.language import _, ngettext
from ui.tenant.desk import Checked, offered
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field
from ui.widgets.paper import clear, column, paper, row
from ui.widgets.text import label


@dataclass(frozen=True, slots=True)
class Names:
    """What the person wants things to be called."""

    name: str = ""
    template: str = ""


class CreatingCard(QWidget):
    """Hidden while nothing is missing."""

    def __init__(self, theme: Theme, on_create: Callable[[tuple[Offer, ...]], object]) -> None:
        super().__init__()
        self._checked: Checked | None = None
        self.plan: tuple[Offer, ...] = ()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, card = paper("card")
        outer.addWidget(frame)
        card.addWidget(label(_("What is missing can be created from here"), Type.HEADING))
        card.addWidget(label(_("These are the exact calls. Nothing is sent before you confirm."), tone="soft"))
        self.name = QLineEdit("HoloLens")
        self.template = QLineEdit()
        self.template.setPlaceholderText("HL-%SERIAL%")
        self.name.textChanged.connect(lambda _text: self._show())
        self.template.textChanged.connect(lambda _text: self._show())
        fields = row(Field(_("Name of group and profile"), self.name),
                     Field(_("Device names (may stay empty)"), self.template,
                           _("At most 15 characters, no blanks; filled in: %SERIAL%, %RAND:n%.")))
        card.addLayout(fields)
        self._calls = column(gap=8)
        card.addLayout(self._calls)
        self.press = button("", lambda: on_create(self.plan), Weight.PRIMARY, theme.icon("add", "on_accent"))
        card.addLayout(row(self.press, None))
        self.hide()

    def show_checked(self, checked: Checked | None, busy: bool) -> None:
        """Offer what the check found missing."""
        self.press.setEnabled(not busy and bool(self.name.text().strip()))
        if checked is not self._checked:
            self._checked = checked
            self._show()
        self.setVisible(bool(self.plan))

    def keep(self) -> Names:
        """What was typed."""
        return Names(self.name.text(), self.template.text())

    def restore(self, names: Names) -> None:
        """Take over what was typed."""
        self.name.setText(names.name)
        self.template.setText(names.template)

    def _show(self) -> None:
        name = self.name.text().strip()
        self.plan = offered(self._checked, name, self.template.text().strip()) if self._checked else ()
        clear(self._calls)
        self._calls.addWidget(calls(self.plan))
        self.press.setText(ngettext("Create {n} thing …", "Create {n} things …", len(self.plan)))
        self.press.setEnabled(bool(name))


def calls(plan: tuple[Offer, ...]) -> QWidget:
    """The calls of a plan, to be read."""
    whole = QWidget()
    inside = QVBoxLayout(whole)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(8)
    for number, offer in enumerate(plan, 1):
        inside.addWidget(label(f"{number}. {_(offer.title)}", Type.STRONG))
        for line in spelled(offer):
            inside.addWidget(label(line, Type.CAPTION, "soft", selectable=True))
    return whole


def spelled(offer: Offer) -> tuple[str, ...]:
    """A call as lines that wrap: method and path, then what is sent with it."""
    request = offer.request
    body: Mapping[str, object] = request.body or {}
    head = f"{request.route.method} /{request.route.version}{request.path}"
    return (head, request.line().removeprefix(head).strip()) if body else (head,)
