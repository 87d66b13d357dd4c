"""What outlives a change of language or theme: the board's model, the selected slot and blueprint, a countdown that runs, the
speaker, what the tenant was last found to have."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import QObject, QTimer, Signal

from ui.board.model import BoardModel
from ui.sound import Speaker

COUNTDOWN_S = 5


class Selection(QObject):
    """The slot that the person works on; 0 for none."""

    changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._slot = 0

    @property
    def slot(self) -> int:
        """The selected slot."""
        return self._slot

    def choose(self, slot: int) -> None:
        """Select a slot."""
        if slot != self._slot:
            self._slot = slot
            self.changed.emit(slot)


class Countdown(QObject):
    """Five seconds in which a start can be taken back (facts/bench-tools §5, Undo). `left` 0: none runs."""

    changed = Signal()

    def __init__(self, seconds: int = COUNTDOWN_S) -> None:
        super().__init__()
        self._seconds = seconds
        self.left = 0
        self.slots: tuple[int, ...] = ()
        self._work: Callable[[], None] = lambda: None
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.tick)

    def begin(self, slots: Sequence[int], work: Callable[[], None]) -> None:
        """Do `work` when the time is up. A countdown that runs already is replaced."""
        self.slots, self._work, self.left = tuple(slots), work, self._seconds
        self._timer.start()
        self.changed.emit()

    def tick(self) -> None:
        """A second has passed."""
        self.left = max(0, self.left - 1)
        if self.left == 0:
            self._timer.stop()
            self._work()
        self.changed.emit()

    def stop(self) -> bool:
        """Take it back; whether there was anything to take back."""
        running = self.left > 0
        self.left = 0
        self._timer.stop()
        if running:
            self.changed.emit()
        return running


class Live(QObject):
    """The lasting parts together. `readiness`: by need of paths whether the tenant has it, as this window's last check found;
    `confirmed`: the blueprints whose device owner a person has confirmed."""

    sound_changed = Signal()
    blueprint_changed = Signal(str)
    blueprints_changed = Signal()

    def __init__(self, slots: Sequence[int] = (), speaker: Speaker | None = None) -> None:
        super().__init__()
        self.board = BoardModel(slots)
        self.selection = Selection()
        self.countdown = Countdown()
        self.speaker = speaker or Speaker(lambda _pulses: None, on=False)
        self.readiness: Mapping[str, bool] = MappingProxyType({})
        self.confirmed: set[str] = set()
        self._blueprint = ""

    @property
    def blueprint(self) -> str:
        """The key of the blueprint chosen last in this window, "" before."""
        return self._blueprint

    def choose_blueprint(self, key: str) -> None:
        """Choose a blueprint for the units that are started next."""
        if key != self._blueprint:
            self._blueprint = key
            self.blueprint_changed.emit(key)

    def set_sound(self, on: bool) -> None:
        """Sounds on or off."""
        if on != self.speaker.on:
            self.speaker.on = on
            self.sound_changed.emit()
