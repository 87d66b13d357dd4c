"""What is known of a unit, ready to be read: label, value, where it came from, how old it is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from station.model.facts import Facts, FactValue
from station.model.words import N_, Link
from ui.language import _

LABELS: Mapping[str, str] = MappingProxyType({
    "unit.label-serial": N_("Serial on the label"), "unit.serial": N_("Serial"), "unit.model": N_("Model"),
    "unit.name": N_("Name"), "unit.build": N_("Build"), "unit.battery": N_("Battery"), "unit.storages": N_("Storages shown"),
    "unit.free-bytes": N_("Free space"), "unit.packages": N_("Packages on the unit"), "unit.edition": N_("Edition"),
    "unit.wifi": N_("Wi-Fi network"), "unit.wifi-mac": N_("Wi-Fi address"), "unit.apps": N_("Apps"),
    "bus.present": N_("On the cable"), "bus.mode": N_("Mode"), "bus.port": N_("Port"),
    "hash.collecting": N_("Collecting diagnostics"), "hash.zip": N_("Diagnostics archive"), "hash.file": N_("Hash file"),
    "hash.verdict": N_("Hash check"), "hash.serial": N_("Serial inside the hash"),
    "autopilot.registration": N_("Registration"), "autopilot.import.error": N_("Import error"),
    "autopilot.profile": N_("Deployment profile"), "autopilot.group-tag": N_("Group tag"),
    "autopilot.enrolment": N_("Autopilot record"), "tenant.enrolled": N_("Enrolled"),
    "tenant.earlier-record": N_("Older Intune record"),
    "tenant.enrolment-type": N_("Kind of enrolment"), "tenant.compliance": N_("Compliance"),
    "tenant.device-name": N_("Name in the tenant"), "tenant.error": N_("Error of the tenant"),
    "package.pushed": N_("Package copied"), "package.wiped": N_("Package removed"),
})
ALWAYS = ("unit.label-serial", "unit.serial", "unit.model", "unit.build", "unit.battery", "unit.wifi", "unit.apps")
ATTESTED = N_("Confirmed by you")
LINKS: Mapping[Link, str] = MappingProxyType({
    Link.USB: N_("bus"), Link.MTP: N_("storage"), Link.PORTAL: N_("Device Portal"), Link.GRAPH: N_("tenant"),
    Link.PERSON: N_("person"), Link.STATION: N_("station"),
})
_VALUES: Mapping[str, Callable[[FactValue], str]] = MappingProxyType({
    "unit.battery": lambda v: f"{v} %",
    "unit.free-bytes": lambda v: f"{float(v) / 1e9:.1f} GB",
    "unit.packages": lambda v: str(v).replace("|", ", "),
    "unit.apps": lambda v: str(v).replace("|", ", "),
    "attested.device-owner": lambda v: _(str(v)),
})
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "autopilot.registration": {"none": N_("no registration"), "submitted": N_("sent to Microsoft"),
                               "importing": N_("being imported"), "registered": N_("in place"),
                               "refused": N_("refused by Microsoft")},
    "autopilot.profile": {"unknown": N_("unknown"), "not-assigned": N_("not assigned"), "assigning": N_("being assigned"),
                          "assigned": N_("assigned")},
    "hash.verdict": {"ok": N_("good"), "warn": N_("usable, with a warning"), "stop": N_("not usable")},
    "bus.mode": {"normal": N_("normal"), "flash": N_("flash mode"), "recovery": N_("recovery mode"),
                 "edl": N_("emergency download")},
})
"""Values that are words of the station (`station.model.facts`), as people read them; all others are shown as they came."""


@dataclass(frozen=True, slots=True)
class Line:
    """One fact as it is read. `wanted`: the current step waits for it."""

    label: str
    value: str
    link: Link | None
    age: str
    wanted: bool = False


def lines(facts: Facts, wanted: Iterable[str], now: datetime) -> list[Line]:
    """The facts that matter: first what the step waits for, known or not, then who the unit is."""
    keys = [k for k in dict.fromkeys(wanted) if label_of(k)]
    shown = [*keys, *(k for k in ALWAYS if k in facts and k not in keys)]
    return [_line(facts, key, key in keys, now) for key in shown]


def label_of(key: str) -> str:
    """The label of a fact key in the language in use; "" for keys that are not for reading."""
    if key.startswith("attested."):
        return _(ATTESTED)
    return _(LABELS.get(key, ""))


def _line(facts: Facts, key: str, wanted: bool, now: datetime) -> Line:
    known = facts.get(key)
    if known is None:
        return Line(label_of(key), _("not yet"), None, "", wanted)
    age = max(0.0, (now - known.fact.at).total_seconds())
    return Line(label_of(key), value_text(key, known.fact.value), known.fact.source, age_text(age), wanted)


def value_text(key: str, value: FactValue) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    word = WORDS.get(key, {}).get(str(value))
    if word is not None:
        return _(word)
    shown = _VALUES[key](value) if key in _VALUES else str(value)
    return "".join(c for c in shown if c.isprintable())


def age_text(seconds: float) -> str:
    """How old a fact is: now, 12 s, 3 min, 2 h, 4 d."""
    if seconds < 2:
        return _("now")
    for limit, size, unit in ((120, 1, N_("{n} s")), (7200, 60, N_("{n} min")), (172_800, 3600, N_("{n} h"))):
        if seconds < limit:
            return _(unit).format(n=int(seconds // size))
    return _("{n} d").format(n=int(seconds // 86_400))
