"""Hash files: everything people have is read, only what the destinations accept is written."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.autopilot import whole_file
from station.autopilot.hash_check import CheckedRow, check, check_rows, merge
from station.autopilot.hash_file import HashRow, read
from station.autopilot.hash_file_writer import INTUNE, MICROSOFT_SUPPORT, PARTNER_CENTER, split, write
from station.autopilot.intake import take_in
from station.autopilot.verdicts import Gravity
from station.model.errors import ConfigurationError, DataError, NotFound
from tests.unit import hash_builder

SERIALS = ("012345678912", "000000000002", "345678901234")
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "hashes"


def rows(content: str | bytes, encoding: str = "utf-8") -> list[HashRow]:
    return list(read(io.BytesIO(content.encode(encoding) if isinstance(content, str) else content), "list.csv"))


def told(content: str | bytes, encoding: str = "utf-8") -> list[tuple[str, bool]]:
    return [(r.serial, r.usable) for r in check_rows(rows(content, encoding))]


GOOD = hash_builder.csv(SERIALS)
ALL_GOOD = [(s, True) for s in SERIALS]
TAGGED = hash_builder.csv(SERIALS, "Bench-A")

READABLE = {
    "as Intune wants it": GOOD,
    "line feeds only": GOOD.replace("\r\n", "\n"),
    "carriage returns only": GOOD.replace("\r\n", "\r"),
    "semicolons": GOOD.replace(",", ";"),
    "tabs": GOOD.replace(",", "\t"),
    "bars": GOOD.replace(",", "|"),
    "every cell quoted": "\r\n".join('"' + line.replace(",", '","') + '"' for line in GOOD.splitlines()),
    "Excel's sep line": "sep=,\r\n" + GOOD,
    "Excel's sep line with semicolons": "sep=;\r\n" + GOOD.replace(",", ";"),
    "PowerShell's type line": "#TYPE Selected.System.Management.Automation.PSCustomObject\r\n" + "\r\n".join(
        '"' + line.replace(",", '","') + '"' for line in GOOD.splitlines()),
    "blank lines before, between and after": "\r\n\r\n" + GOOD.replace("\r\n", "\r\n\r\n") + "\r\n ,, \r\n",
    "blanks around the cells": GOOD.replace(",", " , "),
    "header in capitals": GOOD.replace("Device Serial Number,Windows Product ID,Hardware Hash",
                                       "DEVICE SERIAL NUMBER,WINDOWS PRODUCT ID,HARDWARE HASH"),
    "header with underscores": GOOD.replace("Device Serial Number,Windows Product ID,Hardware Hash",
                                            "device_serial_number,windows_product_id,hardware_hash"),
    "other order and extra columns": "\r\n".join(
        ["Note,Hardware Hash,Serial Number", *(f"shelf 3,{hash_builder.text(s)},{s}" for s in SERIALS)]),
    "no header at all": GOOD.split("\r\n", 1)[1],
    "serial and hash only, no header": "\r\n".join(f"{s},{hash_builder.text(s)}" for s in SERIALS),
    "whole rows in one cell": "\r\n".join(f'"{line}"' for line in GOOD.splitlines()),
    "Partner Center": GOOD.replace("Device Serial Number,Windows Product ID,Hardware Hash",
                                   "Device serial number,Windows product ID,Hardware hash,Manufacturer name,Device model")
                          .replace("AAAA\r\n", "AAAA,Microsoft Corporation,HoloLens 2\r\n"),
    "header on the line of the first row": TAGGED.replace("Group Tag\r\n", "Group Tag,Assigned User ", 1),
    "formulas that protect the serials": "\r\n".join(
        ["Device Serial Number,Windows Product ID,Hardware Hash", *(f'="{s}",,{hash_builder.text(s)}' for s in SERIALS)]),
    "apostrophes that protect the serials": "\r\n".join(
        ["Device Serial Number,Windows Product ID,Hardware Hash", *(f"'{s},,{hash_builder.text(s)}" for s in SERIALS)]),
    "hashes wrapped by a mail program": "\r\n".join(
        ["Device Serial Number,Windows Product ID,Hardware Hash",
         *(f"{s},," + "\r\n".join(hash_builder.text(s)[i:i + 76] for i in range(0, 4000, 76)) for s in SERIALS)]),
    "hashes wrapped inside quotes": "\r\n".join(
        ["Device Serial Number,Windows Product ID,Hardware Hash",
         *(f'{s},,"' + "\n".join(hash_builder.text(s)[i:i + 64] for i in range(0, 4000, 64)) + '"' for s in SERIALS)]),
}


@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE.keys())
def test_a_file_is_read(content: str) -> None:
    assert told(content) == ALL_GOOD


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "ascii"])
def test_an_encoding_is_recognised(encoding: str) -> None:
    assert told(GOOD, encoding) == ALL_GOOD


def test_utf16_big_endian_with_its_mark_is_recognised() -> None:
    assert told(b"\xfe\xff" + GOOD.encode("utf-16-be")) == ALL_GOOD


def test_cp1252_is_the_last_resort_and_its_letters_survive() -> None:
    found = rows(TAGGED.replace("Bench-A", "Büro"), "cp1252")
    assert {r.group_tag for r in found} == {"Büro"}


OTHERS = hash_builder.csv(("111111111111", "222222222222"))
TURNED = "\r\n".join(";".join(line.split(",")[::-1]) for line in OTHERS.splitlines()) + "\r\n"


@pytest.mark.parametrize("further", [OTHERS, "\ufeff" + OTHERS, TURNED, "\ufeff" + TURNED, OTHERS.replace(",", ";")])
def test_files_that_were_put_together_are_read_to_their_end_header_by_header(further: str) -> None:
    assert told(GOOD + further) == [*ALL_GOOD, ("111111111111", True), ("222222222222", True)]


def test_a_type_line_of_powershell_in_the_middle_is_no_device() -> None:
    typed = "#TYPE System.Management.Automation.PSCustomObject\r\n"
    assert told(f"{typed}{GOOD}{typed}{OTHERS}") == [*ALL_GOOD, ("111111111111", True), ("222222222222", True)]


def test_a_header_that_comes_again_and_again_is_no_device() -> None:
    header = GOOD.splitlines()[0]
    assert told(f"{GOOD}{header}\r\n{header}\r\n") == ALL_GOOD


def test_a_hash_that_stands_where_the_serial_should_is_shown_in_part_only() -> None:
    turned = "Hardware Hash,Windows Product ID,Device Serial Number\r\n" + GOOD.split("\r\n", 1)[1]
    for row in check_rows(rows(turned)):
        assert not row.usable
        assert len(row.serial) < 40


def test_the_group_tag_of_a_wrapped_row_is_kept() -> None:
    text = hash_builder.text(SERIALS[0])
    head = "Device Serial Number,Windows Product ID,Hardware Hash,Group Tag"
    content = f"{head}\n{SERIALS[0]},,{text[:2000]}\n{text[2000:]},Bench-A\n"
    assert [(c.row.group_tag, c.usable) for c in check_rows(rows(content))] == [("Bench-A", True)]


def test_a_row_without_hash_is_not_taken_for_the_rest_of_the_hash_before_it() -> None:
    assert told(GOOD + "555555555555\r\n") == [*ALL_GOOD, ("555555555555", False)]


def test_rows_know_the_line_they_begin_on() -> None:
    assert [r.line for r in rows("\r\n" + GOOD)] == [3, 4, 5]


EXCEL = {
    "12345678912": "leading zeros lost", "1.23457E+10": "E-notation", "1,23E+10": "E-notation", "1E+10": "E-notation",
    "12 345 678 912": "number format", "12,345,678,912.00": "number format", "########": "serial lost", "": "serial lost",
}


@pytest.mark.parametrize(("written", "name"), EXCEL.items())
def test_excel_damage_to_a_serial_is_repaired_from_the_hash(written: str, name: str) -> None:
    found = check(HashRow(written, hash_builder.text("012345678912")))
    assert found.usable
    assert found.row.serial == "012345678912"
    assert [(v.gravity, v.code) for v in found.verdicts] == [(Gravity.REPAIRED, "autopilot.serial-repaired")]
    assert name in found.verdicts[0].detail


@pytest.mark.parametrize("written", ["9.9E+10", "99999", "ABC", "1.23457E+11", "0123456789120"])
def test_a_serial_that_excel_cannot_have_made_stops(written: str) -> None:
    found = check(HashRow(written, hash_builder.text("012345678912")))
    assert [v.code for v in found.verdicts] == ["autopilot.serial-differs"]
    assert found.row.serial == written


@given(st.integers(0, 10**12 - 1), st.integers(0, 9))
def test_what_excel_shows_of_any_number_is_recognised(number: int, digits: int) -> None:
    serial = f"{number:012}"
    shown = f"{number:.{digits}E}".replace("E+0", "E+")
    assert check(HashRow(shown, hash_builder.text(serial))).row.serial == serial


def test_an_assigned_user_is_warned_of_since_hololens_ignores_it() -> None:
    found = check(HashRow(SERIALS[0], hash_builder.text(SERIALS[0]), assigned_user="a@example.com"))
    assert [v.code for v in found.verdicts] == ["autopilot.csv-assigned-user"]
    assert found.usable


def test_the_later_of_two_rows_of_one_device_is_kept_with_the_tag_of_the_earlier() -> None:
    first = check(HashRow(SERIALS[0], hash_builder.text(SERIALS[0], seed=1), group_tag="Bench-A"))
    second = check(HashRow(SERIALS[0], hash_builder.text(SERIALS[0], seed=2)))
    merged = merge([first, second])
    assert [r.row.hash_text for r in merged.kept] == [second.row.hash_text]
    assert [r.row.group_tag for r in merged.kept] == ["Bench-A"]
    assert [v.code for r in merged.dropped for v in r.verdicts] == ["autopilot.csv-double"]


def test_two_group_tags_of_one_device_are_told() -> None:
    pair = [check(HashRow(SERIALS[0], hash_builder.text(SERIALS[0]), group_tag=tag)) for tag in ("A", "B")]
    kept = merge(pair).kept[0]
    assert kept.row.group_tag == "B"
    assert [v.code for v in kept.verdicts] == ["autopilot.csv-tags-differ"]


@given(st.lists(st.sampled_from(SERIALS), max_size=12))
def test_a_merge_keeps_every_device_once_and_loses_no_row(drawn: list[str]) -> None:
    merged = merge(check(HashRow(s, hash_builder.text(s))) for s in drawn)
    assert {r.serial for r in merged.kept} == set(drawn)
    assert len(merged.kept) + len(merged.dropped) == len(drawn)


def checked(count: int, tag: str = "") -> list[CheckedRow]:
    text = hash_builder.text(SERIALS[0])
    row = check(HashRow(SERIALS[0], text, group_tag=tag))
    return [row] * count


def test_intune_gets_ascii_crlf_and_neither_mark_nor_quotes(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    write([check(r) for r in rows(GOOD)], target)
    content = target.read_bytes()
    assert content == GOOD.encode("ascii")


def test_a_group_tag_makes_the_fourth_column(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    write([check(r) for r in rows(TAGGED)], target)
    assert target.read_bytes() == TAGGED.encode("ascii")


def test_501_rows_make_two_numbered_files_each_with_a_header(tmp_path: Path) -> None:
    written = write(checked(501), tmp_path / "out.csv")
    assert [p.name for p in written] == ["out-1.csv", "out-2.csv"]
    assert [len(p.read_text().splitlines()) for p in written] == [501, 2]


def test_500_rows_stay_in_one_file(tmp_path: Path) -> None:
    assert [p.name for p in write(checked(500), tmp_path / "out.csv")] == ["out.csv"]


def test_partner_center_gets_its_mark_maker_and_model(tmp_path: Path) -> None:
    path, = write(checked(1), tmp_path / "out.csv", PARTNER_CENTER)
    content = path.read_bytes()
    header = "Device serial number,Windows product ID,Hardware hash,Manufacturer name,Device model"
    assert content.startswith(f"{header}\r\n".encode("utf-8-sig"))
    assert content.endswith(b",Microsoft Corporation,HoloLens 2\r\n")


def test_microsoft_support_gets_one_serial_a_line(tmp_path: Path) -> None:
    path, = write([check(r) for r in rows(GOOD)], tmp_path / "out.csv", MICROSOFT_SUPPORT)
    assert path.read_bytes() == "".join(f"{s}\r\n" for s in SERIALS).encode()


@pytest.mark.parametrize("tag", ["a,b", 'a"b', "a\nb", "Büro", "a;b", "a\x07b"])
def test_a_value_that_would_need_quotes_or_unicode_is_refused_and_nothing_written(tmp_path: Path, tag: str) -> None:
    with pytest.raises(DataError) as caught:
        write(checked(1, tag), tmp_path / "out.csv")
    assert caught.value.code == "autopilot.csv-value-forbidden"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        write(checked(1), tmp_path / "absent" / "out.csv")
    assert caught.value.code == "autopilot.csv-not-written"


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.csv"
    target.write_bytes(b"old")

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_file.os, "fsync", full)
    with pytest.raises(ConfigurationError):
        write(checked(1), target)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("out.csv", b"old")]


@given(st.integers(1, 1200), st.sampled_from([0, 1, 500, 1000]))
def test_a_split_keeps_order_and_limit(count: int, limit: int) -> None:
    parts = split(range(count), limit)
    assert [n for part in parts for n in part] == list(range(count))
    assert all(len(part) <= limit for part in parts) or limit == 0


@given(st.lists(st.sampled_from(SERIALS), min_size=1, max_size=5, unique=True), st.sampled_from(["", "Bench-A", "x y"]))
def test_what_is_written_reads_back_the_same(tmp_path_factory: pytest.TempPathFactory, drawn: list[str], tag: str) -> None:
    target = tmp_path_factory.mktemp("csv") / "out.csv"
    before = [check(HashRow(s, hash_builder.text(s), group_tag=tag)) for s in drawn]
    write(before, target, INTUNE)
    after = take_in([target]).rows
    assert [kept(r) for r in after] == [kept(r) for r in before]


def kept(row: CheckedRow) -> tuple[str, str, str]:
    return row.serial, row.row.hash_text, row.row.group_tag


def test_one_damaged_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(GOOD)
    (tmp_path / "b.csv").write_text("Serial number,Model\n1,HoloLens 2\n")
    found = take_in([tmp_path])
    assert [r.serial for r in found.rows] == list(SERIALS)
    assert [(r.file, r.code) for r in found.rejected] == [("b.csv", "autopilot.csv-no-hash-column")]


def test_a_path_that_does_not_exist_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        take_in([tmp_path / "absent.csv"])


def test_a_folder_without_anything_to_read_is_rejected_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "notes.docx").write_bytes(b"no hashes")
    (rejected,) = take_in([tmp_path]).rejected
    assert (rejected.file, rejected.code) == (tmp_path.name, "autopilot.folder-empty")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the synthetic samples are not here")
def test_all_synthetic_samples_are_read_and_usable() -> None:
    found = take_in([SAMPLES])
    assert found.rejected == ()
    assert found.rows
    assert all(row.usable for row in found.rows)
    assert len(merge(found.rows).kept) == len({row.serial for row in found.rows})
