"""Every screen, audited: controls are named, reachable, large enough, and nothing is clipped when texts grow by 40 %."""

import asyncio
from collections.abc import Callable, Iterator
from gettext import NullTranslations
from importlib.util import find_spec
from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QToolButton,
    QWidget,
)

from ui import language, scenes
from ui.screens import SCREENS
from ui.widgets.flow import Flow
from ui.window import Window

KEYS = [s.key for s in SCREENS if find_spec(s.factory.partition(":")[0].rpartition(".")[0]) is not None
        and find_spec(s.factory.partition(":")[0]) is not None]
SCENES = [("ten states", scenes.ten_states, 3), *((name, lambda n=name: scenes.cards()[n], 1) for name in scenes.cards())]
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView)


class Longer(NullTranslations):
    """A pseudo-locale: every text 40 % longer, with accents, placeholders kept."""

    def gettext(self, message: str) -> str:
        extra = max(1, round(len(message) * 0.4))
        return f"{message}{'é' * (extra - 1)}!" if " " not in message else f"{message} {('ñandé ' * extra)[:extra - 1]}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def controls(window: Window) -> Iterator[QWidget]:
    """What a person can act on in the open window."""
    for widget in window.findChildren(QWidget):
        if isinstance(widget, CONTROLS) and widget.isVisible() and not _inside(widget):
            yield widget


def _inside(widget: QWidget) -> bool:
    """Parts of a control that are no control of their own (the list of a chooser, the corner of a table, a header)."""
    parent = widget.parent()
    named_parts = ("qt_", "QTableCornerButton")
    return (isinstance(parent, QComboBox | QScrollBar) or widget.objectName().startswith(named_parts)
            or widget.metaObject().className() in ("QTableCornerButton", "QHeaderView", "QDockWidgetTitleButton")
            or (isinstance(parent, QLineEdit) and isinstance(widget, QToolButton)))


def name_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return str(interface.text(QAccessible.Text.Name)) if interface is not None else ""


Audit = Callable[[Window], list[str]]


@pytest.fixture
def audited(open_window: Any, in_loop: Any) -> Any:
    """What an audit finds on a screen, looked at with the loop running as it does in the program."""
    def found(audit: Audit, key: str, bench: Any = None, slot: int = 9, **options: Any) -> list[str]:
        window = open_window(bench or scenes.ten_states(), **options)
        window.live.selection.choose(slot)

        async def main() -> list[str]:
            window.go(key)
            await asyncio.sleep(0.1)    # laid out and shown; processEvents here would enter the loop twice
            told = audit(window)
            await window.tasks.close()
            return told

        result: list[str] = in_loop(main)
        return result
    return found


def nameless(window: Window) -> list[str]:
    return [f"{w.metaObject().className()} {w.objectName()}" for w in controls(window) if not name_of(w).strip()]


def unreachable(window: Window) -> list[str]:
    return [name_of(w) for w in controls(window) if w.isEnabled()
            and not w.focusPolicy() & Qt.FocusPolicy.TabFocus and not _beside_the_checked(w)]


def never_tabbed_to(window: Window) -> list[str]:
    """Controls that Tab never comes to; in an exclusive group it comes to the checked one, and arrow keys to the others."""
    stops: list[QWidget] = []
    at: QWidget | None = window.focusWidget() or window.centralWidget()
    while at is not None and at not in stops:
        stops.append(at)
        at.focusNextPrevChild(True)
        at = window.focusWidget()
    return [name_of(w) for w in controls(window) if w.isEnabled() and w not in stops and not _beside_the_checked(w)]


def _beside_the_checked(widget: QWidget) -> bool:
    return isinstance(widget, QAbstractButton) and (widget.autoExclusive() or bool(widget.group())) and not widget.isChecked()


def smaller_than(least: int) -> Audit:
    return lambda window: [f"{name_of(w)}: {w.width()}×{w.height()}" for w in controls(window)
                           if not isinstance(w, QAbstractItemView) and min(w.width(), w.height()) < least]


@pytest.mark.parametrize("key", KEYS)
def test_every_control_has_a_name(audited: Any, key: str) -> None:
    assert audited(nameless, key) == []


@pytest.mark.parametrize("key", KEYS)
def test_every_control_is_reached_by_the_keyboard(audited: Any, key: str) -> None:
    assert audited(unreachable, key) == []


@pytest.mark.parametrize("key", KEYS)
def test_tab_comes_to_every_control(audited: Any, key: str) -> None:
    assert audited(never_tabbed_to, key) == []


@pytest.mark.parametrize("key", KEYS)
def test_every_target_is_large_enough(audited: Any, key: str) -> None:
    assert audited(smaller_than(44), key) == []


@pytest.mark.parametrize("key", KEYS)
def test_every_target_is_larger_in_operator_mode(audited: Any, key: str) -> None:
    assert audited(smaller_than(60), key, operator=True, size=(1680, 1050)) == []


@pytest.mark.parametrize("large", ["board", "guide"])
@pytest.mark.parametrize(("name", "bench", "slot"), SCENES, ids=[s[0] for s in SCENES])
def test_no_text_of_a_card_is_clipped_when_it_grows(audited: Any, name: str, bench: Any, slot: int, large: str) -> None:
    language.use("qps", Longer())
    assert audited(clipped, large, bench(), slot) == []


@pytest.mark.parametrize("key", [k for k in KEYS if k not in ("board", "guide")])
def test_no_text_is_clipped_when_it_grows(audited: Any, key: str) -> None:
    language.use("qps", Longer())
    assert audited(clipped, key) == []


@pytest.mark.parametrize(("name", "bench", "slot"), SCENES, ids=[s[0] for s in SCENES])
@pytest.mark.parametrize("large", ["board", "guide"])
def test_no_text_of_a_card_is_clipped_on_a_screen_of_1080_lines_at_200_percent(
        audited: Any, name: str, bench: Any, slot: int, large: str) -> None:
    assert audited(clipped, large, bench(), slot, size=(960, 540)) == []


@pytest.mark.parametrize("key", KEYS)
def test_no_text_is_clipped_in_operator_mode(audited: Any, key: str) -> None:
    assert audited(clipped, key, operator=True, size=(1680, 1050)) == []


def clipped(window: Window) -> list[str]:
    """Texts that need more room than they have."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        if isinstance(widget, QScrollArea) and widget.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
            inside = widget.widget()
            if inside is not None and inside.width() > widget.viewport().width() + 1:
                found.append(f"{widget.parent()} holds {inside.width()} px and shows {widget.viewport().width()} of them")
        elif isinstance(widget, Flow) and widget.height() < widget.heightForWidth(widget.width()):
            found.append(f"row: {widget.width()}×{widget.height()}, wants {widget.heightForWidth(widget.width())}")
        elif isinstance(widget, QLabel) and widget.text():
            found += _clipped_label(widget)
        elif isinstance(widget, QPushButton) and widget.text() and widget.width() < widget.minimumSizeHint().width():
            found.append(f"button: {widget.text()} ({widget.width()} < {widget.minimumSizeHint().width()})")
    return found


def _clipped_label(label: QLabel) -> list[str]:
    flags = Qt.TextFlag.TextWordWrap if label.wordWrap() else Qt.TextFlag.TextSingleLine
    needed = label.fontMetrics().boundingRect(QRect(0, 0, max(1, label.width()), 100_000), flags, label.text())
    if needed.width() > label.width() + 1 or needed.height() > label.height() + 2:
        return [f"label: {label.text()} (needs {needed.width()}×{needed.height()}, has {label.width()}×{label.height()})"]
    return []
