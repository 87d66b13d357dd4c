"""The table of runs for Qt; searching and narrowing stand in the proxy."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt

from station.model.errors import DataError
from station.model.faults import catalogue
from station.model.runs import Phase
from station.model.words import N_
from station.report.label import read_code
from station.report.page import WORDS, duration
from station.report.story import Story
from ui.language import _

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column:
    """One column: heading (a msgid), text of a run, what it is sorted by, its least width in characters, whether it takes what is
    left over, and its rank: where room is short, the highest goes first."""

    heading: str
    text: Callable[[Story], str]
    order: Callable[[Story], object]
    width: int
    rank: int
    grows: bool = False


def outcome(story: Story) -> str:
    """Glyph and word of how a run stands."""
    word, glyph = WORDS[story.outcome]
    return f"{glyph} {_(word)}"


def fault(story: Story) -> str:
    """What a run failed at, in the catalogue's words."""
    return _(catalogue().explain(story.run.fault.code).title) if story.run.fault else ""


def _path(story: Story) -> str:
    return _(story.path.title) if story.path else story.run.path


def _slot(story: Story) -> str:
    return str(story.run.slot or "")


COLUMNS: tuple[Column, ...] = (
    Column(N_("Serial number"), lambda s: s.serial, lambda s: s.serial, 12, 1),
    Column(N_("Outcome"), outcome, outcome, 11, 2),
    Column(N_("Steps"), lambda s: f"{len(s.run.proved)}/{len(s.steps)}", lambda s: len(s.run.proved), 6, 5),
    Column(N_("Started"), lambda s: f"{s.run.started.astimezone():%Y-%m-%d %H:%M}", lambda s: s.run.started, 15, 3),
    Column(N_("Duration"), lambda s: duration(s.seconds), lambda s: s.seconds, 8, 8),
    Column(N_("Fault"), fault, fault, 14, 4, grows=True),
    Column(N_("Path"), _path, _path, 14, 6, grows=True),
    Column(N_("Station"), lambda s: s.station, lambda s: s.station, 9, 9),
    Column(N_("Slot"), _slot, lambda s: s.run.slot, 4, 10),
    Column(N_("Operator"), lambda s: s.operator, lambda s: s.operator, 10, 7),
)
STATION = 7
"""The column that says something only where the record is shared."""
_ORDER = Qt.ItemDataRole.UserRole.value


class RunModel(QAbstractTableModel):
    """Runs, newest first. The loop's thread only."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: tuple[Story, ...] = ()

    def put(self, runs: Iterable[Story]) -> None:
        """Show these runs."""
        self.beginResetModel()
        self.runs = tuple(runs)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(COLUMNS[section].heading)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        story, column = self.runs[index.row()], COLUMNS[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return column.text(story)
        if role == _ORDER:
            value = column.order(story)
            return value.timestamp() if hasattr(value, "timestamp") else value
        return None


class Found(QSortFilterProxyModel):
    """The runs that are looked for: by outcome, and by serial, run, operator or a scanned label."""

    def __init__(self, model: RunModel) -> None:
        super().__init__()
        self._model = model
        self._phase: Phase | None = None
        self._text = ""
        self._run = ""
        self.setSortRole(_ORDER)
        self.setSourceModel(model)

    def narrow(self, phase: Phase | None, text: str) -> None:
        """Show only these; a label's code shows its own run."""
        self._phase, self._text, self._run = phase, text.strip().casefold(), ""
        try:
            self._run = read_code(text).run
        except DataError:
            self._run = ""
        self.beginResetModel()
        self.endResetModel()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        story = self._model.runs[row]
        if self._run:
            return story.run.id == self._run
        said = f"{story.serial} {story.run.id} {story.operator} {story.run.blueprint} {story.run.path}".casefold()
        return (self._phase is None or story.outcome is self._phase) and self._text in said

    def stories(self, rows: Sequence[int]) -> tuple[Story, ...]:
        """The runs of these rows, as they stand in the table."""
        return tuple(self._model.runs[self.mapToSource(self.index(row, 0)).row()] for row in rows)

    def shown(self) -> tuple[Story, ...]:
        """All runs in sight."""
        return self.stories(range(self.rowCount()))
