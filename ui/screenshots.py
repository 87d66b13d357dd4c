"""Pictures of the window for the documents: python -m ui.screenshots FOLDER [NAME …]

Real windows over staged benches and, for the practice panel, over a real practice world. Without a screen they are painted in
memory by the plug-in `offscreen`; both give the same pixels (facts/style §0.10).
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QCursor, QImage, QImageWriter
from PySide6.QtWidgets import QApplication, QWidget

from ui import language, loop, scenes
from ui.live import Live
from ui.practice.order import PracticeOrder
from ui.preferences import Preferences
from ui.staged import StagedBench
from ui.theme.theme import Theme, put_on
from ui.theme.tokens import Mode
from ui.window import Station, Window

DESK = QSize(1440, 900)
WALL = QSize(1920, 1080)


@dataclass(frozen=True)
class Shot:
    """One picture: which bench, which slot, how it is looked at, and what is done before."""

    name: str
    bench: Callable[[], StagedBench]
    slot: int = 3
    screen: str = "board"
    language: str = "en"
    mode: Mode = Mode.LIGHT
    operator: bool = False
    size: QSize = DESK
    scale: int = 1
    before: Callable[[Window], object] = lambda window: None


def _card(name: str) -> Callable[[], StagedBench]:
    return lambda: scenes.cards()[name]


SHOTS: Sequence[Shot] = (
    Shot("board-en-light", scenes.ten_states),
    Shot("board-fr-dark", scenes.ten_states, 9, language="fr", mode=Mode.DARK),
    Shot("board-wall", scenes.ten_states, size=WALL, before=lambda w: w.toggle_wall()),
    Shot("board-wall-fr-dark", scenes.ten_states, language="fr", mode=Mode.DARK, size=WALL, before=lambda w: w.toggle_wall()),
    Shot("board-operator-mode", scenes.ten_states, operator=True, size=QSize(1680, 1000)),
    Shot("board-200-percent", scenes.ten_states, size=QSize(960, 540), scale=2),
    Shot("guide-200-percent-fr-dark", _card("go-online"), 1, "guide", "fr", Mode.DARK, size=QSize(960, 540), scale=2),
    Shot("start-en-light", _card("ready"), 1),
    Shot("start-fr-dark", _card("ready"), 1, language="fr", mode=Mode.DARK),
    Shot("guide-chord-en-light", _card("chord"), 1, "guide"),
    Shot("guide-chord-fr-dark", _card("chord"), 1, "guide", "fr", Mode.DARK),
    Shot("guide-timer-en-light", _card("collect"), 1, "guide"),
    Shot("guide-network-en-light", _card("go-online"), 1, "guide"),
    Shot("guide-network-fr-light", _card("go-online"), 1, "guide", "fr"),
    Shot("guide-otherwise-en-light", _card("go-online"), 1, "guide", before=lambda w: w.deed("not-this")),
    Shot("guide-failed-en-light", _card("failed"), 1, "guide"),
    Shot("guide-failed-fr-dark", _card("failed"), 1, "guide", "fr", Mode.DARK),
    Shot("guide-done-en-light", _card("done"), 1, "guide"),
    Shot("settings-en-light", scenes.ten_states, screen="settings"),
    Shot("keys-en-light", scenes.ten_states, before=lambda w: w.show_keys()),
)


def take(app: QApplication, shot: Shot) -> QImage:
    """The picture of one shot."""
    language.use(shot.language)
    theme = Theme.of(shot.mode, shot.operator)
    put_on(app, theme)
    window = Window(Live(), theme, Preferences(slots={1: "A1"}, countdown=False))
    window.resize(shot.size)
    window.attach(Station(shot.bench(), {}, {"Record": "/var/lib/holobench/journal.sqlite"}))
    window.live.selection.choose(shot.slot)
    window.go(shot.screen)
    window.show()
    QCursor.setPos(window.mapToGlobal(window.rect().bottomRight()))    # nothing looks hovered
    settle(app)
    shot.before(window)
    window.resize(shot.size)
    settle(app)
    dialogs = [w for w in app.topLevelWidgets() if w.isVisible() and w is not window and w.parent() is window]
    image = _painted(dialogs[0] if dialogs else window, shot.scale)
    for widget in (*dialogs, window):
        widget.close()
        widget.deleteLater()
    settle(app)
    return image


def _painted(widget: QWidget, scale: int) -> QImage:
    """What the widget shows on a screen of that scale."""
    image = QImage(widget.size() * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    widget.render(image)
    return image


def settle(app: QApplication) -> None:
    """Let everything that was laid out be shown; this program owns its loop and has no other work."""
    for _ in range(6):
        app.sendPostedEvents()
        app.processEvents()


async def practice_panel(app: QApplication, mode: Mode, code: str) -> QImage:
    """The window over a real practice world, with the panel open."""
    from ui import compositions

    language.use(code)
    theme = Theme.of(mode)
    put_on(app, theme)
    composed = await compositions.practice(PracticeOrder(8, speed=20))
    window = Window(Live(), theme, Preferences(countdown=False), practice=True)
    window.resize(QSize(1600, 1000))
    window.attach(composed.station)
    window.show()
    board = window.live.board
    await _until(window, lambda: all(t.serial for t in board.tiles()))
    window.deed("start-all")
    window.live.selection.choose(2)
    await _until(window, lambda: all(t.step > 1 for t in board.tiles()))
    window.deed("back")
    await asyncio.sleep(1)
    image = window.grab().toImage()
    window.live.board.detach()
    window.hide()
    await window.tasks.close()
    await composed.close()
    return image


async def _until(window: Window, holds: Callable[[], bool]) -> None:
    """Wait until the board shows it."""
    shown = asyncio.Event()
    window.live.board.flushed.connect(lambda: shown.set() if holds() else None)
    await asyncio.wait_for(shown.wait(), 60)


def save(image: QImage, file: Path) -> None:
    """A small PNG: the 256 colours that are used most, compressed as far as it goes (Qt's quality 0)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    used = Counter(memoryview(plain.constBits()).cast("B").cast("I"))
    table = [colour | 0xFF000000 for colour, _count in used.most_common(256)]
    few = plain.convertToFormat(QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.AvoidDither)
    writer = QImageWriter(str(file), QByteArray(b"png"))
    writer.setQuality(0)
    writer.write(few)


def main(argv: Sequence[str]) -> int:
    """Make all pictures, or those that are named, in a folder."""
    folder, wanted = Path(argv[0]), set(argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(["holobench"])
    app.setQuitOnLastWindowClosed(False)
    for shot in SHOTS:
        if not wanted or shot.name in wanted:
            save(take(app, shot), folder / f"{shot.name}.png")
    for name, mode, code in (("practice-en-light", Mode.LIGHT, "en"), ("practice-fr-dark", Mode.DARK, "fr")):
        if not wanted or name in wanted:
            made: list[QImage] = []

            async def shoot(mode: Mode = mode, code: str = code, made: list[QImage] = made) -> int:
                made.append(await practice_panel(app, mode, code))
                return 0

            loop.run(app, shoot)
            save(made[0], folder / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
