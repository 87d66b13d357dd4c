"""Where the record of the station is, and under which name the station writes to it. Read at the next start."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from station.journal.address import shown, typed
from station.model.errors import HoloBenchError
from ui.failure import explain
from ui.language import _
from ui.settings.desk import ConfigurationDesk
from ui.tasks import Tasks
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field

NAME_LENGTH = 64


class RecordForm(QWidget):
    """Both fields; what is saved has been opened once, so that the next start finds it good. `kept` is called then."""

    def __init__(self, tasks: Tasks, desk: ConfigurationDesk, kept: Callable[[], None]) -> None:
        super().__init__()
        self._tasks, self._desk, self._kept = tasks, desk, kept
        config, usual = desk.config, desk.usual
        self.name = QLineEdit(config.station)
        self.name.setMaxLength(NAME_LENGTH)
        self.place = QLineEdit("" if config.journal == usual.journal else shown(config.journal))
        self.name.setPlaceholderText(usual.station)
        self.place.setPlaceholderText(usual.journal)
        self._place = Field(_("Place of the record"), self.place,
                            _("A file, or postgresql+psycopg://user@server/database for a record that several benches share. "
                              "Empty: the usual file."))
        self._press = button(_("Open and save"), self._save, Weight.PLAIN)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(Field(_("Name of this station"), self.name,
                               _("As it stands in the record; another on each computer that shares one.")))
        layout.addWidget(self._place)
        layout.addWidget(self._press, 0, Qt.AlignmentFlag.AlignLeft)

    def _save(self) -> None:
        """A server that does not answer takes ten seconds: meanwhile there is nothing to press."""
        self._press.setEnabled(False)
        self._place.complain("")
        self._tasks.start(self._keep(), "record settings", self)

    async def _keep(self) -> None:
        place = typed(self.place.text().strip(), self._desk.config.journal)
        try:
            await self._tasks.blocking(self._desk.keep_record, self.name.text().strip(), place)
        except HoloBenchError as e:
            told = explain(e)
            self._press.setEnabled(True)
            self._place.complain(f"{told.title}. {told.cure}")
        else:
            self._press.setEnabled(True)
            self._kept()
