"""What a practice bench changes in its tenant stands in its journal, with the ids that support would ask for."""

import asyncio
from pathlib import Path

from station.links.graph import routes
from station.links.graph.request import GraphRequest
from station.model.events import Noted
from station.model.timing import Deadline
from station.practice.world import PracticeBench, PracticeWorld
from station.tenant.exchange_log import TOPIC


def test_a_change_in_the_practice_tenant_is_journalled_with_its_request_id(tmp_path: Path) -> None:
    async def scenario() -> list[Noted]:
        bench = PracticeBench(world, tmp_path)
        bench.sign_in()
        bench.client.call(GraphRequest(routes.ME), Deadline(10))
        bench.client.call(GraphRequest(routes.SETTINGS_SYNC), Deadline(10))
        bench.journal.flush()
        noted = [e.body for e in bench.journal.events() if isinstance(e.body, Noted) and e.body.topic == TOPIC]
        await bench.close()
        return noted

    with PracticeWorld(1, speed=100.0) as world:
        noted = asyncio.run(scenario())
    assert [n.about["route"] for n in noted] == ["settings.sync"]
    assert noted[0].about["request-id"]
    assert noted[0].about["client-request-id"]
