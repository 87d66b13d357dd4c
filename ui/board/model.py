"""The board's model: one row a slot, in fixed order, fed by the bench and shown in batches.

A change marks its row; 100 ms later one `dataChanged` tells the view of all marked rows. A slot that begins to need a person,
fails or is done is shown at once. Times move on once a second.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from station.model.board import Tile
from station.model.words import N_, StateWord
from ui.board.tell import spoken_tile
from ui.ports import Bench, Unsubscribe

FLUSH_MS = 100
TICK_MS = 1000
LOUD = frozenset({StateWord.NEEDS_YOU, StateWord.FAILED, StateWord.DONE})
ROLE_TILE = Qt.ItemDataRole.UserRole
ROLE_SLOT = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


class BoardModel(QAbstractListModel):
    """Rows are tiles. Before `attach` it shows empty slots, so that the window is there before the bench is."""

    entered = Signal(int, StateWord)
    """A slot has entered another state; not for what was there when the bench was attached."""
    flushed = Signal()
    """What is shown has moved."""

    def __init__(self, slots: Sequence[int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slots = sorted(slots)
        self._row = {slot: row for row, slot in enumerate(self._slots)}
        self._tiles = [Tile(slot, StateWord.EMPTY, next_action=N_("Opening the bench …")) for slot in self._slots]
        self._bench: Bench | None = None
        self._leave: Unsubscribe | None = None
        self._dirty: set[int] = set()
        self._flush_timer = QTimer(self, singleShot=True, interval=FLUSH_MS)
        self._flush_timer.timeout.connect(self.flush)
        self._tick_timer = QTimer(self, interval=TICK_MS)
        self._tick_timer.timeout.connect(self._tick)

    def attach(self, bench: Bench) -> None:
        """Show this bench from now on."""
        self.detach()
        self.beginResetModel()
        self._bench = bench
        self._tiles = sorted(bench.tiles(), key=lambda t: t.slot)
        self._slots = [t.slot for t in self._tiles]
        self._row = {slot: row for row, slot in enumerate(self._slots)}
        self.endResetModel()
        self._leave = bench.subscribe(self.mark)
        self._tick_timer.start()
        self.flushed.emit()

    def detach(self) -> None:
        """Listen to no bench any more; what is shown stays."""
        if self._leave is not None:
            self._leave()
        self._leave = None
        self._tick_timer.stop()
        self._flush_timer.stop()

    def mark(self, slots: frozenset[int]) -> None:
        """These slots have changed."""
        bench = self._bench
        if bench is None:
            return
        if any(slot not in self._row for slot in slots):
            self._insert(bench)
        self._dirty |= slots
        if any(self._is_loud(bench, slot) for slot in slots):
            self.flush()
        elif not self._flush_timer.isActive():
            self._flush_timer.start()

    def flush(self) -> None:
        """Show everything that is marked, with one signal."""
        self._flush_timer.stop()
        bench = self._bench
        if bench is None or not self._dirty:
            return
        rows = sorted(self._row[slot] for slot in self._dirty if slot in self._row)
        self._dirty.clear()
        changed = [row for row in rows if self._renew(bench, row)]
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
            self.flushed.emit()

    def tile(self, slot: int) -> Tile | None:
        """What is shown of a slot."""
        row = self._row.get(slot)
        return None if row is None else self._tiles[row]

    def tiles(self) -> list[Tile]:
        """What is shown, in order."""
        return list(self._tiles)

    def index_of(self, slot: int) -> QModelIndex:
        """The index of a slot; an invalid one where there is no such slot."""
        row = self._row.get(slot)
        return QModelIndex() if row is None else self.index(row)

    def now(self) -> datetime | None:
        """Bench time; None while there is no bench."""
        return self._bench.clock.now() if self._bench else None

    def progress(self, slot: int) -> float | None:
        """How far the slot's action is, from 0 to 1; None where that is not known."""
        found = self._bench.progress(slot) if self._bench else None
        return min(1.0, found.done / found.total) if found is not None and found.total else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._tiles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._tiles):
            return None
        tile = self._tiles[index.row()]
        if role == ROLE_TILE:
            return tile
        if role == ROLE_SLOT:
            return tile.slot
        if role == Qt.ItemDataRole.DisplayRole:
            return str(tile.slot)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken_tile(tile, self.now())
        return None

    def _is_loud(self, bench: Bench, slot: int) -> bool:
        shown = self._tiles[self._row[slot]].word
        word = bench.tile(slot).word
        return word is not shown and word in LOUD

    def _renew(self, bench: Bench, row: int) -> bool:
        tile = bench.tile(self._slots[row])
        before = self._tiles[row]
        self._tiles[row] = tile
        if tile.word is not before.word:
            self.entered.emit(tile.slot, tile.word)
        return tile != before or bench.progress(tile.slot) is not None

    def _insert(self, bench: Bench) -> None:
        self.beginResetModel()
        known = {t.slot: t for t in self._tiles}
        self._tiles = [known.get(t.slot, t) for t in sorted(bench.tiles(), key=lambda t: t.slot)]
        self._slots = [t.slot for t in self._tiles]
        self._row = {slot: row for row, slot in enumerate(self._slots)}
        self.endResetModel()

    def _tick(self) -> None:
        """A second has passed: time alone makes a step stuck and a restart too long."""
        bench = self._bench
        if bench is None or not self._tiles:
            return
        for row in range(len(self._tiles)):
            self._renew(bench, row)
        self.dataChanged.emit(self.index(0), self.index(len(self._tiles) - 1))
        self.flushed.emit()
