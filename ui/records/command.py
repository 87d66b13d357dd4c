"""PDF for the command line's `report`: the one format that needs Qt, added to the table of formats by `ui.entry`.

Nothing of Qt is imported before a PDF is asked for.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from station.model.faults import catalogue
from station.report.page import page
from station.report.story import Story
from station.report.writing import DOCUMENTS, Manner


def add_pdf() -> None:
    """Let `holobench report -o FILE.pdf` work."""
    DOCUMENTS[".pdf"] = _certificate


def _certificate(told: Sequence[Story], file: Path, how: Manner) -> None:
    from PySide6.QtGui import QGuiApplication

    from ui.records.printing import certificate_pdf

    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication.instance() or QGuiApplication(["holobench"])
    html = page(told, catalogue(), how.made_at, how.translate, language=how.language, title=how.title, practice=how.practice)
    certificate_pdf(html, how.title or (told[0].serial if len(told) == 1 else how.translate("Batch")), file)
    del application
