"""What the program does before and at its first paint: it decides, it imports little, and Qt keeps its references."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal

from ui.entry import has_display, main, wants_window, without_window

ROOT = Path(__file__).resolve().parents[2]
LATE = ("msal", "sqlalchemy", "alembic", "requests", "urllib3", "cryptography", "keyring", "usb", "pydantic", "psycopg",
        "station.journal", "station.links.graph", "station.practice", "station.package", "station.autopilot")

AT_FIRST_PAINT = """
import os, sys
from pathlib import Path
from ui.app import Order, start
from ui.practice.order import PracticeOrder
def painted():
    print("\\n".join(sorted(sys.modules)), flush=True)
    os._exit(0)
start(Order(PracticeOrder(), Path(sys.argv[1]), painted))
"""

WHOLE = """
import asyncio, os, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from ui import app, loop
from ui.practice.order import PracticeOrder
application = QApplication([])
application.setQuitOnLastWindowClosed(False)
made = app.App(application, app.Order(PracticeOrder(units=2, speed=50), Path(sys.argv[1])))
async def drive():
    running = asyncio.get_running_loop().create_task(made.run())
    while made.window.context is None:
        await asyncio.sleep(0.05)
    while not all(t.serial for t in made.window.live.board.tiles()):
        await asyncio.sleep(0.05)
    for key in ("guide", "settings", "board"):
        made.window.go(key)
        await asyncio.sleep(0.05)
    print("units", len(made.window.live.board.tiles()), flush=True)
    made.window.close()
    return await running
sys.exit(loop.run(application, drive))
"""


def child(program: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-W", "error::ResourceWarning", "-c", program, str(folder / "window.toml")], cwd=ROOT,
                          capture_output=True, text=True, timeout=120, check=False,
                          env=os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"} | environment)


@pytest.mark.parametrize(("words", "window"), [
    ([], True), (["practice"], True), (["practice", "--units", "3", "--speed", "20"], True),
    (["practice", "--auto"], False), (["practice", "--json"], False), (["practice", "--list-faults"], False),
    (["practice", "--help"], False), (["--version"], False), (["devices"], False), (["unit", "status", "1"], False),
])
def test_it_knows_who_is_meant(words: list[str], window: bool) -> None:
    assert wants_window(words) is window


@pytest.mark.parametrize(("environment", "platform", "display"), [
    ({}, "linux", False), ({"DISPLAY": ":0"}, "linux", True), ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
    ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True), ({"DISPLAY": ""}, "linux", False), ({}, "win32", True),
    ({}, "darwin", True),
])
def test_it_knows_where_a_window_can_be_opened(environment: dict[str, str], platform: str, display: bool) -> None:
    assert has_display(environment, platform) is display


def test_without_a_display_the_practice_bench_plays_itself_in_the_terminal() -> None:
    assert without_window(["practice", "--units", "2"]) == ["practice", "--units", "2", "--auto"]
    assert without_window([]) == ["devices", "--watch"]


def test_without_a_display_it_says_so_and_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from station.cli import main as terminal

    asked: list[list[str]] = []
    monkeypatch.setattr(terminal, "main", lambda words: asked.append(list(words)) or 0)
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main(["practice"]) == 0
    assert "no display" in capsys.readouterr().err
    assert asked == [["practice", "--auto"]]


def test_nothing_is_imported_that_the_first_screen_does_not_need(tmp_path: Path) -> None:
    run = child(AT_FIRST_PAINT, tmp_path)
    assert run.returncode == 0, run.stderr
    loaded = run.stdout.split()
    assert "ui.board.view" in loaded
    assert [m for m in loaded if m in LATE or m.startswith(tuple(f"{name}." for name in LATE))] == []


def test_the_whole_program_opens_shows_the_practice_bench_and_closes_silently(tmp_path: Path) -> None:
    run = child(WHOLE, tmp_path)
    assert run.returncode == 0, run.stderr
    assert "units 2" in run.stdout
    assert [line for line in run.stderr.splitlines() if "propagateSizeHints" not in line] == []


class Caller(QObject):
    ping = Signal()


def test_qt_keeps_its_references(qapp: Any) -> None:
    """PySide6 6.12.0 drops one reference to True with every emit and aborts Python 3.11 (PYSIDE-3474)."""
    caller = Caller()
    before = sys.getrefcount(True)
    for _ in range(100):
        caller.ping.emit()
    assert abs(sys.getrefcount(True) - before) < 50
