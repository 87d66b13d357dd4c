"""A unit that is carried to a port that is no slot of this bench has left its slot here."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from station.practice.units.fleet import port_name
from station.practice.world import PracticeBench, PracticeWorld

BUDGET_S = 100


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - what the bench shows is asked, as a person looks
        await asyncio.sleep(0.01)


def test_a_unit_that_moves_out_of_the_bench_leaves_an_empty_slot(tmp_path: Path) -> None:
    with PracticeWorld(2, 100.0, 5) as world:
        practice = PracticeBench(world, tmp_path, ports=(1,))
        bench, unit = practice.bench, world.bus.unit(world.units[0].serial)

        def present() -> bool:
            known = bench.board.unit_at(1)
            return known is not None and known.present

        async def whole() -> None:
            await bench.open()
            try:
                await until(present)
                unit.unplug()
                unit.plug(port_name(3))
                await until(lambda: not present())
            finally:
                await practice.close()

        asyncio.run(asyncio.wait_for(whole(), BUDGET_S))
