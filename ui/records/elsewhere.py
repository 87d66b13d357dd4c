"""What other stations of a shared record hold, in one line above the table; nothing where nobody does."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel

from station.report.held import Held
from ui.language import _
from ui.widgets.text import label

NAMED = 6
"""More are counted; the table tells of each run at which station it is."""


def elsewhere() -> QLabel:
    """The line, not yet saying anything."""
    made = label("", tone="soft", selectable=True)
    made.hide()
    return made


def show_elsewhere(line: QLabel, units: Sequence[Held]) -> None:
    """Say which units these are, by whom each is held and since when."""
    which = " · ".join(map(_told, units[:NAMED]))
    if len(units) > NAMED:
        which = _("{which} and {n} more").format(which=which, n=len(units) - NAMED)
    line.setText(_("Other stations hold: {which}").format(which=which))
    line.setVisible(bool(units))


def _told(unit: Held) -> str:
    if unit.since is None:
        return f"{unit.serial} ({unit.station})"
    return _("{serial} ({station}, since {when})").format(serial=unit.serial, station=unit.station,
                                                          when=f"{unit.since.astimezone():%Y-%m-%d %H:%M}")
