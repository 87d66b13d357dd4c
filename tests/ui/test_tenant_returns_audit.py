"""Tenant and Returns with everything on them, audited as every screen is: named, reachable, large enough, nothing clipped."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from station.tenant.plan import Goal, Lockdown, Where
from tests.ui.tenant_window import Desk, desk
from tests.ui.test_accessibility import Audit, Longer, clipped, nameless, smaller_than, unreachable
from tests.ui.test_returns_screen import enrolled, looked_up, on_bench
from ui import language

Filled = Callable[[Desk], Any]


async def _tenant(held: Desk) -> None:
    screen: Any = held.window.screen_widget("tenant")
    await held.until(lambda: not screen.work.busy and screen.work.session is not None)
    screen.check.click()
    await held.until(lambda: not screen.work.busy and bool(screen.work.checked and screen.work.checked.network))


async def _returns(held: Desk) -> None:
    screen = await looked_up(held, held.bench.tile(2).serial)
    screen.choices.choose(Goal.LEAVE, Where.REMOTE, Lockdown.NEVER)


SCREENS: dict[str, Filled] = {"tenant": _tenant, "returns": _returns}


@pytest.fixture
def audited(open_window: Any, in_loop: Any, tmp_path: Path) -> Any:
    """What an audit finds on a filled screen."""
    def found(audit: Audit, key: str, **options: Any) -> list[str]:
        told: list[str] = []
        with desk(partial(open_window, **options), in_loop, tmp_path, "no-profile,serial-doubles") as held:
            held.sign_in()
            enrolled(held, on_bench(held))

            async def scenario() -> None:
                await SCREENS[key](held)
                shown: Any = held.window.screen_widget(key)
                told.extend(audit(shown))

            held.run(key, scenario)
        return told
    return found


@pytest.mark.parametrize("key", SCREENS)
@pytest.mark.parametrize("audit", [nameless, unreachable, smaller_than(44)], ids=["named", "reachable", "large"])
def test_every_control_can_be_used_by_everybody(audited: Any, key: str, audit: Audit) -> None:
    assert audited(audit, key) == []


@pytest.mark.parametrize("key", SCREENS)
def test_every_target_is_larger_in_operator_mode(audited: Any, key: str) -> None:
    assert audited(smaller_than(60), key, operator=True, size=(1680, 1050)) == []


@pytest.mark.parametrize("size", [(1440, 900), (900, 560)], ids=["desk", "at 200 %"])
@pytest.mark.parametrize("key", SCREENS)
def test_no_text_is_clipped_when_it_grows(audited: Any, key: str, size: tuple[int, int]) -> None:
    language.use("qps", Longer())
    assert audited(clipped, key, size=size) == []
