"""Events: what the journal keeps. A header that says who, when, which unit and run; and one body of a fixed set of kinds.

Bodies turn into JSON objects and back without loss (`encode`, `decode`); `kind` is the stored name and never changes meaning.
Secrets never enter a body: names of secrets do.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from station.model.errors import JournalError
from station.model.facts import Fact
from station.model.words import Link


class Result(StrEnum):
    """How an action ended."""

    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The link went away or the station stopped; the action is taken up again when the link is back."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Body:
    """Base of all bodies."""

    kind: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Plugged(Body):
    """A unit was seen in a slot. `mode` is normal, flash, recovery or edl; `usb_serial` the descriptor's, not the label's."""

    kind: ClassVar[str] = "plugged"
    port: str
    mode: str
    vendor_id: int
    product_id: int
    product: str
    usb_serial: str


@dataclass(frozen=True, slots=True)
class Unplugged(Body):
    """A unit left the bus for longer than the glitch grace."""

    kind: ClassVar[str] = "unplugged"
    port: str


@dataclass(frozen=True, slots=True)
class Observed(Body):
    """Facts that came together."""

    kind: ClassVar[str] = "observed"
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class RunStarted(Body):
    """A unit began a path under a blueprint. `facts` are what is known of the unit at that moment."""

    kind: ClassVar[str] = "run-started"
    path: str
    blueprint: str
    operator: str = ""
    facts: tuple[Fact, ...] = ()
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intended(Body):
    """An action is about to happen. `key` is unique to run, step, action and attempt."""

    kind: ClassVar[str] = "intended"
    key: str
    step: str
    action: str
    attempt: int
    repeatable: bool
    about: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended(Body):
    """The outcome of an intent, with the facts it brought."""

    kind: ClassVar[str] = "ended"
    key: str
    result: Result
    fault: str = ""
    detail: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Faulted(Body):
    """A fault was recognised by a person ("this is not what I see") or by the station outside an action."""

    kind: ClassVar[str] = "faulted"
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Retried(Body):
    """A person asked to try the step again."""

    kind: ClassVar[str] = "retried"
    operator: str = ""


@dataclass(frozen=True, slots=True)
class RunCancelled(Body):
    """A person ended the run."""

    kind: ClassVar[str] = "run-cancelled"
    operator: str = ""


@dataclass(frozen=True, slots=True)
class RunSkipped(Body):
    """A person took the unit out of the batch. Skipped is not failed."""

    kind: ClassVar[str] = "run-skipped"
    reason: str
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Noted(Body):
    """Something worth keeping that moves no run: a Graph request id, a sign-in, a push, a start of the station."""

    kind: ClassVar[str] = "noted"
    topic: str
    about: Mapping[str, str] = dataclasses.field(default_factory=dict)


KINDS: Mapping[str, type[Body]] = {c.kind: c for c in (
    Plugged, Unplugged, Observed, RunStarted, Intended, Ended, Faulted, Retried, RunCancelled, RunSkipped, Noted)}


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before the journal has numbered it. `unit` is the unit key, `run` the run id; empty where none applies."""

    body: Body
    at: datetime
    unit: str = ""
    run: str = ""
    slot: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the journal keeps it: `seq` counts per station without gaps, from 1."""

    seq: int
    station: str
    at: datetime
    unit: str
    run: str
    slot: int
    body: Body


def encode(body: Body) -> dict[str, Any]:
    """The body as a JSON object, without its kind."""
    return {f.name: _plain(getattr(body, f.name)) for f in dataclasses.fields(body)}


def _plain(value: object) -> Any:
    if isinstance(value, Fact):
        return [value.key, value.value, value.source.value, value.at.isoformat()]
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    return value.value if isinstance(value, StrEnum) else value


def decode(kind: str, stored: Mapping[str, Any]) -> Body:
    """The body of a stored JSON object. Raises JournalError `journal.unknown-event` for a kind or field of a newer version."""
    body_class = KINDS.get(kind)
    if body_class is None:
        raise JournalError("journal.unknown-event", kind)
    values = dict(stored)
    if "facts" in values:
        values["facts"] = tuple(fact_from(f) for f in values["facts"])
    if "result" in values:
        values["result"] = Result(values["result"])
    try:
        return body_class(**values)
    except TypeError as e:
        raise JournalError("journal.unknown-event", f"{kind}: {e}") from e


def fact_from(stored: list[Any]) -> Fact:
    """A fact from its stored form [key, value, source, time]."""
    key, value, source, at = stored
    return Fact(key, value, Link(source), datetime.fromisoformat(at).astimezone(UTC))
