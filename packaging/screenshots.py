"""The pictures of the README, taken of real windows.

    python packaging/screenshots.py [FOLDER] [NAME…]       all, or those whose names begin with one of these

`dev.py screenshots` runs it on a screen in memory. Most show a staged bench (`ui.scenes`), so that they are the same each time;
`practice` is the practice bench itself.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from ui import compositions, language, loop, scenes
from ui.guide.pane import GuidePane
from ui.live import Live
from ui.practice.order import PracticeOrder
from ui.preferences import Preferences
from ui.staged import StagedBench
from ui.theme.theme import Theme, put_on
from ui.theme.tokens import Mode
from ui.window import Station, Window

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
SETTLE_S = 0.4
PATIENCE_S = 60.0
FLAT = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
PALETTE = 256
WIDE, ROOMY = (1440, 900), (1640, 1090)
WALL = (1920, 1080)
SMALL = (960, 540)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: what is staged, which screen shows it, for which slot, in which language and light; what is done before."""

    name: str
    stage: Callable[[], StagedBench]
    screen: str = "board"
    slot: int = 0
    language: str = "en"
    mode: Mode = Mode.LIGHT
    operator: bool = False
    size: tuple[int, int] = (1280, 800)
    scale: int = 1
    before: Callable[[Window], object] = lambda window: None


def _card(name: str) -> Callable[[], StagedBench]:
    return lambda: scenes.cards()[name]


def _choose_path(window: Window) -> None:
    """Open "Which path fits?" for the unit of the first slot."""
    pane = window.findChild(GuidePane)
    assert pane is not None
    pane.commands.choose_path(1)


SHOTS = (
    Shot("board-light-en", scenes.ten_states, slot=3, size=WIDE),
    Shot("board-dark-fr", scenes.ten_states, slot=9, language="fr", mode=Mode.DARK, size=WIDE),
    Shot("board-operator-en", scenes.ten_states, slot=3, operator=True, size=ROOMY),
    Shot("guide-chord-en", _card("chord"), "guide", 1),
    Shot("guide-failed-fr", _card("failed"), "guide", 1, "fr"),
    Shot("guide-waiting-dark-en", _card("profile"), "guide", 1, mode=Mode.DARK),
    Shot("settings-light-en", scenes.ten_states, "settings"),
    Shot("board-wall-light-en", scenes.ten_states, size=WALL, before=lambda window: window.toggle_wall()),
    Shot("board-wall-dark-fr", scenes.ten_states, language="fr", mode=Mode.DARK, size=WALL,
         before=lambda window: window.toggle_wall()),
    Shot("board-200-percent-en", scenes.ten_states, slot=3, size=SMALL, scale=2),
    Shot("guide-200-percent-dark-fr", _card("go-online"), "guide", 1, "fr", Mode.DARK, size=SMALL, scale=2),
    Shot("start-light-en", _card("ready"), slot=1),
    Shot("start-dark-fr", _card("ready"), slot=1, language="fr", mode=Mode.DARK),
    Shot("choosing-light-en", _card("ready"), "guide", 1, size=WIDE, before=lambda window: _choose_path(window)),
    Shot("choosing-dark-fr", _card("ready"), "guide", 1, "fr", Mode.DARK, size=WIDE, before=lambda window: _choose_path(window)),
    Shot("guide-timer-en", _card("collect"), "guide", 1),
    Shot("guide-network-fr", _card("go-online"), "guide", 1, "fr"),
    Shot("guide-otherwise-en", _card("go-online"), "guide", 1, before=lambda window: window.deed("not-this")),
    Shot("guide-done-en", _card("done"), "guide", 1),
    Shot("keys-light-en", scenes.ten_states, before=lambda window: window.show_keys()),
)
PRACTICE = "practice-light-en"
REGISTRATIONS = "registrations-light-en"
TENANT = "tenant-en"
RETURNS = "returns-fr"


async def take(shots: tuple[Shot, ...], practice: bool, registrations: bool, tenants: tuple[str, ...], folder: Path) -> int:
    """Take the pictures one after the other. Raises TimeoutError where the practice bench does not come up."""
    for shot in shots:
        window = _window(shot.language, shot.mode, shot.operator, shot.size)
        window.attach(Station(shot.stage(), {}, {}))
        window.live.selection.choose(shot.slot)
        window.go(shot.screen)
        await asyncio.sleep(SETTLE_S)
        shot.before(window)
        window.resize(QSize(*shot.size))
        QCursor.setPos(window.mapToGlobal(window.rect().bottomRight()))    # nothing looks pointed at
        await asyncio.sleep(SETTLE_S)
        _save(window, folder / f"{shot.name}.png", shot.scale)
        await window.tasks.close()
    if practice:
        await _practice(folder)
    if registrations:
        await asyncio.wait_for(_registrations(folder), 2 * PATIENCE_S)
    for name in tenants:
        await asyncio.wait_for(_in_tenant(folder, name), PATIENCE_S)
    return 0


async def _practice(folder: Path) -> None:
    window = _window("en", Mode.LIGHT, False, (1440, 900), practice=True)
    composed = await compositions.practice(PracticeOrder(8, "autopilot", 10.0, 1, "", ""))
    try:
        window.attach(composed.station)
        window.live.selection.choose(1)
        bench, identified = composed.station.bench, asyncio.Event()

        def look(_slots: frozenset[int] = frozenset()) -> None:
            if all(tile.serial for tile in bench.tiles()):
                identified.set()

        bench.subscribe(look)
        look()
        await asyncio.wait_for(identified.wait(), PATIENCE_S)
        await asyncio.sleep(SETTLE_S)
        _save(window, folder / f"{PRACTICE}.png")
    finally:
        window.live.board.detach()
        await window.tasks.close()
        await composed.close()


async def _registrations(folder: Path) -> None:
    """Eight units that a virtual technician brings as far as their hash; one of them belongs to another tenant."""
    from station.bench.bench import Bench
    from station.practice.technician import Technician
    from station.practice.world import PracticeWorld
    from ui.registrations.screen import RegistrationsScreen

    window = _window("en", Mode.LIGHT, False, (1440, 900), practice=True)
    composed = await compositions.practice(PracticeOrder(8, "autopilot", 60.0, 1, "other-tenant:1", ""))
    station = composed.station
    try:
        window.attach(Station(station.bench, station.services, station.places))
        world = station.services["practice-world"]
        assert isinstance(world, PracticeWorld)
        assert isinstance(station.bench, Bench)
        technician = Technician(station.bench, world.unit_of, "autopilot")
        window.go("registrations")
        screen = window.screen_widget("registrations")
        assert isinstance(screen, RegistrationsScreen)
        while len(screen.model.lines) < 8:
            technician.round()
            await asyncio.sleep(SETTLE_S)
            await screen.work.add_harvested("HoloLens")
            window.notices.close_last()
        await screen.work.register(screen.model.lines, None, False)
        refused = next(i for i, line in enumerate(screen.shown.shown()) if line.standing and line.standing.fault)
        screen.view.selectRow(refused)
        window.notices.close_last()
        await asyncio.sleep(SETTLE_S)
        _save(window, folder / f"{REGISTRATIONS}.png")
    finally:
        window.live.board.detach()
        await window.tasks.close()
        await composed.close()


async def _in_tenant(folder: Path, name: str) -> None:
    """The check of a practice tenant that lacks its profile; or the plan for a unit whose serial has two Intune records."""
    from station.practice.units.cloud import EnrolHow, UnitAtCloud
    from station.practice.world import PracticeWorld
    from station.tenant.plan import Goal, Lockdown, Where

    spoken = name.rpartition("-")[2]
    window = _window(spoken, Mode.LIGHT, False, (1440, 1300), practice=True)
    faults = "no-profile,mdm-scope-selected" if name == TENANT else ""
    composed = await compositions.practice(PracticeOrder(2, "autopilot", 60.0, 1, faults, ""))
    station = composed.station
    try:
        window.attach(Station(station.bench, station.services, station.places))
        world = station.services["practice-world"]
        assert isinstance(world, PracticeWorld)
        window.go(name.partition("-")[0])
        screen: Any = window.screen_widget(name.partition("-")[0])
        if name == TENANT:
            await _until(lambda: screen.work.session is not None and not screen.work.busy)
            screen.check.click()
            await _until(lambda: not screen.work.busy)
        else:
            await _until(lambda: all(tile.serial for tile in station.bench.tiles()))
            serial = station.bench.tiles()[0].serial
            world.tenant.register(serial, "HoloLens")
            world.tenant.leave_record(serial)
            world.tenant.enrol(UnitAtCloud(serial, "HoloLens 2", "10.0.20348.1501", "HL-1", ""), EnrolHow.BULK_PACKAGE, "")
            window.go("returns", serial=serial)
            await _until(lambda: screen.work.found is not None and not screen.work.busy)
            screen.choices.choose(Goal.LEAVE, Where.BENCH, Lockdown.NEVER)
        await asyncio.sleep(SETTLE_S)
        _save(window, folder / f"{name}.png")
    finally:
        window.live.board.detach()
        await window.tasks.close()
        await composed.close()


async def _until(true: Callable[[], bool]) -> None:
    """Wait until the screen shows it; whoever calls has a limit."""
    while not true():  # noqa: ASYNC110 - many things of Qt are looked at
        await asyncio.sleep(SETTLE_S)


def _window(spoken: str, mode: Mode, operator: bool, size: tuple[int, int], practice: bool = False) -> Window:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    language.use(spoken)
    theme = Theme.of(mode, operator)
    put_on(app, theme)
    window = Window(Live(), theme, Preferences(countdown=False), practice)
    window.resize(QSize(*size))
    window.show()
    return window


def _save(window: Window, file: Path, scale: int = 1) -> None:
    """In the commonest colours of the picture itself: a quarter of the bytes, and no difference to the eye.

    A dialog that is open is the picture; `scale` paints it as a screen of that scale does.
    """
    shown: QWidget = next((d for d in window.findChildren(QDialog) if d.isVisible()), window)
    picture = QImage(shown.size() * scale, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(scale)
    shown.render(picture)
    colours = Counter(memoryview(picture.constBits()).cast("I")).most_common(PALETTE)
    picture.convertToFormat(QImage.Format.Format_Indexed8, [colour for colour, _ in colours], FLAT).save(str(file), quality=0)
    window.hide()
    print(f"{file.name}: {file.stat().st_size // 1024} KB", flush=True)


def main(arguments: list[str]) -> int:
    """Take what the arguments name."""
    folder, names = (Path(arguments[0]), arguments[1:]) if arguments else (FOLDER, [])
    def wanted(name: str) -> bool:
        return not names or name.startswith(tuple(names))
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    shots = tuple(shot for shot in SHOTS if wanted(shot.name))
    tenants = tuple(filter(wanted, (TENANT, RETURNS)))
    return loop.run(app, lambda: take(shots, wanted(PRACTICE), wanted(REGISTRATIONS), tenants, folder))


if __name__ == "__main__":
    sys.path.insert(0, str(FOLDER.parent.parent))
    sys.exit(main(sys.argv[1:]))
