"""Whatever somebody does at the tenant, no token or key is painted, exposed, put into a picture or into a support bundle.

The user code of a device sign-in is shown large on purpose; it is for typing in and worth nothing to whoever was not meant to.
"""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QDialog, QLabel, QListWidget, QWidget

from station.practice.quirk import ALWAYS
from station.practice.units.cloud import EnrolHow, UnitAtCloud
from station.tenant.plan import Goal, Lockdown, Where
from tests.leaks import pictures
from tests.leaks.ears import Ears
from tests.leaks.scan import Secrets, scan
from tests.ui.tenant_window import Desk, desk
from ui import bundle
from ui.app import LogTail
from ui.failure import explain, failure_dialog
from ui.returns.screen import ReturnsScreen
from ui.screens import SCREENS
from ui.tenant.screen import TenantScreen

SERIAL = "004599195056"


@pytest.fixture
def make(open_window: Any, in_loop: Any, tmp_path: Path) -> Any:
    """Opens a window with a tenant: `with make(quirks=…) as held`."""
    return partial(desk, open_window, in_loop, tmp_path)


class Album:
    """Takes pictures of the window, one after the other."""

    def __init__(self, held: Desk, folder: Path) -> None:
        self._held, self._folder, self.taken = held, folder, 0

    def take(self, what: str) -> None:
        self.taken += 1
        pictures.take(self._held.window, self._folder, f"{self.taken:02d}-{what}")
        for dialog in self._held.window.findChildren(QDialog):
            if dialog.isVisible():
                pictures.take(dialog, self._folder, f"{self.taken:02d}-{what}-dialog")

    def go_round(self) -> None:
        """Every screen of the window."""
        for screen in SCREENS:
            self._held.window.go(screen.key)
            self.take(screen.key)


async def _sign_in_and_check(held: Desk, album: Album) -> None:
    """By a code on another device; the check meets a claims challenge."""
    tenant: Any = held.window.screen_widget("tenant")
    assert isinstance(tenant, TenantScreen)
    await held.until(lambda: not tenant.work.busy)
    tenant.sign_in.by_code.click()
    await held.until(lambda: tenant.work.code is not None)
    album.take("code")
    held.tenant.sign_in.decide(tenant.work.code.code)
    await held.until(lambda: tenant.work.signed_in and not tenant.work.busy)
    held.tenant.challenge()
    tenant.check.click()
    await held.until(lambda: tenant.work.checked is not None and not tenant.work.busy)
    album.take("checked")


async def _return_and_fail(held: Desk, album: Album) -> None:
    """A return that lacks a role, then a session that ends; then every screen, and the failure with its dialog."""
    returns: Any = held.window.screen_widget("returns")
    assert isinstance(returns, ReturnsScreen)
    returns.serial.setText(SERIAL)
    returns.press_look.click()
    await held.until(lambda: returns.work.found is not None and not returns.work.busy)
    returns.choices.choose(Goal.LEAVE, Where.BENCH, Lockdown.NEVER)
    album.take("plan")
    held.tenant.quirk("role-missing", ALWAYS)
    returns.confirmation.setText(SERIAL)
    returns.execute.click()
    await held.until(lambda: returns.work.need is not None)
    album.take("forbidden")
    held.tenant.quirk("sign-in-70043", ALWAYS)
    held.tenant.challenge()
    returns.press_look.click()
    await held.until(lambda: not returns.work.busy and returns.work.need is not None)
    failure = returns.work.need
    assert failure is not None
    album.go_round()
    held.window.show_error(failure)
    failure_dialog(held.window, explain(failure)).open()
    await held.until(lambda: any(d.isVisible() for d in held.window.findChildren(QDialog)))
    album.take("failure")


@pytest.mark.parametrize(("screen", "scenario", "pictures_least"), [
    ("tenant", _sign_in_and_check, 2), ("returns", _return_and_fail, len(SCREENS) + 3)])
def test_no_screen_of_a_day_at_the_tenant_shows_a_secret(
        make: Any, tmp_path: Path, log_tail: LogTail, screen: str, scenario: Any, pictures_least: int) -> None:
    with make(auto_approve=screen != "tenant") as held:
        ears, album = Ears(held.tenant), Album(held, tmp_path / "pictures")
        if screen == "returns":
            held.sign_in()
        held.tenant.register(SERIAL, "Bench-A")
        held.tenant.enrol(UnitAtCloud(SERIAL, "HoloLens 2", "10.0.20348.1501", "HL-1", ""), EnrolHow.BULK_PACKAGE, "")
        held.run(screen, lambda: scenario(held, album))
        bundle.write(tmp_path / "support.zip", bundle.sections(held.bench.tiles, log_tail.text, ""))
    assert len(ears.secrets) >= 4
    assert album.taken >= pictures_least
    assert [str(leak) for leak in scan(tmp_path, Secrets(ears.secrets))] == []


@pytest.fixture
def log_tail() -> Any:
    """The log that goes into a support bundle, at its most talkative."""
    import logging

    tail, root = LogTail(), logging.getLogger()
    level = root.level
    root.addHandler(tail)
    root.setLevel(logging.DEBUG)
    yield tail
    root.removeHandler(tail)
    root.setLevel(level)


SECRET = "eW91LXNob3VsZC1ub3Qtc2VlLXRoaXM"


@pytest.mark.parametrize("where", ["painted", "tool tip", "name for assistive programs", "item that no row shows"])
def test_the_album_would_show_it(where: str, qtbot: Any, tmp_path: Path) -> None:
    held = QWidget()
    qtbot.addWidget(held)
    held.resize(400, 200)
    shown = QListWidget(held) if where.startswith("item") else QLabel(SECRET if where == "painted" else "plain", held)
    if isinstance(shown, QListWidget):
        shown.addItem("plain")
        shown.item(0).setData(257, SECRET)
    elif where == "tool tip":
        shown.setToolTip(SECRET)
    elif where.startswith("name"):
        shown.setAccessibleName(SECRET)
    held.show()
    qtbot.waitExposed(held)
    pictures.take(held, tmp_path, "seen")
    assert {leak.place for leak in scan(tmp_path, Secrets([SECRET]))} == {"seen.shown"}


def test_what_a_painter_draws_is_seen_though_no_widget_tells_it(qtbot: Any) -> None:
    class Painted(QWidget):
        def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
            QPainter(self).drawText(10, 30, SECRET)

    held = Painted()
    qtbot.addWidget(held)
    held.resize(400, 200)
    assert SECRET in pictures.painted(held)
    assert SECRET not in pictures.exposed(held)
