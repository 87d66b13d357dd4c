"""What a screen is given: the bench, the theme, the preferences, work that waits, notices, the way to other screens, services."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

from station.model.errors import HoloBenchError
from ui.live import Live
from ui.ports import Bench
from ui.preferences import Preferences
from ui.tasks import Tasks
from ui.theme.theme import Theme

T = TypeVar("T")


class Kind(StrEnum):
    """How loud a notice is; also the paper it is written on."""

    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    DANGER = "danger"


class Shell(Protocol):
    """The window as screens see it."""

    def notify(self, text: str, kind: Kind = Kind.INFO) -> None:
        """Say something at the top of the window, in the language in use; it goes by itself unless it is a danger."""

    def show_error(self, error: HoloBenchError) -> None:
        """Show a failure with title, cause, cure and who can cure it, from the catalogue."""

    def go(self, screen: str, **about: str) -> None:
        """Open a screen by key; a screen with a method `open_at(about)` is told what to show, such as serial="…"."""

    def change(self, preferences: Preferences) -> None:
        """Keep preferences and show them at once: screens are built again."""

    def deed(self, name: str, slot: int = 0) -> bool:
        """Do what a key does (`ui.board.keys.Deed`); whether there was anything to do."""

    def save_bundle(self) -> None:
        """Ask where, then save a support bundle."""

    def remember(self, preferences: Preferences) -> None:
        """Keep preferences that change nothing on the screen."""


@dataclass(frozen=True)
class Context:
    """Handed to every screen's factory; made anew when language, theme or preferences change.

    `practice` labels the practice bench; `services` are parts of the station under names that the composition gives (`ui.app`
    lists them); `places` are files and folders of the station by their msgid, for Settings.
    """

    bench: Bench
    theme: Theme
    preferences: Preferences
    tasks: Tasks
    shell: Shell
    practice: bool = False
    services: Mapping[str, object] = field(default_factory=dict)
    live: Live = field(default_factory=Live)
    places: Mapping[str, str] = field(default_factory=dict)

    def service(self, name: str, kind: type[T]) -> T | None:
        """A part of the station that the composition gave under a name, where it is there and of that kind."""
        found = self.services.get(name)
        return found if isinstance(found, kind) else None
