"""Blueprints: what a lead prepares once, so that a technician only picks and starts."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Path, group tag and package of a batch. Secrets are named, never held. `options` are words that go with each run into its
    record and reports, such as an order number.
    """

    key: str
    title: str
    path: str
    group_tag: str = ""
    package: str = ""
    options: dict[str, str] = field(default_factory=dict)
