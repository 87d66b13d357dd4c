"""What a spreadsheet does to a serial, recognised by comparing with the serial inside the hash.

HoloLens 2 serials are 12 digits, often with a leading zero (inferred, facts/tenant §5): Excel drops the zeros, writes E-notation,
groups digits, or shows `#####`. The hash (record 14) still knows; only a damage that can have come from it is repaired.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_E_NOTATION = re.compile(r"^(?P<whole>\d)(?:[.,](?P<digits>\d+))?[eE]\+?(?P<exponent>\d{1,2})$")
_HASHES = re.compile(r"^#+$")
_GROUPING = re.compile(r"[\s.,\u00a0\u202f']")


@dataclass(frozen=True, slots=True)
class Damage:
    """One kind of damage: its name for the detail of the verdict, and whether it made `written` out of `true`."""

    name: str
    made: Callable[[str, str], bool]


def _lost(written: str, _true: str) -> bool:
    return not written or bool(_HASHES.match(written))


def _dropped_zeros(written: str, true: str) -> bool:
    return written.isdigit() and true.isdigit() and written.lstrip("0") == true.lstrip("0")


def _rounded(written: str, true: str) -> bool:
    seen = _E_NOTATION.match(written)
    if not seen or not true.isdigit():
        return False
    digits, unit = seen["digits"] or "", int("1" + "0" * int(seen["exponent"]))
    return 2 * abs(int(true + "0" * len(digits)) - int(seen["whole"] + digits) * unit) <= unit


def _grouped(written: str, true: str) -> bool:
    bare = _GROUPING.sub("", re.sub(r"[.,]0+$", "", written))
    return bare != written and bare.isdigit() and _dropped_zeros(bare, true)


def _other_case(written: str, true: str) -> bool:
    return written.casefold() == true.casefold()


DAMAGES: tuple[Damage, ...] = (
    Damage("serial lost", _lost),
    Damage("leading zeros lost", _dropped_zeros),
    Damage("E-notation", _rounded),
    Damage("number format", _grouped),
    Damage("letter case", _other_case),
)


def damage(written: str, true: str) -> Damage | None:
    """The damage that explains why a cell says `written` where the hash says `true`; None if none does."""
    if not true or written == true:
        return None
    return next((d for d in DAMAGES if d.made(written, true)), None)


def looks_damaged(written: str) -> bool:
    """Whether a serial is plainly a spreadsheet's doing, even with no hash to compare with."""
    return bool(_HASHES.match(written) or _E_NOTATION.match(written))
