"""A window over a staged bench with a virtual tenant behind it: real sign-in, real HTTPS, the product's own client."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station.journal import Journal
from station.links.graph.opening import GraphLink, open_graph
from station.links.graph.pacer import Pacer
from station.links.graph.settings import custom_settings
from station.model.timing import Deadline, ScaledClock
from station.practice.tenant import VirtualTenant
from station.vault.secrets import MemorySecrets
from tests.leaks import pictures
from tests.ui.hands import BUDGET_S
from ui import scenes
from ui.staged import StagedBench
from ui.tenant.purposes import ALL, scopes_of
from ui.window import Station, Window

SPEED = 1500.0
InLoop = Callable[[Callable[[], Coroutine[Any, Any, None]]], Any]


@dataclass
class Desk:
    """What a test holds."""

    window: Window
    tenant: VirtualTenant
    link: GraphLink
    journal: Journal
    bench: StagedBench
    in_loop: InLoop

    def run(self, key: str, scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Open a screen and act on it with the loop running."""
        async def main() -> None:
            self.window.go(key)
            await scenario()
            await self.window.tasks.close()

        self.in_loop(main)

    def sign_in(self) -> None:
        """Sign somebody in, with every right that a bench may need."""
        self.link.signin.sign_in_device_code(scopes_of(ALL), Deadline(20), lambda _code: None)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(BUDGET_S):
            while not true():  # noqa: ASYNC110 - many things of Qt are looked at
                await asyncio.sleep(0.01)


@contextmanager
def desk(open_window: Any, in_loop: InLoop, folder: Path, quirks: str = "", auto_approve: bool = True,
         speed: float = SPEED) -> Iterator[Desk]:
    """A window with a tenant. Everything that was sent must fit the published contract."""
    clock = ScaledClock(speed)
    with VirtualTenant(clock, 1, quirks, auto_approve=auto_approve) as tenant:
        settings = custom_settings(tenant.authority, tenant.graph_url, tenant.client_id, Path(tenant.ca_file))
        secrets = MemorySecrets()
        journal = Journal.open(str(folder / "journal.sqlite"), "desk", clock)
        bench = scenes.bench(4)
        bench.clock = clock  # type: ignore[assignment]
        with open_graph(settings, secrets, None, clock, pacer=Pacer(clock)) as link:
            window = open_window(bench)
            services = {"journal": journal, "secrets": secrets, "sign-in": link.signin, "graph": link.client}
            window.attach(Station(bench, services, {}))
            yield Desk(window, tenant, link, journal, bench, in_loop)
            if os.environ.get("HOLOBENCH_LEAVINGS"):
                pictures.take(window, folder, "at-the-end")
        journal.close()
    assert not tenant.violations, "\n".join(map(str, tenant.violations))
