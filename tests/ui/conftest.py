"""What tests of the window share: no display is needed, and every test begins in English and in the light."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from gettext import GNUTranslations
from types import ModuleType
from typing import Any

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.hands import BUDGET_S
from ui import language, scenes
from ui.context import Context
from ui.live import Live
from ui.preferences import Preferences
from ui.staged import StagedBench
from ui.theme.theme import Theme, put_on
from ui.theme.tokens import Mode
from ui.window import Station, Window


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Every test begins in English and leaves English behind."""
    language.use("en")
    yield
    language.use("en")


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The light theme, worn by the application."""
    found = Theme.of(Mode.LIGHT)
    put_on(qapp, found)
    return found


OpenWindow = Callable[..., Window]


@pytest.fixture
def open_window(qtbot: Any, qapp: QApplication) -> OpenWindow:
    """Opens the window over a staged bench: `open_window(bench, mode=…, operator=…, size=…, practice=…)`."""
    def opened(bench: StagedBench, mode: Mode = Mode.LIGHT, operator: bool = False, size: tuple[int, int] = (1440, 900),
               practice: bool = False, preferences: Preferences | None = None) -> Window:
        worn = Theme.of(mode, operator)
        put_on(qapp, worn)
        window = Window(Live(), worn, preferences or Preferences(countdown=False), practice)
        qtbot.addWidget(window)
        window.resize(*size)
        window.attach(Station(bench, {}, {}))
        window.show()
        qtbot.waitExposed(window)
        window.windowHandle().requestActivate()
        qapp.processEvents()
        return window
    return opened


@pytest.fixture
def context(theme: Theme, open_window: OpenWindow) -> Context:
    """A context as screens get it, over the ten states."""
    made = open_window(scenes.ten_states()).context
    assert made is not None
    return made


@pytest.fixture
def in_loop(qapp: QApplication) -> Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]:
    """Runs a coroutine function on the window's own kind of loop, with a budget."""
    loop_: ModuleType = pytest.importorskip("ui.loop")
    qapp.setQuitOnLastWindowClosed(False)

    def run(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        result: list[Any] = []

        async def whole() -> int:
            result.append(await asyncio.wait_for(main(), BUDGET_S))
            return 0

        loop_.run(qapp, whole)
        return result[0]
    return run


@pytest.fixture
def french() -> GNUTranslations:
    """The shipped French catalogue, compiled for the test from its PO files."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    import resources

    merged = Catalog(locale="fr")
    for name in resources.names("locale/fr", ".po"):
        for message in read_po(resources.text(name).splitlines(keepends=True), locale="fr"):
            if message.id and merged.get(message.id if isinstance(message.id, str) else message.id[0]) is None:
                merged.add(message.id, message.string)
    from io import BytesIO

    from babel.messages.mofile import write_mo

    buffer = BytesIO()
    write_mo(buffer, merged)
    buffer.seek(0)
    return GNUTranslations(buffer)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that has the application opens Qt windows."""
    for item in items:
        if "qapp" in getattr(item, "fixturenames", ()):
            item.add_marker("gui")
