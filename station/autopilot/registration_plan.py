"""What a registration will do, decided from the tenant's lists before anything is sent. Pure.

A serial is registered here, under way, or free. Only what is free is sent: a POST is not idempotent (facts/tenant §1.1).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from station.autopilot.import_log import Ledger
from station.autopilot.standing import Registration, Standing, key, latest_records, with_device, with_record
from station.links.graph.autopilot_calls import import_request, update_request
from station.links.graph.values import AutopilotDevice, ImportedIdentity, NewIdentity

CHUNK = 100
"""Rows a call: 0.42 MB, well under the body limit (facts/tenant §2.4)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`send` is what is free, in order; `standings` are all serials asked for (by `key`); `retag` maps ids of registered
    devices to the group tag that was asked for and differs."""

    send: tuple[NewIdentity, ...]
    standings: Mapping[str, Standing]
    retag: Mapping[str, str]

    def count(self, registration: Registration) -> int:
        """How many of the serials stand so before anything is done."""
        return sum(s.registration is registration for s in self.standings.values())

    def calls(self, change_tags: bool = False) -> tuple[str, ...]:
        """The writing calls it will make, one line each, hashes shortened: a dry run."""
        lines = [import_request(chunk).line() for chunk in chunks(self.send)]
        if change_tags:
            lines += [update_request(id_, group_tag=tag).line() for id_, tag in self.retag.items()]
        return tuple(lines)


def wanted(rows: Iterable[NewIdentity]) -> dict[str, NewIdentity]:
    """Rows by `key`, the last of a serial: the same device twice in one batch would be refused."""
    return {key(row.serial): row for row in rows}


def plan(rows: Mapping[str, NewIdentity], devices: Sequence[AutopilotDevice], records: Sequence[ImportedIdentity],
         ledger: Ledger, now: datetime) -> Plan:
    """Decide for each row.

    An ended record says nothing of today, since records carry no time and may be left over from a device that was deregistered
    long ago: only one of our own that no job has noted yet counts, and an import of ours that ended well within the last hour,
    which the Autopilot list may not show yet.
    """
    by_serial = {key(d.serial): d for d in devices}
    under_way = latest_records(records, frozenset(rows))
    standings: dict[str, Standing] = {}
    retag: dict[str, str] = {}
    for name, row in rows.items():
        standing = Standing(row.serial)
        device, record = by_serial.get(name), under_way.get(name)
        if device is not None:
            standing = replace(with_device(standing, device, row.group_tag), before=True)
            if row.group_tag and row.group_tag != device.group_tag:
                retag[device.id] = row.group_tag
        elif record is not None and (not record.finished or (record.id in ledger.own and name not in ledger.ended)):
            standing = replace(with_record(standing, record), before=record.id not in ledger.own)
        elif ledger.registered_lately(name, now):
            standing = replace(standing, registration=Registration.REGISTERED)
        standings[name] = standing
    send = tuple(row for name, row in rows.items() if standings[name].registration is Registration.NONE)
    return Plan(send, standings, retag)


def chunks(rows: Sequence[NewIdentity], size: int = CHUNK) -> list[tuple[NewIdentity, ...]]:
    """Rows in calls of at most `size`."""
    return [tuple(rows[i:i + size]) for i in range(0, len(rows), size)]
