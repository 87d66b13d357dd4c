"""Reports as files: which ending means what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from station.journal.export import written_whole
from station.model.errors import UsageError
from station.model.faults import catalogue
from station.report.label import Size, lay_out
from station.report.page import Translate, page
from station.report.story import Story
from station.report.svg import svg
from station.report.table import write
from station.report.zpl import zpl


@dataclass(frozen=True, slots=True)
class Manner:
    """How reports are to look: language and its translation, title of a batch, label stock, resolution of a ZPL printer."""

    made_at: datetime
    translate: Translate
    language: str
    size: Size
    title: str = ""
    practice: bool = False
    dpi: int = 203


def _html(stories: Sequence[Story], stream: TextIO, how: Manner) -> None:
    stream.write(page(stories, catalogue(), how.made_at, how.translate, language=how.language, title=how.title,
                      practice=how.practice))


def _csv(stories: Sequence[Story], stream: TextIO, how: Manner) -> None:
    write(stories, stream)


def _zpl(stories: Sequence[Story], stream: TextIO, how: Manner) -> None:
    stream.write(zpl((lay_out(s, how.size, how.translate) for s in stories), how.dpi))


def _svg(stories: Sequence[Story], stream: TextIO, how: Manner) -> None:
    if len(stories) != 1:
        raise UsageError("report.one-label", str(len(stories)))
    stream.write(svg(lay_out(stories[0], how.size, how.translate)))


FORMATS: dict[str, Callable[[Sequence[Story], TextIO, Manner], None]] = {".html": _html, ".csv": _csv, ".zpl": _zpl, ".svg": _svg}
"""By the ending of the file: certificate, table, label for a label printer, label as a picture."""


DOCUMENTS: dict[str, Callable[[Sequence[Story], Path, Manner], None]] = {}
"""Formats that write their file themselves; the composition with a screen adds `.pdf` (`ui.records.command`)."""


def save(stories: Sequence[Story], file: Path, how: Manner) -> None:
    """Write the report that the file's ending asks for.

    Raises UsageError `report.unknown-format` or `report.one-label`, JournalError `report.not-written`.
    """
    document = DOCUMENTS.get(file.suffix.casefold())
    if document is not None:
        document(stories, file, how)
        return
    form = FORMATS.get(file.suffix.casefold())
    if form is None:
        raise UsageError("report.unknown-format", file.suffix or file.name)
    with written_whole(file, "report.not-written") as stream:
        form(stories, stream, how)
