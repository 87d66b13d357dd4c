"""What the Records screen asks of the record and of files: blocking calls, made in the pool of threads."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from station.journal import Journal, Verdict
from station.journal.export import written_whole
from station.model.events import Draft, Noted
from station.model.timing import Clock, Deadline
from station.paths.registry import PATHS
from station.report import handover
from station.report.held import Held, held_elsewhere
from station.report.label import Label, Size, lay_out
from station.report.printing import PORT, send
from station.report.story import Story, stories
from station.report.writing import Manner, save
from station.report.zpl import zpl
from ui.language import _, spoken

MOST_RUNS = 2000
PRINT_BUDGET_S = 20.0


@dataclass(frozen=True)
class RecordsDesk:
    """The record of one station, for reports. Every method may be called from any thread and raises the house's errors."""

    journal: Journal
    clock: Clock
    practice: bool

    def read(self, since: datetime | None) -> tuple[Story, ...]:
        """Runs begun since then, newest first."""
        return stories(self.journal, PATHS, limit=MOST_RUNS, since=since)

    def held_elsewhere(self) -> tuple[Held, ...]:
        """Units that other stations of this record work on now."""
        return held_elsewhere(self.journal, self.clock.now())

    def manner(self, size: Size, title: str = "") -> Manner:
        """How reports look now: language of the window, practice marked."""
        return Manner(self.clock.now(), _, spoken(), size, title, self.practice)

    def save(self, told: tuple[Story, ...], file: Path, manner: Manner) -> None:
        """A certificate, table or label as a file, by its ending."""
        save(told, file, manner)

    def labels(self, told: tuple[Story, ...], size: Size) -> tuple[Label, ...]:
        """Laid-out labels."""
        return tuple(lay_out(story, size, _) for story in told)

    def send_labels(self, labels: tuple[Label, ...], printer: str) -> None:
        """Labels to a label printer, `host` or `host:port`."""
        host, _sep, port = printer.strip().partition(":")
        send(zpl(labels), host, Deadline(PRINT_BUDGET_S), int(port) if port.isdecimal() else PORT)

    def note_print(self, told: tuple[Story, ...], how: str, operator: str) -> None:
        """Every print stands in the record: a label that exists twice is told."""
        now = self.clock.now()
        notes = ((s, Noted("label.printed", {"serial": s.serial, "how": how, "operator": operator})) for s in told)
        self.journal.append(*(Draft(note, now, s.run.unit, s.run.id, s.run.slot) for s, note in notes))

    def export(self, file: Path) -> int:
        """The whole record as NDJSON or CSV, by the ending; how many rows."""
        how = "csv" if file.suffix.casefold() == ".csv" else "ndjson"
        with written_whole(file, "journal.export-failed") as stream:
            return self.journal.export(stream, how)

    def verify(self) -> Verdict:
        """Walk the chains of the record."""
        return self.journal.verify()

    def last_handover(self) -> handover.Handover | None:
        """What the person before left, taken or not."""
        return handover.latest(self.journal, self.journal.station)
