"""The board's model: one row a slot in fixed order, changes in batches, what is loud at once."""

from typing import Any

import pytest
from PySide6.QtCore import QModelIndex

from station.model.words import Link, StateWord
from ui import scenes
from ui.board.model import ROLE_TILE, BoardModel


@pytest.fixture
def model(qapp: Any) -> BoardModel:
    made = BoardModel(())
    made.attach(scenes.ten_states())
    return made


def test_it_keeps_the_promises_of_a_qt_model(qtmodeltester: Any, model: BoardModel) -> None:
    qtmodeltester.check(model)


def test_the_ten_scenes_show_the_ten_states(model: BoardModel) -> None:
    assert [t.word for t in model.tiles()] == list(StateWord)


def test_before_the_bench_is_there_the_slots_are_there(qapp: Any) -> None:
    assert [t.word for t in BoardModel(range(1, 9)).tiles()] == [StateWord.EMPTY] * 8


def test_many_changes_are_one_signal(qtbot: Any) -> None:
    bench = scenes.bench(64)
    for slot in range(1, 65):
        bench.plug(slot)
        bench.identify(slot)
    model = BoardModel(())
    model.attach(bench)
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    for percent in range(10):
        for slot in range(1, 65):
            bench.see(slot, Link.MTP, unit__battery=50 + percent)
    assert told == []
    with qtbot.waitSignal(model.flushed):
        pass
    assert told == [(0, 63)]


@pytest.mark.parametrize("word", [StateWord.NEEDS_YOU, StateWord.FAILED, StateWord.DONE])
def test_what_is_loud_is_shown_at_once(qapp: Any, word: StateWord) -> None:
    bench = scenes.bench(4)
    model = BoardModel(())
    steps = {StateWord.NEEDS_YOU: "collect", StateWord.FAILED: "register", StateWord.DONE: "sign-in-page"}
    if word is StateWord.NEEDS_YOU:
        bench.plug(1)
        bench.identify(1)
        model.attach(bench)
        bench.start(1, "showroom")
    else:
        scenes.to_step(bench, 1, steps[word])
        model.attach(bench)
        if word is StateWord.FAILED:
            bench.see(1, Link.GRAPH, autopilot__registration="refused")
        else:
            bench.attest(1, "other-user")
    shown = model.tile(1)
    assert shown is not None
    assert shown.word is word


def test_entering_a_state_is_told_once(qapp: Any) -> None:
    bench = scenes.bench(2)
    model = BoardModel(())
    model.attach(bench)
    told: list[tuple[int, StateWord]] = []
    model.entered.connect(lambda slot, word: told.append((slot, word)))
    bench.plug(1)
    bench.identify(1)
    bench.see(1, Link.MTP, unit__battery=40)
    model.flush()
    assert told == [(1, StateWord.READY)]


def test_time_alone_makes_a_step_stuck(qapp: Any) -> None:
    bench = scenes.bench(2)
    scenes.to_step(bench, 1, "collect")
    model = BoardModel(())
    model.attach(bench)
    bench.clock.move(301)
    model._tick()
    shown = model.tile(1)
    assert shown is not None
    assert shown.stuck


def test_a_slot_that_appears_later_takes_its_place(qapp: Any) -> None:
    bench = scenes.bench(2)
    model = BoardModel(())
    model.attach(bench)
    bench.plug(7)
    bench.plug(5)
    assert [t.slot for t in model.tiles()] == [1, 2, 5, 7]


def test_a_detached_model_listens_no_more(qapp: Any) -> None:
    bench = scenes.bench(2)
    model = BoardModel(())
    model.attach(bench)
    model.detach()
    bench.plug(1)
    model.flush()
    shown = model.tile(1)
    assert shown is not None
    assert shown.word is StateWord.EMPTY


def test_rows_outside_answer_nothing(model: BoardModel) -> None:
    assert model.data(QModelIndex(), ROLE_TILE) is None
    assert model.rowCount(model.index(0)) == 0
    assert not model.index_of(99).isValid()
