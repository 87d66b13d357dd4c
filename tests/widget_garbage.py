"""Widgets in reference cycles die on the thread of the tests, never in a worker that happens to allocate (`ui.garbage`).

A plugin for every suite: a window that one test leaves would else be destroyed by a thread of a later test, of whatever folder.
"""

import gc
import sys
from collections.abc import Iterator

import pytest


def there_are_widgets() -> bool:
    """Whether this process has an application; asking loads no Qt."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    return widgets is not None and widgets.QApplication.instance() is not None


@pytest.fixture(autouse=True)
def garbage_on_this_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """While a test runs in a process with widgets, none of their cycles is collected by whichever thread allocates."""
    if "qapp" not in request.fixturenames and not there_are_widgets():
        yield
        return
    gc.disable()
    yield
    gc.collect(0)
    gc.enable()


@pytest.fixture(autouse=True, scope="module")
def no_garbage_for_others() -> Iterator[None]:
    """What a file of tests leaves is let go before the next file runs threads in this process."""
    yield
    if there_are_widgets():
        from PySide6.QtCore import QCoreApplication, QEvent

        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
