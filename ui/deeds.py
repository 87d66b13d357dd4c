"""What keys and scans do, for the screen that is open: the bridge from `ui.board.keys` to the guide's commands and the window."""

from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtWidgets import QWidget

from station.model.board import Tile
from ui.board.keys import Deed
from ui.board.screen import BoardScreen
from ui.context import Context, Kind
from ui.guide.pane import GuidePane
from ui.guide.screen import GuideScreen
from ui.language import _
from ui.theme.marks import Sound
from ui.widgets.notices import Notices


class Stage(Protocol):
    """The window as keys need it."""

    @property
    def notices(self) -> Notices: ...
    def toggle_wall(self) -> bool: ...
    def leave_wall(self) -> bool: ...
    def show_keys(self) -> None: ...
    def look_up_fault(self) -> None: ...


class Deeds:
    """Does one deed; made for each, since screens come and go."""

    def __init__(self, stage: Stage, context: Context, screens: Mapping[str, QWidget]) -> None:
        self._stage = stage
        self._context = context
        self._screens = screens

    def do(self, deed: Deed, slot: int) -> bool:
        """Whether the deed found something to do; where not, the key goes on to the widgets."""
        anywhere: dict[Deed, Callable[[], bool]] = {
            Deed.WALL: self._stage.toggle_wall, Deed.MUTE: self._mute, Deed.HELP: self._help,
            Deed.FAULT: self._fault, Deed.BACK: self._back,
        }
        if deed in anywhere:
            return anywhere[deed]()
        pane = self._pane()
        if pane is None:
            return False
        commands, at = pane.commands, self._context.live.selection.slot
        if deed is Deed.SLOT:
            return self._select(slot)
        if deed is Deed.PRIMARY:
            return commands.primary(at) or self._wrong()
        if deed is Deed.RETRY:
            return self._retry(pane, at)
        if deed is Deed.NOT_THIS:
            return pane.toggle_otherwise() or self._wrong()
        if deed is Deed.START_ALL:
            commands.start(commands.ready(), commands.blueprint())
            return True
        following = commands.next_slot(at)
        return self._select(following.slot) if following else self._wrong()

    def scanned(self, text: str) -> bool:
        """Give a scan to the screen that is open, where it takes scans; else select the unit of the scanned serial. A scan of the
        unit whose card is open answers the card that asks for it."""
        if any(screen.isVisible() and hasattr(screen, "scanned") and screen.scanned(text) for screen in self._screens.values()):
            return True
        found = next((t for t in self._context.live.board.tiles() if is_meant(t, text)), None)
        if found is None:
            self._context.live.speaker.play(Sound.WRONG)
            self._context.shell.notify(_("No unit with the serial {serial} on this bench.").format(serial=text[:40]), Kind.WARN)
            return False
        pane = self._pane()
        if pane is not None and self._context.live.selection.slot == found.slot:
            pane.commands.confirm_by_scan(found.slot)
        self._context.live.selection.choose(found.slot)
        return True

    def _pane(self) -> GuidePane | None:
        for key in ("board", "guide"):
            screen = self._screens.get(key)
            if screen is not None and screen.isVisible():
                return _pane_of(screen)
        return None

    def _select(self, slot: int) -> bool:
        if self._context.live.board.tile(slot) is None:
            return self._wrong()
        self._context.live.selection.choose(slot)
        return True

    def _retry(self, pane: GuidePane, slot: int) -> bool:
        card = pane.card
        if card is None or "retry" not in (card.ask, *card.ways):
            return self._wrong()
        pane.commands.retry(slot)
        return True

    def _mute(self) -> bool:
        preferences = self._context.preferences
        self._context.live.set_sound(not preferences.sound)
        self._context.shell.remember(preferences.with_(sound=not preferences.sound))
        return True

    def _help(self) -> bool:
        self._stage.show_keys()
        return True

    def _fault(self) -> bool:
        self._stage.look_up_fault()
        return True

    def _back(self) -> bool:
        return self._context.live.countdown.stop() or self._stage.notices.close_last() or self._stage.leave_wall()

    def _wrong(self) -> bool:
        self._context.live.speaker.play(Sound.WRONG)
        return False


def _pane_of(screen: QWidget) -> GuidePane | None:
    if isinstance(screen, BoardScreen):
        return screen.guide
    return screen.pane if isinstance(screen, GuideScreen) else None


def is_meant(tile: Tile, scanned: str) -> bool:
    """Whether a scanned text is this tile's serial; scanners may put a prefix such as `S` or `(21)` in front."""
    serial, said = tile.serial.strip().casefold(), scanned.strip().casefold()
    return bool(serial) and len(said) <= len(serial) + 6 and said.endswith(serial)
