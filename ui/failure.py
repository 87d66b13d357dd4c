"""How a failure is shown: one of the catalogue with cause, cure and who can cure it; anything else as the bug that it is."""

from dataclasses import dataclass

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QWidget

from station.model.errors import HoloBenchError
from station.model.faults import catalogue
from ui.language import _
from ui.theme.tokens import Type
from ui.widgets.ask import dialog, fit
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import column, scrolled
from ui.widgets.text import label, told

SIZE = (520, 440)


@dataclass(frozen=True, slots=True)
class Explained:
    """A failure in the language in use."""

    title: str
    cause: str
    cure: str
    who: str
    code: str
    detail: str


def explain(error: HoloBenchError) -> Explained:
    """What the catalogue says of an error."""
    fault = catalogue().explain(error.code)
    return Explained(_(fault.title), _(fault.cause), _(fault.cure), _(fault.who.value), error.code, error.detail)


def failure_dialog(parent: QWidget, failure: Explained, *ways: QPushButton) -> QDialog:
    """A dialog about a catalogued failure; of the `ways` to go on from it, the first is the one that is meant."""
    inside = QWidget()
    told_in = column()
    inside.setLayout(told_in)
    made, layout = dialog(parent, failure.title, "", scrolled(inside))
    for name, text in ((_("Why"), failure.cause), (_("What to do"), failure.cure), (_("Who can cure it"), failure.who),
                       (_("In this case"), failure.detail)):
        if text:
            told_in.addLayout(told(name, text))
    told_in.addWidget(label(failure.code, Type.CAPTION, "soft", selectable=True))
    told_in.addStretch(1)
    box = QDialogButtonBox()
    meant, *others = (*ways, button(_("Close"), made.accept, Weight.PLAIN if ways else Weight.PRIMARY))
    box.addButton(meant, QDialogButtonBox.ButtonRole.AcceptRole)
    for other in others:
        box.addButton(other, QDialogButtonBox.ButtonRole.RejectRole)
    layout.addWidget(box)
    fit(made, *SIZE)
    meant.setFocus()
    return made


def bug_dialog(parent: QWidget | None, trace: str) -> tuple[QDialog, list[bool]]:
    """A dialog about a bug. The list holds True once the person asked for a support bundle."""
    wanted: list[bool] = []
    trace_view = QPlainTextEdit(trace)
    trace_view.setReadOnly(True)
    trace_view.setAccessibleName(_("What the developers need"))
    trace_view.setMinimumHeight(180)
    made, layout = dialog(parent, _("HoloBench has made a mistake"),
                          _("This is a bug of the program, not of the unit. What was recorded is safe and work goes on. "
                            "Save a support bundle and send it to the developers with what you were doing."), trace_view)
    box = QDialogButtonBox()

    def save() -> None:
        wanted.append(True)
        made.accept()

    box.addButton(button(_("Save a support bundle …"), save, Weight.PRIMARY), QDialogButtonBox.ButtonRole.AcceptRole)
    box.addButton(button(_("Go on"), made.reject), QDialogButtonBox.ButtonRole.RejectRole)
    layout.addWidget(box)
    return made, wanted
