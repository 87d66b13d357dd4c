"""The window as a whole: closing while work is under way, languages and looks that change while it runs, notices, trouble."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton

from station.model.errors import JournalError, SignInNeeded
from ui import language, scenes
from ui.context import Kind
from ui.live import Live
from ui.preferences import Preferences
from ui.screens import SCREENS, Screen
from ui.theme.theme import Theme, put_on
from ui.theme.tokens import Mode
from ui.window import Station, Window


def dialog_of(window: Window) -> QDialog:
    return next(d for d in window.findChildren(QDialog) if d.isVisible())


def answer(window: Window, text: str) -> None:
    found = next(b for b in dialog_of(window).findChildren(QPushButton) if b.text() == text)
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


async def shown(condition: Callable[[], bool]) -> None:
    """Wait for the screen, as long as the test's budget lasts."""
    while not condition():  # noqa: ASYNC110 - what the screen shows tells nobody
        await asyncio.sleep(0.01)


def asking(window: Window) -> bool:
    return any(d.isVisible() for d in window.findChildren(QDialog))


def test_closing_an_idle_bench_asks_nothing(open_window: Any) -> None:
    window = open_window(scenes.bench(2))
    told: list[bool] = []
    window.closing.connect(lambda: told.append(True))
    assert window.close()
    assert told == [True]


def test_closing_while_work_is_under_way_asks_and_stays_open_meanwhile(open_window: Any, in_loop: Any) -> None:
    bench = scenes.ten_states()
    bench.working = True
    window = open_window(bench)
    told: list[bool] = []
    window.closing.connect(lambda: told.append(True))

    async def main() -> None:
        window.close()
        await shown(lambda: asking(window))
        assert window.isVisible()
        window.close()
        assert sum(d.isVisible() for d in window.findChildren(QDialog)) == 1, "one question at a time"
        answer(window, "Keep working")
        await shown(lambda: not asking(window) and not window._asking)
        assert window.isVisible()
        assert told == []
        window.close()
        await shown(lambda: asking(window))
        answer(window, "Close, go on later")
        await shown(lambda: bool(told))

    in_loop(main)
    assert not window.isVisible()


def test_a_practice_that_keeps_no_record_says_that_it_ends(open_window: Any, in_loop: Any) -> None:
    bench = scenes.ten_states()
    window = open_window(bench, practice=True)
    window.attach(Station(bench, {}, {}, resumes=False))
    bench.working = True

    async def main() -> None:
        window.close()
        await shown(lambda: asking(window))
        assert any("This practice ends" in label.text() for label in dialog_of(window).findChildren(QLabel))
        answer(window, "End the practice")
        await shown(lambda: not window.isVisible())

    in_loop(main)


def test_another_task_goes_on_while_a_question_is_open(open_window: Any, in_loop: Any) -> None:
    """exec() inside a coroutine would stop the loop (facts/style §0.2)."""
    bench = scenes.ten_states()
    bench.working = True
    window = open_window(bench)
    beats: list[int] = []

    async def heart() -> None:
        while True:
            beats.append(1)
            await asyncio.sleep(0.005)

    async def main() -> None:
        beating = asyncio.create_task(heart())
        window.close()
        await shown(lambda: asking(window))
        before = len(beats)
        await shown(lambda: len(beats) > before + 5)
        beating.cancel()
        answer(window, "Keep working")
        await shown(lambda: not asking(window))

    in_loop(main)
    bench.working = False


@pytest.mark.parametrize(("press", "name", "answered"), [("cancel", "cancel", "End the run"), ("skip", "skip", "Skip the unit")])
def test_ending_and_skipping_ask_first(open_window: Any, in_loop: Any, press: str, name: str, answered: str) -> None:
    bench = scenes.cards()["collect"]
    window = open_window(bench)
    commands = window.screen_widget("board").guide.commands

    async def main() -> None:
        getattr(commands, press)(1)
        await shown(lambda: asking(window))
        assert not [said for said in bench.said if said[0] == name]
        answer(window, "Go on")
        await shown(lambda: not asking(window))
        assert not [said for said in bench.said if said[0] == name]
        getattr(commands, press)(1)
        await shown(lambda: asking(window))
        answer(window, answered)
        await shown(lambda: (name, 1) in bench.said)

    in_loop(main)


def texts(window: Window) -> set[str]:
    QApplication.processEvents()
    return {label.text() for label in window.findChildren(QLabel) if label.isVisibleTo(window)}


def test_the_language_changes_while_the_window_is_open(open_window: Any, french: Any) -> None:
    window = open_window(scenes.cards()["chord"])
    window.live.selection.choose(1)
    assert "Step 2 of 11 · Autopilot, self-deploying, over Wi-Fi" in texts(window)
    language.use("fr", french)
    window.dress(Theme.of(Mode.LIGHT))
    after = texts(window)
    assert not any(text.startswith("Step 2 of 11") for text in after)
    assert "Étape 2 sur 11 · Autopilot, auto-déploiement, par Wi-Fi" in after
    assert window.live.selection.slot == 1, "what was selected stays selected"


def test_the_mode_changes_while_the_window_is_open(open_window: Any, qapp: QApplication) -> None:
    window = open_window(scenes.ten_states())
    light = window.grab().toImage().pixelColor(700, 880)
    dark = Theme.of(Mode.DARK)
    put_on(qapp, dark)
    window.dress(dark)
    QApplication.processEvents()
    assert window.grab().toImage().pixelColor(700, 880) == dark.colour("ground") != light


def test_a_change_of_settings_is_kept_and_shown(open_window: Any) -> None:
    window = open_window(scenes.ten_states())
    kept: list[Preferences] = []
    looks: list[Preferences] = []
    window.kept.connect(kept.append)
    window.look_changed.connect(looks.append)
    window.change(window.context.preferences.with_(theme="dark"))
    assert [p.theme for p in kept] == [p.theme for p in looks] == ["dark"]


def test_before_the_bench_is_there_the_window_shows_its_slots(qtbot: Any, theme: Theme) -> None:
    window = Window(Live(range(1, 9)), theme, Preferences())
    qtbot.addWidget(window)
    window.show()
    window.go("settings")
    assert window.context is None
    window.attach(Station(scenes.bench(8), {}, {}))
    window.go("settings")
    assert window.stack.currentWidget() is window.screen_widget("settings")


@pytest.mark.parametrize("screen", [pytest.param(s, id=s.key) for s in SCREENS])
def test_every_screen_of_the_registry_opens(open_window: Any, in_loop: Any, screen: Screen) -> None:
    window = open_window(scenes.ten_states())

    async def main() -> None:
        window.go(screen.key)
        await asyncio.sleep(0.05)
        await window.tasks.close()

    in_loop(main)
    assert window.stack.currentWidget() is window.screen_widget(screen.key)


def test_trouble_of_the_station_stays_in_sight_until_it_is_over(open_window: Any) -> None:
    bench = scenes.bench(2)
    window = open_window(bench)
    bench.trouble_with(SignInNeeded("graph.sign-in-needed"))
    assert window._trouble_bar.isVisible()
    bench.trouble_with(None)
    assert not window._trouble_bar.isVisible()


def test_trouble_that_was_there_before_is_shown(open_window: Any) -> None:
    bench = scenes.bench(2)
    bench.trouble_with(JournalError("journal.disk-full"))
    assert open_window(bench)._trouble_bar.isVisible()


def test_notices_are_few_and_go_when_closed(open_window: Any) -> None:
    window = open_window(scenes.bench(2))
    for i in range(5):
        window.notify(f"notice {i}", Kind.DANGER)
    assert window.notices.texts() == ["notice 2", "notice 3", "notice 4"]
    assert window.notices.close_last()
    assert window.notices.texts() == ["notice 2", "notice 3"]


@pytest.mark.parametrize("key", ["board", "settings"])
def test_nothing_moves_under_the_pointer_when_something_is_said(open_window: Any, key: str) -> None:
    window = open_window(scenes.ten_states(), size=(1366, 697))
    window.go(key)
    QApplication.processEvents()
    before = places(window)
    window.notify("Said while a person is about to press something.", Kind.DANGER)
    QApplication.processEvents()
    assert places(window) == before


def places(window: Window) -> list[tuple[str, QRect]]:
    return [(b.text() or b.accessibleName(), QRect(b.mapTo(window, QPoint()), b.size()))
            for b in window.stack.findChildren(QPushButton) if b.isVisible()]


@pytest.mark.parametrize("practice", [False, True])
def test_what_is_said_stands_whole_over_the_screen(open_window: Any, practice: bool) -> None:
    window = open_window(scenes.ten_states(), size=(820, 460), practice=practice)
    window.notify("A longer notice, which goes on and on until it takes more than one line of a narrow window. " * 2)
    QApplication.processEvents()
    said = window.notices
    assert said.isVisible()
    assert said.height() >= said.layout().heightForWidth(said.width())
    over = QRect(window.stack.mapTo(window, QPoint()), window.stack.size())
    assert over.contains(said.geometry())
    assert said.isAncestorOf(window.childAt(said.geometry().center()))


def test_an_error_says_what_to_do(open_window: Any) -> None:
    window = open_window(scenes.bench(2))
    window.show_error(SignInNeeded("station.over-budget"))
    assert "Look at the unit" in window.notices.texts()[0]


def test_practice_is_labelled_on_every_screen(open_window: Any) -> None:
    window = open_window(scenes.ten_states(), practice=True)
    for key in ("board", "guide", "settings"):
        window.go(key)
        assert "PRACTICE" in texts(window)
    assert "practice" in window.windowTitle()


def test_a_failure_of_a_task_reaches_the_window(open_window: Any, in_loop: Any) -> None:
    window = open_window(scenes.bench(2))

    async def fails() -> None:
        raise SignInNeeded("station.over-budget")

    async def main() -> None:
        window.tasks.start(fails())
        await shown(lambda: bool(window.notices.texts()))
        await window.tasks.close()

    in_loop(main)


def test_blocking_work_holds_a_thread_and_not_the_loop(open_window: Any, in_loop: Any) -> None:
    import threading

    window = open_window(scenes.bench(2))
    gate = threading.Event()

    async def main() -> bool:
        waiting = asyncio.create_task(window.tasks.blocking(gate.wait, 10))
        await asyncio.sleep(0)
        gate.set()
        return await waiting

    assert in_loop(main) is True


@pytest.mark.parametrize(("room", "maximized"), [
    ((1920, 1040), False), ((1366, 728), True), ((1440, 900), True), ((960, 500), True)])
def test_the_window_comes_up_within_its_screen(qtbot: Any, theme: Theme, room: tuple[int, int], maximized: bool) -> None:
    window = Window(Live(), theme, Preferences())
    qtbot.addWidget(window)
    window.come_up(QSize(*room))
    assert window.isMaximized() is maximized
