"""The Tenant screen: signing in and out, the check, what is created and after which question, and what needs a person."""

from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton

from station.links.graph import routes
from station.links.graph.broker import broker_trouble
from station.tenant.checks import CHECKS
from station.tenant.verdicts import Verdict
from tests.practice.tenant_rig import Robot
from tests.ui.tenant_window import Desk, desk
from ui import language, scenes
from ui.tenant.screen import TenantScreen
from ui.tenant.work import Doing
from ui.theme.theme import Theme


@pytest.fixture
def make(open_window: Any, in_loop: Any, tmp_path: Path) -> Any:
    """Opens a window with a tenant: `with make(quirks=…) as held`."""
    opened: partial[AbstractContextManager[Desk]] = partial(desk, open_window, in_loop, tmp_path)
    return opened


def screen_of(held: Desk) -> TenantScreen:
    found = held.window.screen_widget("tenant")
    assert isinstance(found, TenantScreen)
    return found


async def idle(held: Desk) -> TenantScreen:
    await held.until(lambda: not screen_of(held).work.busy and screen_of(held).work.session is not None)
    return screen_of(held)


def said(screen: TenantScreen) -> str:
    return "\n".join(w.text() for w in screen.findChildren(QLabel) if w.isVisible())


def test_nobody_is_signed_in_and_the_screen_says_so(make: Any) -> None:
    with make() as held:
        async def scenario() -> None:
            screen = await idle(held)
            assert "Nobody is signed in" in said(screen)
            assert said(screen).count("not known") == len(routes.PURPOSES)

        held.run("tenant", scenario)


def test_a_device_code_is_shown_large_until_it_is_typed_in(make: Any) -> None:
    with make(auto_approve=False) as held:
        async def scenario() -> None:
            screen = await idle(held)
            screen.sign_in.by_code.click()
            await held.until(lambda: screen.work.code is not None)
            code = screen.work.code
            assert code is not None
            assert code.code in said(screen)
            assert code.address in said(screen)
            held.tenant.sign_in.decide(code.code)
            await held.until(lambda: screen.work.signed_in)
            assert code.code not in said(screen)
            assert "Signed in as" in said(screen)
            assert said(screen).count("granted") == len(routes.PURPOSES)

        held.run("tenant", scenario)


def test_a_device_code_can_be_cancelled_and_goes_away_at_once(make: Any) -> None:
    with make(auto_approve=False) as held:
        async def scenario() -> None:
            screen = await idle(held)
            screen.sign_in.by_code.click()
            await held.until(lambda: screen.work.code is not None)
            screen.cancel.click()
            assert not screen.sign_in.code.isVisible()
            await held.until(lambda: not screen.work.busy)
            assert not screen.work.signed_in
            assert held.window.notices.texts() == ["Stopped."]

        held.run("tenant", scenario)


def test_the_browser_signs_in(make: Any) -> None:
    with make() as held:
        robot = Robot(held.tenant.ca_file)

        async def scenario() -> None:
            screen = await idle(held)
            screen.work.desk.browser = robot
            screen.sign_in.browser.click()
            await held.until(lambda: screen.work.signed_in)

        held.run("tenant", scenario)
        robot.join()


def test_where_no_browser_opens_the_address_is_shown(make: Any) -> None:
    with make() as held:
        async def scenario() -> None:
            screen = await idle(held)
            screen.work.desk.browser = lambda _address: False
            screen.sign_in.browser.click()
            await held.until(lambda: bool(screen.work.page))
            assert held.tenant.base_url in said(screen)
            screen.cancel.click()
            await held.until(lambda: not screen.work.busy)

        held.run("tenant", scenario)


def test_without_a_keyring_it_says_that_nothing_is_kept(make: Any) -> None:
    with make() as held:
        held.sign_in()

        async def scenario() -> None:
            assert "Nothing is kept" in said(await idle(held))

        held.run("tenant", scenario)


def test_what_an_app_alone_may_do_is_not_claimed_to_be_known(make: Any) -> None:
    with make() as held:
        held.sign_in()

        async def scenario() -> None:
            screen = await idle(held)
            assert said(screen).count("granted") == len(routes.PURPOSES)
            held.link.signin.settings = replace(held.link.signin.settings, certificate=Path("bench.pfx"))
            screen.rights.show_session(screen.work.desk.session())
            assert said(screen).count("not known") == len(routes.PURPOSES)

        held.run("tenant", scenario)


def test_where_there_is_no_broker_the_card_says_so_and_what_happens_instead(make: Any) -> None:
    with make() as held:
        held.link.signin.settings = replace(held.link.signin.settings, broker=True)
        held.link.signin.__dict__["broker_trouble"] = broker_trouble("linux")

        async def scenario() -> None:
            screen = await idle(held)
            assert "No sign-in broker here: the browser is used" in said(screen)

        held.run("tenant", scenario)


def test_signing_out_forgets_the_sign_in(make: Any) -> None:
    with make() as held:
        held.sign_in()

        async def scenario() -> None:
            screen = await idle(held)
            screen.sign_in.leave.click()
            await held.until(lambda: screen.work.session is not None and not screen.work.signed_in)
            assert held.link.signin.account() is None

        held.run("tenant", scenario)


def test_the_check_tells_every_line_with_verdict_reason_and_who(make: Any) -> None:
    with make(quirks="mdm-scope-none") as held:
        held.sign_in()

        async def scenario() -> None:
            screen = await idle(held)
            screen.check.click()
            await held.until(lambda: screen.work.checked is not None and bool(screen.work.checked.network))
            checked = screen.work.checked
            assert checked is not None
            assert len(checked.lines) == len(CHECKS)
            told = screen.verdicts.texts()
            assert "1 blocked" in told
            assert "MDM user scope: None" in told
            assert "Who can cure it: tenant admin" in told
            assert [line.finding.verdict for line in checked.network] == [Verdict.OK] * 2
            screen.only_open.setChecked(True)
            assert "Intune's default addresses" not in said(screen)
            await held.until(lambda: "MDM user scope: None" in said(screen))

        held.run("tenant", scenario)


def test_a_check_without_a_sign_in_is_a_banner_and_no_dialog(make: Any) -> None:
    with make() as held:
        async def scenario() -> None:
            screen = await idle(held)
            screen.check.click()
            await held.until(lambda: screen.work.need is not None)
            assert screen.banner.isVisible()
            assert not held.window.notices.texts()
            assert not held.window.findChildren(QDialog)

        held.run("tenant", scenario)


def test_the_first_sign_in_asks_for_what_looking_needs_and_a_check_for_what_it_lacks(make: Any) -> None:
    with make() as held:
        held.tenant.app.consented.difference_update(set(routes.CHECK) - set(routes.LOOK))

        async def scenario() -> None:
            screen = await idle(held)
            assert screen._scopes() == routes.LOOK
            screen.sign_in.by_code.click()
            await held.until(lambda: screen.work.signed_in and not screen.work.busy)
            screen.check.click()
            await held.until(lambda: screen.work.checked is not None and not screen.work.busy)
            assert screen.banner.isVisible()
            assert set(screen._scopes()) == set(routes.CHECK)

        held.run("tenant", scenario)


def test_what_is_missing_is_created_only_after_the_calls_were_shown_and_confirmed(make: Any) -> None:
    with make(quirks="no-profile,no-device-group") as held:
        held.sign_in()

        async def scenario() -> None:
            screen = await idle(held)
            screen.check.click()
            await held.until(lambda: not screen.work.busy and screen.work.checked is not None)
            assert "POST /v1.0/groups" in said(screen)
            assert screen.creating.press.text() == "Create 3 things …"
            screen.creating.press.click()
            await held.until(lambda: bool(screen.findChildren(QDialog)))
            assert not [r for r in held.tenant.requests if r.method == "POST" and not r.in_batch and "batch" not in r.path]
            box = screen.findChildren(QDialog)[0].findChild(QDialogButtonBox)
            assert isinstance(box, QDialogButtonBox)
            next(b for b in box.buttons() if isinstance(b, QPushButton) and b.text() == "Create").click()
            await held.until(lambda: "Created." in held.window.notices.texts())
            await held.until(lambda: not screen.work.busy)
            assert not screen.creating.isVisible()
            assert len(held.tenant.state.profiles) == 1

        held.run("tenant", scenario)


def test_work_goes_on_while_the_language_changes(make: Any, theme: Theme) -> None:
    with make(auto_approve=False) as held:
        async def scenario() -> None:
            screen = await idle(held)
            screen.sign_in.by_code.click()
            await held.until(lambda: screen.work.code is not None)
            language.use("fr")
            held.window.dress(theme)
            held.window.go("tenant")
            code = screen_of(held).work.code
            assert code is not None
            await held.until(lambda: code.code in said(screen_of(held)))
            held.tenant.sign_in.decide(code.code)
            await held.until(lambda: screen_of(held).work.signed_in)
            assert screen_of(held).work.doing is Doing.NOTHING

        held.run("tenant", scenario)


def test_without_a_tenant_the_screen_says_what_is_missing(open_window: Any) -> None:
    window = open_window(scenes.bench(2))
    window.go("tenant")
    shown = window.screen_widget("tenant")
    assert shown is not None
    assert any("tenant" in w.text() for w in shown.findChildren(QLabel))
