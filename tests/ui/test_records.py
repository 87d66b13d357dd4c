"""Records: what the screen shows is what the record holds; what it prints can be read again."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QPushButton

from station.journal import Finding, Head, Journal, Verdict
from station.model.errors import JournalError
from station.model.events import Draft, Faulted, Observed, RunCancelled, RunStarted
from station.model.facts import Fact
from station.model.runs import Phase
from station.model.words import Link
from station.report import handover
from station.report.label import SIZES, Bars, Label, Matrix, code_of, lay_out, qr
from station.report.svg import bars
from station.report.writing import DOCUMENTS
from ui import entry, language, scenes
from ui.context import Context
from ui.records.desk import RecordsDesk
from ui.records.labels import LabelDialog
from ui.records.model import COLUMNS, STATION
from ui.records.printing import certificate_pdf, labels_pdf, paint
from ui.records.screen import RecordsScreen
from ui.staged import HandClock
from ui.window import Station, Window

BEGAN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Three runs of the Autopilot path: under way, failed by a report, cancelled."""
    with Journal.open(str(tmp_path / "journal.sqlite"), "bench-1", HandClock()) as opened:
        for n, (serial, end) in enumerate((("111111111111", None), ("222222222222", Faulted("autopilot.other-tenant")),
                                           ("333333333333", RunCancelled()))):
            at = BEGAN + timedelta(minutes=n)
            facts = (Fact("unit.serial", serial, Link.MTP, at), Fact("unit.model", "HoloLens 2", Link.MTP, at))
            bodies = [RunStarted("autopilot", "blue", "Zoé", facts), Observed((Fact("unit.battery", 80, Link.MTP, at),)), end]
            opened.append(*(Draft(body, at, f"usb:{serial}", f"{n:032x}", n + 1) for body in bodies if body is not None))
        yield opened


@pytest.fixture
def screen(journal: Journal, open_window: Any) -> RecordsScreen:
    """The screen, not yet shown, over the staged bench of the ten states."""
    window: Window = open_window(scenes.ten_states())
    station = window.context
    assert station is not None
    made = RecordsScreen(station, RecordsDesk(journal, station.bench.clock, practice=False))
    made.model.put(made._desk.read(None))
    made._narrow()
    return made


def serials(screen: RecordsScreen) -> list[str]:
    return [story.serial for story in screen.found.shown()]


def test_the_table_shows_the_runs_newest_first_with_their_outcome(screen: RecordsScreen) -> None:
    shown = [[screen.found.index(row, column).data() for column in (0, 1)] for row in range(screen.found.rowCount())]
    assert shown == [["333333333333", "– Cancelled"], ["222222222222", "✕ Failed"], ["111111111111", "… Not finished"]]


def test_searching_narrows_table_and_figures_alike(screen: RecordsScreen) -> None:
    screen.search.setText("2222")

    assert serials(screen) == ["222222222222"]
    assert [v.text() for v in screen.figures._values[:3]] == ["1", "0", "1"]


def test_a_scanned_label_finds_its_own_run(screen: RecordsScreen) -> None:
    story = screen.model.runs[1]
    screen.search.setText(code_of(story))

    assert serials(screen) == [story.serial]


def test_an_outcome_can_be_asked_for(screen: RecordsScreen) -> None:
    screen.phase.setCurrentIndex(screen.phase.findData(Phase.FAILED))
    screen._narrow()

    assert serials(screen) == ["222222222222"]


def test_nothing_found_offers_nothing_to_print(screen: RecordsScreen) -> None:
    screen.search.setText("no such serial")

    assert serials(screen) == []
    assert not any(offer.isEnabled() for offer in screen._offers)


def test_the_chosen_run_is_shown_as_its_certificate_would_be(screen: RecordsScreen) -> None:
    screen.view.selectRow(1)

    assert "222222222222" in screen.preview.toPlainText()
    assert "Report of a run" in screen.preview.toPlainText()


def test_the_certificate_becomes_a_pdf(screen: RecordsScreen, tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    certificate_pdf(screen._html(screen.found.shown()), "Batch", file)

    assert file.read_bytes().startswith(b"%PDF-")
    assert file.read_bytes().count(b"/Type /Page\n") >= 4


def test_the_command_line_makes_the_same_pdf(screen: RecordsScreen, journal: Journal, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("station.report.writing.DOCUMENTS", DOCUMENTS.copy())
    file, record = tmp_path / "batch.pdf", next(tmp_path.glob("journal.sqlite"))

    assert entry.main(["report", "--journal", str(record), "-o", str(file)]) == 0
    assert file.read_bytes().startswith(b"%PDF-")


def test_a_pdf_that_cannot_be_written_is_said_to_be_so(screen: RecordsScreen, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"report\.not-written"):
        labels_pdf(screen._desk.labels(screen.found.shown(), SIZES["62x29"]), "Labels", tmp_path / "nowhere" / "labels.pdf")


def sideways(screen: RecordsScreen) -> int:
    QApplication.processEvents()
    return screen.view.horizontalScrollBar().maximum()


@pytest.mark.parametrize("chosen", [False, True], ids=["the table alone", "beside a chosen run"])
@pytest.mark.parametrize("width", [1366, 960])
@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_the_table_is_seen_whole_without_scrolling_sideways(
        in_window: Any, french: Any, spoken: str, width: int, chosen: bool) -> None:
    language.use(spoken, french if spoken == "fr" else None)
    screen = in_window(width)
    if chosen:
        screen.view.selectRow(1)
    assert sideways(screen) == 0
    assert [c for c in range(4) if screen.view.isColumnHidden(c) and c != 2] == [], "serial, outcome and start are always shown"


def test_a_wide_table_shows_every_column_and_the_station_only_of_a_shared_record(in_window: Any) -> None:
    screen = in_window(1600)
    assert sideways(screen) == 0
    assert [c for c in range(len(COLUMNS)) if screen.view.isColumnHidden(c)] == [STATION]
    screen.columns.leave_out(())
    assert not screen.view.isColumnHidden(STATION)


def test_what_another_station_holds_is_told_with_its_name_and_since_when(
        journal: Journal, in_window: Any, tmp_path: Path) -> None:
    began = BEGAN + timedelta(hours=1)
    facts = (Fact("unit.serial", "444444444444", Link.MTP, began),)
    with Journal.open(str(tmp_path / "journal.sqlite"), "bench-2", HandClock()) as other:
        start = Draft(RunStarted("autopilot", "blue", "Ali", facts), began, "usb:4", "f" * 32, 1)
        other.claim("444444444444", "f" * 32, 900, start)
        journal.claim("111111111111", f"{0:032x}", 900)
        screen = in_window(1366)
        assert screen.elsewhere.isVisible()
        since = f"{began.astimezone():%Y-%m-%d %H:%M}"
        assert screen.elsewhere.text() == f"Other stations hold: 444444444444 (bench-2, since {since})"
        other.release("444444444444", "f" * 32)
    assert not in_window(1366).elsewhere.isVisible()


def test_the_most_frequent_faults_are_told_whole_in_french(in_window: Any, french: Any, qtbot: Any) -> None:
    language.use("fr", french)
    told = "Inscrit dans un autre locataire (5) · Le casque a manqué son profil Autopilot (5)"
    causes = in_window(1366).figures._values[-1]
    causes.setText(told)

    def whole() -> bool:
        needed = causes.fontMetrics().boundingRect(QRect(0, 0, causes.width(), 1000), Qt.TextFlag.TextWordWrap, told)
        return bool(needed.width() <= causes.width() and needed.height() <= causes.height())

    qtbot.waitUntil(whole)


@pytest.fixture
def in_window(journal: Journal, open_window: Any, in_loop: Any) -> Callable[[int], RecordsScreen]:
    """The screen as a window of so many pixels shows it, with what it read."""
    def opened(width: int) -> RecordsScreen:
        window: Window = open_window(scenes.ten_states(), size=(width, 697))
        window.attach(Station(scenes.ten_states(), {"journal": journal}, {}))

        async def main() -> RecordsScreen:
            window.go("records")
            made = window.screen_widget("records")
            assert isinstance(made, RecordsScreen)
            await made._read()
            await window.tasks.close()
            return made

        screen: RecordsScreen = in_loop(main)
        return screen
    return opened


def painted(label: Label, scale: int) -> QImage:
    image = QImage(QSize(round(label.size.width * scale), round(label.size.height * scale)), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint(painter, label, scale)
    painter.end()
    return image


@pytest.mark.parametrize("size", SIZES)
def test_the_codes_on_a_painted_label_are_dark_and_light_where_they_must_be(screen: RecordsScreen, size: str) -> None:
    label = lay_out(screen.model.runs[0], SIZES[size])
    scale = 24
    image = painted(label, scale)

    def dark(x: float, y: float) -> bool:
        return image.pixelColor(int(x * scale), int(y * scale)).lightness() < 128

    matrix = next(i for i in label.items if isinstance(i, Matrix))
    rows = qr(matrix.text)
    side = matrix.size / len(rows)
    assert [[dark(matrix.x + (x + 0.5) * side, matrix.y + (y + 0.5) * side) for x in range(len(rows))]
            for y in range(len(rows))] == rows
    symbol = next(i for i in label.items if isinstance(i, Bars))
    for at, width in bars(symbol.text):
        middle = symbol.y + symbol.height / 2
        assert dark(symbol.x + (at + width / 2) * symbol.module, middle)
        assert not dark(symbol.x + (at + width + 0.5) * symbol.module, middle)


def test_labels_are_sent_only_once_there_is_an_address(screen: RecordsScreen) -> None:
    asked = LabelDialog(screen, lambda size: screen._desk.labels(screen.found.shown(), size), "")
    assert not asked._buttons["zebra"].isEnabled()
    asked.address.setText("192.0.2.17")
    assert asked._buttons["zebra"].isEnabled()
    asked.window.close()


def test_every_print_stands_in_the_record(screen: RecordsScreen, journal: Journal, in_loop: Callable[..., Any],
                                          tmp_path: Path) -> None:
    async def print_all() -> None:
        file = tmp_path / "labels.zpl"
        told = screen.found.shown()
        await screen._save(told, file)
        await screen._printed(told, file.name)

    in_loop(print_all)
    assert (tmp_path / "labels.zpl").read_text().count("^XA") == 3
    assert {e.body.about["serial"] for e in journal.notes("label.")} == {"111111111111", "222222222222", "333333333333"}  # type: ignore[attr-defined]


def test_a_sound_record_is_said_to_be_sound_and_a_broken_one_names_its_row(screen: RecordsScreen, monkeypatch: Any) -> None:
    told: list[str] = []
    shell = screen._context.shell
    monkeypatch.setattr(shell, "notify", lambda text, kind: told.append(f"{kind}: {text}"))
    monkeypatch.setattr(shell, "show_error", lambda error: told.append(str(error)))
    screen.show_verdict(screen._desk.verify())
    changed = Finding("bench-1", 2, "changed", "row 2 is not what was written")
    screen.show_verdict(Verdict(3, (Head("bench-1", 3, "0" * 64),), (changed,)))

    assert told[0].startswith("good: ")
    assert "row 2" in told[1]


def test_a_handover_stays_in_sight_until_somebody_takes_it(screen: RecordsScreen, journal: Journal) -> None:
    tiles = screen._context.live.board.tiles()
    handover.give(journal, tiles, "Zoé", "Slot 3 waits for the admin.", BEGAN)
    screen.notice.show_handover(screen._desk.last_handover())
    assert not screen.notice.isHidden()
    given = screen._desk.last_handover()
    assert given is not None
    assert (given.giver, given.taken_by, given.slots) == ("Zoé", "", handover.left(tiles))

    handover.take(journal, given, "Ali", BEGAN + timedelta(minutes=1))
    screen.notice.show_handover(screen._desk.last_handover())
    assert screen.notice.isHidden()


def test_the_screen_reads_the_record_when_it_is_shown(journal: Journal, open_window: Any, in_loop: Callable[..., Any]) -> None:
    async def look() -> list[str]:
        window: Window = open_window(scenes.ten_states())
        window.attach(Station(scenes.ten_states(), {"journal": journal}, {}))
        context = window.context
        assert isinstance(context, Context)
        screen = RecordsScreen(context, RecordsDesk(journal, context.bench.clock, practice=False))
        screen.period.setCurrentIndex(3)
        await screen._read()
        await asyncio.sleep(0)
        return serials(screen)

    assert in_loop(look) == ["333333333333", "222222222222", "111111111111"]


def test_every_button_says_what_it_does(screen: RecordsScreen) -> None:
    assert all(b.text() or b.accessibleName() for b in screen.findChildren(QPushButton))
