"""What a screen is given: the bench, the theme, the preferences, work that waits, notices, the way to other screens, services."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

from station.model.errors import HoloBenchError
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
        """Keep preferences and show them at once."""


@dataclass(frozen=True)
class Context:
    """Handed to every screen's factory; made anew when language or theme change. `practice` labels the practice bench."""

    bench: Bench
    theme: Theme
    preferences: Preferences
    tasks: Tasks
    shell: Shell
    practice: bool = False
    services: Mapping[str, object] = field(default_factory=dict)

    def service(self, name: str, kind: type[T]) -> T | None:
        """A part of the station that the composition gave under a name, where it is there and of that kind."""
        found = self.services.get(name)
        return found if isinstance(found, kind) else None
