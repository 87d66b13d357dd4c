"""What stands behind the window: the practice world or the real bench. Imported after the first paint: it imports everything."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from station.model.words import N_
from ui.language import _
from ui.practice.order import PracticeOrder
from ui.practice.side import PracticeSide
from ui.window import Station

if TYPE_CHECKING:
    from station.practice.world import PracticeBench, PracticeWorld

T = TypeVar("T")
JOURNAL = N_("Record")
DATA = N_("Data of the station")
CONFIGURATION = N_("Configuration")
TENANT = (("tenant", N_("Tenant")), ("client", N_("Application (client) ID")), ("cloud", N_("Cloud")),
          ("authority", N_("Sign-in address")), ("graph", N_("Graph address")), ("ca_file", N_("Certificates of the tenant")))
"""What of the tenant section is shown; secrets are not in it."""
NO_TENANT = N_("none: the configuration has no tenant section")


@dataclass(frozen=True)
class Composed:
    """A station and how it ends."""

    station: Station
    close: Callable[[], Awaitable[None]]


async def practice(order: PracticeOrder) -> Composed:
    """Start a practice world with its bench. Raises what the world raises for a wrong order."""
    order.check()
    world, bench = await in_thread(lambda: _practice_parts(order))
    await in_thread(bench.sign_in)
    await bench.bench.open()

    async def close() -> None:
        await bench.close()
        await in_thread(world.stop)

    side = PracticeSide(world.units, world.unit_of, world.clock, lambda: bench.bench.board)
    services: Mapping[str, object] = {"practice-world": world, "journal": bench.journal, "secrets": bench.secrets,
                                      "sign-in": bench.signin, "graph": bench.client}
    from ui.practice.panel import PracticePanel

    places = {JOURNAL: order.journal or str(bench.folder / "journal.sqlite"), DATA: str(bench.folder),
              N_("Tenant"): world.tenant.authority}
    return Composed(Station(bench.bench, services, places, lambda context: PracticePanel(context, side),
                            resumes=bool(order.journal)), close)


async def real() -> Composed:
    """Open the bench that the configuration describes. Raises what `station.bench.wiring.put_together` raises."""
    from station.bench.wiring import put_together
    from ui.settings.desk import ConfigurationDesk

    made = await in_thread(put_together)
    await made.bench.open()
    services: dict[str, object] = {"configuration": ConfigurationDesk(made.config), "journal": made.journal,
                                   "secrets": made.secrets}
    services |= {name: part for name, part in (("sign-in", made.signin), ("graph", made.client)) if part is not None}
    from station.bench.configuration import config_file
    from station.journal.address import shown

    places = {JOURNAL: shown(made.config.journal), DATA: str(made.config.data),
              CONFIGURATION: str(made.config.file or config_file())}
    section = made.config.tenant
    places |= {label: str(section[key]) for key, label in TENANT if section.get(key)} or {TENANT[0][1]: _(NO_TENANT)}
    return Composed(Station(made.bench, services, places), made.close)


def _practice_parts(order: PracticeOrder) -> "tuple[PracticeWorld, PracticeBench]":
    from station.bench.configuration import plain_blueprint
    from station.paths.registry import PATHS
    from station.practice.world import PracticeBench, PracticeWorld

    first = plain_blueprint(order.path)
    others = [plain_blueprint(key) for key in PATHS if key != order.path]
    world = PracticeWorld(order.units, order.speed, order.seed, order.faults, path=order.path, port=order.port).start()
    try:
        return world, PracticeBench(world, blueprints=(first, *others), journal=order.journal)
    except BaseException:
        world.stop()
        raise


async def in_thread(work: Callable[[], T]) -> T:
    """Something that blocks, in a thread."""
    return await asyncio.get_running_loop().run_in_executor(None, work)
