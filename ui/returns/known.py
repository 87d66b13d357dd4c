"""What each source knows of a serial, as names and texts in the language in use. Field words of Graph stay as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from station.model.board import Tile, Unit
from station.model.faults import catalogue
from station.tenant.known import NO, YES, described
from station.tenant.records import UnitRecords
from ui.guide.known import lines
from ui.language import _, ngettext
from ui.theme.marks import MARKS

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
    records = {source: tuple(Record(d.title(_), d.texts(_)) for d in objects) for source, objects in described(found).items()}
    return (bench, _column(found, "autopilot", "Autopilot", "registrations", records, len(found.autopilot)),
            _column(found, "intune", "Intune", "shield", records, len(found.managed)),
            _column(found, "entra", "Entra", "people", records, len(found.entra)))


def _column(found: UnitRecords, key: str, title: str, icon: str, records: Mapping[str, tuple[Record, ...]], count: int) -> Column:
    unread = found.unknown.get(key) or (found.unknown.get("imports") if key == "autopilot" else None)
    if unread is not None:
        why = _("Could not be read: {reason}").format(reason=_(catalogue().explain(unread.code).title))
        return Column(key, title, icon, records[key], why)
    remark = ngettext("{n} record", "{n} records of one serial", count) if count > 1 else ""
    return Column(key, title, icon, records[key], remark, _("No record."))


def _unit(unit: Unit, tile: Tile | None, now: datetime) -> Record:
    state = _(MARKS[tile.word].word) if tile is not None else ""
    about = ((_("Slot"), str(unit.slot) if unit.slot else ""), (_("On the cable"), _(YES if unit.present else NO)),
             (_("State"), state))
    known = tuple((line.label, f"{line.value} ({line.age})" if line.age else line.value) for line in lines(unit.facts, (), now))
    return Record("", tuple((name, text) for name, text in (*about, *known) if text))
