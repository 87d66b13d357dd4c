"""The pane beside the table: everything about the line that is chosen, with cause, cure and who can cure it."""

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from station.autopilot.hardware_hash import mask
from station.autopilot.record_table import ARCHITECTURES
from station.model.faults import catalogue
from ui.language import _
from ui.registrations.lines import Line, Reason, reasons, state
from ui.theme.tokens import Type
from ui.widgets.paper import clear, column, paper, scrolled
from ui.widgets.text import label

WIDTH = 340


class Details(QWidget):
    """Shows one line; `show_line(None)` says what to do."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(WIDTH)
        inside = QWidget()
        self._layout = QVBoxLayout(inside)
        self._layout.setContentsMargins(0, 0, 8, 0)
        self._layout.setSpacing(10)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.area: QScrollArea = scrolled(inside)
        frame, around = paper("card", pad=12)
        around.addWidget(self.area)
        outer.addWidget(frame)
        self._shown: Line | None = None
        self.show_line(None)

    def show_line(self, line: Line | None) -> None:
        """Show a line, if it is not the one that is shown already."""
        if line is not None and line == self._shown:
            return
        self._shown = line
        clear(self._layout)
        if line is None:
            self._layout.addWidget(label(_("Choose a row to see why it stands as it does."), tone="soft"))
        else:
            self._fill(line)
        self._layout.addStretch(1)

    def texts(self) -> str:
        """Everything that is said, for tests and for the clipboard."""
        found = self.findChildren(type(label("")))
        return "\n".join(w.text() for w in found if not w.isHidden())

    def _fill(self, line: Line) -> None:
        shown = state(line)
        self._layout.addWidget(label(line.serial or _("No serial number"), Type.HEADING, selectable=True))
        self._layout.addWidget(label(_(shown.word), Type.CARD, "" if shown.tone == "ink" else shown.tone))
        for reason in reasons(line):
            self._layout.addWidget(_card(reason))
        for name, text in _about(line):
            both = column(gap=0)
            both.addWidget(label(name, Type.CAPTION, "soft"))
            both.addWidget(label(text, selectable=True))
            self._layout.addLayout(both)


def _card(reason: Reason) -> QWidget:
    """A reason with its cause, its cure and who can cure it."""
    fault = catalogue().explain(reason.code)
    frame, layout = paper("danger", pad=12, gap=6)
    layout.addWidget(label(_(fault.title), Type.STRONG))
    if reason.detail:
        layout.addWidget(label(reason.detail, Type.CAPTION, "soft", selectable=True))
    layout.addWidget(label(_(fault.cause)))
    layout.addWidget(label(_("What to do"), Type.CAPTION, "soft"))
    layout.addWidget(label(_(fault.cure)))
    layout.addWidget(label(_("Who can cure it: {who}").format(who=_(fault.who.value)), Type.CAPTION, "soft"))
    if not fault.verified:
        layout.addWidget(label(_("Not confirmed by a document yet."), Type.CAPTION, "soft"))
    return frame


def _about(line: Line) -> list[tuple[str, str]]:
    """What is known of the device, as name and text."""
    told: list[tuple[str, str]] = []
    if line.standing is not None and line.standing.group_tag is not None:
        told.append((_("Group tag in the tenant"), line.standing.group_tag or "–"))
    if line.group_tag:
        told.append((_("Group tag wanted"), line.group_tag))
    if line.checked is not None:
        told.append((_("Hash"), mask(line.checked.row.hash_text)))
        found = line.checked.hash
        if found is not None:
            versions = found.versions
            told.append((_("Model"), f"{found.manufacturer} {found.model}"))
            if versions is not None:
                architecture = ARCHITECTURES.get(versions.architecture, str(versions.architecture))
                told.append((_("System"), f"{versions.system} {architecture}"))
            told += [(_("Network card"), card.mac) for card in found.network_cards]
            told.append(("TPM", _("yes") if found.has_tpm else _("no")))
        told.append((_("From"), f"{line.checked.row.file}, {line.checked.row.line}"))
    if line.waiting is not None:
        told.append((_("Submitted by"), line.waiting.by))
    return told
