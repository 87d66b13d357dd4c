"""Which path fits? Two questions, what is known of unit and tenant, and every path with its reasons; it ends with a blueprint."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtWidgets import QButtonGroup, QComboBox, QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from station.model.facts import Facts
from station.model.path import Purpose
from station.paths.choosing import Offer, offers
from ui.choosing.offer import offer_paper
from ui.choosing.questions import GENERATIONS, IDENTITIES, PURPOSES, Answers, blueprint_for
from ui.context import Context
from ui.language import _, ngettext
from ui.theme.tokens import Type
from ui.widgets.ask import dialog, fit
from ui.widgets.buttons import Weight, button
from ui.widgets.flow import Flow
from ui.widgets.form import Field
from ui.widgets.paper import clear, column, row, scrolled
from ui.widgets.text import label

SIZE = (960, 820)


class Choosing(QWidget):
    """The questions and the paths. `chosen` is the blueprint's key once one is taken; `taken` is called then."""

    def __init__(self, context: Context, facts: Facts) -> None:
        super().__init__()
        self.answers = Answers.of_unit(facts)
        self.chosen = ""
        self.taken: Callable[[], object] = _nobody
        self._context = context
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        self._happens = self._question(_("What is to happen?"), "purpose", PURPOSES)
        layout.addWidget(self._happens)
        self._who = self._question(_("Who will use the headset?"), "identity", IDENTITIES)
        layout.addWidget(self._who)
        layout.addLayout(self._known())
        layout.addLayout(self._tenant())
        self._offers = column(gap=8)
        layout.addLayout(self._offers, 1)
        self._show()

    def begin(self) -> None:
        """The keyboard is at the first answer."""
        self._happens.findChildren(QPushButton)[0].setFocus()

    def _question(self, title: str, key: str, choices: Mapping[Any, str]) -> QWidget:
        whole = QWidget()
        lines = column(gap=4)
        whole.setLayout(lines)
        lines.addWidget(label(title, Type.STRONG))
        flow, group = Flow(), QButtonGroup(whole)
        for value, text in choices.items():
            press = button(_(text), weight=Weight.CHOICE)
            press.setCheckable(True)
            press.setChecked(value == getattr(self.answers, key))
            press.clicked.connect(lambda _checked=False, v=value: self._answer(**{key: v}))
            group.addButton(press)
            flow.add(press)
        lines.addWidget(flow)
        return whole

    def _known(self) -> QHBoxLayout:
        generation = QComboBox()
        for value, text in GENERATIONS.items():
            generation.addItem(_(text), value.value)
        generation.setCurrentIndex(list(GENERATIONS).index(self.answers.generation))
        generation.activated.connect(lambda index: self._answer(generation=list(GENERATIONS)[index]))
        build = QLineEdit(self.answers.build)
        build.setPlaceholderText("22621.1399")
        build.textEdited.connect(lambda text: self._answer(build=text))
        self._build = Field(_("Build"), build)
        return row(Field(_("Generation"), generation), self._build, gap=12)

    def _tenant(self) -> QHBoxLayout:
        met = self._context.live.readiness
        if not met:
            said = _("The tenant was not checked in this session, so what it has to offer is not known.")
        elif missing := sum(not there for there in met.values()):
            said = ngettext("The tenant was checked: {n} need of paths is missing.",
                            "The tenant was checked: {n} needs of paths are missing.", missing)
        else:
            said = _("The tenant was checked: what paths need of it is there.")
        line = row(label(said, tone="soft"), button(_("Check the tenant …"), self._to_tenant, Weight.QUIET))
        line.setStretch(0, 1)
        return line

    def _to_tenant(self) -> None:
        self.taken()
        self._context.shell.go("tenant")

    def _answer(self, **values: Any) -> None:
        self.answers = replace(self.answers, **values)
        self._show()

    def _show(self) -> None:
        self._who.setVisible(self.answers.purpose is Purpose.ENROL)
        self._build.complain(_("A build looks like 22621.1399.") if self.answers.bad_build else "")
        found = offers(self._context.bench.paths.values(), self.answers.situation(self._context.live.readiness))
        clear(self._offers)
        self._list(_("These can work"), [o for o in found if o.possible])
        self._list(_("These cannot, and why"), [o for o in found if not o.possible])
        self._offers.addStretch(1)

    def _list(self, title: str, listed: Iterable[Offer]) -> None:
        shown = tuple(listed)
        if not shown:
            return
        self._offers.addWidget(label(title, Type.HEADING))
        for offer in shown:
            key = blueprint_for(offer.path, self._context.bench.blueprints)
            self._offers.addWidget(offer_paper(self._context.theme, offer, partial(self._take, key) if key else None))

    def _take(self, blueprint: str) -> None:
        self.chosen = blueprint
        self.taken()


def _nobody() -> None:
    """Nobody waits for a choice yet."""


async def choose(parent: QWidget, context: Context, facts: Facts) -> str:
    """Let a person choose; the key of a blueprint, "" where the dialog was closed."""
    choosing = Choosing(context, facts)
    made, layout = dialog(parent, _("Which path fits?"), "", scrolled(choosing))
    close = button(_("Cancel"), made.reject)
    layout.addLayout(row(None, close))
    choosing.taken = made.accept
    fit(made, *SIZE)
    done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def ended(result: int) -> None:
        if not done.done():
            done.set_result(choosing.chosen if result == QDialog.DialogCode.Accepted.value else "")

    made.finished.connect(ended)
    made.open()
    choosing.begin()
    return await done
