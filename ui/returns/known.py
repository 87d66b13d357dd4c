"""What each source knows of a serial, as names and texts in the language in use. Field words of Graph stay as they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from station.links.graph.values import AutopilotDevice, EntraDevice, ImportedIdentity, ManagedDevice
from station.model.board import Tile, Unit
from station.model.faults import catalogue
from station.tenant.records import UnitRecords
from ui.guide.known import lines
from ui.language import _, ngettext
from ui.theme.marks import MARKS

T = TypeVar("T")
Named = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One object: a heading where there are several, and what it says."""

    heading: str
    lines: Named


@dataclass(frozen=True, slots=True)
class Column:
    """One source. `remark` is what must catch the eye, `nothing` what is said where there is no record."""

    key: str
    title: str
    icon: str
    records: tuple[Record, ...] = ()
    remark: str = ""
    nothing: str = ""


def columns(found: UnitRecords | None, units: Sequence[tuple[Unit, Tile | None]], now: datetime) -> tuple[Column, ...]:
    """Bench, Autopilot, Intune, Entra, in this order; `found` None: the tenant was not read."""
    bench = Column("bench", _("This bench"), "headset", tuple(_unit(u, tile, now) for u, tile in units),
                   nothing=_("Not on this bench."))
    if found is None:
        return (bench,)
    autopilot = tuple(Record(h, _autopilot(d)) for h, d in _headed(found.autopilot))
    imports = tuple(Record(_("Import record"), _imported(d)) for d in found.imports)
    return (
        bench,
        _column(found, "autopilot", "Autopilot", "registrations", (*autopilot, *imports), len(found.autopilot)),
        _column(found, "intune", "Intune", "shield", tuple(Record(h, _managed(d)) for h, d in _headed(found.managed, True))),
        _column(found, "entra", "Entra", "people", tuple(Record(h, _entra(d)) for h, d in _headed(found.entra))))


def _column(found: UnitRecords, key: str, title: str, icon: str, records: tuple[Record, ...], count: int = -1) -> Column:
    count = len(records) if count < 0 else count
    unread = found.unknown.get(key) or (found.unknown.get("imports") if key == "autopilot" else None)
    if unread is not None:
        why = _("Could not be read: {reason}").format(reason=_(catalogue().explain(unread.code).title))
        return Column(key, title, icon, records, why)
    remark = ngettext("{n} record", "{n} records of one serial", count) if count > 1 else ""
    return Column(key, title, icon, records, remark, _("No record."))


def _headed(records: Sequence[T], newest_first: bool = False) -> Iterable[tuple[str, T]]:
    for i, record in enumerate(records, 1):
        heading = _("Record {n} of {count}") if len(records) > 1 else ""
        if heading and newest_first:
            heading = _("Record {n} of {count}: newest, counts") if i == 1 else _("Record {n} of {count}: stale double")
        yield heading.format(n=i, count=len(records)), record


def _unit(unit: Unit, tile: Tile | None, now: datetime) -> Record:
    state = _(MARKS[tile.word].word) if tile is not None else ""
    about = ((_("Slot"), str(unit.slot) if unit.slot else ""), (_("On the cable"), _yes(unit.present)), (_("State"), state))
    known = tuple((line.label, f"{line.value} ({line.age})" if line.age else line.value) for line in lines(unit.facts, (), now))
    return Record("", _filled((*about, *known)))


def _autopilot(d: AutopilotDevice) -> Named:
    return _filled((
        (_("Model"), d.model), (_("Group tag"), d.group_tag), (_("User"), d.user), (_("Enrolment"), d.enrolment),
        (_("Profile"), d.profile_status or ""), (_("Last contact"), when(d.last_contact)),
        (_("Userless enrolment"), d.userless or ""), (_("Name"), d.display_name), ("Id", d.id)))


def _imported(d: ImportedIdentity) -> Named:
    return _filled(((_("Import"), d.status), (_("Group tag"), d.group_tag), (_("Import error"), d.error_name), ("Id", d.id)))


def _managed(d: ManagedDevice) -> Named:
    return _filled((
        (_("Name"), d.name), (_("Model"), d.model), (_("System"), d.os_version), (_("Enrolled"), when(d.enrolled)),
        (_("Last contact"), when(d.last_sync)), (_("Compliance"), d.compliance), (_("Management"), d.management),
        (_("User"), d.user), ("Id", d.id)))


def _entra(d: EntraDevice) -> Named:
    return _filled((
        (_("Name"), d.name), (_("Joined"), d.trust), (_("System"), d.os_version), (_("Managed"), _yes(d.managed)),
        (_("Compliance"), _yes(d.compliant)), (_("Enabled"), _yes(d.enabled)), (_("Last sign-in"), when(d.last_sign_in)),
        (_("Object id"), d.id), (_("Device id"), d.device_id)))


def _filled(pairs: Iterable[tuple[str, str]]) -> Named:
    return tuple((name, text) for name, text in pairs if text)


def _yes(value: bool | None) -> str:
    return "" if value is None else _("yes") if value else _("no")


def when(moment: datetime | None) -> str:
    """A time on this bench's wall; empty where there was none (Graph's year 1 included)."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment is not None and moment.year > 1900 else ""
