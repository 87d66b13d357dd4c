"""A station that cannot be opened: what the fault says, and what a person can do without leaving the window.

Imports: `ui.failure`, `ui.settings` (the form of the record), `ui.window`, `ui.widgets`.
"""

import asyncio
from enum import IntEnum

from PySide6.QtWidgets import QDialog, QDialogButtonBox

from station.bench.configuration import load
from station.model.errors import HoloBenchError
from ui.failure import explain, failure_dialog
from ui.language import _
from ui.settings.desk import ConfigurationDesk
from ui.settings.record import RecordForm
from ui.widgets.ask import dialog
from ui.widgets.buttons import Weight, button
from ui.window import Window


class Way(IntEnum):
    """How the dialog about the failure was left."""

    CLOSE = QDialog.DialogCode.Rejected.value
    CLOSE_BUTTON = QDialog.DialogCode.Accepted.value
    AGAIN = 2
    RECORD = 3


async def wants_another_try(window: Window, failure: HoloBenchError, own_station: bool) -> bool:
    """Tell of the failure until the person tries again or closes. Where the record of one's `own_station` is the trouble,
    another can be chosen first."""
    while True:
        way = await _way(window, failure, own_station and failure.code.startswith("journal."))
        if way is not Way.RECORD:
            return way is Way.AGAIN
        if await _chose_another_record(window):
            return True


async def _way(window: Window, failure: HoloBenchError, record: bool) -> Way:
    again, other = button(_("Try again"), weight=Weight.PRIMARY), button(_("Choose another record …"))
    made = failure_dialog(window, explain(failure), *([again, other] if record else [again]))
    again.clicked.connect(lambda: made.done(Way.AGAIN))
    other.clicked.connect(lambda: made.done(Way.RECORD))
    return Way(await _left(made))


async def _chose_another_record(window: Window) -> bool:
    try:
        desk = ConfigurationDesk(await window.tasks.blocking(load))
    except HoloBenchError as e:
        window.show_error(e)
        return False
    made, layout = dialog(window, _("Record"), "")
    layout.addWidget(RecordForm(window.tasks, desk, made.accept), 1)
    box = QDialogButtonBox()
    box.addButton(button(_("Cancel"), made.reject), QDialogButtonBox.ButtonRole.RejectRole)
    layout.addWidget(box)
    return await _left(made) == QDialog.DialogCode.Accepted.value


async def _left(made: QDialog) -> int:
    """Open a dialog; how it was left."""
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    made.finished.connect(lambda result: None if answer.done() else answer.set_result(result))
    made.open()
    return await answer
