"""What the person would have done: the plan for what was found and chosen, or the refusal with its cause and cure. Pure."""

import re
from dataclasses import dataclass

from station.model.errors import HoloBenchError, NotFound, Refused
from station.tenant.plan import Step, plan
from station.tenant.records import guard
from station.tenant.returning import Order
from ui.returns.desk import Found

_PREFIX = re.compile(r"^(?:\(21\)|]C1|S/N:?\s*|S(?=\d))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decision:
    """The steps, or why there are none."""

    steps: tuple[Step, ...] = ()
    refusal: HoloBenchError | None = None


def decide(found: Found, order: Order) -> Decision:
    """The same rules as `Returning` applies again, to fresh readings, right before it begins."""
    try:
        if not (found.records.nothing and found.unfinished):
            guard(found.records, order.bench_model)
        return Decision(plan(found.records, order.goal, order.where, order.lockdown))
    except (Refused, NotFound) as refusal:
        return Decision((), refusal)


def clean_serial(text: str) -> str:
    """A serial as typed or scanned, without what scanners and labels put in front of it."""
    return _PREFIX.sub("", "".join(c for c in text if c.isprintable()).strip()).strip()
