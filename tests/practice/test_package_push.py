"""A package onto virtual units through the product's own MTP initiator: copied, read back, wiped, remembered without a secret."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from station.bench import push
from station.bench.configuration import plain_blueprint
from station.links.mtp.storage import DeviceStorage
from station.model.timing import Deadline
from station.package.push_plan import Place
from station.paths.registry import PATHS
from station.practice.world import PracticeBench, PracticeWorld
from tests.unit.packages import making

SECONDS = 60.0
Story = Callable[[PracticeBench], Coroutine[Any, Any, None]]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    making.write_files(tmp_path)
    return making.make(making.full_settings(), tmp_path, "lab.ppkg")[0]


@pytest.fixture
def on_bench(tmp_path: Path) -> Callable[[Story], None]:
    """Runs a story on a practice bench whose two units are known."""
    def told(story: Story) -> None:
        async def main() -> None:
            world = PracticeWorld(2, 40.0, 7, "").start()
            blueprints = [plain_blueprint(key) for key in PATHS]
            bench = PracticeBench(world, blueprints=blueprints, journal=str(tmp_path / "j.sqlite"))
            try:
                await bench.bench.open()
                for _ in range(400):
                    if all(t.serial for t in bench.bench.tiles()):
                        break
                    await asyncio.sleep(0.05)
                await story(bench)
            finally:
                await bench.close()
                world.stop()
        asyncio.run(main())
    return told


def test_a_package_is_copied_read_back_and_wiped(on_bench: Callable[[Story], None], package: Path) -> None:
    async def story(bench: PracticeBench) -> None:
        deadline = Deadline(SECONDS)

        def work(storage: DeviceStorage) -> tuple[push.PushReceipt, tuple[push.FoundPackage, ...]]:
            receipt = push.push_to_unit(storage, package, Place.ROOT, deadline)
            return receipt, push.unit_packages(storage, deadline)
        receipt, found = await bench.bench.with_storage(1, work, deadline)
        assert [(f.name, f.size) for f in found] == [("lab.ppkg", receipt.plan.size)]
        assert receipt.package.id == making.ID
        await bench.bench.with_storage(1, lambda s: push.wipe_from_unit(s, Place.ROOT, "lab.ppkg", deadline), deadline)
        assert await bench.bench.with_storage(1, lambda s: push.unit_packages(s, deadline), deadline) == ()
    on_bench(story)


def test_every_unit_has_its_own_lane(on_bench: Callable[[Story], None], package: Path) -> None:
    async def story(bench: PracticeBench) -> None:
        deadline = Deadline(SECONDS)

        def work(storage: DeviceStorage) -> push.PushReceipt:
            return push.push_to_unit(storage, package, Place.ROOT, deadline)
        first, second = await asyncio.gather(*(bench.bench.with_storage(slot, work, deadline) for slot in (1, 2)))
        assert first.sha256 == second.sha256
    on_bench(story)


def test_the_record_of_a_push_holds_no_secret(on_bench: Callable[[Story], None], package: Path, tmp_path: Path) -> None:
    async def story(bench: PracticeBench) -> None:
        deadline = Deadline(SECONDS)

        def work(storage: DeviceStorage) -> push.PushReceipt:
            return push.push_to_unit(storage, package, Place.ROOT, deadline)
        receipt = await bench.bench.with_storage(1, work, deadline)
        serial = bench.bench.tile(1).serial
        bench.journal.append(push.noted(push.PUSHED, bench.bench.clock, push.about_receipt(receipt, serial=serial), slot=1))
        known = push.history(bench.journal.events(), serial)
        assert [e.body.about["file"] for e in known] == ["lab.ppkg"]  # type: ignore[attr-defined]
    on_bench(story)
    record = b"".join(p.read_bytes() for p in tmp_path.glob("j.sqlite*"))
    assert making.ID.encode() in record
    assert not [name for name, value in making.SECRETS.items() if value.encode() in record]
