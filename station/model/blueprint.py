"""Blueprints: what a lead prepares once, so that a technician only picks and starts."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Path, package, group tag, naming, checks and label of a batch. Secrets are named, never held.

    `name_template` follows the Autopilot rules (`%SERIAL%`, `%RAND:n%`, at most 15 characters); `minimum_battery` in percent.
    """

    key: str
    title: str
    path: str
    group_tag: str = ""
    name_template: str = ""
    package: str = ""
    minimum_battery: int = 45
    wifi_name: str = ""
    label: str = ""
    options: dict[str, str] = field(default_factory=dict)
