"""Rows of buttons that wrap: every one stays whole and inside, whatever the width."""

from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton

from ui.theme.theme import Theme
from ui.widgets.buttons import button
from ui.widgets.flow import Flow


def flow_of(qtbot: Any, width: int) -> tuple[Flow, list[QPushButton], QLineEdit]:
    flow, field = Flow(), QLineEdit()
    buttons = [button(f"Button number {n}") for n in range(6)]
    for press in buttons:
        flow.add(press)
    flow.add(field, grows=True)
    qtbot.addWidget(flow)
    flow.resize(width, flow.heightForWidth(width))
    flow.show()
    return flow, buttons, field


@pytest.mark.parametrize("width", [200, 420, 700, 1600])
def test_every_button_is_whole_and_inside(qtbot: Any, theme: Theme, width: int) -> None:
    flow, buttons, _ = flow_of(qtbot, width)
    for press in buttons:
        assert press.width() >= press.minimumSizeHint().width()
        assert flow.rect().contains(press.geometry())
    places = [press.geometry() for press in buttons]
    assert not any(a.intersects(b) for i, a in enumerate(places) for b in places[i + 1:])


def test_a_narrow_row_is_higher_and_a_wide_one_is_one_line(qtbot: Any, theme: Theme) -> None:
    flow, buttons, _ = flow_of(qtbot, 1600)
    assert flow.heightForWidth(1600) < flow.heightForWidth(420) < flow.heightForWidth(200)
    assert len({press.y() for press in buttons}) == 1


def test_the_one_that_grows_takes_the_rest_of_its_line(qtbot: Any, theme: Theme) -> None:
    flow, _, field = flow_of(qtbot, 1600)
    assert field.geometry().right() == flow.rect().right()


def test_a_hidden_button_leaves_no_gap(qtbot: Any, theme: Theme) -> None:
    flow, buttons, _ = flow_of(qtbot, 1600)
    before = buttons[2].x()
    buttons[0].hide()
    assert buttons[2].x() < before <= flow.width()
