"""One line of the table as a value, and what is said of it: state, reason, cure. No Qt.

What is known of a device comes from three sides: the check of its hash, the queue (waiting for a connection or a lead), and the
tenant. The tables below choose which of them speaks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from station.autopilot.hash_check import CheckedRow
from station.autopilot.standing import PROFILE_LABELS, STATE_LABELS, ProfileState, Registration, Standing, key
from station.autopilot.verdicts import Gravity
from station.autopilot.waiting_room import Place, Submission
from station.links.graph.values import NewIdentity
from station.model.words import N_


class Group(StrEnum):
    """What the filter offers."""

    ALL = N_("All")
    NEW = N_("Not sent yet")
    WAITING = N_("Waiting")
    RUNNING = N_("Under way")
    READY = N_("May be powered on now")
    ATTENTION = N_("Needs attention")


@dataclass(frozen=True, slots=True)
class State:
    """How a line looks: word (a msgid), tone and icon of the theme, group of the filter."""

    word: str
    tone: str
    icon: str
    group: Group


@dataclass(frozen=True, slots=True)
class Line:
    """One device. `checked` None: only its serial is known (from the queue)."""

    serial: str
    group_tag: str = ""
    checked: CheckedRow | None = field(default=None, repr=False)
    source: str = ""
    standing: Standing | None = None
    waiting: Submission | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """What tells lines apart."""
        return key(self.serial)

    @property
    def usable(self) -> bool:
        """Whether it could be sent."""
        return self.checked is not None and self.checked.usable

    @property
    def model(self) -> str:
        """The model inside the hash."""
        return self.checked.hash.model if self.checked and self.checked.hash else ""

    @property
    def settled(self) -> bool:
        """Whether nothing more is expected for it without somebody doing something."""
        return state(self).group not in (Group.RUNNING, Group.NEW)

    def identity(self, group_tag: str | None = None) -> NewIdentity:
        """The row to register; `group_tag` in place of its own."""
        assert self.checked is not None  # noqa: S101 - callers ask `usable` first
        return NewIdentity(self.serial, self.checked.row.hash_text, self.group_tag if group_tag is None else group_tag)


STOPPED = State(N_("Cannot be used"), "danger", "error", Group.ATTENTION)
REFUSED = State(STATE_LABELS[Registration.REFUSED], "danger", "error", Group.ATTENTION)
CHECKED = State(N_("Checked"), "ink", "file", Group.NEW)
REMARK = State(N_("Checked, with a remark"), "warn", "warning", Group.NEW)
NOT_REGISTERED = State(STATE_LABELS[Registration.NONE], "ink", "file", Group.NEW)
TROUBLED = State(STATE_LABELS[Registration.REGISTERED], "warn", "warning", Group.ATTENTION)
LONG = State(STATE_LABELS[Registration.IMPORTING], "warn", "clock", Group.ATTENTION)

_PLACES: Mapping[Place, State] = MappingProxyType({
    Place.SUBMITTED: State(N_("Waiting for a lead"), "warn", "lock", Group.WAITING),
    Place.RELEASED: State(N_("Waiting for a connection"), "warn", "clock", Group.WAITING),
    Place.WITHDRAWN: State(N_("Turned down"), "danger", "error", Group.ATTENTION),
})
_RUNNING: Mapping[Registration, State] = MappingProxyType({
    word: State(STATE_LABELS[word], "ink", "state-cloud", Group.RUNNING)
    for word in (Registration.SUBMITTED, Registration.IMPORTING)})
_PROFILES: Mapping[ProfileState, State] = MappingProxyType({
    ProfileState.ASSIGNED: State(PROFILE_LABELS[ProfileState.ASSIGNED], "good", "check", Group.READY),
    ProfileState.ASSIGNING: State(PROFILE_LABELS[ProfileState.ASSIGNING], "ink", "state-cloud", Group.RUNNING),
    ProfileState.NOT_ASSIGNED: State(PROFILE_LABELS[ProfileState.NOT_ASSIGNED], "ink", "state-cloud", Group.RUNNING),
    ProfileState.UNKNOWN: State(STATE_LABELS[Registration.REGISTERED], "ink", "state-cloud", Group.RUNNING),
})


def state(line: Line) -> State:
    """What the line shows: the tenant's word first, then the queue's, then the check's."""
    standing = line.standing
    if standing is not None and standing.registration is not Registration.NONE:
        return _of_standing(standing)
    if line.waiting is not None and line.waiting.place in _PLACES:
        return _PLACES[line.waiting.place]
    worst = line.checked.worst() if line.checked else None
    if worst is Gravity.STOP:
        return STOPPED
    if standing is not None:
        return TROUBLED if standing.fault else NOT_REGISTERED
    return REMARK if worst is Gravity.WARN else CHECKED


def _of_standing(standing: Standing) -> State:
    if standing.registration is Registration.REFUSED:
        return REFUSED
    if standing.registration is Registration.REGISTERED:
        if standing.fault and not standing.may_be_powered_on:
            return TROUBLED
        return _PROFILES[standing.profile]
    return LONG if standing.fault else _RUNNING[standing.registration]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line is as it is: a code of the fault catalogue and what this one adds."""

    code: str
    detail: str = ""


def reasons(line: Line) -> tuple[Reason, ...]:
    """Everything there is to say of a line, what matters most first."""
    told: list[Reason] = []
    if line.standing is not None and line.standing.fault:
        told.append(Reason(line.standing.fault, line.standing.error))
    if line.waiting is not None and line.waiting.fault:
        told.append(Reason(line.waiting.fault, line.waiting.reason))
    if line.checked is not None:
        order = {gravity: i for i, gravity in enumerate(Gravity)}
        told += [Reason(v.code, v.detail) for v in sorted(line.checked.verdicts, key=lambda v: order[v.gravity])]
    return tuple(told)


def of_row(row: CheckedRow) -> Line:
    """The line of a checked row."""
    return Line(row.serial, row.row.group_tag, row, row.row.file)


def of_submission(submission: Submission) -> Line:
    """The line of a row that waits and is in no file that was opened."""
    return Line(submission.serial, submission.group_tag, source=submission.by, waiting=submission)


FILTERS: tuple[Group, ...] = tuple(Group)
USABLE = "usable"
Wanted = Callable[[Line, State], bool]


def labels(line: Line, shown: State) -> tuple[str, ...]:
    """What a line counts as: its group, whether it could be sent, the place where it waits. Sums of these decide what may be
    pressed, so that a list of ten thousand is not walked through at every change."""
    place = (line.waiting.place.value,) if line.waiting is not None else ()
    return (Group.ALL.value, shown.group.value, *((USABLE,) if line.usable else ()), *place)


def wanted(group: Group, text: str) -> Wanted:
    """The filter: a group, and words that must all stand in serial, tag, model, source or state."""
    words = text.casefold().split()

    def fits(line: Line, shown: State) -> bool:
        if group not in (Group.ALL, shown.group):
            return False
        if not words:
            return True
        about = f"{line.serial} {line.group_tag} {line.model} {line.source} {shown.word}".casefold()
        return all(word in about for word in words)

    return fits
