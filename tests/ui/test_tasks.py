"""Work that waits, and what becomes of it when nobody is there to be told."""

import asyncio
from typing import Any

from PySide6.QtWidgets import QWidget

from ui.tasks import Tasks


def test_an_answer_is_not_waited_for_once_what_shows_it_is_gone(in_loop: Any) -> None:
    """Another language or look builds the screens anew while a check of the old one is under way."""
    async def main() -> bool:
        tasks, shown = Tasks(lambda _error: None), QWidget()
        waiting = tasks.start(asyncio.Event().wait(), "check", shown)
        await asyncio.sleep(0)
        shown.deleteLater()
        await asyncio.wait({waiting})
        await tasks.close()
        return waiting.cancelled()

    assert in_loop(main)
