"""Actions that let a unit go or make it ready again in the tenant (`station.tenant.returning`): ordered, proved, resumable."""

import asyncio
from collections.abc import Sequence

from station.bench.work import Task
from station.model.facts import Fact
from station.model.words import Link

RETURN_BUDGET_S = 5400.0


async def leave(task: Task) -> Sequence[Fact]:
    """Take every record of the unit out of the tenant."""
    return await _return(task, "leave")


async def reuse(task: Task) -> Sequence[Fact]:
    """Delete the management record and allow the next enrolment."""
    return await _return(task, "reuse")


async def _return(task: Task, goal: str) -> Sequence[Fact]:
    facts = task.facts().facts
    serial = facts.text("unit.label-serial") or facts.text("unit.serial")
    deadline = task.deadline(RETURN_BUDGET_S)
    cloud = task.services.cloud
    await asyncio.get_running_loop().run_in_executor(
        None, lambda: cloud.give_back(serial, goal, facts.text("unit.model"), deadline))
    return (task.fact("tenant.return", goal, Link.GRAPH),)
