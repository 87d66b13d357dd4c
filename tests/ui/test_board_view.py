"""The wall of tiles: fixed places, clicks, what assistive technology is told, and all slots in sight on the wall."""

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QFont, QImage, QPainter
from PySide6.QtTest import QTest

from station.model.words import Link, StateWord
from ui import language, scenes
from ui.board.delegate import DESK_HEIGHT, DESK_WIDTH, TileDelegate
from ui.board.screen import BoardScreen
from ui.board.view import desk_cell, wall_cell
from ui.theme.theme import Theme
from ui.window import Window


def board_of(window: Window) -> BoardScreen:
    screen = window.screen_widget("board")
    assert isinstance(screen, BoardScreen)
    return screen


def test_a_click_on_a_tile_selects_its_slot(open_window: Any) -> None:
    window = open_window(scenes.ten_states())
    view = board_of(window).view
    index = window.live.board.index_of(4)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())
    assert window.live.selection.slot == 4


def test_tiles_never_change_their_place(open_window: Any, qapp: Any) -> None:
    bench = scenes.ten_states()
    window = open_window(bench)
    view = board_of(window).view
    before = [view.visualRect(window.live.board.index(r)).topLeft() for r in range(10)]
    bench.attest(3, "anything")
    bench.see(9, Link.MTP, unit__battery=3)
    window.live.board.flush()
    qapp.processEvents()
    assert [view.visualRect(window.live.board.index(r)).topLeft() for r in range(10)] == before


def test_the_rail_puts_failed_first_and_who_waited_longest_next(open_window: Any) -> None:
    bench = scenes.bench(4)
    scenes.to_step(bench, 3, "chord")
    bench.clock.move(10)
    scenes.to_step(bench, 1, "chord")
    scenes.to_step(bench, 2, "register")
    bench.see(2, Link.GRAPH, autopilot__registration="refused")
    rail = board_of(open_window(bench)).rail.wanting
    tiles = [rail.index(r, 0).data(Qt.ItemDataRole.UserRole) for r in range(rail.rowCount())]
    assert [(t.slot, t.word) for t in tiles] == [(2, StateWord.FAILED), (3, StateWord.NEEDS_YOU), (1, StateWord.NEEDS_YOU)]


def test_a_calm_bench_has_an_empty_rail(open_window: Any) -> None:
    assert board_of(open_window(scenes.bench(4))).rail.wanting.rowCount() == 0


@pytest.mark.parametrize(("slots", "beside"), [(8, True), (10, False), (32, True)])
def test_the_rail_makes_room_where_only_without_it_every_tile_is_in_sight(open_window: Any, slots: int, beside: bool) -> None:
    board = board_of(open_window(scenes.bench(slots), size=(1366, 697)))
    assert board.rail.isVisible() is beside


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_the_narrowest_tile_says_every_state_whole(theme: Theme, french: Any, monkeypatch: Any, spoken: str) -> None:
    language.use(spoken, french if spoken == "fr" else None)
    tiles = TileDelegate(theme, lambda slot: "")
    cell = QSize(DESK_WIDTH, DESK_HEIGHT)
    tiles.resize(cell, wall=False)
    said: list[str] = []

    def paragraph(_painter: QPainter, box: QRect, font: QFont, _ink: str, text: str, most: int, middle: bool = False) -> None:
        said.extend(tiles._breaker.lines(text, font, box.width(), most))

    monkeypatch.setattr(tiles, "_paragraph", paragraph)
    picture = QImage(cell, QImage.Format.Format_RGB32)
    for tile in scenes.ten_states().tiles():
        painter = QPainter(picture)
        tiles._paint_desk(painter, replace(tile, slot=28, next_action=""), theme.tokens.states[tile.word])
        painter.end()
    assert said
    assert [line for line in said if "…" in line] == []


def test_tiles_are_told_to_assistive_technology(open_window: Any) -> None:
    window = open_window(scenes.ten_states())
    interface = QAccessible.queryAccessibleInterface(board_of(window).view)
    told = [interface.child(k).text(QAccessible.Text.Name) for k in range(interface.childCount())]
    tiles = [t for t in told if t.startswith("Slot")]
    assert len(tiles) == 10
    assert tiles[2].startswith("Slot 3, Needs you, serial 004599195003, battery 82 %")
    assert "Tap Power + Volume Down" in tiles[2]


@pytest.mark.parametrize("count", [1, 4, 8, 10, 16, 32])
@pytest.mark.parametrize("room", [QSize(1920, 1080), QSize(1366, 768), QSize(3840, 2160)])
def test_on_the_wall_every_slot_is_in_sight(count: int, room: QSize) -> None:
    cell = wall_cell(count, room)
    columns = room.width() // cell.width()
    assert columns * (room.height() // cell.height()) >= count


def test_on_the_wall_no_tile_is_hidden(open_window: Any, qapp: Any) -> None:
    window = open_window(scenes.ten_states(), size=(1280, 720))
    board = board_of(window)
    board.set_wall(True)
    qapp.processEvents()
    qapp.processEvents()
    seen = board.view.viewport().rect()
    assert all(seen.contains(board.view.visualRect(window.live.board.index(r))) for r in range(10))


def test_eight_slots_on_the_wall_are_read_from_three_metres() -> None:
    """A 24-inch screen of 1080 lines: 20 arc minutes at 3 m are 63 px of capital height, about 90 px of font (ISO 9241-3)."""
    cell = wall_cell(8, QSize(1920, 1040))
    assert min(cell.width(), cell.height() * 1.1) * 0.27 >= 90, "the slot number"


@pytest.mark.parametrize("count", [1, 8, 32, 64])
def test_desk_tiles_are_never_smaller_than_their_text(count: int) -> None:
    cell = desk_cell(count, QSize(700, 600), 1.0)
    assert cell.width() >= DESK_WIDTH
    assert cell.height() >= DESK_HEIGHT


def test_the_summary_offers_to_start_what_is_ready(open_window: Any, qtbot: Any) -> None:
    bench = scenes.bench(4)
    for slot in (1, 2, 4):
        bench.plug(slot)
        bench.identify(slot)
    window = open_window(bench)
    window.live.confirmed.add("showroom")
    board_of(window).start_all()
    assert [said for said in bench.said if said[0] == "start"] == [("start", n, "showroom") for n in (1, 2, 4)]
    assert window.notices.texts() == ["3 units were started."]


@pytest.mark.parametrize("slots", [8, 10])
def test_a_bench_is_in_sight_as_a_whole_on_a_small_laptop(open_window: Any, qapp: Any, slots: int) -> None:
    window = open_window(scenes.bench(slots), size=(1366, 768))
    view = board_of(window).view
    last = view.visualRect(window.live.board.index(slots - 1))
    assert view.viewport().rect().contains(last)
