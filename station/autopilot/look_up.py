"""Where serials stand in the tenant, read and not changed: for a status command and a screen."""

from collections.abc import Sequence
from dataclasses import replace

from station.autopilot.registry import Registry
from station.autopilot.standing import Registration, Standing, key, latest_records, with_device, with_record
from station.model.timing import Deadline


def look_up(registry: Registry, tags: Sequence[tuple[str, str]], deadline: Deadline) -> dict[str, Standing]:
    """Standings by `key` of (serial, group tag that is wanted or "") pairs, with two list reads for all.

    A record that is complete without a device in the list counts as importing: the list lags, and records carry no time.
    """
    wanted = {key(serial): (serial, tag) for serial, tag in tags}
    devices, _ = registry.devices([serial for serial, _ in wanted.values()], deadline)
    by_serial = {key(d.serial): d for d in devices}
    records = latest_records(registry.records(deadline), frozenset(wanted)) if len(by_serial) < len(wanted) else {}
    standings = {}
    for name, (serial, tag) in wanted.items():
        standing = Standing(serial)
        if name in by_serial:
            standing = with_device(standing, by_serial[name], tag)
        elif name in records:
            standing = with_record(standing, records[name])
            if standing.registration is Registration.REGISTERED:
                standing = replace(standing, registration=Registration.IMPORTING, error="", fault="")
        standings[name] = standing
    return standings
