"""The table of lines for Qt: whole lines in, one coalesced change out; sorting and filtering stand in the proxy."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt

from station.autopilot.standing import Standing
from station.model.faults import catalogue
from station.model.words import N_
from ui.language import _
from ui.registrations.lines import Group, Line, Reason, State, Wanted, labels, reasons, state, wanted
from ui.theme.theme import Theme

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column:
    """One column: heading (a msgid), text of a line, and its least width in characters; where room is short, the last goes."""

    heading: str
    text: Callable[[Line], str]
    width: int


def _why(line: Line) -> str:
    first = next(iter(reasons(line)), None)
    if first is None:
        return ""
    fault = catalogue().explain(first.code)
    return f"{_(fault.title)} · {_(fault.cure)}"


COLUMNS: tuple[Column, ...] = (
    Column(N_("Serial number"), lambda line: line.serial or "–", 13),
    Column(N_("State"), lambda line: _(state(line).word), 22),
    Column(N_("Reason and cure"), _why, 20),
    Column(N_("Group tag"), lambda line: line.group_tag or (line.standing.group_tag if line.standing else "") or "", 10),
    Column(N_("From"), lambda line: line.source, 8),
)
STATE_COLUMN = 1
REASON_COLUMN = 2


def explained(reason: Reason) -> str:
    """A reason with cause, cure and who can cure it, as several lines of text."""
    fault = catalogue().explain(reason.code)
    detail = f" ({reason.detail})" if reason.detail else ""
    return "\n".join((f"{_(fault.title)}{detail}", _(fault.cause), _(fault.cure),
                      _("Who can cure it: {who}").format(who=_(fault.who.value))))


class LineModel(QAbstractTableModel):
    """Lines by serial. The loop's thread only."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: list[Line] = []
        self._states: list[State] = []
        self._labels: list[tuple[str, ...]] = []
        self._rows: dict[str, int] = {}
        self.totals: Counter[str] = Counter()

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines, in the order in which they came."""
        return tuple(self._lines)

    def line(self, row: int) -> Line:
        """The line of a row."""
        return self._lines[row]

    def state(self, row: int) -> State:
        """How the line of a row looks."""
        return self._states[row]

    def tally(self, rows: Iterable[int]) -> Counter[str]:
        """What the lines of rows count as (`lines.labels`); `totals` holds it for all."""
        return Counter(label for row in rows for label in self._labels[row])

    def put(self, lines: Iterable[Line]) -> None:
        """Add lines, or put them in the place of those of the same serial; one change for all that changed."""
        fresh: dict[str, Line] = {}
        changed: list[int] = []
        for line in lines:
            row = self._rows.get(line.key)
            if row is None:
                fresh[line.key] = line
            elif self._lines[row] != line:
                self._replace(row, line)
                changed.append(row)
        if changed:
            self.dataChanged.emit(self.index(min(changed), 0), self.index(max(changed), len(COLUMNS) - 1))
        if fresh:
            first = len(self._lines)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._rows |= {name: first + i for i, name in enumerate(fresh)}
            for line in fresh.values():
                self._append(line)
            self.endInsertRows()

    def stand(self, standings: Iterable[Standing]) -> None:
        """Let the tenant speak: standings into the lines that there are."""
        known = ((self._rows.get(s.serial.strip().casefold()), s) for s in standings)
        self.put([replace(self._lines[row], standing=standing) for row, standing in known if row is not None])

    def drop(self, keys: frozenset[str]) -> None:
        """Take lines off the list (nothing happens in the tenant)."""
        self.beginResetModel()
        left = [line for line in self._lines if line.key not in keys]
        self._lines, self._states, self._labels, self.totals = [], [], [], Counter()
        self._rows = {line.key: i for i, line in enumerate(left)}
        for line in left:
            self._append(line)
        self.endResetModel()

    def _append(self, line: Line) -> None:
        shown = state(line)
        self._lines.append(line)
        self._states.append(shown)
        self._labels.append(labels(line, shown))
        self.totals.update(self._labels[-1])

    def _replace(self, row: int, line: Line) -> None:
        shown = state(line)
        self.totals.subtract(self._labels[row])
        self._lines[row], self._states[row], self._labels[row] = line, shown, labels(line, shown)
        self.totals.update(self._labels[row])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(COLUMNS[section].heading)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = self._lines[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[column].text(line)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n\n".join(explained(r) for r in reasons(line)) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_(COLUMNS[column].heading)}: {COLUMNS[column].text(line)}"
        if column == STATE_COLUMN and role == Qt.ItemDataRole.DecorationRole:
            shown = self._states[index.row()]
            return self._theme.icon(shown.icon, shown.tone)
        if column == STATE_COLUMN and role == Qt.ItemDataRole.ForegroundRole:
            return self._theme.colour(self._states[index.row()].tone)
        return None


class Filtered(QSortFilterProxyModel):
    """The lines that the filter lets through, in the order that a header asks for."""

    def __init__(self, model: LineModel) -> None:
        super().__init__()
        self._model = model
        self._wanted: Wanted = wanted(Group.ALL, "")
        self._everything = True
        self.setSourceModel(model)
        self.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setDynamicSortFilter(True)

    def show_only(self, group: Group, text: str) -> None:
        """Filter by group and words."""
        self._wanted = wanted(group, text)
        self._everything = group is Group.ALL and not text.strip()
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        return self._wanted(self._model.line(source_row), self._model.state(source_row))

    def tally(self) -> Counter[str]:
        """What the lines in sight count as."""
        if self._everything:
            return self._model.totals
        rows = range(self._model.rowCount())
        return self._model.tally(r for r in rows if self._wanted(self._model.line(r), self._model.state(r)))

    def shown(self) -> tuple[Line, ...]:
        """The lines in sight, in their order."""
        return self.lines_of(range(self.rowCount()))

    def lines_of(self, rows: Sequence[int]) -> tuple[Line, ...]:
        """The lines of rows of this proxy."""
        return tuple(self._model.line(self.mapToSource(self.index(row, 0)).row()) for row in rows)
