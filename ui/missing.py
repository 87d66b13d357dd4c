"""What a screen shows where the station lacks a part that it needs: what is missing, and the way to where it is set."""

from station.model.faults import catalogue
from ui.context import Context
from ui.language import _
from ui.widgets.buttons import Weight, button
from ui.widgets.empty import Empty

SET_IN_SETTINGS = frozenset({"configuration.no-tenant"})


def missing(context: Context, icon: str, code: str) -> Empty:
    """The empty state for a fault of the catalogue."""
    fault = catalogue().explain(code)
    settings = button(_("Open Settings"), lambda: context.shell.go("settings"), Weight.PRIMARY,
                      context.theme.icon("settings", "on_accent")) if code in SET_IN_SETTINGS else None
    return Empty(context.theme, icon, _(fault.title), f"{_(fault.cause)} {_(fault.cure)}", settings)
