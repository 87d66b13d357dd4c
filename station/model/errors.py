"""The one family of errors that may reach a person.

    HoloBenchError                 exit  meaning
    ├─ UsageError                   2    the command, its arguments or a file given by the person cannot be used
    ├─ ConfigurationError           2    the configuration is unreadable or contradicts itself
    ├─ SignInNeeded                 3    nobody is signed in, or the sign-in does not reach far enough
    ├─ NotFound                     4    no such unit, slot, serial, path, package
    ├─ LinkError                    1    a link failed: bus, storage, Device Portal, Graph
    │  ├─ LinkLost                  1    the other end went away (unplugged, connection cut)
    │  └─ OverBudget                1    no answer within the deadline
    ├─ Refused                      1    a rule of the bench or the tenant forbids it; nothing was changed
    ├─ DataError                    1    a package, hash, CSV or answer is damaged or not what it claims to be
    ├─ JournalError                 1    the record cannot be read or written
    └─ Cancelled                  130    the person cancelled

Every instance carries a code of the fault catalogue (`resources/faults/*.toml`); title, cause, cure and who can cure it are
looked up there. `detail` holds what this one occurrence adds (a serial, a file name, an HTTP status), never a secret.
Anything else that escapes is a bug and is shown as one.
"""

from typing import ClassVar

BUG = "station.bug"
"""The fault code under which a bug is shown to a person; its traceback stands in the log."""


class HoloBenchError(Exception):
    """Base of the family. `code` names the fault; `detail` is one short English sentence or phrase without secrets."""

    exit_status: ClassVar[int] = 1

    def __init__(self, code: str, detail: str = "", **values: object) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.values = values


class UsageError(HoloBenchError):
    """What the person gave cannot be used."""

    exit_status = 2


class ConfigurationError(UsageError):
    """The configuration is unreadable or contradicts itself."""


class SignInNeeded(HoloBenchError):
    """Nobody is signed in, or the sign-in lacks a scope, a role or a claim."""

    exit_status = 3


class NotFound(HoloBenchError):
    """No such unit, slot, serial, path, package or record."""

    exit_status = 4


class LinkError(HoloBenchError):
    """A link failed. The unit may still be there."""


class LinkLost(LinkError):
    """The other end went away in the middle: unplugged, rebooted, connection cut."""


class OverBudget(LinkError):
    """No answer within the deadline that was handed down."""


class Refused(HoloBenchError):
    """A rule of the bench or of the tenant forbids it; nothing was changed."""


class DataError(HoloBenchError):
    """Bytes that are damaged or not what they claim to be."""


class JournalError(HoloBenchError):
    """The record cannot be read or written."""


class Cancelled(HoloBenchError):
    """The person cancelled; what was begun has been cleaned up."""

    exit_status = 130

    def __init__(self, detail: str = "") -> None:
        super().__init__("station.cancelled", detail)
