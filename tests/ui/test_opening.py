"""A station whose record cannot be opened: the person mends it, or chooses another, without leaving the window."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from station.bench.configuration import VARIABLE, load
from station.journal import Journal
from station.model.timing import WallClock
from station.paths.registry import PATHS
from tests.ui.hands import dialog_of, press, texts, until
from ui import compositions, loop, scenes
from ui.app import App, Order
from ui.settings.record import RecordForm
from ui.staged import StagedBench
from ui.window import Station

Person = Callable[[App], Awaitable[None]]


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configured record that is none, and a station that opens what is configured."""
    file, record = tmp_path / "holobench.toml", tmp_path / "journal.sqlite"
    file.write_text(f'# ours\n[station]\njournal = "{record.as_posix()}"\n', encoding="utf-8")
    record.write_bytes(b"no database at all" * 100)
    monkeypatch.setenv(VARIABLE, str(file))

    async def real() -> compositions.Composed:
        config = load()
        journal = await compositions.in_thread(lambda: Journal.open(config.journal, config.station, WallClock()))

        async def close() -> None:
            journal.close()

        return compositions.Composed(Station(StagedBench(2, PATHS, scenes.BLUEPRINTS), {}, {}), close)

    monkeypatch.setattr(compositions, "real", real)
    return record


@pytest.fixture
def station(qapp: QApplication, tmp_path: Path) -> Callable[[Person], int]:
    """The program with a person before it, until it has ended; its exit status."""
    def run(person: Person) -> int:
        qapp.setQuitOnLastWindowClosed(False)
        made = App(qapp, Order(None, tmp_path / "window.toml"))

        async def both() -> int:
            running = asyncio.create_task(made.run())
            async with asyncio.timeout(30):
                await until(lambda: dialog_of(made.window))
                await person(made)
                return await running

        return loop.run(qapp, both)
    return run


async def go_on(made: App) -> None:
    await until(lambda: made.window.context)
    made.window.close()


def test_another_record_is_chosen_and_the_station_opens(record: Path, station: Any, tmp_path: Path) -> None:
    other = tmp_path / "other" / "journal.sqlite"

    async def person(made: App) -> None:
        press(dialog_of(made.window) or made.window, "Choose another record …")
        await until(lambda: made.window.findChild(RecordForm))
        form = made.window.findChild(RecordForm)
        assert form is not None
        form.place.setText(str(other))
        press(form, "Open and save")
        await go_on(made)

    assert station(person) == 0
    assert load().journal == str(other)
    assert "# ours" in (tmp_path / "holobench.toml").read_text(encoding="utf-8")
    assert record.read_bytes().startswith(b"no database")


def test_a_record_that_was_mended_meanwhile_is_opened_when_tried_again(record: Path, station: Any) -> None:
    async def person(made: App) -> None:
        assert "journal.damaged" in texts(dialog_of(made.window) or made.window)
        await compositions.in_thread(record.unlink)
        press(dialog_of(made.window) or made.window, "Try again")
        await go_on(made)

    assert station(person) == 0


def test_who_closes_is_asked_no_more(record: Path, station: Any) -> None:
    async def person(made: App) -> None:
        press(dialog_of(made.window) or made.window, "Close")

    assert station(person) == 1


def test_a_choice_that_is_taken_back_comes_back_to_what_is_wrong(record: Path, station: Any) -> None:
    async def person(made: App) -> None:
        press(dialog_of(made.window) or made.window, "Choose another record …")
        await until(lambda: made.window.findChild(RecordForm))
        press(dialog_of(made.window) or made.window, "Cancel")
        await until(lambda: "journal.damaged" in texts(dialog_of(made.window) or made.window))
        press(dialog_of(made.window) or made.window, "Close")

    assert station(person) == 1
