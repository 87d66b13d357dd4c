"""The Returns screen: what is known side by side, the plan before anything is sent, the confirmation, the way to the end."""

from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from station.links.graph import routes
from station.model.errors import SignInNeeded
from station.model.events import Noted
from station.practice.quirk import Dose
from station.practice.units.cloud import EnrolHow, UnitAtCloud
from station.tenant.plan import Goal, Lockdown, Where
from tests.ui.tenant_window import Desk, desk
from ui import language, scenes
from ui.returns.decision import clean_serial
from ui.returns.screen import ReturnsScreen
from ui.theme.theme import Theme

WRITES = ("POST", "DELETE", "PATCH")


@pytest.fixture
def make(open_window: Any, in_loop: Any, tmp_path: Path) -> Any:
    """Opens a window with a tenant: `with make(quirks=…) as held`."""
    opened: partial[AbstractContextManager[Desk]] = partial(desk, open_window, in_loop, tmp_path)
    return opened


def screen_of(held: Desk) -> ReturnsScreen:
    found = held.window.screen_widget("returns")
    assert isinstance(found, ReturnsScreen)
    return found


def on_bench(held: Desk, slot: int = 2) -> str:
    """A unit on the bench; its serial."""
    held.bench.plug(slot)
    held.bench.identify(slot)
    return held.bench.tile(slot).serial


def enrolled(held: Desk, serial: str) -> None:
    """The tenant knows the serial everywhere."""
    held.tenant.register(serial, "Bench-A")
    held.tenant.enrol(UnitAtCloud(serial, "HoloLens 2", "10.0.20348.1501", "HL-1", ""), EnrolHow.BULK_PACKAGE, "")


def said(screen: ReturnsScreen) -> str:
    return "\n".join(w.text() for w in screen.findChildren(QLabel) if w.isVisible())


def writes(held: Desk) -> list[str]:
    return [r.route for r in held.tenant.requests if r.method in WRITES and "batch" not in r.path]


async def looked_up(held: Desk, serial: str) -> ReturnsScreen:
    screen = screen_of(held)
    screen.serial.setText(serial)
    screen.press_look.click()
    await held.until(lambda: not screen.work.busy and screen.work.found is not None)
    return screen


def test_bench_autopilot_intune_and_entra_stand_side_by_side(make: Any) -> None:
    with make(quirks="serial-doubles") as held:
        held.sign_in()
        serial = on_bench(held)
        enrolled(held, serial)

        async def scenario() -> None:
            screen = await looked_up(held, serial)
            told = screen.columns.texts()
            for source in ("This bench", "Autopilot", "Intune", "Entra"):
                assert source in told
            assert "2 records of one serial" in told
            assert "Record 1 of 2: newest, counts" in told
            assert screen.choices.where is Where.BENCH

        held.run("returns", scenario)


def test_the_unit_of_a_slot_is_looked_up_without_typing(make: Any) -> None:
    with make() as held:
        held.sign_in()
        serial = on_bench(held)

        async def scenario() -> None:
            screen = screen_of(held)
            at = screen.slots.findData(serial)
            screen.slots.setCurrentIndex(at)
            screen.slots.activated.emit(at)
            await held.until(lambda: screen.work.found is not None and not screen.work.busy)
            assert screen.serial.text() == serial
            assert "The tenant does not know this serial" in screen.outcome.texts()

        held.run("returns", scenario)


def test_every_call_is_shown_and_none_is_sent_before_the_serial_is_confirmed(make: Any) -> None:
    with make() as held:
        held.sign_in()
        serial = on_bench(held)
        enrolled(held, serial)

        async def scenario() -> None:
            screen = await looked_up(held, serial)
            screen.choices.choose(Goal.LEAVE, Where.REMOTE, Lockdown.NEVER)
            await held.until(lambda: "/wipe" in said(screen))
            told = said(screen)
            assert told.index("/wipe") < told.index("Delete the Intune record") < told.index("Delete the Autopilot record")
            assert "Proved by GET" in told
            assert not screen.execute.isEnabled()
            screen.confirmation.setText("000000000000")
            assert not screen.execute.isEnabled()
            assert "This is not the serial of this unit." in said(screen)
            screen.confirmation.setText(serial)
            assert screen.execute.isEnabled()
            assert not writes(held)

        held.run("returns", scenario)


def test_a_unit_leaves_with_every_step_proved(make: Any) -> None:
    with make() as held:
        held.sign_in()
        serial = on_bench(held)
        enrolled(held, serial)

        async def scenario() -> None:
            screen = await looked_up(held, serial)
            screen.choices.choose(Goal.LEAVE, Where.BENCH, Lockdown.NEVER)
            screen.confirmation.setText(serial)
            screen.execute.click()
            await held.until(lambda: screen.work.report is not None)
            assert "The tenant knows nothing of it any more" in screen.outcome.texts()
            assert "done and proved" in screen.steps.texts()
            assert not held.tenant.registered(serial)
            assert held.tenant.row("managed", serial) is None

        held.run("returns", scenario)
        noted = [e.body.topic for e in held.journal.events() if isinstance(e.body, Noted)]
        assert noted.count("return-began") == noted.count("return-ended") == 1


def test_a_unit_is_made_ready_for_use_here_and_keeps_its_autopilot_record(make: Any) -> None:
    with make() as held:
        held.sign_in()
        serial = on_bench(held)
        enrolled(held, serial)

        async def scenario() -> None:
            screen = await looked_up(held, serial)
            screen.choices.choose(Goal.REUSE, Where.BENCH, Lockdown.NOT_KNOWN)
            screen.confirmation.setText(serial)
            screen.execute.click()
            await held.until(lambda: screen.work.report is not None)
            assert held.tenant.registered(serial)
            assert held.tenant.row("managed", serial) is None

        held.run("returns", scenario)


@pytest.mark.parametrize(("lockdown", "title"), [
    (Lockdown.LOCKED, "The unit is locked to this organization"),
    (Lockdown.NOT_KNOWN, "Was this unit ever locked to the organization?")])
def test_a_unit_that_may_be_locked_does_not_leave_and_the_screen_says_why(make: Any, lockdown: Lockdown, title: str) -> None:
    with make() as held:
        held.sign_in()
        serial = on_bench(held)
        enrolled(held, serial)

        async def scenario() -> None:
            screen = await looked_up(held, serial)
            screen.choices.choose(Goal.LEAVE, Where.BENCH, lockdown)
            told = screen.outcome.texts()
            assert title in told
            assert "What to do" in told
            assert not screen.execute.isVisible()

        held.run("returns", scenario)


def test_a_return_that_was_stopped_goes_on_where_it_stopped(make: Any) -> None:
    with make(quirks="delete-lingers", speed=60.0) as held:
        held.sign_in()
        serial = on_bench(held)
        enrolled(held, serial)

        async def scenario() -> None:
            screen = await looked_up(held, serial)
            screen.choices.choose(Goal.LEAVE, Where.BENCH, Lockdown.NEVER)
            screen.confirmation.setText(serial)
            screen.execute.click()
            await held.until(lambda: any(
                key.startswith("delete-autopilot") and how == "waiting" for key, how in screen.work.states.items()))
            screen.cancel.click()
            await held.until(lambda: not screen.work.busy)
            assert "goes on where it stopped" in held.window.notices.texts()[-1]
            held.tenant.quirk("delete-lingers", Dose(0))
            screen.press_look.click()
            await held.until(lambda: not screen.work.busy and screen.work.found is not None)
            assert "did not end" in said(screen)
            assert screen.choices.goal is Goal.LEAVE
            assert screen.choices.lockdown is Lockdown.NEVER
            assert screen.execute.text() == "Go on with the return"

        held.run("returns", scenario)
        assert writes(held).count(routes.MANAGED_DELETE.name) == 1


def test_a_scan_looks_a_unit_up_and_then_confirms_it(make: Any) -> None:
    with make() as held:
        held.sign_in()
        serial = on_bench(held)
        enrolled(held, serial)

        async def scenario() -> None:
            screen = screen_of(held)
            assert held.window._scanned(f"(21){serial}")
            await held.until(lambda: screen.work.found is not None and not screen.work.busy)
            assert screen.work.serial == serial
            await held.until(lambda: screen.confirmation.isVisible())
            assert held.window._scanned(serial)
            await held.until(lambda: screen.confirmation.text() == serial)
            assert screen.execute.isEnabled()
            assert not writes(held)

        held.run("returns", scenario)


def test_an_entra_object_that_stays_behind_leads_to_a_sign_in_for_just_that_right(make: Any) -> None:
    with make() as held:
        held.tenant.app.consented.discard(routes.ACT_AS_USER)
        held.sign_in()
        serial = on_bench(held)
        held.tenant.enrol(UnitAtCloud(serial, "HoloLens 2", "10.0.20348.1501", "HL-1", ""), EnrolHow.BULK_PACKAGE, "")

        async def scenario() -> None:
            screen = await looked_up(held, serial)
            screen.choices.choose(Goal.LEAVE, Where.BENCH, Lockdown.NEVER)
            assert "Asked for only if the object is still there" in screen.steps.texts()
            screen.confirmation.setText(serial)
            screen.execute.click()
            await held.until(lambda: screen.work.need is not None)
            assert "The Entra object needs a further right" in said(screen)
            assert writes(held) == ["managed.delete"]
            screen._go_to_sign_in()
            tenant: Any = held.window.screen_widget("tenant")
            assert tenant.sign_in.purpose.currentData() == "delete-object"
            held.tenant.app.consented.add(routes.ACT_AS_USER)
            held.window.go("returns")
            screen.execute.click()
            await held.until(lambda: screen.work.report is not None)
            assert writes(held) == ["managed.delete", "devices.delete"]

        held.run("returns", scenario)


def test_a_missing_sign_in_is_a_banner_that_leads_to_the_tenant_screen(make: Any) -> None:
    with make() as held:
        async def scenario() -> None:
            screen = screen_of(held)
            screen.serial.setText("004599195003")
            screen.look()
            await held.until(lambda: screen.work.need is not None)
            assert isinstance(screen.work.need, SignInNeeded)
            assert screen.banner.isVisible()
            assert not held.window.notices.texts()
            screen._go_to_sign_in()
            tenant: Any = held.window.screen_widget("tenant")
            assert tenant.isVisible()
            assert tenant.sign_in.purpose.currentData() == "return"

        held.run("returns", scenario)


def test_the_plan_and_the_confirmation_survive_a_change_of_language(make: Any, theme: Theme) -> None:
    with make() as held:
        held.sign_in()
        serial = on_bench(held)
        enrolled(held, serial)

        async def scenario() -> None:
            screen = await looked_up(held, serial)
            screen.choices.choose(Goal.LEAVE, Where.REMOTE, Lockdown.RELEASED)
            screen.confirmation.setText(serial)
            language.use("fr")
            held.window.dress(theme)
            held.window.go("returns")
            after = screen_of(held)
            assert (after.choices.goal, after.choices.where, after.choices.lockdown) == (
                Goal.LEAVE, Where.REMOTE, Lockdown.RELEASED)
            assert after.confirmation.text() == serial
            assert "/wipe" in after.steps.texts()

        held.run("returns", scenario)


@pytest.mark.parametrize(("text", "serial"), [
    ("004599195003", "004599195003"), (" 004599195003\n", "004599195003"), ("(21)004599195003", "004599195003"),
    ("S004599195003", "004599195003"), ("S/N: 004599195003", "004599195003"), ("SN", "SN"), ("", "")])
def test_what_labels_put_before_a_serial_is_taken_off(text: str, serial: str) -> None:
    assert clean_serial(text) == serial


def test_without_a_tenant_the_screen_says_what_is_missing(open_window: Any) -> None:
    window = open_window(scenes.bench(2))
    window.go("returns")
    shown = window.screen_widget("returns")
    assert shown is not None
    assert any("tenant" in w.text() for w in shown.findChildren(QLabel))
