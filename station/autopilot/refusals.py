"""What was refused and why, as a table for people: for a mail to the reseller, a support case, a lead."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from station.autopilot.standing import Standing
from station.autopilot.whole_file import replace_file
from station.model.faults import catalogue
from station.model.words import N_

Translate = Callable[[str], str]
HEADINGS = (N_("Serial number"), N_("Reason"), N_("Cause"), N_("Cure"), N_("Who can cure it"), N_("Said by the service"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """One device that cannot go on: serial, fault code of the catalogue, what the service or the check said."""

    serial: str
    fault: str
    said: str = ""


def of_standings(standings: Iterable[Standing]) -> tuple[Refusal, ...]:
    """The refusals among standings, faults that only hold (such as a missing profile) included."""
    return tuple(Refusal(s.serial, s.fault, s.error) for s in standings if s.fault)


def lines(refusals: Iterable[Refusal], translate: Translate) -> list[tuple[str, ...]]:
    """The table in the language of `translate`, without its headings."""
    rows = []
    for refusal in refusals:
        fault = catalogue().explain(refusal.fault)
        texts = (fault.title, fault.cause, fault.cure, fault.who.value)
        rows.append((refusal.serial, *(translate(t) for t in texts), refusal.said))
    return rows


def write(refusals: Iterable[Refusal], path: Path, translate: Translate) -> int:
    """Write the table as CSV with a byte order mark, which spreadsheets want; serials are kept as text. How many rows.

    Raises ConfigurationError `autopilot.csv-not-written`.
    """
    rows = lines(refusals, translate)
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([translate(h) for h in HEADINGS])
    writer.writerows([tuple(_as_text(cell) for cell in row) for row in rows])
    replace_file(path, stream.getvalue().encode("utf-8-sig"))
    return len(rows)


def _as_text(cell: str) -> str:
    """A cell that a spreadsheet shows as it stands: digits keep their zeros, and nothing is run as a formula."""
    if cell.isdigit():
        return f'="{cell}"'
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell
