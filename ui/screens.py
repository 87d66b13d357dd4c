"""The registry of screens: the window's navigation is this table.

A screen is added by one line in `SCREENS`: key, title (a msgid), icon of `resources/icons`, and where its factory is, as
`module:function`. The module is imported when the screen is opened first, never at start. The factory takes a `Context` and
returns a QWidget; it is called again after the language or the theme changed. A screen may have

    open_at(about: Mapping[str, str]) -> None     shown with something in particular, such as {"serial": "…"}
    first: QWidget                                what has the focus when it is opened
    scanned(text: str) -> bool                    is told of a scan while it is shown; whether the scan was meant for it
    keep() -> object, restore(kept: object)       carries typed text over such a change
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from PySide6.QtWidgets import QWidget

from station.model.words import N_
from ui.context import Context

Factory = Callable[[Context], QWidget]


@dataclass(frozen=True, slots=True)
class Screen:
    """One entry of the navigation."""

    key: str
    title: str
    icon: str
    factory: str

    def build(self, context: Context) -> QWidget:
        """Import the screen's module and make the screen."""
        module, _sep, name = self.factory.partition(":")
        return cast(Factory, getattr(import_module(module), name))(context)


SCREENS: tuple[Screen, ...] = (
    Screen("board", N_("Board"), "board", "ui.board.screen:build"),
    Screen("guide", N_("Guide"), "guide", "ui.guide.screen:build"),
    Screen("packages", N_("Packages"), "packages", "ui.packages.screen:build"),
    Screen("registrations", N_("Registrations"), "registrations", "ui.registrations.screen:build"),
    Screen("tenant", N_("Tenant"), "tenant", "ui.tenant.screen:build"),
    Screen("returns", N_("Returns"), "returns", "ui.returns.screen:build"),
    Screen("records", N_("Records"), "records", "ui.records.screen:build"),
    Screen("settings", N_("Settings"), "settings", "ui.settings.screen:build"),
)
"""Design §9, in its order."""
